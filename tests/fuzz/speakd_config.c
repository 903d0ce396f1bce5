/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * speakd_config.c - any bytes as a configuration file, read as speakd reads
 * it: a mistake has its text, nothing is read out of bounds, nothing leaks.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "core/files.h"
#include "core/mem.h"
#include "speakd/settings_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	SCOPED_FD int fd = memfd_create("conf", MFD_CLOEXEC);
	SCOPED_TEXT char *config = mem_printf("--config=/proc/self/fd/%d", fd);
	char name[] = "speakd";
	char *argv[] = { name, config, NULL };
	struct settings *settings = NULL;
	struct err e = { 0 };
	int first, rc;

	if (fd < 0 || write_all(fd, (const char *)bytes, len_bytes) < 0)
		abort();
	rc = settings_new(2, argv, &settings, &first, &e);
	if (rc < 0 && e.text[0] == '\0')
		abort();
	if (rc == 0)
		settings_free(settings);
	return 0;
}
