/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * members.h - who the ids in an export of Slack are, as its users.json says.
 *
 * An export is users.json and a directory for each channel; its messages name
 * who speaks, and whom they mention, by ids.
 */
#ifndef SPEAKD_INPUT_MEMBERS_H
#define SPEAKD_INPUT_MEMBERS_H

#include "core/message/message.h"

struct members;

/* For a channel's file: of the users.json in the directory above its own, or
 * beside it. NULL: path is no .json, there is none, or it is none of Slack's.
 */
struct members *members_of(const char *path) MUST_CHECK;
void members_free(struct members *members);

/* The name of id, as long as members lives; "" when it is nobody's. */
struct span members_name(const struct members *members, struct span id);

/*
 * Add text to out with names in place of ids: "<@U12>" is "@alice",
 * "<#C12|general>" is "#general", "<https://a.example|a page>" the page and its
 * address.
 */
void members_resolve(const struct members *members, struct span text,
		     struct buf *out);

#endif
