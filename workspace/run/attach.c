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
#include <sys/wait.h>
#include <termios.h>

#include "core/child.h"
#include "core/files.h"
#include "core/log.h"
#include "workspace/ns/fdpass.h"
#include "workspace/run/attach_inside.h"
#include "workspace/run/say.h"

enum { RELAY_BYTES = 65536 };

struct relay {
	int sock; /* to the inner side */
	int signals; /* signalfd */
	pid_t inner;
	int master; /* the terminal, -1 */
	int from; /* what goes in: our standard input, -1 */
	int to; /* the terminal that output goes to */
	int streams[2]; /* pipes with output that is also said, -1 */
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

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	/* A reader that went away is the command's business, as in a pipe. */
	if (write_all(to, bytes, (size_t)n) == -EPIPE)
		return false;
	say_feed(&relay->say, &relay->lines[stream], bytes, (size_t)n);
	return true;
}

enum { P_SOCK, P_SIGNALS, P_INPUT, P_MASTER, P_OUT, P_ERR, P_COUNT };

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
		    !pass_output(relay, relay->streams[i], STDOUT_FILENO + i,
				 i))
			close(fd_give(&relay->streams[i]));
	if (polls[P_MASTER].revents != 0)
		pass_terminal(relay);
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
	if (relay->last.kind == ATTACH_ENDED)
		return child_code(relay->last.wait_status);
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

/* A terminal is one stream for both; otherwise each gets a pipe. */
static int say_through_pipes(struct attach_inside *inner, struct relay *relay,
			     struct err *e)
{
	int rc = say_start(&relay->say, e);

	for (int i = 0; rc == 0 && i < 2; i++) {
		int ends[2];

		if (inner->fds[i + 1] < 0)
			continue;
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_set(e, errno, "pipe");
		relay->streams[i] = ends[0];
		inner->fds[i + 1] = ends[1];
	}
	return rc;
}

static void close_relay(struct relay *relay)
{
	for (int i = 0; i < 2; i++) {
		say_line_end(&relay->say, &relay->lines[i]);
		scope_close(&relay->streams[i]);
	}
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
	struct relay relay = { .master = -1, .streams = { -1, -1 } };
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
	if (attach->say) {
		struct err why = { 0 };

		if (say_through_pipes(&inner, &relay, &why) < 0)
			log_failure(&why);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(e, errno, "socketpair");
	fflush(NULL);
	relay.inner = fork();
	if (relay.inner == 0) {
		inner.sock = pair[1];
		close(pair[0]);
		attach_inside_main(&inner);
	}
	rc = errno;
	close(pair[1]);
	relay.sock = pair[0];
	for (int i = 1; i < 3; i++)
		if (inner.fds[i] > 2)
			close(inner.fds[i]);
	if (relay.inner < 0)
		rc = err_set(e, rc, "fork");
	else
		rc = relay_run(&relay, e);
	close_relay(&relay);
	return rc;
}
