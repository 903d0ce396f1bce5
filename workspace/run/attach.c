/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/attach.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>

#include "core/child.h"
#include "core/files.h"
#include "core/log.h"
#include "workspace/ns/fdpass.h"
#include "workspace/run/attach_inside.h"
#include "workspace/run/say.h"

enum { RELAY_BYTES = 65536 };

/* A file on standard input, given to the command through a pipe. */
struct feed {
	int pipe; /* the writing end, -1: none, or at the end */
	int tail; /* the reading end, to see what was not read */
	size_t start, end; /* of bytes, read and not yet in the pipe */
	char bytes[RELAY_BYTES];
};

struct relay {
	int sock; /* to the inner side */
	int signals; /* signalfd */
	pid_t inner;
	int master; /* the terminal, -1 */
	int from; /* what goes in: our standard input, -1 */
	int to; /* the terminal that output goes to */
	int streams[2]; /* pipes with output for a file or speakd, -1 */
	int targets[2]; /* where it goes */
	bool lost; /* some of it could not be written */
	struct feed feed;
	struct lines lines[2];
	struct say say;
	struct termios saved;
	bool raw;
	bool ended;
	struct attach_report last;
};

/* ---- the terminal ------------------------------------------------------- */

static void copy_size(const struct relay *relay)
{
	struct winsize size;

	for (int fd = 0; relay->master >= 0 && fd < 3; fd++)
		if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
			(void)ioctl(relay->master, TIOCSWINSZ, &size);
			return;
		}
}

static void make_raw(struct relay *relay)
{
	struct termios raw;

	if (relay->from < 0 || tcgetattr(relay->from, &relay->saved) < 0)
		return;
	raw = relay->saved;
	cfmakeraw(&raw);
	/* Who reads our output from a pipe may write to this terminal. */
	if (!isatty(STDOUT_FILENO))
		raw.c_oflag = relay->saved.c_oflag;
	relay->raw = tcsetattr(relay->from, TCSADRAIN, &raw) == 0;
}

static void restore(struct relay *relay)
{
	if (relay->raw)
		(void)tcsetattr(relay->from, TCSADRAIN, &relay->saved);
	relay->raw = false;
}

/* ---- what comes and goes ------------------------------------------------ */

static void receive(struct relay *relay)
{
	struct attach_report report;
	size_t count;
	int master;
	ssize_t n = fdpass_receive(relay->sock, &report, sizeof(report),
				   &master, 1, &count);

	if (n < 0 && errno == EINTR)
		return;
	if (n != (ssize_t)sizeof(report)) {
		relay->ended = true;
		return;
	}
	if (count > 0) {
		relay->master = master;
		copy_size(relay);
		make_raw(relay);
	}
	/* A failure before exec is followed by the end of that process. */
	if (relay->last.kind != ATTACH_FAILED)
		relay->last = report;
	relay->ended = report.kind == ATTACH_ENDED;
}

static void pass_signal(struct relay *relay)
{
	struct signalfd_siginfo info;

	if (read(relay->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH)
		copy_size(relay);
	else
		(void)kill(relay->inner, (int)info.ssi_signo);
}

/* Returns false at the end. */
static bool pass_input(struct relay *relay)
{
	char bytes[4096];
	ssize_t n = read(relay->from, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	return n > 0 && write_all(relay->master, bytes, (size_t)n) == 0;
}

static bool pass_output(struct relay *relay, int from, int to, int stream)
{
	static char bytes[RELAY_BYTES];
	ssize_t n = read(from, bytes, sizeof(bytes));
	int rc;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	/* A reader that went away is the command's business, as in a pipe. */
	rc = write_all(to, bytes, (size_t)n);
	if (rc < 0 && rc != -EPIPE) {
		log_err("write the output: %s", strerror(-rc));
		relay->lost = true;
	}
	if (rc < 0)
		return false;
	say_feed(&relay->say, &relay->lines[stream], bytes, (size_t)n);
	return true;
}

/* Returns false when all of the file is in the pipe. */
static bool feed_some(struct feed *feed)
{
	ssize_t n;

	if (feed->start == feed->end) {
		n = read(STDIN_FILENO, feed->bytes, sizeof(feed->bytes));
		if (n <= 0)
			return n < 0 && (errno == EINTR || errno == EAGAIN);
		feed->start = 0;
		feed->end = (size_t)n;
	}
	n = write(feed->pipe, feed->bytes + feed->start,
		  feed->end - feed->start);
	if (n > 0)
		feed->start += (size_t)n;
	return n > 0 || errno == EAGAIN || errno == EINTR;
}

/*
 * What the command did not read was not read: "while read NAME" around us goes
 * on after that.
 */
static void feed_close(struct feed *feed)
{
	int unread = 0;

	if (feed->tail < 0)
		return;
	(void)ioctl(feed->tail, FIONREAD, &unread);
	unread += (int)(feed->end - feed->start);
	if (unread > 0)
		(void)lseek(STDIN_FILENO, -(off_t)unread, SEEK_CUR);
	scope_close(&feed->pipe);
	scope_close(&feed->tail);
	feed->pipe = feed->tail = -1;
}

enum { P_SOCK, P_SIGNALS, P_INPUT, P_MASTER, P_OUT, P_ERR, P_FEED, P_COUNT };

static void set_polls(const struct relay *relay, struct pollfd polls[P_COUNT])
{
	bool terminal = relay->master >= 0;

	for (int i = 0; i < P_COUNT; i++)
		polls[i] = (struct pollfd){ -1, POLLIN, 0 };
	polls[P_SOCK].fd = relay->ended ? -1 : relay->sock;
	polls[P_SIGNALS].fd = relay->signals;
	polls[P_INPUT].fd = terminal && !relay->ended ? relay->from : -1;
	polls[P_MASTER].fd = relay->master;
	polls[P_OUT].fd = relay->streams[0];
	polls[P_ERR].fd = relay->streams[1];
	polls[P_FEED].fd = relay->ended ? -1 : relay->feed.pipe;
	polls[P_FEED].events = POLLOUT;
}

static void pass_terminal(struct relay *relay)
{
	if (pass_output(relay, relay->master, relay->to, 0))
		return;
	close(fd_give(&relay->master));
}

static void one_round(struct relay *relay)
{
	struct pollfd polls[P_COUNT];

	set_polls(relay, polls);
	/*
	 * After the end only what is there already: what a process left behind
	 * still writes is not waited for.
	 */
	if (poll(polls, P_COUNT, relay->ended ? 0 : -1) < 0)
		return;
	if (polls[P_SIGNALS].revents != 0)
		pass_signal(relay);
	if (polls[P_INPUT].revents != 0 && !pass_input(relay))
		restore(relay), relay->from = -1;
	for (int i = 0; i < 2; i++)
		if (polls[P_OUT + i].revents != 0 &&
		    !pass_output(relay, relay->streams[i], relay->targets[i],
				 i))
			close(fd_give(&relay->streams[i]));
	if (polls[P_MASTER].revents != 0)
		pass_terminal(relay);
	if (polls[P_FEED].revents != 0 && !feed_some(&relay->feed))
		close(fd_give(&relay->feed.pipe));
	if (polls[P_SOCK].revents != 0)
		receive(relay);
}

static bool has_output(const struct relay *relay)
{
	struct pollfd polls[] = { { relay->master, POLLIN, 0 },
				  { relay->streams[0], POLLIN, 0 },
				  { relay->streams[1], POLLIN, 0 } };

	return poll(polls, COUNT_OF(polls), 0) > 0;
}

static int verdict(const struct relay *relay, struct err *e)
{
	int code = child_code(relay->last.wait_status);

	if (relay->last.kind == ATTACH_ENDED)
		return code == 0 && relay->lost ? 1 : code;
	if (relay->last.kind == ATTACH_FAILED) {
		if (e != NULL)
			*e = relay->last.err;
		return relay->last.exit_code;
	}
	/* The workspace was stopped under it. */
	return 128 + SIGKILL;
}

static int relay_run(struct relay *relay, struct err *e)
{
	while (!relay->ended)
		one_round(relay);
	while (has_output(relay))
		one_round(relay);
	restore(relay);
	(void)!child_wait(relay->inner, NULL);
	return verdict(relay, e);
}

/* ---- setting up --------------------------------------------------------- */

static int catch_signals(sigset_t *ret_old, struct err *e)
{
	static const int passed[] = { SIGINT,  SIGTERM, SIGQUIT,  SIGHUP,
				      SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(passed); i++)
		sigaddset(&set, passed[i]);
	sigprocmask(SIG_BLOCK, &set, ret_old);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd >= 0 ? fd : err_set(e, errno, "signalfd");
}

/*
 * Whichever of the standard descriptors is a terminal is replaced by one of
 * the workspace's own: nothing inside ever holds the host's.
 */
static void choose_fds(struct attach_inside *inner, struct relay *relay)
{
	for (int fd = 0; fd < 3; fd++) {
		inner->fds[fd] = isatty(fd) ? -1 : fd;
		inner->wants_pty |= isatty(fd);
	}
	relay->from = inner->fds[0] < 0 ? STDIN_FILENO : -1;
	relay->to = inner->fds[1] < 0	? STDOUT_FILENO
		    : inner->fds[2] < 0 ? STDERR_FILENO
					: STDIN_FILENO;
}

/*
 * Through /proc/self/fd a file could be opened again, for writing although it
 * was given to be read, or without the O_APPEND it came with; and below a
 * directory is everything. Pipes and sockets lead nowhere else.
 */
static bool is_door(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	return S_ISREG(st.st_mode) || S_ISBLK(st.st_mode) ||
	       (S_ISCHR(st.st_mode) && st.st_rdev != makedev(1, 3));
}

static bool is_same_file(int a, int b)
{
	struct stat at, bt;

	return fstat(a, &at) == 0 && fstat(b, &bt) == 0 &&
	       at.st_dev == bt.st_dev && at.st_ino == bt.st_ino;
}

static int refuse_directories(struct err *e)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat st;

		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return err_say(e, EISDIR,
				       "descriptor %d is a directory, which "
				       "would open the host's files to the "
				       "workspace",
				       fd);
	}
	return 0;
}

/* A terminal is one stream for both; otherwise each gets a pipe. */
static int make_streams(struct attach_inside *inner, struct relay *relay,
			bool all, struct err *e)
{
	bool one = inner->fds[1] >= 0 && inner->fds[2] >= 0 && !all &&
		   is_same_file(1, 2);

	for (int i = 0; i < 2; i++) {
		int ends[2];

		if (inner->fds[i + 1] < 0 || (!all && !is_door(i + 1)))
			continue;
		/* Two pipes into one file would change the order. */
		if (i == 1 && one && relay->streams[0] >= 0) {
			inner->fds[2] = inner->fds[1];
			continue;
		}
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_set(e, errno, "pipe");
		relay->streams[i] = ends[0];
		relay->targets[i] = STDOUT_FILENO + i;
		inner->fds[i + 1] = ends[1];
	}
	return 0;
}

static int make_feed(struct attach_inside *inner, struct relay *relay,
		     struct err *e)
{
	struct feed *feed = &relay->feed;
	int ends[2];

	if (inner->fds[0] < 0 || !is_door(STDIN_FILENO))
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	feed->pipe = ends[1];
	feed->tail = ends[0];
	/* Another description than the command's: its flags are its own. */
	(void)fcntl(feed->pipe, F_SETFL, O_NONBLOCK);
	inner->fds[0] = feed->tail;
	return 0;
}

/*
 * /dev/stdout is opened by name, and a pipe's owner is who made it: nobody,
 * seen from inside, where root of the host is not root there.
 */
static void own_pipes(const struct attach_inside *inner)
{
	const struct supervisor *supervisor = inner->supervisor;

	for (int i = 0; i < 3; i++) {
		struct statfs fs;

		if (geteuid() == 0 && supervisor->pid > 0 &&
		    supervisor->uid != 0 && inner->fds[i] >= 0 &&
		    fstatfs(inner->fds[i], &fs) == 0 &&
		    fs.f_type == PIPEFS_MAGIC)
			(void)!fchown(inner->fds[i], supervisor->uid,
				      supervisor->gid);
	}
}

static int make_pipes(struct attach_inside *inner, struct relay *relay,
		      bool say, struct err *e)
{
	struct err why = { 0 };
	int rc = refuse_directories(e);

	if (rc == 0 && say && say_start(&relay->say, &why) < 0) {
		log_failure(&why);
		say = false;
	}
	if (rc == 0)
		rc = make_feed(inner, relay, e);
	if (rc == 0)
		rc = make_streams(inner, relay, say, e);
	if (rc == 0)
		own_pipes(inner);
	return rc;
}

static void close_relay(struct relay *relay)
{
	for (int i = 0; i < 2; i++) {
		say_line_end(&relay->say, &relay->lines[i]);
		scope_close(&relay->streams[i]);
	}
	feed_close(&relay->feed);
	say_end(&relay->say);
	if (relay->say.dropped_lines > 0)
		log_warn("%llu lines were not said: speakd did not keep up",
			 (unsigned long long)relay->say.dropped_lines);
	scope_close(&relay->master);
	scope_close(&relay->sock);
	scope_close(&relay->signals);
}

int attach_run(const struct supervisor *supervisor, const struct attach *attach,
	       struct err *e)
{
	struct relay relay = { .master = -1,
			       .streams = { -1, -1 },
			       .feed = { .pipe = -1, .tail = -1 } };
	struct attach_inside inner = { .attach = attach,
				       .supervisor = supervisor };
	sigset_t old;
	int pair[2];
	int rc;

	/* Kept blocked afterwards: whoever runs a command then ends. */
	relay.signals = catch_signals(&old, e);
	if (relay.signals < 0)
		return relay.signals;
	signal(SIGPIPE, SIG_IGN);
	choose_fds(&inner, &relay);
	rc = make_pipes(&inner, &relay, attach->say, e);
	if (rc < 0)
		return rc;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(e, errno, "socketpair");
	fflush(NULL);
	relay.inner = fork();
	if (relay.inner == 0) {
		inner.sock = pair[1];
		close(pair[0]);
		/* Or the command never sees the end of its input, nor that
		 * nobody takes its output any more. */
		scope_close(&relay.feed.pipe);
		for (int i = 0; i < 2; i++)
			scope_close(&relay.streams[i]);
		attach_inside_main(&inner);
	}
	rc = errno;
	close(pair[1]);
	relay.sock = pair[0];
	for (int i = 1; i < 3; i++)
		if (inner.fds[i] > 2 &&
		    (i == 1 || inner.fds[2] != inner.fds[1]))
			close(inner.fds[i]);
	if (relay.inner < 0)
		rc = err_set(e, rc, "fork");
	else
		rc = relay_run(&relay, e);
	close_relay(&relay);
	return rc;
}
