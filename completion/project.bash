# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# bash completion for project, and for its alias p -*- shell-script -*-
#
# The program reads the line itself: names are neither expanded nor executed.

_project() {
	local replies status=0
	COMPREPLY=()
	replies=$(command project --complete-bash "${COMP_LINE:0:COMP_POINT}" \
		"$COMP_POINT" "$COMP_WORDBREAKS" 2>/dev/null) || status=$?
	if [[ -n $replies ]]; then
		mapfile -t COMPREPLY <<<"$replies"
		if [[ ${#COMPREPLY[@]} -eq 1 && $replies == --*= ]]; then
			compopt -o nospace
		fi
	elif [[ $status -eq 3 ]]; then
		compopt -o default
	fi
	return 0
}
complete -F _project -o nosort project p 2>/dev/null ||
	complete -F _project project p
