#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# smoke-speech.sh first|again - speakd's user units as installed, in a session
# of an ordinary user: by its socket, stopped, with a mistake in its
# configuration, and after a reboot. Sound goes to a file.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
conf=$HOME/.config/earshot/speakd.conf
said=$HOME/said.raw
u() { systemctl --user "$@"; }
say() { timeout 120 spd-say -w "$@"; }
state() { u is-active speakd.service; }
sound_grew() { # TEXT: it is said, and there is sound of it
	: >"$said"
	say "$1" && [ -s "$said" ]
}

if [ "$1" = first ]; then
	mkdir -p "${conf%/*}"
	# shellcheck disable=SC2016 # the sink's own shell
	echo 'output = command:cat >>$HOME/said.raw' >"$conf"
	u daemon-reload
	for unit in speakd.socket speakd.service sic-bridge@home.service; do
		try "systemd-analyze verify $unit" systemd-analyze --user --man=no verify "$unit"
	done
	try "the configuration is right" speakd --check-config
	try "enable --now speakd.socket" u enable --now speakd.socket
	is "nothing runs until somebody speaks" inactive state
fi
try "spd-say starts it" sound_grew "the build is done"
is "it runs" active state
has "speakctl reaches it" said speakctl history
[ "$1" = first ] || finish

try "reload" u reload speakd.service
is "it still runs" active state
try "stop" u stop speakd.service
is "stopped is inactive, not failed" inactive state
try "spd-say starts it again" sound_grew "once more"
try "stop while it speaks" sh -c 'spd-say "one two three four five six seven" && systemctl --user stop speakd.service'
is "that is no failure either" inactive state

old=
killed() { # it was killed and is back
	old=$(u show -p MainPID --value speakd.service)
	kill -9 "$old"
	until_true 30 sh -c "new=\$(systemctl --user show -p MainPID --value speakd.service)
		[ \"\$new\" != 0 ] && [ \"\$new\" != $old ]"
}
try "spd-say after the stop" sound_grew "and again"
try "killed, it comes back" killed
try "spd-say after that" sound_grew "back"

# A mistake must be heard: who listens has no screen to look at.
u stop speakd.service 2>/dev/null
echo 'rate = nonsense' >>"$conf"
mistake="$conf:$(grep -n nonsense "$conf" | cut -d: -f1)"
try "with a mistake in the configuration it still speaks" sound_grew "listen"
is "and runs" active state
has "and says which mistake" nonsense speakctl history
note "the mistake is in $mistake"
show speakctl history
sed -i '/nonsense/d' "$conf"
try "the mistake mended, reload" u reload speakd.service
try "and it speaks" sound_grew "right again"
finish
