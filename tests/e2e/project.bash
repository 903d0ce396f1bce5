# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project.bash - what the tests of project share.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0
load lib

# Bash lets a failing "! command" pass: say it so that it counts.
no() { if "$@"; then return 1; fi; }

# A GTD directory with nothing but a place for projects; P is that place.
project_setup() {
	common_setup
	export GTD_DIR=$HOME/gtd
	P=$GTD_DIR/Projects
	mkdir -p "$P"
	unset EDITOR VISUAL PROJECT_EDITOR GIT_DIR
}
