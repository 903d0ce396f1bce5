#!/bin/sh
# sic-bridge.sh - latency, rate and memory beside sic and ii.
set -eu
exec /usr/bin/python3 "$(dirname "$0")/sic-bridge.py" "${RUNS:-3}"
