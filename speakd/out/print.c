/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/print.h"

#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/text.h"

enum { PRINT_BUFFER_BYTES = 65536 };

struct printer {
	struct outlet outlet;
	struct outlet_handler handler;
	struct buf lines; /* not yet written */
	struct err failure;
};

static void print_words(struct span words, enum cue cue, struct buf *out)
{
	if (cue == CUE_HIGHLIGHT)
		buf_add_text(out, "[chime] ");
	text_show(out, words.text, words.len_bytes);
	buf_add_char(out, '\n');
}

void print_phrase(const struct phrase *phrase, struct buf *out)
{
	print_words(span_of(phrase->text, strlen(phrase->text)), phrase->cue,
		    out);
}

static void write_lines(struct printer *printer)
{
	struct buf *lines = &printer->lines;
	int rc;

	if (lines->len_bytes == 0)
		return;
	rc = write_all(STDOUT_FILENO, lines->data, lines->len_bytes);
	buf_clear(lines);
	if (rc == 0 || printer->failure.code != 0)
		return;
	err_set(&printer->failure, -rc, "write to standard output");
	printer->handler.ended(printer->handler.data, &printer->failure);
}

static void printer_say(struct outlet *outlet, struct phrase *take_phrase,
			bool live)
{
	struct printer *printer = (struct printer *)outlet;

	(void)live;
	/* Nobody can ask for it later. */
	if (!take_phrase->missed)
		print_phrase(take_phrase, &printer->lines);
	phrase_free(take_phrase);
	if (printer->lines.len_bytes >= PRINT_BUFFER_BYTES)
		write_lines(printer);
}

static void printer_words(struct outlet *outlet, struct span words,
			  enum cue cue)
{
	struct printer *printer = (struct printer *)outlet;

	print_words(words, cue, &printer->lines);
	if (printer->lines.len_bytes >= PRINT_BUFFER_BYTES)
		write_lines(printer);
}

static bool printer_is_full(const struct outlet *outlet)
{
	(void)outlet;
	return false;
}

static void printer_flush(struct outlet *outlet)
{
	write_lines((struct printer *)outlet);
}

static void printer_inputs_ended(struct outlet *outlet)
{
	struct printer *printer = (struct printer *)outlet;

	write_lines(printer);
	if (printer->failure.code == 0)
		printer->handler.ended(printer->handler.data, NULL);
}

static bool printer_stop(struct outlet *outlet)
{
	(void)outlet;
	return false;
}

static int printer_close(struct outlet *outlet, struct err *e)
{
	struct printer *printer = (struct printer *)outlet;
	int rc = 0;

	write_lines(printer);
	if (printer->failure.code != 0) {
		rc = -printer->failure.code;
		if (e != NULL)
			*e = printer->failure;
	}
	buf_fini(&printer->lines);
	free(printer);
	return rc;
}

struct outlet *print_new(const struct outlet_handler *handler)
{
	struct printer *printer = mem_new(sizeof(*printer));

	printer->outlet = (struct outlet){
		.say = printer_say,
		.words = printer_words,
		.is_full = printer_is_full,
		.flush = printer_flush,
		.inputs_ended = printer_inputs_ended,
		.stop = printer_stop,
		.close = printer_close,
	};
	printer->handler = *handler;
	return &printer->outlet;
}
