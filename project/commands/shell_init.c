/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/commands/shell_init.h"

/*
 * Each text is the alias and then what completion/ installs for the shell, so
 * that one line in an rc file is enough. tests/e2e/project-shells.py compares
 * the two.
 */
/* clang-format off */
static const char *const inits[] = {
	[SHELL_BASH] =
	  "# for ~/.bashrc: eval \"$(project init bash)\"\n"
	  "alias p=project\n"
	  "_project() {\n"
	  "\tlocal replies status=0\n"
	  "\tCOMPREPLY=()\n"
	  "\treplies=$(command project --complete-bash \"${COMP_LINE:0:COMP_POINT}\" \\\n"
	  "\t\t\"$COMP_POINT\" \"$COMP_WORDBREAKS\" 2>/dev/null) || status=$?\n"
	  "\tif [[ -n $replies ]]; then\n"
	  "\t\tmapfile -t COMPREPLY <<<\"$replies\"\n"
	  "\t\tif [[ ${#COMPREPLY[@]} -eq 1 && $replies == --*= ]]; then\n"
	  "\t\t\tcompopt -o nospace\n"
	  "\t\tfi\n"
	  "\telif [[ $status -eq 3 ]]; then\n"
	  "\t\tcompopt -o default\n"
	  "\tfi\n"
	  "\treturn 0\n"
	  "}\n"
	  "complete -F _project -o nosort project p 2>/dev/null ||\n"
	  "\tcomplete -F _project project p\n",
	[SHELL_ZSH] =
	  "# for ~/.zshrc, after compinit: eval \"$(project init zsh)\"\n"
	  "alias p=project\n"
	  "_project() {\n"
	  "\tlocal -a lines texts shown\n"
	  "\tlocal line replies code\n"
	  "\treplies=$(command project --complete-zsh \\\n"
	  "\t\t\"${(@Q)words[1,CURRENT-1]}\" \"${(Q)PREFIX}\" 2>/dev/null)\n"
	  "\tcode=$?\n"
	  "\tlines=(\"${(@f)replies}\")\n"
	  "\tfor line in \"${lines[@]}\"; do\n"
	  "\t\t[[ -n $line ]] || continue\n"
	  "\t\ttexts+=(\"${line%%$'\\t'*}\")\n"
	  "\t\tshown+=(\"${line/$'\\t'/  }\")\n"
	  "\tdone\n"
	  "\tif [[ ${#texts} -eq 1 && ${texts[1]} == --*= ]]; then\n"
	  "\t\tcompadd -S '' -a texts\n"
	  "\telif (( ${#texts} )); then\n"
	  "\t\tcompadd -l -d shown -a texts\n"
	  "\tfi\n"
	  "\tif [[ $code -eq 3 ]]; then\n"
	  "\t\tcompset -P '--*='\n"
	  "\t\t_files\n"
	  "\tfi\n"
	  "}\n"
	  "compdef _project project p\n",
	[SHELL_FISH] =
	  "# for ~/.config/fish/config.fish: project init fish | source\n"
	  "alias p project\n"
	  "function __project_complete\n"
	  "    set -l words (commandline -opc)\n"
	  "    set -l last (commandline -ct)\n"
	  "    command project --complete-fish $words \"$last\" 2>/dev/null\n"
	  "    if test $status -eq 3\n"
	  "        set -l lead (string match -r -- '^--[^=]*=' \"$last\")\n"
	  "        __fish_complete_path (string replace -- \"$lead\" '' \"$last\") |\n"
	  "            string replace -r -- '^' \"$lead\"\n"
	  "    end\n"
	  "end\n"
	  "\n"
	  "complete -c project -f -a '(__project_complete)'\n"
	  "complete -c p -f -w project\n",
};
/* clang-format on */

const char *shell_init(enum shell shell)
{
	return inits[shell];
}
