/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/grant.h"

#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/files.h"
#include "workspace/ns/ns.h"

static const char acl_name[] = "system.posix_acl_access";

/* The list as the kernel takes it (linux/posix_acl_xattr.h, version 2). */
struct acl {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entries[GRANT_USERS_MAX + 4];
};

static uint16_t tag_of(const struct posix_acl_xattr_entry *entry)
{
	return le16toh(entry->e_tag);
}

/* The users that are on the list already: they are kept. */
static size_t read_users(int dir, uint32_t users[GRANT_USERS_MAX])
{
	struct acl acl;
	ssize_t n = fgetxattr(dir, acl_name, &acl, sizeof(acl));
	size_t count = 0;

	if (n < (ssize_t)sizeof(acl.header))
		return 0;
	for (size_t i = 0;
	     i < ((size_t)n - sizeof(acl.header)) / sizeof(acl.entries[0]); i++)
		if (tag_of(&acl.entries[i]) == ACL_USER &&
		    count < GRANT_USERS_MAX)
			users[count++] = le32toh(acl.entries[i].e_id);
	return count;
}

static void add_entry(struct acl *acl, size_t *count, uint16_t tag,
		      uint16_t perm, uint32_t id)
{
	acl->entries[(*count)++] = (struct posix_acl_xattr_entry){
		.e_tag = htole16(tag),
		.e_perm = htole16(perm),
		.e_id = htole32(id),
	};
}

static int write_users(int dir, const uint32_t *users, size_t user_count,
		       struct err *e)
{
	struct acl acl = {
		.header.a_version = htole32(POSIX_ACL_XATTR_VERSION),
	};
	size_t count = 0;

	add_entry(&acl, &count, ACL_USER_OBJ,
		  ACL_READ | ACL_WRITE | ACL_EXECUTE, UINT32_MAX);
	for (size_t i = 0; i < user_count; i++)
		add_entry(&acl, &count, ACL_USER, ACL_EXECUTE, users[i]);
	add_entry(&acl, &count, ACL_GROUP_OBJ, 0, UINT32_MAX);
	add_entry(&acl, &count, ACL_MASK, ACL_EXECUTE, UINT32_MAX);
	add_entry(&acl, &count, ACL_OTHER, 0, UINT32_MAX);
	if (fsetxattr(dir, acl_name, &acl,
		      sizeof(acl.header) + count * sizeof(acl.entries[0]),
		      0) < 0)
		return err_set(e, errno, "let user %u search the store",
			       users[user_count - 1]);
	return 0;
}

static int let_search(int dir, uint32_t user, struct err *e)
{
	uint32_t users[GRANT_USERS_MAX];
	size_t count = read_users(dir, users);

	for (size_t i = 0; i < count; i++)
		if (users[i] == user)
			return 0;
	if (count >= GRANT_USERS_MAX)
		return err_say(e, E2BIG, "more than %d roots of workspaces",
			       GRANT_USERS_MAX);
	users[count++] = user;
	return write_users(dir, users, count, e);
}

struct give {
	int layer;
	uid_t uid; /* as seen by whoever gives */
	gid_t gid;
};

static int give(void *data, struct err *e)
{
	static const char *const directories[] = { "up", "work" };
	const struct give *give = data;

	for (size_t i = 0; i < COUNT_OF(directories); i++)
		if (fchownat(give->layer, directories[i], give->uid, give->gid,
			     AT_SYMLINK_NOFOLLOW) < 0)
			return err_set(e, errno, "give a layer to its root");
	return 0;
}

/* Root gives to anybody; a user through a namespace that has his range. */
static int give_to(const struct store *store, int layer, uint32_t uid,
		   uint32_t gid, struct err *e)
{
	int64_t inside_uid = idmap_inside(&store->map.uids, uid);
	int64_t inside_gid = idmap_inside(&store->map.gids, gid);
	struct give job = { layer, uid, gid };

	if (geteuid() == 0)
		return give(&job, e);
	if (inside_uid < 0 || inside_gid < 0)
		return err_say(e, EPERM,
			       "map: %u is neither you nor in your range of "
			       "/etc/subuid and /etc/subgid",
			       inside_uid < 0 ? uid : gid);
	job.uid = (uid_t)inside_uid;
	job.gid = (gid_t)inside_gid;
	return ns_run(&store->map, NULL, give, &job, e);
}

int grant_layer(const struct store *store, const char *id,
		const struct idmap *map, struct err *e)
{
	int64_t uid = idmap_outside(&map->uids, 0);
	int64_t gid = idmap_outside(&map->gids, 0);
	char path[LAYER_PATH_BYTES];
	SCOPED_FD int layers = -1;
	SCOPED_FD int layer = -1;
	int rc;

	if (uid < 0 || gid < 0)
		return err_usage(e, "map: 0 inside must be somebody");
	if (uid == geteuid())
		return 0;
	layers = dir_open(store->dir, "layers", e);
	if (layers < 0)
		return layers;
	rc = let_search(store->dir, (uint32_t)uid, e);
	if (rc == 0)
		rc = let_search(layers, (uint32_t)uid, e);
	if (rc < 0)
		return rc;
	layer_path(id, "work", path);
	if (mkdirat(store->dir, path, 0700) < 0)
		return err_set(e, errno, "make %s", path);
	layer = dir_open(layers, id, e);
	if (layer < 0)
		return layer;
	/* Who got so far may see what is in it. */
	if (fchmod(layer, 0755) < 0)
		return err_set(e, errno, "chmod %s", path);
	return give_to(store, layer, (uint32_t)uid, (uint32_t)gid, e);
}
