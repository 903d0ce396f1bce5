#include "project/workspace/run/holder.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "core/child.h"
#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"
#include "project/workspace/run/freezer.h"
#include "project/workspace/ns/mounts.h"
#include "project/workspace/ns/ns.h"
#include "project/workspace/store/skeleton.h"

enum {
	FIRST_SESSION_MS = 20000, /* a starter that died never connects */
	GREETING = 'k',
	KEPT_FD = 600, /* where the few that are kept go */
};

struct greeting {
	char magic;
	char private_net;
};

/* In the order of joining: the first gives the right to the others. */
static const struct {
	const char *file;
	int type;
} namespaces[] = {
	{ "/proc/self/ns/user", CLONE_NEWUSER },
	{ "/proc/self/ns/mnt", CLONE_NEWNS },
	{ "/proc/self/ns/pid", CLONE_NEWPID },
	{ "/proc/self/ns/uts", CLONE_NEWUTS },
	{ "/proc/self/ns/ipc", CLONE_NEWIPC },
	{ "/proc/self/ns/net", CLONE_NEWNET }, /* when it is private */
};
enum { NAMESPACES = COUNT_OF(namespaces) };

static size_t namespace_count(bool private_net)
{
	return private_net ? NAMESPACES : NAMESPACES - 1;
}

/* Room for the descriptors of all namespaces in a message. */
union rights {
	char bytes[CMSG_SPACE(NAMESPACES * sizeof(int))];
	struct cmsghdr align;
};

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

static int bind_socket(const struct store *store, const char *name,
		       struct err *e)
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
static int greet(int sock, struct holder *ret, struct err *e)
{
	struct greeting greeting;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	SCOPED_FD int pidfd = -1;

	if (recv(sock, &greeting, sizeof(greeting), MSG_WAITALL) !=
		    sizeof(greeting) ||
	    greeting.magic != GREETING)
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
	*ret = (struct holder){ sock, fd_give(&pidfd), peer.pid,
				greeting.private_net != 0 };
	return 1;
}

int holder_connect(const struct store *store, const char *name,
		   struct holder *ret, struct err *e)
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

void holder_close(struct holder *holder)
{
	if (holder->pid > 0) {
		scope_close(&holder->sock);
		scope_close(&holder->pidfd);
	}
	*holder = (struct holder){ .sock = -1, .pidfd = -1 };
}

static int ask(const struct holder *holder, char request, char want,
	       const char *doing, struct err *e)
{
	char answer = 0;

	if (send(holder->sock, &request, 1, MSG_NOSIGNAL) != 1 ||
	    recv(holder->sock, &answer, 1, MSG_WAITALL) != 1)
		return err_say(e, ESRCH, "%s: the workspace just ended", doing);
	if (answer != want)
		return err_say(e, EBUSY,
			       "%s: some process inside does not stop", doing);
	return 0;
}

/* Returns how many came; they are the caller's. */
static size_t receive_namespaces(int sock, int fds[NAMESPACES])
{
	char answer = 0;
	struct iovec part = { &answer, 1 };
	union rights rights;
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = rights.bytes,
				  .msg_controllen = sizeof(rights.bytes) };
	struct cmsghdr *header;
	size_t bytes;

	if (recvmsg(sock, &message, MSG_CMSG_CLOEXEC) != 1)
		return 0;
	header = CMSG_FIRSTHDR(&message);
	if (answer != 'J' || header == NULL || header->cmsg_type != SCM_RIGHTS)
		return 0;
	bytes = header->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(header), bytes);
	return bytes / sizeof(int);
}

int holder_join(const struct holder *holder, struct err *e)
{
	size_t want = namespace_count(holder->private_net);
	int fds[NAMESPACES];
	size_t count;
	int rc = 0;

	if (send(holder->sock, "j", 1, MSG_NOSIGNAL) != 1)
		return err_say(e, ESRCH, "join: the workspace just ended");
	count = receive_namespaces(holder->sock, fds);
	if (count != want)
		rc = err_say(e, ESRCH, "join: the workspace just ended");
	for (size_t i = 0; i < count; i++) {
		if (rc == 0 && setns(fds[i], namespaces[i].type) < 0)
			rc = err_set(e, errno, "join the workspace");
		close(fds[i]);
	}
	return rc;
}

int holder_pause(const struct holder *holder, struct err *e)
{
	return ask(holder, 'p', 'P', "pause", e);
}

int holder_resume(const struct holder *holder, struct err *e)
{
	return ask(holder, 'c', 'C', "continue", e);
}

int holder_stop(const struct holder *holder, struct err *e)
{
	struct pollfd end = { .fd = holder->pidfd, .events = POLLIN };

	if (send(holder->sock, "s", 1, MSG_NOSIGNAL) != 1 && errno != EPIPE)
		return err_set(e, errno, "stop");
	if (poll(&end, 1, HOLDER_END_WAIT_MS) == 0)
		return err_say(e, ETIMEDOUT,
			       "the workspace does not end (process %d)",
			       holder->pid);
	return 0;
}

int holder_lock(const struct store *store, const char *name, struct err *e)
{
	SCOPED_TEXT char *file = mem_printf("run/%s.run", name);
	SCOPED_FD int fd = openat(store->dir, file,
				  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				  0600);
	int rc;

	if (fd < 0)
		return err_set(e, errno, "open %s", file);
	/* It may be ending just now. */
	rc = store_flock(fd, LOCK_EX, HOLDER_END_WAIT_MS, name, e);
	/* What the one before wrote there means nothing now. */
	if (rc == 0 && ftruncate(fd, 0) < 0)
		rc = err_set(e, errno, "write %s", file);
	return rc < 0 ? rc : fd_give(&fd);
}

/* ---- process 1 ---------------------------------------------------------- */

struct init {
	int listener;
	int signals;
	bool private_net;
	struct freezer freezer;
	int namespaces[NAMESPACES];
	int paused_by; /* the connection that asked for it, -1 */
	struct pollfd polled[HOLDER_SESSIONS_MAX + 2]; /* the two above first */
	size_t count;
	bool had_session, stopping;
};

static void drop_session(struct init *init, size_t i)
{
	int fd = init->polled[i].fd;

	if (init->paused_by == fd) {
		freezer_thaw(&init->freezer);
		init->paused_by = -1;
	}
	close(fd);
	init->polled[i] = init->polled[--init->count];
}

static void accept_session(struct init *init)
{
	const struct greeting greeting = { GREETING, init->private_net };
	int fd = accept4(init->listener, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (init->count >= COUNT_OF(init->polled) ||
	    send(fd, &greeting, sizeof(greeting), MSG_NOSIGNAL) !=
		    sizeof(greeting)) {
		close(fd);
		return;
	}
	init->polled[init->count++] = (struct pollfd){ fd, POLLIN, 0 };
	init->had_session = true;
}

static char answer_request(struct init *init, int fd, char request)
{
	switch (request) {
	case 'p':
		if (init->paused_by >= 0 || !freezer_freeze(&init->freezer))
			return 'E';
		init->paused_by = fd;
		return 'P';
	case 'c':
		if (init->paused_by == fd)
			freezer_thaw(&init->freezer);
		init->paused_by = -1;
		return 'C';
	case 's':
		init->stopping = true;
		return 'S';
	default:
		return request;
	}
}

static bool send_namespaces(const struct init *init, int sock)
{
	size_t bytes = namespace_count(init->private_net) * sizeof(int);
	char answer = 'J';
	struct iovec part = { &answer, 1 };
	union rights rights = { { 0 } };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = rights.bytes,
				  .msg_controllen = CMSG_SPACE(bytes) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(header), init->namespaces, bytes);
	return sendmsg(sock, &message, MSG_NOSIGNAL) == 1;
}

/* Returns false when the session is over. */
static bool answer(struct init *init, int fd, char request)
{
	if (request == 'j')
		return send_namespaces(init, fd);
	request = answer_request(init, fd, request);
	return send(fd, &request, 1, MSG_NOSIGNAL) == 1;
}

static void serve_session(struct init *init, size_t i)
{
	char request;
	ssize_t n = recv(init->polled[i].fd, &request, 1, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !answer(init, init->polled[i].fd, request))
		drop_session(init, i);
}

static void reap(struct init *init)
{
	struct signalfd_siginfo info;

	while (read(init->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			init->stopping = true;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* All ends before the lock is let go: nobody writes after that. */
static void end_all(struct init *init)
{
	const struct timespec nap = { .tv_nsec = HOLDER_NAP_MS * 1000000L };
	uint64_t until = clock_ms() + HOLDER_END_WAIT_MS;

	close(init->listener);
	while (kill(-1, SIGKILL) == 0 && clock_ms() < until) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		nanosleep(&nap, NULL);
	}
}

static void serve(struct init *init)
{
	uint64_t until = clock_ms() + FIRST_SESSION_MS;

	while (!init->stopping && (!init->had_session || init->count > 2)) {
		int wait_ms = init->had_session ? -1 : 1000;

		if (poll(init->polled, init->count, wait_ms) < 0 &&
		    errno != EINTR)
			break;
		if (!init->had_session && clock_ms() > until)
			break;
		/* Backwards: dropping moves the last one into the gap. */
		for (size_t i = init->count; i-- > 2;)
			if (init->polled[i].revents != 0)
				serve_session(init, i);
		if (init->polled[1].revents != 0)
			reap(init);
		if (init->polled[0].revents != 0)
			accept_session(init);
	}
	end_all(init);
}

/* ---- becoming process 1 ------------------------------------------------- */

struct start {
	struct store store; /* copies: the child moves their descriptors */
	struct view view;
	const struct idmap *map;
	int listener, lock, go, verdict;
	int *namespaces;
};

/* A skeleton in use is locked, so that gc leaves it alone. */
static int hold_skeleton(const struct view *view, struct err *e)
{
	char path[STORE_LAYER_PATH_BYTES];
	int fd;

	if (!view->lower.host)
		return 0;
	store_layer_path(view->skeleton, "up", path);
	fd = dir_open(view->store->dir, path, e);
	if (fd < 0)
		return fd;
	/* Kept open for ever. */
	return store_flock(fd, LOCK_SH, STORE_LOCK_WAIT_MS, "a layer", e);
}

/* Here, while /proc is still the host's. */
static int open_namespaces(int fds[NAMESPACES], struct err *e)
{
	for (size_t i = 0; i < NAMESPACES; i++) {
		fds[i] = open(namespaces[i].file, O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			return err_set(e, errno, "open %s", namespaces[i].file);
	}
	return 0;
}

static int set_up(const struct start *start, struct err *e)
{
	SCOPED_FD int root = -1;
	char go;
	int rc;

	if (read(start->go, &go, 1) != 1)
		return err_say(e, ECHILD, "the parent process ended");
	/* As long as we are still the user: see ns_run(). */
	if (chdir(start->store.path) < 0)
		return err_set(e, errno, "enter %s", start->store.path);
	/* Nothing else is inside yet. */
	rc = ns_become_root(start->map, e);
	ns_hide();
	umask(022);
	if (rc == 0)
		rc = open_namespaces(start->namespaces, e);
	if (rc == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		rc = ns_explain(errno, "make mounts private", e);
	if (rc == 0)
		rc = hold_skeleton(&start->view, e);
	root = rc == 0 ? view_mount(&start->view, false, e) : rc;
	if (root < 0)
		return root;
	rc = mount_pivot(root, e);
	if (rc == 0)
		(void)!sethostname(start->view.hostname,
				   strlen(start->view.hostname));
	return rc;
}

static int stand_alone(struct init *init, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL);
	init->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (init->signals < 0)
		return err_set(e, errno, "signalfd");
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return freezer_init(&init->freezer, e);
}

/* Nothing of the caller's: no terminal, no descriptor, no session. */
static int let_go(struct start *start, struct err *e)
{
	int *const kept[] = { &start->listener, &start->lock, &start->go,
			      &start->verdict, &start->store.dir };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_set(e, errno, "open /dev/null");
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, KEPT_FD + (int)i);
		/* In this order, so that nothing lies between them. */
		if (*kept[i] != KEPT_FD + (int)i)
			return err_set(e, errno, "move a descriptor");
	}
	(void)close_range(3, KEPT_FD - 1, 0);
	(void)close_range(KEPT_FD + COUNT_OF(kept), ~0U, 0);
	(void)setsid();
	return 0;
}

static _Noreturn void become_init(struct start *start)
{
	static struct init init = { .paused_by = -1 };
	struct err e = { 0 };
	int rc = let_go(start, &e);

	start->namespaces = init.namespaces;
	if (rc == 0)
		rc = set_up(start, &e);
	close(start->store.dir);
	if (rc == 0)
		rc = stand_alone(&init, &e);
	if (rc == 0 && listen(start->listener, HOLDER_SESSIONS_MAX) < 0)
		rc = err_set(&e, errno, "listen");
	ns_verdict_send(start->verdict, &e);
	close(start->verdict);
	close(start->go);
	if (rc < 0)
		_exit(1);
	init.listener = start->listener;
	init.private_net = start->view.private_net;
	init.polled[0] = (struct pollfd){ init.listener, POLLIN, 0 };
	init.polled[1] = (struct pollfd){ init.signals, POLLIN, 0 };
	init.count = 2;
	serve(&init);
	_exit(0);
}

/* The holder is nobody's child: who starts it may end before it does. */
static pid_t fork_init(struct start *start, int go_writer, int verdict_reader,
		       struct err *e)
{
	unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
			      CLONE_NEWUTS | CLONE_NEWIPC;
	pid_t pid;

	if (start->view.private_net)
		flags |= CLONE_NEWNET;
	pid = ns_fork(flags, e);
	if (pid == 0) {
		close(go_writer);
		close(verdict_reader);
		become_init(start);
	}
	return pid;
}

static int start_init(struct start *start, struct err *e)
{
	SCOPED_FD int go = -1;
	SCOPED_FD int verdict = -1;
	int gos[2], verdicts[2];
	pid_t pid;
	int rc;

	if (pipe2(gos, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	go = gos[1];
	if (pipe2(verdicts, O_CLOEXEC) < 0) {
		close(gos[0]);
		return err_set(e, errno, "pipe");
	}
	verdict = verdicts[0];
	start->go = gos[0];
	start->verdict = verdicts[1];
	pid = fork_init(start, go, verdict, e);
	close(gos[0]);
	close(verdicts[1]);
	if (pid < 0)
		return pid;
	rc = ns_map(pid, start->map, e);
	if (rc == 0)
		rc = write_all(go, "g", 1);
	close(fd_give(&go));
	if (rc == 0)
		rc = ns_verdict_receive(verdict, e);
	if (rc < 0)
		(void)!child_wait(pid, NULL);
	return rc;
}

int holder_start(const struct store *store, const char *name,
		 const struct view *view, const struct idmap *map,
		 struct err *e)
{
	SCOPED_FD int lock = holder_lock(store, name, e);
	SCOPED_FD int listener = -1;
	struct start start = { *store, *view, map, -1, lock, -1, -1, NULL };

	if (lock < 0)
		return lock;
	listener = bind_socket(store, name, e);
	if (listener < 0)
		return listener;
	start.listener = listener;
	start.view.store = &start.store;
	return start_init(&start, e);
}
