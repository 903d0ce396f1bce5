/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/engines.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "speakd/voice/arg.h"

enum { REST_MS = 60000 };

static const struct {
	const char *name;
	const struct engine_kind *kind;
} kinds[] = {
	{ "espeak-ng", &engine_espeak },
	{ "command", &engine_command },
	{ "module", &engine_module },
	{ "pipe", &engine_pipe },
};

static int add_slot(struct engines *engines, const char *spec, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const char *arg = arg_of(spec, kinds[i].name);

		if (arg == NULL)
			continue;
		engines->slots[engines->count++] = (struct engine_slot){
			.kind = kinds[i].kind,
			.arg = arg,
		};
		return 0;
	}
	return err_usage(e, "unknown engine '%s'", spec);
}

static int load(struct engines *engines, struct engine_slot *slot,
		struct err *e)
{
	if (slot->engine != NULL)
		return 0;
	return slot->kind->open(&slot->engine, slot->arg, engines->voice, e);
}

static struct engine_slot *stand_in(struct engines *engines)
{
	for (size_t i = 0; i < engines->count; i++)
		if (engines->slots[i].kind == &engine_espeak)
			return &engines->slots[i];
	return NULL;
}

int engines_know(struct engines *engines, const char *const *keep_specs,
		 size_t count, const char *keep_voice, struct err *e)
{
	int rc = 0;

	*engines = (struct engines){ .voice = keep_voice };
	for (size_t i = 0; rc == 0 && i < min_size(count, ENGINES_MAX); i++)
		rc = add_slot(engines, keep_specs[i], e);
	if (rc == 0 && stand_in(engines) == NULL)
		rc = add_slot(engines, "espeak-ng", e);
	return rc;
}

int engines_open(struct engines *engines, const char *const *keep_specs,
		 size_t count, const char *keep_voice, struct err *e)
{
	int rc = engines_know(engines, keep_specs, count, keep_voice, e);

	return rc < 0 ? rc : load(engines, &engines->slots[0], e);
}

void engines_close(struct engines *engines)
{
	for (size_t i = 0; i < engines->count; i++)
		if (engines->slots[i].engine != NULL)
			engines->slots[i].kind->close(engines->slots[i].engine);
	engines->count = 0;
}

static const struct engine_slot *slot_of(const struct engines *engines,
					 size_t number)
{
	return &engines->slots[number < engines->count ? number : 0];
}

const char *engines_about(const struct engines *engines)
{
	return engines->slots[0].kind->about(engines->slots[0].engine);
}

unsigned engines_lead_ms(const struct engines *engines, size_t number)
{
	return slot_of(engines, number)->kind->lead_ms;
}

/* Reported once, until it works again. */
static void tell_stand_in(struct engine_slot *slot, const struct err *e)
{
	char why[ERR_TEXT_BYTES + 128];

	if (!slot->told)
		log_warn("engine %s: %s; espeak-ng speaks for it", slot->arg,
			 err_text(e, why, sizeof(why)));
	slot->told = true;
}

static int speak_with(struct engines *engines, struct engine_slot *slot,
		      const char *text, const struct engine_params *params,
		      const struct engine_out *out, struct err *e)
{
	int rc = load(engines, slot, e);

	return rc < 0 ? rc
		      : slot->kind->speak(slot->engine, text, params, out, e);
}

/* With the one that was asked for. */
static int speak_first(struct engines *engines, struct engine_slot *slot,
		       const char *text, const struct engine_params *params,
		       const struct engine_out *out, struct err *e)
{
	int rc;

	if (slot->hung_ms != 0 && clock_ms() - slot->hung_ms < REST_MS)
		return err_say(e, EBUSY, "it hung a moment ago");
	rc = speak_with(engines, slot, text, params, out, e);
	slot->hung_ms = rc == -ETIMEDOUT ? clock_ms() : 0;
	if (rc == 0)
		slot->told = false;
	return rc;
}

int engines_speak(struct engines *engines, size_t number, const char *text,
		  const struct engine_params *params,
		  const struct engine_out *out, const bool *heard,
		  struct err *e)
{
	struct engine_slot *slot =
		&engines->slots[number < engines->count ? number : 0];
	struct engine_slot *other = stand_in(engines);
	struct err second = { 0 };
	int rc = speak_first(engines, slot, text, params, out, e);

	if (rc == 0 || rc == -ECANCELED || other == slot || *heard ||
	    other == NULL)
		return rc;
	tell_stand_in(slot, e);
	rc = speak_with(engines, other, text, params, out, &second);
	if (rc < 0)
		*e = second;
	return rc;
}

/* One that does not work costs the others nothing. */
static int list_one(struct engines *engines, struct engine_slot *slot,
		    FILE *out, struct err *e)
{
	struct err why = { 0 };

	if (slot->kind == &engine_espeak)
		return engine_espeak_list(out, e);
	if (slot->kind->list != NULL &&
	    (load(engines, slot, &why) < 0 ||
	     slot->kind->list(slot->engine, out, &why) < 0))
		tell_stand_in(slot, &why);
	return 0;
}

int engines_list(struct engines *engines, size_t count, FILE *out,
		 struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < min_size(count, engines->count);
	     i++) {
		rc = list_one(engines, &engines->slots[i], out, e);
		/* What there is so far is not lost if the next one hangs. */
		(void)fflush(out);
	}
	/* Whoever closed it has seen enough of it. */
	if (rc == 0 && fflush(out) != 0 && errno != EPIPE)
		return err_set(e, errno, "write the list of voices");
	return rc;
}
