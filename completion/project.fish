# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# fish completion for project, and for its alias p.

function __project_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    command project --complete-fish $words "$last" 2>/dev/null
    if test $status -eq 3
        set -l lead (string match -r -- '^--[^=]*=' "$last")
        __fish_complete_path (string replace -- "$lead" '' "$last") |
            string replace -r -- '^' "$lead"
    end
end

complete -c project -f -a '(__project_complete)'
complete -c p -f -w project
