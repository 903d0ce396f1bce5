#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# intelligibility.sh - see intelligibility.py; several minutes of a processor.
exec /usr/bin/python3 "$(dirname "$0")/intelligibility.py" "$@"
