#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# sic-bridge.sh - latency, rate and memory beside sic and ii.
set -eu
exec /usr/bin/python3 "$(dirname "$0")/sic-bridge.py" "${RUNS:-3}"
