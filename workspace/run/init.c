/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/init.h"

#include <fcntl.h>
#include <poll.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "core/clock.h"
#include "core/files.h"
#include "core/mem.h"
#include "workspace/ns/fdpass.h"
#include "workspace/ns/mounts.h"
#include "workspace/ns/ns.h"
#include "workspace/run/copyup_server.h"
#include "workspace/run/freezer.h"
#include "workspace/run/shares.h"
#include "workspace/run/supervisor.h"
#include "workspace/run/title.h"
#include "workspace/store/layer.h"

enum {
	FIRST_SESSION_MS = 20000, /* a starter that died never connects */
	KEPT_FD = 600, /* where the few that are kept go */
	KEPT_FIXED = 5, /* of them, without the trees of shares */
	CONNECTIONS_MAX = SUPERVISOR_SESSIONS_MAX + SUPERVISOR_SPARE,
};

/* ---- serving ------------------------------------------------------------ */

struct init {
	int listener;
	int signals;
	bool private_net, outgoing, exposed;
	const char *project; /* its directory, NULL: none is shown */
	struct freezer freezer;
	int namespaces[SUPERVISOR_NAMESPACES];
	struct copyup_server *server; /* NULL: nothing to copy up here */
	int scratch; /* rootfs_scratch(), -1: none */
	int paused_by; /* the connection that asked for it, -1 */
	struct pollfd polled[2 + CONNECTIONS_MAX]; /* the two above first */
	size_t count;
	bool had_session, stopping;
	bool keep; /* goes on without a session */
	unsigned grace_s; /* between TERM and KILL */
};

/* First no call is being answered: its process would not stop meanwhile. */
static bool pause_all(struct init *init, int fd)
{
	if (init->paused_by >= 0 || !copyup_server_pause(init->server))
		return false;
	if (!freezer_freeze(&init->freezer)) {
		copyup_server_resume(init->server);
		return false;
	}
	init->paused_by = fd;
	return true;
}

static void go_on(struct init *init, int fd)
{
	if (init->paused_by != fd)
		return;
	freezer_thaw(&init->freezer);
	copyup_server_resume(init->server);
	init->paused_by = -1;
}

static void drop_session(struct init *init, size_t i)
{
	int fd = init->polled[i].fd;

	go_on(init, fd);
	close(fd);
	init->polled[i] = init->polled[--init->count];
}

static void accept_session(struct init *init)
{
	struct greeting greeting = {
		.magic = GREETING,
		.private_net = init->private_net,
		.outgoing = init->outgoing,
		.copies_up = init->server != NULL,
		.exposed = init->exposed,
		.full = init->count >= 2 + SUPERVISOR_SESSIONS_MAX,
	};
	bool room = init->count < COUNT_OF(init->polled);
	int fd = accept4(init->listener, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (!room)
		greeting.magic = GREETING_REFUSAL;
	if (send(fd, &greeting, sizeof(greeting), MSG_NOSIGNAL) !=
		    sizeof(greeting) ||
	    !room) {
		close(fd);
		return;
	}
	init->polled[init->count++] = (struct pollfd){ fd, POLLIN, 0 };
	init->had_session = true;
}

static char take_listener(struct init *init, int *listener)
{
	if (*listener < 0 || init->server == NULL ||
	    copyup_server_take(init->server, fd_give(listener)) < 0)
		return 'F';
	return 'L';
}

static char answer_request(struct init *init, int fd, char request,
			   int *listener)
{
	switch (request) {
	case 'p':
		return pause_all(init, fd) ? 'P' : 'E';
	case 'c':
		go_on(init, fd);
		return 'C';
	case 'l':
		return take_listener(init, listener);
	case 'k':
		init->keep = true;
		return 'K';
	case 's':
		init->stopping = true;
		return 'S';
	default:
		return request;
	}
}

static bool send_namespaces(const struct init *init, int sock)
{
	return fdpass_send(sock, "J", 1, init->namespaces,
			   supervisor_namespace_count(init->private_net));
}

static bool send_project(const struct init *init, int sock)
{
	SCOPED_TEXT char *text =
		mem_printf("D%s", init->project != NULL ? init->project : "");
	ssize_t size = (ssize_t)strlen(text) + 1;

	return send(sock, text, (size_t)size, MSG_NOSIGNAL) == size;
}

/* Returns false when the session is over. */
static bool answer(struct init *init, int fd, char request, int *listener)
{
	if (request == 'j')
		return send_namespaces(init, fd);
	if (request == 'd')
		return send_project(init, fd);
	if (request == 'g') {
		unsigned char seconds = 0;

		if (recv(fd, &seconds, 1, MSG_WAITALL) == 1)
			init->grace_s = seconds;
		return true;
	}
	request = answer_request(init, fd, request, listener);
	return send(fd, &request, 1, MSG_NOSIGNAL) == 1;
}

static void serve_session(struct init *init, size_t i)
{
	SCOPED_FD int listener = -1;
	int fd = init->polled[i].fd;
	char request;
	size_t count;
	ssize_t n = fdpass_receive(fd, &request, 1, &listener, 1, &count);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !answer(init, fd, request, &listener))
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

/* True when nobody but process 1 is left. */
static bool all_ended(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return kill(-1, 0) < 0;
}

/*
 * Services get the time to put their files in order; what stands still goes on
 * for that. All ends before the lock is let go: nobody writes after that.
 */
static void end_all(struct init *init)
{
	const struct timespec nap = { .tv_nsec = SUPERVISOR_NAP_MS * 1000000L };
	uint64_t until = clock_ms() + (uint64_t)init->grace_s * 1000;

	close(init->listener);
	(void)kill(-1, SIGTERM);
	(void)kill(-1, SIGCONT);
	while (!all_ended() && clock_ms() < until)
		nanosleep(&nap, NULL);
	until = clock_ms() + SUPERVISOR_END_WAIT_MS;
	while (kill(-1, SIGKILL) == 0 && clock_ms() < until) {
		(void)all_ended();
		nanosleep(&nap, NULL);
	}
	/* Half a copy would stay in the workspace for ever. */
	(void)!copyup_server_pause(init->server);
	rootfs_clear_scratch(init->scratch);
}

/* Whether it goes on, though nobody may be there. */
static bool is_wanted(const struct init *init)
{
	/* Who paused it is copying: he gets all of it first. */
	if (init->stopping)
		return init->paused_by >= 0;
	return init->keep || !init->had_session || init->count > 2;
}

static void serve(struct init *init)
{
	uint64_t until = clock_ms() + FIRST_SESSION_MS;

	while (is_wanted(init)) {
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

/* A host layer in use is locked, so that gc leaves it alone. */
static int hold_host_layer(const struct rootfs *rootfs, struct err *e)
{
	int fd;

	if (!rootfs->lower.host)
		return 0;
	fd = layer_open(rootfs->store, rootfs->host_layer, e);
	if (fd < 0)
		return fd;
	/* Kept open for ever. */
	return store_flock(fd, LOCK_SH, STORE_LOCK_WAIT_MS, "a layer", e);
}

/* Here, while /proc is still the host's. */
static int open_namespaces(int fds[SUPERVISOR_NAMESPACES], struct err *e)
{
	for (size_t i = 0; i < SUPERVISOR_NAMESPACES; i++) {
		fds[i] = open(supervisor_namespaces[i].file,
			      O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			return err_set(e, errno, "open %s",
				       supervisor_namespaces[i].file);
	}
	return 0;
}

/* A network of its own begins without even that. */
static int bring_up_loopback(struct err *e)
{
	SCOPED_FD int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &lo) < 0)
		return err_set(e, errno, "bring the loopback interface up");
	return 0;
}

static int set_up(struct init_start *start, int *ret_scratch, struct err *e)
{
	SCOPED_FD int root = -1;
	char go;
	int rc;

	if (read(start->go, &go, 1) != 1)
		return err_say(e, ECHILD, "the parent process ended");
	/* As long as we are still the user: see ns_run(). */
	if (chdir(start->store.path) < 0)
		return err_set(e, errno, "enter %s", start->store.path);
	/* As it is seen here: with other owners, or in this namespace. */
	scope_close(&start->store.dir);
	start->store.dir = dir_open(AT_FDCWD, ".", e);
	if (start->store.dir < 0)
		return start->store.dir;
	/* Nothing else is inside yet. */
	rc = ns_become_root(start->map, e);
	ns_hide();
	umask(022);
	if (rc == 0 && start->rootfs.private_net)
		rc = bring_up_loopback(e);
	if (rc == 0)
		rc = open_namespaces(start->namespaces, e);
	if (rc == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		rc = ns_explain(errno, "make mounts private", e);
	if (rc == 0)
		rc = hold_host_layer(&start->rootfs, e);
	root = rc == 0 ? rootfs_mount(&start->rootfs, false, e) : rc;
	if (root < 0)
		return root;
	*ret_scratch = rootfs_scratch(&start->rootfs);
	rc = mount_pivot(root, e);
	if (rc == 0)
		(void)!sethostname(start->rootfs.hostname,
				   strlen(start->rootfs.hostname));
	return rc;
}

/*
 * Where user 0 of the host is one inside its files have an owner. Where not
 * even a /proc of our own is allowed nobody could be found in it.
 */
static int start_copyups(struct init *init, const struct init_start *start,
			 struct err *e)
{
	char me[2] = "";

	if (!start->rootfs.lower.host || start->rootfs.nobody ||
	    idmap_inside(&start->map->uids, 0) >= 0 ||
	    readlinkat(init->freezer.proc, "self", me, sizeof(me)) != 1 ||
	    me[0] != '1')
		return 0;
	init->server = copyup_server_start(init->freezer.proc, e);
	return init->server != NULL ? 0 : -e->code;
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
	signal(SIGXFSZ, SIG_IGN);
	return freezer_init(&init->freezer, e);
}

/* Nothing of the caller's: no terminal, no descriptor, no session. */
static int let_go(struct init_start *start, struct err *e)
{
	int *kept[KEPT_FIXED + SHARES_MAX + 1] = { &start->listener,
						   &start->lock, &start->go,
						   &start->verdict,
						   &start->store.dir };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int count = KEPT_FIXED;

	if (null < 0)
		return err_set(e, errno, "open /dev/null");
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (size_t i = 0; i < start->rootfs.share_count; i++)
		if (start->rootfs.shares[i].tree >= 0)
			kept[count++] = &start->shares[i].tree;
	if (start->alive >= 0)
		kept[count++] = &start->alive;
	for (int i = 0; i < count; i++) {
		*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, KEPT_FD + i);
		/* In this order, so that nothing lies between them. */
		if (*kept[i] != KEPT_FD + i)
			return err_set(e, errno, "move a descriptor");
	}
	(void)close_range(3, KEPT_FD - 1, 0);
	(void)close_range(KEPT_FD + (unsigned)count, ~0U, 0);
	(void)setsid();
	return 0;
}

_Noreturn void init_main(struct init_start *start)
{
	static struct init init = {
		.scratch = -1,
		.paused_by = -1,
		.grace_s = SUPERVISOR_GRACE_S,
	};
	struct err e = { 0 };
	int rc = let_go(start, &e);

	start->namespaces = init.namespaces;
	if (rc == 0)
		rc = set_up(start, &init.scratch, &e);
	close(start->store.dir);
	if (rc == 0)
		rc = stand_alone(&init, &e);
	if (rc == 0)
		rc = start_copyups(&init, start, &e);
	if (rc == 0 && listen(start->listener, SUPERVISOR_SESSIONS_MAX) < 0)
		rc = err_set(&e, errno, "listen");
	ns_verdict_send(start->verdict, &e);
	close(start->verdict);
	close(start->go);
	if (rc < 0)
		_exit(1);
	title_clear();
	init.listener = start->listener;
	init.private_net = start->rootfs.private_net;
	init.outgoing = start->rootfs.outgoing;
	init.exposed = start->rootfs.exposed;
	init.project = start->rootfs.project;
	init.polled[0] = (struct pollfd){ init.listener, POLLIN, 0 };
	init.polled[1] = (struct pollfd){ init.signals, POLLIN, 0 };
	init.count = 2;
	serve(&init);
	_exit(0);
}
