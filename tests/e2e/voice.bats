#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# shellcheck disable=SC2016,SC2034,SC2154 # commands for speakd; used by eval
bats_require_minimum_version 1.5.0
# voice.bats - the voice process: outputs, engines, devices, and everything that
# breaks.

load lib
load sound
load voice

setup() { voice_setup; }
teardown() { voice_teardown; }

@test "wav: a correct file with sound, one line after the other" {
	printf 'hello there\ngood morning\n' | speakd --format=plain -o wav:a.wav
	run sox --i -r a.wav
	[ "$output" = 22050 ]
	heard a.wav 600
}

@test "wav: nothing said is an empty but correct file" {
	speakd --format=plain -o wav:a.wav </dev/null
	[ "$(stat -c %s a.wav)" -eq 44 ]
	sox --i a.wav
}

@test "wav: a full disk is told and ends it" {
	[ "$(id -u)" -eq 0 ] || skip "mounting a small disk needs root"
	mkdir disk
	mount -t tmpfs -o size=32k none disk 2>/dev/null ||
		skip "mounting is not allowed here"
	mounted=$PWD/disk
	run -1 bash -c 'yes hello there | head -n 50 |
		timeout 30 speakd --format=plain -o wav:disk/a.wav'
	[[ $output == *'disk/a.wav: No space left on device'* ]]
	[ "$(grep -c 'No space' <<<"$output")" -eq 1 ]
}

@test "wav: the file is playable after kill -9, and the next voice goes on" {
	start_speakd -o wav:a.wav
	speak hello
	until_true 20 heard a.wav 200
	sox --i a.wav
	before=$(stat -c %s a.wav)
	voice=$(voice_of "$speakd_pid")
	kill -9 "$voice"
	until_true 20 another_voice "$speakd_pid" "$voice"
	speak "good morning"
	until_true 20 heard a.wav 600
	[ "$(stat -c %s a.wav)" -gt "$before" ]
	sox --i a.wav
}

@test "a voice of that name does not exist: told, exit 2, at once" {
	run -2 timeout 20 speakd --format=plain -v nosuch -o null <<<hello
	[[ $output == *"no voice called 'nosuch'"* ]]
	# It costs no file.
	echo kept >old.wav
	run -2 timeout 20 speakd --format=plain -v nosuch -w old.wav <<<hello
	[ "$(cat old.wav)" = kept ]
	run -2 timeout 20 speakd --format=plain -v nosuch -w new.wav <<<hello
	[ ! -e new.wav ]
}

@test "engine: flite from Debian speaks" {
	speakd --format=plain -o wav:a.wav \
		--engine='command:flite -t "$(cat)" -o /dev/stdout' <<<"hello there"
	heard a.wav 150 # 8000 Hz: longer windows
}

@test "engine: espeak-ng's own program, streamed WAV" {
	speakd --format=plain -o wav:a.wav \
		--engine='command:espeak-ng --stdout -s $EARSHOT_RATE' \
		<<<"hello there"
	heard a.wav 300
}

@test "engine: a command that fails is reported, its line and the next are said" {
	cat >engine <<'END'
#!/bin/sh
read -r line
case $line in bad*) exit 3 ;; esac
echo "$line" | espeak-ng --stdout --stdin
END
	chmod +x engine
	printf 'bad\nhello there\n' |
		speakd --format=plain -o wav:a.wav --engine=command:./engine 2>err.txt
	said err.txt 'engine command ended with code 3'
	heard a.wav 300
}

@test "command output: raw samples, all of them" {
	speakd --format=plain -o 'command:cat >a.raw; echo $EARSHOT_RATE_HZ >rate' \
		<<<"hello there"
	[ "$(cat rate)" = 22050 ]
	heard a.raw 300
}

@test "command output that ends early is started again; then given up" {
	run -1 timeout 30 speakd --format=plain -o 'command:head -c 100 >/dev/null' \
		<<<"$long"
	[[ $output == *'output command ended with code 0'* ]]
}

@test "command output that ends once: the line is said again" {
	cat >player <<'END'
#!/bin/sh
if [ -e once ]; then cat >a.raw; else : >once; head -c 100 >/dev/null; fi
END
	chmod +x player
	timeout 60 speakd --format=plain -o command:./player <<<"$long" 2>err.txt
	heard a.raw 3000
	said err.txt 'output command ended'
}

@test "sound: a line is heard to its end without a next line" {
	pulse_start
	speakd --format=plain -o wav:a.wav <<<"$long"
	want=$(loud_ms a.wav)
	listen ear.raw
	start_speakd
	speak "$long"
	until_true 30 heard ear.raw $((want - 300))
	[ "$want" -gt 3000 ]
	[ ! -s err.txt ]
}

# An ear that asks for low latency, as it comes: what the server rendered ahead
# before cannot be changed any more, and what is said then is heard after it.
@test "sound: END is told when all was heard, by an ear that just came too" {
	pulse_start
	start speakd --serve -o pulse 2>err.txt
	until_true 20 test -S "$XDG_RUNTIME_DIR/earshot/speakd.sock"
	export SPEECHD_ADDRESS=unix_socket:$XDG_RUNTIME_DIR/earshot/speakd.sock
	for round in 1 2 3; do
		listen "ear$round.raw"
		spd-say -w "one two three"
		# To the recorder's file it is a moment.
		[ "$round" -eq 1 ] || until_true 1 heard "ear$round.raw" 350
		kill "$ear_pid"
	done
}

@test "sound: no device at the start, told once; heard when it comes" {
	start_speakd
	speak "hello there my friends"
	until_true 20 said err.txt 'sound device default'
	pulse_start
	listen ear.raw
	speak "$long"
	until_true 40 heard ear.raw 3000
	[ "$(grep -c 'sound device default' err.txt)" -eq 1 ]
}

# A card's own two channels, as a plugin that takes no other number has them.
@test "sound: a device that takes no mono is reached by converting" {
	cat >"$HOME/.asoundrc" <<-END
		pcm.stereo {
			type multi
			slaves.a {
				pcm { type file file "$PWD/card.raw" format raw slave.pcm null }
				channels 2
			}
			bindings.0 { slave a channel 0 }
			bindings.1 { slave a channel 1 }
		}
	END
	echo hello >line.txt
	run -0 --separate-stderr speakd -o alsa:stereo line.txt
	[ -z "$stderr" ]
	speakd -o wav:line.wav line.txt
	# Both channels have all of it, as the file of one channel has after 44.
	[ "$(stat -c %s card.raw)" -ge $((2 * ($(stat -c %s line.wav) - 44))) ]
	heard card.raw 200
}

@test "sound: the server of ALSA's default does not run: the card, and told" {
	cat >"$HOME/.asoundrc" <<-END
		pcm.!default { type pulse server "$PWD/nobody" }
		pcm.!sysdefault {
			type plug
			slave.pcm { type file file "$PWD/card.raw" format raw slave.pcm null }
		}
	END
	echo hello >line.txt
	run -0 --separate-stderr timeout -k 1 60 speakd -o alsa line.txt
	[[ $stderr == *"sound device default: "*"using the card itself"* ]]
	heard card.raw 200
	# Whoever asks the one that serves learns it too.
	speakd --serve -o alsa >said.txt 2>err.txt 3>&- &
	pids+=($!)
	until_true 20 speakctl status >status
	speakctl say hello
	until_true 60 bash -c 'speakctl status |
		grep "^device: sound device default: .*using the card itself"'
	speakctl --json status | grep -q '"device": *"sound device default: '
}

# late_device OPTION...: it is ALSA's default.
late_device() {
	"${CC:-cc}" -shared -fPIC -DPIC "$@" -o late.so \
		"$EARSHOT_SRC/tests/helpers/late_device.c" -lasound
	cat >"$HOME/.asoundrc" <<-END
		pcm_type.late { lib "$PWD/late.so" }
		pcm.!default { type late }
	END
}

@test "sound: a stream that cannot be mended is told, and opened again" {
	late_device -DBREAKS
	start_speakd -o alsa
	speak "$long"
	until_true 20 said err.txt 'no sound, trying again: sound device default'
	until_true 20 said err.txt 'sound is back'
	kill -KILL "$(voice_of "$speakd_pid")" "$speakd_pid"
}

# As PipeWire without its session manager: it opens every stream, and plays none.
@test "sound: ALSA's default takes no sound: told, then the card" {
	late_device -DSTALLS
	cat >>"$HOME/.asoundrc" <<-END
		pcm.!sysdefault {
			type plug
			slave.pcm { type file file "$PWD/card.raw" format raw slave.pcm null }
		}
	END
	echo hello >line.txt
	run -0 --separate-stderr timeout -k 1 120 speakd -o alsa line.txt
	echo "$stderr"
	[[ $stderr == *"no sound, trying again: the sound device takes no sound"* ]]
	[[ $stderr == *"sound device default: it takes no sound; using the card itself"* ]]
	heard card.raw 200
}

@test "sound: a device that is heard long after it took the sound" {
	late_device
	printf 'hello\nhello\n' >line.txt
	run -0 --separate-stderr timeout -k 1 60 speakd -o alsa line.txt
	echo "$stderr"
	[ -z "$stderr" ]
}

@test "a voice that gets no processor for 5 s is waited for, not replaced" {
	start_speakd -o "command:cat >>$PWD/said.raw"
	speak "hello there"
	until_true 20 has_voice "$speakd_pid"
	slow=$(voice_of "$speakd_pid")
	kill -STOP "$slow"
	stopped=$SECONDS
	until_true 20 eval '((SECONDS - stopped >= 6))'
	kill -CONT "$slow"
	until_true 20 heard said.raw 200
	[ "$(voice_of "$speakd_pid")" = "$slow" ]
	[ ! -s err.txt ]
	exec 7>&-
}

# in_slices PID: of each 100 ms it has 5, until it ends; counted in "slices".
in_slices() {
	: >slices
	while kill -STOP "$1" 2>/dev/null; do
		sleep 0.1
		kill -CONT "$1" 2>/dev/null || break
		echo >>slices
		sleep 0.005
	done
}

@test "a voice that runs in slices of 5 ms loses nothing of any phrase" {
	for ((n = 1; n <= 40; n++)); do echo "$n $long"; done >lines
	speakd -o wav:whole.wav lines
	start speakd -o wav:slow.wav lines 2>err.txt
	speakd_pid=$pid
	until_true 20 has_voice "$speakd_pid"
	in_slices "$(voice_of "$speakd_pid")"
	until_true 60 gone "$speakd_pid"
	[ "$(wc -l <slices)" -ge 5 ]
	cmp whole.wav slow.wav
	[ ! -s err.txt ]
}

@test "sound: a voice in slices gets to the end of each line" {
	pulse_start
	printf '%s\n' hello "$long" >line.txt
	start speakd -o alsa line.txt 2>err.txt
	speakd_pid=$pid
	until_true 20 has_voice "$speakd_pid"
	in_slices "$(voice_of "$speakd_pid")"
	until_true 60 gone "$speakd_pid"
	cat err.txt
	[ "$(wc -l <slices)" -ge 5 ]
	! grep -v 'no sound, trying again\|sound is back' err.txt
}

@test "kill -9 of the voice in mid-phrase: said again, then the next line" {
	pulse_start
	listen ear.raw
	start_speakd
	speak "$long"
	until_true 20 heard ear.raw 500
	kill -9 "$(voice_of "$speakd_pid")"
	speak "hello there"
	until_true 40 heard ear.raw 4500
}

@test "TERM twice: silent and gone at once" {
	pulse_start
	listen ear.raw
	start_speakd
	speak "$long" "$long" "$long" "$long"
	until_true 20 heard ear.raw 300
	until_true 20 ended_by_term
	[ "$(loud_ms ear.raw)" -lt 4000 ]
}

# Two signals at once may arrive as one.
ended_by_term() { ! kill -TERM "$speakd_pid" 2>/dev/null; }

# loudest FILE: the loudest sample of each channel.
loudest() {
	"${PYTHON:-/usr/bin/python3}" - "$1" <<'PY'
import array, sys, wave
w = wave.open(sys.argv[1])
s = array.array('h', w.readframes(w.getnframes()))
print(*(max(map(abs, s[c::w.getnchannels()])) for c in range(w.getnchannels())))
PY
}

@test "stereo: each speaker has a place, unless told not to" {
	local nick apart=0
	for nick in carol bob dave erin; do
		echo "[12:00:01] <$nick> good morning" |
			speakd -f znc --channels=2 -w "$nick.wav"
		read -r left right < <(loudest "$nick.wav")
		[ "$left" -gt 1000 ] || [ "$right" -gt 1000 ]
		[ "$left" -eq "$right" ] || apart=$((apart + 1))
	done
	[ "$apart" -ge 2 ]
	echo "[12:00:01] <carol> good morning" |
		speakd -f znc --channels=2 --without=places -w middle.wav
	read -r left right < <(loudest middle.wav)
	[ "$left" -eq "$right" ]
	echo "[12:00:01] <carol> good morning" | speakd -f znc -w mono.wav
	[ "$(loudest mono.wav | wc -w)" -eq 1 ]
}

@test "speakd-voice by hand says what it is, exit 2" {
	run -2 speakd-voice
	[[ $output == *'started by speakd'* ]]
}

@test "--list-voices prints name, language and gender" {
	run -0 speakd --list-voices
	[[ $output == *$'en-us\tEnglish (America)\tmale'* ]]
	[[ $output == *$'+f3\tvariant\tfemale'* ]]
}
