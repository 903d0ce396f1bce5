/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * opt.h - one table of options gives the command line, the configuration
 * file, the environment, --help and the completion words.
 *
 * Precedence, weakest first: defaults in the table, system file, user file,
 * environment, command line. An option NAME of program PROG is the key NAME in
 * a file and PROG_NAME (upper case, "-" as "_") in the environment.
 *
 * Values live in a settings struct of the program, at offsetof() each field:
 * OPT_FLAG and OPT_BOOL in a bool, OPT_UINT in an unsigned, OPT_TEXT in a
 * char * that the table owns (opts_fini frees it), OPT_CHOICE in an int or an
 * enum of that size. OPT_CALL passes the value to a function, for what repeats
 * or has a grammar of its own.
 */
#ifndef CORE_OPT_H
#define CORE_OPT_H

#include "core/err.h"

enum opt_kind {
	OPT_FLAG, /* --name, no argument; in a file: yes or no */
	OPT_BOOL, /* --name=yes|no */
	OPT_UINT, /* a number in min..max */
	OPT_TEXT,
	OPT_CHOICE, /* one of words, as its position in an int: an enum's value
		     */
	OPT_CALL, /* call(settings, value); value is "" when arg is NULL */
	OPT_HEAD, /* no option: a heading in --help */
};

typedef int opt_fn(void *settings, const char *value, struct err *e);

struct opt {
	char letter; /* short form, 0 for none */
	const char *name; /* long form, file key */
	enum opt_kind kind;
	size_t offset; /* offsetof() the field in the settings */
	unsigned min, max; /* OPT_UINT: both included */
	const char *arg; /* placeholder for --help, NULL for a flag */
	const char *def; /* default as text, NULL for 0, false or NULL */
	const char *help; /* one line, no full stop */
	opt_fn *call; /* OPT_CALL only */
	/*
	 * What completes the value, separated by spaces: words; "@file",
	 * "@dir", "@command" for what a shell completes itself, and others
	 * with "@" that the program knows. NULL for nothing. Of OPT_CHOICE the
	 * only values, in the order of the enum.
	 */
	const char *words;
	bool command_line_only; /* not a configuration key */
};

struct opts {
	const char *prog;
	const char *usage; /* synopsis: what follows "usage: PROG ", per line */
	const char *about; /* one line for --help */
	const struct opt *list;
	size_t count;
	char version_letter; /* short form of --version, 0 for none */
	char help_letter; /* short form of --help, 0 for none */
	const char *operands; /* completes them, as opt.words; NULL: files */
};

/* Told about each mistake in a configuration file, line 1-based. */
typedef void opts_problem_fn(void *data, const char *path, unsigned line,
			     const char *text);

/*
 * A key in a [section]. Returns 0, or a negative errno with e filled.
 * section is never NULL; it is "" before the first section header.
 */
typedef int opts_section_fn(void *settings, const char *section,
			    const char *key, const char *value, struct err *e);

/* Set every field to its default. Fields must be zero before. */
void opts_defaults(const struct opts *opts, void *settings);

/*
 * Read a configuration file (inih: "key = value", "[section]", "#" and ";"
 * comments). Keys before the first section, or in a section called like the
 * program, are options; other sections go to section_fn (NULL: a mistake). A
 * line holds up to 198 bytes, Debian's inih's limit; a longer one is a mistake.
 *
 * errors: 0; -ENOENT when there is no such file (e filled); -EINVAL after at
 *         least one mistake, each reported to problem_fn; else -errno.
 */
int opts_load(const struct opts *opts, const char *path, void *settings,
	      opts_section_fn *section_fn, opts_problem_fn *problem_fn,
	      void *problem_data, struct err *e) MUST_CHECK;

/* Read PROG_NAME variables of the environment. 0 or err_usage. */
int opts_env(const struct opts *opts, void *settings, struct err *e) MUST_CHECK;

enum opts_result { OPTS_GO = 0, OPTS_STOP = 1 }; /* STOP: --help, --version */

/*
 * Read the command line with getopt_long(3); operands are moved to the end.
 * --help and --version print to standard output and give OPTS_STOP; so does
 * --complete-words, alone on the command line, with opts_words().
 * *ret_first is the index of the first operand. stop_at_operand: options end
 * at the first operand, for "project COMMAND [options]".
 */
int opts_parse(const struct opts *opts, int argc, char **argv,
	       bool stop_at_operand, void *settings, int *ret_first,
	       struct err *e) MUST_CHECK;

/*
 * Find the value of one option on the command line without applying anything:
 * which configuration file to read must be known first. NULL when absent.
 */
const char *opts_peek(const struct opts *opts, int argc, char **argv,
		      const char *name);

/* Apply one value to one option, as a file or a control command does. */
int opts_apply(const struct opts *opts, void *settings, const char *name,
	       const char *value, struct err *e) MUST_CHECK;

/* The option called name (long form); NULL when there is none. */
const struct opt *opts_find(const struct opts *opts, const char *name);

/* Print --help. */
void opts_help(const struct opts *opts, FILE *out);

/*
 * Print completion lines, one option a line, for completion/:
 * "-r\t--rate\tWPM\twords\thelp", and for the operands "\t\t\twords\t".
 */
void opts_words(const struct opts *opts, FILE *out);

/* Free the OPT_TEXT values. */
void opts_fini(const struct opts *opts, void *settings);

/* Parse a whole number in min..max; "name" is for the message. */
int opt_uint(const char *name, const char *value, unsigned min, unsigned max,
	     unsigned *ret, struct err *e) MUST_CHECK;

/*
 * The position of value in words ("bash zsh fish"); name is for the message:
 * "unknown shell 'x', expected bash, zsh or fish".
 */
int opt_choice(const char *name, const char *words, const char *value, int *ret,
	       struct err *e) MUST_CHECK;

/* The word at a position of words, its length in *ret_bytes; NULL: none. */
const char *opt_choice_word(const char *words, int at, size_t *ret_bytes);

/* Parse yes/no, true/false, on/off, 1/0. */
int opt_bool(const char *name, const char *value, bool *ret,
	     struct err *e) MUST_CHECK;

#endif
