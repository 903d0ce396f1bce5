#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# old-kernel.sh - a kernel before 5.12 (Debian 11's): what works there, and
# what says that it needs a newer one.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
user=tester
home=/home/$user
note "$(uname -r)"
w() { as_user "$user" project workspace "$@"; }
mkdir -p $home/gtd/Projects/trip $home/.config/earshot ~root/gtd/Projects/trip
small_root /srv/small
printf '%s\n' 'nick = listener' '[home]' 'host = 127.0.0.1' 'port = 6667' 'plain = yes' \
	>$home/.config/earshot/sic-bridge.conf
chown -R $user: $home
chmod -R a+rX /srv/small

refuses "a workspace of an ordinary user: refused, with the kernel it needs" 1 \
	"needs Linux 5.12" w run trip -- true
refuses "doctor says it" 1 "needs Linux 5.12" w doctor
refuses "a workspace of root: the same" 1 "needs Linux 5.12" project workspace run trip -- true
try "project itself works" as_user $user project in "a thought"
try "speakd" sh -c "echo hello | timeout 60 speakd --alone -o null -"
try "speakd's units" lingers $user
as_user $user systemctl --user daemon-reload
# shellcheck disable=SC2016 # the sink's own shell
echo 'output = command:cat >/dev/null' >$home/.config/earshot/speakd.conf
try "speakd.socket" as_user $user systemctl --user enable --now speakd.socket
try "spd-say" as_user $user timeout 60 spd-say -w hello
printf '%s\n' '[Global]' 'Name = irc.example.net' 'Listen = 127.0.0.1' 'Ports = 6667' \
	'[Options]' 'PAM = no' 'Ident = no' 'DNS = no' >/root/ngircd.conf
try "an IRC server" ngircd -f /root/ngircd.conf
has "sic-bridge confines itself without Landlock, and says hello" "confined: seccomp" \
	as_user $user sh -c 'echo ":quit" | timeout 60 sic-bridge --verbose home 2>&1'
has "sic-bridge reaches the server" "listener" \
	as_user $user sh -c '(sleep 5; echo ":l") | timeout 60 sic-bridge --verbose home 2>&1'
finish
