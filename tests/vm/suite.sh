# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
#
# suite.sh - which Debian, from where, and where what is made of it is kept.
# shellcheck shell=sh
# shellcheck disable=SC2034 # for whoever sources this

cache=${EARSHOT_VM:-${XDG_CACHE_HOME:-$HOME/.cache}/earshot-vm}
host_suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
suite=${SUITE:-$host_suite}

# Libraries whose package names change from one Debian to the next.
case $suite in
bookworm)
	suite_libraries="libasound2 libevent-core-2.1-7 libevent-extra-2.1-7
		libevent-openssl-2.1-7 libssl3 libarchive13 libutf8proc2"
	;;
trixie)
	suite_libraries="libasound2t64 libevent-core-2.1-7t64
		libevent-extra-2.1-7t64 libevent-openssl-2.1-7t64 libssl3t64
		libarchive13t64 libutf8proc3"
	;;
*)
	echo "${0##*/}: unknown suite '$suite', expected bookworm or trixie" >&2
	exit 2
	;;
esac

# archives SUITE: lines of a sources.list, the suite itself first. The host's
# own archives of its Debian, with the name of the suite put in.
archives() {
	for_suite=$1
	if [ -n "${MIRROR:-}" ]; then
		echo "deb $MIRROR $for_suite main contrib"
		return
	fi
	# shellcheck disable=SC2016 # apt's own words
	lines=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk -v host="$host_suite" -v wanted="$for_suite" '
			BEGIN { key = "/usr/share/keyrings/debian-archive-keyring.gpg" }
			index($2, host) == 1 && $2 ~ /^[a-z]+(-updates|-security)?$/ &&
			!seen[$0]++ {
				order = $2 == host ? 1 : 2
				# It has no updates: it is them.
				if (wanted == "sid" && order == 2)
					next
				sub(host, wanted, $2)
				print order " deb [signed-by=" key "] " $1 " " $2 " main contrib"
			}' | sort | cut -d' ' -f2-)
	if [ -z "$lines" ]; then
		echo "${0##*/}: apt knows no archive of Debian's '$host_suite':" \
			"apt-get update, or name one: MIRROR=URL" >&2
		exit 1
	fi
	echo "$lines"
}

# bootstrap OPTION...: mmdebstrap, with no descriptor of ours. It has apt write to
# one of its own by number, through a shell that knows numbers of one digit only.
bootstrap() (
	exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
	exec mmdebstrap "$@"
)
