/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/listing.h"

#include <stdio.h>

#include "core/mem.h"

/* What sic-bridge NAME would do, with the same configuration. */
static bool print_network(const struct settings *all, const char *name)
{
	SCOPED_TEXT char *config =
		all->config != NULL ? mem_printf("--config=%s", all->config)
				    : NULL;
	SCOPED_TEXT char *operand = mem_copy(name);
	static char program[] = "sic-bridge";
	static char end_of_options[] = "--";
	char *argv[5] = { program };
	struct settings one = { 0 };
	struct err why = { 0 };
	char text[ERR_TEXT_BYTES + 128];
	uint16_t port = 0;
	int argc = 1, rc;

	if (config != NULL)
		argv[argc++] = config;
	argv[argc++] = end_of_options;
	argv[argc++] = operand;
	rc = settings_load(&one, argc, argv, &why);
	if (rc == OPTS_GO)
		rc = settings_port(&one, &port, &why);
	if (rc == 0)
		printf("ok %s: %s port %u%s\n", name, one.host, port,
		       one.plain ? ", without TLS" : "");
	else
		printf("no %s: %s\n", name, err_text(&why, text, sizeof(text)));
	settings_fini(&one);
	return rc == 0;
}

int listing_print(const struct settings *settings, struct err *e)
{
	unsigned bad = 0;

	for (size_t i = 0; i < settings->section_count; i++)
		if (!print_network(settings, settings->sections[i]))
			bad++;
	if (bad == 0)
		return 0;
	return err_usage(e, "%u of %zu networks cannot be used", bad,
			 settings->section_count);
}
