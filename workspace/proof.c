/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/proof.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/version.h"
#include "workspace/gc.h"
#include "workspace/launch.h"
#include "workspace/lxc/storage.h"
#include "workspace/miniature.h"
#include "workspace/ns/ns.h"
#include "workspace/ops.h"
#include "workspace/state.h"
#include "workspace/running.h"
#include "workspace/store/layer.h"

enum {
	PROVEN_MAX_BYTES = 512,
	WORD_MAX_BYTES = 64,
	/* Of the slowest store on an emulated machine, many times over. */
	PROOF_WAIT_MS = 600000,
};

static const char box[] = "box", copy[] = "copy";

/* ---- the round ---------------------------------------------------------- */

/* What a step works with: a store in miniature, and what is tried in it. */
struct proof {
	struct store store;
	enum store_kind kind;
	bool init; /* a full system container */
};

static int write_word(int dir, const char *word, struct err *e)
{
	SCOPED_FD int fd = openat(
		dir, "word", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write_all(fd, word, strlen(word)) < 0)
		return err_set(e, errno, "write a file");
	return 0;
}

/* A base of one file, and of a system. */
static int make_base(const struct proof *proof, struct chain *ret,
		     struct err *e)
{
	const struct store *store = &proof->store;
	char id[LAYER_ID_BYTES + 1];
	SCOPED_TEXT char *path = NULL;
	SCOPED_FD int up = -1;
	int rc = layer_new(store, &store->map, id, e);

	if (rc == 0)
		up = rc = layer_open(store, id, e);
	if (rc >= 0)
		rc = write_word(up, "base", e);
	if (rc == 0 && proof->init) {
		path = mem_printf("%s/layers/%s/up", store->path, id);
		rc = miniature_write(path, e);
	}
	if (rc == 0)
		chain_push(ret, id);
	return rc;
}

static int make(const struct proof *proof, struct err *e)
{
	SCOPED_CHAIN struct chain lower = { 0 };
	int rc = make_base(proof, &lower, e);
	const struct create how = { .name = box,
				    .base = "proof",
				    .store = proof->kind,
				    .size_gib = 1,
				    .init = proof->init,
				    .lower = lower };

	return rc < 0 ? rc : ops_create(&proof->store, &how, e);
}

struct change {
	struct rootfs rootfs;
	const char *old_word, *new_word;
};

static int change_inside(void *data, struct err *e)
{
	const struct change *change = data;
	SCOPED_FD int root = rootfs_mount(&change->rootfs, true, e);
	SCOPED_BUF struct buf word = { 0 };
	int rc = root;

	if (root >= 0)
		rc = file_read(root, "word", WORD_MAX_BYTES, &word, e);
	if (rc < 0)
		return rc;
	if (strcmp(buf_text(&word), change->old_word) != 0)
		return err_say(e, EIO, "'%s' is there, where '%s' was written",
			       buf_text(&word), change->old_word);
	return write_word(root, change->new_word, e);
}

/* What was written to a workspace is there, and something else is written. */
static int change_word(const struct proof *proof, const char *name,
		       const char *old_word, const char *new_word,
		       struct err *e)
{
	const struct store *store = &proof->store;
	struct change change = { .old_word = old_word, .new_word = new_word };
	SCOPED_META struct meta meta = { 0 };
	int rc = store_load(store, "ws", name, &meta, e);

	if (rc == 0)
		rc = launch_state(store, &meta, NULL, &change.rootfs, e);
	return rc < 0 ? rc
		      : ns_run(&store->map, store->path, change_inside, &change,
			       e);
}

static int write_first(const struct proof *proof, struct err *e)
{
	return change_word(proof, box, "base", "first", e);
}

static int snapshot(const struct proof *proof, struct err *e)
{
	unsigned number;

	return state_snapshot(&proof->store, box, NULL, &number, e);
}

static int write_second(const struct proof *proof, struct err *e)
{
	return change_word(proof, box, "first", "second", e);
}

static int restore(const struct proof *proof, struct err *e)
{
	unsigned number, saved;

	return state_restore(&proof->store, box, 1, &number, &saved, e);
}

static int clone_it(const struct proof *proof, struct err *e)
{
	return ops_clone(&proof->store, box, 1, copy, e);
}

static int look_at_clone(const struct proof *proof, struct err *e)
{
	return change_word(proof, copy, "first", "third", e);
}

static int destroy(const struct proof *proof, const char *name, struct err *e)
{
	SCOPED_TEXT char *trash = NULL;

	if (!store_has(&proof->store, "ws", name))
		return 0;
	return ops_destroy(&proof->store, name, &trash, e);
}

static int drop(const struct proof *proof, struct err *e)
{
	size_t removed;
	int rc = running_stop(&proof->store, box, 0, e);

	if (rc == 0)
		rc = destroy(proof, box, e);
	if (rc == 0)
		rc = destroy(proof, copy, e);
	return rc < 0 ? rc : gc_sweep(&proof->store, 0, &removed, e);
}

static void tell_nobody(const char *text)
{
	(void)text;
}

/* Its init is started, and a command of it writes. */
static int write_booted(const struct proof *proof, struct err *e)
{
	static const char *const argv[] = {
		"/bin/sh", "-c",
		"read -r word </word; [ \"$word\" = base ] && "
		"printf first >/word",
		NULL
	};
	struct launch launch = { .name = box,
				 .argv = argv,
				 .project_known = true };
	int rc = launch_run(&proof->store, &launch, tell_nobody, e);

	return rc <= 0 ? rc
		       : err_say(e, EIO, "a command inside ends with %d", rc);
}

static int stop(const struct proof *proof, struct err *e)
{
	return running_stop(&proof->store, box, 0, e);
}

struct step {
	const char *name;
	int (*fn)(const struct proof *proof, struct err *e);
};

/* clang-format off */
static const struct step store_steps[] = {
	{ "remove what an earlier try left", drop },
	{ "make a workspace", make },
	{ "write to it", write_first },
	{ "take a snapshot", snapshot },
	{ "go on after the snapshot", write_second },
	{ "restore the snapshot", restore },
	{ "use what was restored", write_second },
	{ "clone the snapshot", clone_it },
	{ "use the clone", look_at_clone },
};

static const struct step init_steps[] = {
	{ "remove what an earlier try left", drop },
	{ "make a workspace", make },
	{ "run a command in it", write_booted },
	{ "stop it", stop },
	{ "use what was written", write_second },
};
/* clang-format on */

static const struct step step_drop = { "remove it all", drop };

/* ---- steps, one after the other ----------------------------------------- */

struct turn {
	const struct step *step;
	const struct proof *proof;
};

static int take_turn(void *data, struct err *e)
{
	const struct turn *turn = data;
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rc = turn->step->fn(turn->proof, e);
	return rc < 0 ? rc : 0;
}

/* Each in a process of its own, as it would be: its mounts end with it. */
static int take(const struct step *step, const struct proof *proof,
		struct err *e)
{
	struct turn turn = { step, proof };
	int rc = ns_in_child(take_turn, &turn, e);

	if (rc < 0 && proof->init)
		return err_wrap(e, "init, tried in miniature: %s", step->name);
	return rc < 0 ? err_wrap(e, "store %s, tried in miniature: %s",
				 store_kind_name(proof->kind), step->name)
		      : 0;
}

/*
 * Each its own, so that what cannot be removed of one is not in the others'
 * way. Without the "lxc:": liblxc separates paths by colons.
 */
static char *proof_path(const struct store *store, const char *what)
{
	const char *colon = strchr(what, ':');

	return mem_printf("%s/proof/%s", store->path,
			  colon != NULL ? colon + 1 : what);
}

static int go_round(const struct store *store, const char *what,
		    struct proof *proof, struct err *e)
{
	const struct step *steps = proof->init ? init_steps : store_steps;
	size_t count = proof->init ? COUNT_OF(init_steps)
				   : COUNT_OF(store_steps);
	int rc = store_open_at(proof_path(store, what), &proof->store, e);
	int dropped;

	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = take(&steps[i], proof, e);
	dropped = take(&step_drop, proof, rc == 0 ? e : NULL);
	store_close(&proof->store);
	return rc < 0 ? rc : dropped;
}

/* ---- what is remembered ------------------------------------------------- */

/* What it was proven with: a proof is of nothing else. */
static char *present(void)
{
	struct utsname kernel;

	(void)uname(&kernel);
	return mem_printf("%s %s %s\n", EARSHOT_VERSION, kernel.release,
			  kernel.version);
}

static bool is_proven(const struct store *store, const char *file,
		      const char *with)
{
	SCOPED_BUF struct buf text = { 0 };

	return file_read(store->dir, file, PROVEN_MAX_BYTES, &text, NULL) ==
		       0 &&
	       strcmp(buf_text(&text), with) == 0;
}

static int prove(const struct store *store, const char *what,
		 struct proof *proof, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("proven/%s", what);
	SCOPED_TEXT char *with = present();
	SCOPED_FD int lock = -1;
	int rc;

	if (is_proven(store, file, with))
		return 0;
	if (mkdirat(store->dir, "proven", 0700) < 0 && errno != EEXIST)
		return err_set(e, errno, "make directory %s/proven",
			       store->path);
	lock = store_lock_file(store, "proven/lock", LOCK_EX, PROOF_WAIT_MS,
			       "the proof of a store or of init", e);
	/* Somebody else may have proven it meanwhile. */
	if (lock < 0 || is_proven(store, file, with))
		return lock < 0 ? lock : 0;
	rc = go_round(store, what, proof, e);
	return rc < 0 ? rc
		      : file_replace(store->dir, file, with, strlen(with), 0600,
				     e);
}

int proof_of(const struct store *store, enum store_kind kind, struct err *e)
{
	struct proof proof = { .kind = kind };

	return prove(store, store_kind_name(kind), &proof, e);
}

int proof_of_init(const struct store *store, struct err *e)
{
	struct proof proof = { .kind = STORE_OVERLAY, .init = true };

	return prove(store, "init", &proof, e);
}
