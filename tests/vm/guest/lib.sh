# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# lib.sh - what the scripts that run in the machine share: TAP's lines without
# their numbers, which the host adds; sessions of a real user. POSIX sh.
# shellcheck shell=sh

failed=0
export TERM=dumb

report() { # STATUS WHAT: and on standard input what there is to see of a failure
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
		cat >/dev/null
	else
		failed=$((failed + 1))
		echo "not ok - $2"
		sed 's/^/#   /'
	fi
}

# try WHAT COMMAND...: it succeeds; what it printed is shown when it does not.
try() {
	what=$1 status=0
	shift
	output=$("$@" 2>&1) || status=$?
	report $status "$what" <<-END
		exit $status
		$output
	END
}

# refuses WHAT STATUS TEXT COMMAND...: it ends with that status and says TEXT.
refuses() {
	what=$1 expected=$2 text=$3 status=0
	shift 3
	output=$("$@" 2>&1) || status=$?
	case $output in
	*"$text"*) right=$((status != expected)) ;;
	*) right=1 ;;
	esac
	report $right "$what" <<-END
		exit $status, expected $expected and '$text'
		$output
	END
}

# is WHAT EXPECTED COMMAND...: its output is exactly that.
is() {
	what=$1 expected=$2
	shift 2
	output=$("$@" 2>&1)
	right=0
	[ "$output" = "$expected" ] || right=1
	report $right "$what" <<-END
		expected: $expected
		but it is: $output
	END
}

# has WHAT TEXT COMMAND...: its output has that in it.
has() {
	what=$1 text=$2
	shift 2
	output=$("$@" 2>&1)
	right=1
	case $output in *"$text"*) right=0 ;; esac
	report $right "$what" <<-END
		expected in it: $text
		$output
	END
}

skip() { # WHAT REASON
	echo "ok - $1 # SKIP $2"
}

note() { echo "# $*"; }

# show COMMAND...: what it prints, for whoever reads the log.
show() {
	echo "# \$ $*"
	"$@" 2>&1 | sed 's/^/#   /'
}
ms() { cut -d' ' -f1 /proc/uptime | tr -d .; } # in 10 ms

finish() {
	[ "$failed" -eq 0 ]
	exit
}

# until_true SECONDS COMMAND...
until_true() {
	end=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# A root file system of busybox.
small_root() {
	mkdir -p "$1/bin" "$1/etc" "$1/root" "$1/usr/share/doc"
	cp /bin/busybox "$1/bin/"
	for applet in sh ls cat true id touch rm mkdir echo ln stat sleep dd sync seq; do
		ln -sf busybox "$1/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo old >"$1/etc/old"
}

# as_user USER COMMAND...: in a real login session of a user's, with its own
# manager; the exit status is the command's.
as_user() {
	user_id=$(id -u "$1")
	user_name=$1
	shift
	timeout "${LIMIT_SECONDS:-120}" systemd-run --quiet --wait --pipe --collect \
		--uid "$user_name" -p PAMName=login -p WorkingDirectory="~" \
		-E TERM=dumb -E XDG_RUNTIME_DIR="/run/user/$user_id" \
		-E DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$user_id/bus" \
		"$@" </dev/null
}

# lingers USER: their manager runs without a session, as after "loginctl
# enable-linger".
lingers() {
	loginctl enable-linger "$1" &&
		until_true 90 test -S "/run/user/$(id -u "$1")/bus"
}
