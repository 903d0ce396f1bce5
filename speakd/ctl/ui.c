/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* ui.c - the listening screen: what is said, what waits, one key for each verb.
 */
#include "speakd/ctl/ctl.h"

#include <poll.h>
#include <string.h>

#include "core/mem.h"
#include "core/screen.h"
#include "core/text.h"
#include "speakd/ctl/echo.h"
#include "speakd/ctl/scan.h"

enum {
	UI_ENTRIES = 200, /* kept to be shown */
	UI_REFRESH_MS = 1000, /* while something waits: how far behind */
	UI_INPUT_BYTES = 200,
	UI_RATE_STEP = 20,
};

struct ui {
	struct ctl *ctl;
	struct entry entries[UI_ENTRIES]; /* owned; the last is the newest */
	size_t count;
	uint64_t saying; /* id, 0: nothing */
	size_t word_bytes; /* where the word being said begins */
	struct buf status, sources, notice;
	struct buf typed, search; /* search: entries without it are hidden */
	bool typing, quit, help;
	size_t scroll; /* lines up from the newest */
	struct echo echo;
};

/* ---- what the server tells ----------------------------------------------- */

static struct entry *find(struct ui *ui, uint64_t id)
{
	for (size_t i = ui->count; i > 0; i--)
		if (ui->entries[i - 1].id == id)
			return &ui->entries[i - 1];
	return NULL;
}

static void keep(struct ui *ui, struct entry *take_entry)
{
	struct entry *old = find(ui, take_entry->id);

	if (old != NULL) {
		scan_entry_fini(old);
		*old = *take_entry;
		return;
	}
	if (ui->count == UI_ENTRIES) {
		scan_entry_fini(&ui->entries[0]);
		memmove(ui->entries, ui->entries + 1,
			(UI_ENTRIES - 1) * sizeof(ui->entries[0]));
		ui->count--;
	}
	ui->entries[ui->count++] = *take_entry;
}

static void take_news(struct ui *ui, struct span line)
{
	struct entry entry;
	bool begins;

	if (!scan_entry(line, &entry))
		return;
	if (echo_is(&ui->echo, &entry)) {
		scan_entry_fini(&entry);
		return;
	}
	if (strcmp(buf_text(&entry.event), "word") == 0) {
		ui->word_bytes = entry.offset_bytes;
		scan_entry_fini(&entry);
		return;
	}
	begins = strcmp(buf_text(&entry.event), "saying") == 0;
	if (begins) {
		ui->saying = entry.id;
		ui->word_bytes = 0;
	} else if (ui->saying == entry.id) {
		ui->saying = 0;
	}
	keep(ui, &entry);
}

static int ask(struct ui *ui, const char *command, struct buf *answer,
	       struct err *e)
{
	buf_clear(answer);
	return speech_command(ui->ctl->speech, answer, e, "%s", command);
}

/* Everything that may have changed; 0 or -errno: the server has gone. */
static int look(struct ui *ui, struct err *e)
{
	int rc = ask(ui, "STATUS", &ui->status, e);

	return rc < 0 ? rc : ask(ui, "SOURCES", &ui->sources, e);
}

static int load(struct ui *ui, struct err *e)
{
	SCOPED_BUF struct buf lines = { 0 };
	struct span rest, line;
	int rc = ask(ui, "WATCH on", &lines, e);

	if (rc >= 0)
		rc = ask(ui, "HISTORY FIND 200 ", &lines, e);
	rest = span_of(buf_text(&lines), lines.len_bytes);
	while (rc >= 0 && scan_line(&rest, &line))
		take_news(ui, line);
	return rc < 0 ? rc : look(ui, e);
}

/* All events that are there. */
static int read_news(struct ui *ui, struct err *e)
{
	for (;;) {
		SCOPED_BUF struct buf data = { 0 };
		struct span rest, line;
		int code = speech_event(ui->ctl->speech, 0, &data, e);

		if (code <= 0)
			return code;
		rest = span_of(buf_text(&data), data.len_bytes);
		while (code == 790 && scan_line(&rest, &line))
			take_news(ui, line);
	}
}

/* ---- drawing ------------------------------------------------------------- */

struct page {
	int rows, columns;
};

static int put_text(int row, int column, unsigned attributes, const char *text)
{
	return screen_put(row, column, attributes, text, strlen(text));
}

static long number(const struct ui *ui, const char *key)
{
	struct span value = scan_value(&ui->status, key);

	return value.len_bytes > 0 ? strtol(value.text, NULL, 10) : 0;
}

static bool is_paused(const struct ui *ui)
{
	return span_is(scan_value(&ui->status, "paused"), "yes");
}

/* "speaking, 3 wait, 12 s behind, 220 wpm" */
static void draw_state(const struct ui *ui)
{
	SCOPED_BUF struct buf line = { 0 };
	const char *state = is_paused(ui)     ? "paused"
			    : ui->saying != 0 ? "speaking"
					      : "silent";

	buf_addf(&line, "%s, %ld wait", state, number(ui, "lines"));
	if (number(ui, "behind_ms") >= 1000)
		buf_addf(&line, ", %ld s behind",
			 number(ui, "behind_ms") / 1000);
	buf_addf(&line, ", %ld wpm", number(ui, "rate"));
	if (number(ui, "skipped") > 0)
		buf_addf(&line, ", %ld skipped", number(ui, "skipped"));
	screen_put(0, 0, SCREEN_REVERSE, buf_text(&line), line.len_bytes);
	screen_fill(0, (int)line.len_bytes, SCREEN_REVERSE);
}

/* How many bytes of text fit into one row, cut at a blank when there is one. */
static size_t row_bytes(const char *text, size_t len_bytes, int columns)
{
	size_t end = 0, blank = 0, pos = 0;

	while (end < len_bytes) {
		(void)text_next(text, len_bytes, &pos);
		if (text_width(text, pos) > (size_t)columns)
			return blank > 0 ? blank : max_size(end, 1);
		if (text[end] == ' ')
			blank = pos;
		end = pos;
	}
	return len_bytes;
}

/* One row, the word being said in it marked. */
static void draw_words(int row, const char *text, size_t from, size_t n,
		       size_t word)
{
	size_t end = word;
	int column;

	while (end < from + n && text[end] != ' ')
		end++;
	if (word < from || word >= from + n) {
		screen_put(row, 0, SCREEN_BOLD, text + from, n);
		return;
	}
	column = screen_put(row, 0, SCREEN_BOLD, text + from, word - from);
	screen_cursor(row, column);
	column = screen_put(row, column, SCREEN_BOLD | SCREEN_REVERSE,
			    text + word, end - word);
	screen_put(row, column, SCREEN_BOLD, text + end, from + n - end);
}

/* What is being said, in up to rows rows. Returns the row after it. */
static int draw_saying(struct ui *ui, int row, int rows, int columns)
{
	struct entry *entry = find(ui, ui->saying);
	const char *text;
	size_t len, from = 0;

	if (ui->saying == 0 || entry == NULL) {
		put_text(row, 0, SCREEN_DIM, "(nothing is being said)");
		return row + 1;
	}
	text = buf_text(&entry->text);
	len = entry->text.len_bytes;
	/* A long text is shown from the row that the word is in. */
	for (size_t n; from < len; from += n) {
		n = row_bytes(text + from, len - from, columns);
		if (from + n > ui->word_bytes)
			break;
		if ((int)text_width(text, len) <= rows * columns / 2)
			break;
	}
	for (int i = 0; i < rows && from < len; i++) {
		size_t n = row_bytes(text + from, len - from, columns);

		draw_words(row++, text, from, n, ui->word_bytes);
		from += n;
	}
	return row;
}

static bool contains(const struct buf *text, const struct buf *wanted)
{
	SCOPED_BUF struct buf a = { 0 };
	SCOPED_BUF struct buf b = { 0 };

	text_fold(&a, buf_text(text), text->len_bytes);
	text_fold(&b, buf_text(wanted), wanted->len_bytes);
	return strstr(buf_text(&a), buf_text(&b)) != NULL;
}

static bool is_shown(const struct ui *ui, const struct entry *entry)
{
	return ui->search.len_bytes == 0 || contains(&entry->text, &ui->search);
}

static void draw_entry(const struct entry *entry, int row)
{
	const char *event = buf_text(&entry->event);
	bool waits = strcmp(event, "waiting") == 0;
	char clock[16];
	int column;

	scan_clock(entry->when, clock, sizeof(clock));
	column = put_text(row, 0, SCREEN_DIM, clock);
	/* What was just said needs no word. */
	if (strcmp(event, "said") != 0) {
		column = put_text(row, column + 1, SCREEN_UNDERLINE, event);
	}
	screen_put(row, column + 1, waits ? SCREEN_PLAIN : SCREEN_DIM,
		   buf_text(&entry->text), entry->text.len_bytes);
}

/* The newest at the bottom, from row first to row last. */
static void draw_entries(const struct ui *ui, int first, int last)
{
	size_t hidden = ui->scroll;

	for (size_t i = ui->count; i > 0 && last >= first; i--) {
		if (!is_shown(ui, &ui->entries[i - 1]))
			continue;
		if (hidden > 0)
			hidden--;
		else
			draw_entry(&ui->entries[i - 1], last--);
	}
}

static int draw_sources(const struct ui *ui, int row, int rows)
{
	struct span rest = span_of(buf_text(&ui->sources),
				   ui->sources.len_bytes);
	struct span line;

	for (int i = 0; i < rows && scan_line(&rest, &line); i++) {
		struct span name = scan_field(&line, '\t');
		struct span kind = scan_field(&line, '\t');
		struct span state = scan_field(&line, '\t');
		int column = screen_put(row, 0, SCREEN_PLAIN, name.text,
					name.len_bytes);

		column = screen_put(row, column + 1, SCREEN_DIM, kind.text,
				    kind.len_bytes);
		screen_put(row++, column + 1, SCREEN_DIM, state.text,
			   state.len_bytes);
	}
	return row;
}

static const char *const help_lines[] = {
	"space  pause or go on",
	"s      skip",
	"b      back",
	"r      repeat",
	"l      live: skip all that waits",
	"+ -    faster, slower",
	"m      mute this nick",
	"o      only this channel, or all again",
	"/      search",
	"up, down, page up, page down, end",
	"x      stop all",
	"q      leave; speakd goes on",
};

static void draw_help(int first, int last)
{
	for (size_t i = 0; i < COUNT_OF(help_lines) && first <= last; i++)
		put_text(first++, 0, SCREEN_PLAIN, help_lines[i]);
}

static void draw_bottom(const struct ui *ui, const struct page *page)
{
	static const char wide[] =
		"space pause  s skip  b back  r repeat  l live  +- rate  "
		"m mute  / search  ? keys";
	static const char narrow[] = "space s b r l +- m o / ?  q leave";
	int row = page->rows - 1;
	int column;

	if (ui->typing) {
		column = put_text(row, 0, SCREEN_BOLD, "search: ");
		column = screen_put(row, column, SCREEN_PLAIN,
				    buf_text(&ui->typed), ui->typed.len_bytes);
		screen_cursor(row, column);
		return;
	}
	if (ui->notice.len_bytes > 0)
		put_text(row, 0, SCREEN_BOLD, buf_text(&ui->notice));
	else
		put_text(row, 0, SCREEN_DIM,
			 page->columns >= (int)sizeof(wide) - 1 ? wide
								: narrow);
}

static void draw(struct ui *ui)
{
	struct page page;
	int row, saying_rows;

	screen_size(&page.rows, &page.columns);
	screen_clear();
	draw_state(ui);
	screen_cursor(1, 0);
	saying_rows = page.rows >= 20 ? 4 : 2;
	row = draw_saying(ui, 1, saying_rows, page.columns);
	if (ui->help) {
		draw_help(row + 1, page.rows - 2);
	} else {
		if (page.rows >= 16)
			row = draw_sources(ui, row + 1, page.rows / 6);
		draw_entries(ui, row + 1, page.rows - 2);
	}
	draw_bottom(ui, &page);
	screen_show();
}

/* ---- keys ---------------------------------------------------------------- */

static void notice(struct ui *ui, const char *text)
{
	buf_clear(&ui->notice);
	text_escape(&ui->notice, text, strlen(text));
}

/* A command whose refusal is worth a line, not the end. */
static int tell(struct ui *ui, const char *command, struct err *e)
{
	int rc = speech_command(ui->ctl->speech, NULL, e, "%s", command);

	if (rc == -EPROTO) {
		notice(ui, e->text);
		*e = (struct err){ 0 };
		return 0;
	}
	return rc < 0 ? rc : 0;
}

/* Of what is being said, or was said last. */
static const struct entry *current(struct ui *ui)
{
	const struct entry *entry = find(ui, ui->saying);

	for (size_t i = ui->count; i > 0 && entry == NULL; i--)
		if (strcmp(buf_text(&ui->entries[i - 1].event), "said") == 0)
			entry = &ui->entries[i - 1];
	return entry;
}

static int key_pause(struct ui *ui, struct err *e)
{
	return tell(ui, is_paused(ui) ? "RESUME all" : "PAUSE all", e);
}

static int key_skip(struct ui *ui, struct err *e)
{
	return tell(ui, "SKIP", e);
}

static int key_back(struct ui *ui, struct err *e)
{
	return tell(ui, "BACK", e);
}

static int key_repeat(struct ui *ui, struct err *e)
{
	return tell(ui, "REPEAT", e);
}

static int key_live(struct ui *ui, struct err *e)
{
	ui->scroll = 0;
	return tell(ui, "LIVE", e);
}

static int key_stop(struct ui *ui, struct err *e)
{
	return tell(ui, "CANCEL all", e);
}

static int change_rate(struct ui *ui, long step, struct err *e)
{
	SCOPED_TEXT char *command = NULL;
	long rate = number(ui, "rate") + step;

	rate = rate < 80 ? 80 : rate > 900 ? 900 : rate;
	command = mem_printf("SET lines RATE %ld", rate);
	return tell(ui, command, e);
}

static int key_faster(struct ui *ui, struct err *e)
{
	return change_rate(ui, UI_RATE_STEP, e);
}

static int key_slower(struct ui *ui, struct err *e)
{
	return change_rate(ui, -UI_RATE_STEP, e);
}

static int key_mute(struct ui *ui, struct err *e)
{
	const struct entry *entry = current(ui);
	SCOPED_TEXT char *command = NULL;
	SCOPED_TEXT char *said = NULL;

	if (entry == NULL || entry->nick.len_bytes == 0) {
		notice(ui, "nobody to mute");
		return 0;
	}
	command = mem_printf("MUTE %s", buf_text(&entry->nick));
	said = mem_printf("%s is muted; speakctl unmute",
			  buf_text(&entry->nick));
	notice(ui, said);
	return tell(ui, command, e);
}

static int key_only(struct ui *ui, struct err *e)
{
	const struct entry *entry = current(ui);
	SCOPED_TEXT char *command = NULL;

	if (scan_value(&ui->status, "only").len_bytes > 0) {
		notice(ui, "every channel");
		return tell(ui, "ONLY", e);
	}
	if (entry == NULL || entry->channel.len_bytes == 0) {
		notice(ui, "no channel to follow");
		return 0;
	}
	command = mem_printf("ONLY %s", buf_text(&entry->channel));
	notice(ui, command);
	return tell(ui, command, e);
}

static int key_search(struct ui *ui, struct err *e)
{
	(void)e;
	ui->typing = true;
	buf_clear(&ui->typed);
	return 0;
}

static int key_help(struct ui *ui, struct err *e)
{
	(void)e;
	ui->help = !ui->help;
	return 0;
}

static int key_up(struct ui *ui, struct err *e)
{
	(void)e;
	ui->scroll = min_size(ui->scroll + 1, ui->count);
	return 0;
}

static int key_down(struct ui *ui, struct err *e)
{
	(void)e;
	ui->scroll -= ui->scroll > 0;
	return 0;
}

static int key_page_up(struct ui *ui, struct err *e)
{
	(void)e;
	ui->scroll = min_size(ui->scroll + 10, ui->count);
	return 0;
}

static int key_page_down(struct ui *ui, struct err *e)
{
	(void)e;
	ui->scroll -= min_size(ui->scroll, 10);
	return 0;
}

static int key_end(struct ui *ui, struct err *e)
{
	(void)e;
	ui->scroll = 0;
	return 0;
}

static int key_quit(struct ui *ui, struct err *e)
{
	(void)e;
	ui->quit = true;
	return 0;
}

/* clang-format off */
static const struct {
	int key;
	int (*run)(struct ui *ui, struct err *e);
} keys[] = {
	{ ' ', key_pause }, { 'p', key_pause },
	{ 's', key_skip }, { 'b', key_back }, { 'r', key_repeat },
	{ 'l', key_live }, { 'x', key_stop },
	{ '+', key_faster }, { '=', key_faster }, { '-', key_slower },
	{ 'm', key_mute }, { 'o', key_only }, { '/', key_search },
	{ '?', key_help }, { 'q', key_quit },
	{ SCREEN_KEY_UP, key_up }, { SCREEN_KEY_DOWN, key_down },
	{ SCREEN_KEY_PAGE_UP, key_page_up },
	{ SCREEN_KEY_PAGE_DOWN, key_page_down },
	{ SCREEN_KEY_END, key_end }, { SCREEN_KEY_CLOSED, key_quit },
};
/* clang-format on */

static void type_key(struct ui *ui, int key)
{
	if (key == SCREEN_KEY_ENTER) {
		ui->typing = false;
		buf_clear(&ui->search);
		buf_add(&ui->search, buf_text(&ui->typed), ui->typed.len_bytes);
		ui->scroll = 0;
	} else if (key == SCREEN_KEY_ESCAPE) {
		ui->typing = false;
		buf_clear(&ui->search);
	} else if (key == SCREEN_KEY_BACKSPACE) {
		size_t len = ui->typed.len_bytes;

		if (len > 0)
			buf_cut(&ui->typed,
				text_cut(buf_text(&ui->typed), len, len - 1));
	} else if (key >= ' ' && key < SCREEN_KEY_UP &&
		   ui->typed.len_bytes < UI_INPUT_BYTES) {
		buf_add_code(&ui->typed, (uint32_t)key);
	}
}

static int press(struct ui *ui, int key, struct err *e)
{
	int rc = 0;

	if (ui->typing && key != SCREEN_KEY_CLOSED) {
		type_key(ui, key);
		return 0;
	}
	buf_clear(&ui->notice);
	for (size_t i = 0; i < COUNT_OF(keys) && rc == 0; i++)
		if (keys[i].key == key)
			rc = keys[i].run(ui, e);
	return rc < 0 ? rc : look(ui, e);
}

/* ---- the loop ------------------------------------------------------------ */

/* Until there is a key or news; while lines wait, the clock tells how far. */
static void wait_for_more(const struct ui *ui)
{
	struct pollfd pfds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = speech_fd(ui->ctl->speech), .events = POLLIN },
	};
	bool busy = ui->saying != 0 || number(ui, "lines") > 0;

	if (!speech_has_event(ui->ctl->speech))
		(void)!poll(pfds, COUNT_OF(pfds), busy ? UI_REFRESH_MS : -1);
}

static int turn(struct ui *ui, struct err *e)
{
	int key, rc;

	draw(ui);
	wait_for_more(ui);
	while ((key = screen_key(0)) != SCREEN_KEY_NONE && !ui->quit) {
		rc = press(ui, key, e);
		if (rc < 0)
			return rc;
	}
	rc = read_news(ui, e);
	return rc < 0 ? rc : look(ui, e);
}

int ctl_ui(struct ctl *ctl, struct err *e)
{
	struct ui *ui = mem_new(sizeof(*ui));
	int rc;

	ui->ctl = ctl;
	rc = load(ui, e);
	if (rc >= 0)
		rc = screen_open(e);
	while (rc >= 0 && !ui->quit)
		rc = turn(ui, e);
	screen_close();
	for (size_t i = 0; i < ui->count; i++)
		scan_entry_fini(&ui->entries[i]);
	buf_fini(&ui->status);
	buf_fini(&ui->sources);
	buf_fini(&ui->notice);
	buf_fini(&ui->typed);
	buf_fini(&ui->search);
	free(ui);
	return rc < 0 ? rc : 0;
}
