# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# bash completion for speakd, speakctl and sic-bridge -*- shell-script -*-
#
# Everything comes from the program's own option table (--complete-words): one
# option a line, "-r<TAB>--rate<TAB>WPM<TAB>words<TAB>help"; words are plain
# words, or @file, @dir, @command for what the shell completes itself.
#
# The program is the installed one: completing "./speakd -" must not run a file
# that somebody put there.

_earshot() {
	local tab=$'\t' line short long arg words rest
	local cur=${COMP_WORDS[COMP_CWORD]} options=()
	local prev="" value_of="" wanted=""
	COMPREPLY=()
	((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD - 1]}
	# "--rate=8" is three words where "=" breaks words, and one where not.
	if [[ $cur == = ]]; then
		value_of=$prev cur=""
	elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then
		value_of=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $prev == -?* ]]; then
		value_of=$prev
	fi
	while IFS= read -r line; do
		short=${line%%"$tab"*} rest=${line#*"$tab"}
		long=${rest%%"$tab"*} rest=${rest#*"$tab"}
		arg=${rest%%"$tab"*} rest=${rest#*"$tab"}
		words=${rest%%"$tab"*}
		if [[ -z $long ]]; then
			[[ -n $wanted ]] || wanted=$words
		elif [[ -n $arg && -n $value_of ]] &&
			[[ $value_of == "$long" || $value_of == "$short" ]]; then
			wanted=${words:-@none}
			break
		else
			options+=("$long${arg:+=}")
		fi
	done < <(command "${1##*/}" --complete-words 2>/dev/null)
	if [[ $cur == -* && $wanted != @none ]]; then
		for line in "${options[@]}"; do
			[[ $line == "$cur"* ]] && COMPREPLY+=("$line")
		done
		[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] &&
			compopt -o nospace
		return 0
	fi
	case ${wanted:-@file} in
	@none) ;;
	@dir) compopt -o dirnames ;;
	@*) compopt -o default ;;
	*)
		# Words of our own table: no quoting is needed.
		while IFS= read -r line; do
			[[ $line == "$cur"* ]] && COMPREPLY+=("$line")
		done <<<"${wanted// /$'\n'}"
		;;
	esac
	return 0
}
complete -F _earshot speakd speakctl sic-bridge
