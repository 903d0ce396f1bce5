/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/settings.h"

#include <string.h>

#include "core/mem.h"
#include "core/paths.h"
#include "speakd/queue/engine_list.h"
#include "speakd/queue/phrase.h"
#include "speakd/words/casting.h"

/* ---- options with a grammar of their own -------------------------------- */

static int set_events(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return wording_parse_events(value, &s->events, e);
}

static int set_without(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return wording_parse_rules(value, &s->without, e);
}

static int set_highlight(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	if (strcmp(value, "sound") != 0 && strcmp(value, "word") != 0)
		return err_usage(e, "highlight: neither sound nor word: '%s'",
				 value);
	s->highlight_word = strcmp(value, "word") == 0;
	return 0;
}

/* "NAME", or "NAME:ARGUMENT", which needs_arg asks for. */
static bool is_called(const char *value, const char *name, bool needs_arg)
{
	size_t n = strlen(name);

	if (strncmp(value, name, n) != 0)
		return false;
	return value[n] == ':' ? !needs_arg || value[n + 1] != '\0'
			       : value[n] == '\0' && !needs_arg;
}

static int set_output(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	if (strcmp(value, "auto") != 0 && !is_called(value, "pulse", false) &&
	    !is_called(value, "alsa", false) &&
	    !is_called(value, "wav", true) && strcmp(value, "null") != 0 &&
	    !is_called(value, "command", true))
		return err_usage(e,
				 "output: unknown output '%s', expected "
				 "auto, pulse[:SINK], alsa[:DEVICE], wav:FILE, "
				 "null or command:SHELL-COMMAND",
				 value);
	free(s->output);
	s->output = mem_copy(value);
	return 0;
}

static int set_engine(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	char *list;

	if ((strcmp(value, "espeak-ng") != 0 &&
	     !is_called(value, "command", true) &&
	     !is_called(value, "module", true) &&
	     !is_called(value, "pipe", true)) ||
	    strchr(value, '\n') != NULL)
		return err_usage(
			e,
			"engine: unknown engine '%s', expected "
			"espeak-ng, module:NAME, command:SHELL-COMMAND "
			"or pipe:SHELL-COMMAND",
			value);
	if (engine_list_count(s->engine != NULL ? s->engine : "") ==
	    ENGINES_MAX)
		return err_usage(e, "engine: more than %d", ENGINES_MAX);
	list = engine_list_with(s->engine != NULL ? s->engine : "", value);
	free(s->engine);
	s->engine = list;
	return 0;
}

static int set_output_file(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	(void)e;
	free(s->output);
	s->output = mem_printf("wav:%s", value);
	return 0;
}

static int add_follow(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	if (s->follow_count == SETTINGS_FOLLOW_MAX)
		return err_usage(e, "follow: more than %d files",
				 SETTINGS_FOLLOW_MAX);
	s->follow[s->follow_count++] = path_expand(value);
	return 0;
}

static int add_drop(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return rules_add_drop(s->rules, value, e);
}

static int add_keep(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return rules_add_keep(s->rules, value, e);
}

static int add_replace(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return rules_add_replace(s->rules, value, e);
}

static int add_ignore(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return rules_add_ignore(s->rules, value, e);
}

static int add_relay(void *data, const char *value, struct err *e)
{
	struct settings *s = data;

	return people_config_add_relay(&s->people, value, e);
}

/* ---- the table ---------------------------------------------------------- */

#define AT(field) offsetof(struct settings, field)
#define FORMATS                                                                \
	"auto plain json sfeed sic ii irssi weechat znc ubuntu meetbot "       \
	"limnoria supybot eggdrop hexchat xchat mirc thelounge irccloud "      \
	"konversation quassel textual catgirl soju matrix rcirc circe erc "    \
	"ircii epic tiny bip pidgin profanity gajim dino chatterino "          \
	"whatsapp zoom discord telegram slack teams subtitles syslog dmesg "   \
	"logcat logger weberror webaccess compiler tests named stamped line:"
#define EVENTS                                                                 \
	"message,action,notice,topic,private,state all join part quit nick "   \
	"mode kick numeric own"
#define WORDING                                                                \
	"nick voices actions meeting urls hashes symbols words emoji pastes "  \
	"highlight channel paths numbers markup places languages"

/* clang-format off */
static const struct opt options[] = {
	{ .kind = OPT_HEAD, .help = "The voice" },
	{ 'v', "voice", OPT_TEXT, AT(voice), 0, 0, "VOICE", "en-us",
	  "voice, as in espeak; --list-voices shows them", NULL, NULL, false },
	{ 's', "rate", OPT_UINT, AT(rate_wpm), 80, 900, "WPM", "220",
	  "words a minute", NULL, NULL, false },
	{ 'p', "pitch", OPT_UINT, AT(pitch), 0, 99, "PITCH", "50",
	  "pitch, 0 to 99", NULL, NULL, false },
	{ 'a', "volume", OPT_UINT, AT(volume_percent), 0, 200, "AMP", "100",
	  "amplitude in percent, 0 to 200", NULL, NULL, false },
	{ 0, "engine", OPT_CALL, 0, 0, 0, "ENGINE", "espeak-ng",
	  "espeak-ng, module:NAME (speech-dispatcher's), command:SHELL-COMMAND "
	  "(text in, WAV or PCM out) or pipe:SHELL-COMMAND (stays); repeatable",
	  set_engine, "espeak-ng module: command: pipe:", false },
	{ 0, "gap", OPT_UINT, AT(gap_ms), 0, 5000, "MS", "250",
	  "silence between lines; less when much waits", NULL, NULL, false },
	{ 0, "lead-in", OPT_UINT, AT(lead_in_ms), 0, 5000, "MS", "0",
	  "silence first, for a device that eats the first words", NULL, NULL,
	  false },
	{ 0, "channels", OPT_UINT, AT(channels), 1, 2, "N", "1",
	  "1 for mono, 2 for stereo", NULL, NULL, false },
	{ 'o', "output", OPT_CALL, 0, 0, 0, "OUT", "auto",
	  "auto, pulse[:SINK], alsa[:DEVICE], wav:FILE, null or "
	  "command:SHELL-COMMAND",
	  set_output, "auto pulse alsa wav: null command:", false },
	{ 'w', "wav", OPT_CALL, 0, 0, 0, "FILE", NULL,
	  "the same as --output=wav:FILE", set_output_file, "@file", true },

	{ .kind = OPT_HEAD, .help = "What is read" },
	{ 'F', "follow", OPT_CALL, 0, 0, 0, "FILE", NULL,
	  "follow FILE by name for ever; repeatable", add_follow, "@file",
	  false },
	{ 'N', "last", OPT_UINT, AT(last_lines), 0, 1000000, "N", "0",
	  "with --follow: begin N lines before the end", NULL, NULL, false },
	{ 'f', "format", OPT_TEXT, AT(format_spec), 0, 0, "FMT", "auto",
	  "how lines are written: a name, line:RE, or a [format] of yours",
	  NULL, FORMATS, false },

	{ .kind = OPT_HEAD, .help = "What is said" },
	{ 'e', "events", OPT_CALL, 0, 0, 0, "LIST",
	  "message,action,notice,topic,private,state",
	  "kinds of messages to say, or all", set_events, EVENTS, false },
	{ 'x', "drop", OPT_CALL, 0, 0, 0, "RE", NULL,
	  "do not say what matches", add_drop, NULL, false },
	{ 'k', "keep", OPT_CALL, 0, 0, 0, "RE", NULL,
	  "say what matches, whatever a later rule says", add_keep, NULL,
	  false },
	{ 0, "replace", OPT_CALL, 0, 0, 0, "/RE/TEXT/", NULL,
	  "say TEXT for what matches", add_replace, NULL, false },
	{ 0, "ignore", OPT_CALL, 0, 0, 0, "NICK", NULL,
	  "say nothing of NICK; * and ? stand for anything", add_ignore, NULL,
	  false },
	{ 0, "relay", OPT_CALL, 0, 0, 0, "NICK", NULL,
	  "NICK speaks for others: \"<who> text\" and \"who: text\"",
	  add_relay, NULL, false },
	{ 0, "nick", OPT_TEXT, AT(nick), 0, 0, "NICK", NULL,
	  "my nick: what is said to me is marked", NULL, NULL, false },
	{ 0, "highlight", OPT_CALL, 0, 0, 0, "HOW", "sound",
	  "mark what is said to me by a sound or a word", set_highlight,
	  "sound word", false },
	{ 0, "without", OPT_CALL, 0, 0, 0, "LIST", NULL,
	  "wording rules to switch off", set_without, WORDING, false },
	{ 0, "punctuation", OPT_CHOICE, AT(punctuation), 0, 0, "LEVEL", "some",
	  "how many symbols are named: none, some, most or all", NULL,
	  READING_PUNCTUATION, false },
	{ 0, "languages", OPT_TEXT, AT(tongues), 0, 0, "LIST", NULL,
	  "voices of the languages that are told apart: en-us,de,fr", NULL,
	  NULL, false },
	{ 0, "digits", OPT_CHOICE, AT(digits), 0, 0, "HOW", "words",
	  "numbers as words, as pairs of digits or as single digits", NULL,
	  READING_DIGITS, false },
	{ 0, "capitals", OPT_CHOICE, AT(capitals), 0, 0, "HOW", "none",
	  "capital letters unmarked, marked by a word, or by a sound", NULL,
	  READING_CAPITALS, false },

	{ .kind = OPT_HEAD, .help = "When too much waits" },
	{ 0, "catch-up-after", OPT_UINT, AT(catch_up_after_s), 0, 3600, "S",
	  "8", "speak faster when more seconds of speech wait; 0: never",
	  NULL, NULL, false },
	{ 0, "max-rate", OPT_UINT, AT(max_rate_wpm), 80, 900, "WPM", "340",
	  "how fast at most", NULL, NULL, false },
	{ 0, "skip-after", OPT_UINT, AT(skip_after_s), 0, 86400, "S", "40",
	  "skip lines when more seconds of speech wait; 0: never", NULL, NULL,
	  false },

	{ .kind = OPT_HEAD, .help = "Serving other programs" },
	{ 'S', "serve", OPT_FLAG, AT(serve), 0, 0, NULL, NULL,
	  "stay: read the [source NAME] sections, listen on the control socket",
	  NULL, NULL, true },
	{ 0, "alone", OPT_FLAG, AT(alone), 0, 0, NULL, NULL,
	  "speak here, even where another speakd serves", NULL, NULL, false },
	{ 0, "ssip", OPT_TEXT, AT(ssip), 0, 0, "WHOSE", NULL,
	  "speech-dispatcher: listen on its socket as well", NULL,
	  "speech-dispatcher", false },
	{ 0, "spawn", OPT_FLAG, AT(spawn), 0, 0, NULL, NULL,
	  "serve in the background until the last client has gone", NULL, NULL,
	  true },
	{ 0, "give-up", OPT_UINT, AT(give_up_s), 0, 86400, "S", "0",
	  "end after so many seconds without sound (0: never)",
	  NULL, NULL, true },
	{ 0, "communication-method", OPT_TEXT, AT(communication_method), 0, 0,
	  "HOW", "unix_socket", "unix_socket, or inet_socket on the loopback",
	  NULL, "unix_socket inet_socket", true },
	{ 0, "socket-path", OPT_TEXT, AT(socket_path), 0, 0, "PATH", NULL,
	  "listen on this socket", NULL, "@file", true },
	{ 0, "port", OPT_UINT, AT(port), 1, 65535, "PORT", "6560",
	  "port for inet_socket", NULL, NULL, true },

	{ .kind = OPT_HEAD, .help = "The program" },
	{ 0, "print", OPT_FLAG, AT(print), 0, 0, NULL, NULL,
	  "say nothing: print what would be said, one phrase a line", NULL,
	  NULL, true },
	{ 0, "show", OPT_FLAG, AT(show), 0, 0, NULL, NULL,
	  "print each phrase when it begins to be said", NULL, NULL, false },
	{ 0, "profile", OPT_TEXT, AT(profile), 0, 0, "NAME", NULL,
	  "a way of listening: meeting, focus, night, or one of the "
	  "configuration", NULL, "meeting focus night none", false },
	{ 'c', "config", OPT_TEXT, AT(config), 0, 0, "FILE", NULL,
	  "read this configuration file instead of the user's", NULL, "@file",
	  true },
	{ 0, "check-config", OPT_FLAG, AT(check_config), 0, 0, NULL, NULL,
	  "check the configuration and exit", NULL, NULL, true },
	{ 0, "list-voices", OPT_FLAG, AT(list_voices), 0, 0, NULL, NULL,
	  "list the voices and exit", NULL, NULL, true },
	{ 0, "doctor", OPT_FLAG, AT(doctor), 0, 0, NULL, NULL,
	  "report what works on this machine, and exit", NULL, NULL, true },
	{ 0, "json", OPT_FLAG, AT(json), 0, 0, NULL, NULL,
	  "with --doctor: print JSON, and say nothing", NULL, NULL, true },
	{ 0, "verbose", OPT_FLAG, AT(verbose), 0, 0, NULL, NULL,
	  "say more on standard error", NULL, NULL, false },
};
/* clang-format on */

const struct opts speakd_opts = {
	.prog = "speakd",
	.usage = "[options] [FILE...]",
	.about = "Say the lines of FILEs, of standard input, or of files that "
		 "grow.",
	.list = options,
	.count = COUNT_OF(options),
};

/* ---- the whole ---------------------------------------------------------- */

void settings_derive(struct settings *s)
{
	/* Voices cannot be read: why choose them. */
	if (s->print)
		s->without |= WORDING_VOICES;
	if ((s->without & WORDING_VOICES) == 0 && s->casting == NULL) {
		SCOPED_TEXT char *path = path_state("voices");

		s->casting = casting_new(path);
	}
	s->wording = (struct wording_config){
		.rules = WORDING_ALL & ~s->without,
		.events = s->events,
		.nick = s->nick,
		.voice = s->voice,
		.highlight_sound = !s->highlight_word,
		.punctuation = (enum punctuation)s->punctuation,
		.digits = (enum digits)s->digits,
		.capitals = (enum capitals)s->capitals,
		.languages = s->languages,
		.casting = s->casting,
		.tongue = s->tongue,
	};
	for (size_t i = 0; i < s->source_count; i++) {
		struct source_section *source = s->sources[i];

		source->wording = s->wording;
		if (source->voice != NULL)
			source->wording.voice = source->voice;
		source->wording.dictionary = source->dictionary;
		if (source->punctuation >= 0)
			source->wording.punctuation =
				(enum punctuation)source->punctuation;
		if (source->digits >= 0)
			source->wording.digits = (enum digits)source->digits;
		rules_chain(source->rules, s->line_rules);
	}
	s->backlog = (struct backlog_config){
		.rate_wpm = s->rate_wpm,
		.max_rate_wpm = s->max_rate_wpm,
		.catch_up_after_ms = s->catch_up_after_s * 1000ULL,
		.skip_after_ms = s->skip_after_s * 1000ULL,
		.skip_text = wording_skip_text,
		.skip_text_data = &s->wording,
		.gap_ms = s->gap_ms,
	};
}

bool settings_use_sound(const struct settings *s)
{
	return strcmp(s->output, "auto") == 0 ||
	       is_called(s->output, "pulse", false) ||
	       is_called(s->output, "alsa", false);
}

int settings_check(struct settings *s, struct err *e)
{
	if (s->ssip != NULL && strcmp(s->ssip, "speech-dispatcher") != 0)
		return err_usage(e, "ssip: '%s' is not speech-dispatcher",
				 s->ssip);
	if (strcmp(s->communication_method, "unix_socket") != 0 &&
	    strcmp(s->communication_method, "inet_socket") != 0)
		return err_usage(e,
				 "communication-method: '%s' is not "
				 "unix_socket or inet_socket",
				 s->communication_method);
	if (s->spawn) {
		s->serve = true;
		if (s->give_up_s == 0)
			s->give_up_s = SPAWN_GIVE_UP_S;
	}
	if (s->serve && s->print)
		return err_usage(e, "--serve and --print exclude each other");
	return 0;
}

void settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (size_t i = 0; i < settings->follow_count; i++)
		free(settings->follow[i]);
	for (size_t i = 0; i < settings->source_count; i++)
		source_section_free(settings->sources[i]);
	people_config_fini(&settings->people);
	format_list_fini(&settings->formats);
	languages_free(settings->languages);
	casting_free(settings->casting);
	for (size_t i = 0; i < settings->profile_value_count; i++) {
		free(settings->profile_values[i].profile);
		free(settings->profile_values[i].key);
		free(settings->profile_values[i].value);
	}
	tongue_free(settings->tongue);
	rules_free(settings->line_rules);
	rules_free(settings->file_rules);
	opts_fini(&speakd_opts, settings);
	free(settings->engine);
	client_sections_fini(&settings->clients);
	free(settings->output);
	free(settings->mistake);
	free(settings->good);
	free(settings);
}
