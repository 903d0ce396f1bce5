/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * store.h - where workspaces are kept, and who may change what at a time.
 *
 *	~/.local/share/earshot/workspaces/	0700
 *		ws/NAME			a workspace (meta.h)
 *		trash/TIME-NAME		a destroyed one, until gc
 *		bases/NAME		a base, in the same format
 *		layers/ID/up		what a layer holds; frozen when no
 *		layers/ID/work		  workspace has it as its upper
 *		hosts/ID		packages the host had (packages.h)
 *		host			the host layer (host_layer.h)
 *		tmp/			what is being removed
 *		shift/INODE-BORN	see shift/tree.h
 *		locks/NAME, run/NAME	see store_lock(), supervisor.h
 *		proof/, proven/STORE	see proof.h
 *
 * The directory is 0700 because what is setuid inside a workspace is setuid-you
 * for everyone who can reach it from outside.
 *
 * Every change is prepared aside (a new layer, a new file) and made real by
 * one rename of a file in ws/, trash/ or bases/. What a killed command leaves
 * is a layer that nothing names, a ".tmp" file, or something in tmp/: all of
 * it is found by gc and doctor from the files alone, without counters.
 */
#ifndef WORKSPACE_STORE_H
#define WORKSPACE_STORE_H

#include "core/err.h"
#include "workspace/ns/idmap.h"
#include "workspace/store/meta.h"

enum {
	STORE_LOCK_WAIT_MS = 20000, /* then "another command works on it" */
	LAYER_PATH_BYTES = sizeof("layers//work") + LAYER_ID_BYTES,
};

struct store {
	char *path; /* owned; without symbolic links */
	int dir; /* descriptor of path */
	struct idmap map; /* the usual one */
	const char *single_why; /* why map.single, NULL when it is not */
};

/* Open the store of the calling user, making it when it is new. */
int store_open(struct store *ret, struct err *e) MUST_CHECK;
/* The same of another directory. */
int store_open_at(char *take_path, struct store *ret, struct err *e) MUST_CHECK;
/*
 * Open it only to read, making and changing nothing: -ENOENT when there is
 * none. Its map is not set, and directories in it may be missing.
 */
int store_peek(struct store *ret, struct err *e) MUST_CHECK;
void store_close(struct store *store);
#define SCOPED_STORE ON_SCOPE_EXIT(store_close)

/* The ids of a workspace: --map of its creation, one id, or the usual. */
int store_map(const struct store *store, const struct meta *meta,
	      struct idmap *ret, struct err *e) MUST_CHECK;

/*
 * Lock the store: shared by whatever makes or names layers, exclusive for gc.
 * Returns a descriptor to close, or -errno.
 */
int store_lock(const struct store *store, bool exclusive,
	       struct err *e) MUST_CHECK;

/* Lock one workspace or base name against other commands. */
int store_lock_name(const struct store *store, const char *name,
		    struct err *e) MUST_CHECK;

/* The same for any file of the store, made when it is new. */
int store_lock_file(const struct store *store, const char *name, int operation,
		    unsigned wait_ms, const char *what,
		    struct err *e) MUST_CHECK;

/* Lock any descriptor as those do, waiting; what is for the message. */
int store_flock(int fd, int operation, unsigned wait_ms, const char *what,
		struct err *e) MUST_CHECK;

/* "ws", "bases" or "trash" for the following. */
bool store_has(const struct store *store, const char *directory,
	       const char *name);
/* -ENOENT with "no workspace is called ..." when there is none. */
int store_load(const struct store *store, const char *directory,
	       const char *name, struct meta *ret, struct err *e) MUST_CHECK;
/* Replace or create; the caller holds the lock of name. */
int store_save(const struct store *store, const char *directory,
	       const char *name, const struct meta *meta,
	       struct err *e) MUST_CHECK;
/* Rename; never replaces: -EEXIST. Both directories are synced. */
int store_move(const struct store *store, const char *from_dir,
	       const char *from, const char *to_dir, const char *to,
	       struct err *e) MUST_CHECK;

/* Names in a directory of the store, sorted; memory is the caller's. */
struct names {
	char **list;
	size_t count;
};
int store_names(const struct store *store, const char *directory,
		struct names *ret, struct err *e) MUST_CHECK;
void names_fini(struct names *names);
#define SCOPED_NAMES ON_SCOPE_EXIT(names_fini)

/*
 * A workspace by its name or an unambiguous beginning of it. The result is the
 * caller's; NULL with e filled.
 */
char *store_find(const struct store *store, const char *prefix,
		 struct err *e) MUST_CHECK;

/*
 * Split "NAME[@SNAPSHOT]". *ret_number is 0 without "@"; "@last" is the newest.
 * *ret_name is the caller's, looked up with store_find().
 */
int store_parse(const struct store *store, const char *text, char **ret_name,
		unsigned *ret_number, struct err *e) MUST_CHECK;

/* "layers/ID/part", relative to the store's directory. */
void layer_path(const char *id, const char *part, char ret[LAYER_PATH_BYTES]);

#endif
