/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "project/directory/follow_on.h"

#include <string.h>

#include "core/log.h"
#include "project/directory/git.h"
#include "project/directory/place.h"
#include "project/directory/workspaces.h"

/* The functions that follow a project's move, in order. */
static follow_on_move_fn *const follow_on_moves[] = { workspaces_follow };

void follow_on_move(const struct gtd *gtd, const char *from_path,
		    const char *to_path)
{
	struct place from, to;
	struct project_move move;

	if (!place_of_path(from_path, &from) || !place_of_path(to_path, &to))
		return;
	move = (struct project_move){
		.from_state = from.state,
		.to_state = to.state,
		.from_name = from.name,
		.to_name = to.name,
		.from_path = from_path,
		.to_path = to_path,
	};
	for (size_t i = 0; i < COUNT_OF(follow_on_moves); i++) {
		struct err e = { 0 };

		if (follow_on_moves[i](gtd, &move, &e) < 0)
			log_warn_failure(&e);
	}
}

void follow_on_change(const struct gtd *gtd, const char *what,
		      const char *const *paths, size_t path_count)
{
	struct err e = { 0 };

	if (gtd->settings->commit &&
	    git_commit(gtd, what, paths, path_count, &e) < 0) {
		err_wrap(&e, "not committed");
		log_warn_failure(&e);
	}
}
