# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# fish completion for speakd, speakctl and sic-bridge, from the program's own
# option table (--complete-words).

function __earshot_complete
    set -l prog $argv[1]
    for line in (command $prog --complete-words 2>/dev/null)
        set -l f (string split \t -- $line)
        set -l args
        if test -z "$f[2]"
            switch "$f[4]"
                case '@*' ''
                case '*'
                    complete -c $prog -f -a "$f[4]"
            end
            continue
        end
        test -n "$f[1]"; and set -a args -s (string sub -s 2 -- $f[1])
        set -a args -l (string sub -s 3 -- $f[2])
        if test -n "$f[3]"
            set -a args -r
            switch "$f[4]"
                case '@*' ''
                case '*'
                    set -a args -f -a "$f[4]"
            end
        end
        complete -c $prog $args -d "$f[5]"
    end
end

for prog in speakd speakctl sic-bridge
    command -q $prog; and __earshot_complete $prog
end
