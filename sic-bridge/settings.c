/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/settings.h"

#include <netdb.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "core/buf.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/paths.h"

/* ---- values with a grammar of their own ---------------------------------- */

/* "#a, #b key": channels separated by commas, each with its key. */
static int add_channels(void *data, const char *value, struct err *e)
{
	struct settings *settings = data;

	while (*value != '\0') {
		size_t len = strcspn(value, ",");
		const char *start = value + strspn(value, " \t,");
		const char *end = value + len;

		while (end > start && strchr(" \t", end[-1]) != NULL)
			end--;
		value += len + (value[len] == ',');
		if (start >= end)
			continue;
		if (settings->channel_count == SETTINGS_CHANNELS_MAX)
			return err_usage(e, "join: more than %d channels",
					 SETTINGS_CHANNELS_MAX);
		settings->channels[settings->channel_count++] =
			mem_text(start, (size_t)(end - start));
	}
	return 0;
}

static int add_on_connect(void *data, const char *value, struct err *e)
{
	struct settings *settings = data;

	if (settings->on_connect_count == SETTINGS_ON_CONNECT_MAX)
		return err_usage(e, "on-connect: more than %d lines",
				 SETTINGS_ON_CONNECT_MAX);
	if (value[0] == '\0' || strpbrk(value, "\r\n") != NULL ||
	    strlen(value) > 510)
		return err_usage(e, "on-connect: not a line of IRC");
	settings->on_connect[settings->on_connect_count++] = mem_copy(value);
	return 0;
}

/* ---- the table ----------------------------------------------------------- */

#define FIELD(name) offsetof(struct settings, name)

/* clang-format off */
static const struct opt options[] = {
	{ .kind = OPT_HEAD, .help = "As in sic" },
	{ 'h', "host", OPT_TEXT, FIELD(host), 0, 0, "HOST", "irc.oftc.net",
	  "server to connect to", NULL, "", false },
	{ 'p', "port", OPT_TEXT, FIELD(port), 0, 0, "PORT", NULL,
	  "its port, number or service (6697; with --plain 6667)", NULL, "",
	  false },
	{ 'n', "nick", OPT_TEXT, FIELD(nick), 0, 0, "NICK", NULL,
	  "nick to use ($USER)", NULL, "", false },
	{ 'k', "password", OPT_TEXT, FIELD(password), 0, 0, "PASSWORD", NULL,
	  "server's password, or SASL's", NULL, "", false },

	{ .kind = OPT_HEAD, .help = "Lines" },
	{ 'j', "join", OPT_CALL, 0, 0, 0, "CHANNEL", NULL,
	  "join CHANNEL, or \"CHANNEL KEY\"; repeatable", add_channels, "",
	  false },
	{ 'i', "input", OPT_TEXT, FIELD(input), 0, 0, "FIFO", NULL,
	  "read commands from FIFO, made if missing", NULL, "@file", false },
	{ 'o', "output", OPT_TEXT, FIELD(output), 0, 0, "FILE", NULL,
	  "append lines to FILE instead of standard output", NULL, "@file",
	  false },
	{ 0, "format", OPT_CHOICE, FIELD(format), 0, 0, "FORMAT", "sic",
	  "sic's lines, or json: one object a line", NULL, "sic json", false },
	{ 0, "state", OPT_FLAG, FIELD(state), 0, 0, NULL, NULL,
	  "in sic's format too: lines about your own state (lost, kicked ...)",
	  NULL, "", false },
	{ 0, "human", OPT_FLAG, FIELD(human), 0, 0, NULL, NULL,
	  "on a terminal: edit lines, complete, and have more commands", NULL,
	  "", false },
	{ 0, "network-name", OPT_FLAG, FIELD(network_name), 0, 0, NULL, NULL,
	  "in sic's format: the network's name before each line", NULL, "",
	  false },
	{ 0, "formatting", OPT_CHOICE, FIELD(formatting), 0, 0, "HOW", "auto",
	  "mIRC codes: keep, strip, or auto", NULL,
	  "auto keep strip", false },
	{ 0, "charset", OPT_TEXT, FIELD(charset), 0, 0, "NAME", "cp1252",
	  "how to read lines that are not UTF-8", NULL,
	  "cp1252 latin1 raw iso-8859-15 koi8-r", false },

	{ .kind = OPT_HEAD, .help = "Identity" },
	{ 0, "user", OPT_TEXT, FIELD(user), 0, 0, "NAME", NULL,
	  "user name (the nick)", NULL, "", false },
	{ 0, "realname", OPT_TEXT, FIELD(realname), 0, 0, "NAME", NULL,
	  "real name (the nick)", NULL, "", false },
	{ 0, "sasl", OPT_CHOICE, FIELD(sasl), 0, 0, "HOW", "none",
	  "log in with a password (scram-sha-256, plain) or certificate",
	  NULL, "none plain external scram-sha-256", false },
	{ 0, "sasl-user", OPT_TEXT, FIELD(sasl_user), 0, 0, "NAME", NULL,
	  "account to log in to (the nick)", NULL, "", false },
	{ 0, "sasl-optional", OPT_FLAG, FIELD(sasl_optional), 0, 0, NULL, NULL,
	  "go on when the login fails", NULL, "", false },
	{ 0, "password-file", OPT_TEXT, FIELD(password_file), 0, 0, "FILE",
	  NULL, "password: first line of FILE, which only you may read", NULL,
	  "@file", false },
	{ 0, "password-command", OPT_TEXT, FIELD(password_command), 0, 0,
	  "COMMAND", NULL, "password: first line that COMMAND prints", NULL,
	  "@command", false },
	{ 0, "on-connect", OPT_CALL, 0, 0, 0, "LINE", NULL,
	  "send LINE as it is after connecting; repeatable, never shown",
	  add_on_connect, "", false },
	{ 0, "regain", OPT_UINT, FIELD(regain_s), 0, 86400, "SECONDS", "60",
	  "ask this often whether the nick is free again, 0 never", NULL, "",
	  false },
	{ 0, "quit-message", OPT_TEXT, FIELD(quit_message), 0, 0, "TEXT", "",
	  "what is said on leaving", NULL, "", false },
	{ 0, "ctcp-reply", OPT_FLAG, FIELD(ctcp_reply), 0, 0, NULL, NULL,
	  "answer CTCP VERSION and PING, one in ten seconds", NULL, "", false },

	{ .kind = OPT_HEAD, .help = "Security" },
	{ 0, "plain", OPT_FLAG, FIELD(plain), 0, 0, NULL, NULL,
	  "no TLS", NULL, "", false },
	{ 0, "ca-file", OPT_TEXT, FIELD(ca_file), 0, 0, "FILE", NULL,
	  "trust the certificates in FILE, not the system's", NULL, "@file",
	  false },
	{ 0, "fingerprint", OPT_TEXT, FIELD(fingerprint), 0, 0, "SHA256", NULL,
	  "trust only the server certificate with this SHA-256", NULL, "",
	  false },
	{ 0, "server-name", OPT_TEXT, FIELD(server_name), 0, 0, "NAME", NULL,
	  "name in the server's certificate (HOST)", NULL, "", false },
	{ 0, "certificate", OPT_TEXT, FIELD(certificate), 0, 0, "FILE", NULL,
	  "client certificate (PEM)", NULL, "@file", false },
	{ 0, "key", OPT_TEXT, FIELD(key), 0, 0, "FILE", NULL,
	  "its private key (the certificate's file)", NULL, "@file", false },
	{ 0, "sts", OPT_BOOL, FIELD(sts), 0, 0, "yes|no", "yes",
	  "honour strict transport security", NULL, "yes no", false },
	{ 0, "confine", OPT_BOOL, FIELD(confine), 0, 0, "yes|no", "yes",
	  "give up opening files and starting programs", NULL, "yes no",
	  false },

	{ .kind = OPT_HEAD, .help = "Connection" },
	{ 0, "proxy", OPT_TEXT, FIELD(proxy), 0, 0, "URL", NULL,
	  "socks5://[USER:PASSWORD@]HOST[:PORT] ($ALL_PROXY)", NULL, "",
	  false },
	{ 0, "reconnect", OPT_BOOL, FIELD(reconnect), 0, 0, "yes|no", "yes",
	  "connect again when the connection is lost", NULL, "yes no", false },
	{ 0, "reconnect-max", OPT_UINT, FIELD(reconnect_max_s), 1, 86400,
	  "SECONDS", "300", "longest wait between two attempts", NULL, "",
	  false },
	{ 0, "stable", OPT_UINT, FIELD(stable_s), 0, 86400, "SECONDS", "60",
	  "up this long, the waits begin anew", NULL, "", false },
	{ 0, "connect-timeout", OPT_UINT, FIELD(connect_timeout_s), 1, 3600,
	  "SECONDS", "30", "longest wait for an address, TLS, registration",
	  NULL, "", false },
	{ 0, "ping-interval", OPT_UINT, FIELD(ping_interval_s), 1, 86400,
	  "SECONDS", "90", "ask a silent server after this long", NULL, "",
	  false },
	{ 0, "ping-timeout", OPT_UINT, FIELD(ping_timeout_s), 1, 86400,
	  "SECONDS", "60", "and give it up after this much more", NULL, "",
	  false },
	{ 0, "flood-burst", OPT_UINT, FIELD(flood_burst), 1, 1000, "LINES",
	  "5", "lines sent at once", NULL, "", false },
	{ 0, "flood-interval", OPT_UINT, FIELD(flood_interval_ms), 0, 60000,
	  "MS", "2000", "then one each MS milliseconds, 0 no limit", NULL, "",
	  false },
	{ 0, "history", OPT_BOOL, FIELD(history), 0, 0, "yes|no", "yes",
	  "ask for what was said while disconnected", NULL, "yes no", false },

	{ .kind = OPT_HEAD, .help = "Other" },
	{ 0, "all", OPT_FLAG, FIELD(all), 0, 0, NULL, NULL,
	  "run every [NETWORK] of the configuration, with its name in front",
	  NULL, "", true },
	{ 'c', "config", OPT_TEXT, FIELD(config), 0, 0, "FILE", NULL,
	  "read FILE instead of the user's sic-bridge.conf", NULL, "@file",
	  true },
	{ 0, "check-config", OPT_FLAG, FIELD(check_config), 0, 0, NULL, NULL,
	  "report every mistake in the configuration and stop", NULL, "", true },
	{ 0, "list-networks", OPT_FLAG, FIELD(list_networks), 0, 0, NULL, NULL,
	  "show each [NETWORK] of the configuration and stop", NULL, "", true },
	{ 0, "verbose", OPT_FLAG, FIELD(verbose), 0, 0, NULL, NULL,
	  "report on standard error what the connection does", NULL, "", false },
};
/* clang-format on */

static const struct opts sic_bridge_opts = {
	.prog = "sic-bridge",
	.usage = "[-h HOST] [-p PORT] [-n NICK] [-k PASSWORD] [-j CHANNEL]...\n"
		 "[-i FIFO] [-o FILE] [options] [NETWORK | --all]",
	.about = "IRC as lines: sic's commands in, sic's lines out, over TLS.",
	.list = options,
	.count = COUNT_OF(options),
	.version_letter = 'v',
};

/* ---- files, environment, command line ------------------------------------ */

struct load {
	struct settings *settings;
	/* What other sections say is only checked. */
	struct settings *others;
	bool found; /* the section of settings->network */
};

/* Each name once, in the order of the files. */
static int note_section(struct settings *s, const char *name, struct err *e)
{
	for (size_t i = 0; i < s->section_count; i++)
		if (strcmp(s->sections[i], name) == 0)
			return 0;
	if (s->section_count == SETTINGS_NETWORKS_MAX)
		return err_usage(e, "more than %d networks",
				 SETTINGS_NETWORKS_MAX);
	s->sections[s->section_count++] = mem_copy(name);
	return 0;
}

static int on_section(void *data, const char *section, const char *key,
		      const char *value, struct err *e)
{
	struct load *load = data;
	const struct opt *opt = opts_find(&sic_bridge_opts, key);
	bool mine = load->settings->network != NULL &&
		    strcmp(section, load->settings->network) == 0;

	if (opt == NULL || opt->command_line_only)
		return err_usage(e, "unknown key '%s'", key);
	load->found = load->found || mine;
	if (note_section(load->settings, section, e) < 0)
		return -e->code;
	return opts_apply(&sic_bridge_opts,
			  mine ? load->settings : load->others, key, value, e);
}

/*
 * opts_load() hands one pointer to both its own keys and to the section
 * function, and a section's value must win over the general part wherever it
 * stands: each file is read twice, the general part first.
 */
static struct load *current_load;

static int section_in_second_pass(void *settings, const char *section,
				  const char *key, const char *value,
				  struct err *e)
{
	(void)settings;
	return on_section(current_load, section, key, value, e);
}

static int section_in_first_pass(void *settings, const char *section,
				 const char *key, const char *value,
				 struct err *e)
{
	(void)settings;
	(void)section;
	(void)key;
	(void)value;
	(void)e;
	return 0;
}

static void report_problem(void *data, const char *path, unsigned line,
			   const char *text)
{
	(void)data;
	fprintf(stderr, "sic-bridge: %s:%u: %s\n", path, line, text);
}

/*
 * A file that nobody asked for by name may be missing. Mistakes are reported by
 * the second pass, which sees all of them.
 */
static int load_file(struct load *load, const char *path, bool must_exist,
		     struct err *e)
{
	struct settings scratch = { 0 };
	struct err first = { 0 };
	int rc;

	rc = opts_load(&sic_bridge_opts, path, load->settings,
		       section_in_first_pass, NULL, NULL, &first);
	if (rc == -ENOENT && !must_exist)
		return 0;
	current_load = load;
	rc = opts_load(&sic_bridge_opts, path, &scratch, section_in_second_pass,
		       report_problem, NULL, e);
	settings_fini(&scratch);
	if (rc < 0)
		e->usage = true; /* unreadable is wrong configuration too */
	return rc;
}

/* "unknown network 'libra', expected libera or oftc" */
static int unknown_network(const struct settings *s, const char *path,
			   struct err *e)
{
	SCOPED_BUF struct buf known = { 0 };

	if (s->section_count == 0)
		return err_usage(e, "unknown network '%s': %s has no [NETWORK]",
				 s->network, path);
	for (size_t i = 0; i < s->section_count; i++)
		buf_addf(&known, "%s%s",
			 i == 0			    ? ""
			 : i + 1 < s->section_count ? ", "
						    : " or ",
			 s->sections[i]);
	return err_usage(e, "unknown network '%s', expected %s", s->network,
			 buf_text(&known));
}

static int load_files(struct load *load, const char *user_path, struct err *e)
{
	SCOPED_TEXT char *system_path = path_system_config("sic-bridge.conf");
	SCOPED_TEXT char *usual = path_config("sic-bridge.conf");
	const char *path = user_path != NULL ? user_path : usual;

	if (load_file(load, system_path, false, e) < 0)
		return -e->code;
	if (load_file(load, path, user_path != NULL, e) < 0)
		return -e->code;
	if (load->settings->network != NULL && !load->found)
		return unknown_network(load->settings, path, e);
	return 0;
}

/* Which NETWORK the command line names, without applying anything. */
static int find_network(int argc, char **argv, char **ret, struct err *e)
{
	struct settings scratch = { 0 };
	char **copy = mem_resize(NULL, (size_t)argc + 1, sizeof(*copy));
	int first = argc, rc;

	for (int i = 0; i <= argc; i++)
		copy[i] = argv[i];
	rc = opts_parse(&sic_bridge_opts, argc, copy, false, &scratch, &first,
			e);
	if (rc == OPTS_GO && first + 1 < argc)
		rc = err_usage(e, "unexpected operand '%s'", copy[first + 1]);
	if (rc == OPTS_GO && first < argc)
		*ret = mem_copy(copy[first]);
	settings_fini(&scratch);
	free(copy);
	return rc;
}

/* sic's default: $USER, else "unknown". */
static char *default_nick(void)
{
	const char *user = getenv("USER");
	const struct passwd *pw;

	if (user == NULL || user[0] == '\0') {
		pw = getpwuid(getuid());
		user = pw != NULL ? pw->pw_name : "unknown";
	}
	return mem_copy(user);
}

/* What goes into a line of the protocol must not end it, or split it. */
static int check_word(const char *name, const char *value, const char *bad,
		      struct err *e)
{
	if (value == NULL)
		return 0;
	if (strpbrk(value, "\r\n") != NULL ||
	    (bad != NULL && (value[0] == '\0' || value[0] == ':' ||
			     strpbrk(value, bad) != NULL)))
		return err_usage(e, "%s: '%s' cannot be used on IRC", name,
				 value);
	return 0;
}

static int check(const struct settings *s, struct err *e)
{
	uint16_t port;

	if (check_word("nick", s->nick, " ,!@*", e) < 0 ||
	    check_word("user", s->user, " @", e) < 0 ||
	    check_word("realname", s->realname, NULL, e) < 0 ||
	    check_word("password", s->password, NULL, e) < 0 ||
	    check_word("quit-message", s->quit_message, NULL, e) < 0 ||
	    check_word("host", s->host, " ", e) < 0)
		return -e->code;
	if (s->sasl == SASL_EXTERNAL && (s->plain || s->certificate == NULL))
		return err_usage(e, "sasl: external needs TLS and a "
				    "certificate");
	if (sasl_has_password(s->sasl) && s->password == NULL &&
	    s->password_file == NULL && s->password_command == NULL)
		return err_usage(e, "sasl: %s needs a password",
				 s->sasl == SASL_PLAIN ? "plain"
						       : "scram-sha-256");
	return settings_port(s, &port, e);
}

static void fill_defaults(struct settings *s)
{
	const char *proxy = getenv("ALL_PROXY");

	/* Asked for in the configuration it holds for terminals only. */
	s->human = s->human && s->input == NULL && isatty(STDIN_FILENO);
	s->state = s->state || s->human;
	if (s->nick == NULL)
		s->nick = default_nick();
	if (s->user == NULL)
		s->user = mem_copy(s->nick);
	if (s->realname == NULL)
		s->realname = mem_copy(s->nick);
	if (s->sasl_user == NULL)
		s->sasl_user = mem_copy(s->nick);
	if (s->server_name == NULL)
		s->server_name = mem_copy(s->host);
	if (s->proxy == NULL && proxy != NULL && proxy[0] != '\0')
		s->proxy = mem_copy(proxy);
}

int settings_load(struct settings *settings, int argc, char **argv,
		  struct err *e)
{
	struct settings others = { 0 };
	struct load load = { .settings = settings, .others = &others };
	int first, rc;

	rc = find_network(argc, argv, &settings->network, e);
	if (rc != OPTS_GO)
		return rc;
	opts_defaults(&sic_bridge_opts, settings);
	rc = load_files(&load,
			opts_peek(&sic_bridge_opts, argc, argv, "config"), e);
	settings_fini(&others);
	if (rc < 0 || opts_env(&sic_bridge_opts, settings, e) < 0)
		return -e->code;
	rc = opts_parse(&sic_bridge_opts, argc, argv, false, settings, &first,
			e);
	if (rc != OPTS_GO)
		return rc;
	fill_defaults(settings);
	if (settings->all && settings->network != NULL)
		return err_usage(e, "all: unexpected operand '%s'",
				 settings->network);
	if (check(settings, e) < 0)
		return -e->code;
	return settings->check_config || settings->list_networks ? OPTS_STOP
								 : OPTS_GO;
}

void settings_fini(struct settings *settings)
{
	opts_fini(&sic_bridge_opts, settings);
	for (size_t i = 0; i < settings->channel_count; i++)
		free(settings->channels[i]);
	settings->channel_count = 0;
	for (size_t i = 0; i < settings->on_connect_count; i++)
		free(settings->on_connect[i]);
	settings->on_connect_count = 0;
	for (size_t i = 0; i < settings->section_count; i++)
		free(settings->sections[i]);
	settings->section_count = 0;
	free(settings->network);
	settings->network = NULL;
}

int settings_port(const struct settings *settings, uint16_t *ret, struct err *e)
{
	const char *port = settings->port;
	const struct servent *service;
	unsigned n;

	if (port == NULL || port[0] == '\0') {
		*ret = settings->plain ? 6667 : 6697;
		return 0;
	}
	if (port[0] >= '0' && port[0] <= '9') {
		if (opt_uint("port", port, 1, 65535, &n, e) < 0)
			return -e->code;
		*ret = (uint16_t)n;
		return 0;
	}
	service = getservbyname(port, "tcp");
	if (service == NULL)
		return err_usage(e,
				 "unknown port '%s', expected a number or a "
				 "service",
				 port);
	*ret = ntohs((uint16_t)service->s_port);
	return 0;
}
