#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# workspace_import.bats - archives: what goes out, what comes in, what must not.
load lib
load workspace

setup_file() { ws_setup_small; }
teardown_file() { ws_teardown_file; }
setup() {
	common_setup
	WS_ENV=()
	ws_needs_namespaces
	rm -rf "$WS_HOME/here"/*
	out=$WS_HOME/here
}
teardown() { common_teardown; }

inside() { ws run "$1" -- sh -c "$2"; }

# tar_of FILE: python's tarfile makes what tar(1) refuses to; t and add() are
# the archive and a shorthand.
tar_of() {
	cat >script.py <<-EOF
	import io, sys, tarfile
	t = tarfile.open(sys.argv[1], 'w', format=tarfile.PAX_FORMAT)
	def add(name, data=b'', type=tarfile.REGTYPE, link='', **more):
	    i = tarfile.TarInfo(name)
	    i.type, i.linkname, i.size, i.mode = type, link, len(data), 0o755
	    for k, v in more.items():
	        setattr(i, k, v)
	    t.addfile(i, io.BytesIO(data))
	$(cat)
	t.close()
	EOF
	/usr/bin/python3 script.py "$1"
	chmod 644 "$1"
}

# refused FILE WORDS: it is not imported, for that reason, and leaves nothing.
refused() {
	local layers
	layers=$(ws_layers)
	run ws import "$1" refused
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"$2"* ]]
	[ "$(ws_layers)" = "$layers" ]
	run ws run refused -- true
	[ "$status" -eq 1 ]
}

@test "everything survives: modes, owners, links, attributes, ACLs, holes, odd names" {
	ws_needs_range
	ws create full --base small
	ws run full -- sh -c '
		cd /; mkdir t; cd t; echo x >a; ln a b; ln -s a l; chmod 4751 a
		echo y >owned; chown 7:8 owned; mkfifo pipe 2>/dev/null || busybox mkfifo pipe
		mkdir -m 1777 sticky; echo z >"new
line"; echo u >ä; echo n >"$(printf "\377")"; busybox truncate -s 50000000 hole; echo end >>hole
		rm /etc/old; rm -r /usr/share/doc'
	# Attributes are set from a workspace over the host, which has the tools.
	run ws run trip -- python3 -c '
import os
os.makedirs("/x"); os.setxattr("/x", "user.mark", b"v"); print("ok")'
	[ "$output" = ok ] || [[ $output = *ok ]]
	for end in tar tar.gz tar.zst; do
		ws export full "$out/full.$end"
		ws import "$out/full.$end" "full-$end"
		run ws run "full-$end" -- sh -c '
			cd /t; cat a b l; stat -c "%a %h" a; stat -c %u:%g owned; stat -c %F pipe
			stat -c %a sticky; cat new*line ä "$(printf "\377")"; stat -c %s hole
			test $(stat -c %b hole) -lt 1000 && echo sparse; ls /etc/old /usr/share/doc 2>/dev/null; echo'
		[ "$output" = "$(printf '%s\n' x x x '4751 2' 7:8 fifo 1777 z u n 50000004 sparse)" ]
	done
	[ "$(stat -c %s "$out/full.tar")" -lt 10000000 ]
}

@test "extended attributes, ACLs and capabilities survive" {
	ws_needs_range
	tar_of "$out/attr.tar" <<-'EOF'
	import struct
	add('bin', type=tarfile.DIRTYPE)
	add('a', b'a', pax_headers={'SCHILY.xattr.user.mark': 'value'})
	add('b', b'b', pax_headers={'SCHILY.acl.access': 'user::rwx,user::r--:7,group::r--,mask::r--,other::---'})
	cap = struct.pack('<IIIII', 0x02000001, 1 << 10, 0, 0, 0).decode()
	add('c', b'c', pax_headers={'SCHILY.xattr.security.capability': cap})
	EOF
	ws import "$out/attr.tar" attr
	id=$(sed -n 's/^lower \([0-9a-f]*\)$/\1/p' "$WS_STORE/ws/attr")
	/usr/bin/python3 - "$WS_STORE/layers/$id/up" <<-'EOF'
	import os, sys
	at = sys.argv[1] + '/'
	assert os.getxattr(at + 'a', 'user.mark') == b'value'
	assert len(os.getxattr(at + 'b', 'system.posix_acl_access')) == 4 + 5 * 8
	assert os.getxattr(at + 'c', 'security.capability')
	EOF
	ws export attr "$out/again.tar.zst"
	zstd -qdc "$out/again.tar.zst" >again.tar
	/usr/bin/python3 - <<-'EOF'
	import tarfile
	h = {m.name: m.pax_headers for m in tarfile.open('again.tar')}
	assert h['a']['SCHILY.xattr.user.mark'] == 'value', h
	assert '7' in h['b']['SCHILY.acl.access'], h
	assert any('security.capability' in k for k in h['c']), h
	EOF
}

@test "the ending of an archive's name is kept, or refused" {
	ws create kinds --base small
	ws export kinds "$out/a.tar.bz2"
	ws export kinds "$out/a.tbz2"
	ws export kinds "$out/a.txz"
	bzip2 -t "$out/a.tar.bz2"
	bzip2 -t <"$out/a.tbz2"
	xz -t "$out/a.txz"
	run ws export kinds "$out/a.zip"
	[ "$status" -eq 2 ]
	[[ $output == *"a.zip', expected .tar, "* ]]
	[ ! -e "$out/a.zip" ]
}

@test "an exported snapshot is that snapshot, and a running one is refused" {
	ws create snap --base small
	inside snap 'echo 1 >/f'
	ws snap snap
	inside snap 'echo 2 >/f'
	ws export snap@1 "$out/s.tar"
	[ "$(tar -xOf "$out/s.tar" f)" = 1 ]
	ws run snap -- sleep 1000 3>&- &
	pid=$!
	is_running() { ws list --json | grep '"name":"snap"' | grep -q '"running":true'; }
	until_true 20 is_running
	run ws export snap "$out/t.tar"
	[ "$status" -eq 1 ]
	[[ $output = *"in use"* ]]
	ws export snap@1 "$out/t.tar"
	cmp "$out/s.tar" "$out/t.tar"
	ws stop snap
	wait "$pid" || :
}

@test "an export that cannot be written says why" {
	ws create unwritten --base small
	to_full() { ws export unwritten - 2>&1 >/dev/full; }
	run to_full
	[ "$status" -eq 1 ]
	[[ $output = *"No space left on device" ]]
	ws export unwritten - 2>why | head -c 9 >/dev/null || :
	[[ $(cat why) = *"Broken pipe" ]]
}

@test "an export that fails leaves no file" {
	ws create noexp --base small
	run ws export noexp "$WS_HOME/nodir/x.tar"
	[ "$status" -eq 1 ]
	run ws export noexp "$out/x.tar" --format nonsense
	[ "$status" -eq 2 ]
	[ -z "$(ls "$out")" ]
	[ -e /dev/full ] || return 0
	run ws export noexp "/proc/x.tar"
	[ "$status" -eq 1 ]
}

@test "an OCI image goes out and comes back, layers and whiteouts too" {
	ws create oci --base small
	inside oci 'echo x >/x; rm /etc/old'
	ws export oci "$out/oci.tar" --format oci
	ws import "$out/oci.tar" oci2
	run inside oci2 'cat /x; ls /etc'
	[ "$output" = $'x\npasswd\nresolv.conf' ] || [ "$output" = $'x\npasswd' ]
	mkdir layout
	tar -xf "$out/oci.tar" -C layout
	# A second layer by hand: whiteout, opaque directory.
	tar_of two.tar <<-'EOF'
	add('x/'[:-1] + '2', b'two')
	add('.wh.x')
	add('usr/share/doc', type=tarfile.DIRTYPE)
	add('usr/share/doc/.wh..wh..opq')
	add('usr/share/doc/new', b'n')
	EOF
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/oci.py" layout add-layer two.tar
	cp -r layout "$out/layout"
	chmod -R a+rX "$out/layout"
	ws import "$out/layout" oci3
	run inside oci3 'test -e /x || echo gone; cat /x2; ls /usr/share/doc'
	[ "$output" = $'gone\ntwonew' ]
	# Damage is found by the digest; a link out is not followed.
	blob=$(find "$out/layout/blobs/sha256" -type f -size +1000k)
	echo x >>"$blob"
	run ws import "$out/layout" oci4
	[ "$status" -eq 1 ]
	[[ $output = *"digest differs"* ]]
	rm "$out/layout/index.json"
	ln -s /etc/passwd "$out/layout/index.json"
	run ws import "$out/layout" oci4
	[ "$status" -eq 1 ]
	[[ $output = *"index.json"* ]]
}

@test "podman loads and runs an exported workspace" {
	command -v podman >/dev/null || skip "podman is not installed"
	ws_needs_root "run podman here"
	ws create pod --base small
	inside pod 'echo from-pod >/x'
	ws export pod "$out/pod.tar" --format oci
	ws export pod "$out/plain.tar.gz"
	pod() { "$EARSHOT_SRC/tests/helpers/in-place" podman --root "$WS_DIR/pod" --runroot "$WS_DIR/podrun" \
		--storage-driver vfs --cgroup-manager cgroupfs "$@"; }
	pod load -qi "$out/pod.tar"
	pod import -q "$out/plain.tar.gz" plain
	pod image exists localhost/pod:latest
	# podman asks for limits that root without CAP_SYS_RESOURCE cannot set.
	cat >runtime <<-EOF
	#!/usr/bin/python3
	import json, os, sys
	if '--bundle' in sys.argv:
	    name = sys.argv[sys.argv.index('--bundle') + 1] + '/config.json'
	    config = json.load(open(name))
	    config['process'].pop('rlimits', None)
	    json.dump(config, open(name, 'w'))
	os.execvp('$(command -v runc >/dev/null && echo runc || echo crun)', ['runtime'] + sys.argv[1:])
	EOF
	chmod +x runtime
	for image in pod plain; do
		run pod --runtime "$PWD/runtime" run --rm --network none "localhost/$image:latest" cat /x
		echo "$output"
		[ "$output" = from-pod ]
	done
}

@test "lxc-execute runs an exported workspace" {
	command -v lxc-execute >/dev/null || skip "lxc is not installed"
	ws_needs_root "use lxc-execute here"
	ws create lxc --base small
	inside lxc 'echo from-lxc >/x; mkdir -p /proc /sys /dev'
	ws export lxc "$out/lxc.tar"
	mkdir -p lxcroot/c/rootfs
	tar -xf "$out/lxc.tar" -C lxcroot/c/rootfs
	printf 'lxc.rootfs.path = dir:%s\nlxc.net.0.type = empty\nlxc.uts.name = c\n' \
		"$PWD/lxcroot/c/rootfs" >lxcroot/c/config
	run "$EARSHOT_SRC/tests/helpers/in-place" lxc-execute -P "$PWD/lxcroot" -n c -- /bin/cat /x
	[ "$status" -eq 0 ]
	[[ $output = *from-lxc* ]]
}

@test "an Incus image goes out as it must look, and comes back" {
	ws create inc --base small
	inside inc 'echo x >/x; ln /x /y'
	ws export inc "$out/inc.tar.gz" --format incus
	[ "$(tar -tzf "$out/inc.tar.gz" | sed 's|/.*||' | sort -u | tr '\n' ' ')" = "metadata.yaml rootfs " ]
	tar -xOzf "$out/inc.tar.gz" metadata.yaml >meta
	grep -q "^architecture: $(uname -m)" meta
	grep -q '^creation_date: [0-9]' meta
	ws import "$out/inc.tar.gz" inc2
	[ "$(inside inc2 'cat /x /y; stat -c %h /x')" = $'x\nx\n2' ]
}

@test "names that lead out are refused" {
	for name in ../x a/../../x /etc/x ./../x .. ; do
		echo "add('ok', b'x'); add('$name', b'x')" | tar_of "$out/bad.tar"
		refused "$out/bad.tar" "refused: member"
	done
	[ ! -e "$WS_STORE/layers/x" ]
	echo "add('ok', b'x'); add('l', type=tarfile.LNKTYPE, link='../../../../../etc/passwd')" |
		tar_of "$out/bad.tar"
	refused "$out/bad.tar" "hard link that leads out"
	echo "add('l', type=tarfile.LNKTYPE, link='/etc/passwd')" | tar_of "$out/bad.tar"
	refused "$out/bad.tar" "hard link that leads out"
}

@test "what follows a symbolic link to the host ends up in the workspace" {
	echo host >"$WS_DIR/target"
	chmod 666 "$WS_DIR/target"
	mkdir -m 777 -p "$WS_DIR/directory"
	tar_of "$out/link.tar" <<-EOF
	add('bin', type=tarfile.DIRTYPE)
	add('bin/busybox', open('/bin/busybox', 'rb').read())
	add('bin/sh', type=tarfile.SYMTYPE, link='busybox')
	add('file', type=tarfile.SYMTYPE, link='$WS_DIR/target')
	add('file', b'evil')
	add('dir', type=tarfile.SYMTYPE, link='$WS_DIR/directory')
	add('dir/evil', b'evil')
	add('up', type=tarfile.SYMTYPE, link='../../../../..')
	add('up$WS_DIR/directory/evil2', b'evil')
	EOF
	run ws import "$out/link.tar" link
	[ "$(cat "$WS_DIR/target")" = host ]
	[ -z "$(ls "$WS_DIR/directory")" ]
}

@test "mount points that are symbolic links lead nowhere outside" {
	mkdir -m 777 -p "$WS_DIR/directory"
	tar_of "$out/mounts.tar" <<-EOF
	add('bin', type=tarfile.DIRTYPE)
	add('bin/busybox', open('/bin/busybox', 'rb').read())
	add('bin/sh', type=tarfile.SYMTYPE, link='busybox')
	add('etc', type=tarfile.DIRTYPE)
	add('etc/resolv.conf', type=tarfile.SYMTYPE, link='$WS_DIR/directory/resolv.conf')
	for n in ('dev', 'proc', 'sys', 'run', 'tmp', 'home', 'var'):
	    add(n, type=tarfile.SYMTYPE, link='$WS_DIR/directory')
	EOF
	ws import "$out/mounts.tar" mounts
	run ws run mounts -- /bin/busybox true
	[ -z "$(ls "$WS_DIR/directory")" ]
	[ -e /proc/self ]
}

@test "devices are left out and told; marks of overlayfs do not come in" {
	tar_of "$out/dev.tar" <<-'EOF'
	add('bin', type=tarfile.DIRTYPE)
	add('bin/busybox', open('/bin/busybox', 'rb').read())
	add('bin/sh', type=tarfile.SYMTYPE, link='busybox')
	add('sda', type=tarfile.BLKTYPE, devmajor=8, devminor=0)
	add('mem', type=tarfile.CHRTYPE, devmajor=1, devminor=1)
	add('bin', type=tarfile.DIRTYPE, pax_headers={'SCHILY.xattr.user.overlay.opaque': 'y', 'SCHILY.xattr.user.kept': 'k'})
	EOF
	run ws import "$out/dev.tar" dev
	[ "$status" -eq 0 ]
	[[ $output = *"2 devices and sockets were left out"* ]]
	run ws run dev -- /bin/busybox ls /
	lacks 'sda\|mem' <<<"$output"
	id=$(sed -n 's/^lower \([0-9a-f]*\)$/\1/p' "$WS_STORE/ws/dev")
	/usr/bin/python3 - "$WS_STORE/layers/$id/up/bin" <<-'EOF'
	import os, sys
	names = os.listxattr(sys.argv[1])
	assert 'user.overlay.opaque' not in names, names
	assert 'user.kept' in names, names
	EOF
}

@test "a directory: what is left out of it is told" {
	mkdir "$out/tree"
	echo a >"$out/tree/a"
	/usr/bin/python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$out/tree/s"
	run ws import "$out/tree" tree
	[ "$status" -eq 0 ]
	[ "$output" = "project: left out, as they are devices, sockets or not to be read: 1" ]
	rm "$out/tree/s"
	[ -z "$(ws import "$out/tree" whole 2>&1)" ]
}

@test "a bomb is refused at its limit, not at the end of the disk" {
	echo "add('a', bytes(2 * 1048576))" | tar_of "$out/two.tar"
	gzip -k "$out/two.tar"
	ws import "$out/two.tar.gz" fits --max-mib 2
	echo "add('a', bytes(2 * 1048576)); add('b', b'x')" | tar_of "$out/more.tar"
	run ws import "$out/more.tar" more --max-mib 2
	[ "$status" -eq 1 ]
	[[ $output = *"more than 2 MiB"* ]]
	ws import "$out/more.tar" more --max-mib 3
}

@test "what is no archive, is cut, or is not there" {
	echo nonsense >"$out/x.tar"
	refused "$out/x.tar" "x.tar"
	: >"$out/empty.tar"
	refused "$out/empty.tar" "empty.tar"
	echo "add('a', bytes(100000))" | tar_of "$out/cut.tar"
	truncate -s 50000 "$out/cut.tar"
	refused "$out/cut.tar" "cut.tar"
	refused "$out/nothere.tar" "No such file"
	refused /dev/null "neither a file nor a directory"
}

@test "a base: added, used, refused while in use, removed" {
	ws base add extra "$WS_DIR/root"
	run ws base add extra "$WS_DIR/root"
	[ "$status" -eq 1 ]
	ws base | grep -q '^extra '
	ws create user --base extra
	ws create snapper --base small
	ws snap user
	run ws base remove extra
	[ "$status" -eq 1 ]
	[[ $output = *"in use by user"* ]]
	ws create over --base user@1
	ws destroy user
	ws destroy over
	n=$(ws_layers)
	ws base remove extra
	ws gc --all
	[ "$(ws_layers)" -lt "$n" ]
	run ws create x --base extra
	[ "$status" -eq 1 ]
	[[ $output = *"no base is called 'extra'"* ]]
}

# layer_of FILE: adds a layer, as tar_of makes it, to the layout directory.
layer_of() {
	tar_of "$1"
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/oci.py" layout add-layer "$1"
}

@test "layers without members, and without the directories that they change" {
	ws_needs_range
	ws create bare --base small
	ws export bare "$out/bare.tar" --format oci
	mkdir layout
	tar -xf "$out/bare.tar" -C layout
	layer_of two.tar <<-'EOF'
	add('srv', type=tarfile.DIRTYPE, mode=0o1777)
	add('own', type=tarfile.DIRTYPE, uid=5, gid=6, mode=0o2750)
	add('own/old', b'x')
	add('file', b'x')
	EOF
	layer_of none.tar </dev/null
	: >zero.tar
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/oci.py" layout add-layer zero.tar
	layer_of three.tar <<-'EOF'
	add('srv/x')
	add('own/.wh.old')
	add('own/new', b'n')
	add('file/is/now/a', b'dir')
	add('.wh..wh.plnk/1.2', b'aufs')
	add('.wh..wh.aufs')
	EOF
	cp -r layout "$out/layers"
	chmod -R a+rX "$out/layers"
	(umask 077 && ws import "$out/layers" layers)
	run inside layers 'stat -c "%n %a %u %g" /srv /own /file /file/is
		cat /own/*; ls -a / | grep -c wh'
	[ "$output" = $'/srv 1777 0 0\n/own 2750 5 6\n/file 755 0 0\n/file/is 755 0 0\nn0' ]
}

@test "docker's list of manifests in a layout is looked through" {
	ws create nested --base small
	ws export nested "$out/nested.tar" --format oci
	mkdir layout
	tar -xf "$out/nested.tar" -C layout
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/oci.py" layout nest \
		application/vnd.docker.distribution.manifest.list.v2+json
	cp -r layout "$out/nest"
	chmod -R a+rX "$out/nest"
	ws import "$out/nest" nest
	inside nest true
}

@test "skopeo's dir:, and docker's archive unpacked, are images, not trees" {
	ws create flat --base small
	ws export flat "$out/flat.tar" --format oci
	mkdir layout
	tar -xf "$out/flat.tar" -C layout
	cp -r layout "$out/docker"
	rm "$out/docker"/oci-layout "$out/docker"/index.json
	mkdir "$out/dir"
	cp layout/blobs/sha256/* "$out/dir"
	echo 'Directory Transport Version: 1.1' >"$out/dir/version"
	manifest=$(grep -o '"digest":"sha256:[0-9a-f]*' layout/index.json | cut -d: -f3)
	mv "$out/dir/$manifest" "$out/dir/manifest.json"
	(cd "$out/dir" && tar -cf "$out/dir.tar" -- *)
	chmod -R a+rX "$out"
	for source in docker dir dir.tar; do
		ws import "$out/$source" "flat-$source"
		inside "flat-$source" 'test -x /bin/sh && test ! -e /manifest.json'
	done
}

@test "a user's groups and home are those of the files inside" {
	ws_needs_range
	ws create users --base small
	inside users 'mkdir -p /var/lib/pg
		printf "%s\n" pg:x:70:71::/var/lib/pg:/bin/sh joe:x:1000:1000::/home/j:/bin/sh \
			no:x:9:9::/nonexistent:/bin/sh >>/etc/passwd
		printf "%s\n" pg:x:71: ssl:x:105:pg,joe adm:x:4:x,joe >/etc/group'
	as() { ws run users -u "$1" -- sh -c 'echo "$(id -u) $(id -g) $(id -G) $HOME $USER $PWD"'; }
	[ "$(as pg)" = '70 71 71 105 /var/lib/pg pg /var/lib/pg' ]
	[ "$(as joe)" = '1000 1000 1000 4 105 /home/j joe /home/j' ]
	[ "$(as joe:adm)" = '1000 4 4 /home/j joe /home/j' ]
	[ "$(as 1234)" = '1234 1234 1234 /home/1234 1234 /home/1234' ]
	[ "$(as 5:6)" = '5 6 6 /home/5 5 /home/5' ]
	[ "$(as no | cut -d' ' -f4-)" = '/nonexistent no /' ]
	[ "$(ws run users -u joe -E HOME=/x -- sh -c 'echo $HOME')" = /x ]
	inside users 'test ! -e /nonexistent'
	run as joe:nope
	[ "$status" -eq 1 ]
	[ "$output" = "project: no group inside is called 'nope'" ]
}

@test "an image says how it is run; that is kept, used, and goes out again" {
	ws create run --base small
	ws export run "$out/run.tar" --format oci
	mkdir image
	tar -xf "$out/run.tar" -C image
	/usr/bin/python3 "$EARSHOT_SRC/tests/helpers/oci.py" image config '{"Env":
		["FOO=a b", "PATH=/bin:/opt/own"], "User": "bob:7",
		"WorkingDir": "/not/yet/there", "Entrypoint": ["/bin/sh"],
		"Cmd": ["-c", "echo \"image $FOO\""], "Labels": {"x": "y"}}'
	cp -r image "$out/image"
	chmod -R a+rX "$out/image"
	ws import "$out/image" ran
	run ws run ran -- sh -c 'echo "$FOO|$PATH"; pwd; echo $(id -u) $(id -g)'
	[ "$output" = $'a b|/bin:/opt/own\n/not/yet/there\n'"$(ws doctor | grep -q '^no *a range' && echo 0 0 || echo 1000 7)" ]
	[ "$(ws run ran --user root --env FOO=mine -- sh -c 'echo "$FOO"; id -u')" = $'mine\n0' ]
	# Without a command: the image's, as the image's user.
	[ "$(ws run ran)" = "image a b" ]
	run ws run run
	[ "$status" -eq 2 ]
	[[ $output = *"which command? run is of no image"* ]]
	run ws run nothere
	[ "$status" -eq 1 ]
	ws clone ran again
	ws base add ranbase "$out/image"
	ws create frombase --base ranbase
	[ "$(ws run frombase -- sh -c 'echo $FOO')" = "a b" ]
	ws export again "$out/again.tar" --format oci
	tar -xOf "$out/again.tar" | tr -d '\0' | grep -ao '"config":{"Entrypoint.*"WorkingDir":"/not/yet/there"}' |
		grep -q '"FOO=a b"'
}

@test "docker's own archives, as docker save and podman save write them" {
	ws create dock --base small
	inside dock 'echo one >/one'
	mkdir -p d/root1 d/root2
	echo two >d/root2/two
	echo gone >d/root2/.wh.old
	ws export dock "$out/dock.tar"
	one=$(printf 'a%.0s' {1..64})
	two=$(printf 'b%.0s' {1..64})
	cp "$out/dock.tar" "d/$one.tar"
	tar -C d/root2 --transform 's,old,etc/.wh.old,;s,^\./\.wh\.etc,./etc,' -cf "d/$two.tar" two
	mkdir "d/$two"
	ln -s "../$two.tar" "d/$two/layer.tar"
	printf '{"config":{"Env":["D=docker"],"Cmd":["sh"]}}' >"d/$one.json"
	printf '[{"Config":"%s.json","RepoTags":["x:1"],"Layers":["%s.tar","%s/layer.tar"]}]' \
		"$one" "$one" "$two" >d/manifest.json
	tar -C d -cf "$out/docker.tar" "$one.tar" "$two.tar" "$one.json" "$two" manifest.json
	ws import "$out/docker.tar" docked
	[ "$(inside docked 'cat /one /two; echo $D')" = $'one\ntwo\ndocker' ]
	rm d/manifest.json
	printf '[{"Layers":["../../etc/passwd"]}]' >d/manifest.json
	tar -C d -cf "$out/docker.tar" "$one.tar" manifest.json
	run ws import "$out/docker.tar" docked2
	[ "$status" -eq 1 ]
	run ws list
	[[ $output != *docked2* ]]
}

@test "holes: skipped where they can be, written out in an image" {
	ws create holes --base small
	ws_needs_range
	inside holes 'dd if=/dev/zero of=/small bs=1 count=1 seek=1M 2>/dev/null; echo end >>/small'
	ws export holes "$out/image.tar" --format oci
	mkdir layers
	tar -xf "$out/image.tar" -C layers
	find layers/blobs -type f -exec grep -lq GNU.sparse {} \; -print | (! grep .)
	ws import "$out/image.tar" holes2
	[ "$(inside holes2 'cat /small | tail -c 4')" = end ]
	# 50 GB that are not there take no time, and no room.
	inside holes 'dd if=/dev/zero of=/huge bs=1 count=1 seek=50G 2>/dev/null; echo end >>/huge'
	ws export holes "$out/huge.tar"
	[ "$(stat -c %s "$out/huge.tar")" -lt 20000000 ]
	ws import "$out/huge.tar" holes3
	[ "$(inside holes3 'tail -c 4 /huge')" = end ]
	# An image would be 50 GB large.
	run ws export holes "$out/huge-image.tar" --format oci
	[ "$status" -eq 1 ]
	[[ $output = *"huge has a hole of 51"* ]]
	run ls "$out" -A
	[[ $output != *huge-image* ]]
}

@test "an export that is killed leaves no file" {
	ws create killed --base small
	inside killed 'dd if=/dev/urandom of=/big bs=1M count=60 2>/dev/null'
	as_user "$WS_BIN/project-workspace" export killed "$out/killed.tar.xz" 3>&- &
	local pid=$! tries
	for tries in {1..100}; do
		ls -l "/proc/$pid/fd" 2>/dev/null | grep -q "$out" && break
		sleep 0.02
	done
	kill "$pid" || :
	wait "$pid" || :
	run ls -A "$out"
	[[ $output != *killed.tar.xz.* ]]
}

@test "podman builds from an export and saves it in both formats" {
	command -v podman >/dev/null || skip "podman is not installed"
	[ "$(id -u)" -eq 0 ] || skip "only root can use podman here"
	ws create podbuild --base small
	inside podbuild 'dd if=/dev/zero of=/sparse bs=1 count=1 seek=1M 2>/dev/null; echo end >>/sparse'
	ws export podbuild "$out/podbuild.tar" --format oci
	podman load -q -i "$out/podbuild.tar" || skip "podman loads nothing here"
	printf 'FROM localhost/podbuild:latest\nENV A=b\nWORKDIR /usr\nCMD sh\n' |
		podman build -q --isolation chroot -t earshot-built - || skip "podman builds nothing here"
	podman save -q --format oci-archive -o "$out/saved-oci.tar" localhost/earshot-built
	podman save -q -o "$out/saved.tar" localhost/earshot-built
	podman rmi -f earshot-built localhost/podbuild >/dev/null
	chmod a+r "$out"/saved*.tar
	for saved in saved-oci saved; do
		ws import "$out/$saved.tar" "$saved"
		[ "$(ws run "$saved" -- sh -c 'echo $A; pwd; tail -c 4 /sparse')" = $'b\n/usr\nend' ]
	done
}

@test "docker:// is fetched by skopeo, as an import and as a base" {
	ws create remote --base small
	inside remote 'echo there >/there'
	ws export remote "$out/remote.tar" --format oci
	run ws import docker://example.org/x:1 nothing
	[ "$status" -eq 1 ]
	[[ $output = *skopeo* ]]
	mkdir -p "$WS_DIR/path"
	cat >"$WS_DIR/path/skopeo" <<-CODE
	#!/bin/sh
	case "\$1 \$2 \$3" in
	"copy --quiet docker://example.org/x:1" | "copy --quiet containers-storage:x") ;;
	*) false ;;
	esac || { echo no such image >&2; exit 1; }
	exec cp "$out/remote.tar" "\${4#oci-archive:}"
	CODE
	chmod 755 "$WS_DIR/path/skopeo"
	WS_PATH=$WS_DIR/path:/usr/sbin:/usr/bin:/sbin:/bin ws import docker://example.org/x:1 fetched
	[ "$(inside fetched 'cat /there')" = there ]
	WS_PATH=$WS_DIR/path:/usr/sbin:/usr/bin:/sbin:/bin ws import containers-storage:x local
	[ "$(inside local 'cat /there')" = there ]
	WS_PATH=$WS_DIR/path:/usr/sbin:/usr/bin:/sbin:/bin ws create onit --base docker://example.org/x:1
	[ "$(inside onit 'cat /there')" = there ]
	WS_PATH=$WS_DIR/path:/usr/sbin:/usr/bin:/sbin:/bin run ws import docker://example.org/y nothing
	[ "$status" -eq 1 ]
	[[ $output = *"no such image"* ]]
	[ -z "$(ls "$WS_STORE/tmp")" ]
}
