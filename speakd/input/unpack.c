/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/input/unpack.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/library.h"

enum { BLOCK_BYTES = 65536 };

enum end { END_WHOLE, END_BROKEN = 3, END_TRAP, END_NO_LIBRARY };

/*
 * libarchive's interface, as far as it is used: loaded when it is needed, as
 * hardly anybody reads packed files. Source: archive_read(3); its soname keeps
 * these since version 3.0.
 */
struct archive;
struct archive_entry;

typedef ssize_t read_fn(struct archive *archive, void *data,
			const void **ret_block);

static struct {
	struct archive *(*new)(void);
	int (*filters)(struct archive *);
	int (*raw)(struct archive *);
	int (*open)(struct archive *, void *data, void *open_fn, read_fn *read,
		    void *close_fn);
	int (*next)(struct archive *, struct archive_entry **);
	ssize_t (*data)(struct archive *, void *to, size_t size);
} libarchive;

static const struct library_symbol symbols[] = {
	{ "archive_read_new", &libarchive.new },
	{ "archive_read_support_filter_all", &libarchive.filters },
	{ "archive_read_support_format_raw", &libarchive.raw },
	{ "archive_read_open", &libarchive.open },
	{ "archive_read_next_header", &libarchive.next },
	{ "archive_read_data", &libarchive.data },
};

struct source {
	int fd;
	const char *head;
	size_t head_bytes;
	uint64_t read_bytes;
	char block[BLOCK_BYTES];
};

static ssize_t on_read(struct archive *archive, void *data,
		       const void **ret_block)
{
	struct source *source = data;
	ssize_t n = (ssize_t)source->head_bytes;

	(void)archive;
	if (n > 0) {
		*ret_block = source->head;
		source->head_bytes = 0;
	} else {
		do {
			n = read(source->fd, source->block, BLOCK_BYTES);
		} while (n < 0 && errno == EINTR);
		*ret_block = source->block;
	}
	source->read_bytes += n > 0 ? (uint64_t)n : 0;
	return n;
}

static bool put(int fd, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t n = write(fd, bytes, len_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len_bytes -= (size_t)n;
	}
	return true;
}

static enum end copy(struct archive *archive, const struct source *source,
		     int to)
{
	static char block[BLOCK_BYTES];
	uint64_t written = 0;
	ssize_t n;

	while ((n = libarchive.data(archive, block, sizeof(block))) > 0) {
		written += (uint64_t)n;
		if (written > UNPACK_FREE_BYTES &&
		    written / UNPACK_RATIO_MAX > source->read_bytes)
			return END_TRAP;
		if (!put(to, block, (size_t)n))
			return END_WHOLE; /* nobody listens any more */
	}
	return n == 0 ? END_WHOLE : END_BROKEN;
}

static enum end unpack(struct source *source, int to)
{
	struct archive_entry *entry;
	struct archive *archive;

	if (library_load("libarchive.so.13", "libarchive13", symbols,
			 COUNT_OF(symbols), NULL) < 0)
		return END_NO_LIBRARY;
	archive = libarchive.new();
	if (archive == NULL || libarchive.filters(archive) < -20 ||
	    libarchive.raw(archive) != 0 ||
	    libarchive.open(archive, source, NULL, on_read, NULL) != 0 ||
	    libarchive.next(archive, &entry) != 0)
		return END_BROKEN;
	return copy(archive, source, to);
}

/* Nothing of ours but the two descriptors, and it ends with us. */
static void prepare(int from, int to)
{
	const struct rlimit memory = { UNPACK_MEMORY_BYTES,
				       UNPACK_MEMORY_BYTES };
	const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD };
	int low = from < to ? from : to, high = from < to ? to : from;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		signal(signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_AS, &memory);
	close_range(3, (unsigned)low - 1, 0);
	close_range((unsigned)low + 1, (unsigned)high - 1, 0);
	close_range((unsigned)high + 1, ~0U, 0);
}

static pid_t fork_unpack(struct source *source, int to)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prepare(source->fd, to);
	_exit(unpack(source, to));
}

int unpack_start(int fd, const char *head, size_t head_bytes, int *ret_fd,
		 pid_t *ret_pid, struct err *e)
{
	struct source source = { .fd = fd,
				 .head = head,
				 .head_bytes = head_bytes };
	SCOPED_FD int reader = -1;
	SCOPED_FD int writer = -1;
	int ends[2], flags = fcntl(fd, F_GETFL);

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	reader = ends[0];
	writer = ends[1];
	/* Ours alone: FILEs are opened non-blocking for the sake of FIFOs. */
	if (flags >= 0 && (flags & O_NONBLOCK) != 0 &&
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return err_set(e, errno, "fcntl");
	*ret_pid = fork_unpack(&source, writer);
	if (*ret_pid < 0)
		return err_set(e, errno, "fork");
	*ret_fd = fd_give(&reader);
	return 0;
}

const char *unpack_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	switch (child_code(status)) {
	case END_WHOLE:
		return NULL;
	case END_TRAP:
		return "it unpacks to more than 200 times its size; the rest is "
		       "not read";
	case END_NO_LIBRARY:
		return "it is packed, which needs the package libarchive13";
	default:
		return "it is packed, and broken";
	}
}
