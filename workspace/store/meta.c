/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/meta.h"

#include <string.h>

#include "core/mem.h"
#include "core/opt.h"
#include "core/text.h"

static const char magic[] = "earshot-workspace 1";

static const char *const store_names[STORE_KINDS] = {
	[STORE_OVERLAY] = "overlay",	 [STORE_BTRFS] = "btrfs",
	[STORE_REFLINK] = "reflink",	 [STORE_DIR] = "dir",
	[STORE_LXC_DIR] = "lxc:dir",	 [STORE_LXC_OVERLAY] = "lxc:overlay",
	[STORE_LXC_BTRFS] = "lxc:btrfs", [STORE_LXC_LOOP] = "lxc:loop",
	[STORE_LXC_LVM] = "lxc:lvm",	 [STORE_LXC_ZFS] = "lxc:zfs",
};

const char *store_kind_name(enum store_kind kind)
{
	return store_names[kind];
}

int store_kind_by_name(const char *name)
{
	for (int i = 0; i < STORE_KINDS; i++)
		if (strcmp(store_names[i], name) == 0)
			return i;
	for (int i = STORE_LXC_LOOP; i < STORE_KINDS; i++)
		if (strcmp(store_names[i] + strlen("lxc:"), name) == 0)
			return i;
	return -1;
}

bool layer_id_is_valid(const char *id, size_t len_bytes)
{
	return len_bytes == LAYER_ID_BYTES &&
	       strspn(id, "0123456789abcdef") >= len_bytes;
}

int workspace_name_check(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (len == 0 || len > WORKSPACE_NAME_MAX_BYTES)
		return err_usage(e, "a workspace's name has 1 to %d bytes",
				 WORKSPACE_NAME_MAX_BYTES);
	if (name[0] == '.' || name[0] == '-')
		return err_usage(e, "a workspace's name cannot begin with '%c'",
				 name[0]);
	if (!text_is_utf8(name, len))
		return err_usage(e, "a workspace's name is UTF-8 text");
	for (const char *p = name; *p != '\0'; p++)
		if (*p == '/' || *p == '@' || (unsigned char)*p < ' ' ||
		    *p == 0x7f)
			return err_usage(e, "a workspace's name is without "
					    "'/', '@' and control characters");
	return 0;
}

/* ---- chains ------------------------------------------------------------- */

void chain_fini(struct chain *chain)
{
	free(chain->ids);
	*chain = (struct chain){ 0 };
}

struct chain chain_copy(const struct chain *chain)
{
	struct chain copy = *chain;

	copy.ids = mem_resize(NULL, chain->count, sizeof(*copy.ids));
	if (chain->count > 0)
		memcpy(copy.ids, chain->ids, chain->count * sizeof(*copy.ids));
	return copy;
}

void chain_push(struct chain *chain, const char *id)
{
	chain->ids = mem_resize(chain->ids, chain->count + 1,
				sizeof(*chain->ids));
	memmove(chain->ids + 1, chain->ids, chain->count * sizeof(*chain->ids));
	memcpy(chain->ids[0], id, LAYER_ID_BYTES + 1);
	chain->count++;
}

void chain_pop(struct chain *chain)
{
	chain->count--;
	memmove(chain->ids, chain->ids + 1, chain->count * sizeof(*chain->ids));
}

bool chain_has(const struct chain *chain, const char *id)
{
	for (size_t i = 0; i < chain->count; i++)
		if (strcmp(chain->ids[i], id) == 0)
			return true;
	return false;
}

/* "id,id,host"; "-" when empty. */
static void chain_print(const struct chain *chain, struct buf *out)
{
	const char *between = "";

	for (size_t i = 0; i < chain->count; i++) {
		buf_addf(out, "%s%s", between, chain->ids[i]);
		between = ",";
	}
	if (chain->host)
		buf_addf(out, "%shost", between);
	else if (chain->count == 0)
		buf_add_char(out, '-');
}

static void chain_append(struct chain *chain, const char *id)
{
	chain->ids = mem_resize(chain->ids, chain->count + 1,
				sizeof(*chain->ids));
	memcpy(chain->ids[chain->count], id, LAYER_ID_BYTES);
	chain->ids[chain->count][LAYER_ID_BYTES] = '\0';
	chain->count++;
}

/* "@N": what snapshot N stands on, which ends a chain. */
static int append_reference(struct chain *chain, const char *text, size_t len,
			    const struct meta *meta, struct err *e)
{
	const struct snapshot *snap = NULL;
	unsigned number = 0;
	size_t total;

	for (size_t i = 1; i < len && i < 10; i++)
		number = number * 10 + (unsigned)(text[i] - '0');
	if (len >= 2 && len <= 10 &&
	    strspn(text + 1, "0123456789") >= len - 1 && meta != NULL)
		snap = meta_snapshot(meta, number);
	if (snap == NULL)
		return err_say(e, EINVAL, "a chain ends in no snapshot");
	total = chain->count + snap->chain.count;
	if (total > CHAIN_MAX)
		return err_say(e, EINVAL, "more than %d layers", CHAIN_MAX);
	chain->ids = mem_resize(chain->ids, total, sizeof(*chain->ids));
	if (snap->chain.count > 0)
		memcpy(chain->ids + chain->count, snap->chain.ids,
		       snap->chain.count * sizeof(*chain->ids));
	chain->count = total;
	chain->host = snap->chain.host;
	return 0;
}

int chain_parse(const char *text, size_t len_bytes, const struct meta *meta,
		struct chain *ret, struct err *e)
{
	SCOPED_CHAIN struct chain chain = { 0 };
	const char *end = text + len_bytes;
	bool ended = false;

	if (len_bytes == 1 && *text == '-')
		text = end;
	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		size_t len = (size_t)((comma != NULL ? comma : end) - text);

		if (chain.host || ended || (comma != NULL && comma + 1 == end))
			return err_say(e, EINVAL, "something below the host");
		if (len > 0 && text[0] == '@') {
			if (append_reference(&chain, text, len, meta, e) < 0)
				return -EINVAL;
			ended = true;
		} else if (len == 4 && memcmp(text, "host", 4) == 0)
			chain.host = true;
		else if (layer_id_is_valid(text, len) &&
			 chain.count < CHAIN_MAX)
			chain_append(&chain, text);
		else
			return err_say(e, EINVAL, "bad layer '%.*s'",
				       (int)min_size(len, 40), text);
		text += len + (comma != NULL);
	}
	*ret = chain;
	chain = (struct chain){ 0 };
	return 0;
}

/* ---- printing ----------------------------------------------------------- */

/* A comment keeps to its line: newline and backslash are written \n and \\. */
static void print_escaped(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_add_text(out, "\\n");
		else if (*text == '\\')
			buf_add_text(out, "\\\\");
		else
			buf_add_char(out, *text);
	}
}

static char *unescape(const char *text, size_t len_bytes)
{
	struct buf out = { 0 };

	buf_reserve(&out, len_bytes);
	for (size_t i = 0; i < len_bytes; i++) {
		if (text[i] == '\\' && i + 1 < len_bytes) {
			i++;
			buf_add_char(&out, text[i] == 'n' ? '\n' : text[i]);
		} else {
			buf_add_char(&out, text[i]);
		}
	}
	return out.data != NULL ? buf_give(&out) : mem_copy("");
}

/* Whether all of tail is the end of chain, and not all of chain is new. */
static bool ends_in(const struct chain *chain, const struct chain *tail)
{
	size_t above = chain->count - tail->count;

	return tail->count > 0 && tail->count <= chain->count &&
	       tail->host == chain->host &&
	       memcmp(chain->ids + above, tail->ids,
		      tail->count * sizeof(*tail->ids)) == 0;
}

/* A chain, its end as a reference to snapshot parent where that fits. */
static void print_short(const struct meta *meta, const struct chain *chain,
			unsigned parent, const struct snapshot *before,
			struct buf *out)
{
	const struct snapshot *snap = meta_snapshot(meta, parent);

	/* Only what stands further up in the file can be referred to. */
	if (snap == NULL || snap >= before || !ends_in(chain, &snap->chain)) {
		chain_print(chain, out);
		return;
	}
	for (size_t i = 0; i < chain->count - snap->chain.count; i++)
		buf_addf(out, "%s,", chain->ids[i]);
	buf_addf(out, "@%u", parent);
}

void meta_print(const struct meta *meta, struct buf *out)
{
	buf_addf(out, "%s\n", magic);
	if (meta->project != NULL)
		buf_addf(out, "project %s\n", meta->project);
	if (meta->image != NULL)
		buf_addf(out, "image %s\n", meta->image);
	if (meta->packages[0] != '\0')
		buf_addf(out, "host-packages %s\n", meta->packages);
	if (meta->base != NULL)
		buf_addf(out, "base %s\n", meta->base);
	if (meta->map != NULL)
		buf_addf(out, "map %s\n", meta->map);
	buf_addf(out, "store %s\n", store_kind_name(meta->store));
	buf_addf(out, "ids %s\n", meta->single ? "single" : "range");
	if (meta->init)
		buf_add_text(out, "init yes\n");
	buf_addf(out, "created %lld\n", (long long)meta->created_s);
	if (meta->upper[0] != '\0')
		buf_addf(out, "upper %s\n", meta->upper);
	buf_addf(out, "base-layers %u\nparent %u\nnext %u\n", meta->base_layers,
		 meta->parent, meta->next);
	for (size_t i = 0; i < meta->snap_count; i++) {
		const struct snapshot *snap = &meta->snaps[i];

		buf_addf(out, "snap %u %lld %u %s ", snap->number,
			 (long long)snap->taken_s, snap->parent,
			 snap->automatic ? "auto" : "manual");
		print_short(meta, &snap->chain, snap->parent, snap, out);
		buf_add_char(out, ' ');
		print_escaped(snap->comment, out);
		buf_add_char(out, '\n');
		if (snap->packages[0] != '\0')
			buf_addf(out, "snap-packages %u %s\n", snap->number,
				 snap->packages);
	}
	buf_add_text(out, "lower ");
	print_short(meta, &meta->lower, meta->parent,
		    meta->snap_count > 0 ? meta->snaps + meta->snap_count
					 : NULL,
		    out);
	buf_add_char(out, '\n');
}

/* ---- parsing ------------------------------------------------------------ */

/* The rest of a line, cut into words as it is read. */
struct words {
	const char *at, *end;
};

static struct span_text {
	const char *text;
	size_t len;
} next_word(struct words *words)
{
	const char *blank = memchr(words->at, ' ',
				   (size_t)(words->end - words->at));
	const char *end = blank != NULL ? blank : words->end;
	struct span_text word = { words->at, (size_t)(end - words->at) };

	words->at = blank != NULL ? end + 1 : end;
	return word;
}

static int next_number(struct words *words, int64_t max, int64_t *ret,
		       struct err *e)
{
	struct span_text word = next_word(words);
	int64_t n = 0;

	if (word.len == 0 || word.len > 18)
		return err_say(e, EINVAL, "a number is missing");
	for (size_t i = 0; i < word.len; i++) {
		if (word.text[i] < '0' || word.text[i] > '9')
			return err_say(e, EINVAL, "not a number");
		n = n * 10 + (word.text[i] - '0');
	}
	if (n > max)
		return err_say(e, EINVAL, "a number is too large");
	*ret = n;
	return 0;
}

static int parse_unsigned(struct words *words, unsigned *ret, struct err *e)
{
	int64_t n = 0;
	int rc = next_number(words, UINT32_MAX, &n, e);

	if (rc == 0)
		*ret = (unsigned)n;
	return rc;
}

static int parse_text(struct words *words, char **text, struct err *e)
{
	size_t len = (size_t)(words->end - words->at);

	if (len == 0 || *text != NULL)
		return err_say(e, EINVAL, "an empty or a second value");
	*text = mem_text(words->at, len);
	words->at = words->end;
	return 0;
}

static int parse_image(struct meta *meta, struct words *words, struct err *e)
{
	return parse_text(words, &meta->image, e);
}

static int parse_project(struct meta *meta, struct words *words, struct err *e)
{
	return parse_text(words, &meta->project, e);
}

static int parse_base(struct meta *meta, struct words *words, struct err *e)
{
	return parse_text(words, &meta->base, e);
}

static int parse_map(struct meta *meta, struct words *words, struct err *e)
{
	return parse_text(words, &meta->map, e);
}

static int parse_store(struct meta *meta, struct words *words, struct err *e)
{
	struct span_text word = next_word(words);

	for (int i = 0; i < STORE_KINDS; i++) {
		if (strlen(store_names[i]) == word.len &&
		    memcmp(store_names[i], word.text, word.len) == 0) {
			meta->store = (enum store_kind)i;
			return 0;
		}
	}
	return err_say(e, EINVAL, "unknown store");
}

static int parse_ids(struct meta *meta, struct words *words, struct err *e)
{
	struct span_text word = next_word(words);

	(void)e;
	meta->single = word.len == 6 && memcmp(word.text, "single", 6) == 0;
	return 0;
}

static int parse_init(struct meta *meta, struct words *words, struct err *e)
{
	struct span_text word = next_word(words);

	(void)e;
	meta->init = word.len == 3 && memcmp(word.text, "yes", 3) == 0;
	return 0;
}

static int parse_created(struct meta *meta, struct words *words, struct err *e)
{
	return next_number(words, INT64_MAX, &meta->created_s, e);
}

static int parse_upper(struct meta *meta, struct words *words, struct err *e)
{
	struct span_text word = next_word(words);

	if (!layer_id_is_valid(word.text, word.len))
		return err_say(e, EINVAL, "bad layer");
	memcpy(meta->upper, word.text, word.len);
	meta->upper[word.len] = '\0';
	return 0;
}

static int parse_lower(struct meta *meta, struct words *words, struct err *e)
{
	struct span_text word = next_word(words);

	chain_fini(&meta->lower);
	return chain_parse(word.text, word.len, meta, &meta->lower, e);
}

static int parse_parent(struct meta *meta, struct words *words, struct err *e)
{
	return parse_unsigned(words, &meta->parent, e);
}

static int parse_base_layers(struct meta *meta, struct words *words,
			     struct err *e)
{
	return parse_unsigned(words, &meta->base_layers, e);
}

static int parse_next(struct meta *meta, struct words *words, struct err *e)
{
	return parse_unsigned(words, &meta->next, e);
}

static void push_snapshot(struct meta *meta, struct snapshot take_snap)
{
	meta->snaps = mem_resize(meta->snaps, meta->snap_count + 1,
				 sizeof(*meta->snaps));
	meta->snaps[meta->snap_count++] = take_snap;
}

static int parse_snap(struct meta *meta, struct words *words, struct err *e)
{
	struct snapshot snap = { 0 };
	struct span_text kind, chain;

	if (meta->snap_count >= SNAPS_MAX)
		return err_say(e, EINVAL, "too many snapshots");
	if (parse_unsigned(words, &snap.number, e) < 0 ||
	    next_number(words, INT64_MAX, &snap.taken_s, e) < 0 ||
	    parse_unsigned(words, &snap.parent, e) < 0)
		return -EINVAL;
	kind = next_word(words);
	snap.automatic = kind.len == 4 && memcmp(kind.text, "auto", 4) == 0;
	chain = next_word(words);
	if (!snap.automatic &&
	    (kind.len != 6 || memcmp(kind.text, "manual", 6) != 0))
		return err_say(e, EINVAL, "a snapshot is auto or manual");
	if (chain.len == 0)
		return err_say(e, EINVAL, "a snapshot without layers");
	if (snap.number == 0 || meta_snapshot(meta, snap.number) != NULL)
		return err_say(e, EINVAL, "a snapshot's number is 0 or twice");
	if (chain_parse(chain.text, chain.len, meta, &snap.chain, e) < 0)
		return -EINVAL;
	snap.comment = unescape(words->at, (size_t)(words->end - words->at));
	words->at = words->end;
	push_snapshot(meta, snap);
	return 0;
}

static int parse_id16(struct words *words, char ret[PACKAGES_ID_BYTES + 1],
		      struct err *e)
{
	struct span_text id = next_word(words);

	if (id.len != PACKAGES_ID_BYTES)
		return err_say(e, EINVAL, "packages without an id");
	for (size_t i = 0; i < id.len; i++)
		if (strchr("0123456789abcdef", id.text[i]) == NULL)
			return err_say(e, EINVAL, "packages without an id");
	memcpy(ret, id.text, id.len);
	ret[id.len] = '\0';
	return 0;
}

static int parse_packages(struct meta *meta, struct words *words, struct err *e)
{
	return parse_id16(words, meta->packages, e);
}

static int parse_snap_packages(struct meta *meta, struct words *words,
			       struct err *e)
{
	unsigned number = 0;

	if (parse_unsigned(words, &number, e) < 0)
		return -EINVAL;
	for (size_t i = 0; i < meta->snap_count; i++)
		if (meta->snaps[i].number == number)
			return parse_id16(words, meta->snaps[i].packages, e);
	return err_say(e, EINVAL, "packages of no snapshot");
}

static const struct {
	const char *key;
	int (*parse)(struct meta *meta, struct words *words, struct err *e);
} keys[] = {
	{ "host-packages", parse_packages },
	{ "snap-packages", parse_snap_packages },
	{ "project", parse_project },
	{ "image", parse_image },
	{ "base", parse_base },
	{ "map", parse_map },
	{ "store", parse_store },
	{ "ids", parse_ids },
	{ "created", parse_created },
	{ "upper", parse_upper },
	{ "lower", parse_lower },
	{ "parent", parse_parent },
	{ "next", parse_next },
	{ "init", parse_init },
	{ "snap", parse_snap },
	{ "base-layers", parse_base_layers },
};

static int parse_line(struct meta *meta, struct words words, struct err *e)
{
	struct span_text key = next_word(&words);

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strlen(keys[i].key) == key.len &&
		    memcmp(keys[i].key, key.text, key.len) == 0)
			return keys[i].parse(meta, &words, e);
	return err_say(e, EINVAL, "unknown key '%.*s'",
		       (int)min_size(key.len, 40), key.text);
}

/* "earshot-workspace 1" */
static int parse_magic(const char *text, size_t len, struct err *e)
{
	/* All but the version. */
	size_t name = strlen(magic) - 1;

	if (len == strlen(magic) && memcmp(text, magic, len) == 0)
		return 0;
	if (len > name && memcmp(text, magic, name) == 0)
		return err_say(e, EINVAL,
			       "of a newer version of this program (%.*s)",
			       (int)min_size(len, 40), text);
	return err_say(e, EINVAL, "not a workspace file");
}

static int parse_lines(struct meta *meta, const char *text, const char *end,
		       struct err *e)
{
	for (unsigned number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t len;

		/* Files are replaced whole: a cut line means a foreign hand. */
		if (newline == NULL)
			return err_say(e, EINVAL, "line %u: no newline",
				       number);
		len = (size_t)(newline - text);
		if (number == 1 && parse_magic(text, len, e) < 0)
			return -EINVAL;
		if (number > 1 &&
		    parse_line(meta, (struct words){ text, newline }, e) < 0)
			return err_wrap(e, "line %u", number);
		text = newline + 1;
	}
	return 0;
}

int meta_parse(const char *text, size_t len_bytes, struct meta *ret,
	       struct err *e)
{
	struct meta meta = { .next = 1 };

	if (len_bytes == 0 || memchr(text, '\0', len_bytes) != NULL ||
	    !text_is_utf8(text, len_bytes))
		return err_say(e, EINVAL, "not a workspace file");
	if (parse_lines(&meta, text, text + len_bytes, e) < 0) {
		meta_fini(&meta);
		return -EINVAL;
	}
	if (meta.base_layers > meta.lower.count) {
		meta_fini(&meta);
		return err_say(e, EINVAL, "more base layers than layers");
	}
	*ret = meta;
	return 0;
}

/* ---- the rest ----------------------------------------------------------- */

void meta_fini(struct meta *meta)
{
	free(meta->project);
	free(meta->image);
	free(meta->base);
	free(meta->map);
	chain_fini(&meta->lower);
	for (size_t i = 0; i < meta->snap_count; i++) {
		chain_fini(&meta->snaps[i].chain);
		free(meta->snaps[i].comment);
	}
	free(meta->snaps);
	*meta = (struct meta){ 0 };
}

const struct snapshot *meta_snapshot(const struct meta *meta, unsigned number)
{
	for (size_t i = 0; i < meta->snap_count; i++)
		if (meta->snaps[i].number == number)
			return &meta->snaps[i];
	return NULL;
}

unsigned meta_add_snapshot(struct meta *meta, const struct chain *chain,
			   int64_t taken_s, bool automatic, const char *comment)
{
	struct snapshot snap = {
		.number = meta->next++,
		.taken_s = taken_s,
		.parent = meta->parent,
		.automatic = automatic,
		.chain = chain_copy(chain),
		.comment = mem_copy(comment != NULL ? comment : ""),
	};

	push_snapshot(meta, snap);
	meta->parent = snap.number;
	return snap.number;
}
