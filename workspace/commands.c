/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/commands.h"

#include <string.h>

#include "core/near.h"

extern const struct command command_create, command_enter, command_run,
	command_start, command_stop, command_snap, command_list,
	command_restore, command_clone, command_destroy, command_undelete,
	command_rebase, command_rename, command_diff, command_export,
	command_import, command_base, command_shift, command_gc, command_doctor;

const struct command *const commands[] = {
	&command_create, &command_enter,   &command_run,      &command_start,
	&command_stop,	 &command_snap,	   &command_list,     &command_restore,
	&command_clone,	 &command_destroy, &command_undelete, &command_rebase,
	&command_rename, &command_diff,	   &command_export,   &command_import,
	&command_base,	 &command_shift,   &command_gc,	      &command_doctor,
};

const size_t command_count = COUNT_OF(commands);

const struct command *command_find(const char *word)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i]->verb, word) == 0 ||
		    (commands[i]->alias != NULL &&
		     strcmp(commands[i]->alias, word) == 0))
			return commands[i];
	return NULL;
}

bool command_is_meant(const char *word, struct err *e)
{
	struct near near;

	near_init(&near, word);
	for (size_t i = 0; i < command_count; i++)
		near_offer(&near, commands[i]->verb, strlen(commands[i]->verb));
	if (near.word[0] == '\0')
		return false;
	(void)err_usage(e, "unknown verb '%s', did you mean '%s'?", word,
			near.word);
	return true;
}
