/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * member.h - what the names of an archive's members mean: of an image, of a
 * whiteout, of nothing that may be unpacked.
 */
#ifndef WORKSPACE_MEMBER_H
#define WORKSPACE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base.h"
#include "core/err.h"

/* The layers of an image below the one that is unpacked, the topmost first. */
struct member_lowers {
	const int *dirs; /* borrowed */
	size_t count;
};

/* Without "./" in front; "" for the root directory itself. */
const char *member_plain_name(const char *name);

/* Why a name must not be used; NULL: it may be. */
const char *member_leads_out(const char *name);

/* -EINVAL and the reason, with the name. */
int member_refuse(struct err *e, const char *name, const char *why);

/*
 * Make the directories above name that a layer does not have itself, as those
 * of the layers below: their owner and mode. OCI's layer.md wants them in
 * the layer, but not all programs that make images put them there, and a layer
 * with no more than "tmp/x" must not close /tmp.
 */
int member_make_parents(const char *name, const struct member_lowers *lowers,
			struct err *e) MUST_CHECK;

/*
 * ".wh.NAME" in a layer of an OCI image deletes NAME of the layers below, and
 * ".wh..wh..opq" all of them in its directory (OCI image-spec, layer.md); what
 * else begins with ".wh..wh." is aufs's own and left out.
 * Returns 1 when name was one.
 */
int member_whiteout(const char *name, const struct member_lowers *lowers,
		    struct err *e) MUST_CHECK;

/* Names that an Incus image has, and a root file system has not. */
bool member_is_incus(const char *name);

/* "docker save", and podman's default: HEX.tar, HEX.json, HEX/layer.tar. */
bool member_is_docker(const char *name);

#endif
