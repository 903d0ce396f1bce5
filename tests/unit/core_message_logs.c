/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Whole logs, read with "auto": every line that a regular expression of this
 * test's own calls a message must come out as one, and no other.
 */
#include <regex.h>
#include <string.h>

#include "tests/unit/test.h"

#include "core/message/formats.h"
#include "core/text.h"

/* clang-format off */
static const struct log {
	const char *name;
	const char *grammar;
	const char *message, *action; /* extended regular expressions */
	unsigned messages, actions;   /* what grep -aE counted in the file */
} logs[] = {
	{ "generated/sic.out", "sic", "^[^ ]+ *: [0-9/]+ [0-9:]+ <[^>]+> [^\x01]", "^[^ ]+ *: [0-9/]+ [0-9:]+ <[^>]+> \x01" "ACTION ", 10, 1 },
	{ "generated/sic-ngircd.out", "sic", "^[^ ]+ *: [0-9/]+ [0-9:]+ <[^>]+> [^\x01]", "^[^ ]+ *: [0-9/]+ [0-9:]+ <[^>]+> \x01" "ACTION ", 9, 1 },
	{ "generated/ii-channel.out", "chat", "^[0-9]{10} <[^>]+> [^\x01]", "^[0-9]{10} <[^>]+> \x01" "ACTION ", 9, 1 },
	{ "generated/irssi.log", "chat", "^[0-9:]{5} <[@ ][^>]+> ", "^[0-9:]{5}  [*] ", 9, 1 },
	{ "generated/weechat.weechatlog", "columns", "^[0-9: -]{19}\t@?[a-z]+\t", "^[0-9: -]{19}\t [*]\t", 9, 1 },
	{ "generated/znc.log", "chat", "^\\[[0-9:]{8}] <[^>]+> ", "^\\[[0-9:]{8}] [*] ", 9, 1 },
	{ "ubuntu-2005-07-06_14.raw.txt", "chat", "^\\[[0-9:]{5}] <[^>]+> ", "^=== [^ ]+ +(sighs|shakes|really|prays|only|notes|is on|hi all|heads|has recently)", 1200, 10 },
	{ "ubuntu-2012-12-15.train-a.raw.txt", "chat", "^\\[[0-9:]{5}] <[^>]+> ", "^\\[[0-9:]{5}]  [*] ", 1122, 1 },
	{ "ubuntu-meeting.0.ascii.txt", "chat", "^ubuntu-meeting [0-9-]{10} \\[[0-9:]{5}] <[^>]+> ", "^ubuntu-meeting [0-9-]{10} \\[[0-9:]{5}]  [*] ", 1121, 46 },
	{ "ubuntu-meeting.1.ascii.txt", "chat", "^ubuntu-meeting [0-9-]{10} \\[[0-9:]{5}] <[^>]+> ", "^ubuntu-meeting [0-9-]{10} \\[[0-9:]{5}]  [*] ", 1144, 29 },
};
/* clang-format on */

static FILE *open_log(const char *name)
{
	const char *src = getenv("EARSHOT_SRC");
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/irclogs/%s",
		 src != NULL ? src : ".", name);
	file = fopen(path, "re");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	return file;
}

static bool matches(const regex_t *re, const char *line)
{
	return regexec(re, line, 0, NULL, 0) == 0;
}

static void one_line(const struct log *log, const char *line,
		     const regex_t *message_re, const regex_t *action_re,
		     struct format_reader *reader, unsigned counts[2])
{
	SCOPED_BUF struct buf text = { 0 };
	bool message, action;
	struct message m;

	text_repair(&text, line, strlen(line));
	format_read(format_named("auto"), reader, buf_text(&text),
		    text.len_bytes, &m);
	message = m.kind == KIND_MESSAGE || m.kind == KIND_PRIVATE;
	action = m.kind == KIND_ACTION;
	if (message != matches(message_re, buf_text(&text)) ||
	    action != matches(action_re, buf_text(&text)))
		fail_msg("%s: a %s: %s", log->name, message_kind_name(m.kind),
			 line);
	if ((message || action) && m.nick.len_bytes == 0)
		fail_msg("%s: nobody says: %s", log->name, line);
	counts[0] += message;
	counts[1] += action;
}

static void one_log(const struct log *log)
{
	FILE *file = open_log(log->name);
	struct format_reader reader = { 0 };
	unsigned counts[2] = { 0 };
	regex_t message_re, action_re;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	assert_int_equal(
		regcomp(&message_re, log->message, REG_EXTENDED | REG_NOSUB),
		0);
	assert_int_equal(
		regcomp(&action_re, log->action, REG_EXTENDED | REG_NOSUB), 0);
	while ((n = getline(&line, &size, file)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		one_line(log, line, &message_re, &action_re, &reader, counts);
	}
	assert_string_equal(format_reader_grammar(&reader), log->grammar);
	format_reader_fini(&reader);
	if (counts[0] != log->messages || counts[1] != log->actions)
		fail_msg("%s: %u messages, %u actions", log->name, counts[0],
			 counts[1]);
	regfree(&message_re);
	regfree(&action_re);
	free(line);
	fclose(file);
}

static void test_logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(logs); i++)
		one_log(&logs[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_logs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
