/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_sync.c - sync and config: the directory as a whole. */
#include <string.h>

#include "core/mem.h"
#include "core/paths.h"
#include "project/commands/command.h"
#include "project/directory/git.h"
#include "project/show/out.h"

static int run_sync(struct call *call, struct err *e)
{
	SCOPED_BUF struct buf conflicts = { 0 };
	SCOPED_OUT struct out out;
	struct err later = { 0 };
	int rc;

	out_init(&out, call->settings);
	if (gtd_lock(&call->gtd, e) < 0)
		return -e->code;
	rc = git_sync(&call->gtd, &conflicts, e);
	for (const char *at = buf_text(&conflicts); *at != '\0';) {
		size_t len = strcspn(at, "\n");

		out_printf(&out, "conflict: ");
		out_text(&out, at, len);
		buf_add_char(&out.text, '\n');
		at += len + (at[len] == '\n');
	}
	if (out_flush(&out, &later) < 0 && rc == 0) {
		*e = later;
		rc = -e->code;
	}
	if (rc == 0)
		tell(call->settings, "pulled and pushed");
	return rc;
}

const struct command command_sync = {
	.name = "sync",
	.args = "",
	.help = "git pull --rebase, then push",
	.run = run_sync,
};

static void print_value(struct out *out, const struct opt *opt,
			const void *settings)
{
	const char *field = (const char *)settings + opt->offset;

	out_printf(out, "%s = ", opt->name);
	if (opt->kind == OPT_TEXT) {
		const char *text;

		memcpy(&text, field, sizeof(text));
		if (text != NULL)
			out_text(out, text, strlen(text));
	} else if (opt->kind == OPT_CHOICE) {
		size_t len = 0;
		const char *word = opt_choice_word(
			opt->words, *(const int *)(const void *)field, &len);

		out_text(out, word, len);
	} else if (opt->kind == OPT_FLAG || opt->kind == OPT_BOOL)
		out_printf(out, "%s", *(const bool *)field ? "yes" : "no");
	buf_add_char(&out->text, '\n');
}

/* As a configuration file would have it: what is in force, after comments
 * that say where it comes from. */
static int run_config(struct call *call, struct err *e)
{
	SCOPED_TEXT char *system = path_system_config("project.conf");
	SCOPED_TEXT char *user = path_config("project.conf");
	SCOPED_TEXT char *directory = gtd_path(call->settings);
	SCOPED_OUT struct out out;

	out_init(&out, call->settings);
	out_printf(&out, "# GTD directory: ");
	out_text(&out, directory, strlen(directory));
	out_printf(&out, "\n# read: %s, then %s\n", system, user);
	for (size_t i = 0; i < common_option_count; i++)
		if (common_options[i].kind != OPT_HEAD &&
		    !common_options[i].command_line_only)
			print_value(&out, &common_options[i], call->settings);
	return out_flush(&out, e);
}

const struct command command_config = {
	.name = "config",
	.args = "",
	.help = "print the settings in force",
	.run = run_config,
	.without_dir = true,
};
