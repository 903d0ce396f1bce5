/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/supervisor.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/fdpass.h"
#include "workspace/run/init.h"

const struct supervisor_namespace
	supervisor_namespaces[SUPERVISOR_NAMESPACES] = {
		{ "/proc/self/ns/user", CLONE_NEWUSER },
		{ "/proc/self/ns/mnt", CLONE_NEWNS },
		{ "/proc/self/ns/pid", CLONE_NEWPID },
		{ "/proc/self/ns/uts", CLONE_NEWUTS },
		{ "/proc/self/ns/ipc", CLONE_NEWIPC },
		{ "/proc/self/ns/net", CLONE_NEWNET }, /* when it is private */
	};

size_t supervisor_namespace_count(bool private_net)
{
	return private_net ? SUPERVISOR_NAMESPACES : SUPERVISOR_NAMESPACES - 1;
}

/* ---- the socket --------------------------------------------------------- */

/*
 * A socket's path holds 108 bytes and the store's may be longer: it is reached
 * through the descriptor of run/.
 */
static int socket_address(int run, const char *name, struct sockaddr_un *ret,
			  struct err *e)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path),
		     "/proc/self/fd/%d/%s.s", run, name);
	if (n < 0 || (size_t)n >= sizeof(ret->sun_path))
		return err_set(e, ENAMETOOLONG, "socket of %s", name);
	return 0;
}

static int new_socket(struct err *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 ? fd : err_set(e, errno, "socket");
}

int supervisor_bind(const struct store *store, const char *name, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("%s.s", name);
	SCOPED_FD int run = dir_open(store->dir, "run", e);
	SCOPED_FD int sock = -1;
	struct sockaddr_un address;

	if (run < 0)
		return run;
	sock = new_socket(e);
	if (sock < 0 || socket_address(run, name, &address, e) < 0)
		return e != NULL ? -e->code : -EIO;
	/* We hold run/NAME.run: an old socket belongs to no one. */
	(void)unlinkat(run, file, 0);
	if (bind(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_set(e, errno, "bind %s/run/%s", store->path, file);
	return fd_give(&sock);
}

/*
 * Only we can put a socket into run/; who answers may be another id, when root
 * inside is not us.
 */
static int greet(int sock, struct supervisor *ret, struct err *e)
{
	struct greeting greeting;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	SCOPED_FD int pidfd = -1;

	if (recv(sock, &greeting, sizeof(greeting), MSG_WAITALL) !=
	    sizeof(greeting))
		return 0;
	if (greeting.magic == GREETING_REFUSAL)
		return err_say(e, EUSERS,
			       "too many commands use this workspace");
	if (greeting.magic != GREETING)
		return 0;
	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return err_set(e, errno, "peer of a socket");
	pidfd = pidfd_open(peer.pid, 0);
	if (pidfd < 0)
		return errno == ESRCH ? 0 : err_set(e, errno, "pidfd_open");
	/* Still there after pidfd_open: the number meant this process. */
	if (send(sock, "n", 1, MSG_NOSIGNAL) != 1 ||
	    recv(sock, &greeting.magic, 1, MSG_WAITALL) != 1)
		return 0;
	*ret = (struct supervisor){
		.sock = sock,
		.pidfd = fd_give(&pidfd),
		.pid = peer.pid,
		.uid = peer.uid,
		.gid = peer.gid,
		.private_net = greeting.private_net,
		.outgoing = greeting.outgoing,
		.exposed = greeting.exposed,
		.copies_up = greeting.copies_up,
		.full = greeting.full,
	};
	return 1;
}

int supervisor_connect(const struct store *store, const char *name,
		       struct supervisor *ret, struct err *e)
{
	SCOPED_FD int run = dir_open(store->dir, "run", e);
	SCOPED_FD int sock = -1;
	struct sockaddr_un address;
	int rc;

	if (run < 0)
		return run;
	sock = new_socket(e);
	if (sock < 0 || socket_address(run, name, &address, e) < 0)
		return e != NULL ? -e->code : -EIO;
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == ENOENT || errno == ECONNREFUSED
			       ? 0
			       : err_set(e, errno, "connect to %s", name);
	rc = greet(sock, ret, e);
	if (rc == 1)
		(void)fd_give(&sock);
	return rc;
}

void supervisor_close(struct supervisor *supervisor)
{
	if (supervisor->pid > 0) {
		scope_close(&supervisor->sock);
		scope_close(&supervisor->pidfd);
	}
	*supervisor = (struct supervisor){ .sock = -1, .pidfd = -1 };
}

static int ask(const struct supervisor *supervisor, char request, char want,
	       const char *doing, struct err *e)
{
	char answer = 0;

	if (send(supervisor->sock, &request, 1, MSG_NOSIGNAL) != 1 ||
	    recv(supervisor->sock, &answer, 1, MSG_WAITALL) != 1)
		return err_say(e, ESRCH, "%s: the workspace just ended", doing);
	if (answer != want)
		return err_say(e, EBUSY,
			       "%s: some process inside does not stop", doing);
	return 0;
}

int supervisor_get_namespaces(const struct supervisor *supervisor,
			      int ret[SUPERVISOR_NAMESPACES], struct err *e)
{
	size_t want = supervisor_namespace_count(supervisor->private_net);
	char answer = 0;
	size_t count = 0;

	for (size_t i = 0; i < SUPERVISOR_NAMESPACES; i++)
		ret[i] = -1;
	if (send(supervisor->sock, "j", 1, MSG_NOSIGNAL) == 1 &&
	    fdpass_receive(supervisor->sock, &answer, 1, ret,
			   SUPERVISOR_NAMESPACES, &count) == 1 &&
	    answer == 'J' && count == want)
		return 0;
	for (size_t i = 0; i < count; i++)
		close(ret[i]);
	return err_say(e, ESRCH, "join: the workspace just ended");
}

int supervisor_join(const struct supervisor *supervisor, struct err *e)
{
	size_t count = supervisor_namespace_count(supervisor->private_net);
	int fds[SUPERVISOR_NAMESPACES];
	int rc = supervisor_get_namespaces(supervisor, fds, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (rc == 0 && setns(fds[i], supervisor_namespaces[i].type) < 0)
			rc = err_set(e, errno, "join the workspace");
		close(fds[i]);
	}
	return rc;
}

int supervisor_pause(const struct supervisor *supervisor, struct err *e)
{
	return ask(supervisor, 'p', 'P', "pause", e);
}

int supervisor_resume(const struct supervisor *supervisor, struct err *e)
{
	return ask(supervisor, 'c', 'C', "continue", e);
}

int supervisor_keep(const struct supervisor *supervisor, struct err *e)
{
	return ask(supervisor, 'k', 'K', "keep", e);
}

bool supervisor_get_project(const struct supervisor *supervisor, char **ret_dir)
{
	char text[1 + PATH_MAX];
	size_t have = 0;
	ssize_t n = send(supervisor->sock, "d", 1, MSG_NOSIGNAL);

	while (n > 0 && have < sizeof(text)) {
		n = recv(supervisor->sock, text + have, sizeof(text) - have, 0);
		have += n > 0 ? (size_t)n : 0;
		if (have > 0 && text[0] != 'D')
			return false;
		if (have > 0 && text[have - 1] == '\0') {
			*ret_dir = have > 2 ? mem_copy(text + 1) : NULL;
			return true;
		}
	}
	return false;
}

int supervisor_stop(const struct supervisor *supervisor, unsigned grace_s,
		    struct err *e)
{
	struct pollfd end = { .fd = supervisor->pidfd, .events = POLLIN };
	const char request[] = { 'g', (char)(unsigned char)grace_s, 's' };

	if (send(supervisor->sock, request, sizeof(request), MSG_NOSIGNAL) !=
		    sizeof(request) &&
	    errno != EPIPE)
		return err_set(e, errno, "stop");
	if (poll(&end, 1, (int)grace_s * 1000 + SUPERVISOR_END_WAIT_MS) == 0)
		return err_say(e, ETIMEDOUT,
			       "the workspace does not end (process %d)",
			       supervisor->pid);
	return 0;
}

int supervisor_give_listener(const struct supervisor *supervisor, int listener,
			     struct err *e)
{
	char byte = 0;

	if (!fdpass_send(supervisor->sock, "l", 1, &listener, 1) ||
	    recv(supervisor->sock, &byte, 1, MSG_WAITALL) != 1)
		return err_say(e, ESRCH, "the workspace just ended");
	if (byte != 'L')
		return err_say(e, EMFILE,
			       "too many commands left something running in "
			       "this workspace");
	return 0;
}

int supervisor_lock(const struct store *store, const char *name, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("run/%s.run", name);
	/* It may be ending just now. */
	SCOPED_FD int fd = store_lock_file(
		store, file, LOCK_EX,
		SUPERVISOR_GRACE_S * 1000 + SUPERVISOR_END_WAIT_MS, name, e);

	/* What the one before wrote there means nothing now. */
	if (fd >= 0 && ftruncate(fd, 0) < 0)
		return err_set(e, errno, "write %s", file);
	return fd_give(&fd);
}
