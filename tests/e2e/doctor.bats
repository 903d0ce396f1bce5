#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# speakd --doctor: what works here, with reasons; its exit code is for speech.

bats_require_minimum_version 1.5.0

load lib
load sound

setup() {
	common_setup
	printf 'pcm.!default { type hw card 31 }\n' >"$HOME/.asoundrc"
}
teardown() { common_teardown; }

@test "without sound: said why, exit 1, nothing is made" {
	run -1 speakd --doctor
	[[ $output == *"ok   settings"* && $output == *"ok   voices"* ]]
	[[ $output == *"no   sound: sound device default: "* ]]
	[[ $output == *"no   GTD directory: there is no GTD directory "* ]]
	[[ $output == *"no   a speakd that serves: "* ]]
	[ ! -e "$HOME/gtd" ]
}

@test "a mistake in the settings is one of its findings" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	echo 'rate = fast' >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	run -1 speakd --doctor
	[[ $output == *"no   settings: "*"speakd.conf:1: "* ]]
}

@test "--json: an object a line" {
	run -1 speakd --doctor --json
	printf '%s\n' "$output" | "${PYTHON:-/usr/bin/python3}" -c '
import json, sys
found = {c["check"]: c for c in map(json.loads, sys.stdin)}
assert found["voices"]["ok"] and not found["sound"]["ok"], found
assert "sound device" in found["sound"]["text"], found'
}

@test "with sound: exit 0, and the result is heard" {
	command -v pulseaudio >/dev/null || skip "pulseaudio is not here"
	sound_setup
	pulse_start
	listen heard.raw
	run -0 speakd --doctor
	[[ $output == *"ok   sound"* ]]
	until_true 20 heard heard.raw 500
}

@test "what is not installed is named with its package" {
	mkdir bin
	cp "$EARSHOT_BIN/speakd" "$EARSHOT_BIN/speakd-voice" bin/
	PATH=/usr/bin:/bin run -1 bin/speakd --doctor
	[[ $output == *"no   IRC networks: sic-bridge is not installed (package sic-bridge)"* ]]
	[[ $output == *"no   workspaces: project is not installed (package earshot-project)"* ]]
}
