/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* The end of a connection: for now, or for good. */
#include "core/clock.h"
#include "core/log.h"
#include "sic-bridge/link/link_parts.h"

bool link_is_up(const struct link *link)
{
	return link->phase >= LINK_REGISTERING && link->phase < LINK_ENDED;
}

void link_end(struct link *link, const struct err *e)
{
	struct err copy = e != NULL ? *e : (struct err){ 0 };

	link->phase = LINK_ENDED;
	net_close(link->net);
	watch_cancel(link->phase_timer);
	watch_cancel(link->ping_timer);
	watch_cancel(link->flood_timer);
	watch_cancel(link->regain_timer);
	watch_cancel(link->leave_timer);
	link->handler->ended(e != NULL ? &copy : NULL, link->data);
}

void link_restart(struct link *link)
{
	net_close(link->net);
	watch_cancel(link->ping_timer);
	link->phase = LINK_IDLE;
	watch_after(link->phase_timer, 0);
}

static void retry_later(struct link *link, const struct err *e)
{
	char text[ERR_TEXT_BYTES + 128];
	uint64_t wait_ms = reconnect_down(&link->again, clock_ms(),
					  tls_random());

	link->phase = LINK_IDLE;
	log_warn("%s; again in %.1f s", err_text(e, text, sizeof(text)),
		 (double)wait_ms / 1000);
	watch_after(link->phase_timer, wait_ms);
	link->handler->lost(e, link->data);
}

/*
 * What a second try cannot mend ends the program while it has never worked: a
 * wrong password, a certificate of someone else. Later the same may be a fault
 * of the server's that passes.
 */
void link_failed(struct link *link, const struct err *e, bool for_good)
{
	struct err copy = *e;

	if (link->phase == LINK_ENDED || link->phase == LINK_IDLE)
		return;
	net_close(link->net);
	watch_cancel(link->ping_timer);
	watch_cancel(link->flood_timer);
	watch_cancel(link->regain_timer);
	watch_cancel(link->phase_timer);
	watch_cancel(link->leave_timer);
	link->settling = false;
	ledger_lost(&link->ledger);
	if (link->phase == LINK_LEAVING)
		link_end(link, NULL);
	else if (link->leaving != LINK_STAYS || !link->settings->reconnect ||
		 (for_good && !link->was_online))
		link_end(link, &copy);
	else
		retry_later(link, &copy);
}
