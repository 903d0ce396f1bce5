/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* cmd_find.c - search, path: where things are. */
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"
#include "core/pattern.h"
#include "core/text.h"
#include "project/commands/command.h"
#include "project/directory/names.h"
#include "project/directory/place.h"
#include "project/lists/sheet.h"
#include "project/show/out.h"
#include "project/show/say.h"
#include "project/directory/tree.h"

/* ---- search ------------------------------------------------------------- */

struct search {
	struct call *call;
	struct pattern *pattern; /* or NULL: plain text */
	struct buf wanted; /* folded unless case matters */
	bool case_matters;
	struct out *out;
	struct json *array; /* instead of lines; NULL */
	bool incomplete; /* there is a file that cannot be read */
};

static bool line_matches(const struct search *s, const char *line, size_t len)
{
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf folded = { 0 };

	text_repair(&clean, line, len);
	if (s->pattern != NULL)
		return pattern_match(s->pattern, buf_text(&clean),
				     clean.len_bytes) == PATTERN_YES;
	if (s->case_matters)
		return strstr(buf_text(&clean), buf_text(&s->wanted)) != NULL;
	text_fold(&folded, buf_text(&clean), clean.len_bytes);
	return strstr(buf_text(&folded), buf_text(&s->wanted)) != NULL;
}

/* "Projects/trip/actions" is heard as "trip, actions". */
static void say_where(struct out *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *dir = slash != NULL
					? mem_text(path, (size_t)(slash - path))
					: NULL;
	bool whole;
	struct place place;

	whole = place_of_path(path, &place);
	if (!whole && (dir == NULL || !place_of_path(dir, &place))) {
		say_name(&out->text, path);
		return;
	}
	say_name(&out->text, place.name);
	if (place.state != STATE_ACTIVE)
		out_printf(out, ", %s", state_word(place.state));
	if (whole)
		return;
	out_printf(out, ", ");
	say_name(&out->text, slash + 1);
}

/* An item as every list says it, another line as it stands. */
static void say_match(struct search *s, const char *path, unsigned number,
		      const struct buf *line)
{
	struct out *out = s->out;
	struct actions actions = { 0 };

	say_where(out, path);
	if (number > 0) {
		actions_read(&actions, buf_text(line), line->len_bytes,
			     file_reading(path));
		if (actions.count == 1 && actions.list[0].done)
			out_printf(out, ", done");
		out_printf(out, ": ");
		if (actions.count == 1) {
			SCOPED_TEXT char *text = action_text(&actions.list[0]);

			say_text(&out->text, text, s->call->gtd.today);
		} else
			out_text(out, buf_text(line), line->len_bytes);
	}
	say_end(&out->text);
	actions_fini(&actions);
}

static void print_match(struct search *s, const char *path, unsigned number,
			const char *line, size_t len)
{
	struct out *out = s->out;
	SCOPED_BUF struct buf clean = { 0 };

	text_repair(&clean, line, len);
	if (s->array != NULL) {
		struct json *o = json_object_make();

		json_add_text(o, "file", path);
		json_add_int(o, "line", number);
		json_add_text(o, "text", buf_text(&clean));
		json_add(s->array, NULL, o);
		return;
	}
	if (out->say) {
		say_match(s, path, number, &clean);
		return;
	}
	out_styled(out, STYLE_NAME, path);
	out_printf(out, ":%u: ", number);
	out_text(out, buf_text(&clean), clean.len_bytes);
	buf_add_char(&out->text, '\n');
}

static int search_file(const char *path, const char *name, bool is_dir,
		       void *data)
{
	struct search *s = data;
	SCOPED_BUF struct buf text = { 0 };
	struct err e = { 0 };
	unsigned number = 0;

	if (is_dir) {
		if (line_matches(s, name, strlen(name)))
			print_match(s, path, 0, name, strlen(name));
		return 0;
	}
	if (name_is_swap(name) || name[0] == '.')
		return 0;
	if (gtd_read_text(&s->call->gtd, path, &text, NULL, &e) < 0) {
		log_warn_failure(&e);
		s->incomplete = true;
		return 0;
	}
	/* A picture among the reference material has no lines. */
	if (memchr(buf_text(&text), '\0', text.len_bytes) != NULL)
		return 0;
	for (size_t at = 0; at < text.len_bytes;) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len_bytes - at);
		size_t len = end != NULL ? (size_t)(end - line)
					 : text.len_bytes - at;

		number++;
		if (line_matches(s, line, len))
			print_match(s, path, number, line, len);
		at += len + 1;
	}
	return 0;
}

static int run_search(struct call *call, struct err *e)
{
	SCOPED_TEXT char *text = call_text(call, 0);
	struct search s = { .call = call,
			    .case_matters = call->settings->case_matters };
	SCOPED_OUT struct out out;
	bool unwalked;
	int rc;

	out_init(&out, call->settings);
	s.out = &out;
	if (call->settings->regex) {
		s.pattern = pattern_new(text, e);
		if (s.pattern == NULL)
			return -e->code;
	} else if (s.case_matters)
		buf_add_text(&s.wanted, text);
	else
		text_fold(&s.wanted, text, strlen(text));
	if (call->settings->json)
		s.array = json_array_make();
	rc = tree_walk(&call->gtd, search_file, &s, &unwalked);
	pattern_free(s.pattern);
	buf_fini(&s.wanted);
	if (s.array != NULL) {
		json_print(s.array, &out.text);
		buf_add_char(&out.text, '\n');
		json_free(s.array);
	} else if (out.say && out.text.len_bytes == 0)
		out_printf(&out, "Nothing.\n");
	if (rc == 0)
		rc = out_flush(&out, e);
	return rc == 0 ? s.incomplete || unwalked : rc;
}

/* clang-format off */
static const struct opt search_opts[] = {
	{ .letter = 'E', .name = "regex", .kind = OPT_FLAG, OWN(regex),
	  .help = "the text is a regular expression" },
	{ .letter = 'c', .name = "case", .kind = OPT_FLAG, OWN(case_matters),
	  .help = "capitals matter" },
	OPT_JSON,
	OPT_SAY,
};
/* clang-format on */

const struct command command_search = {
	.name = "search",
	.args = "TEXT...",
	.help = "find text in every file",
	.run = run_search,
	OPTS(search_opts),
	.operands = { OPERAND_WORDS, OPERAND_WORDS },
	.min = 1,
	.max = ANY_NUMBER,
};

/* ---- path --------------------------------------------------------------- */

/* As cd(1) takes it: one line, whatever the name. */
static int run_path(struct call *call, struct err *e)
{
	SCOPED_TEXT char *inside = NULL;
	SCOPED_TEXT char *path = NULL;
	struct place place;
	SCOPED_BUF struct buf shown = { 0 };
	int rc = call_project(call, 0, &place, e);

	if (rc == 0 && call->settings->exact &&
	    strcmp(place.name, call->operands[0]) != 0)
		rc = err_say(e, ENOENT, "no project is called '%s'",
			     call->operands[0]);
	if (rc < 0)
		return rc;
	inside = place_path(&place);
	path = path_join(call->gtd.path, inside);
	/* A shell takes it as it is; a person's terminal must not. */
	if (isatty(STDOUT_FILENO))
		text_escape(&shown, path, strlen(path));
	else
		buf_add_text(&shown, path);
	return puts(buf_text(&shown)) < 0 ? err_set(e, errno, "print a path")
					  : 0;
}

/* clang-format off */
static const struct opt path_opts[] = {
	{ .letter = 'x', .name = "exact", .kind = OPT_FLAG, OWN(exact),
	  .help = "NAME is a whole name, not a beginning" },
};
/* clang-format on */

const struct command command_path = {
	.name = "path",
	.args = "NAME",
	.help = "print where a project is",
	.run = run_path,
	OPTS(path_opts),
	.operands = { OPERAND_PROJECT },
	.min = 1,
	.max = 1,
	.states = IN_ACTIVE | IN_POSTPONED | IN_COMPLETED,
};
