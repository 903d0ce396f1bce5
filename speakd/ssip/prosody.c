/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/prosody.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct label {
	const char *name;
	unsigned value;
};

/* clang-format off */
static const struct label rates[] = {
	{ "x-slow", 60 }, { "slow", 80 }, { "medium", 100 },
	{ "fast", 125 }, { "x-fast", 160 }, { "default", 100 },
};
static const struct label pitches[] = {
	{ "x-low", 70 }, { "low", 85 }, { "medium", 100 },
	{ "high", 115 }, { "x-high", 135 }, { "default", 100 },
};
static const struct label ranges[] = {
	{ "x-low", 20 }, { "low", 50 }, { "medium", 100 },
	{ "high", 140 }, { "x-high", 180 }, { "default", 100 },
};
static const struct label volumes[] = {
	{ "silent", 0 }, { "x-soft", 30 }, { "soft", 65 }, { "medium", 100 },
	{ "loud", 150 }, { "x-loud", 200 }, { "default", 100 },
};
static const struct label strengths[] = {
	{ "none", 0 }, { "x-weak", 60 }, { "weak", 120 }, { "medium", 250 },
	{ "strong", 500 }, { "x-strong", 1000 },
};
static const struct label levels[] = {
	{ "none", EMPHASIS_NONE }, { "reduced", EMPHASIS_REDUCED },
	{ "moderate", EMPHASIS_MODERATE }, { "strong", EMPHASIS_STRONG },
};
/* clang-format on */

/* A voice's usual frequency: "200Hz" is meant of it. */
enum { USUAL_HZ = 100, PAUSE_MS = 250, SEMITONES = 12 };

static const struct label *find(const struct label *labels, size_t count,
				const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(labels[i].name, name) == 0)
			return &labels[i];
	return NULL;
}

/* A finite number, and its unit. False: it is none. */
static bool read_number(const char *text, double *ret, const char **ret_unit)
{
	char *end;
	double value;

	/* No "inf", no "0x10". */
	if (strspn(text, "+-.0123456789") == 0)
		return false;
	value = strtod(text, &end);
	if (end == text || !isfinite(value) ||
	    memchr(text, 'x', (size_t)(end - text)))
		return false;
	*ret = value;
	*ret_unit = end;
	return true;
}

static bool is_relative(const char *text)
{
	return *text == '+' || *text == '-';
}

static uint16_t scaled(uint16_t percent, double factor, unsigned min,
		       unsigned max)
{
	double value = round(percent * factor);

	return (uint16_t)(value < min ? min : value > max ? max : value);
}

/* A factor of 1.1's "150%", "+50%", of 1.0's "1.5". 0: it is none. */
static double rate_factor(const char *text)
{
	const char *unit;
	double n;

	if (!read_number(text, &n, &unit))
		return 0;
	if (strcmp(unit, "%") == 0)
		return is_relative(text) ? 1 + n / 100 : n / 100;
	return *unit == '\0' && n > 0 ? (is_relative(text) ? 1 + n : n) : 0;
}

static double pitch_factor(const char *text)
{
	const char *unit;
	double n;

	if (!read_number(text, &n, &unit))
		return 0;
	if (strcasecmp(unit, "st") == 0)
		return exp2(n / SEMITONES);
	if (strcasecmp(unit, "hz") == 0)
		return is_relative(text) ? 1 + n / USUAL_HZ : n / USUAL_HZ;
	if (strcmp(unit, "%") == 0)
		return is_relative(text) ? 1 + n / 100 : n / 100;
	return 0;
}

/* "+6dB", "+10%", "+10", or 0..100 as an absolute one; negative: none. */
static double volume_factor(const char *text)
{
	const char *unit;
	double n;

	if (!read_number(text, &n, &unit))
		return -1;
	if (strcasecmp(unit, "db") == 0)
		return pow(10, n / 20);
	if (*unit != '\0' && strcmp(unit, "%") != 0)
		return -1;
	return is_relative(text) ? fmax(1 + n / 100, 0) : fmax(n / 100, 0);
}

/* The label's share of all, or the number's share of what was. */
static void change(uint16_t *percent, const struct label *label, double factor,
		   unsigned min, unsigned max)
{
	if (label != NULL)
		*percent = (uint16_t)label->value;
	else if (factor > 0 || (factor >= 0 && min == 0))
		*percent = scaled(*percent, factor, min, max);
}

void prosody_read(const struct xml_tag *tag, struct style *style)
{
	SCOPED_BUF struct buf value = { 0 };
	const unsigned min = STYLE_PERCENT_MIN, max = STYLE_PERCENT_MAX;

	if (xml_attribute(tag, "rate", &value))
		change(&style->rate_percent,
		       find(rates, COUNT_OF(rates), buf_text(&value)),
		       rate_factor(buf_text(&value)), min, max);
	if (xml_attribute(tag, "pitch", &value))
		change(&style->pitch_percent,
		       find(pitches, COUNT_OF(pitches), buf_text(&value)),
		       pitch_factor(buf_text(&value)), min, max);
	if (xml_attribute(tag, "range", &value))
		change(&style->range_percent,
		       find(ranges, COUNT_OF(ranges), buf_text(&value)),
		       pitch_factor(buf_text(&value)), min, max);
	if (xml_attribute(tag, "volume", &value))
		change(&style->volume_percent,
		       find(volumes, COUNT_OF(volumes), buf_text(&value)),
		       volume_factor(buf_text(&value)), 0, max);
}

void prosody_emphasis(const struct xml_tag *tag, struct style *style)
{
	SCOPED_BUF struct buf value = { 0 };
	const struct label *label;

	style->emphasis = EMPHASIS_MODERATE;
	if (!xml_attribute(tag, "level", &value))
		return;
	label = find(levels, COUNT_OF(levels), buf_text(&value));
	if (label != NULL)
		style->emphasis = (uint8_t)label->value;
}

static void take_voice(struct style *style, const char *name)
{
	size_t len_bytes = strlen(name);

	if (len_bytes == 0 || len_bytes >= STYLE_VOICE_BYTES)
		return;
	memset(style->voice, 0, sizeof(style->voice));
	memcpy(style->voice, name, len_bytes);
}

void prosody_language(const struct xml_tag *tag, struct style *style)
{
	SCOPED_BUF struct buf value = { 0 };

	if (!xml_attribute(tag, "xml:lang", &value) &&
	    !xml_attribute(tag, "lang", &value))
		return;
	for (size_t i = 0; i < value.len_bytes; i++)
		if (value.data[i] == '_')
			value.data[i] = '-';
	take_voice(style, buf_text(&value));
}

/* A gender alone is one of the variants of the voice that speaks. */
static void take_gender(struct style *style, const char *gender)
{
	SCOPED_BUF struct buf name = { 0 };
	size_t base_bytes = strcspn(style->voice, "+");
	const char *variant = strcasecmp(gender, "female") == 0	   ? "f2"
			      : strcasecmp(gender, "male") == 0	   ? "m1"
			      : strcasecmp(gender, "neutral") == 0 ? "f5"
								   : NULL;

	if (variant == NULL)
		return;
	buf_add(&name, style->voice, base_bytes);
	buf_addf(&name, "+%s", variant);
	take_voice(style, buf_text(&name));
}

void prosody_voice(const struct xml_tag *tag, struct style *style)
{
	SCOPED_BUF struct buf value = { 0 };

	prosody_language(tag, style);
	if (xml_attribute(tag, "name", &value)) {
		/* The first of several that are asked for. */
		buf_cut(&value, strcspn(buf_text(&value), " "));
		take_voice(style, buf_text(&value));
	} else if (xml_attribute(tag, "gender", &value)) {
		take_gender(style, buf_text(&value));
	}
}

void prosody_say_as(const struct xml_tag *tag, struct style *style)
{
	static const char *const spelled[] = { "characters", "spell-out",
					       "tts:char",   "digits",
					       "tts:digits", "telephone",
					       "verbatim" };
	SCOPED_BUF struct buf how = { 0 };

	if (!xml_attribute(tag, "interpret-as", &how))
		return;
	for (size_t i = 0; i < COUNT_OF(spelled); i++)
		if (strcasecmp(buf_text(&how), spelled[i]) == 0)
			style->spelled = 1;
}

uint32_t prosody_pause_ms(const struct xml_tag *tag)
{
	SCOPED_BUF struct buf value = { 0 };
	const struct label *label;
	const char *unit;
	double n;

	if (xml_attribute(tag, "time", &value) &&
	    read_number(buf_text(&value), &n, &unit) && n >= 0 &&
	    (strcasecmp(unit, "s") == 0 || strcasecmp(unit, "ms") == 0)) {
		n *= unit[0] == 's' || unit[0] == 'S' ? 1000 : 1;
		return (uint32_t)fmin(n, PROSODY_PAUSE_MAX_MS);
	}
	if (!xml_attribute(tag, "strength", &value))
		return PAUSE_MS;
	label = find(strengths, COUNT_OF(strengths), buf_text(&value));
	return label != NULL ? label->value : PAUSE_MS;
}
