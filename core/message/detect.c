/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/message/formats.h"

/* A line that another format surely is: remember how often in a row. */
static void count_other(struct message_detector *detector,
			enum message_format format)
{
	if (detector->now == FORMAT_AUTO) {
		detector->now = format;
		return;
	}
	detector->misses = detector->next == format ? detector->misses + 1 : 1;
	detector->next = format;
	if (detector->misses < MESSAGE_SWITCH_LINES)
		return;
	*detector = (struct message_detector){ .now = format };
}

static bool is_blank(const char *line, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if (line[i] != ' ' && line[i] != '\t')
			return false;
	return true;
}

void message_detect(struct message_detector *detector, const char *line,
		    size_t len_bytes, struct message *ret)
{
	if (format_fit(detector->now, line, len_bytes, ret) != FIT_NO) {
		detector->misses = 0;
		return;
	}
	for (int i = FORMAT_PLAIN + 1; i < FORMAT_COUNT; i++) {
		enum message_format format = (enum message_format)i;

		if (format == detector->now ||
		    format_fit(format, line, len_bytes, ret) != FIT_SURE)
			continue;
		count_other(detector, format);
		return;
	}
	detector->misses = 0;
	format_whole(is_blank(line, len_bytes) ? KIND_OTHER : KIND_MESSAGE,
		     line, len_bytes, ret);
}
