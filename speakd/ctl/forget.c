/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* forget.c - "speakctl forget": erase what speakd keeps for itself. */
#include "speakd/ctl/ctl.h"

#include <unistd.h>

#include "core/paths.h"

int ctl_forget(struct ctl *ctl, struct err *e)
{
	/* Which items of feeds were said, who has which voice, and the last
	 * good settings. */
	static const char *const kept[] = { "seen", "voices",
					    "speakd.conf.good" };

	(void)ctl;
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		SCOPED_TEXT char *path = path_state(kept[i]);

		if (unlink(path) < 0 && errno != ENOENT)
			return err_set(e, errno, "remove %s", path);
	}
	return 0;
}
