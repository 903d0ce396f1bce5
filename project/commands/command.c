/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/commands/command.h"

#include <string.h>

#include "core/mem.h"
#include "project/lists/capture.h"

void command_opts(const struct command *command, struct opts *ret)
{
	size_t count = command->opt_count + common_option_count;
	struct opt *list = mem_resize(NULL, count, sizeof(*list));

	/* memcpy(NULL) is not for those that have none. */
	for (size_t i = 0; i < command->opt_count; i++)
		list[i] = command->opts[i];
	memcpy(list + command->opt_count, common_options,
	       common_option_count * sizeof(*list));
	*ret = (struct opts){
		.prog = "project",
		.usage = mem_printf("%s%s%s%s", command->name,
				    command->opt_count > 0 ? " [options]" : "",
				    command->args[0] != '\0' ? " " : "",
				    command->args),
		.about = command->help,
		.list = list,
		.count = count,
		.help_letter = 'h',
	};
}

void command_opts_fini(struct opts *opts)
{
	/* Both are ours: command_opts() made them. */
	free((void *)(uintptr_t)opts->list);
	free((void *)(uintptr_t)opts->usage);
	*opts = (struct opts){ 0 };
}

int command_text_at(const struct command *command)
{
	for (int i = 0; i < 2; i++)
		if (command->operands[i] == OPERAND_TEXT)
			return i;
	return -1;
}

int call_project(struct call *call, int i, struct place *ret, struct err *e)
{
	return place_find(&call->gtd, call->operands[i], call->command->states,
			  ret, e);
}

char *call_text(const struct call *call, int first)
{
	SCOPED_BUF struct buf raw = { 0 };
	SCOPED_BUF struct buf shown = { 0 };

	for (int i = first; i < call->count; i++)
		buf_addf(&raw, "%s%s", i > first ? " " : "", call->operands[i]);
	capture_clean(buf_text(&raw), raw.len_bytes, &shown);
	return buf_give(&shown);
}

int call_text_needed(const struct call *call, int first, char **ret,
		     struct err *e)
{
	SCOPED_TEXT char *text = call_text(call, first);

	if (text == NULL || text[strspn(text, " ")] == '\0')
		return err_usage(e, "%s: the text is empty",
				 call->command->name);
	*ret = text_give(&text);
	return 0;
}
