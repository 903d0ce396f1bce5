/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "core/mem.h"

/* ---- directories ------------------------------------------------------------
 */

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A DIR of its own descriptor, so that the caller keeps his. */
static DIR *open_listing(int dir, struct err *e)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = openat(dir, ".", flags | O_NOATIME);
	DIR *listing;

	/* Only the owner may ask for that. */
	if (fd < 0 && errno == EPERM)
		fd = openat(dir, ".", flags);
	listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (listing == NULL) {
		(void)err_set(e, errno, "read a directory");
		scope_close(&fd);
	}
	return listing;
}

int walk_dir(int dir, unsigned depth, walk_fn *fn, void *data, struct err *e)
{
	DIR *listing;
	int rc = 0;

	if (depth > TREE_DEPTH_MAX)
		return err_set(e, ELOOP, "directories within directories");
	listing = open_listing(dir, e);
	if (listing == NULL)
		return e != NULL ? -e->code : -EIO;
	while (rc == 0) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(listing);
		if (entry == NULL && errno != 0)
			rc = err_set(e, errno, "read a directory");
		if (entry == NULL)
			break;
		if (!is_dots(entry->d_name))
			rc = fn(data, dir, entry->d_name, depth, e);
	}
	closedir(listing);
	return rc;
}

int walk_open(int dir, const char *name)
{
	return openat(dir, name,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* ---- files with several names ------------------------------------------- */

static struct link *find_link(const struct links *links, dev_t dev, ino_t ino)
{
	size_t mask = links->room - 1;
	size_t slot = (size_t)((ino ^ dev) * 0x9e3779b97f4a7c15ULL) & mask;

	while (links->list[slot].met > 0 &&
	       (links->list[slot].dev != dev || links->list[slot].ino != ino))
		slot = (slot + 1) & mask;
	return &links->list[slot];
}

static void grow_links(struct links *links)
{
	struct link *old = links->list;
	size_t old_room = links->room;

	links->room = old_room > 0 ? old_room * 2 : 256;
	links->list = mem_new(links->room * sizeof(*links->list));
	for (size_t i = 0; i < old_room; i++)
		if (old[i].met > 0)
			*find_link(links, old[i].dev, old[i].ino) = old[i];
	free(old);
}

struct link *links_meet(struct links *links, dev_t dev, ino_t ino,
			unsigned names)
{
	struct link *link;

	if (links->count * 2 >= links->room)
		grow_links(links);
	link = find_link(links, dev, ino);
	if (link->met == 0) {
		*link = (struct link){ .dev = dev, .ino = ino, .names = names };
		links->count++;
	}
	link->met++;
	return link;
}

void links_fini(struct links *links)
{
	for (size_t i = 0; i < links->room; i++)
		free(links->list[i].path);
	free(links->list);
	*links = (struct links){ 0 };
}
