/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* sic-bridge - IRC as lines: settings, then one bridge or several networks. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "core/files.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/paths.h"
#include "sic-bridge/bridge/bridge.h"
#include "sic-bridge/irc/charset.h"
#include "sic-bridge/confine.h"
#include "sic-bridge/bridge/input.h"
#include "sic-bridge/listing.h"
#include "sic-bridge/networks.h"
#include "sic-bridge/secrets.h"
#include "sic-bridge/settings.h"

/* Everything that is opened before the process gives up opening things. */
struct resources {
	struct link_config link;
	struct proxy proxy;
	struct tls *tls;
	struct charset *charset;
	struct sts *sts;
	char *password;
	int input, output;
	struct opener *opener;
	struct loop *loop;
	struct bridge *bridge;
	struct watch *signals[3];
};

static int open_output(const char *path, struct err *e)
{
	int fd;

	if (path == NULL)
		return STDOUT_FILENO;
	fd = opener_append(path);
	return fd >= 0 ? fd : err_set(e, errno, "open %s", path);
}

/* Without TLS a policy may still ask for it later. */
static int open_tls(const struct settings *s, struct resources *r,
		    struct err *e)
{
	const struct tls_config config = { s->ca_file, s->certificate, s->key,
					   s->fingerprint };
	struct err why = { 0 };

	if (s->sts) {
		r->sts = sts_open(s->host, &why);
		if (why.code != 0)
			log_failure(&why);
	}
	if (s->plain && r->sts == NULL)
		return 0;
	r->tls = tls_new(&config, e);
	if (r->tls != NULL)
		return 0;
	if (!s->plain)
		return -e->code;
	log_warn("strict transport security is off: %s", e->text);
	*e = (struct err){ 0 };
	sts_close(r->sts);
	r->sts = NULL;
	return 0;
}

static int open_all(const struct settings *s, struct resources *r,
		    struct err *e)
{
	r->input = r->output = -1;
	r->opener = opener_start(s->output, e);
	if (r->opener == NULL)
		return -e->code;
	if (settings_port(s, &r->link.port, e) < 0 ||
	    (s->proxy != NULL && proxy_parse(s->proxy, &r->proxy, e) < 0) ||
	    secret_get(s, &r->password, e) < 0 || open_tls(s, r, e) < 0)
		return -e->code;
	r->charset = charset_new(s->charset, e);
	if (r->charset == NULL)
		return -e->code;
	r->input = input_open(s->input, e);
	if (r->input < 0)
		return r->input;
	r->output = open_output(s->output, e);
	if (r->output < 0)
		return r->output;
	r->loop = loop_new(e);
	if (r->loop == NULL)
		return -e->code;
	r->link.settings = s;
	r->link.tls = r->tls;
	r->link.proxy = &r->proxy;
	r->link.opener = r->opener;
	r->link.charset = r->charset;
	r->link.password = r->password;
	r->link.sts = r->sts;
	return 0;
}

static void close_all(struct resources *r)
{
	for (size_t i = 0; i < COUNT_OF(r->signals); i++)
		watch_free(r->signals[i]);
	loop_free(r->loop);
	charset_free(r->charset);
	tls_free(r->tls);
	sts_close(r->sts);
	proxy_fini(&r->proxy);
	secret_free(r->password);
	if (r->input > STDERR_FILENO)
		close(r->input);
	if (r->output > STDERR_FILENO)
		close(r->output);
	opener_stop(r->opener);
}

/* After the file was moved away, as logrotate does. */
static void reopen_output(struct resources *r)
{
	struct err e = { 0 };
	int fd = opener_open(r->opener, OPENER_OUTPUT);

	if (fd < 0) {
		err_set(&e, -fd, "open %s anew", r->link.settings->output);
		log_failure(&e);
		return;
	}
	bridge_reopen(r->bridge, fd);
	close(r->output);
	r->output = fd;
}

/* A hang-up ends what is on a terminal, and means "anew" to a daemon. */
static void on_signal(int signo, void *data)
{
	struct resources *r = data;

	if (signo == SIGHUP && r->link.settings->output != NULL)
		reopen_output(r);
	else
		bridge_stop(r->bridge);
}

static int run(const struct settings *s, struct resources *r, struct err *e)
{
	struct bridge *bridge = bridge_new(r->loop, &r->link, r->input,
					   r->output, e);
	int rc;

	if (bridge == NULL)
		return -e->code;

	r->bridge = bridge;
	r->signals[0] = loop_signal(r->loop, SIGINT, on_signal, r);
	r->signals[1] = loop_signal(r->loop, SIGTERM, on_signal, r);
	r->signals[2] = loop_signal(r->loop, SIGHUP, on_signal, r);
	rc = s->confine ? confine(s->human, e) : 0;
	if (rc == 0) {
		bridge_start(bridge);
		rc = loop_run(r->loop, e);
	}
	if (rc == 0)
		rc = bridge_result(bridge, e);
	bridge_free(bridge);
	return rc;
}

int main(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct resources resources = { 0 };
	struct err e = { 0 };
	int rc;

	log_open("sic-bridge", LOG_LEVEL_WARN);
	standard_fds_open();
	signal(SIGPIPE, SIG_IGN);
	tzset(); /* reads its file now */
	rc = settings_load(&settings, argc, argv, &e);
	if (rc == OPTS_GO && settings.all) {
		rc = networks_run(&settings, argc, argv, &e);
		settings_fini(&settings);
		return rc < 0 ? log_exit(&e) : 0;
	}
	if (rc == OPTS_STOP && settings.list_networks &&
	    listing_print(&settings, &e) < 0)
		rc = -e.code;
	secret_hide(argc, argv, settings.password);
	if (rc == OPTS_GO) {
		if (settings.verbose)
			log_open("sic-bridge", LOG_LEVEL_INFO);
		rc = open_all(&settings, &resources, &e);
		if (rc == 0)
			rc = run(&settings, &resources, &e);
		close_all(&resources);
	}
	settings_fini(&settings);
	return rc < 0 ? log_exit(&e) : 0;
}
