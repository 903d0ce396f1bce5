#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# Power cuts at every flush, on ext4: see flushes.bash.
bats_require_minimum_version 1.5.0
load lib
load workspace
load flushes

@test "each verb, cut at each flush: whole, and what was promised is there (ext4)" { matrix ext4; }
