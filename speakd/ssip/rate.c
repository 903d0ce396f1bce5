/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/ssip/rate.h"

/*
 * As speech-dispatcher's espeak-ng module maps them: straight lines from 80
 * at -100 to 170 at 0 to 449 at 100 (its module's source).
 */
enum { RATE_LOW_WPM = 80, RATE_MIDDLE_WPM = 170, RATE_HIGH_WPM = 449 };

int wpm_of_rate(int rate)
{
	if (rate < 0)
		return RATE_MIDDLE_WPM +
		       rate * (RATE_MIDDLE_WPM - RATE_LOW_WPM) / 100;
	return RATE_MIDDLE_WPM + rate * (RATE_HIGH_WPM - RATE_MIDDLE_WPM) / 100;
}

int rate_of_wpm(unsigned wpm)
{
	int n = (int)wpm - RATE_MIDDLE_WPM;
	int rate = n < 0 ? n * 100 / (RATE_MIDDLE_WPM - RATE_LOW_WPM)
			 : n * 100 / (RATE_HIGH_WPM - RATE_MIDDLE_WPM);

	return rate < -100 ? -100 : rate > 100 ? 100 : rate;
}
