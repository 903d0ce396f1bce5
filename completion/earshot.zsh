#compdef speakd speakctl sic-bridge
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# zsh completion from the program's own option table (--complete-words): one
# option a line, "-r<TAB>--rate<TAB>WPM<TAB>words<TAB>help".
# The program is the installed one: completing "./speakd -" must not run a file
# that somebody put there.

_earshot() {
	local tab=$'\t' line value_of= wanted=
	local -a fields options shown
	[[ $words[CURRENT-1] == -?* ]] && value_of=$words[CURRENT-1]
	if [[ $PREFIX == --*=* ]]; then
		value_of=${PREFIX%%=*}
		compset -P '*='
	fi
	for line in "${(@f)$(command ${words[1]:t} --complete-words 2>/dev/null)}"; do
		fields=("${(@ps:\t:)line}")
		if [[ -z $fields[2] ]]; then
			[[ -n $wanted ]] || wanted=$fields[4]
		elif [[ -n $fields[3] && -n $value_of ]] &&
			[[ $value_of == $fields[1] || $value_of == $fields[2] ]]; then
			wanted=${fields[4]:-@none}
			break
		else
			options+=("$fields[2]${fields[3]:+=}")
			shown+=("$fields[2]  $fields[5]")
		fi
	done
	if [[ $PREFIX == -* && $wanted != @none ]]; then
		compadd -S '' -l -d shown -a options
		return
	fi
	case ${wanted:-@file} in
	@none) ;;
	@dir) _files -/ ;;
	@*) _files ;;
	*) compadd -- ${(s: :)wanted} ;;
	esac
}
_earshot "$@"
