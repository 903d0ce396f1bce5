# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# lib.bash - what end-to-end tests in bats share. load it with "load lib".
# shellcheck shell=bash

# Every test has an empty directory of its own and no settings but its own.
common_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p home run
	chmod 700 run
	export HOME=$BATS_TEST_TMPDIR/home
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
	export XDG_CONFIG_HOME=$HOME/.config
	export XDG_STATE_HOME=$HOME/.local/state
	PATH=$EARSHOT_BIN:$PATH
	pids=()
}

# Processes that a test started with "start" end with it.
common_teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill -CONT "$pid" 2>/dev/null || :
		kill "$pid" 2>/dev/null || :
	done
	for pid in "${pids[@]}"; do
		wait "$pid" 2>/dev/null || :
	done
}

# start COMMAND...: run it in the background, its pid in $pid. Without <&0 bash
# would give it /dev/null to read.
start() {
	"$@" <&0 3>&- &
	pid=$!
	pids+=("$pid")
}

# until_true SECONDS COMMAND...: wait until it succeeds.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		if ((SECONDS >= end)); then
			echo "timed out: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# has FILE TEXT: FILE has a line that is exactly TEXT.
has() { grep -qxF -- "$2" "$1" 2>/dev/null; }

# has_lines FILE N: FILE has at least N lines.
has_lines() { [ "$(wc -l <"$1" 2>/dev/null || echo 0)" -ge "$2" ]; }

# watches: the process started last has an inotify watch.
watches() { grep -qs inotify /proc/"$pid"/fdinfo/*; }

gone() { ! kill -0 "$1" 2>/dev/null; }
