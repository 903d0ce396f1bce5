/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* rate.h - SSIP's -100..100 of a rate in words a minute, and back. */
#ifndef SPEAKD_SSIP_RATE_H
#define SPEAKD_SSIP_RATE_H

int rate_of_wpm(unsigned wpm);
int wpm_of_rate(int rate);

#endif
