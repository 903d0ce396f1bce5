/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * own.h - formats of one's own, JSON lines and feeds. Private to core/message.
 */
#ifndef CORE_MESSAGE_OWN_H
#define CORE_MESSAGE_OWN_H

#include "core/err.h"
#include "core/json.h"
#include "core/message/grammar.h"

/* What a line may be asked for, in the order that own.c names them. */
enum own_field {
	OWN_TIME,
	OWN_DATE,
	OWN_NICK,
	OWN_CHANNEL,
	OWN_KIND,
	OWN_TEXT,
	OWN_TARGET,
	OWN_NETWORK,
	OWN_ID,
	OWN_FIELDS
};

struct own_line;
int own_line_new(const char *expression, struct own_line **ret,
		 struct err *e) MUST_CHECK;
void own_line_free(struct own_line *own);
bool own_line_read(const struct own_line *own, struct cursor line,
		   struct message *ret);

struct own_json;
int own_json_new(const char *keys, struct own_json **ret,
		 struct err *e) MUST_CHECK;
void own_json_free(struct own_json *own);
/*
 * own NULL: the usual names. *json holds the texts of *ret; what it held
 * before is freed. FIT_LOOSE: an object, but not of a message.
 */
enum fit own_json_read(const struct own_json *own, struct cursor line,
		       struct json **json, struct message *ret);

/* sfeed(5): an item a line; without its title the link, KIND_OTHER if empty. */
enum fit own_feed_read(struct cursor line, struct message *ret);

#endif
