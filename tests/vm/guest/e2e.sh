#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# e2e.sh [FILE...] - tests of the tree's own that are worth it where QEMU
# emulates: what depends on the kernel, on root and on the file system.
# check puts the programs and the tests into /usr/src/earshot.
# shellcheck source=tests/vm/guest/lib.sh
. /host/shared/lib.sh
export EARSHOT_SRC=/usr/src/earshot EARSHOT_BIN=/usr/src/earshot/bin
export EARSHOT_MODE=release EARSHOT_TEST_SECONDS=3600 PYTHON=/usr/bin/python3
export LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP
cd "$EARSHOT_SRC" || exit 1
[ $# -gt 0 ] || set -- unit/core_* unit/workspace_* unit/sic-bridge_confine \
	tests/e2e/project-disk.bats tests/e2e/workspace.bats \
	tests/e2e/workspace_life.bats tests/e2e/workspace_sealed.bats \
	tests/e2e/workspace_shift.bats tests/e2e/workspace_stores.bats

# TAP with numbers in, TAP without and with the file's name out.
renumber() { # NAME
	sed -E "s,^(not )?ok [0-9]+ (- )?,\\1ok - $1: ,; s/# skip/# SKIP/; t; s/^/# /"
}
for file; do
	begun=$(ms)
	{ tests/run-one "$file" 2>&1; echo "status=$?"; } >/tmp/e2e.log
	status=$(sed -n 's/^status=//p' /tmp/e2e.log)
	sed '/^status=/d' /tmp/e2e.log | renumber "${file##*/}"
	grep -qE '^(not )?ok ' /tmp/e2e.log || try "${file##*/} ran" false
	[ "$status" -eq 0 ] || failed=$((failed + 1))
	note "${file##*/}: exit $status, $((($(ms) - begun) / 100)) s"
done
finish
