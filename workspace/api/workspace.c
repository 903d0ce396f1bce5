/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * This is loaded into other people's processes: no line of core/ is here, as
 * that aborts where memory runs out.
 */
#include "workspace/api/workspace.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#ifndef LIBEXECDIR
#define LIBEXECDIR "/usr/local/libexec"
#endif

enum { RPC_FD = 3, FDS_MAX = 8, READ_BYTES = 16384 };

struct earshot_ws {
	int sock;
	pid_t pid;
	json_int_t last_id;
	char *input; /* bytes that are not yet a line */
	size_t len_bytes, room_bytes;
	int fds[FDS_MAX]; /* that came with them */
	size_t fd_count;
	struct earshot_ws_command *commands; /* not yet freed */
};

struct earshot_ws_rows {
	json_t *list;
};

struct earshot_ws_command {
	struct earshot_ws *ws;
	struct earshot_ws_command *next;
	json_int_t id;
	json_t *answer; /* NULL: none yet */
	int pidfd;
};

extern char **environ;

__attribute__((__format__(__printf__, 3, 4))) static int
fail(struct earshot_ws_error *e, int code, const char *fmt, ...)
{
	va_list args;

	if (e != NULL) {
		*e = (struct earshot_ws_error){ .code = code };
		va_start(args, fmt);
		(void)vsnprintf(e->text, sizeof(e->text), fmt, args);
		va_end(args);
	}
	return -code;
}

static int fail_memory(struct earshot_ws_error *e)
{
	return fail(e, ENOMEM, "out of memory");
}

static int fail_ended(struct earshot_ws_error *e)
{
	return fail(e, EPIPE, "project-workspace has ended");
}

/* ---- lines in and out --------------------------------------------------- */

/* Room for the descriptors of one message. */
union rights {
	char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

/* fds go with the first byte. */
static int send_line(struct earshot_ws *ws, const char *line, const int *fds,
		     size_t fd_count, struct earshot_ws_error *e)
{
	size_t left = strlen(line);

	while (left > 0) {
		struct iovec part = { (void *)(uintptr_t)line, left };
		union rights rights = { { 0 } };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
		size_t bytes = fd_count * sizeof(int);
		ssize_t n;

		if (fd_count > 0) {
			message.msg_control = rights.bytes;
			message.msg_controllen = CMSG_SPACE(bytes);
			rights.align.cmsg_level = SOL_SOCKET;
			rights.align.cmsg_type = SCM_RIGHTS;
			rights.align.cmsg_len = CMSG_LEN(bytes);
			memcpy(CMSG_DATA(&rights.align), fds, bytes);
		}
		n = sendmsg(ws->sock, &message, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EBADF)
			return fail(e, EBADF, "a descriptor is not open");
		if (n < 0)
			return fail_ended(e);
		line += n;
		left -= (size_t)n;
		fd_count = 0;
	}
	return 0;
}

static void keep_fds(struct earshot_ws *ws, struct msghdr *message)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
	     header = CMSG_NXTHDR(message, header)) {
		size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd),
			       sizeof(fd));
			if (ws->fd_count < FDS_MAX)
				ws->fds[ws->fd_count++] = fd;
			else
				close(fd);
		}
	}
}

static int receive(struct earshot_ws *ws, struct earshot_ws_error *e)
{
	union rights rights;
	struct iovec part;
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = rights.bytes,
				  .msg_controllen = sizeof(rights.bytes) };
	ssize_t n;

	if (ws->room_bytes - ws->len_bytes < READ_BYTES) {
		size_t room = ws->room_bytes * 2 + READ_BYTES;
		char *more = realloc(ws->input, room);

		if (more == NULL)
			return fail_memory(e);
		ws->input = more;
		ws->room_bytes = room;
	}
	part.iov_base = ws->input + ws->len_bytes;
	part.iov_len = ws->room_bytes - ws->len_bytes;
	do
		n = recvmsg(ws->sock, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return fail_ended(e);
	keep_fds(ws, &message);
	ws->len_bytes += (size_t)n;
	return 0;
}

/* *ret is the caller's. */
static int read_line(struct earshot_ws *ws, json_t **ret,
		     struct earshot_ws_error *e)
{
	char *end;
	size_t looked = 0;

	while ((end = ws->len_bytes > looked ? memchr(ws->input + looked, '\n',
						      ws->len_bytes - looked)
					     : NULL) == NULL) {
		int rc;

		looked = ws->len_bytes;
		rc = receive(ws, e);
		if (rc < 0)
			return rc;
	}
	*ret = json_loadb(ws->input, (size_t)(end - ws->input), 0, NULL);
	end++;
	ws->len_bytes -= (size_t)(end - ws->input);
	memmove(ws->input, end, ws->len_bytes);
	return *ret != NULL ? 0 : fail(e, EPROTO, "an answer is no JSON");
}

static json_int_t number_of(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}

/* The end of a command that another call was waiting beside. */
static void put_away(struct earshot_ws *ws, json_t *take_answer)
{
	json_int_t id = number_of(take_answer, "id");

	for (struct earshot_ws_command *command = ws->commands; command != NULL;
	     command = command->next)
		if (command->id == id && command->answer == NULL) {
			command->answer = take_answer;
			return;
		}
	json_decref(take_answer);
}

static int read_answer(struct earshot_ws *ws, json_int_t id, json_t **ret,
		       struct earshot_ws_error *e)
{
	json_t *answer = NULL;
	int rc = 0;

	while (rc == 0) {
		rc = read_line(ws, &answer, e);
		if (rc == 0 && number_of(answer, "id") == id)
			break;
		if (rc == 0)
			put_away(ws, answer);
	}
	if (rc == 0)
		*ret = answer;
	return rc;
}

/* ---- requests ----------------------------------------------------------- */

static int add_word(json_t *words, const char *word, struct earshot_ws_error *e)
{
	if (word == NULL)
		return fail(e, EINVAL, "a word is NULL");
	if (json_array_append_new(words, json_string(word)) == 0)
		return 0;
	return fail(e, EILSEQ, "a word is not UTF-8");
}

static int add_words(json_t *words, const char *const *more,
		     struct earshot_ws_error *e)
{
	int rc = 0;

	for (; rc == 0 && more != NULL && *more != NULL; more++)
		rc = add_word(words, *more, e);
	return rc;
}

/* Send a request with the streams that are not -1; *ret_id is its number. */
static int request(struct earshot_ws *ws, json_t *words, const int streams[3],
		   bool pidfd, json_int_t *ret_id, struct earshot_ws_error *e)
{
	json_t *targets = json_array();
	json_t *json = NULL;
	char *text = NULL, *line = NULL;
	int fds[3];
	size_t fd_count = 0;
	int rc = 0;

	for (int i = 0; i < 3; i++)
		if (streams[i] >= 0) {
			fds[fd_count++] = streams[i];
			if (json_array_append_new(targets, json_integer(i)) < 0)
				rc = fail_memory(e);
		}
	json = json_pack("{s:I, s:O, s:o, s:b}", "id", ws->last_id + 1, "words",
			 words, "fds", targets, "pidfd", pidfd);
	text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (text == NULL || asprintf(&line, "%s\n", text) < 0) {
		line = NULL;
		rc = fail_memory(e);
	}
	free(text);
	if (rc == 0)
		rc = send_line(ws, line, fds, fd_count, e);
	free(line);
	if (rc == 0)
		*ret_id = ++ws->last_id;
	return rc;
}

static int error_of(const json_t *answer, struct earshot_ws_error *e)
{
	const json_t *error = json_object_get(answer, "error");
	const char *text = json_string_value(json_object_get(error, "text"));
	int code = (int)number_of(error, "errno");
	int rc;

	if (error == NULL)
		return 0;
	rc = fail(e, code > 0 ? code : EPROTO, "%s",
		  text != NULL ? text : "no reason given");
	if (e != NULL)
		e->usage = json_is_true(json_object_get(error, "usage"));
	return rc;
}

/* A verb from its words to its answer, which is the caller's. */
static int call(struct earshot_ws *ws, json_t *take_words, const int streams[3],
		json_t **ret, struct earshot_ws_error *e)
{
	json_t *answer = NULL;
	json_int_t id;
	int rc = request(ws, take_words, streams, false, &id, e);

	json_decref(take_words);
	if (rc == 0)
		rc = read_answer(ws, id, &answer, e);
	if (rc == 0)
		rc = error_of(answer, e);
	if (rc == 0)
		*ret = answer;
	else
		json_decref(answer);
	return rc;
}

static const int no_streams[3] = { -1, -1, -1 };

/* verb, up to two words (NULL: none), options. */
static int call_verb(struct earshot_ws *ws, const char *verb, const char *first,
		     const char *second, const char *const *options,
		     const int streams[3], json_t **ret,
		     struct earshot_ws_error *e)
{
	json_t *words = json_array();
	json_t *answer;
	int rc = add_word(words, verb, e);

	if (rc == 0 && options != NULL)
		rc = add_words(words, options, e);
	/* A name is a name, also if it begins with "-". */
	if (rc == 0)
		rc = add_word(words, "--", e);
	if (rc == 0 && first != NULL)
		rc = add_word(words, first, e);
	if (rc == 0 && second != NULL)
		rc = add_word(words, second, e);
	if (rc < 0) {
		json_decref(words);
		return rc;
	}
	rc = call(ws, words, streams, &answer, e);
	if (rc == 0 && ret != NULL)
		*ret = answer;
	else if (rc == 0)
		json_decref(answer);
	return rc;
}

static unsigned first_number(const json_t *answer, const char *key)
{
	const json_t *row = json_array_get(json_object_get(answer, "results"),
					   0);

	return (unsigned)number_of(row, key);
}

/* ---- the connection ----------------------------------------------------- */

static int spawn(const char *program, int sock, pid_t *ret,
		 struct earshot_ws_error *e)
{
	static char name[] = "project-workspace", option[] = "--rpc";
	static char number[] = "3";
	char *argv[] = { name, option, number, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawn_file_actions_init(&actions);
	rc = posix_spawn_file_actions_adddup2(&actions, sock, RPC_FD);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&actions,
							      RPC_FD + 1);
	if (rc == 0)
		rc = posix_spawn(ret, program, &actions, &attr, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attr);
	return rc == 0 ? 0 : fail(e, rc, "%s: %s", program, strerror(rc));
}

static int greet(struct earshot_ws *ws, struct earshot_ws_error *e)
{
	json_t *hello;
	int rc = read_line(ws, &hello, e);

	if (rc < 0)
		return rc;
	if (number_of(hello, "protocol") != 1)
		rc = fail(e, EPROTO,
			  "project-workspace speaks protocol %d, "
			  "this library 1",
			  (int)number_of(hello, "protocol"));
	json_decref(hello);
	return rc;
}

int earshot_ws_open(const char *program, struct earshot_ws **ret,
		    struct earshot_ws_error *e)
{
	struct earshot_ws *ws = calloc(1, sizeof(*ws));
	int ends[2];
	int rc;

	if (ws == NULL)
		return fail_memory(e);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		rc = fail(e, errno, "socketpair: %s", strerror(errno));
		free(ws);
		return rc;
	}
	ws->sock = ends[0];
	rc = spawn(program != NULL ? program
				   : LIBEXECDIR "/earshot/project-workspace",
		   ends[1], &ws->pid, e);
	close(ends[1]);
	if (rc == 0)
		rc = greet(ws, e);
	if (rc < 0) {
		earshot_ws_close(ws);
		return rc;
	}
	*ret = ws;
	return 0;
}

void earshot_ws_close(struct earshot_ws *ws)
{
	int saved = errno;

	if (ws == NULL)
		return;
	close(ws->sock);
	for (size_t i = 0; i < ws->fd_count; i++)
		close(ws->fds[i]);
	for (struct earshot_ws_command *command = ws->commands; command != NULL;
	     command = command->next)
		command->ws = NULL;
	while (ws->pid > 0 && waitpid(ws->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(ws->input);
	free(ws);
	errno = saved;
}

/* ---- verbs -------------------------------------------------------------- */

int earshot_ws_create(struct earshot_ws *ws, const char *name,
		      const char *const *options, struct earshot_ws_error *e)
{
	return call_verb(ws, "create", name, NULL, options, no_streams, NULL,
			 e);
}

int earshot_ws_snap(struct earshot_ws *ws, const char *name,
		    const char *comment, unsigned *ret_number,
		    struct earshot_ws_error *e)
{
	const char *const options[] = { "-m", comment != NULL ? comment : "",
					NULL };
	json_t *answer;
	int rc = call_verb(ws, "snap", name, NULL, options, no_streams, &answer,
			   e);

	if (rc == 0 && ret_number != NULL)
		*ret_number = first_number(answer, "snapshot");
	if (rc == 0)
		json_decref(answer);
	return rc;
}

int earshot_ws_clone(struct earshot_ws *ws, const char *state,
		     const char *new_name, struct earshot_ws_error *e)
{
	return call_verb(ws, "clone", state, new_name, NULL, no_streams, NULL,
			 e);
}

int earshot_ws_restore(struct earshot_ws *ws, const char *state,
		       unsigned *ret_number, unsigned *ret_saved,
		       struct earshot_ws_error *e)
{
	json_t *answer;
	int rc = call_verb(ws, "restore", state, NULL, NULL, no_streams,
			   &answer, e);

	if (rc < 0)
		return rc;
	if (ret_number != NULL)
		*ret_number = first_number(answer, "snapshot");
	if (ret_saved != NULL)
		*ret_saved = first_number(answer, "saved");
	json_decref(answer);
	return 0;
}

int earshot_ws_destroy(struct earshot_ws *ws, const char *state,
		       struct earshot_ws_error *e)
{
	return call_verb(ws, "destroy", state, NULL, NULL, no_streams, NULL, e);
}

int earshot_ws_export(struct earshot_ws *ws, const char *state, int fd,
		      const char *const *options, struct earshot_ws_error *e)
{
	const int streams[3] = { -1, fd, -1 };

	return call_verb(ws, "export", state, "-", options, streams, NULL, e);
}

int earshot_ws_import(struct earshot_ws *ws, int fd, const char *new_name,
		      const char *const *options, struct earshot_ws_error *e)
{
	const int streams[3] = { fd, -1, -1 };

	return call_verb(ws, "import", "-", new_name, options, streams, NULL,
			 e);
}

/* ---- tables ------------------------------------------------------------- */

static int rows_of(json_t *take_answer, struct earshot_ws_rows **ret,
		   struct earshot_ws_error *e)
{
	struct earshot_ws_rows *rows = malloc(sizeof(*rows));
	int rc = rows != NULL ? 0 : fail_memory(e);

	if (rows != NULL) {
		rows->list =
			json_incref(json_object_get(take_answer, "results"));
		*ret = rows;
	}
	json_decref(take_answer);
	return rc;
}

static int call_rows(struct earshot_ws *ws, const char *verb, const char *state,
		     struct earshot_ws_rows **ret, struct earshot_ws_error *e)
{
	json_t *answer;
	int rc = call_verb(ws, verb, state, NULL, NULL, no_streams, &answer, e);

	return rc < 0 ? rc : rows_of(answer, ret, e);
}

int earshot_ws_list(struct earshot_ws *ws, struct earshot_ws_rows **ret,
		    struct earshot_ws_error *e)
{
	return call_rows(ws, "list", NULL, ret, e);
}

int earshot_ws_snapshots(struct earshot_ws *ws, const char *name,
			 struct earshot_ws_rows **ret,
			 struct earshot_ws_error *e)
{
	return call_rows(ws, "list", name, ret, e);
}

int earshot_ws_diff(struct earshot_ws *ws, const char *state,
		    struct earshot_ws_rows **ret, struct earshot_ws_error *e)
{
	return call_rows(ws, "diff", state, ret, e);
}

int earshot_ws_call(struct earshot_ws *ws, const char *const *words, int input,
		    int output, struct earshot_ws_rows **ret,
		    struct earshot_ws_error *e)
{
	const int streams[3] = { input, output, -1 };
	json_t *list = json_array();
	json_t *answer;
	int rc = add_words(list, words, e);

	if (rc < 0) {
		json_decref(list);
		return rc;
	}
	rc = call(ws, list, streams, &answer, e);
	if (rc == 0 && ret != NULL)
		return rows_of(answer, ret, e);
	if (rc == 0)
		json_decref(answer);
	return rc;
}

size_t earshot_ws_rows_count(const struct earshot_ws_rows *rows)
{
	return json_array_size(rows->list);
}

static const json_t *value_of(const struct earshot_ws_rows *rows, size_t row,
			      const char *key)
{
	return json_object_get(json_array_get(rows->list, row), key);
}

const char *earshot_ws_rows_text(const struct earshot_ws_rows *rows, size_t row,
				 const char *key)
{
	return json_string_value(value_of(rows, row, key));
}

int64_t earshot_ws_rows_number(const struct earshot_ws_rows *rows, size_t row,
			       const char *key, int64_t otherwise)
{
	const json_t *value = value_of(rows, row, key);

	if (json_is_boolean(value))
		return json_is_true(value);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

void earshot_ws_rows_free(struct earshot_ws_rows *rows)
{
	if (rows != NULL)
		json_decref(rows->list);
	free(rows);
}

/* ---- commands ----------------------------------------------------------- */

static int start(struct earshot_ws_command *command, json_t *words,
		 const int fds[3], struct earshot_ws_error *e)
{
	struct earshot_ws *ws = command->ws;
	json_t *answer = NULL;
	int rc = request(ws, words, fds, true, &command->id, e);

	if (rc == 0)
		rc = read_answer(ws, command->id, &answer, e);
	if (rc == 0)
		rc = error_of(answer, e);
	json_decref(answer);
	if (rc == 0 && ws->fd_count == 0)
		rc = fail(e, EPROTO, "a command without a pidfd");
	if (rc < 0)
		return rc;
	command->pidfd = ws->fds[0];
	memmove(ws->fds, ws->fds + 1, --ws->fd_count * sizeof(ws->fds[0]));
	command->next = ws->commands;
	ws->commands = command;
	return 0;
}

int earshot_ws_run(struct earshot_ws *ws, const char *name,
		   const char *const *options, const char *const *argv,
		   const int *fds, struct earshot_ws_command **ret,
		   struct earshot_ws_error *e)
{
	static const int own[3] = { 0, 1, 2 };
	struct earshot_ws_command *command = calloc(1, sizeof(*command));
	json_t *words = json_array();
	int rc;

	if (command == NULL || words == NULL) {
		free(command);
		json_decref(words);
		return fail_memory(e);
	}
	rc = add_word(words, "run", e);
	if (rc == 0)
		rc = add_word(words, name, e);
	if (rc == 0)
		rc = add_words(words, options, e);
	if (rc == 0)
		rc = add_word(words, "--", e);
	if (rc == 0)
		rc = add_words(words, argv, e);
	if (rc == 0) {
		command->ws = ws;
		rc = start(command, words, fds != NULL ? fds : own, e);
	}
	json_decref(words);
	if (rc == 0)
		*ret = command;
	else
		free(command);
	return rc;
}

int earshot_ws_command_pidfd(const struct earshot_ws_command *command)
{
	return command->pidfd;
}

int earshot_ws_command_wait(struct earshot_ws_command *command, int *ret_code,
			    struct earshot_ws_error *e)
{
	int code, rc;

	if (command->answer == NULL && command->ws == NULL)
		return fail_ended(e);
	if (command->answer == NULL) {
		rc = read_answer(command->ws, command->id, &command->answer, e);
		if (rc < 0)
			return rc;
	}
	/* 126 and 127 have an error, too, but they are the command's. */
	code = (int)number_of(command->answer, "exit");
	rc = code < 126 ? error_of(command->answer, e) : 0;
	if (rc == 0 && ret_code != NULL)
		*ret_code = code;
	return rc;
}

void earshot_ws_command_free(struct earshot_ws_command *command)
{
	struct earshot_ws_command **at;

	if (command == NULL)
		return;
	if (command->ws != NULL) {
		at = &command->ws->commands;
		while (*at != command)
			at = &(*at)->next;
		*at = command->next;
	}
	json_decref(command->answer);
	close(command->pidfd);
	free(command);
}
