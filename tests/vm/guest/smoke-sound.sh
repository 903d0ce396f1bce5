#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# smoke-sound.sh - speakd on a card without a sound server, in a user's session:
# as a stage of a pipe and as the daemon. The host looks at what was played.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
conf=$HOME/.config/earshot/speakd.conf
say() { # OUTPUT TEXT
	echo "$2" | timeout 120 speakd --alone --output="$1" -
}
try "there is a card" grep -q HDA /proc/asound/cards
show cat /proc/asound/cards
try "alsa:plughw:0" say alsa:plughw:0 "hello"
try "alsa" say alsa "hello"
echo 'output = alsa:plughw:0' >"$conf"
systemctl --user restart speakd.service
try "the daemon on the card" timeout 120 spd-say -w "the build is done"
is "it runs" active systemctl --user is-active speakd.service
finish
