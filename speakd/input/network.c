/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/network.h"

#include <sys/vfs.h>

/* Source: statfs(2), and include/uapi/linux/magic.h for those it leaves out. */
static bool is_network(const struct statfs *fs)
{
	static const uint32_t types[] = {
		0x6969, /* NFS */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB2 */
		0x517b, /* SMB */
		0x01021997, /* 9P */
		0x65735546, /* FUSE: sshfs, virtiofs ... */
		0x794c7630, /* overlayfs */
		0x00c36400, /* Ceph */
		0x5346414f, /* AFS */
		0x6b414653, /* the kernel's own AFS */
		0x73757245, /* Coda */
		0x0bd00bd0, /* Lustre */
		0x01161970, /* GFS2 */
		0x7461636f, /* OCFS2 */
		0x786f4256, /* VirtualBox's shared folders */
		0x61756673, /* aufs */
	};

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if ((uint32_t)fs->f_type == types[i])
			return true;
	return false;
}

bool network_is_file(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && is_network(&fs);
}

bool network_is_path(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && is_network(&fs);
}
