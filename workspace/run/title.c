/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/title.h"

#include <string.h>

static char **words;

void title_keep(char **argv)
{
	words = argv;
}

void title_clear(void)
{
	for (char **word = words; word != NULL && *word != NULL; word++)
		if (word != words)
			explicit_bzero(*word, strlen(*word));
}
