/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * import.c - "speakctl import-speechd": speech-dispatcher's configuration as
 * lines for speakd.conf.
 *
 * Read are the files that are named, else the user's, else the system's, and
 * what they include. What has no counterpart is a comment, so that nothing goes
 * unnoticed. Source: speech-dispatcher's speechd.conf and its documentation.
 */
#include "speakd/ctl/ctl.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/files.h"
#include "core/mem.h"
#include "core/paths.h"

enum { FILE_MAX_BYTES = 1 << 20, DEPTH_MAX = 8, WORDS_MAX = 4 };

struct import {
	struct buf engines, clients, rest; /* what becomes of it */
	char *client; /* owned: the section it is in; NULL: everybody */
	char *begun; /* owned: the last section that was begun */
	unsigned depth;
};

/* The words of a line, quotes taken off. */
struct entry {
	char *words[WORDS_MAX]; /* owned; "" where there is none */
};

static void entry_fini(struct entry *entry)
{
	for (size_t i = 0; i < WORDS_MAX; i++)
		free(entry->words[i]);
}

static struct entry entry_of(const char *line)
{
	struct entry entry = { { NULL } };

	for (size_t i = 0; i < WORDS_MAX; i++) {
		char quote;
		size_t n;

		line += strspn(line, " \t");
		quote = *line == '"' || *line == '\'' ? *line : '\0';
		line += quote != '\0';
		n = quote != '\0'  ? strcspn(line, quote == '"' ? "\"" : "'")
		    : *line == '#' ? 0
				   : strcspn(line, " \t#");
		entry.words[i] = mem_text(line, n);
		line += n + (quote != '\0' && line[n] == quote);
	}
	return entry;
}

static int clamp(int value, int min, int max)
{
	return value < min ? min : value > max ? max : value;
}

/* SSIP's -100..100 in speakd's units. */
static int wpm_of(int rate)
{
	return rate < 0 ? 170 + rate * 90 / 100 : 170 + rate * 279 / 100;
}

static int pitch_of(int pitch)
{
	return (pitch + 100) * 99 / 200 + (pitch == 0);
}

static int percent_of(int volume)
{
	return (volume + 100) / 2;
}

static void add_client_value(struct import *import, const char *key,
			     const char *value)
{
	const char *client = import->client != NULL ? import->client : "*";

	if (import->begun == NULL || strcmp(import->begun, client) != 0) {
		free(import->begun);
		import->begun = mem_copy(client);
		buf_addf(&import->clients, "\n[client %s]\n", client);
	}
	buf_addf(&import->clients, "%s = %s\n", key, value);
}

struct option {
	const char *name, *key;
	int (*convert)(int value); /* of a number in -100..100; NULL: a word */
};

static const struct option options[] = {
	{ "DefaultRate", "rate", wpm_of },
	{ "DefaultPitch", "pitch", pitch_of },
	{ "DefaultPitchRange", "pitch-range", pitch_of },
	{ "DefaultVolume", "volume", percent_of },
	{ "DefaultVoiceType", "voice-type", NULL },
	{ "DefaultLanguage", "language", NULL },
	{ "DefaultPriority", "priority", NULL },
	{ "DefaultPunctuationMode", "punctuation", NULL },
	{ "DefaultCapLetRecognition", "capitals", NULL },
	{ "DefaultSpelling", "spelling", NULL },
	{ "DefaultPauseContext", "pause-context", NULL },
};

static void take_option(struct import *import, const struct option *option,
			const char *value)
{
	char number[16];
	size_t n = strlen(value);

	if (option->convert != NULL) {
		snprintf(number, sizeof(number), "%d",
			 option->convert(clamp((int)strtol(value, NULL, 10),
					       -100, 100)));
		value = number;
	}
	/* "On", "SOME" are lower case here; a language keeps its own. */
	if (strcmp(option->key, "language") != 0 && n < sizeof(number)) {
		for (size_t i = 0; i <= strlen(value); i++)
			number[i] = value[i] >= 'A' && value[i] <= 'Z'
					    ? (char)(value[i] | 0x20)
					    : value[i];
		value = number;
	}
	add_client_value(import, option->key, value);
}

/* AddModule "name" "binary" "configuration". */
static void take_module(struct import *import, const struct entry *entry)
{
	const char *program = entry->words[2];
	const char *config = entry->words[3];

	if (strcmp(program, "sd_espeak-ng") == 0 ||
	    strcmp(program, "sd_espeak") == 0)
		return;
	if (strcmp(program, "sd_generic") == 0)
		buf_addf(&import->engines,
			 "engine = module:%s /etc/speech-dispatcher/modules/%s"
			 "\n",
			 program, config);
	else
		buf_addf(&import->engines, "engine = module:%s\n",
			 *program != '\0' ? program : entry->words[1]);
}

/* The last engine is the default one. */
static void take_default_module(struct import *import, const char *name)
{
	if (strncmp(name, "espeak", 6) == 0)
		buf_add_text(&import->rest, "engine = espeak-ng\n");
	else
		buf_addf(&import->rest, "engine = module:%s\n", name);
}

static int read_file(struct import *import, const char *path, struct err *e);

static int take_include(struct import *import, const char *path,
			const char *pattern, struct err *e)
{
	const char *slash = strrchr(path, '/');
	SCOPED_TEXT char *dir =
		mem_text(path, slash != NULL ? (size_t)(slash - path) : 0);
	SCOPED_TEXT char *all = path_join(*dir != '\0' ? dir : ".", pattern);
	glob_t found = { .gl_pathc = 0 };
	int rc = 0;

	if (import->depth == DEPTH_MAX)
		return err_say(e, ELOOP, "%s: files include each other", path);
	if (glob(all, 0, NULL, &found) == 0)
		for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
			rc = read_file(import, found.gl_pathv[i], e);
	globfree(&found);
	return rc;
}

/* What says nothing here: logs, sockets, the symbols that are read anyway. */
static bool is_of_no_matter(const char *name)
{
	static const char *const names[] = {
		"LogLevel",
		"LogDir",
		"CommunicationMethod",
		"SocketPath",
		"Port",
		"LocalhostAccessOnly",
		"Timeout",
		"DisableAutoSpawn",
		"SymbolsPreproc",
		"SymbolsPreprocFile",
		"AudioOutputMethod",
		"AudioPulseDevice",
		"AudioPulseMinLength",
		"AudioALSADevice",
		"CustomLogFile",
		"MaxHistoryMessages",
		"DefaultClientName",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

static int take_entry(struct import *import, const char *path,
		      const struct entry *entry, struct err *e)
{
	const char *name = entry->words[0], *value = entry->words[1];

	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (strcasecmp(options[i].name, name) == 0) {
			take_option(import, &options[i], value);
			return 0;
		}
	if (strcasecmp(name, "BeginClient") == 0 ||
	    strcasecmp(name, "EndClient") == 0) {
		free(import->client);
		import->client = *value != '\0' ? mem_copy(value) : NULL;
	} else if (strcasecmp(name, "Include") == 0) {
		return take_include(import, path, value, e);
	} else if (strcasecmp(name, "AddModule") == 0) {
		take_module(import, entry);
	} else if (strcasecmp(name, "DefaultModule") == 0) {
		take_default_module(import, value);
	} else if (!is_of_no_matter(name)) {
		buf_addf(&import->rest, "# not taken over: %s %s %s\n", name,
			 value, entry->words[2]);
	}
	return 0;
}

static int read_file(struct import *import, const char *path, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	const char *at;
	int rc = file_read(AT_FDCWD, path, FILE_MAX_BYTES, &text, e);

	import->depth++;
	at = buf_text(&text);
	while (rc == 0 && *at != '\0') {
		size_t n = strcspn(at, "\r\n");
		SCOPED_TEXT char *line = mem_text(at, n);
		struct entry entry = entry_of(line);

		if (*entry.words[0] != '\0')
			rc = take_entry(import, path, &entry, e);
		entry_fini(&entry);
		at += n + (at[n] != '\0');
	}
	import->depth--;
	return rc;
}

static int read_theirs(struct import *import, struct err *e)
{
	SCOPED_TEXT char *own =
		path_config("../speech-dispatcher/speechd.conf");
	static const char system_file[] = "/etc/speech-dispatcher/speechd.conf";

	if (access(own, R_OK) == 0)
		return read_file(import, own, e);
	if (access(system_file, R_OK) == 0)
		return read_file(import, system_file, e);
	return err_say(e, ENOENT, "no speechd.conf in %s or /etc", own);
}

int ctl_import(struct ctl *ctl, struct err *e)
{
	struct import import = { .depth = 0 };
	int rc = ctl->argc > 0 ? read_file(&import, ctl->argv[0], e)
			       : read_theirs(&import, e);

	if (rc == 0) {
		printf("# From speech-dispatcher's configuration.\n%s%s%s",
		       buf_text(&import.engines), buf_text(&import.rest),
		       buf_text(&import.clients));
		if (fflush(stdout) != 0 || ferror(stdout))
			rc = err_set(e, errno, "write to standard output");
	}
	buf_fini(&import.engines);
	buf_fini(&import.clients);
	buf_fini(&import.rest);
	free(import.client);
	free(import.begun);
	return rc;
}
