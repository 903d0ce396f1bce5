#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# sound.sh - speakd on bare ALSA: an emulated card (run-in-vm -w FILE), snd-dummy
# and snd-aloop, whose other end is recorded; a card that goes while it speaks.
# shellcheck disable=SC2317 # called through "try"
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
cd /root || exit 1
export XDG_RUNTIME_DIR=/run/user/0
mkdir -p $XDG_RUNTIME_DIR
say() { # OUTPUT TEXT
	echo "$2" | timeout 120 speakd --alone --output="$1" -
}
card_of() { awk -v name="$1" '$0 ~ name {print $1; exit}' /proc/asound/cards; }
card_is_there() { [ -n "$(card_of "$1")" ]; }

modprobe snd-aloop index=5 id=Loop pcm_substreams=2
modprobe snd-dummy index=6 id=Dummy
try "the emulated card" until_true 30 card_is_there HDA
hda=$(card_of HDA)
show cat /proc/asound/cards
# pipewire-alsa makes PipeWire the default, which nobody runs here.
try "default: the card when no sound server runs" say alsa "hello"
for device in hw plughw default sysdefault dmix; do
	try "$device of an emulated card" say "alsa:$device:$hda" "hello"
done
for device in hw:Dummy plughw:Dummy hw:Loop,0 plughw:Loop,0; do
	try "$device" say "alsa:$device" "hello"
done

# What comes out at the other end of the loop, sample by sample, at a rate and a
# format that both ends share.
record() { # FILE SECONDS
	timeout "$2" arecord -q -D hw:Loop,1,0 -f S16_LE -r 22050 -c 1 -t raw "$1"
}
echo "one two three" >/root/line.txt
try "a line as a file" speakd --alone --wav=/root/wanted.wav /root/line.txt
record /root/heard.raw 60 &
recorder=$!
until_true 30 grep -q RUNNING /proc/asound/Loop/pcm1c/sub0/status
try "the line into the loop" sh -c "timeout 120 speakd --alone --output=alsa:hw:Loop,0,0 /root/line.txt"
kill "$recorder"
wait "$recorder" 2>/dev/null
try "the loop is bit-exact, from the first sample to the last" python3 - <<'END'
import sys
wanted = open("/root/wanted.wav", "rb").read()[44:].strip(b"\0")
heard = open("/root/heard.raw", "rb").read()
print(len(wanted), "bytes wanted,", len(heard), "heard, found at", heard.find(wanted))
sys.exit(wanted == b"" or heard.find(wanted) < 0)
END

note "a card that goes while it speaks, and comes back"
mkfifo /root/feed
speakd --alone --output=alsa:plughw:Dummy - </root/feed 2>/root/speakd.err &
speakd=$!
exec 7>/root/feed
echo "one two three four five six seven eight nine ten eleven twelve" >&7
try "it plays" until_true 60 grep -q RUNNING /proc/asound/Dummy/pcm0p/sub0/status
# As a USB card is unplugged: whoever has it open is cut off.
unplug() { echo snd_dummy.0 >/sys/bus/platform/drivers/snd_dummy/unbind; }
plug_in() { echo snd_dummy.0 >/sys/bus/platform/drivers/snd_dummy/bind; }
try "the card is unplugged" unplug
try "the loss is told" until_true 60 grep -q "no sound" /root/speakd.err
try "the card is plugged in again" plug_in
try "sound is back" until_true 60 grep -q "sound is back" /root/speakd.err
exec 7>&-
# It has ended, and nobody has asked for its status yet.
try "speakd ends at the end of its input" until_true 90 grep -q "^State:.Z" "/proc/$speakd/status"
wait "$speakd"
is "with 0" 0 echo $?
show cat /root/speakd.err
finish
