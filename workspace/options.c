/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/options.h"

#include <string.h>

#include "core/log.h"

enum { CPUS_MAX = 8192 };

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

/* "1.5", with a point in every language. */
int option_cpus(void *settings, const char *value, struct err *e)
{
	struct settings *set = settings;
	unsigned whole = 0, hundredths = 0, digits = 0;
	const char *at = value;

	for (; *at >= '0' && *at <= '9' && whole <= CPUS_MAX; at++)
		whole = whole * 10 + (unsigned)(*at - '0');
	if (at != value && *at == '.')
		for (at++; *at >= '0' && *at <= '9' && digits < 2; at++)
			hundredths += (unsigned)(*at - '0') *
				      (digits++ == 0 ? 10 : 1);
	set->limits.cpu_percent = whole * 100 + hundredths;
	if (*at != '\0' || whole > CPUS_MAX || set->limits.cpu_percent == 0)
		return err_usage(e,
				 "cpus: '%s' is not a number from 0.01 to %d",
				 value, CPUS_MAX);
	return 0;
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
