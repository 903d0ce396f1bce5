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

@test "a sound server that ALSA's default does not lead to is sound, too" {
	command -v pulseaudio >/dev/null || skip "pulseaudio is not here"
	# Without the system's own settings, which lead there.
	printf 'pcm.default { type hw card 31 }\n' >alsa.conf
	export ALSA_CONFIG_PATH=$PWD/alsa.conf
	pulse_start
	run -0 speakd --doctor
	[[ $output == *"ok   sound"* ]]
}

@test "the sound is looked for where the settings have it" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	echo 'output = alsa:null' >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	run -0 speakd --doctor
	[[ $output == *"ok   sound"* ]]
	echo 'output = alsa:hw:31' >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	run -1 speakd --doctor
	[[ $output == *"no   sound: sound device hw:31: "* ]]
	echo "output = command:cat >$PWD/heard" >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	run -0 speakd --doctor
	[[ $output == *"ok   sound: output=command:cat >$PWD/heard"* ]]
	[ ! -e heard ]
}

@test "what is not installed is named with its package" {
	mkdir bin
	cp "$EARSHOT_BIN/speakd" "$EARSHOT_BIN/speakd-voice" bin/
	PATH=/usr/bin:/bin run -1 bin/speakd --doctor
	[[ $output == *"no   IRC networks: sic-bridge is not installed (package sic-bridge)"* ]]
	[[ $output == *"no   workspaces: project is not installed (package earshot-project)"* ]]
}

@test "a program that hangs is named, and the others are asked all the same" {
	mkdir bin
	printf '#!/bin/sh\nexec sleep 600\n' >bin/sic-bridge
	chmod +x bin/sic-bridge
	cp "$EARSHOT_BIN"/{speakd,speakd-voice,project,project-workspace} bin/
	PATH=/usr/bin:/bin run -1 bin/speakd --doctor
	[[ $output == *"no   IRC networks: sic-bridge --list-networks has not ended after 20 s"* ]]
	[[ $output == *"no   GTD directory: "* ]]
}

@test "each source: is it there, and what is missing" {
	mkdir -p "$XDG_CONFIG_HOME/earshot" logs
	touch chat.out logs/a.log
	cat >"$XDG_CONFIG_HOME/earshot/speakd.conf" <<-END
		[source chat]
		file = $PWD/chat.out
		[source logs]
		file = $PWD/logs/*.log
		[source later]
		file = $PWD/later.out
		[source none]
		file = $PWD/nologs/*.log
		[source news]
		command = nosuchprogram --follow
		[source pipe]
		command = cat $PWD/chat.out | tail -f
		[source wrong]
		fifo = $PWD/chat.out
		[source new]
		fifo = $PWD/new.fifo
	END
	run -1 speakd --doctor
	[[ $output == *"ok   source chat: $PWD/chat.out"* ]]
	[[ $output == *"ok   source logs: $PWD/logs/"* ]]
	[[ $output == *"no   source later: $PWD/later.out is not there yet"* ]]
	[[ $output == *"no   source none: $PWD/nologs/"*" is not there yet"* ]]
	[[ $output == *"no   source news: nosuchprogram is not installed"* ]]
	[[ $output == *"ok   source pipe: cat $PWD/chat.out | tail -f"* ]]
	[[ $output == *"no   source wrong: $PWD/chat.out is not a fifo"* ]]
	[[ $output == *"ok   source new: $PWD/new.fifo"* ]]
	[ ! -e new.fifo ]
}

@test "where a speakd serves: what it reads, and what it does not" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	touch chat.out more.out
	printf '[source chat]\nfile = %s\n[source feed]\ncommand = sleep 600\n' \
		"$PWD/chat.out" >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	start speakd --serve -o null
	until_true 20 speakctl status
	run -0 speakctl follow "$PWD/more.out"
	printf '[source late]\nfile = %s\n' "$PWD/more.out" \
		>>"$XDG_CONFIG_HOME/earshot/speakd.conf"
	run speakd --doctor
	[[ $output == *"ok   source chat: $PWD/chat.out, live"* ]]
	[[ $output == *"ok   source feed: sleep 600, live"* ]]
	[[ $output == *"no   source late: "*"the speakd that serves does not read it"* ]]
	[[ $output == *"ok   followed $PWD/more.out: live"* ]]
	[ "$(grep -c 'source chat' <<<"$output")" = 1 ]
}

@test "each IRC network, with where it connects or why it cannot" {
	run -1 speakd --doctor
	[[ $output == *"ok   IRC networks: none is configured"* ]]
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	cat >"$XDG_CONFIG_HOME/earshot/sic-bridge.conf" <<-END
		[libera]
		host = irc.libera.chat
		[local]
		host = 127.0.0.1
		port = 6667
		plain = yes
		sasl = plain
	END
	run -1 speakd --doctor
	[[ $output == *"ok   IRC networks, libera: irc.libera.chat port 6697"* ]]
	[[ $output == *"no   IRC networks, local: sasl: plain needs a password"* ]]
	run -2 sic-bridge --list-networks
	echo 'colour = red' >>"$XDG_CONFIG_HOME/earshot/sic-bridge.conf"
	run -1 speakd --doctor
	[[ $output == *"no   IRC networks: "*"sic-bridge.conf:8: "* ]]
}
