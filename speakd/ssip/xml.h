/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * xml.h - tags, attributes and entities, as clients write them.
 *
 * A reading position moves over tags and characters. Nothing is refused: what
 * is no tag is text. No entity is ever defined by a text, so none can grow.
 */
#ifndef SPEAKD_SSIP_XML_H
#define SPEAKD_SSIP_XML_H

#include "core/buf.h"

struct xml {
	const char *at, *end;
	/* No "-->", or "]]>", is left: none need be looked for. */
	bool comments_ended, data_ended;
};

struct xml_tag {
	const char *name; /* "" of comments and declarations */
	size_t name_bytes;
	const char *attributes, *end;
	bool closes, is_empty; /* </x>, <x/> */
	/* <![CDATA[...]]>: its text, else NULL. */
	const char *data;
	size_t data_bytes;
};

bool xml_is_blank(char c);

/* At "<": read a tag and go on after it. False, nothing read: it is text. */
bool xml_read_tag(struct xml *xml, struct xml_tag *ret);
/* The value of an attribute, its entities decoded; false: it has none. */
bool xml_attribute(const struct xml_tag *tag, const char *name,
		   struct buf *value);
/* Add the character or entity that is next. */
void xml_read_char(struct xml *xml, struct buf *out);

#endif
