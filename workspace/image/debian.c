/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/debian.h"
#include "workspace/store/layer.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/stat.h>

#include "core/child.h"
#include "core/files.h"
#include "core/lines.h"
#include "core/mem.h"
#include "workspace/image/apt_sources.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

enum {
	SOURCES_MAX_BYTES = 1 << 20,
	LOG_MAX_BYTES = 16 << 20,
	LOG_TOLD_LINES = 10, /* of debootstrap's log, when it failed */
	STEPS_MAX = 32, /* kinds of steps told */
	READ_BYTES = 4096,
};

/*
 * Where the new layer is shown to the tool: apt becomes another user to
 * download, who could not get through the store's directories.
 */
static const char target[] = "/tmp/debian";

/* ---- names -------------------------------------------------------------- */

static bool is_suite(const char *name, size_t len)
{
	return len > 0 && strspn(name, LETTERS) > 0 &&
	       strspn(name, LETTERS DIGITS "-.") >= len;
}

/* debian-policy 5.6.1; "NAME-" would remove a package. */
static bool is_package(const char *name, size_t len)
{
	return len > 1 && strspn(name, LETTERS DIGITS) > 0 &&
	       strspn(name, LETTERS DIGITS "+-.") >= len &&
	       name[len - 1] != '-';
}

int debian_check(const char *spec, struct err *e)
{
	size_t len = strcspn(spec, "+");
	bool good = is_suite(spec, len) &&
		    strlen(spec) <= DEBIAN_SPEC_MAX_BYTES;

	for (spec += len; good && *spec != '\0'; spec += len) {
		spec++;
		len = strcspn(spec, ",");
		good = is_package(spec, len);
	}
	return good ? 0
		    : err_usage(e, "base: debian:SUITE[+PACKAGE[,PACKAGE]...], "
				   "such as debian:bookworm+git,less");
}

/* ---- the host's archives ------------------------------------------------ */

/* "bookworm-updates", "bookworm-security" */
static const char *const more_names[] = { "updates", "security" };

struct origin {
	const char *suite;
	struct apt_source
		main; /* the suite's own, or that of the host's suite */
	struct apt_source more[COUNT_OF(more_names)];
};

static void origin_fini(struct origin *origin)
{
	apt_source_fini(&origin->main);
	for (size_t i = 0; i < COUNT_OF(origin->more); i++)
		apt_source_fini(&origin->more[i]);
}
#define SCOPED_ORIGIN ON_SCOPE_EXIT(origin_fini)

/* Others, Ubuntu among them, have archives that no suite of Debian is in. */
static bool host_is_debian(void)
{
	SCOPED_BUF struct buf text = { 0 };

	if (file_read(AT_FDCWD, "/etc/os-release", SOURCES_MAX_BYTES, &text,
		      NULL) < 0)
		return false;
	return strncmp(buf_text(&text), "ID=debian\n", 10) == 0 ||
	       strstr(buf_text(&text), "\nID=debian\n") != NULL;
}

static bool look_in(const char *path, const char *suite, struct apt_source *ret)
{
	SCOPED_BUF struct buf text = { 0 };
	const char *end = strrchr(path, '.');
	bool deb822 = end != NULL && strcmp(end, ".sources") == 0;

	if (end == NULL || (!deb822 && strcmp(end, ".list") != 0) ||
	    file_read(AT_FDCWD, path, SOURCES_MAX_BYTES, &text, NULL) < 0)
		return false;
	return apt_sources_find(buf_text(&text), deb822, suite, ret);
}

static void find_source(const char *suite, struct apt_source *ret)
{
	static const char dir[] = "/etc/apt/sources.list.d";
	struct dirent **list = NULL;
	bool found = look_in("/etc/apt/sources.list", suite, ret);
	int count = found ? 0 : scandir(dir, &list, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		SCOPED_TEXT char *path = mem_printf("%s/%s", dir,
						    list[i]->d_name);

		found = found || look_in(path, suite, ret);
		free(list[i]);
	}
	free(list);
}

static void find_origin(const char *suite, struct origin *origin)
{
	*origin = (struct origin){ .suite = suite };
	if (!host_is_debian())
		return;
	find_source(suite, &origin->main);
	for (size_t i = 0; i < COUNT_OF(more_names); i++) {
		SCOPED_TEXT char *name = mem_printf("%s-%s", suite,
						    more_names[i]);

		find_source(name, &origin->more[i]);
	}
	/* An archive has all suites. */
	if (origin->main.uri == NULL)
		find_source(NULL, &origin->main);
}

/* A line of sources.list for more[i], or NULL. */
static char *origin_line(const struct origin *origin, size_t i)
{
	const struct apt_source *source = &origin->more[i];

	if (source->uri == NULL)
		return NULL;
	return mem_printf("deb %s%s%s%s %s-%s main",
			  source->keyring != NULL ? "[signed-by=" : "",
			  source->keyring != NULL ? source->keyring : "",
			  source->keyring != NULL ? "] " : "", source->uri,
			  origin->suite, more_names[i]);
}

/* ---- what is going on --------------------------------------------------- */

struct steps {
	import_told_fn *told_fn;
	char *seen[STEPS_MAX]; /* owned: "Unpacking", "Configuring", ... */
	size_t count;
	bool explained; /* an error was told */
};

/* debootstrap has a line for each of hundreds of packages. */
static bool is_new_step(struct steps *steps, const char *text)
{
	size_t len = strcspn(text, " ");

	for (size_t i = 0; i < steps->count; i++)
		if (strncmp(steps->seen[i], text, len) == 0 &&
		    steps->seen[i][len] == '\0')
			return false;
	if (steps->count < COUNT_OF(steps->seen))
		steps->seen[steps->count++] = mem_text(text, len);
	return true;
}

/* Steps once of each kind; warnings, errors and what explains them, all. */
static int on_line(const char *line, size_t len_bytes, bool cut, void *data)
{
	struct steps *steps = data;
	bool is_step = strncmp(line, "I: ", 3) == 0;

	(void)cut;
	steps->explained |= strncmp(line, "E: ", 3) == 0;
	if (len_bytes > 0 && steps->told_fn != NULL &&
	    (!is_step || is_new_step(steps, line + 3)))
		steps->told_fn(is_step ? line + 3 : line);
	return 0;
}

/* Returns whether an error was among it. */
static bool tell_output(import_told_fn *told_fn, int fd)
{
	struct steps steps = { .told_fn = told_fn };
	struct lines lines = { 0 };
	char bytes[READ_BYTES];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0 ||
	       (n < 0 && errno == EINTR))
		if (n > 0)
			(void)!lines_feed(&lines, bytes, (size_t)n, on_line,
					  &steps);
	(void)!lines_end(&lines, on_line, &steps);
	lines_fini(&lines);
	for (size_t i = 0; i < steps.count; i++)
		free(steps.seen[i]);
	return steps.explained;
}

/* ---- running a tool ----------------------------------------------------- */

struct job {
	const struct import *import;
	const struct origin *origin;
	const char *include; /* "--include=a,b", NULL */
	const char *layer; /* path of its up */
};

/* Only what reaching an archive needs; packages' scripts get to see it. */
static void fill_env(const char *env[])
{
	static const char *const passed[] = { "http_proxy", "https_proxy",
					      "no_proxy" };
	const char *path = getenv("PATH");
	size_t n = 0;

	/* Both tools, and what they call, may be in directories of root's. */
	env[n++] = mem_printf("PATH=%s:/usr/sbin:/sbin",
			      path != NULL ? path : "/usr/bin:/bin");
	env[n++] = mem_copy("LC_ALL=C.UTF-8");
	env[n++] = mem_copy("HOME=/");
	/* debootstrap then does not insist on making devices (show_devices). */
	env[n++] = mem_copy("container=lxc");
	for (size_t i = 0; i < COUNT_OF(passed); i++)
		if (getenv(passed[i]) != NULL)
			env[n++] = mem_printf("%s=%s", passed[i],
					      getenv(passed[i]));
	env[n] = NULL;
}

static int run_tool(const struct job *job, const char *const *argv,
		    bool *ret_explained, struct err *e)
{
	/* This process ends with the job: nothing of it is freed. */
	const char *env[8];
	SCOPED_FD int reader = -1;
	struct child child = { .argv = argv, .env = env, .fd_count = 3 };
	int ends[2];
	pid_t pid;
	int rc;

	fill_env(env);
	(void)setenv("PATH", env[0] + strlen("PATH="), 1);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	child.fds[0] = CHILD_NULL;
	child.fds[1] = child.fds[2] = ends[1];
	rc = child_start(&child, &pid, e);
	close(ends[1]);
	if (rc < 0)
		return rc;
	*ret_explained = tell_output(job->import->told_fn, reader);
	rc = child_wait(pid, e);
	return rc > 0 ? err_say(e, EIO, "%s failed with %d", argv[0], rc) : rc;
}

/* Which packages of what goes where, and comes from where: of both programs. */
static size_t add_operands(const struct job *job, const char **argv, size_t n)
{
	if (job->include != NULL)
		argv[n++] = job->include;
	argv[n++] = job->origin->suite;
	argv[n++] = target;
	if (job->origin->main.uri != NULL)
		argv[n++] = job->origin->main.uri;
	return n;
}

static int run_mmdebstrap(const struct job *job, struct err *e)
{
	SCOPED_TEXT char *updates = origin_line(job->origin, 0);
	SCOPED_TEXT char *security = origin_line(job->origin, 1);
	const char *argv[10];
	bool explained = false;
	size_t n = 0;

	argv[n++] = "mmdebstrap";
	/* As root this means new mounts only: the rest is done. */
	argv[n++] = "--mode=unshare";
	argv[n++] = "--variant=minbase";
	n = add_operands(job, argv, n);
	if (updates != NULL)
		argv[n++] = updates;
	if (security != NULL)
		argv[n++] = security;
	argv[n] = NULL;
	return run_tool(job, argv, &explained, e);
}

/* The end of debootstrap's log: its own messages are only where to look. */
static void tell_log(const struct job *job)
{
	SCOPED_TEXT char *path = mem_printf("%s/debootstrap/debootstrap.log",
					    target);
	SCOPED_BUF struct buf text = { 0 };
	struct steps steps = { .told_fn = job->import->told_fn };
	struct lines lines = { 0 };
	size_t at, newlines = 0;

	(void)!file_read(AT_FDCWD, path, LOG_MAX_BYTES, &text, NULL);
	for (at = text.len_bytes; at > 0; at--)
		if (text.data[at - 1] == '\n' && newlines++ == LOG_TOLD_LINES)
			break;
	if (text.len_bytes > 0)
		(void)!lines_feed(&lines, text.data + at, text.len_bytes - at,
				  on_line, &steps);
	lines_fini(&lines);
}

/* mmdebstrap takes them as arguments. */
static int add_sources(const struct origin *origin, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("%s/etc/apt/sources.list", target);
	SCOPED_FD int fd = -1;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(origin->more); i++) {
		SCOPED_TEXT char *line = origin_line(origin, i);
		SCOPED_TEXT char *text = line != NULL ? mem_printf("%s\n", line)
						      : NULL;

		if (text == NULL)
			continue;
		if (fd < 0)
			fd = open(path,
				  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
					  O_CLOEXEC,
				  0644);
		rc = fd < 0 ? -errno : write_all(fd, text, strlen(text));
	}
	return rc < 0 ? err_set(e, -rc, "write %s", path) : 0;
}

/* Nobody may make devices here, but the host's can be shown. */
static int show_devices(struct err *e)
{
	static const char *const names[] = { "null",   "zero",	  "full",
					     "random", "urandom", "tty",
					     "ptmx" };
	SCOPED_TEXT char *path = mem_printf("%s/dev", target);
	SCOPED_FD int dir = -1;
	int rc = dir_make(path, 0755, e);

	dir = rc == 0 ? dir_open(AT_FDCWD, path, e) : rc;
	if (dir < 0)
		return dir;
	rc = mount_new("tmpfs", "mode=755", MOUNT_NO_SUID, dir, e);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(names); i++) {
		SCOPED_TEXT char *source = mem_printf("/dev/%s", names[i]);
		SCOPED_TEXT char *shown = mem_printf("%s/%s", path, names[i]);
		SCOPED_FD int fd = open(shown, O_RDWR | O_CREAT | O_CLOEXEC,
					0644);

		rc = fd < 0 ? err_set(e, errno, "make %s", shown)
			    : mount_bind(AT_FDCWD, source, 0, fd, e);
	}
	return rc;
}

static int run_debootstrap(const struct job *job, struct err *e)
{
	static const char *const clean[] = { "chroot", target,
					     "/usr/bin/apt-get", "clean",
					     NULL };
	const char *argv[10];
	bool explained = false;
	size_t n = 0;
	int rc = show_devices(e);

	if (rc < 0)
		return rc;
	argv[n++] = "debootstrap";
	argv[n++] = "--variant=minbase";
	/* Else it goes on unchecked where there are no keys. */
	argv[n++] = "--force-check-gpg";
	n = add_operands(job, argv, n);
	argv[n] = NULL;
	rc = run_tool(job, argv, &explained, e);
	if (rc == -ENOENT)
		return err_say(
			e, ENOENT,
			"neither mmdebstrap nor debootstrap is installed "
			"(Debian: packages of these names)");
	if (rc == -EIO && !explained)
		tell_log(job);
	if (rc == 0)
		rc = run_tool(job, clean, &explained, e);
	return rc < 0 ? rc : add_sources(job->origin, e);
}

/* A /tmp of the tools' own, which is away with them, and the layer in it. */
static int show_layer(const struct job *job, int *ret_layer, struct err *e)
{
	SCOPED_FD int layer = dir_open(AT_FDCWD, job->layer, e);
	SCOPED_FD int tmp = dir_open(AT_FDCWD, "/tmp", e);
	SCOPED_FD int shown = -1;
	int rc;

	if (layer < 0 || tmp < 0)
		return layer < 0 ? layer : tmp;
	rc = mount_new("tmpfs", "mode=1777", MOUNT_NO_SUID | MOUNT_NO_DEV, tmp,
		       e);
	if (rc < 0)
		return rc;
	if (mkdir(target, 0755) < 0)
		return err_set(e, errno, "make %s", target);
	shown = dir_open(AT_FDCWD, target, e);
	if (shown < 0)
		return shown;
	rc = mount_bind(layer, ".", MOUNT_NO_SUID | MOUNT_NO_DEV, shown, e);
	*ret_layer = rc == 0 ? fd_give(&layer) : -1;
	return rc;
}

static int bootstrap(void *data, struct err *e)
{
	const struct job *job = data;
	SCOPED_FD int layer = -1;
	int rc = show_layer(job, &layer, e);

	if (rc < 0)
		return rc;
	umask(022);
	/* Packages' scripts get no terminal, and nothing that is open. */
	if (setsid() < 0 || close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return err_set(e, errno, "let go of the terminal");
	rc = run_mmdebstrap(job, e);
	if (rc == -ENOENT)
		rc = run_debootstrap(job, e);
	if (rc == 0 && syncfs(layer) < 0)
		rc = err_set(e, errno, "sync a layer");
	return rc;
}

int debian_import(const struct import *import, const char *spec,
		  struct chain *chain, struct err *e)
{
	SCOPED_TEXT char *suite = mem_text(spec, strcspn(spec, "+"));
	SCOPED_ORIGIN struct origin origin = { 0 };
	char layer[LAYER_PATH_BYTES];
	SCOPED_TEXT char *doing = NULL;
	SCOPED_TEXT char *include = NULL;
	struct job job = { .import = import, .origin = &origin };
	char id[LAYER_ID_BYTES + 1];
	int rc = debian_check(spec, e);

	if (rc < 0)
		return rc;
	if (import->map->single)
		return err_say(e, EPERM,
			       "debian:%s: a range of user ids is "
			       "needed: its files belong to several",
			       suite);
	rc = layer_new(import->store, import->map, id, e);
	if (rc < 0)
		return rc;
	find_origin(suite, &origin);
	/* Seen from the store's directory, where the job runs. */
	layer_path(id, "up", layer);
	job.layer = layer;
	if (spec[strlen(suite)] == '+')
		include = mem_printf("--include=%s", spec + strlen(suite) + 1);
	job.include = include;
	doing = mem_printf("making a Debian system (%s), which takes a minute",
			   suite);
	if (import->told_fn != NULL)
		import->told_fn(doing);
	rc = ns_run_alone(import->map, import->store->path, bootstrap, &job, e);
	if (rc < 0)
		layer_drop(import->store, id);
	else
		chain_push(chain, id);
	return rc;
}
