#include "project/complete.h"

#include <string.h>
#include <unistd.h>

#include "core/files.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "project/command.h"
#include "project/load.h"
#include "project/names.h"

/* bash's own default of COMP_WORDBREAKS. */
static const char default_breaks[] = " \t\n\"'@><=;|&(:";

/* ---- candidates --------------------------------------------------------- */

static void offer(struct candidates *c, const char *typed, char *take_text,
		  const char *help)
{
	SCOPED_TEXT char *text = take_text;

	if (strncmp(text, typed, strlen(typed)) != 0)
		return;
	if (c->count == c->room) {
		c->room = max_size(32, c->room * 2);
		c->list = mem_resize(c->list, c->room, sizeof(*c->list));
	}
	c->list[c->count++] = (struct candidate){ text_give(&text), help };
}

static int by_text(const void *a, const void *b)
{
	const struct candidate *ca = a, *cb = b;

	return strcmp(ca->text, cb->text);
}

/* A name may be there in two states: offer it once. */
static void sort_unique(struct candidates *c)
{
	size_t n = 0;

	if (c->count == 0)
		return;
	qsort(c->list, c->count, sizeof(*c->list), by_text);
	for (size_t i = 0; i < c->count; i++) {
		if (n > 0 && strcmp(c->list[n - 1].text, c->list[i].text) == 0)
			free(c->list[i].text);
		else
			c->list[n++] = c->list[i];
	}
	c->count = n;
}

void candidates_fini(struct candidates *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->list[i].text);
	free(c->list);
	*c = (struct candidates){ 0 };
}

/* ---- what is wanted ----------------------------------------------------- */

/* A line as far as it is typed. */
struct typing {
	struct candidates *candidates;
	struct settings *settings;
	const struct command *command; /* NULL: not yet typed */
	struct opts opts; /* of the command, or the common ones */
	const struct opt *value_of; /* the last word is this one's value */
	size_t operands; /* complete ones behind the command */
	bool no_options; /* behind "--" */
	const char *last;
};

static const struct opt *find_option(const struct typing *t, const char *word)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; i < t->opts.count; i++) {
		const struct opt *opt = &t->opts.list[i];

		if (opt->kind == OPT_HEAD)
			continue;
		if (word[0] == '-' && word[1] != '-' && opt->letter != 0 &&
		    word[1] == opt->letter && word[2] == '\0')
			return opt;
		if (strncmp(word, "--", 2) == 0 && equals == NULL &&
		    strcmp(word + 2, opt->name) == 0)
			return opt;
	}
	return NULL;
}

/* The line may name another folder itself. */
static void note_dir(struct typing *t, const struct opt *opt, const char *value)
{
	if (strcmp(opt->name, "dir") != 0)
		return;
	free(t->settings->dir);
	t->settings->dir = mem_copy(value);
}

static void use_command(struct typing *t, const char *word)
{
	t->command = command_find(word);
	if (t->command != NULL)
		command_opts(t->command, &t->opts);
}

/* Read one complete word. false: nothing sensible can follow. */
static bool read_word(struct typing *t, const char *word)
{
	const struct opt *value_of = t->value_of;

	t->value_of = NULL;
	if (value_of != NULL) {
		note_dir(t, value_of, word);
		return true;
	}
	if (!t->no_options && strcmp(word, "--") == 0) {
		t->no_options = true;
		return true;
	}
	if (!t->no_options && strncmp(word, "--dir=", 6) == 0)
		note_dir(t, opts_find(&t->opts, "dir"), word + 6);
	if (!t->no_options && word[0] == '-' && word[1] != '\0') {
		const struct opt *opt = find_option(t, word);

		if (opt != NULL && opt->arg != NULL)
			t->value_of = opt;
		return true;
	}
	if (t->command != NULL) {
		t->operands++;
		return true;
	}
	use_command(t, word);
	return t->command != NULL;
}

static void offer_commands(struct typing *t)
{
	const struct command *exact = command_find(t->last);

	/* "po" is a command, but "p" may be the beginning of one. */
	if (exact != NULL && strlen(t->last) > 1) {
		offer(t->candidates, "", mem_copy(exact->name), exact->help);
		return;
	}
	for (size_t i = 0; i < command_count; i++)
		offer(t->candidates, t->last, mem_copy(commands[i].name),
		      commands[i].help);
}

static void offer_options(struct typing *t)
{
	for (size_t i = 0; i < t->opts.count; i++) {
		const struct opt *opt = &t->opts.list[i];

		if (opt->kind != OPT_HEAD)
			offer(t->candidates, t->last,
			      mem_printf("--%s%s", opt->name,
					 opt->arg != NULL ? "=" : ""),
			      opt->help);
	}
	offer(t->candidates, t->last, mem_copy("--help"), "show the help");
	if (t->command == NULL)
		offer(t->candidates, t->last, mem_copy("--version"),
		      "show the version");
}

/* lead is what stands before the value in the same word: "--until=". */
static void offer_values(struct typing *t, const struct opt *opt,
			 const char *lead)
{
	const char *words = opt->words != NULL ? opt->words : "";

	if (words[0] == '@') {
		t->candidates->want_files = strcmp(words, "@command") != 0;
		return;
	}
	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		offer(t->candidates, t->last,
		      mem_printf("%s%.*s", lead, (int)len, words), NULL);
		words += len + strspn(words + len, " ");
	}
}

/* ---- projects ----------------------------------------------------------- */

static int offer_project(const struct place *place, unsigned char d_type,
			 void *data)
{
	struct typing *t = data;

	(void)d_type;
	/* "-x" would be taken for an option; broken bytes cannot be typed. */
	if ((!t->no_options && place->name[0] == '-') ||
	    !name_is_clean(place->name))
		return 0;
	offer(t->candidates, "", mem_copy(place->name),
	      state_word(place->state));
	return 0;
}

/* "2025/trip": of a name that was completed twice, the older one. */
static int offer_with_year(const struct place *place, unsigned char d_type,
			   void *data)
{
	struct typing *t = data;

	(void)d_type;
	if (place->year[0] != '\0' && name_is_clean(place->name))
		offer(t->candidates, t->last,
		      mem_printf("%s/%s", place->year, place->name),
		      state_word(STATE_COMPLETED));
	return 0;
}

static void offer_completed(struct typing *t, const struct gtd *gtd)
{
	bool with_year = strchr(t->last, '/') != NULL;

	(void)!place_each(gtd, STATE_COMPLETED, with_year ? "" : t->last,
			  with_year ? offer_with_year : offer_project, t, NULL);
}

/* The first of the command's states that has a match, as place_find() does. */
static void offer_projects(struct typing *t)
{
	struct gtd gtd;

	if (gtd_open(&gtd, t->settings, NULL) < 0) {
		gtd_close(&gtd);
		return;
	}
	for (int s = 0; s < STATE_COUNT && t->candidates->count == 0; s++) {
		if (!(t->command->states & (1u << s)))
			continue;
		if (s == STATE_COMPLETED)
			offer_completed(t, &gtd);
		else
			(void)!place_each(&gtd, s, t->last, offer_project, t,
					  NULL);
	}
	gtd_close(&gtd);
}

/* ---- the last word ------------------------------------------------------ */

static void offer_operand(struct typing *t)
{
	static const char *const shells[] = { "bash", "fish", "zsh" };
	size_t n = t->operands < 1 ? 0 : 1;

	if (t->command->max >= 0 && t->operands >= (size_t)t->command->max)
		return;
	switch (t->command->operands[n]) {
	case OPERAND_PROJECT:
		offer_projects(t);
		break;
	case OPERAND_COMMAND:
		offer_commands(t);
		break;
	case OPERAND_SHELL:
		for (size_t i = 0; i < COUNT_OF(shells); i++)
			offer(t->candidates, t->last, mem_copy(shells[i]),
			      NULL);
		break;
	case OPERAND_NONE:
	case OPERAND_NEW:
	case OPERAND_TEXT:
	case OPERAND_CONTEXT:
		break;
	}
}

static void offer_last(struct typing *t)
{
	const char *equals = strchr(t->last, '=');

	if (t->value_of != NULL)
		offer_values(t, t->value_of, "");
	else if (!t->no_options && strncmp(t->last, "--", 2) == 0 &&
		 equals != NULL) {
		SCOPED_TEXT char *name =
			mem_text(t->last + 2, (size_t)(equals - t->last) - 2);
		SCOPED_TEXT char *lead =
			mem_text(t->last, (size_t)(equals - t->last) + 1);
		const struct opt *opt = opts_find(&t->opts, name);

		if (opt != NULL && opt->arg != NULL)
			offer_values(t, opt, lead);
	} else if (!t->no_options && t->last[0] == '-')
		offer_options(t);
	else if (t->command == NULL)
		offer_commands(t);
	else
		offer_operand(t);
}

void complete_words(struct candidates *ret, char *const *words, size_t count,
		    struct settings *settings)
{
	struct typing t = {
		.candidates = ret,
		.settings = settings,
		.opts = { .list = common_options,
			  .count = common_option_count },
		.last = count > 1 ? words[count - 1] : "",
	};
	bool sensible = count > 1;

	*ret = (struct candidates){ 0 };
	for (size_t i = 1; sensible && i + 1 < count; i++)
		sensible = read_word(&t, words[i]);
	if (sensible)
		offer_last(&t);
	sort_unique(ret);
	if (t.command != NULL)
		command_opts_fini(&t.opts);
}

/* ---- for each shell ----------------------------------------------------- */

size_t complete_point_bytes(const char *line, size_t point)
{
	size_t len = strlen(line), at = 0;

	/* bash counts characters since 4.3, and bytes in a C locale. */
	if (!text_is_utf8(line, len))
		return min_size(point, len);
	for (size_t n = 0; n < point && at < len; n++)
		(void)text_next(line, len, &at);
	return at;
}

int complete_bash(const char *line, size_t point, const char *breaks,
		  struct settings *settings, struct buf *out)
{
	struct candidates candidates = { 0 };
	struct words words;
	bool files;

	words_read(&words, line, complete_point_bytes(line, point), breaks);
	if (!words.after_redirection)
		complete_words(&candidates, words.list, words.count, settings);
	files = words.after_redirection || candidates.want_files;
	for (size_t i = 0; i < candidates.count; i++) {
		words_quote(out, candidates.list[i].text, words.keep_bytes,
			    words.quote);
		buf_add_char(out, '\n');
	}
	candidates_fini(&candidates);
	words_fini(&words);
	return files ? COMPLETE_FILES : 0;
}

static int complete_plain(char *const *words, size_t count,
			  struct settings *settings, struct buf *out)
{
	struct candidates candidates = { 0 };
	bool files;

	complete_words(&candidates, words, count, settings);
	files = candidates.want_files;
	for (size_t i = 0; i < candidates.count; i++) {
		const struct candidate *c = &candidates.list[i];

		buf_addf(out, "%s%s%s\n", c->text, c->help != NULL ? "\t" : "",
			 c->help != NULL ? c->help : "");
	}
	candidates_fini(&candidates);
	return files ? COMPLETE_FILES : 0;
}

/* fish hands its last word over as it is typed, quotes and all. */
static int complete_fish(char **words, size_t count, struct settings *settings,
			 struct buf *out)
{
	struct words last;
	int rc;

	words_read(&last, words[count - 1], strlen(words[count - 1]), "");
	words[count - 1] = last.list[last.count - 1];
	rc = complete_plain(words, count, settings, out);
	words_fini(&last);
	return rc;
}

/* A problem must not be printed into the line that is being typed. */
int complete_main(int argc, char **argv)
{
	const struct opts opts = { .prog = "project",
				   .list = common_options,
				   .count = common_option_count };
	struct settings settings = { 0 };
	SCOPED_BUF struct buf out = { 0 };
	int rc = 1;

	if (load_settings(&opts, &settings, NULL, NULL) == 0) {
		if (strcmp(argv[1], "--complete-bash") == 0 && argc >= 4)
			rc = complete_bash(argv[2], strtoul(argv[3], NULL, 10),
					   argc > 4 ? argv[4] : default_breaks,
					   &settings, &out);
		else if (strcmp(argv[1], "--complete-zsh") == 0 && argc >= 4)
			rc = complete_plain(argv + 2, (size_t)argc - 2,
					    &settings, &out);
		else if (strcmp(argv[1], "--complete-fish") == 0 && argc >= 4)
			rc = complete_fish(argv + 2, (size_t)argc - 2,
					   &settings, &out);
		else
			rc = 2;
	}
	opts_fini(&opts, &settings);
	if (write_all(STDOUT_FILENO, buf_text(&out), out.len_bytes) < 0)
		return 1;
	return rc;
}
