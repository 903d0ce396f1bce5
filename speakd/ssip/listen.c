/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum { FIRST_INHERITED_FD = 3 };

static int address_of(const char *path, struct sockaddr_un *ret, struct err *e)
{
	size_t len = strlen(path);

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len >= sizeof(ret->sun_path))
		return err_set(e, ENAMETOOLONG, "control socket %s", path);
	memcpy(ret->sun_path, path, len + 1);
	return 0;
}

/* Who else may write there could put another socket in the place of ours. In
 * a sticky directory (/tmp) nobody can. */
static int check_dir(const char *path, struct err *e)
{
	SCOPED_TEXT char *directory = mem_copy(path);
	char *slash = strrchr(directory, '/');
	struct stat st;
	int rc;

	if (slash == NULL || slash == directory)
		return 0;
	rc = dir_make_parent(path, 0700, e);
	if (rc < 0)
		return rc;
	*slash = '\0';
	if (stat(directory, &st) < 0)
		return err_set(e, errno, "directory %s", directory);
	return path_check_private(directory, &st, e);
}

/* The descriptor whose lock lasts as long as we do, or -errno. */
static int take_lock(const char *path, struct err *e)
{
	SCOPED_TEXT char *name = mem_printf("%s.lock", path);
	SCOPED_FD int fd = -1;
	struct stat st;

	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		  0600);
	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "open %s", name);
	if (st.st_uid != geteuid() || !S_ISREG(st.st_mode))
		return err_say(e, EACCES,
			       "%s was made by somebody else: remove it, or "
			       "choose another --socket-path",
			       name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return err_say(e, EADDRINUSE,
				       "another speakd serves %s", path);
		return err_set(e, errno, "lock %s", name);
	}
	return fd_give(&fd);
}

/*
 * We hold the lock, so a socket of ours that is left at path belongs to nobody.
 * Anything else belongs to whoever put it there.
 */
static int remove_stale(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "%s", path);
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return err_say(e, EEXIST,
			       "%s exists and is no socket of yours: remove "
			       "it, or choose another --socket-path",
			       path);
	return unlink(path) == 0 ? 0 : err_set(e, errno, "remove %s", path);
}

int listen_open(const char *path, struct listener *ret, struct err *e)
{
	struct sockaddr_un address;
	SCOPED_FD int lock = -1;
	SCOPED_FD int sock = -1;
	struct stat st;
	mode_t mask;
	int rc;

	if (address_of(path, &address, e) < 0 || check_dir(path, e) < 0)
		return -e->code;
	lock = take_lock(path, e);
	if (lock < 0)
		return lock;
	rc = remove_stale(path, e);
	if (rc < 0)
		return rc;
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0)
		return err_set(e, errno, "socket");
	/* Never open to others, not even between bind and chmod. */
	mask = umask(0177);
	rc = bind(sock, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (rc < 0)
		return err_set(e, errno, "bind %s", path);
	if (listen(sock, LISTEN_BACKLOG) < 0)
		return err_set(e, errno, "listen %s", path);
	if (lstat(path, &st) < 0)
		return err_set(e, errno, "%s", path);
	ret->path = mem_copy(path);
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->lock = fd_give(&lock);
	ret->sock = fd_give(&sock);
	return 0;
}

int listen_open_port(unsigned port, struct listener *ret, struct err *e)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	SCOPED_FD int sock =
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;

	if (sock < 0)
		return err_set(e, errno, "socket");
	setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(sock, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(sock, LISTEN_BACKLOG) < 0)
		return err_set(e, errno, "listen on port %u", port);
	*ret = (struct listener){ .sock = fd_give(&sock), .lock = -1 };
	return 0;
}

size_t listen_inherited(struct listener *ret, size_t max)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	unsigned long n = 0;
	size_t count = 0;

	if (pid != NULL && fds != NULL &&
	    strtoul(pid, NULL, 10) == (unsigned long)getpid())
		n = strtoul(fds, NULL, 10);
	for (; count < n && count < max; count++) {
		int fd = FIRST_INHERITED_FD + (int)count;

		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		ret[count] = (struct listener){ .sock = fd, .lock = -1 };
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return count;
}

void listen_close(struct listener *listener)
{
	struct stat st;

	/* Somebody may have put something else there meanwhile. */
	if (listener->path != NULL && lstat(listener->path, &st) == 0 &&
	    st.st_dev == listener->dev && st.st_ino == listener->ino)
		(void)unlink(listener->path);
	scope_close(&listener->sock);
	/* The lock file stays: removing it would open a race for it. */
	scope_close(&listener->lock);
	free(listener->path);
	*listener = (struct listener){ .sock = -1, .lock = -1 };
}

void listen_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	SCOPED_FD int sock = -1;
	socklen_t len;

	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    address_of(path, &address, NULL) < 0)
		return;
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			  strlen(path));
	/* An abstract socket's name begins with a NUL. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock >= 0)
		(void)!sendto(sock, state, strlen(state), MSG_NOSIGNAL,
			      (struct sockaddr *)&address, len);
}
