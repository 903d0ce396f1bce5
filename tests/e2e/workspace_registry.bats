#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# Images and the tools of others: skopeo, umoci, docker, LXD, and a registry on
# loopback.

load workspace

setup_file() {
	ws_setup_file
	ws_possible || return 0
	ws_rootfs "$WS_DIR/root"
	ws base add small "$WS_DIR/root"
	mkdir -m 777 "$WS_DIR/out"
	registry_start
	# What a user of skopeo has: whom to trust, and a registry without TLS.
	as_user sh -c 'mkdir -p "$HOME/.config/containers"
		echo "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}" \
			>"$HOME/.config/containers/policy.json"
		printf "[[registry]]\nlocation = \"%s\"\ninsecure = true\n" "$0" \
			>"$HOME/.config/containers/registries.conf"' "$REGISTRY"
}

teardown_file() {
	[ -z "${REGISTRY_PID:-}" ] || kill "$REGISTRY_PID" || :
	ws_teardown_file
}

# Debian's docker-registry; REGISTRY is its address.
registry_start() {
	local tries port
	port=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	export REGISTRY=127.0.0.1:$port REGISTRY_PID=
	command -v docker-registry >/dev/null || return 0
	cat >"$WS_DIR/registry.yml" <<-END
		version: 0.1
		log: {level: error, accesslog: {disabled: true}}
		storage: {filesystem: {rootdirectory: $WS_DIR/registry}}
		http: {addr: $REGISTRY}
	END
	docker-registry serve "$WS_DIR/registry.yml" >"$WS_DIR/registry.log" 2>&1 3>&- &
	REGISTRY_PID=$!
	for tries in {1..100}; do
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
		sleep 0.1
	done
	cat "$WS_DIR/registry.log" >&2
	return 1
}

setup() {
	ws_needs_namespaces
	out=$WS_DIR/out
	WS_PATH=$PATH
	WS_ENV=(REGISTRY_AUTH_FILE="$WS_HOME/auth.json")
}

teardown() {
	[ -z "${LXD_PID:-}" ] || kill "$LXD_PID" 2>/dev/null || :
	# It ends containerd, whose files would otherwise stay in use.
	[ -z "${DOCKER_PID:-}" ] || { kill "$DOCKER_PID" && wait "$DOCKER_PID"; } || :
}

# needs PROGRAM...: as the user, who may not be able to reach our build tree.
needs() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip "no $program (contrib/services)"
		as_user "$program" --version >/dev/null 2>&1 ||
			skip "$program cannot be run as an ordinary user here"
	done
}

# made NAME: a workspace with something in it.
made() {
	ws create "$1" --base small
	ws run "$1" -- sh -c "echo $1 >/etc/made; ln -s made /etc/link; rm /etc/old"
}

@test "skopeo pushes an export to a registry, and import fetches it there" {
	needs skopeo
	[ -n "$REGISTRY_PID" ] || skip "no docker-registry (contrib/services)"
	made pushed
	ws export pushed "$out/pushed.tar" --format oci
	as_user skopeo copy -q "oci-archive:$out/pushed.tar" "docker://$REGISTRY/me/pushed:1"
	as_user skopeo inspect "docker://$REGISTRY/me/pushed:1" | grep -q '"Os": "linux"'
	# An older docker loads the same file by its own list.
	as_user skopeo inspect "docker-archive:$out/pushed.tar:pushed:latest" |
		grep -q '"Os": "linux"'
	ws import "docker://$REGISTRY/me/pushed:1" fetched
	[ "$(ws run fetched -- cat /etc/link)" = pushed ]
	run ws run fetched -- ls -d /etc/old
	[ "$status" -ne 0 ]
	ws base add remote "docker://$REGISTRY/me/pushed:1"
	ws create onremote --base remote
	[ "$(ws run onremote -- cat /etc/made)" = pushed ]
	run ws import "docker://$REGISTRY/me/nosuch:1" nosuch
	[ "$status" -eq 1 ]
	[[ $output = *"manifest unknown"*"skopeo failed"* ]]
	[ -z "$(ls "$WS_STORE/tmp")" ]
}

@test "an image in docker's schema, several layers, comes from a registry" {
	needs skopeo umoci
	[ -n "$REGISTRY_PID" ] || skip "no docker-registry (contrib/services)"
	made layered
	ws export layered "$out/layered.tar" --format oci
	as_user skopeo copy -q "oci-archive:$out/layered.tar" "oci:$out/layered:one"
	as_user umoci unpack --rootless --image "$out/layered:one" "$out/bundle"
	as_user sh -c "rm '$out/bundle/rootfs/etc/link'; echo more >'$out/bundle/rootfs/etc/more'"
	as_user umoci repack --image "$out/layered:two" "$out/bundle"
	as_user umoci config --image "$out/layered:two" --config.env X=umoci \
		--config.workingdir /usr/share
	as_user skopeo copy -q --format v2s2 "oci:$out/layered:two" "docker://$REGISTRY/me/layered:2"
	ws import "docker://$REGISTRY/me/layered:2" layered2
	[ "$(ws run layered2 -- sh -c 'cat /etc/made /etc/more; echo $X; pwd')" = \
		$'layered\nmore\numoci\n/usr/share' ]
	run ws run layered2 -- ls -d /etc/link /etc/old
	[[ $output != /etc* ]]
}

@test "of several images in a layout or archive one is asked for, or is latest" {
	needs skopeo umoci
	made several
	ws export several "$out/several.tar" --format oci
	as_user skopeo copy -q "oci-archive:$out/several.tar" "oci:$out/several:one"
	as_user umoci config --image "$out/several:one" --tag two --config.env X=two
	run ws import "$out/several" none
	[ "$status" -eq 1 ]
	[[ $output = *"FILE:NAME. There are: one, two"* ]]
	ws import "$out/several:two" several-two
	[ "$(ws run several-two -- sh -c 'echo $X')" = two ]
	run ws import "$out/several:three" none
	[ "$status" -eq 1 ]
	as_user umoci tag --image "$out/several:two" latest
	ws import "$out/several" several-latest
	[ "$(ws run several-latest -- sh -c 'echo $X')" = two ]
	# docker's own archive, by a whole name and by the tag of one.
	as_user skopeo copy -q --additional-tag example.org/x:new "oci:$out/several:one" \
		"docker-archive:$out/several-docker.tar:example.org/x:old"
	ws import "$out/several-docker.tar:example.org/x:old" several-old
	[ "$(ws run several-old -- cat /etc/made)" = several ]
	run ws import "$out/several-docker.tar:none" none
	[ "$status" -eq 1 ]
	[[ $output = *"example.org/x:old"* ]]
	# What is no image has none in it, and a colon of one's own is one's own.
	run ws import "$WS_DIR/root:two" none
	[ "$status" -eq 1 ]
	cp -r "$WS_DIR/root" "$out/a:b"
	ws import "$out/a:b" colon
	[ "$(ws run colon -- cat /etc/old)" = old ]
}

@test "umoci unpacks an export, owners and links as they are" {
	needs umoci
	made unpacked
	ws run unpacked -- sh -c 'ln /etc/made /etc/hard; chmod 4711 /bin/busybox'
	ws export unpacked "$out/unpacked.tar" --format oci
	as_user sh -c "mkdir '$out/layout' && tar -C '$out/layout' -xf '$out/unpacked.tar'"
	as_user umoci unpack --rootless --image "$out/layout:unpacked:latest" "$out/unpack"
	[ "$(cat "$out/unpack/rootfs/etc/link")" = unpacked ]
	[ "$out/unpack/rootfs/etc/made" -ef "$out/unpack/rootfs/etc/hard" ]
	[ "$(stat -c %a "$out/unpack/rootfs/bin/busybox")" = 4711 ]
}

# docker_ WORDS...: the client of the daemon that runs in a directory of ours.
docker_() {
	DOCKER_CONFIG=$WS_DIR/docker DOCKER_HOST=unix://$WS_DIR/docker/sock \
		timeout 60 docker "$@" </dev/null
}

# Its own mounts, no network: it would set up a bridge and a firewall.
docker_start() {
	local root dir=$WS_DIR/docker
	mkdir "$dir"
	echo {} >"$dir/config"
	# It runs containerd and runc, unpacked beside it.
	root=$(readlink -f "$(command -v dockerd)")
	root=${root%/bin/dockerd}/root
	PATH=$root/usr/sbin:$root/usr/bin:$PATH unshare -m dockerd --host "unix://$dir/sock" \
		--config-file "$dir/config" --data-root "$dir/data" --exec-root "$dir/exec" \
		--pidfile "$dir/pid" --storage-driver vfs --bridge none --iptables=false \
		--ip6tables=false >"$WS_DIR/docker.log" 2>&1 3>&- &
	DOCKER_PID=$!
	for _ in {1..200}; do
		! docker_ version >/dev/null 2>&1 || return 0
		kill -0 "$DOCKER_PID" 2>/dev/null || break
		sleep 0.1
	done
	tail -3 "$WS_DIR/docker.log" | sed "s,^,# ," >&3
	return 1
}

@test "docker loads and runs an export, and what it saves comes back" {
	ws_needs_root "run dockerd here"
	command -v dockerd >/dev/null || skip "no dockerd (contrib/services)"
	made docked
	ws run docked -- sh -c 'chown 3:4 /etc/made; chmod 640 /etc/made'
	ws export docked "$out/docked.tar" --format oci
	docker_start || skip "dockerd does not start here"
	[ "$(docker_ load -i "$out/docked.tar")" = "Loaded image: docked:latest" ]
	docker_ create --name c1 docked
	docker_ export c1 >"$out/docked-root.tar"
	tar -tvf "$out/docked-root.tar" etc/made | grep '^-rw-r----- 3/4 '
	docker_ commit --change 'ENV X=docker' c1 docked:two
	docker_ save docked:two -o "$out/docked-two.tar"
	chmod a+r "$out/docked-two.tar"
	ws import "$out/docked-two.tar" docked-two
	[ "$(ws run docked-two -- sh -c 'cat /etc/link; stat -c %u:%g:%a /etc/made; echo $X')" = \
		$'docked\n3:4:640\ndocker' ]
	[ "$(docker_ run --rm --network none docked cat /etc/link)" = docked ] ||
		skip "dockerd runs no container here"
}

# lxd_lxc WORDS...: the client of the daemon that runs in a directory of ours.
lxd_lxc() { HOME=$WS_DIR/lxd LXD_DIR=$WS_DIR/lxd timeout 60 lxc "$@" </dev/null; }

# Its own mounts and network: it sets up bridges, firewalls and cgroups.
lxd_start() {
	local root lxd
	lxd=$(command -v lxd)
	mkdir "$WS_DIR/lxd"
	# It runs setfattr and the like, unpacked beside it.
	root=$(readlink -f "$lxd")
	root=${root%/bin/lxd}/root
	PATH=$root/usr/sbin:$root/usr/bin:$PATH LXD_DIR=$WS_DIR/lxd unshare -mn "$lxd" --group root \
		>"$WS_DIR/lxd.log" 2>&1 3>&- &
	LXD_PID=$!
	for _ in {1..100}; do
		! lxd_lxc query /1.0 >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	sed "s,^,# ," "$WS_DIR/lxd.log" >&3
	return 1
}

@test "LXD takes an export, makes an instance of it, and what it publishes comes back" {
	ws_needs_root "run lxd here"
	command -v lxd >/dev/null || skip "no lxd (contrib/services)"
	made instance
	ws export instance "$out/instance.tar.gz" --format incus
	lxd_start || skip "lxd does not start here"
	lxd_lxc image import "$out/instance.tar.gz" --alias instance
	lxd_lxc storage create default dir
	lxd_lxc profile device add default root disk pool=default path=/
	lxd_lxc init instance c1
	rootfs=$(nsenter -t "$LXD_PID" -m cat \
		"$WS_DIR/lxd/storage-pools/default/containers/c1/rootfs/etc/link")
	[ "$rootfs" = instance ]
	lxd_lxc publish c1 --alias published
	lxd_lxc image export published "$out/published"
	chmod a+r "$out"/published*
	kill "$LXD_PID"
	wait "$LXD_PID" || :
	ws import "$out"/published.tar* published
	[ "$(ws run published -- cat /etc/link)" = instance ]
	run ws run published -- ls -d /etc/old
	[ "$status" -ne 0 ]
}
