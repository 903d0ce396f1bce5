/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * workspace.c - a workspace made, broken, gone back to, cloned and shipped.
 *
 * cc -o workspace workspace.c $(pkg-config --cflags --libs earshot-workspace)
 * ./workspace BASE [PROGRAM]
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <earshot/workspace.h>

static struct earshot_ws_error error;

static void must(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "workspace: %s\n", error.text);
	exit(1);
}

/* Its output goes where ours does. */
static void run(struct earshot_ws *ws, const char *name, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct earshot_ws_command *command;
	int code;

	fflush(stdout);
	must(earshot_ws_run(ws, name, NULL, argv, NULL, &command, &error));
	must(earshot_ws_command_wait(command, &code, &error));
	earshot_ws_command_free(command);
	if (code != 0)
		printf("exit %d\n", code);
}

static void print_diff(struct earshot_ws *ws, const char *state)
{
	struct earshot_ws_rows *rows;

	must(earshot_ws_diff(ws, state, &rows, &error));
	for (size_t i = 0; i < earshot_ws_rows_count(rows); i++)
		printf("%s %s\n", earshot_ws_rows_text(rows, i, "change"),
		       earshot_ws_rows_text(rows, i, "path"));
	earshot_ws_rows_free(rows);
}

static void print_list(struct earshot_ws *ws)
{
	struct earshot_ws_rows *rows;

	must(earshot_ws_list(ws, &rows, &error));
	for (size_t i = 0; i < earshot_ws_rows_count(rows); i++)
		printf("%s: %d snapshots\n",
		       earshot_ws_rows_text(rows, i, "name"),
		       (int)earshot_ws_rows_number(rows, i, "snapshots", 0));
	earshot_ws_rows_free(rows);
}

/* Through a file in memory; a pipe or a socket does as well. */
static void ship(struct earshot_ws *ws, const char *state, const char *copy)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);

	must(earshot_ws_export(ws, state, fd, NULL, &error));
	if (lseek(fd, 0, SEEK_SET) < 0)
		perror("lseek");
	must(earshot_ws_import(ws, fd, copy, NULL, &error));
	close(fd);
}

int main(int argc, char **argv)
{
	const char *const options[] = { "--base", argc > 1 ? argv[1] : "host",
					NULL };
	struct earshot_ws *ws;
	unsigned number, saved;

	must(earshot_ws_open(argc > 2 ? argv[2] : NULL, &ws, &error));
	must(earshot_ws_create(ws, "demo", options, &error));
	run(ws, "demo", "echo one >/etc/state");
	must(earshot_ws_snap(ws, "demo", "it works", &number, &error));
	printf("demo@%u\n", number);

	run(ws, "demo", "echo two >/etc/state; echo more >/etc/more; exit 3");
	print_diff(ws, "demo@1");
	must(earshot_ws_restore(ws, "demo@1", &number, &saved, &error));
	printf("back in demo@%u, before that demo@%u\n", number, saved);
	run(ws, "demo", "cat /etc/state");

	must(earshot_ws_clone(ws, "demo@2", "demo-clone", &error));
	run(ws, "demo-clone", "cat /etc/state");
	ship(ws, "demo", "demo-copy");
	run(ws, "demo-copy", "cat /etc/state");
	if (earshot_ws_create(ws, "demo", options, &error) < 0)
		printf("error %d: %s\n", error.code, error.text);
	print_list(ws);

	must(earshot_ws_destroy(ws, "demo", &error));
	must(earshot_ws_destroy(ws, "demo-clone", &error));
	must(earshot_ws_destroy(ws, "demo-copy", &error));
	earshot_ws_close(ws);
	return 0;
}
