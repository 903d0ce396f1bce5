/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ctl/ctl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/mem.h"
#include "core/opt.h"
#include "core/text.h"
#include "speakd/ctl/scan.h"

/* ---- printing ------------------------------------------------------------ */

/* The one way out of every verb: what strangers wrote never acts on the
 * terminal. */
static int print(const struct buf *out, struct err *e)
{
	SCOPED_BUF struct buf shown = { 0 };

	text_show(&shown, buf_text(out), out->len_bytes);
	fwrite(buf_text(&shown), 1, shown.len_bytes, stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_set(e, errno, "write to standard output");
	return 0;
}

/* What strangers wrote, on a terminal. */
static void add_safe(struct buf *out, struct span text)
{
	text_escape(out, text.text, text.len_bytes);
}

/* ---- simple verbs -------------------------------------------------------- */

/* A verb that is one command without operands. */
static int tell(struct ctl *ctl, const char *command, struct err *e)
{
	int rc = speech_command(ctl->speech, NULL, e, "%s", command);

	return rc < 0 ? rc : 0;
}

static int verb_stop(struct ctl *ctl, struct err *e)
{
	return tell(ctl, "CANCEL all", e);
}

static int verb_skip(struct ctl *ctl, struct err *e)
{
	return tell(ctl, "SKIP", e);
}

static int verb_pause(struct ctl *ctl, struct err *e)
{
	return tell(ctl, "PAUSE all", e);
}

static int verb_resume(struct ctl *ctl, struct err *e)
{
	return tell(ctl, "RESUME all", e);
}

/* A refusal in words of ours: there is nothing yet to say again. */
static int again(struct ctl *ctl, int rc, struct err *e)
{
	if (rc == -EPROTO && speech_code(ctl->speech) == 403)
		return err_say(e, ENOENT, "nothing was said before that");
	return rc < 0 ? rc : 0;
}

static int verb_back(struct ctl *ctl, struct err *e)
{
	unsigned n = 1;

	if (ctl->argc > 0 &&
	    opt_uint("back", ctl->argv[0], 1, 10000, &n, e) < 0)
		return -EINVAL;
	return again(ctl, speech_command(ctl->speech, NULL, e, "BACK %u", n),
		     e);
}

static int verb_repeat(struct ctl *ctl, struct err *e)
{
	return again(ctl, speech_command(ctl->speech, NULL, e, "REPEAT"), e);
}

static int verb_spell(struct ctl *ctl, struct err *e)
{
	return again(ctl,
		     speech_command(ctl->speech, NULL, e, "REPEAT spelled"), e);
}

static int verb_say_symbols(struct ctl *ctl, struct err *e)
{
	return again(ctl,
		     speech_command(ctl->speech, NULL, e, "REPEAT symbols"), e);
}

static int verb_profile(struct ctl *ctl, struct err *e)
{
	int rc = speech_command(ctl->speech, NULL, e, "PROFILE %s",
				ctl->argv[0]);

	return rc < 0 ? rc : 0;
}

static int verb_live(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf count = { 0 };
	int rc = speech_command(ctl->speech, &count, e, "LIVE");
	unsigned long n = strtoul(buf_text(&count), NULL, 10);

	if (rc < 0)
		return rc;
	printf("%lu line%s skipped\n", n, n == 1 ? "" : "s");
	return 0;
}

static int verb_mute(struct ctl *ctl, struct err *e)
{
	int rc = speech_command(ctl->speech, NULL, e, "MUTE %s", ctl->argv[0]);

	return rc < 0 ? rc : 0;
}

static int verb_unmute(struct ctl *ctl, struct err *e)
{
	int rc = speech_command(ctl->speech, NULL, e, "UNMUTE %s",
				ctl->argv[0]);

	if (rc == -EPROTO && speech_code(ctl->speech) == 491)
		return err_say(e, ENOENT, "%s is not muted", ctl->argv[0]);
	return rc < 0 ? rc : 0;
}

static int verb_only(struct ctl *ctl, struct err *e)
{
	int rc = speech_command(ctl->speech, NULL, e, "ONLY %s",
				ctl->argc > 0 ? ctl->argv[0] : "");

	return rc < 0 ? rc : 0;
}

static int with_path(struct ctl *ctl, const char *command, struct err *e)
{
	SCOPED_TEXT char *path = NULL;
	SCOPED_TEXT char *here = NULL;
	int rc;

	/* The daemon has another working directory. */
	if (ctl->argv[0][0] != '/') {
		here = getcwd(NULL, 0);
		if (here == NULL)
			return err_set(e, errno, "the working directory");
	}
	path = here != NULL ? mem_printf("%s/%s", here, ctl->argv[0])
			    : mem_copy(ctl->argv[0]);
	rc = speech_command(ctl->speech, NULL, e, "%s %s", command, path);
	return rc < 0 ? rc : 0;
}

static int verb_follow(struct ctl *ctl, struct err *e)
{
	return with_path(ctl, "FOLLOW", e);
}

static int verb_unfollow(struct ctl *ctl, struct err *e)
{
	return with_path(ctl, "UNFOLLOW", e);
}

/* ---- say ----------------------------------------------------------------- */

/* 702 or 703 of our message ends the waiting. */
static int wait_for_end(struct ctl *ctl, uint64_t id, struct err *e)
{
	for (;;) {
		SCOPED_BUF struct buf data = { 0 };
		int code = speech_event(ctl->speech, -1, &data, e);

		if (code < 0)
			return code;
		if (strtoull(buf_text(&data), NULL, 10) != id)
			continue;
		if (code == 703)
			return err_say(e, ECANCELED,
				       "it was not said to the "
				       "end");
		if (code == 702)
			return 0;
	}
}

static int read_input(struct buf *text, struct err *e)
{
	enum { TEXT_MAX_BYTES = 1 << 20 };
	char bytes[4096];
	size_t n;

	while ((n = fread(bytes, 1, sizeof(bytes), stdin)) > 0) {
		if (text->len_bytes + n > TEXT_MAX_BYTES)
			return err_say(e, EFBIG,
				       "more than %d bytes to say at once",
				       TEXT_MAX_BYTES);
		buf_add(text, bytes, n);
	}
	if (ferror(stdin))
		return err_set(e, errno, "read standard input");
	return 0;
}

static int collect_words(struct ctl *ctl, struct buf *text, struct err *e)
{
	if (ctl->argc == 1 && strcmp(ctl->argv[0], "-") == 0)
		return read_input(text, e);
	for (int i = 0; i < ctl->argc; i++) {
		if (i > 0)
			buf_add_char(text, ' ');
		buf_add_text(text, ctl->argv[i]);
	}
	return 0;
}

static int prepare(struct ctl *ctl, struct err *e)
{
	size_t bytes = 0;
	const char *priority = opt_choice_word(CTL_PRIORITIES, ctl->priority,
					       &bytes);
	int rc = speech_command(ctl->speech, NULL, e, "SET self PRIORITY %.*s",
				(int)bytes, priority);

	if (rc >= 0 && ctl->wait)
		rc = speech_command(ctl->speech, NULL, e,
				    "SET self NOTIFICATION all on");
	return rc < 0 ? rc : 0;
}

static int verb_say(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf words = { 0 };
	SCOPED_BUF struct buf text = { 0 };
	uint64_t id = 0;
	int rc = collect_words(ctl, &words, e);

	if (rc == 0)
		rc = prepare(ctl, e);
	if (rc < 0)
		return rc;
	text_repair(&text, buf_text(&words), words.len_bytes);
	rc = speech_say(ctl->speech, buf_text(&text), text.len_bytes, &id, e);
	if (rc == 0 && ctl->wait)
		rc = wait_for_end(ctl, id, e);
	return rc;
}

/* ---- how lines sound ----------------------------------------------------- */

static int current(struct ctl *ctl, const char *name, int def, int *ret,
		   struct err *e)
{
	SCOPED_BUF struct buf status = { 0 };
	struct span value;
	int rc = speech_command(ctl->speech, &status, e, "STATUS");

	if (rc < 0)
		return rc;
	value = scan_value(&status, name);
	*ret = value.len_bytes > 0 ? (int)strtol(value.text, NULL, 10) : def;
	return 0;
}

/* "N" sets it, "+N" and "-N" change it, nothing shows it. */
static int set_number(struct ctl *ctl, const char *name, const char *parameter,
		      int def, int min, int max, struct err *e)
{
	int now, n;
	char *end;
	int rc = current(ctl, name, def, &now, e);

	if (rc < 0)
		return rc;
	if (ctl->argc == 0) {
		printf("%d\n", now);
		return 0;
	}
	errno = 0;
	n = (int)strtol(ctl->argv[0], &end, 10);
	if (end == ctl->argv[0] || *end != '\0' || errno != 0)
		return err_usage(e, "%s: not a number: '%s'", name,
				 ctl->argv[0]);
	if (ctl->argv[0][0] == '+' || ctl->argv[0][0] == '-') {
		n += now;
		n = n < min ? min : n > max ? max : n;
	}
	if (n < min || n > max)
		return err_usage(e, "%s: %d is outside %d..%d", name, n, min,
				 max);
	rc = speech_command(ctl->speech, NULL, e, "SET lines %s %d", parameter,
			    n);
	return rc < 0 ? rc : 0;
}

static int verb_rate(struct ctl *ctl, struct err *e)
{
	return set_number(ctl, "rate", "RATE", 220, 80, 900, e);
}

static int verb_pitch(struct ctl *ctl, struct err *e)
{
	return set_number(ctl, "pitch", "PITCH", 50, 0, 99, e);
}

static int verb_volume(struct ctl *ctl, struct err *e)
{
	return set_number(ctl, "volume", "VOLUME", 100, 0, 200, e);
}

/* "default" goes back to what the settings and rules say. */
static int verb_voice(struct ctl *ctl, struct err *e)
{
	enum { VOICE_REFUSED = 514 }; /* SSIP's "parameter invalid" */
	const char *name = ctl->argv[0];
	int rc;

	if (strcmp(name, "default") == 0)
		name = "";
	/* The list is answered once the voices are known: before that SET
	 * takes any name. */
	(void)!speech_command(ctl->speech, NULL, NULL, "LIST SYNTHESIS_VOICES");
	rc = speech_command(ctl->speech, NULL, e, "SET lines VOICE%s%s",
			    *name != '\0' ? " " : "", name);
	if (rc < 0 && speech_code(ctl->speech) == VOICE_REFUSED)
		return err_say(e, EINVAL,
			       "unknown voice '%s'; see speakctl voices", name);
	return rc < 0 ? rc : 0;
}

/* ---- asking -------------------------------------------------------------- */

/* "key value" lines as one JSON object; what repeats is an array. */
static void status_json(const struct buf *status, struct buf *out)
{
	struct json *json = json_object_make();
	struct json *muted = json_array_make();
	struct span rest = span_of(buf_text(status), status->len_bytes);
	struct span line;

	while (scan_line(&rest, &line)) {
		struct span key = scan_field(&line, ' ');
		SCOPED_TEXT char *name = mem_text(key.text, key.len_bytes);
		SCOPED_TEXT char *value = mem_text(line.text, line.len_bytes);
		char *end;
		long n = strtol(value, &end, 10);

		if (strcmp(name, "muted") == 0)
			json_add_text(muted, NULL, value);
		else if (*value != '\0' && *end == '\0')
			json_add_int(json, name, n);
		else
			json_add_text(json, name, value);
	}
	json_add(json, "muted", muted);
	json_print(json, out);
	buf_add_char(out, '\n');
	json_free(json);
}

static int verb_status(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf status = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct span rest, line;
	int rc = speech_command(ctl->speech, &status, e, "STATUS");

	if (rc < 0)
		return rc;
	if (ctl->json) {
		status_json(&status, &out);
		return print(&out, e);
	}
	rest = span_of(buf_text(&status), status.len_bytes);
	while (scan_line(&rest, &line)) {
		struct span key = scan_field(&line, ' ');

		add_safe(&out, key);
		buf_add_text(&out, ": ");
		add_safe(&out, line);
		buf_add_char(&out, '\n');
	}
	return print(&out, e);
}

static void source_json(struct span line, struct buf *out)
{
	static const char *const keys[] = { "name", "kind", "state", "target" };
	struct json *json = json_object_make();

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct span field = scan_field(&line, '\t');
		SCOPED_TEXT char *text = mem_text(field.text, field.len_bytes);

		json_add_text(json, keys[i], text);
	}
	json_print(json, out);
	json_free(json);
}

static int verb_sources(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf sources = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct span rest, line;
	int rc = speech_command(ctl->speech, &sources, e, "SOURCES");

	if (rc < 0)
		return rc;
	rest = span_of(buf_text(&sources), sources.len_bytes);
	while (scan_line(&rest, &line)) {
		if (ctl->json)
			source_json(line, &out);
		else
			buf_add(&out, line.text, line.len_bytes);
		buf_add_char(&out, '\n');
	}
	return print(&out, e);
}

/* One entry as "12:30 said  carol: text". */
static void print_entry(struct span json, struct buf *out)
{
	struct entry entry;
	char clock[16];

	if (!scan_entry(json, &entry))
		return;
	scan_clock(entry.when, clock, sizeof(clock));
	buf_addf(out, "%s %-8s ", clock, buf_text(&entry.event));
	add_safe(out, span_of(buf_text(&entry.text), entry.text.len_bytes));
	buf_add_char(out, '\n');
	scan_entry_fini(&entry);
}

/* history [N] [TEXT...] */
static int verb_history(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf entries = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf words = { 0 };
	struct span rest, line;
	unsigned n = 20;
	int rc, first = 0;

	if (ctl->argc > 0 &&
	    strspn(ctl->argv[0], "0123456789") == strlen(ctl->argv[0])) {
		if (opt_uint("history", ctl->argv[0], 1, 10000, &n, e) < 0)
			return -EINVAL;
		first = 1;
	}
	for (int i = first; i < ctl->argc; i++)
		buf_addf(&words, "%s%s", i > first ? " " : "", ctl->argv[i]);
	rc = speech_command(ctl->speech, &entries, e, "HISTORY FIND %u %s", n,
			    buf_text(&words));
	if (rc < 0)
		return rc;
	rest = span_of(buf_text(&entries), entries.len_bytes);
	while (scan_line(&rest, &line)) {
		if (ctl->json) {
			buf_add(&out, line.text, line.len_bytes);
			buf_add_char(&out, '\n');
		} else {
			print_entry(line, &out);
		}
	}
	return print(&out, e);
}

static bool is_missed(struct span line)
{
	struct entry entry;
	bool is;

	if (!scan_entry(line, &entry))
		return false;
	is = strcmp(buf_text(&entry.event), "skipped") == 0 ||
	     strcmp(buf_text(&entry.event), "missed") == 0;
	scan_entry_fini(&entry);
	return is;
}

static void add_missed(const struct ctl *ctl, struct span line, struct buf *out)
{
	if (ctl->json)
		buf_addf(out, "%.*s\n", (int)line.len_bytes, line.text);
	else
		print_entry(line, out);
}

/*
 * missed [N]: what was skipped to keep up, or said while we were away, is said
 * and printed, the oldest first; with --json only printed.
 */
static int verb_missed(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf entries = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	unsigned n = 20, count = 0, skip = 0;
	int rc;

	if (ctl->argc > 0 &&
	    opt_uint("missed", ctl->argv[0], 1, 10000, &n, e) < 0)
		return -EINVAL;
	rc = speech_command(ctl->speech, &entries, e, "HISTORY FIND 10000 ");
	if (rc < 0)
		return rc;
	for (int pass = 0; pass < 2; pass++) {
		struct span line,
			rest = span_of(buf_text(&entries), entries.len_bytes);

		while (scan_line(&rest, &line)) {
			if (!is_missed(line))
				continue;
			if (pass == 0)
				count++;
			else if (skip > 0)
				skip--;
			else
				add_missed(ctl, line, &out);
		}
		skip = count > n ? count - n : 0;
	}
	rc = print(&out, e);
	if (rc < 0 || ctl->json || count == 0)
		return rc;
	rc = speech_command(ctl->speech, NULL, e, "MISSED %u", n);
	return rc < 0 ? rc : 0;
}

static int verb_watch(struct ctl *ctl, struct err *e)
{
	int rc = tell(ctl, "WATCH on", e);

	while (rc >= 0) {
		SCOPED_BUF struct buf data = { 0 };

		rc = speech_event(ctl->speech, -1, &data, e);
		if (rc == 790 && print(&data, e) < 0)
			return -e->code;
	}
	return rc;
}

static int verb_voices(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf voices = { 0 };
	int rc = speech_command(ctl->speech, &voices, e,
				"LIST SYNTHESIS_VOICES");

	return rc < 0 ? rc : print(&voices, e);
}

/* For completion: who was heard of late, one a line. */
static int verb_nicks(struct ctl *ctl, struct err *e)
{
	SCOPED_BUF struct buf entries = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	struct span rest, line;
	int rc = speech_command(ctl->speech, &entries, e, "HISTORY FIND 1000 ");

	if (rc < 0)
		return rc;
	rest = span_of(buf_text(&entries), entries.len_bytes);
	while (scan_line(&rest, &line)) {
		struct entry entry;

		if (!scan_entry(line, &entry))
			continue;
		buf_add_char(&entry.nick, '\n');
		if (entry.nick.len_bytes > 1 &&
		    !scan_has_line(&out, &entry.nick))
			buf_add(&out, entry.nick.data, entry.nick.len_bytes);
		scan_entry_fini(&entry);
	}
	return print(&out, e);
}

/* clang-format off */
const struct ctl_verb ctl_verbs[] = {
	{ "say", "TEXT...", "say TEXT; - reads it from standard input",
	  1, -1, verb_say, NULL, false },
	{ "stop", "", "stop, and forget all that waits",
	  0, 0, verb_stop, NULL, false },
	{ "skip", "", "skip what is being said", 0, 0, verb_skip, NULL, false },
	{ "back", "[N]", "say the one before again, or the Nth before",
	  0, 1, verb_back, NULL, false },
	{ "repeat", "", "say the last one again",
	  0, 0, verb_repeat, NULL, false },
	{ "pause", "", "be silent; what comes waits",
	  0, 0, verb_pause, NULL, false },
	{ "resume", "", "go on", 0, 0, verb_resume, NULL, false },
	{ "spell", "", "say the last one letter by letter",
	  0, 0, verb_spell, NULL, false },
	{ "say-symbols", "", "say the last one with all its symbols",
	  0, 0, verb_say_symbols, NULL, false },
	{ "teach", "WORD SPOKEN...", "say WORD as SPOKEN from now on",
	  2, -1, ctl_teach, NULL, false },
	{ "profile", "NAME", "listen as in a meeting, focus, night, or as "
	  "configured: none", 1, 1, verb_profile, "meeting focus night none",
	  false },
	{ "missed", "[N]", "say the last N lines (20) that were skipped or missed",
	  0, 1, verb_missed, NULL, false },
	{ "live", "", "skip all that waits and go on with what comes",
	  0, 0, verb_live, NULL, false },
	{ "rate", "[[+-]N]", "words a minute of lines",
	  0, 1, verb_rate, NULL, false },
	{ "pitch", "[[+-]N]", "pitch of lines, 0 to 99", 0, 1, verb_pitch,
	  NULL, false },
	{ "volume", "[[+-]N]", "volume of lines in percent, 0 to 200",
	  0, 1, verb_volume, NULL, false },
	{ "voice", "NAME", "voice of all lines; default: as configured",
	  1, 1, verb_voice, "@voice", false },
	{ "mute", "NICK", "say nothing of NICK; * and ? stand for anything",
	  1, 1, verb_mute, "@nick", false },
	{ "unmute", "NICK", "say NICK again", 1, 1, verb_unmute, "@muted",
	  false },
	{ "only", "[CHANNEL]", "say only CHANNEL; without it all of them",
	  0, 1, verb_only, NULL, false },
	{ "history", "[N] [TEXT...]", "the last N lines (20), with TEXT in them",
	  0, -1, verb_history, NULL, false },
	{ "status", "", "what is being said, what waits", 0, 0, verb_status,
	  NULL, false },
	{ "sources", "", "what is listened to",
	  0, 0, verb_sources, NULL, false },
	{ "follow", "FILE", "listen to FILE as well", 1, 1, verb_follow,
	  "@file", false },
	{ "unfollow", "FILE", "do not listen to FILE any more", 1, 1,
	  verb_unfollow, "@source", false },
	{ "watch", "", "print what is said as it is said, as JSON lines",
	  0, 0, verb_watch, NULL, false },
	{ "voices", "", "list the voices", 0, 0, verb_voices, NULL, false },
	{ "nicks", "", "list who was heard of late",
	  0, 0, verb_nicks, NULL, false },
	{ "forget", "", "erase what speakd keeps: items of feeds that were said, "
	  "people's voices, the last good settings",
	  0, 0, ctl_forget, NULL, true },
	{ "import-speechd", "[FILE]",
	  "print speech-dispatcher's configuration as lines for speakd.conf",
	  0, 1, ctl_import, "@file", true },
	{ "hear", "[COMMAND...]", "with --host: run COMMAND there, or a shell; what "
	  "speaks in it is heard here", 0, -1, ctl_hear, NULL, true },
	{ "stdio", "", "the control socket on standard input and output: what "
	  "--host runs there", 0, 0, ctl_stdio, NULL, true },
	{ "ui", "", "the listening screen", 0, 0, ctl_ui, NULL, false },
};
/* clang-format on */
const size_t ctl_verb_count = COUNT_OF(ctl_verbs);

const struct ctl_verb *ctl_verb_find(const char *name)
{
	for (size_t i = 0; i < ctl_verb_count; i++)
		if (strcmp(ctl_verbs[i].name, name) == 0)
			return &ctl_verbs[i];
	return NULL;
}
