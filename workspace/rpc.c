/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/rpc.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "core/child.h"
#include "core/files.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/opt.h"
#include "core/version.h"
#include "workspace/commands.h"
#include "workspace/ns/fdpass.h"
#include "workspace/verb.h"

enum {
	FDS_MAX = 3, /* standard input, output, error of a verb */
	RESULT_MAX_BYTES = 1 << 30,
};

/* A request that is being served. */
struct call {
	int64_t id;
	pid_t pid;
	int pidfd;
	int results, messages; /* files in memory */
	struct err *err; /* shared with the process */
};

struct server {
	int sock;
	struct buf input; /* not yet a line */
	int fds[FDPASS_MAX]; /* that came, and no request has taken yet */
	size_t fd_count;
	struct call calls[RPC_CALLS_MAX];
	size_t call_count;
};

/* What a request asks for. */
struct request {
	int64_t id;
	char **words; /* NULL-terminated */
	size_t word_count;
	int targets[FDS_MAX]; /* which of 0, 1, 2 each descriptor becomes */
	int fds[FDS_MAX];
	size_t fd_count;
	bool pidfd; /* it is sent when the verb has started */
};

static void request_fini(struct request *request)
{
	for (size_t i = 0; i < request->word_count; i++)
		free(request->words[i]);
	free(request->words);
	for (size_t i = 0; i < request->fd_count; i++)
		scope_close(&request->fds[i]);
}

static void call_fini(struct call *call)
{
	scope_close(&call->pidfd);
	scope_close(&call->results);
	scope_close(&call->messages);
	if (call->err != NULL)
		munmap(call->err, sizeof(*call->err));
}

/* ---- answers ------------------------------------------------------------ */

/* False when nobody reads any more. fd: -1, or sent along. */
static bool send_json(const struct server *server, struct json *take_json,
		      int fd)
{
	SCOPED_BUF struct buf line = { 0 };
	size_t sent = 0;

	json_print(take_json, &line);
	json_free(take_json);
	buf_add_char(&line, '\n');
	/* The descriptor comes with the first byte. */
	if (fd >= 0) {
		if (!fdpass_send(server->sock, line.data, 1, &fd, 1))
			return false;
		sent = 1;
	}
	while (sent < line.len_bytes) {
		ssize_t n = send(server->sock, line.data + sent,
				 line.len_bytes - sent, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		sent += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static struct json *answer(int64_t id)
{
	struct json *json = json_object_make();

	json_add_int(json, "id", id);
	return json;
}

static void add_error(struct json *json, const struct err *e)
{
	struct json *error = json_object_make();
	char text[ERR_TEXT_BYTES + 128];

	json_add_int(error, "errno", e->code);
	json_add_bool(error, "usage", e->usage);
	json_add_text(error, "text", err_text(e, text, sizeof(text)));
	json_add(json, "error", error);
}

static bool refuse(const struct server *server, int64_t id, const struct err *e)
{
	struct json *json = answer(id);

	json_add_int(json, "exit", e->usage ? 2 : 1);
	add_error(json, e);
	return send_json(server, json, -1);
}

/* Each line of a file in memory, as JSON or as a text, into a list. */
static struct json *read_lines(int fd, bool parse, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/proc/self/fd/%d", fd);
	SCOPED_BUF struct buf text = { 0 };
	struct json *list = json_array_make();
	size_t len;

	if (file_read(AT_FDCWD, path, RESULT_MAX_BYTES, &text, e) < 0)
		return list;
	for (const char *at = buf_text(&text); *at != '\0'; at += len) {
		SCOPED_TEXT char *line = mem_text(at, strcspn(at, "\n"));
		struct json *value = parse ? json_parse(line, strlen(line))
					   : NULL;

		len = strlen(line) + (at[strlen(line)] == '\n');
		if (value != NULL)
			json_add(list, NULL, value);
		else if (!parse)
			json_add_text(list, NULL, line);
	}
	return list;
}

/* The process has ended: everything that is known about it. */
static bool finish(struct server *server, size_t index)
{
	struct call call = server->calls[index];
	struct json *json = answer(call.id);
	struct err error = { 0 };
	bool sent;
	int status = 0;

	while (waitpid(call.pid, &status, 0) < 0 && errno == EINTR)
		;
	/* Nobody but us wrote there, but by then it may have been killed. */
	call.err->text[ERR_TEXT_BYTES - 1] = '\0';
	error = *call.err;
	if (WIFSIGNALED(status))
		(void)err_say(&error, EINTR, "killed by signal %d",
			      WTERMSIG(status));
	json_add_int(json, "exit", child_code(status));
	json_add(json, "results", read_lines(call.results, true, &error));
	json_add(json, "messages", read_lines(call.messages, false, &error));
	if (error.code != 0)
		add_error(json, &error);
	sent = send_json(server, json, -1);
	call_fini(&call);
	server->calls[index] = server->calls[--server->call_count];
	return sent;
}

/* ---- the process of a verb ---------------------------------------------- */

/* What it starts may outlive it, and must not keep any of ours open. */
static void close_others(const struct server *server)
{
	close(server->sock);
	for (size_t i = 0; i < server->fd_count; i++)
		close(server->fds[i]);
	for (size_t i = 0; i < server->call_count; i++) {
		close(server->calls[i].pidfd);
		close(server->calls[i].results);
		close(server->calls[i].messages);
	}
}

/* What was not given reads nothing; messages come back with the answer. */
static int set_streams(const struct request *request, const struct call *call)
{
	SCOPED_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int from[FDS_MAX] = { null, null, call->messages };

	for (size_t i = 0; i < request->fd_count; i++)
		from[request->targets[i]] = request->fds[i];
	for (int i = 0; i < FDS_MAX; i++)
		if (dup2(from[i], i) < 0)
			return -errno;
	return 0;
}

_Noreturn static void serve(const struct server *server,
			    const struct request *request,
			    const struct call *call,
			    const struct command *command)
{
	FILE *json = fdopen(fcntl(call->results, F_DUPFD_CLOEXEC, 0), "w");
	int rc = -ENOMEM;

	close_others(server);
	if (json != NULL && set_streams(request, call) == 0)
		rc = verb_run(command, (int)request->word_count, request->words,
			      json, call->err);
	/* What was tried in vain on the way is no failure. */
	if (rc == 0)
		*call->err = (struct err){ 0 };
	if (json == NULL || fflush(json) != 0)
		rc = err_set(call->err, ENOSPC, "results");
	(void)fflush(stdout);
	_exit(rc >= 0 ? rc : call->err->usage ? 2 : 1);
}

static int call_make(struct call *call, const struct request *request,
		     struct err *e)
{
	void *shared = mmap(NULL, sizeof(*call->err), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*call = (struct call){ .id = request->id,
			       .pidfd = -1,
			       .results = memfd_create("results", MFD_CLOEXEC),
			       .messages = memfd_create("messages",
							MFD_CLOEXEC),
			       .err = shared != MAP_FAILED ? shared : NULL };
	if (call->results >= 0 && call->messages >= 0 && call->err != NULL)
		return 0;
	(void)err_set(e, ENOMEM, "start a verb");
	return -ENOMEM;
}

static int start(struct server *server, const struct request *request,
		 const struct command *command, struct err *e)
{
	struct call call;
	int rc = call_make(&call, request, e);

	if (rc == 0) {
		call.pid = fork();
		if (call.pid == 0)
			serve(server, request, &call, command);
		if (call.pid < 0)
			rc = err_set(e, errno, "fork");
	}
	if (rc == 0) {
		call.pidfd = pidfd_open(call.pid, 0);
		if (call.pidfd < 0) {
			rc = err_set(e, errno, "pidfd_open");
			(void)kill(call.pid, SIGKILL);
			(void)waitpid(call.pid, NULL, 0);
		}
	}
	if (rc < 0) {
		call_fini(&call);
		return rc;
	}
	server->calls[server->call_count++] = call;
	return 0;
}

/* ---- requests ----------------------------------------------------------- */

static int read_words(const struct json *list, struct request *request,
		      struct err *e)
{
	size_t count = json_count(list);

	if (count == 0)
		return err_usage(e, "words: expected a list of texts, the "
				    "verb first");
	request->words = mem_resize(NULL, count + 1, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		const char *word = json_text(json_at(list, i));

		if (word == NULL)
			return err_usage(e, "words: %zu is no text", i);
		request->words[request->word_count++] = mem_copy(word);
	}
	request->words[count] = NULL;
	return 0;
}

/* "fds": [0, 1, 2]: as many came along, for these numbers. */
static int read_fds(struct server *server, const struct json *list,
		    struct request *request, struct err *e)
{
	size_t count = json_count(list);

	if (count > FDS_MAX || count > server->fd_count)
		return err_usage(e, "fds: %zu are named, %zu came", count,
				 server->fd_count);
	for (size_t i = 0; i < count; i++) {
		int64_t target;

		request->fds[request->fd_count++] = server->fds[0];
		memmove(server->fds, server->fds + 1,
			--server->fd_count * sizeof(server->fds[0]));
		if (!json_int(json_at(list, i), &target) || target < 0 ||
		    target >= FDS_MAX)
			return err_usage(e, "fds: expected 0, 1 or 2");
		request->targets[i] = (int)target;
	}
	return 0;
}

static int take(struct server *server, const struct json *json,
		struct request *request, struct err *e)
{
	const struct command *command;
	int rc = read_fds(server, json_get(json, "fds"), request, e);

	if (rc == 0)
		rc = read_words(json_get(json, "words"), request, e);
	if (rc < 0)
		return rc;
	command = command_find(request->words[0]);
	if (command == NULL)
		return err_usage(e, "unknown verb '%s'", request->words[0]);
	return start(server, request, command, e);
}

static bool on_line(struct server *server, const char *line, size_t len_bytes)
{
	ON_SCOPE_EXIT(request_fini) struct request request = { 0 };
	struct json *json = json_parse(line, len_bytes);
	struct json *started;
	struct err e = { 0 };
	bool wants_pidfd;
	int rc;

	request.id = json_get_int(json, "id", 0);
	wants_pidfd = json_get_true(json, "pidfd");
	rc = json == NULL ? err_usage(&e, "this is no JSON")
			  : take(server, json, &request, &e);
	json_free(json);
	if (rc < 0)
		return refuse(server, request.id, &e);
	if (!wants_pidfd)
		return true;
	started = answer(request.id);
	json_add_bool(started, "started", true);
	return send_json(server, started,
			 server->calls[server->call_count - 1].pidfd);
}

/* As many requests as there is room for; false at the end. */
static bool on_lines(struct server *server)
{
	struct buf *input = &server->input;
	size_t start = 0;
	const char *end;
	bool good = true;

	while (good && server->call_count < RPC_CALLS_MAX &&
	       start < input->len_bytes &&
	       (end = memchr(input->data + start, '\n',
			     input->len_bytes - start)) != NULL) {
		good = on_line(server, input->data + start,
			       (size_t)(end - input->data) - start);
		start = (size_t)(end - input->data) + 1;
	}
	if (start > 0) {
		memmove(input->data, input->data + start,
			input->len_bytes - start);
		buf_cut(input, input->len_bytes - start);
	}
	return good;
}

static bool on_readable(struct server *server)
{
	static char bytes[65536];
	int fds[FDPASS_MAX];
	size_t count;
	ssize_t n = fdpass_receive(server->sock, bytes, sizeof(bytes), fds,
				   FDPASS_MAX, &count);
	struct err e = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (server->fd_count < FDPASS_MAX)
			server->fds[server->fd_count++] = fds[i];
		else
			close(fds[i]);
	}
	if (n <= 0)
		return n < 0 && errno == EINTR;
	buf_add(&server->input, bytes, (size_t)n);
	if (server->input.len_bytes <= RPC_LINE_MAX_BYTES ||
	    memchr(server->input.data, '\n', server->input.len_bytes) != NULL)
		return on_lines(server);
	(void)err_usage(&e, "a request has at most %d bytes",
			RPC_LINE_MAX_BYTES);
	(void)refuse(server, 0, &e);
	return false;
}

/* ---- the server --------------------------------------------------------- */

static bool turn(struct server *server)
{
	struct pollfd polled[RPC_CALLS_MAX + 1];
	size_t count = server->call_count;
	bool room = count < RPC_CALLS_MAX;

	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){ .fd = server->calls[i].pidfd,
					     .events = POLLIN };
	/* Without room only the end of the other side is looked for. */
	polled[count] = (struct pollfd){ .fd = server->sock,
					 .events = room ? POLLIN : POLLRDHUP };
	if (poll(polled, count + 1, -1) < 0)
		return errno == EINTR;
	if (polled[count].revents != 0 && !(room && on_readable(server)))
		return false;
	/* From behind: the last one takes the place of one that goes. */
	for (size_t i = count; i-- > 0;)
		if (polled[i].revents != 0 && !finish(server, i))
			return false;
	return on_lines(server);
}

int rpc_main(const char *number)
{
	struct server server = { .sock = -1 };
	struct json *hello = json_object_make();
	struct err e = { 0 };
	unsigned fd;
	int type;
	socklen_t len = sizeof(type);
	int rc = opt_uint("rpc", number, 3, INT32_MAX, &fd, &e);

	if (rc == 0 &&
	    (getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
	     type != SOCK_STREAM))
		rc = err_usage(&e, "rpc: %u is no stream socket", fd);
	if (rc < 0) {
		json_free(hello);
		return log_exit(&e);
	}
	server.sock = (int)fd;
	(void)fcntl(server.sock, F_SETFD, FD_CLOEXEC);
	json_add_int(hello, "protocol", RPC_PROTOCOL);
	json_add_text(hello, "version", EARSHOT_VERSION);
	if (send_json(&server, hello, -1))
		while (turn(&server))
			;
	buf_fini(&server.input);
	return 0;
}
