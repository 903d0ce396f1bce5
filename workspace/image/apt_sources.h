/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * apt_sources.h - which archive apt gets a suite from: sources.list(5). Pure.
 */
#ifndef WORKSPACE_APT_SOURCES_H
#define WORKSPACE_APT_SOURCES_H

#include "core/base.h"

/* All-zero is none. Both are owned. */
struct apt_source {
	char *uri; /* http or https, without a password */
	char *keyring; /* a file; NULL: what apt trusts anyway */
};
void apt_source_fini(struct apt_source *source);
#define SCOPED_APT_SOURCE ON_SCOPE_EXIT(apt_source_fini)

/*
 * The first archive in text that has programs of a Debian suite in its
 * component main; suite NULL: of any release, for a suite that is not listed.
 * deb822 tells the format: ".sources" files, not ".list" files. Entries that
 * are switched off, or signed by other keys than Debian's, are passed over:
 * others use Debian's names of suites too. So are URIs that hold a password,
 * which a workspace would get to see.
 *
 * errors: false when there is none; what cannot be read is passed over.
 * memory: *ret is the caller's, written only with true.
 */
bool apt_sources_find(const char *text, bool deb822, const char *suite,
		      struct apt_source *ret);

#endif
