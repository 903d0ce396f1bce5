/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/store/packages.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/mem.h"

enum {
	STATUS_MAX_BYTES = 256 << 20,
	NAMES_SHOWN = 6,
};

static const char status_file[] = "/var/lib/dpkg/status";

/* ---- dpkg's database ---------------------------------------------------- */

/* All spans are borrowed from the text. */
struct span {
	const char *text;
	size_t len;
};

struct package {
	struct span name, arch, version;
	struct span whole; /* its paragraph, without the empty line */
	bool installed;
};

struct packages {
	struct package *list; /* sorted by name and architecture */
	size_t count;
};

static void packages_fini(struct packages *packages)
{
	free(packages->list);
}

#define SCOPED_PACKAGES ON_SCOPE_EXIT(packages_fini)

static int compare_spans(struct span a, struct span b)
{
	int order = memcmp(a.text, b.text, min_size(a.len, b.len));

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b)
{
	const struct package *x = a, *y = b;
	int order = compare_spans(x->name, y->name);

	return order != 0 ? order : compare_spans(x->arch, y->arch);
}

static const struct package *find(const struct packages *packages,
				  const struct package *like)
{
	return packages->count > 0
		       ? bsearch(like, packages->list, packages->count,
				 sizeof(*like), by_name)
		       : NULL;
}

static void add_package(struct packages *packages, struct package package)
{
	if (package.name.len == 0)
		return;
	if ((packages->count & (packages->count - 1)) == 0)
		packages->list = mem_resize(packages->list,
					    packages->count * 2 + 1,
					    sizeof(package));
	packages->list[packages->count++] = package;
}

static bool take_field(struct span line, const char *key, struct span *ret)
{
	size_t len = strlen(key);

	if (line.len <= len || memcmp(line.text, key, len) != 0)
		return false;
	*ret = (struct span){ line.text + len, line.len - len };
	return true;
}

static void read_field(struct package *package, struct span line)
{
	struct span status;

	if (take_field(line, "Package: ", &package->name) ||
	    take_field(line, "Architecture: ", &package->arch) ||
	    take_field(line, "Version: ", &package->version) ||
	    !take_field(line, "Status: ", &status))
		return;
	package->installed = status.len >= 10 &&
			     memcmp(status.text + status.len - 10, " installed",
				    10) == 0;
}

/* Paragraphs of fields, as in deb822(5). */
static void parse_status(const struct buf *text, struct packages *ret)
{
	const char *at = text->data, *end = at + text->len_bytes;
	struct package package = { .arch.text = "", .version.text = "" };

	while (at != NULL && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct span line = {
			at, (size_t)((newline != NULL ? newline : end) - at)
		};

		if (line.len == 0) {
			add_package(ret, package);
			package = (struct package){ .arch.text = "",
						    .version.text = "" };
		} else {
			if (package.whole.text == NULL)
				package.whole.text = at;
			package.whole.len =
				(size_t)(at + line.len - package.whole.text);
			read_field(&package, line);
		}
		at = newline != NULL ? newline + 1 : end;
	}
	add_package(ret, package);
	if (ret->count > 0)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_name);
}

/* "NAME:ARCH VERSION" lines of a file in hosts/. */
static void parse_list(const struct buf *text, struct packages *ret)
{
	const char *at = text->data, *end = at + text->len_bytes;

	while (at != NULL && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline != NULL ? newline : end) - at);
		const char *space = memchr(at, ' ', len);
		const char *colon = space != NULL ? memchr(at, ':',
							   (size_t)(space - at))
						  : NULL;

		if (colon != NULL)
			add_package(
				ret,
				(struct package){
					.name = { at, (size_t)(colon - at) },
					.arch = { colon + 1,
						  (size_t)(space - colon - 1) },
					.version = { space + 1,
						     len - (size_t)(space + 1 -
								    at) },
					.installed = true,
				});
		at += len + 1;
	}
	if (ret->count > 0)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_name);
}

static void print_list(const struct packages *packages, struct buf *out)
{
	for (size_t i = 0; i < packages->count; i++) {
		const struct package *one = &packages->list[i];

		if (!one->installed)
			continue;
		buf_addf(out, "%.*s:%.*s %.*s\n", (int)one->name.len,
			 one->name.text, (int)one->arch.len, one->arch.text,
			 (int)one->version.len, one->version.text);
	}
}

/* ---- now ---------------------------------------------------------------- */

/* FNV-1a: names a file of one's own, nothing depends on it being hard. */
static void name_of(const struct buf *text, char ret[PACKAGES_ID_BYTES + 1])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text->len_bytes; i++)
		hash = (hash ^ (unsigned char)text->data[i]) *
		       UINT64_C(0x100000001b3);
	snprintf(ret, PACKAGES_ID_BYTES + 1, "%016llx",
		 (unsigned long long)hash);
}

static int read_status(struct buf *out, struct err *e)
{
	return file_read(AT_FDCWD, status_file, STATUS_MAX_BYTES, out, e);
}

static int record(const struct store *store, const char *seen,
		  char ret[PACKAGES_ID_BYTES + 1], struct err *e)
{
	SCOPED_PACKAGES struct packages packages = { 0 };
	SCOPED_BUF struct buf status = { 0 };
	SCOPED_BUF struct buf list = { 0 };
	SCOPED_TEXT char *file = NULL;
	SCOPED_TEXT char *now = NULL;
	int rc = read_status(&status, e);

	if (rc < 0)
		return rc;
	parse_status(&status, &packages);
	print_list(&packages, &list);
	name_of(&list, ret);
	file = mem_printf("hosts/%s", ret);
	now = mem_printf("%s %s", ret, seen);
	if (faccessat(store->dir, file, F_OK, 0) < 0)
		rc = file_replace(store->dir, file, buf_text(&list),
				  list.len_bytes, 0600, e);
	return rc < 0 ? rc
		      : file_replace(store->dir, "hosts/now", now, strlen(now),
				     0600, e);
}

int packages_now(const struct store *store, char ret[PACKAGES_ID_BYTES + 1],
		 struct err *e)
{
	SCOPED_BUF struct buf now = { 0 };
	SCOPED_TEXT char *seen = NULL;
	struct stat st;

	ret[0] = '\0';
	if (stat(status_file, &st) < 0)
		return 0;
	seen = mem_printf("%llu %lld.%09ld %lld", (unsigned long long)st.st_ino,
			  (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			  (long long)st.st_size);
	if (file_read(store->dir, "hosts/now", 256, &now, NULL) == 0 &&
	    now.len_bytes > PACKAGES_ID_BYTES + 1 &&
	    strcmp(now.data + PACKAGES_ID_BYTES + 1, seen) == 0) {
		memcpy(ret, now.data, PACKAGES_ID_BYTES);
		ret[PACKAGES_ID_BYTES] = '\0';
		return 0;
	}
	return record(store, seen, ret, e);
}

/* ---- then and now ------------------------------------------------------- */

static bool read_then(const struct store *store, const char *since,
		      struct buf *text, struct packages *ret)
{
	SCOPED_TEXT char *file = mem_printf("hosts/%s", since);

	if (since[0] == '\0' ||
	    file_read(store->dir, file, STATUS_MAX_BYTES, text, NULL) < 0)
		return false;
	parse_list(text, ret);
	return true;
}

/* Removed is as if it had never been there. */
static bool same_version(const struct package *a, const struct package *b)
{
	bool has_a = a != NULL && a->installed;
	bool has_b = b != NULL && b->installed;

	if (!has_a || !has_b)
		return has_a == has_b;
	return compare_spans(a->version, b->version) == 0;
}

static void add_change(struct buf *out, struct span name, struct span from,
		       struct span to)
{
	buf_addf(out, "%.*s %.*s -> %.*s\n", (int)name.len, name.text,
		 (int)from.len, from.text, (int)to.len, to.text);
}

int packages_changed(const struct store *store, const char *since,
		     struct buf *out, struct err *e)
{
	SCOPED_PACKAGES struct packages then = { 0 };
	SCOPED_PACKAGES struct packages now = { 0 };
	SCOPED_BUF struct buf then_text = { 0 };
	SCOPED_BUF struct buf now_text = { 0 };
	const struct span none = { "(none)", 6 };
	char id[PACKAGES_ID_BYTES + 1];
	int count = 0, rc = packages_now(store, id, e);

	if (rc < 0 || id[0] == '\0' || strcmp(id, since) == 0 ||
	    !read_then(store, since, &then_text, &then) ||
	    !read_then(store, id, &now_text, &now))
		return rc;
	for (size_t i = 0; i < then.count; i++) {
		const struct package *new = find(&now, &then.list[i]);

		if (same_version(&then.list[i], new))
			continue;
		add_change(out, then.list[i].name, then.list[i].version,
			   new != NULL ? new->version : none);
		count++;
	}
	for (size_t i = 0; i < now.count; i++) {
		if (find(&then, &now.list[i]) != NULL)
			continue;
		add_change(out, now.list[i].name, none, now.list[i].version);
		count++;
	}
	return count;
}

char *packages_sentence(int count, const struct buf *lines, const char *when)
{
	SCOPED_BUF struct buf text = { 0 };
	const char *at = buf_text(lines);

	buf_addf(&text, "%d package%s of the host changed since %s: ", count,
		 count == 1 ? "" : "s", when);
	for (int i = 0; i < NAMES_SHOWN && *at != '\0'; i++) {
		buf_addf(&text, "%s%.*s", i > 0 ? ", " : "",
			 (int)strcspn(at, " "), at);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	if (*at != '\0')
		buf_add_text(&text, ", ...");
	return mem_copy(buf_text(&text));
}

/* ---- merging ------------------------------------------------------------ */

static void add_paragraph(struct buf *out, const struct package *package)
{
	buf_add(out, package->whole.text, package->whole.len);
	buf_add_text(out, "\n\n");
}

struct merge {
	struct packages then, now, ours;
	struct buf *out, *conflicts;
	int changed;
};

/* One package that is inside. */
static void merge_ours(struct merge *m, const struct package *ours)
{
	const struct package *then = find(&m->then, ours);
	const struct package *now = find(&m->now, ours);

	if (same_version(then, now) || same_version(ours, now)) {
		add_paragraph(m->out, ours);
	} else if (same_version(ours, then)) {
		/* Not touched inside: the host's of today, or gone with it. */
		if (now != NULL)
			add_paragraph(m->out, now);
		m->changed++;
	} else {
		add_paragraph(m->out, ours);
		buf_addf(m->conflicts, "%.*s\n", (int)ours->name.len,
			 ours->name.text);
	}
}

int packages_merge(const struct store *store, const char *since,
		   const struct buf *ours, struct buf *out,
		   struct buf *conflicts, struct err *e)
{
	SCOPED_BUF struct buf then_text = { 0 };
	SCOPED_BUF struct buf now_text = { 0 };
	struct merge m = { .out = out, .conflicts = conflicts };
	int rc = read_status(&now_text, e);

	if (rc < 0)
		return rc;
	(void)read_then(store, since, &then_text, &m.then);
	parse_status(&now_text, &m.now);
	parse_status(ours, &m.ours);
	for (size_t i = 0; i < m.ours.count; i++)
		merge_ours(&m, &m.ours.list[i]);
	/* New on the host, and not removed inside. */
	for (size_t i = 0; i < m.now.count; i++) {
		const struct package *now = &m.now.list[i];

		if (find(&m.ours, now) != NULL || find(&m.then, now) != NULL)
			continue;
		add_paragraph(out, now);
		m.changed++;
	}
	packages_fini(&m.then);
	packages_fini(&m.now);
	packages_fini(&m.ours);
	return m.changed;
}
