#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# units.sh - contrib's systemd user units as installed, beyond the smoke tier.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
if [ "$(id -u)" -eq 0 ]; then
	# In place of sfeed's, which would fetch from the network.
	cat >/usr/local/bin/sfeed_update <<-'-'
		#!/bin/sh
		printf '%s\ta new title\thttps://example.org/1\t\thtml\t1\t\t\t\n' \
			"$(date +%s)" >>"$HOME/.sfeed/feeds/news"
	-
	chmod 755 /usr/local/bin/sfeed_update
	try "the user's manager runs" lingers tester
	LIMIT_SECONDS=900 as_user tester sh /host/shared/units.sh ||
		failed=$((failed + 1))
	has "sic-bridge confines itself inside the unit's own filter" \
		"confined: seccomp and Landlock" journalctl --no-pager -q -b -t sic-bridge
	has "this kernel has Landlock" landlock cat /sys/kernel/security/lsm
	show journalctl --no-pager -q -p warning -b _UID=1000
	finish
fi

conf=$HOME/.config/earshot
data=$HOME/.local/share/earshot
said=$HOME/said.raw
u() { systemctl --user "$@"; }
say() { timeout 120 spd-say -w "$@"; }
pid() { u show -p MainPID --value "$1"; }
sound_grew() {
	: >"$said"
	say "$1" && [ -s "$said" ]
}
another() { # UNIT OLD-PID: it runs, as another process
	[ "$(pid "$1")" != 0 ] && [ "$(pid "$1")" != "$2" ]
}
mkdir -p "$conf" "$HOME/.config/systemd/user"
# shellcheck disable=SC2016 # the sink's own shell
echo 'output = command:cat >>$HOME/said.raw' >"$conf/speakd.conf"
u daemon-reload

note "speakd: socket and service"
try "enable --now speakd.socket" u enable --now speakd.socket
try "a first phrase" sound_grew "hello"
try "restart socket and service" u restart speakd.socket speakd.service
try "spd-say after that" sound_grew "again"
try "stop the socket too" u stop speakd.socket speakd.service
refuses "nobody listens then" 1 "" speakctl status
try "start the socket" u start speakd.socket
try "speakctl starts the service too" speakctl status
try "enable speakd.service" u enable speakd.service
is "both are enabled" "enabled enabled" sh -c \
	'systemctl --user is-enabled speakd.socket speakd.service | tr "\n" " " | sed "s/ $//"'

# A crash loop must end in speech as soon as its cause is gone.
for n in 1 2 3 4 5 6 7; do
	old=$(pid speakd.service)
	kill -9 "$old"
	until_true 30 another speakd.service "$old" || note "killed $n times: not back"
done
try "killed seven times in a row: it speaks" sound_grew "still here"

note "speakd with contrib's hardening"
drop_in=$HOME/.config/systemd/user/speakd.service.d
mkdir -p "$drop_in"
cp /usr/share/doc/earshot/speakd-hardening.conf "$drop_in/"
printf '[Service]\nReadWritePaths=%%h/said.raw\n' >"$drop_in/sound.conf"
u daemon-reload
u restart speakd.service
try "hardened: it speaks" sound_grew "hardened"
try "hardened: a file that is followed" sh -c "echo one >$HOME/lines; speakctl follow $HOME/lines"
show systemctl --user --no-pager status speakd.service
is "hardened: home is read-only to it" "" sh -c "
	echo 'output = command:cat >>\$HOME/said.raw; touch \$HOME/was-here' >$conf/speakd.conf
	systemctl --user restart speakd.service; timeout 60 spd-say -w hello; ls $HOME/was-here 2>/dev/null"
show systemd-analyze --user --no-pager security speakd.service sic-bridge@home.service
rm -r "$drop_in"
# shellcheck disable=SC2016
echo 'output = command:cat >>$HOME/said.raw' >"$conf/speakd.conf"
u daemon-reload
u restart speakd.service

note "feeds"
mkdir -p "$HOME/.sfeed/feeds"
: >"$HOME/.sfeed/feeds/news"
printf '[source feeds]\nfile = ~/.sfeed/feeds\nformat = sfeed\n' >>"$conf/speakd.conf"
u restart speakd.service
try "a feed that is read" until_true 60 sh -c 'speakctl sources | grep -q feeds'
: >"$said"
try "feeds are fetched" u start sfeed.service
try "a new title is said" until_true 60 test -s "$said"
try "enable --now sfeed.timer" u enable --now sfeed.timer
has "they are fetched again" sfeed.service systemctl --user --no-pager list-timers

note "sic-bridge@"
cat >"$HOME/ngircd.conf" <<-'-'
	[Global]
	Name = irc.example.net
	Listen = 127.0.0.1
	Ports = 6667
	[Options]
	PAM = no
	Ident = no
	DNS = no
-
cat >"$conf/sic-bridge.conf" <<-'-'
	nick = listener
	[home]
	host = 127.0.0.1
	port = 6667
	plain = yes
	join = #room
-
irc_up() { /usr/sbin/ngircd -f "$HOME/ngircd.conf"; }
lines=$data/home.lines
try "its configuration" sic-bridge --check-config home
try "an IRC server" irc_up
# The same line with --verbose, which tells how it confined itself.
mkdir -p "$HOME/.config/systemd/user/sic-bridge@.service.d"
unit=$(u show -p FragmentPath --value sic-bridge@home)
{
	echo "[Service]"
	echo "ExecStart="
	sed -n 's/^ExecStart=sic-bridge/& --verbose/p' "$unit"
} >"$HOME/.config/systemd/user/sic-bridge@.service.d/verbose.conf"
u daemon-reload
try "start" u start sic-bridge@home
try "it joins" until_true 60 grep -q 'JOIN' "$lines"
try "a command through the FIFO" sh -c "echo ':m #room hello' >$data/home.commands"
try "and it is said" until_true 60 grep -q hello "$lines"
old=$(pid sic-bridge@home)
begun=$(ms)
kill -9 "$old"
try "killed: it is back, and joins" until_true 60 another sic-bridge@home "$old"
note "back after $((($(ms) - begun) / 100)) s"
try "says again" until_true 60 sh -c "echo ':m #room again' >$data/home.commands; grep -q again $lines"
# As after a rotation.
mv "$lines" "$lines.1"
try "reload" u reload sic-bridge@home
try "its lines go to a new file" until_true 60 sh -c "echo ':m #room new' >$data/home.commands; grep -q new $lines"
try "stop" u stop sic-bridge@home
is "stopped is inactive" inactive u is-active sic-bridge@home
# A mistake stays one: not tried again and again.
u start sic-bridge@none
until_true 30 u is-failed sic-bridge@none
is "an unknown network: failed, and not started again" 0 \
	u show -p NRestarts --value sic-bridge@none
finish
