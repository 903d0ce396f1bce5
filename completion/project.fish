# fish completion for project, and for its alias p.

function __project_complete
    set -l words (commandline -opc)
    command project --complete-fish $words (commandline -ct) 2>/dev/null
end

complete -c project -f -a '(__project_complete)'
complete -c p -f -w project
