/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/opt.h"

#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include <ini.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/near.h"
#include "core/version.h"

enum {
	OPTS_MAX = 96, /* options in one table */
	OPT_FIRST_LONG = 256 /* getopt's values for options without a letter */
};

/* ---- one value ---------------------------------------------------------- */

int opt_uint(const char *name, const char *value, unsigned min, unsigned max,
	     unsigned *ret, struct err *e)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (end == value || *end != '\0' || strchr(value, '-') != NULL)
		return err_usage(e,
				 "%s: '%s' is not a whole number, expected "
				 "%u to %u",
				 name, value, min, max);
	if (errno == ERANGE || n < min || n > max)
		return err_usage(e, "%s: %s is outside %u..%u", name, value,
				 min, max);
	*ret = (unsigned)n;
	return 0;
}

int opt_bool(const char *name, const char *value, bool *ret, struct err *e)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true }, { "no", false },  { "true", true },
		{ "on", true },	 { "off", false }, { "false", false },
		{ "1", true },	 { "0", false },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strcasecmp(value, words[i].word) == 0) {
			*ret = words[i].value;
			return 0;
		}
	}
	return err_usage(e, "%s: '%s' is unknown, expected yes or no", name,
			 value);
}

const char *opt_choice_word(const char *words, int at, size_t *ret_bytes)
{
	for (; *words != '\0'; at--) {
		*ret_bytes = strcspn(words, " ");
		if (at == 0)
			return words;
		words += *ret_bytes + strspn(words + *ret_bytes, " ");
	}
	return NULL;
}

/* "bash, zsh or fish" */
static void list_words(struct buf *out, const char *words)
{
	const char *word, *next;
	size_t len = 0;

	for (int i = 0; (word = opt_choice_word(words, i, &len)) != NULL; i++) {
		next = word + len + strspn(word + len, " ");
		buf_addf(out, "%s%.*s",
			 i == 0		 ? ""
			 : *next == '\0' ? " or "
					 : ", ",
			 (int)len, word);
	}
}

int opt_choice(const char *name, const char *words, const char *value, int *ret,
	       struct err *e)
{
	SCOPED_BUF struct buf list = { 0 };
	const char *word;
	size_t len = 0;

	for (int i = 0; (word = opt_choice_word(words, i, &len)) != NULL; i++)
		if (strlen(value) == len && memcmp(word, value, len) == 0) {
			*ret = i;
			return 0;
		}
	list_words(&list, words);
	return err_usage(e, "unknown %s '%s', expected %s", name, value,
			 buf_text(&list));
}

static void *field(void *settings, const struct opt *opt)
{
	return (char *)settings + opt->offset;
}

static void set_text(char **text, const char *value)
{
	char *copy = mem_copy(value);

	free(*text);
	*text = copy;
}

static int apply(const struct opt *opt, void *settings, const char *value,
		 struct err *e)
{
	switch (opt->kind) {
	case OPT_FLAG:
	case OPT_BOOL:
		return opt_bool(opt->name, value, field(settings, opt), e);
	case OPT_UINT:
		return opt_uint(opt->name, value, opt->min, opt->max,
				field(settings, opt), e);
	case OPT_TEXT:
		set_text(field(settings, opt), value);
		return 0;
	case OPT_CHOICE:
		return opt_choice(opt->name, opt->words, value,
				  field(settings, opt), e);
	case OPT_CALL:
		return opt->call(settings, value, e);
	case OPT_HEAD:
		break;
	}
	return err_usage(e, "%s: not an option", opt->name);
}

const struct opt *opts_find(const struct opts *opts, const char *name)
{
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];

		if (opt->kind != OPT_HEAD && strcmp(opt->name, name) == 0)
			return opt;
	}
	return NULL;
}

/*
 * "unknown option '--folow', did you mean '--follow'?" typed may have dashes in
 * front and a value. in_file: a key of a configuration file.
 */
static int say_unknown(const struct opts *opts, bool in_file, const char *typed,
		       struct err *e)
{
	size_t dashes = strspn(typed, "-");
	SCOPED_TEXT char *name = mem_text(typed + dashes,
					  strcspn(typed + dashes, "="));
	struct near near;

	near_init(&near, name);
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];

		if (opt->kind != OPT_HEAD &&
		    !(in_file && opt->command_line_only))
			near_offer(&near, opt->name, strlen(opt->name));
	}
	if (!in_file) {
		near_offer(&near, "help", strlen("help"));
		near_offer(&near, "version", strlen("version"));
	}
	if (near.word[0] != '\0')
		return err_usage(e, "unknown %s '%s', did you mean '%.*s%s'?",
				 in_file ? "key" : "option", typed, (int)dashes,
				 "--", near.word);
	return err_usage(e, "unknown %s '%s'%s", in_file ? "key" : "option",
			 typed, in_file ? "" : "; see --help");
}

int opts_apply(const struct opts *opts, void *settings, const char *name,
	       const char *value, struct err *e)
{
	const struct opt *opt = opts_find(opts, name);

	if (opt == NULL)
		return say_unknown(opts, true, name, e);
	return apply(opt, settings, value, e);
}

void opts_defaults(const struct opts *opts, void *settings)
{
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];

		/* A default that its own table refuses is a programmer error:
		 * tests/unit/core_opt.c applies every one. */
		if (opt->kind != OPT_HEAD && opt->def != NULL)
			(void)!apply(opt, settings, opt->def, NULL);
	}
}

void opts_fini(const struct opts *opts, void *settings)
{
	for (size_t i = 0; i < opts->count; i++) {
		char **text = field(settings, &opts->list[i]);

		if (opts->list[i].kind != OPT_TEXT)
			continue;
		free(*text);
		*text = NULL;
	}
}

/* ---- configuration file ------------------------------------------------- */

struct load {
	const struct opts *opts;
	void *settings;
	const char *path;
	opts_section_fn *section_fn;
	opts_problem_fn *problem_fn;
	void *problem_data;
	FILE *file;
	unsigned line; /* the one read last, 1-based */
	unsigned problems;
};

static void load_problem(struct load *load, const char *text)
{
	load->problems++;
	if (load->problem_fn != NULL)
		load->problem_fn(load->problem_data, load->path, load->line,
				 text);
}

static int load_key(struct load *load, const char *section, const char *key,
		    const char *value, struct err *e)
{
	const struct opt *opt;

	if (section[0] != '\0' && strcmp(section, load->opts->prog) != 0) {
		if (load->section_fn == NULL)
			return err_usage(e, "unknown section [%s]", section);
		return load->section_fn(load->settings, section, key, value, e);
	}
	opt = opts_find(load->opts, key);
	if (opt == NULL || opt->command_line_only)
		return say_unknown(load->opts, true, key, e);
	return apply(opt, load->settings, value, e);
}

static int on_key(void *data, const char *section, const char *key,
		  const char *value)
{
	struct load *load = data;
	struct err e = { 0 };

	/* inih calls back with a NULL value only when built so. */
	if (load_key(load, section, key, value != NULL ? value : "", &e) < 0)
		load_problem(load, e.text);
	return 1;
}

/* An indented line would continue the value before it: nobody means that. */
static void unindent(char *line)
{
	size_t spaces = strspn(line, " \t\r\n\xef\xbb\xbf");

	memmove(line, line + spaces, strlen(line + spaces) + 1);
}

/* True when there was anything before the newline. */
static bool skip_to_newline(FILE *file)
{
	bool any = false;
	int c;

	while ((c = fgetc(file)) != EOF && c != '\n')
		any = true;
	return any;
}

/* Whether inih finds one of chars: not after its inline comment, " ;". */
static bool has(const char *line, const char *chars)
{
	bool after_space = false;

	for (; *line != '\0'; line++) {
		if (strchr(chars, *line) != NULL)
			return true;
		if (after_space && *line == ';')
			return false;
		after_space = isspace((unsigned char)*line) != 0;
	}
	return false;
}

/*
 * inih reports only the first mistake of a file. Reading line by line keeps
 * the number of the line at hand, so that every mistake can name its own.
 */
static char *read_line(char *out, int out_bytes, void *data)
{
	struct load *load = data;
	char *line = fgets(out, out_bytes, load->file);
	size_t len;

	if (line == NULL)
		return NULL;
	load->line++;
	len = strlen(line);
	if (len + 1 == (size_t)out_bytes && line[len - 1] != '\n' &&
	    skip_to_newline(load->file)) {
		load_problem(load, "line too long");
		line[0] = '\0';
		return line;
	}
	/*
	 * What is neither a comment, a section nor "key = value" inih would
	 * only report for the first such line: make it a comment ourselves.
	 */
	unindent(line);
	if (line[0] != '\0' && strchr("#;[", line[0]) == NULL &&
	    !has(line, "=:")) {
		load_problem(load, "expected 'key = value' or '[section]'");
		line[0] = '\0';
	} else if (line[0] == '[' && !has(line + 1, "]")) {
		load_problem(load, "section without ']'");
		line[0] = '\0';
	}
	return line;
}

int opts_load(const struct opts *opts, const char *path, void *settings,
	      opts_section_fn *section_fn, opts_problem_fn *problem_fn,
	      void *problem_data, struct err *e)
{
	SCOPED_FILE FILE *file = fopen(path, "re");
	struct load load = {
		.opts = opts,
		.settings = settings,
		.path = path,
		.section_fn = section_fn,
		.problem_fn = problem_fn,
		.problem_data = problem_data,
		.file = file,
	};
	int line;

	if (file == NULL)
		return err_set(e, errno, "open %s", path);
	line = ini_parse_stream(read_line, &load, on_key, &load);
	if (ferror(file))
		return err_set(e, errno != 0 ? errno : EIO, "read %s", path);
	if (line > 0 && load.problems == 0) {
		load.line = (unsigned)line;
		load_problem(&load, "cannot be understood");
	}
	if (load.problems > 0)
		return err_usage(e, "%s: %u mistake%s", path, load.problems,
				 load.problems == 1 ? "" : "s");
	return 0;
}

/* ---- environment -------------------------------------------------------- */

static void env_name(struct buf *out, const char *prog, const char *name)
{
	buf_clear(out);
	buf_addf(out, "%s_%s", prog, name);
	for (size_t i = 0; i < out->len_bytes; i++) {
		char c = out->data[i];

		out->data[i] = (char)(c == '-' ? '_'
					       : toupper((unsigned char)c));
	}
}

int opts_env(const struct opts *opts, void *settings, struct err *e)
{
	SCOPED_BUF struct buf name = { 0 };

	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];
		const char *value;

		if (opt->kind == OPT_HEAD || opt->command_line_only)
			continue;
		env_name(&name, opts->prog, opt->name);
		value = getenv(name.data);
		if (value == NULL)
			continue;
		if (apply(opt, settings, value, e) < 0)
			return err_wrap(e, "%s", name.data);
	}
	return 0;
}

/* ---- command line ------------------------------------------------------- */

struct getopt_tables {
	char letters[2 * OPTS_MAX + 6];
	struct option longs[OPTS_MAX + 3];
};

enum { OPT_HELP = OPT_FIRST_LONG + OPTS_MAX, OPT_VERSION };

static void make_tables(const struct opts *opts, bool stop_at_operand,
			struct getopt_tables *t)
{
	size_t n = 0, l = 0;

	/* ":" makes a missing argument tell itself from an unknown option. */
	if (stop_at_operand)
		t->letters[l++] = '+';
	t->letters[l++] = ':';
	if (opts->version_letter != 0)
		t->letters[l++] = opts->version_letter;
	if (opts->help_letter != 0)
		t->letters[l++] = opts->help_letter;
	for (size_t i = 0; i < opts->count && i < OPTS_MAX; i++) {
		const struct opt *opt = &opts->list[i];

		if (opt->kind == OPT_HEAD)
			continue;
		if (opt->letter != 0) {
			t->letters[l++] = opt->letter;
			if (opt->arg != NULL)
				t->letters[l++] = ':';
		}
		t->longs[n++] = (struct option){
			.name = opt->name,
			.has_arg = opt->arg != NULL ? required_argument
						    : no_argument,
			.val = OPT_FIRST_LONG + (int)i,
		};
	}
	t->letters[l] = '\0';
	t->longs[n++] = (struct option){ "help", no_argument, NULL, OPT_HELP };
	t->longs[n++] = (struct option){ "version", no_argument, NULL,
					 OPT_VERSION };
	t->longs[n] = (struct option){ 0 };
}

static const struct opt *opt_by_value(const struct opts *opts, int value)
{
	if (value >= OPT_FIRST_LONG)
		return &opts->list[value - OPT_FIRST_LONG];
	for (size_t i = 0; i < opts->count; i++)
		if (opts->list[i].kind != OPT_HEAD &&
		    opts->list[i].letter == value)
			return &opts->list[i];
	return NULL;
}

static const char *value_of(const struct opt *opt)
{
	if (optarg != NULL)
		return optarg;
	return opt->kind == OPT_CALL ? "" : "yes";
}

/* optopt is 0 for an unknown long option; argv then shows it. */
static int complain(const struct opts *opts, int got, const char *arg,
		    struct err *e)
{
	const struct opt *opt;

	if (got == ':') {
		opt = opt_by_value(opts, optopt);
		return err_usage(e, "option '%s' needs %s", arg,
				 opt != NULL ? opt->arg : "an argument");
	}
	if (optopt >= OPT_FIRST_LONG)
		return err_usage(e, "option '%s' takes no argument", arg);
	if (optopt != 0)
		return err_usage(e, "unknown option '-%c'; see --help", optopt);
	return say_unknown(opts, false, arg, e);
}

int opts_parse(const struct opts *opts, int argc, char **argv,
	       bool stop_at_operand, void *settings, int *ret_first,
	       struct err *e)
{
	struct getopt_tables t;
	int got;

	if (argc == 2 && strcmp(argv[1], "--complete-words") == 0) {
		opts_words(opts, stdout);
		return OPTS_STOP;
	}
	make_tables(opts, stop_at_operand, &t);
	optind = 0;
	opterr = 0;
	while ((got = getopt_long(argc, argv, t.letters, t.longs, NULL)) >= 0) {
		const struct opt *opt;

		if (got == OPT_HELP ||
		    (opts->help_letter != 0 && got == opts->help_letter)) {
			opts_help(opts, stdout);
			return OPTS_STOP;
		}
		if (got == OPT_VERSION || (opts->version_letter != 0 &&
					   got == opts->version_letter)) {
			printf("%s (earshot) %s\n", opts->prog,
			       EARSHOT_VERSION);
			return OPTS_STOP;
		}
		opt = got == '?' || got == ':' ? NULL : opt_by_value(opts, got);
		if (opt == NULL)
			return complain(opts, got, argv[optind - 1], e);
		if (apply(opt, settings, value_of(opt), e) < 0)
			return -e->code;
	}
	*ret_first = optind;
	return OPTS_GO;
}

const char *opts_peek(const struct opts *opts, int argc, char **argv,
		      const char *name)
{
	struct getopt_tables t;
	const char *found = NULL;
	char **copy;
	int got;

	/* getopt_long permutes: work on a copy. */
	copy = mem_resize(NULL, (size_t)argc + 1, sizeof(*copy));
	for (int i = 0; i <= argc; i++)
		copy[i] = argv[i];
	make_tables(opts, false, &t);
	optind = 0;
	opterr = 0;
	while ((got = getopt_long(argc, copy, t.letters, t.longs, NULL)) >= 0) {
		const struct opt *opt = NULL;

		if (got < OPT_HELP && got != '?' && got != ':')
			opt = opt_by_value(opts, got);
		if (opt != NULL && strcmp(opt->name, name) == 0)
			found = value_of(opt);
	}
	free(copy);
	return found;
}

/* ---- help and completion ------------------------------------------------ */

enum { HELP_COLUMN = 30 };

static void help_names(const struct opt *opt, struct buf *out)
{
	if (opt->letter != 0)
		buf_addf(out, "  -%c, ", opt->letter);
	else
		buf_add_text(out, "      ");
	buf_addf(out, "--%s", opt->name);
	if (opt->arg != NULL)
		buf_addf(out, "=%s", opt->arg);
}

/* --help and --version, which no table has. */
static void help_builtin(FILE *out, char letter, const char *name,
			 const char *help)
{
	SCOPED_BUF struct buf names = { 0 };
	const struct opt opt = { .letter = letter, .name = name };

	help_names(&opt, &names);
	fprintf(out, "%-*s%s\n", HELP_COLUMN, names.data, help);
}

void opts_help(const struct opts *opts, FILE *out)
{
	const char *line = opts->usage;

	for (const char *lead = "usage:"; line != NULL; lead = "      ") {
		size_t len = strcspn(line, "\n");

		fprintf(out, "%s %s %.*s\n", lead, opts->prog, (int)len, line);
		line = line[len] == '\n' ? line + len + 1 : NULL;
	}
	fprintf(out, "%s\n\n", opts->about);
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];
		SCOPED_BUF struct buf names = { 0 };

		if (opt->kind == OPT_HEAD) {
			fprintf(out, "%s%s:\n", i > 0 ? "\n" : "", opt->help);
			continue;
		}
		help_names(opt, &names);
		if (names.len_bytes >= HELP_COLUMN)
			fprintf(out, "%s\n%*s", names.data, HELP_COLUMN, "");
		else
			fprintf(out, "%-*s", HELP_COLUMN, names.data);
		fprintf(out, "%s", opt->help);
		if (opt->def != NULL && opt->def[0] != '\0')
			fprintf(out, " (%s)", opt->def);
		fputc('\n', out);
	}
	help_builtin(out, opts->help_letter, "help", "show this help");
	help_builtin(out, opts->version_letter, "version", "show the version");
}

void opts_words(const struct opts *opts, FILE *out)
{
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt *opt = &opts->list[i];

		if (opt->kind == OPT_HEAD)
			continue;
		if (opt->letter != 0)
			fprintf(out, "-%c", opt->letter);
		fprintf(out, "\t--%s\t%s\t%s\t%s\n", opt->name,
			opt->arg != NULL ? opt->arg : "",
			opt->words != NULL ? opt->words : "", opt->help);
	}
	if (opts->operands != NULL)
		fprintf(out, "\t\t\t%s\t\n", opts->operands);
	fprintf(out, "\t--help\t\t\tshow this help\n");
	if (opts->version_letter != 0)
		fprintf(out, "-%c", opts->version_letter);
	fprintf(out, "\t--version\t\t\tshow the version\n");
}
