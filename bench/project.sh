#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# project.sh - project beside todo.txt-cli and taskwarrior, with the same data.
#
# usage: bench/project.sh [PROJECTS...]   (10 1000 10000)
# Whole processes without a shell, medians in milliseconds; TAB in a real
# interactive bash. EARSHOT_BIN is the directory of the built programs. Needs
# hyperfine, bash-completion and python3-pexpect; todotxt-cli and taskwarrior are
# measured where they are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${EARSHOT_BIN:?}
sizes=("$@")
[ $# -gt 0 ] || sizes=(10 1000 10000)
command -v hyperfine >/dev/null ||
	{ echo "project.sh: there is no hyperfine here" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/var/tmp}/bench-project-XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8 PATH=$bin:$PATH
unset NO_COLOR GTD_DIR

# median RUNS PREPARE COMMAND: milliseconds
median() {
	hyperfine -N --warmup 2 --runs "$1" ${2:+--prepare "$2"} \
		--export-json "$work/json" "$3" >/dev/null 2>&1 ||
		{ echo failed; return; }
	/usr/bin/python3 -c 'import json, sys
print("%.2f" % (json.load(open(sys.argv[1]))["results"][0]["median"] * 1000))' \
		"$work/json"
}

# tab RUNS SETUP TYPED
tab() { /usr/bin/python3 "$here/project_tab.py" "$@"; }

# first RUNS COMMAND...: until its first line is there
first() {
	/usr/bin/python3 - "$@" <<-'END'
		import statistics, subprocess, sys, time
		took = []
		for _ in range(int(sys.argv[1])):
		    began = time.perf_counter()
		    with subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE) as p:
		        p.stdout.readline()
		        took.append(time.perf_counter() - began)
		        p.stdout.read()
		print("%.2f" % (statistics.median(took) * 1000))
	END
}

row() { printf '| %s |%s\n' "$1" "$2"; }

declare -A got
measure() {
	local n=$1
	export HOME=$work/$n XDG_STATE_HOME=$work/$n/state
	export TASKRC=$HOME/.taskrc TODOTXT_CFG_FILE=$HOME/todo.cfg
	mkdir -p "$HOME"
	/usr/bin/python3 "$here/project_data.py" "$n" "$HOME"
	touch "$HOME/done.txt"
	project -q new zz_moved
	local again="project -q reopen zz_moved"
	got[list,$n]=$(median 15 "" "project list")
	got[first,$n]=$(first 15 project list)
	got[json,$n]=$(median 15 "" "project list --json")
	got[next,$n]=$(median 15 "" "project next")
	got[new,$n]=$(median 30 "sh -c 'rm -rf $HOME/gtd/Projects/zz_new'" \
		"project -q new zz_new")
	got[postpone,$n]=$(median 30 \
		"sh -c 'project -q resume zz_moved 2>/dev/null || :'" \
		"project -q postpone zz_moved")
	project -q resume zz_moved
	got[complete,$n]=$(median 30 "sh -c '$again 2>/dev/null || :'" \
		"project -q complete zz_moved")
	got[tab,$n]=$(tab 15 ". '$here/../completion/project.bash'" \
		"project edit zz_n")
	got[rss,$n]=$(/usr/bin/time -f '%M' project list 2>&1 >/dev/null |
		awk '{ printf "%.1f", $1 / 1024 }')
	! command -v todo-txt >/dev/null || measure_todo "$n"
	! command -v task >/dev/null || measure_task "$n"
}

measure_todo() {
	local n=$1 command="todo-txt -d $HOME/todo.cfg"
	got[todo_list,$n]=$(median 7 "" "$command -p ls")
	got[todo_add,$n]=$(median 10 "" "$command add next +zz")
	got[todo_tab,$n]=$(tab 7 ". /usr/share/bash-completion/bash_completion" \
		"$command ls +zz")
}

measure_task() {
	local n=$1
	task import "$HOME/tasks.json" >/dev/null 2>&1
	got[task_list,$n]=$(median 7 "" "task rc.gc=off list")
	got[task_add,$n]=$(median 10 "" "task add project:zz_new next step")
	got[task_done,$n]=$(median 7 "task add project:zz_done next" \
		"task +LATEST done")
	got[task_tab,$n]=$(tab 7 ". /usr/share/bash-completion/bash_completion" \
		"task project:zz_n")
}

columns() {
	local key=$1 out=
	for n in "${sizes[@]}"; do out+=" ${got[$key,$n]:--} |"; done
	echo "$out"
}

ratios() {
	local out=
	for n in "${sizes[@]}"; do
		out+=" $(awk -v a="${got[$1,$n]:-0}" -v b="${got[$2,$n]:-0}" \
			'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }') |"
	done
	echo "$out"
}

for n in "${sizes[@]}"; do measure "$n"; done
row "ms, medians" "$(printf ' %s |' "${sizes[@]}")"
row "---" "$(printf ' ---: |%.0s' "${sizes[@]}")"
row "\`project list\`" "$(columns list)"
row "\`project list\`, first row" "$(columns first)"
row "\`project list --json\`" "$(columns json)"
row "todo.txt-cli \`ls\`" "$(columns todo_list)"
row "taskwarrior \`list\`" "$(columns task_list)"
row "project / taskwarrior" "$(ratios list task_list)"
row "\`project next\`" "$(columns next)"
row "\`project new\`, synced" "$(columns new)"
row "\`project postpone\`, synced" "$(columns postpone)"
row "\`project complete\`, synced" "$(columns complete)"
row "todo.txt-cli \`add\`" "$(columns todo_add)"
row "taskwarrior \`add\`" "$(columns task_add)"
row "taskwarrior \`done\`" "$(columns task_done)"
row "TAB \`project edit zz_n\`" "$(columns tab)"
row "TAB \`todo-txt ls +zz\`" "$(columns todo_tab)"
row "TAB \`task project:zz_n\`" "$(columns task_tab)"
row "\`project list\`, memory MiB" "$(columns rss)"
