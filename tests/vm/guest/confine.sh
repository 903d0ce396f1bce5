#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# confine.sh - kernels that keep ordinary users from user namespaces: Debian's
# kernel.unprivileged_userns_clone, AppArmor's restriction (Ubuntu, Linux 6.7),
# and contrib's profile.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
user=tester
w() { as_user "$user" project workspace "$@"; }
mkdir -p /home/$user/gtd/Projects/trip
chown -R $user: /home/$user
try "before" w run trip -- true
for setting in kernel.unprivileged_userns_clone user.max_user_namespaces; do
	old=$(sysctl -n "$setting" 2>/dev/null) || {
		skip "$setting=0" "this kernel has no such switch"
		continue
	}
	sysctl -q -w "$setting=0"
	refuses "$setting=0: refused, with what allows it" 1 "sysctl $setting=" w run trip -- true
	refuses "$setting=0: doctor says it too" 1 "sysctl $setting=" w doctor
	sysctl -q -w "$setting=$old"
done
try "after" w run trip -- true

restriction=kernel.apparmor_restrict_unprivileged_userns
profile=/etc/apparmor.d/project-workspace
cp /host/shared/project-workspace.apparmor $profile
is "AppArmor is on" Y cat /sys/module/apparmor/parameters/enabled
if [ -e /etc/apparmor.d/abi/4.0 ]; then
	try "contrib's profile is read" apparmor_parser -r -K $profile
	try "a workspace under it" w run trip -- true
else
	skip "contrib's profile" "this AppArmor has no abi/4.0, and no such restriction"
fi
if sysctl -q -w $restriction=1 2>/dev/null; then
	try "restricted by AppArmor, with the profile" w run trip -- true
	apparmor_parser -R $profile
	refuses "restricted, without it: refused, with what allows it" 1 \
		contrib/apparmor/project-workspace w run trip -- true
	sysctl -q -w $restriction=0
else
	skip "restricted by AppArmor" "this kernel has no $restriction"
fi
finish
