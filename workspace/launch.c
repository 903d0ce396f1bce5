/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/launch.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "core/json.h"
#include "core/mem.h"
#include "core/paths.h"
#include "workspace/lxc/boot.h"
#include "workspace/lxc/booted.h"
#include "workspace/lxc/storage.h"
#include "workspace/environment.h"
#include "workspace/run/attach.h"
#include "workspace/run/start.h"
#include "workspace/state.h"
#include "workspace/running.h"
#include "workspace/store/host_layer.h"
#include "workspace/store/layer.h"
#include "workspace/store/packages.h"
#include "workspace/store/packages_busy.h"
#include "workspace/projects.h"

enum { IMAGE_WORDS_MAX = 256, HOSTNAME_MAX_BYTES = 63 };

static char *home_inside(const struct launch *launch)
{
	if (launch->user == NULL)
		return mem_copy("/root");
	if (strcmp(launch->user, "me") == 0)
		return path_home();
	return mem_printf("/home/%.*s", (int)strcspn(launch->user, ":"),
			  launch->user);
}

/* ---- the rootfs -----------------------------------------------------------
 */

/* Letters, digits and "-": what a host name may hold. */
static char *hostname_of(const char *name)
{
	char *host = mem_text(name, min_size(strlen(name), HOSTNAME_MAX_BYTES));

	for (char *p = host; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || *p == '-'))
			*p = '-';
	return host;
}

int launch_rootfs(const struct store *store, const struct meta *meta,
		  const struct chain *chain, launch_told_fn *told_fn,
		  struct rootfs *ret, struct err *e)
{
	struct rootfs rootfs = {
		.store = store,
		.lower = *chain,
		.single = store->map.single,
	};
	int rc = 0;

	for (size_t i = 0; i < chain->count; i++)
		if (!layer_exists(store, chain->ids[i]))
			return err_say(e, ENOENT,
				       "layer %s is missing: project "
				       "workspace doctor tells what needs it",
				       chain->ids[i]);
	if (chain->host)
		rc = host_layer_get(store, told_fn, rootfs.host_layer, e);
	if (rc == 0 && chain->count > 0)
		rc = storage_attach(store, meta, chain->ids[0], e);
	if (rc == 0)
		*ret = rootfs;
	return rc;
}

int launch_state(const struct store *store, const struct meta *meta,
		 launch_told_fn *told_fn, struct rootfs *ret, struct err *e)
{
	/* A whole tree stands on nothing that would have to be seen. */
	const struct chain none = { 0 };
	bool layered = meta->store == STORE_OVERLAY;
	int rc = launch_rootfs(store, meta, layered ? &meta->lower : &none,
			       told_fn, ret, e);

	if (rc == 0)
		rc = storage_attach(store, meta, meta->upper, e);
	if (rc < 0)
		return rc;
	memcpy(ret->upper, meta->upper, sizeof(ret->upper));
	ret->plain = storage_is_liblxc(meta->store);
	return 0;
}

/* What is seen inside while it runs. */
static int running_rootfs(const struct store *store,
			  const struct launch *launch, const struct meta *meta,
			  const struct idmap *map, launch_told_fn *told_fn,
			  struct rootfs *ret, struct err *e)
{
	int rc = launch_state(store, meta, told_fn, ret, e);

	if (rc < 0)
		return rc;
	ret->private_net = launch->private_net;
	ret->outgoing = launch->outgoing;
	ret->bridge = launch->bridge;
	ret->single = idmap_outside(&map->gids, 5) < 0;
	return 0;
}

/*
 * Over the host what is below has moved with its packages; what was installed
 * inside has not. A database that cannot be read is no reason not to start.
 */
static void tell_drift(const struct store *store, const char *name,
		       const struct meta *meta, launch_told_fn *told_fn)
{
	SCOPED_BUF struct buf lines = { 0 };
	SCOPED_TEXT char *text = NULL;
	SCOPED_TEXT char *all = NULL;
	int count = 0;

	if (meta->lower.host)
		count = packages_changed(store, meta->packages, &lines, NULL);
	if (count <= 0)
		return;
	text = packages_sentence(count, &lines, "this state was made for it");
	all = mem_printf("%s (project workspace rebase %s)", text, name);
	told_fn(all);
}

/* The project's directory first: it is where one starts. */
static int share_project(struct launch *launch, struct err *e)
{
	SCOPED_TEXT char *dir = NULL;
	struct shares *shares = &launch->shares;
	struct share first;
	int rc;

	if (launch->project_known)
		return 0;
	launch->project_known = true;
	dir = project_dir(launch->project_name);
	if (dir == NULL)
		return 0;
	rc = shares_add_path(shares, dir, dir, false, e);
	if (rc < 0)
		return rc;
	launch->project = text_give(&dir);
	/* A home directory that holds it must be mounted before it. */
	for (size_t i = 0; i + 1 < shares->count; i++)
		if (strncmp(launch->project, shares->list[i].inside,
			    strlen(shares->list[i].inside)) == 0)
			return 0;
	first = shares->list[shares->count - 1];
	memmove(shares->list + 1, shares->list,
		(shares->count - 1) * sizeof(first));
	shares->list[0] = first;
	return 0;
}

/* One that runs already tells what it shows, faster than project is asked. */
static int learn_project(struct launch *launch,
			 const struct supervisor *supervisor, struct err *e)
{
	if (launch->project_known)
		return 0;
	if (supervisor->pid > 0 &&
	    supervisor_get_project(supervisor, &launch->project))
		return 0;
	return share_project(launch, e);
}

static void look_fini(struct packages_look *look)
{
	(void)packages_look_end(look);
}

#define SCOPED_LOOK ON_SCOPE_EXIT(look_fini)

static int way_out(const struct store *store, const struct launch *launch,
		   int alive, struct supervisor *ret_first, struct err *e)
{
	int rc = supervisor_connect(store, launch->name, ret_first, e);

	return rc == 1 ? outgoing_start(store, launch->name, ret_first, alive,
					e)
		       : rc;
}

/*
 * With the name's lock held: a snapshot gives a workspace another upper.
 * *ret_first: a connection, if one was needed, without which it may end.
 */
static int start(const struct store *store, struct launch *launch,
		 launch_told_fn *told_fn, struct supervisor *ret_first,
		 struct err *e)
{
	SCOPED_TEXT char *hostname = hostname_of(launch->name);
	SCOPED_META struct meta meta = { 0 };
	struct rootfs rootfs;
	const struct boot boot = { launch->name, &meta, &rootfs };
	SCOPED_FD int alive = -1;
	struct idmap map;
	int rc = store_load(store, "ws", launch->name, &meta, e);

	if (rc == 0 && launch->outgoing)
		rc = outgoing_check(e);
	if (rc == 0)
		rc = state_check(store, launch->name, &meta, e);
	if (rc == 0)
		rc = store_map(store, &meta, &map, e);
	if (rc == 0)
		rc = running_rootfs(store, launch, &meta, &map, told_fn,
				    &rootfs, e);
	if (rc < 0)
		return rc;
	tell_drift(store, launch->name, &meta, told_fn);
	rc = share_project(launch, e);
	if (rc < 0)
		return rc;
	rootfs.hostname = hostname;
	rootfs.project = launch->project;
	rootfs.shares = launch->shares.list;
	rootfs.share_count = launch->shares.count;
	if (meta.init)
		return boot_start(&boot, e);
	rc = supervisor_start(store, launch->name, &rootfs, &map, &alive, e);
	return rc < 0 || alive < 0
		       ? rc
		       : way_out(store, launch, alive, ret_first, e);
}

/*
 * One try to join, and one to start: 1 with *ret filled. What stands over the
 * host is begun while it is looked whether the host's packages are changed,
 * and taken back, with *ret_busy, when they are: nobody has been in it yet.
 */
static int join_or_start(const struct store *store, struct launch *launch,
			 launch_told_fn *told_fn, struct running *ret,
			 bool *ret_busy, struct err *e)
{
	SCOPED_SUPERVISOR struct supervisor first = { .sock = -1 };
	SCOPED_LOOK struct packages_look look = { 0 };
	SCOPED_FD int store_lock_fd = -1;
	SCOPED_FD int lock = -1;
	int rc = running_find(store, launch->name, ret, e);

	if (rc != 0)
		return rc;
	if (!launch->project_known)
		project_ask_ahead(launch->project_name);
	if (launch->host)
		packages_look_begin(&look);
	if (launch->host && !host_layer_is_current(store)) {
		/* That records the host: not half of a change. */
		*ret_busy = packages_look_end(&look);
		if (*ret_busy)
			return 0;
		host_layer_renew(store, told_fn);
	}
	store_lock_fd = store_lock(store, false, e);
	if (store_lock_fd < 0)
		return store_lock_fd;
	lock = store_lock_name(store, launch->name, e);
	if (lock < 0)
		return lock;
	/* Somebody else may have been faster. */
	rc = running_find(store, launch->name, ret, e);
	if (rc != 0)
		return rc;
	rc = start(store, launch, told_fn, &first, e);
	if (rc == 0 && packages_look_end(&look)) {
		*ret_busy = true;
		return running_stop(store, launch->name, 0, e);
	}
	return rc < 0 ? rc : running_find(store, launch->name, ret, e);
}

static int get_running(const struct store *store, struct launch *launch,
		       launch_told_fn *told_fn, struct running *ret,
		       struct err *e)
{
	int rc = 0;

	/* It may end just between being started and being joined. */
	for (int tries = 0; tries < 5 && rc == 0; tries++) {
		bool busy = false;

		rc = join_or_start(store, launch, told_fn, ret, &busy, e);
		/* Without the locks: it can take minutes. */
		if (rc == 0 && busy)
			packages_wait(told_fn);
	}
	if (rc == 0)
		rc = err_say(e, EAGAIN, "%s ends again and again",
			     launch->name);
	return rc;
}

static bool is_in(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

static bool is_shown(const struct launch *launch, const char *here)
{
	if (launch->project != NULL && is_in(here, launch->project))
		return true;
	for (size_t i = 0; i < launch->shares.count; i++) {
		const struct share *share = &launch->shares.list[i];

		if (strcmp(share->source, share->inside) == 0 &&
		    is_in(here, share->source))
			return true;
	}
	return false;
}

/* Where the command starts: here, if this place is shown inside. */
static char *choose_dir(const struct launch *launch, const char *images,
			launch_told_fn *told_fn)
{
	const char *home = getenv("HOME");
	const char *first = launch->project;
	char here[PATH_MAX];

	if (getcwd(here, sizeof(here)) == NULL)
		here[0] = '\0';
	if (is_shown(launch, here))
		return mem_copy(here);
	if (first == NULL && launch->shares.count > 0)
		first = launch->shares.list[0].inside;
	/* To somebody, and not in a script's output. */
	if (isatty(STDERR_FILENO) &&
	    strcmp(here, home != NULL ? home : "/") != 0) {
		SCOPED_TEXT char *text = mem_printf(
			"%s is not shown inside: starting in %s", here,
			first != NULL ? first : "the home directory");

		told_fn(text);
	}
	return mem_copy(first != NULL ? first : images);
}

/*
 * A full system container configures a network of its own; in all others the
 * host's is what one works with.
 */
static int choose_net(struct launch *launch, const struct meta *meta,
		      struct err *e)
{
	const char *net = launch->net;
	bool bridge = net != NULL && strncmp(net, "bridge:", 7) == 0 &&
		      net[7] != '\0';

	if (net == NULL)
		net = meta->init ? "none" : "host";
	launch->outgoing = strcmp(net, "private") == 0;
	if (!bridge && !launch->outgoing && strcmp(net, "none") != 0 &&
	    strcmp(net, "host") != 0)
		return err_usage(e,
				 "unknown net '%s', expected host, none, "
				 "private or bridge:NAME",
				 net);
	if (bridge && !meta->init)
		return err_usage(e, "net: a bridge is for full system "
				    "containers (create --init)");
	if (launch->outgoing && meta->init)
		return err_usage(e, "net: a full system container has none or "
				    "bridge:NAME");
	if (launch->ports.count > 0 && !launch->outgoing)
		return err_usage(e, "publish: ports of the workspace's own are "
				    "those of --net private");
	launch->private_net = strcmp(net, "host") != 0;
	launch->bridge = bridge ? net + 7 : NULL;
	return 0;
}

/*
 * "me" is root's other name (attach_inside.c); where root is another id,
 * whatever id inside the user has.
 */
static int choose_user(const struct store *store, struct launch *launch,
		       const struct meta *meta, char **ret_number,
		       struct err *e)
{
	struct idmap map;
	int rc = store_map(store, meta, &map, e);
	int64_t me;

	if (rc < 0 || launch->user == NULL || strcmp(launch->user, "me") != 0 ||
	    idmap_outside(&map.uids, 0) == geteuid())
		return rc;
	me = idmap_inside(&map.uids, geteuid());
	if (me < 0)
		return err_say(e, EPERM, "you are not among the ids of %s",
			       launch->name);
	*ret_number = mem_printf("%lld", (long long)me);
	launch->user = *ret_number;
	return 0;
}

static int check_net(const struct launch *launch, const struct meta *meta,
		     const struct supervisor *supervisor, struct err *e)
{
	if (meta->init || launch->net == NULL ||
	    (launch->private_net == supervisor->private_net &&
	     launch->outgoing == supervisor->outgoing))
		return 0;
	return err_say(e, EBUSY,
		       "%s runs already, with %s; stop it first, or leave out "
		       "--net",
		       launch->name,
		       !supervisor->private_net ? "the host's network"
		       : supervisor->outgoing
			       ? "a network of its own with a way out"
			       : "a network of its own");
}

/* It runs afterwards, as the options ask for. */
static int bring_up(const struct store *store, struct launch *launch,
		    const struct meta *meta, launch_told_fn *told_fn,
		    struct running *ret, struct err *e)
{
	int rc = choose_net(launch, meta, e);

	launch->host = meta->lower.host;
	launch->project_name = meta->project != NULL ? meta->project
						     : launch->name;
	/* Joining it needs what starting it does. */
	if (rc == 0 && meta->init)
		rc = boot_check(e);
	if (rc == 0 && launch->shares.count > 0 &&
	    running_lasts(store, launch->name, ret, e) == 1)
		return err_say(e, EBUSY,
			       "%s runs already: what it shares was chosen "
			       "when it was started",
			       launch->name);
	if (rc == 0)
		rc = get_running(store, launch, told_fn, ret, e);
	if (rc >= 0)
		rc = check_net(launch, meta, &ret->supervisor, e);
	if (rc >= 0)
		rc = learn_project(launch, &ret->supervisor, e);
	return rc < 0 ? rc
		      : outgoing_publish(store, launch->name, &launch->ports,
					 e);
}

int launch_start(const struct store *store, struct launch *launch,
		 launch_told_fn *told_fn, struct err *e)
{
	SCOPED_META struct meta meta = { 0 };
	SCOPED_RUNNING struct running running = { 0 };
	int rc = store_load(store, "ws", launch->name, &meta, e);

	if (rc == 0 && !launch->keep && !meta.init)
		rc = err_usage(e, "start: without --keep it would end at once; "
				  "a full system container goes on by itself");
	if (rc == 0)
		rc = bring_up(store, launch, &meta, told_fn, &running, e);
	if (rc < 0 || meta.init)
		return rc < 0 ? rc : 0;
	return supervisor_keep(&running.supervisor, e);
}

static void image_fini(struct json **image)
{
	json_free(*image);
}

/* "USER", or "USER:GROUP"; NULL: root. */
static char *image_user(const struct json *image)
{
	const char *text = json_get_text(image, "User");

	return text != NULL && text[0] != '\0' && text[0] != ':'
		       ? mem_copy(text)
		       : NULL;
}

/* Words of an image, borrowed from it. */
struct image_words {
	const char *list[IMAGE_WORDS_MAX + 1]; /* NULL-terminated */
	size_t count;
};

static void add_words(struct image_words *words, const struct json *list)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const char *word = json_text(json_at(list, i));

		if (word != NULL && words->count < IMAGE_WORDS_MAX)
			words->list[words->count++] = word;
	}
}

/* Entrypoint, then Cmd: what "podman run IMAGE" would run. */
static int image_argv(const char *name, const struct json *image,
		      struct image_words *words, struct err *e)
{
	add_words(words, json_get(image, "Entrypoint"));
	add_words(words, json_get(image, "Cmd"));
	if (words->count > 0)
		return 0;
	return err_usage(e,
			 "run: which command? %s is of no image that names "
			 "one",
			 name);
}

/* Whether one more command may run in it, with what this one asks for. */
static int check_room(const struct launch *launch,
		      const struct running *running, struct err *e)
{
	if (running->supervisor.full)
		return err_say(e, EUSERS,
			       "%s: %d commands run in it, which is the limit",
			       launch->name, SUPERVISOR_SESSIONS_MAX);
	if (launch->nested && running->supervisor.exposed)
		return err_say(e, EPERM,
			       "nested: root of %s is root of this machine, "
			       "and could change it (the kernel or a file "
			       "system below it has no idmapped mounts; ext4, "
			       "xfs and btrfs have)",
			       launch->name);
	return 0;
}

int launch_run(const struct store *store, struct launch *launch,
	       launch_told_fn *told_fn, struct err *e)
{
	struct image_words words = { 0 };
	SCOPED_META struct meta meta = { 0 };
	SCOPED_RUNNING struct running running = { 0 };
	const struct boot_place place = { store, meta.upper };
	SCOPED_TEXT char *home = NULL;
	SCOPED_TEXT char *user = NULL;
	SCOPED_TEXT char *dir = NULL;
	ON_SCOPE_EXIT(image_fini) struct json *image = NULL;
	SCOPED_TEXT char *number = NULL;
	SCOPED_ENVIRONMENT struct environment env = { 0 };
	struct attach attach = { .argv = launch->argv };
	int rc = store_load(store, "ws", launch->name, &meta, e);

	if (rc == 0 && meta.image != NULL)
		image = json_parse(meta.image, strlen(meta.image));
	if (rc == 0 && launch->image_command) {
		rc = image_argv(launch->name, image, &words, e);
		attach.argv = words.list;
	}
	if (rc == 0 && launch->user == NULL && !meta.single) {
		user = image_user(image);
		launch->user = user;
		attach.image_user = true;
	}
	home = home_inside(launch);
	if (rc == 0)
		rc = choose_user(store, launch, &meta, &number, e);
	if (rc == 0)
		rc = bring_up(store, launch, &meta, told_fn, &running, e);
	if (rc == 0)
		rc = check_room(launch, &running, e);
	if (rc < 0)
		return rc;
	environment_fill(&env, launch, image, home);
	attach.image_dir = json_get_text(image, "WorkingDir");
	dir = choose_dir(launch, attach.image_dir, told_fn);
	attach.env = (const char *const *)env.list;
	attach.dir = dir;
	attach.user = launch->user;
	attach.home = home;
	attach.say = launch->say;
	attach.limits = launch->limits;
	attach.rlimits = meta.init;
	attach.confine.private_net = running.supervisor.private_net;
	attach.confine.nested = launch->nested || meta.init;
	attach.confine.keep_caps = launch->nested || meta.init;
	attach.confine.watched = running.supervisor.copies_up;
	if (meta.init) {
		attach.enter = boot_enter;
		attach.place = &place;
		booted_wait(store, launch->name, meta.upper, told_fn);
	}
	return attach_run(&running.supervisor, &attach, e);
}
