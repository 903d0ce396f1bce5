/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/options.h"

#include <string.h>

#include "core/log.h"

int option_share(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;

	return shares_add(&set->shares, value, e);
}

int option_env(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;

	if (value[0] == '=' || value[0] == '\0')
		return err_usage(e, "env: '%s' is not NAME[=VALUE]", value);
	if (set->env_count >= COUNT_OF(set->env))
		return err_usage(e, "env: more than %zu", COUNT_OF(set->env));
	set->env[set->env_count++] = value;
	return 0;
}

int option_publish(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;

	return ports_add(&set->ports, value, e);
}

int option_map(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;
	struct idmap check = { 0 };
	int rc = idmap_add(&check, value, e);

	if (rc == 0)
		buf_addf(&set->map, "%s%s", set->map.len_bytes > 0 ? " " : "",
			 value);
	return rc;
}
