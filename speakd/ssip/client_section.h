/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * client_section.h - [client PATTERN] sections: how a client of the socket is
 * said that sets nothing itself.
 *
 * PATTERN is compared with the client's name, "user:program:component", with
 * what follows the user, and with the program alone; * and ? stand for
 * anything. All sections that fit apply, in the order of the file.
 */
#ifndef SPEAKD_SSIP_CLIENT_SECTION_H
#define SPEAKD_SSIP_CLIENT_SECTION_H

#include "core/err.h"

enum { CLIENT_SETTINGS_MAX = 200 };

struct client_setting {
	char *pattern; /* owned */
	char *parameter; /* owned: "RATE 20", as SSIP's SET has it */
};

struct client_sections {
	struct client_setting list[CLIENT_SETTINGS_MAX];
	size_t count;
};

/* One key of the section called pattern, in speakd's own units. */
int client_sections_set(struct client_sections *sections, const char *pattern,
			const char *key, const char *value,
			struct err *e) MUST_CHECK;
void client_sections_fini(struct client_sections *sections);

/* Whether a setting is for the client of that name. */
bool client_setting_is_for(const struct client_setting *setting,
			   const char *client);

#endif
