#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace.sh - workspaces beside lxc, bubblewrap and podman, in one run.
exec "${PYTHON:-/usr/bin/python3}" "$(dirname "$0")/workspace.py" "$@"
