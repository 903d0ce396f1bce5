/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * settings.h - the settings of sic-bridge: one option table for the command
 * line, the configuration file, the environment and --help.
 *
 * Order, the later wins: defaults, system file, user file, the [NETWORK]
 * section of either, environment, command line.
 */
#ifndef SIC_BRIDGE_SETTINGS_H
#define SIC_BRIDGE_SETTINGS_H

#include "core/opt.h"

enum output_format { OUTPUT_SIC, OUTPUT_JSON };
enum sasl_kind {
	SASL_NONE,
	SASL_PLAIN,
	SASL_EXTERNAL,
	SASL_SCRAM, /* SCRAM-SHA-256 */
};
enum formatting { FORMATTING_AUTO, FORMATTING_KEEP, FORMATTING_STRIP };

enum {
	SETTINGS_CHANNELS_MAX = 64,
	SETTINGS_ON_CONNECT_MAX = 16,
	SETTINGS_NETWORKS_MAX = 64
};

static inline bool sasl_has_password(enum sasl_kind kind)
{
	return kind == SASL_PLAIN || kind == SASL_SCRAM;
}

struct settings {
	char *network; /* the operand; NULL: none */
	bool all; /* every section is a network to run */
	char *sections[SETTINGS_NETWORKS_MAX]; /* owned: their names */
	size_t section_count;

	char *host, *port, *nick, *user, *realname;
	char *channels[SETTINGS_CHANNELS_MAX]; /* "#c" or "#c key"; owned */
	size_t channel_count;
	char *input, *output;
	enum output_format format;
	bool state, network_name, human;
	enum formatting formatting;
	char *charset;
	char *quit_message;

	bool plain;
	char *ca_file, *certificate, *key, *fingerprint, *server_name;
	bool sts;

	char *password, *password_file, *password_command;
	enum sasl_kind sasl;
	char *sasl_user;
	bool sasl_optional;
	char *on_connect[SETTINGS_ON_CONNECT_MAX]; /* owned */
	size_t on_connect_count;

	char *proxy;
	bool reconnect;
	unsigned reconnect_max_s, stable_s;
	unsigned connect_timeout_s, ping_interval_s, ping_timeout_s;
	unsigned regain_s;
	unsigned flood_burst, flood_interval_ms;
	bool ctcp_reply;
	bool history;
	bool confine;

	bool verbose;
	char *config;
	bool check_config, list_networks;
};

/*
 * Read files, environment and command line into settings (all-zero before).
 * Mistakes in the files go to standard error with file and line.
 *
 * errors: OPTS_GO; OPTS_STOP when --help, --version or --check-config was
 *         asked for and all is well; err_usage for a mistake anywhere.
 */
int settings_load(struct settings *settings, int argc, char **argv,
		  struct err *e) MUST_CHECK;
void settings_fini(struct settings *settings);

/*
 * The port as a number: the option, a service's name, or the usual one.
 * 0 or err_usage.
 */
int settings_port(const struct settings *settings, uint16_t *ret,
		  struct err *e) MUST_CHECK;

#endif
