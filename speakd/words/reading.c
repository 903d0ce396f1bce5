/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/words/reading.h"

#include "speakd/words/catalogue.h"

const char *reading_text(const struct reading *reading, const char *text)
{
	return catalogue_text(reading->catalogue, text);
}

const char *reading_many(const struct reading *reading, const char *one,
			 const char *many, uintmax_t n)
{
	return catalogue_many(reading->catalogue, one, many, n);
}
