# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# sink.sh - a sound server of one's own, with a null sink "null0".
# shellcheck shell=bash disable=SC2154 # here, dir
# Source it with $here and $dir set. The sink's format is wide, so that what an
# ear cannot see of it (innocent_ear.py, "blind") is 21 ms, and PulseAudio's
# renders two seconds ahead when nobody asks otherwise.
unset PULSE_SERVER SPEECHD_ADDRESS DBUS_SESSION_BUS_ADDRESS DISPLAY
sink_format='rate=96000 channels=8 format=s32le'
sink_pids=()

answers() { pactl info >/dev/null 2>&1; }
has_default_sink() { pactl info 2>/dev/null | grep -q '^Default Sink: [a-z]'; }
wait_until() {
	for _ in $(seq 100); do
		if "$@"; then return 0; fi
		sleep 0.1
	done
	echo "bench: no sound server: $*" >&2
	return 1
}

# PipeWire is only unpacked (contrib/services): it looks for its files in /usr.
in_place() { exec "$here/../tests/helpers/in-place" "$@"; }
unpacked=$here/../build/services/root
pipewire_is_here() {
	[ -x "$unpacked/usr/bin/pipewire-pulse" ] ||
		command -v pipewire-pulse >/dev/null
}

# start_sink [pulseaudio|pipewire]
start_sink() {
	rm -rf "${dir:?}/run"
	mkdir -m 700 "$dir/run"
	export HOME=$dir XDG_RUNTIME_DIR=$dir/run
	printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' \
		>"$dir/.asoundrc"
	if [ "${1:-pulseaudio}" = pulseaudio ]; then
		pulseaudio -n --daemonize=no --exit-idle-time=-1 \
			-L "module-null-sink sink_name=null0 $sink_format" \
			-L module-native-protocol-unix 2>"$dir/log" &
		sink_pids=($!)
		wait_until answers
		return
	fi
	in_place pipewire >>"$dir/log" 2>&1 &
	sink_pids=($!)
	wait_until test -S "$dir/run/pipewire-0"
	# WirePlumber ends where it finds no session bus.
	in_place dbus-run-session wireplumber >>"$dir/log" 2>&1 &
	sink_pids+=($!)
	in_place pipewire-pulse >>"$dir/log" 2>&1 &
	sink_pids+=($!)
	wait_until has_default_sink
	pactl load-module module-null-sink sink_name=null0 >/dev/null
	pactl set-default-sink null0
}

stop_sink() {
	for pid in "${sink_pids[@]}"; do kill "$pid" 2>/dev/null || :; done
	wait "${sink_pids[@]}" || :
	sink_pids=()
}
