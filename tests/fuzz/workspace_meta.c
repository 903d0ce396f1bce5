/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* workspace_meta.c - whatever parses is printed so that it parses again. */
#include <string.h>

#include "workspace/ns/idmap.h"
#include "workspace/store/meta.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	SCOPED_META struct meta meta = { 0 };
	SCOPED_META struct meta again = { 0 };
	SCOPED_BUF struct buf first = { 0 };
	SCOPED_BUF struct buf second = { 0 };
	uint32_t start, count;

	(void)idmap_subid((const char *)bytes, len_bytes, "joe", 1000, &start,
			  &count);
	if (meta_parse((const char *)bytes, len_bytes, &meta, NULL) < 0)
		return 0;
	meta_print(&meta, &first);
	if (meta_parse(buf_text(&first), first.len_bytes, &again, NULL) < 0)
		abort();
	meta_print(&again, &second);
	if (first.len_bytes != second.len_bytes ||
	    memcmp(first.data, second.data, first.len_bytes) != 0)
		abort();
	return 0;
}
