/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/queue/manner.h"

const struct manner_limits manner_limits[MANNER_NUMBERS] = {
	[MANNER_RATE] = { "rate", PHRASE_DEFAULT, 900, PHRASE_DEFAULT },
	[MANNER_PITCH] = { "pitch", PHRASE_DEFAULT, 99, PHRASE_DEFAULT },
	[MANNER_VOLUME] = { "volume", PHRASE_DEFAULT, 200, PHRASE_DEFAULT },
	[MANNER_LEVEL] = { "level", 0, 200, 0 },
	[MANNER_PLACE] = { "place", -100, 100, 0 },
	[MANNER_CAPITALS] = { "capitals", CAPITALS_NONE, CAPITALS_ICON,
			      CAPITALS_NONE },
	[MANNER_SCRIPTS] = { "scripts", false, true, true },
};

bool manner_accepts(size_t which, int64_t n)
{
	return n >= manner_limits[which].least &&
	       n <= manner_limits[which].most;
}

void manner_to_numbers(const struct manner *manner,
		       int ret_numbers[MANNER_NUMBERS])
{
	ret_numbers[MANNER_RATE] = manner->rate_wpm;
	ret_numbers[MANNER_PITCH] = manner->pitch;
	ret_numbers[MANNER_VOLUME] = manner->volume_percent;
	ret_numbers[MANNER_LEVEL] = manner->level_percent;
	ret_numbers[MANNER_PLACE] = manner->place;
	ret_numbers[MANNER_CAPITALS] = (int)manner->capitals;
	ret_numbers[MANNER_SCRIPTS] = manner->by_script;
}

struct manner manner_of_numbers(const int numbers[MANNER_NUMBERS])
{
	return (struct manner){
		.rate_wpm = numbers[MANNER_RATE],
		.pitch = numbers[MANNER_PITCH],
		.volume_percent = numbers[MANNER_VOLUME],
		.level_percent = numbers[MANNER_LEVEL],
		.place = numbers[MANNER_PLACE],
		.capitals = (enum capitals)numbers[MANNER_CAPITALS],
		.by_script = numbers[MANNER_SCRIPTS] != 0,
	};
}
