/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Source: opencontainers/image-spec 1.0: image-layout.md, manifest.md,
 * config.md, layer.md.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core/files.h"
#include "core/json.h"
#include "core/mem.h"
#include "workspace/image/digest.h"
#include "workspace/image/image.h"
#include "workspace/image/oci.h"

enum {
	OCI_JSON_MAX_BYTES = 4 << 20,
	OCI_LAYERS_MAX = 128,
	OCI_IMAGE_MAX_BYTES = 65536,
	OCI_NESTED_MAX = 4, /* an index in an index in ... */
};

/* ---- parts, checked ----------------------------------------------------- */

static int open_beneath(int dir, const char *path, struct err *e)
{
	/* docker's layers may be links to each other. */
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	struct stat st;
	int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));

	if (fd < 0)
		return err_set(e, errno, "open %s of the image", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_say(e, EINVAL, "%s of the image is no file", path);
	}
	return fd;
}

static struct json *parse_fd(int fd, const char *what, struct err *e)
{
	SCOPED_TEXT char *path = mem_printf("/proc/self/fd/%d", fd);
	SCOPED_BUF struct buf text = { 0 };
	struct json *json;

	if (file_read(AT_FDCWD, path, OCI_JSON_MAX_BYTES, &text, e) < 0)
		return NULL;
	json = json_parse(buf_text(&text), text.len_bytes);
	if (json == NULL)
		(void)err_say(e, EINVAL, "%s of the image is not JSON", what);
	return json;
}

/* The blob that a descriptor names, checked. */
static int open_blob(int dir, const struct json *descriptor, struct err *e)
{
	const char *digest = json_get_text(descriptor, "digest");
	char hex[DIGEST_HEX_BYTES + 1];
	SCOPED_TEXT char *path = NULL;
	SCOPED_FD int fd = -1;
	int rc;

	if (digest == NULL || strncmp(digest, "sha256:", 7) != 0 ||
	    strlen(digest + 7) != DIGEST_HEX_BYTES ||
	    strspn(digest + 7, "0123456789abcdef") != DIGEST_HEX_BYTES)
		return err_say(e, EINVAL,
			       "the image names a part without a "
			       "SHA-256 digest");
	path = mem_printf("blobs/sha256/%s", digest + 7);
	/* skopeo's "dir:" has them side by side. */
	if (faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		memmove(path, digest + 7, DIGEST_HEX_BYTES + 1);
	fd = open_beneath(dir, path, e);
	rc = fd < 0 ? fd : digest_fd(fd, hex, e);
	if (rc < 0)
		return rc;
	if (strcmp(hex, digest + 7) != 0)
		return err_say(e, EINVAL,
			       "%s of the image is damaged: its "
			       "digest differs",
			       path);
	return fd_give(&fd);
}

/* What an image is called: in a layout, in docker's own archive. */
static const char *name_of(const struct json *image)
{
	const char *name = json_get_text(json_get(image, "annotations"),
					 "org.opencontainers.image.ref.name");

	return name != NULL
		       ? name
		       : json_text(json_at(json_get(image, "RepoTags"), 0));
}

/* The whole name, "registry/name:tag" in general, or its tag alone. */
static bool is_called(const struct json *image, const char *name)
{
	const char *own = name_of(image);
	const char *tag = own != NULL ? strrchr(own, ':') : NULL;

	return own != NULL && (strcmp(own, name) == 0 ||
			       (tag != NULL && strcmp(tag + 1, name) == 0));
}

static size_t count_called(const struct json *list, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < json_count(list); i++)
		count += is_called(json_at(list, i), name);
	return count;
}

/*
 * Of several images the one that is asked for, else "latest", is *ret_name;
 * NULL when all are one image, for several machines.
 */
static int choose_name(const struct import *import, const struct json *list,
		       const char **ret_name, struct err *e)
{
	const char *first = name_of(json_at(list, 0));
	SCOPED_BUF struct buf names = { 0 };
	bool differ = false;

	*ret_name = import->name;
	for (size_t i = 0; i < json_count(list); i++) {
		const char *name = name_of(json_at(list, i));

		differ = differ || (name != NULL && first != NULL &&
				    strcmp(name, first) != 0);
		buf_addf(&names, "%s%s", i > 0 ? ", " : "",
			 name != NULL ? name : "one without a name");
	}
	if (*ret_name == NULL && differ)
		*ret_name = "latest";
	if (*ret_name == NULL || count_called(list, *ret_name) > 0)
		return 0;
	return err_say(e, ENOENT,
		       "which image? Give its name after the file's, as in "
		       "FILE:NAME. There are: %s",
		       buf_text(&names));
}

/* Of several machines' manifests, this one's. */
static const struct json *choose(const struct json *list, const char *name)
{
	const struct json *first = NULL, *any = NULL;

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const struct json *platform = json_get(one, "platform");
		const char *arch = json_get_text(platform, "architecture");

		if (name != NULL && !is_called(one, name))
			continue;
		if (any == NULL)
			any = one;
		if (arch == NULL && first == NULL)
			first = one;
		if (arch != NULL && strcmp(arch, image_architecture()) == 0)
			return one;
	}
	return first != NULL ? first : any;
}

static int import_layers(const struct import *import, int dir,
			 const struct json *layers, struct chain *ret,
			 struct err *e)
{
	int rc = 0;

	if (json_count(layers) == 0 || json_count(layers) > OCI_LAYERS_MAX)
		return err_say(e, EINVAL, "the image has %zu layers (1 to %d)",
			       json_count(layers), OCI_LAYERS_MAX);
	/* The lowest comes first. */
	for (size_t i = 0; rc == 0 && i < json_count(layers); i++) {
		SCOPED_FD int blob = open_blob(dir, json_at(layers, i), e);

		rc = blob < 0
			     ? blob
			     : import_archive(import, blob, NULL, true, ret, e);
	}
	return rc;
}

/* ---- how it is run ------------------------------------------------------ */

/* An image without any runs as any root file system does. */
static void keep_image(const struct import *import, int take_fd)
{
	SCOPED_FD int fd = take_fd;
	SCOPED_BUF struct buf text = { 0 };
	struct json *json = fd >= 0 ? parse_fd(fd, "the configuration", NULL)
				    : NULL;
	struct json *part;

	if (json == NULL || import->image == NULL) {
		json_free(json);
		return;
	}
	part = image_run_part(json_get(json, "config"));
	json_print(part, &text);
	json_free(part);
	json_free(json);
	free(*import->image);
	*import->image = text.len_bytes <= OCI_IMAGE_MAX_BYTES
				 ? mem_copy(buf_text(&text))
				 : NULL;
}

/* One image, by its manifest. */
static int import_one(const struct import *import, int dir,
		      const struct json *manifest, struct chain *ret,
		      struct err *e)
{
	const struct json *config = json_get(manifest, "config");
	int rc = import_layers(import, dir, json_get(manifest, "layers"), ret,
			       e);

	if (rc == 0 && config != NULL)
		keep_image(import, open_blob(dir, config, NULL));
	return rc;
}

static int import_manifest(const struct import *import, int dir,
			   const struct json *index, unsigned depth,
			   struct chain *ret, struct err *e)
{
	const struct json *list = json_get(index, "manifests");
	const struct json *chosen;
	const char *name = NULL;
	SCOPED_FD int fd = -1;
	struct json *json;
	int rc = depth == 0 ? choose_name(import, list, &name, e) : 0;

	if (rc < 0)
		return rc;
	chosen = choose(list, name);
	if (chosen == NULL || depth > OCI_NESTED_MAX)
		return err_say(e, EINVAL, "the image names no manifest");
	fd = open_blob(dir, chosen, e);
	if (fd < 0)
		return fd;
	json = parse_fd(fd, "the manifest", e);
	if (json == NULL)
		return -EINVAL;
	/* An index, or what docker calls a manifest list. */
	if (json_get(json, "manifests") != NULL)
		rc = import_manifest(import, dir, json, depth + 1, ret, e);
	else
		rc = import_one(import, dir, json, ret, e);
	json_free(json);
	return rc;
}

int oci_import(const struct import *import, int dir, struct chain *ret,
	       struct err *e)
{
	SCOPED_FD int fd = open_beneath(dir, "index.json", e);
	struct json *index;
	int rc;

	if (fd < 0)
		return fd;
	rc = digest_load(e);
	if (rc < 0)
		return rc;
	index = parse_fd(fd, "index.json", e);
	if (index == NULL)
		return -EINVAL;
	rc = import_manifest(import, dir, index, 0, ret, e);
	json_free(index);
	return rc;
}

/* ---- docker's own -------------------------------------------------------- */

/* [{"Config": FILE, "Layers": [FILE, ...]}], the lowest first. */
static int import_docker(const struct import *import, int dir,
			 const struct json *image, struct chain *ret,
			 struct err *e)
{
	const struct json *layers = json_get(image, "Layers");
	const char *config = json_get_text(image, "Config");
	int rc = 0;

	if (json_count(layers) == 0 || json_count(layers) > OCI_LAYERS_MAX)
		return err_say(e, EINVAL, "the image has %zu layers (1 to %d)",
			       json_count(layers), OCI_LAYERS_MAX);
	for (size_t i = 0; rc == 0 && i < json_count(layers); i++) {
		const char *path = json_text(json_at(layers, i));
		SCOPED_FD int layer = open_beneath(dir,
						   path != NULL ? path : "", e);

		rc = layer < 0 ? layer
			       : import_archive(import, layer, NULL, true, ret,
						e);
	}
	if (rc == 0 && config != NULL)
		keep_image(import, open_beneath(dir, config, NULL));
	return rc;
}

static int import_chosen(const struct import *import, int dir,
			 const struct json *list, struct chain *ret,
			 struct err *e)
{
	const char *name;
	int rc = choose_name(import, list, &name, e);

	return rc < 0 ? rc
		      : import_docker(import, dir, choose(list, name), ret, e);
}

int docker_import(const struct import *import, int dir, struct chain *ret,
		  struct err *e)
{
	SCOPED_FD int fd = open_beneath(dir, "manifest.json", e);
	struct json *list;
	int rc;

	if (fd < 0)
		return fd;
	rc = digest_load(e);
	if (rc < 0)
		return rc;
	list = parse_fd(fd, "manifest.json", e);
	if (list == NULL)
		return -EINVAL;
	/* A list of docker's, or the one manifest of skopeo's "dir:". */
	rc = json_get(list, "layers") != NULL
		     ? import_one(import, dir, list, ret, e)
		     : import_chosen(import, dir, list, ret, e);
	json_free(list);
	return rc;
}
