#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# confine.sh - kernels that keep ordinary users from user namespaces: Debian's
# kernel.unprivileged_userns_clone, AppArmor's restriction (Ubuntu, Linux 6.7),
# and contrib's profile; speakd under its own. With run-in-vm -w FILE.
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
cp /usr/share/doc/earshot/apparmor/project-workspace $profile
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

note "speakd under its profile"
home=/home/$user
u() { as_user $user systemctl --user "$@"; }
under() { as_user "$user" timeout 100 aa-exec -p speakd -- speakd --alone "$@"; }
profile_of() { cat "/proc/$1/attr/current"; }
denied() { journalctl -q -k -b | grep 'apparmor="DENIED"' | grep -o 'operation=.*' | sort -u; }
cp /usr/share/doc/earshot/apparmor/speakd /etc/apparmor.d/
try "speakd's profile is read" apparmor_parser -r -K /etc/apparmor.d/speakd
mkdir -p $home/.config/systemd/user/speakd.service.d $home/.ssh $home/Notes
cp /usr/share/doc/earshot/speakd-apparmor.conf \
	/usr/share/doc/earshot/speakd-hardening.conf $home/.config/systemd/user/speakd.service.d/
echo secret >$home/.ssh/id_ed25519
echo "a line that is followed" >$home/Notes/lines
chown -R $user: $home
try "the user's manager runs" lingers $user
u daemon-reload
try "speakd.socket" u enable --now speakd.socket
try "speech, on a card" as_user $user timeout 100 spd-say -w "one two three"
speakd=$(u show -p MainPID --value speakd.service)
is "speakd is under it" "speakd (enforce)" profile_of "$speakd"
is "and its voice" "speakd (enforce)" profile_of "$(pgrep -P "$speakd" -x speakd-voice)"
try "a file is followed" as_user $user speakctl follow $home/Notes/lines
try "what it keeps is written" as_user $user speakctl teach earshot "ear shot"
u restart speakd.service
try "speech after a restart" as_user $user timeout 100 spd-say -w "four five six"
is "nothing of that was denied" "" denied
refuses "keys are not read" 1 "Permission denied" under --print $home/.ssh/id_ed25519
refuses "nothing is written elsewhere" 1 "open $home/x.wav: " under -w $home/x.wav $home/Notes/lines
refuses "nothing else is run" 1 "" under -o "command:cat >/dev/null" $home/Notes/lines
finish
