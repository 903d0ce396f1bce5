/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/bridge/bridge.h"

#include <inttypes.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "sic-bridge/bridge/bridge_parts.h"
#include "sic-bridge/bridge/human.h"

enum { OUTPUT_LAST_MS = 5000 };

/* ---- the link's events --------------------------------------------------- */

static void on_batch_end(void *data)
{
	struct bridge *bridge = data;

	output_flush(bridge->output);
}

static void on_online(void *data)
{
	struct bridge *bridge = data;

	tell_online(bridge);
	heard_online(bridge);
}

static void on_lost(const struct err *e, void *data)
{
	tell_lost(data, e);
}

static void on_drained(void *data)
{
	struct bridge *bridge = data;

	if (link_waiting(bridge->link) < LINK_QUEUE_BYTES / 2)
		input_resume(bridge->input);
}

/* What was typed and did not arrive is a failure, however we end. */
static void count_undelivered(struct bridge *bridge)
{
	struct ledger_count n = ledger_count(link_ledger(bridge->link));
	SCOPED_BUF struct buf text = { 0 };
	struct err e = { 0 };

	if (n.unsent == 0 && n.unknown == 0)
		return;
	if (n.unsent > 0)
		buf_addf(&text, "%" PRIu64 " of %" PRIu64 " lines not sent",
			 n.unsent, n.typed);
	if (n.unknown > 0)
		buf_addf(&text,
			 "%s%" PRIu64 " of %" PRIu64
			 " lines sent, but perhaps not delivered",
			 n.unsent > 0 ? "; " : "", n.unknown, n.typed);
	err_say(&e, EIO, "%s", buf_text(&text));
	tell(bridge, "unsent", span_of("", 0), span_of("", 0), "%s", e.text);
	if (bridge->result.code == 0)
		bridge->result = e;
	else
		log_failure(&e);
}

static void on_ended(const struct err *e, void *data)
{
	struct bridge *bridge = data;

	if (e != NULL)
		bridge->result = *e;
	count_undelivered(bridge);
	tell_ended(bridge, e);
	loop_stop(bridge->loop);
}

static const struct link_handler link_handler = {
	.online = on_online,
	.lost = on_lost,
	.line = heard_line,
	.changed = heard_change,
	.batch_end = on_batch_end,
	.sent = heard_sent,
	.drained = on_drained,
	.ended = on_ended,
};

/* ---- the output's events ------------------------------------------------- */

static void on_output_drained(void *data)
{
	struct bridge *bridge = data;

	link_resume(bridge->link);
}

static void on_output_broken(const struct err *e, void *data)
{
	struct bridge *bridge = data;

	bridge->result = *e;
	loop_stop(bridge->loop);
}

static const struct output_handler output_handler = {
	.drained = on_output_drained,
	.broken = on_output_broken,
};

/* ---- life ---------------------------------------------------------------- */

/* The channels of the settings: "#c" or "#c key"; the first is the target. */
static void add_channels(struct bridge *bridge)
{
	const struct settings *s = bridge->settings;

	for (size_t i = 0; i < s->channel_count; i++) {
		const char *name = s->channels[i];
		size_t n = strcspn(name, " \t");
		const char *key = name + n + strspn(name + n, " \t");

		presence_want(bridge->presence, span_of(name, n),
			      span_of_text(key));
		if (bridge->target == NULL)
			set_target(bridge, span_of(name, n));
	}
}

/* By default sic's lines are exact, and a terminal is spared the codes. */
static bool wants_strip(const struct settings *settings, int output_fd)
{
	if (settings->formatting != FORMATTING_AUTO)
		return settings->formatting == FORMATTING_STRIP;
	return settings->format == OUTPUT_JSON || isatty(output_fd);
}

struct bridge *bridge_new(struct loop *loop, const struct link_config *config,
			  int input_fd, int output_fd, struct err *e)
{
	struct bridge *bridge = mem_new(sizeof(*bridge));

	bridge->loop = loop;
	bridge->settings = config->settings;
	bridge->charset = config->charset;
	bridge->strip = wants_strip(config->settings, output_fd);
	bridge->link = link_new(loop, config, &link_handler, bridge);
	bridge->presence = link_presence(bridge->link);
	bridge->missed_timer = loop_timer(loop, tell_missed_now, bridge);
	bridge->hold_timer = loop_timer(loop, heard_release_repeats, bridge);
	bridge->output = output_new(loop, output_fd, &output_handler, bridge);
	bridge->input = input_new(loop, input_fd, &typed_handler, bridge);
	add_channels(bridge);
	if (config->settings->human) {
		if (input_make_human(bridge->input, e) < 0) {
			bridge_free(bridge);
			return NULL;
		}
		output_hold_while(bridge->output, human_is_typing);
	}
	return bridge;
}

void bridge_free(struct bridge *bridge)
{
	if (bridge == NULL)
		return;
	input_free(bridge->input);
	link_free(bridge->link);
	output_free(bridge->output);
	watch_free(bridge->hold_timer);
	tell_fini(bridge);
	heard_fini(bridge);
	free(bridge->target);
	free(bridge);
}

void bridge_start(struct bridge *bridge)
{
	link_connect(bridge->link);
}

void bridge_stop(struct bridge *bridge)
{
	if (bridge->stopping) {
		loop_stop(bridge->loop);
		return;
	}
	bridge->stopping = true;
	link_quit(bridge->link, true, NULL);
}

void bridge_reopen(struct bridge *bridge, int output_fd)
{
	output_replace(bridge->output, output_fd);
}

int bridge_result(const struct bridge *bridge, struct err *e)
{
	output_finish(bridge->output, OUTPUT_LAST_MS);
	*e = bridge->result;
	return -e->code;
}
