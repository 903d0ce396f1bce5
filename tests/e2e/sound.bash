# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# sound.bash - a private PulseAudio with a null sink, and an ear at its monitor.
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with tests
# load it after lib; common_setup must have run.

# ALSA's default device is the private server; nobody else's is ever reached.
sound_setup() {
	printf '%s\n' 'pcm.!default { type pulse }' \
		'ctl.!default { type pulse }' >"$HOME/.asoundrc"
}

pulse_answers() { pactl info >/dev/null 2>&1; }

# pulse_start: sets $pulse_pid, returns when the server answers.
pulse_start() {
	rm -rf "$XDG_RUNTIME_DIR/pulse"
	start pulseaudio -n --daemonize=no --exit-idle-time=-1 --disallow-exit \
		-L 'module-null-sink sink_name=null0' \
		-L module-native-protocol-unix >pulse.log 2>&1
	pulse_pid=$pid
	until_true 20 pulse_answers
}

# listen FILE: record what is heard into FILE (raw, 22050 Hz mono) from now on,
# on the sink $ear.
listen() {
	start parec -d "${ear:-null0}.monitor" --format=s16le --channels=1 --rate=22050 \
		--latency-msec=20 --raw "$1" 2>/dev/null
	ear_pid=$pid
	until_true 20 test -s "$1"
}

# loud_ms FILE: milliseconds of 10 ms windows that are not silent.
loud_ms() {
	"${PYTHON:-/usr/bin/python3}" - "$1" <<'PY'
import array, sys
s = array.array('h')
b = open(sys.argv[1], 'rb').read()
if b[:4] == b'RIFF':
    b = b[44:]
s.frombytes(b[:len(b) // 2 * 2])
print(sum(10 for i in range(0, len(s), 220)
          if max(s[i:i + 220], default=0) > 300))
PY
}

# heard FILE MS: at least so much sound is in FILE.
heard() { [ -s "$1" ] && [ "$(loud_ms "$1")" -ge "$2" ]; }

# voice_of PID: the process id of its speakd-voice.
voice_of() { pgrep -P "$1" -x speakd-voice; }
has_voice() { voice_of "$1" >/dev/null; }

# another_voice SPEAKD_PID OLD_PID: a new one took its place.
another_voice() { has_voice "$1" && [ "$(voice_of "$1")" != "$2" ]; }

said() { grep -q -- "$2" "$1" 2>/dev/null; }
