#compdef project p
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# zsh completion for project, and for its alias p.

_project() {
	local -a lines texts shown
	local line replies code
	replies=$(command project --complete-zsh \
		"${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
	code=$?
	lines=("${(@f)replies}")
	for line in "${lines[@]}"; do
		[[ -n $line ]] || continue
		texts+=("${line%%$'\t'*}")
		shown+=("${line/$'\t'/  }")
	done
	if [[ ${#texts} -eq 1 && ${texts[1]} == --*= ]]; then
		compadd -S '' -a texts
	elif (( ${#texts} )); then
		compadd -l -d shown -a texts
	fi
	if [[ $code -eq 3 ]]; then
		compset -P '--*='
		_files
	fi
}
_project "$@"
