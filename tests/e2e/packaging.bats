#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# What debian/ says fits what is installed. (tests/packages builds the packages.)

load lib

setup() {
	common_setup
	debian=$EARSHOT_SRC/debian
}
teardown() { common_teardown; }

# As debian/rules calls it.
installed() {
	make -s -C "$EARSHOT_SRC" OUT="${EARSHOT_BIN%/bin}" install \
		DESTDIR="$PWD/tmp" PREFIX=/usr LIBEXECDIR=/usr/libexec \
		LIBDIR=/usr/lib/here \
		ZSH_DIR=/usr/share/zsh/vendor-completions \
		UNIT_DIR=/usr/lib/systemd/user >/dev/null
	(cd tmp/usr/share/zsh/vendor-completions &&
		mv _earshot _speakd && cp _speakd _sic-bridge)
	install -D "$EARSHOT_SRC/contrib/speech-dispatcher" tmp/usr/bin/speech-dispatcher
	install -D "$EARSHOT_SRC/contrib/speech-dispatcher.1" \
		tmp/usr/share/man/man1/speech-dispatcher.1
	install -D "$EARSHOT_SRC/contrib/apparmor/speakd" tmp/etc/apparmor.d/speakd
}

@test "the packages have the programs' version" {
	[ "$(speakd --version | sed -n '1s/.* //p')" = \
		"$(sed -n '1s/.*(\(.*\)).*/\1/p' "$debian/changelog")" ]
}

@test "each installed file is in one package, and each package's files are there" {
	installed
	: >taken
	while read -r pattern; do
		(cd tmp && compgen -G "$pattern") >>taken ||
			{ echo "nothing is $pattern"; false; }
	done < <(cat "$debian"/*.install "$debian/not-installed")
	diff <(cd tmp && find . -type f -o -type l | sed 's,^\./,,' | sort) <(sort taken)
}

@test "the AppArmor profiles are read" {
	command -v apparmor_parser >/dev/null ||
		skip "apparmor is not installed and not unpacked (contrib/services)"
	run apparmor_parser -QKT "$EARSHOT_SRC/contrib/apparmor/speakd"
	echo "$output"
	[ "$status" -eq 0 ]
	# Written for AppArmor 4; an older one says which file it has not.
	run apparmor_parser -QKT "$EARSHOT_SRC/contrib/apparmor/project-workspace"
	echo "$output"
	[ "$status" -eq 0 ] || [[ $output = *"abi/4.0"* ]]
}

@test "systemd reads the units, with the programs that they start" {
	command -v systemd-analyze >/dev/null || skip "systemd is not installed"
	for unit in speakd.service speakd.socket sic-bridge@.service sfeed.service \
		sfeed.timer; do
		sed -E "s,^ExecStart=(speakd|sic-bridge) ,ExecStart=$EARSHOT_BIN/\1 ,; s,=sfeed_update$,=/bin/true," \
			"$EARSHOT_SRC/contrib/$unit" >"${unit/@/@home}"
	done
	for unit in *.service *.socket *.timer; do
		SYSTEMD_UNIT_PATH=$PWD: run systemd-analyze --user --man=no verify "./$unit"
		echo "$unit: $output"
		[ "$status" -eq 0 ] && [ -z "$output" ]
	done
}

@test "make dist: all that git knows, with a checksum, twice the same" {
	git -C "$EARSHOT_SRC" rev-parse -q --verify HEAD >/dev/null ||
		skip "no git checkout"
	for tree in 1 2; do
		git clone -q --depth 1 "file://$EARSHOT_SRC" "$tree"
		make -s -C "$tree" dist
	done
	name=earshot-$(speakd --version | sed -n '1s/.* //p')
	(cd 1/build && sha256sum -c "$name.tar.gz.sha256")
	cmp "1/build/$name.tar.gz" "2/build/$name.tar.gz"
	tar -xf "1/build/$name.tar.gz"
	diff <(git -C 1 ls-files | sort) \
		<(cd "$name" && find . -type f -o -type l | sed 's,^\./,,' | sort)
}

@test "speech-dispatcher: its options become speakd's, or say nothing" {
	mkdir bin
	printf '#!/bin/sh\nprintf "[%%s]" "$@"\n' >bin/speakd
	chmod +x bin/speakd
	PATH=$PWD/bin:$PATH
	speech=$EARSHOT_SRC/contrib/speech-dispatcher
	[ "$("$speech" --spawn --communication-method unix_socket --socket-path '/a b')" = \
		'[--spawn][--communication-method][unix_socket][--socket-path][/a b]' ]
	[ "$("$speech" -s -t 5 -l 4 -L /x -m /y -C /z -P /p)" = '[--serve][--ssip=speech-dispatcher]' ]
	[ "$("$speech" -d -c inet_socket -p 6561)" = \
		'[--spawn][--ssip=speech-dispatcher][--communication-method][inet_socket][--port][6561]' ]
	[ "$("$speech" --run-single --socket-path=/s --log-level=3)" = \
		'[--serve][--ssip=speech-dispatcher][--socket-path=/s]' ]
	[ "$("$speech" -v)" = '[--version]' ]
}

# Dependencies that a package has beside those that the linker knows of.
also_wanted() {
	sed -n "/^Package: $1\$/,/^\$/p" "$debian/control" |
		grep -E '^(Depends|Recommends|Suggests):' | tr ',|' '\n\n'
}

@test "speech-dispatcher returns when clients can connect, as the real one does" {
	mkdir -p "$XDG_CONFIG_HOME/earshot"
	echo 'output = null' >"$XDG_CONFIG_HOME/earshot/speakd.conf"
	"$EARSHOT_SRC/contrib/speech-dispatcher" -d 3>&-
	[ -S "$XDG_RUNTIME_DIR/speech-dispatcher/speechd.sock" ]
	speakctl say hello
	# It ends by itself.
	until_true 60 test ! -e "$XDG_RUNTIME_DIR/speech-dispatcher/speechd.sock"
}

@test "each library that is loaded at run time is wanted by its program's package" {
	local row package area name
	for row in speakd:speakd sic-bridge:sic-bridge earshot-project:workspace; do
		package=${row%:*} area=${row#*:}
		grep -rhA2 --include='*.c' 'library_load("' "$EARSHOT_SRC/$area" >loads
		while read -r name; do
			also_wanted "$package" | grep -qwF -- "$name" ||
				{ echo "$package does not want $name"; false; }
		done < <(tr -d '\n' <loads |
			grep -o 'library_load("[^"]*",[[:space:]]*"[^"]*"' |
			sed 's/.*"\(.*\)"/\1/')
	done
}
