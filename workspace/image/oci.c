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
#include <sys/utsname.h>
#include <time.h>

#include "core/files.h"
#include "core/json.h"
#include "core/mem.h"
#include "workspace/image/digest.h"
#include "workspace/image/oci.h"

enum {
	OCI_JSON_MAX_BYTES = 4 << 20,
	OCI_LAYERS_MAX = 128,
	OCI_IMAGE_MAX_BYTES = 65536,
	OCI_NESTED_MAX = 4, /* an index in an index in ... */
};

static const char type_index[] = "application/vnd.oci.image.index.v1+json";
static const char type_manifest[] =
	"application/vnd.oci.image.manifest.v1+json";
static const char type_config[] = "application/vnd.oci.image.config.v1+json";
static const char type_layer[] = "application/vnd.oci.image.layer.v1.tar";

/* What Go calls this machine. */
static const char *architecture(void)
{
	static const struct {
		const char *machine, *go;
	} table[] = {
		{ "x86_64", "amd64" },	  { "aarch64", "arm64" },
		{ "armv7l", "arm" },	  { "i686", "386" },
		{ "riscv64", "riscv64" }, { "ppc64le", "ppc64le" },
		{ "s390x", "s390x" },
	};
	static struct utsname name;

	(void)uname(&name);
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].machine, name.machine) == 0)
			return table[i].go;
	return name.machine;
}

/* ---- reading ------------------------------------------------------------ */

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
		if (arch != NULL && strcmp(arch, architecture()) == 0)
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

static const char *const image_keys[] = { "Entrypoint", "Cmd", "Env" };
static const char *const image_words[] = { "User", "WorkingDir" };

/* What of a configuration is kept. */
static struct json *run_part(const struct json *config)
{
	struct json *ret = json_object_make();

	for (size_t i = 0; i < COUNT_OF(image_keys); i++) {
		const struct json *from = json_get(config, image_keys[i]);
		struct json *list;

		if (json_count(from) == 0)
			continue;
		list = json_array_make();
		for (size_t j = 0; j < json_count(from); j++) {
			const char *text = json_text(json_at(from, j));

			if (text != NULL)
				json_add_text(list, NULL, text);
		}
		json_add(ret, image_keys[i], list);
	}
	for (size_t i = 0; i < COUNT_OF(image_words); i++) {
		const char *text = json_get_text(config, image_words[i]);

		if (text != NULL && text[0] != '\0')
			json_add_text(ret, image_words[i], text);
	}
	return ret;
}

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
	part = run_part(json_get(json, "config"));
	json_print(part, &text);
	json_free(part);
	json_free(json);
	free(*import->image);
	*import->image = text.len_bytes <= OCI_IMAGE_MAX_BYTES
				 ? mem_copy(buf_text(&text))
				 : NULL;
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
		rc = import_layers(import, dir, json_get(json, "layers"), ret,
				   e);
	if (rc == 0 && json_get(json, "config") != NULL)
		keep_image(import,
			   open_blob(dir, json_get(json, "config"), NULL));
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

int docker_import(const struct import *import, int dir, struct chain *ret,
		  struct err *e)
{
	SCOPED_FD int fd = open_beneath(dir, "manifest.json", e);
	struct json *list;
	const char *name;
	int rc;

	if (fd < 0)
		return fd;
	list = parse_fd(fd, "manifest.json", e);
	if (list == NULL)
		return -EINVAL;
	rc = choose_name(import, list, &name, e);
	if (rc == 0)
		rc = import_docker(import, dir, choose(list, name), ret, e);
	json_free(list);
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

struct blob {
	char hex[DIGEST_HEX_BYTES + 1];
	uint64_t bytes;
};

static struct json *descriptor(const char *type, const struct blob *blob)
{
	SCOPED_TEXT char *digest = mem_printf("sha256:%s", blob->hex);
	struct json *json = json_object_make();

	json_add_text(json, "mediaType", type);
	json_add_text(json, "digest", digest);
	json_add_int(json, "size", (int64_t)blob->bytes);
	return json;
}

/* Write JSON as a blob and tell its descriptor's facts. */
static int write_json_blob(struct pack *pack, struct json *take_json,
			   struct blob *ret, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };
	SCOPED_TEXT char *name = NULL;

	json_print(take_json, &text);
	json_free(take_json);
	digest_bytes(buf_text(&text), text.len_bytes, ret->hex);
	ret->bytes = text.len_bytes;
	name = mem_printf("blobs/sha256/%s", ret->hex);
	return pack_file(pack, name, buf_text(&text), -1, text.len_bytes, e);
}

/* The layer is not compressed: its digest is then also its diff id. */
static int write_layer(struct pack *pack, int root, int tmp, struct blob *ret,
		       uint64_t *ret_skipped, struct err *e)
{
	SCOPED_FD int fd = openat(tmp, ".", O_TMPFILE | O_RDWR | O_CLOEXEC,
				  0600);
	SCOPED_TEXT char *name = NULL;
	struct pack *layer;
	struct stat st;
	int rc;

	if (fd < 0)
		return err_set(e, errno, "make a temporary file");
	layer = pack_new(fd, "layer.tar", e);
	if (layer == NULL)
		return -EIO;
	pack_without_holes(layer);
	rc = pack_tree(layer, root, "", ret_skipped, e);
	if (rc < 0) {
		pack_abandon(layer);
		return rc;
	}
	rc = pack_close(layer, e);
	if (rc == 0)
		rc = digest_fd(fd, ret->hex, e);
	if (rc < 0)
		return rc;
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat");
	ret->bytes = (uint64_t)st.st_size;
	name = mem_printf("blobs/sha256/%s", ret->hex);
	return pack_file(pack, name, NULL, fd, ret->bytes, e);
}

/* What an image said of running it, or what suits any root file system. */
static struct json *make_run(const char *image)
{
	struct json *kept = image != NULL ? json_parse(image, strlen(image))
					  : NULL;
	struct json *run = kept != NULL ? run_part(kept) : json_object_make();
	struct json *list;

	if (json_get(run, "Cmd") == NULL &&
	    json_get(run, "Entrypoint") == NULL) {
		list = json_array_make();
		json_add_text(list, NULL, "/bin/sh");
		json_add(run, "Cmd", list);
	}
	if (json_get(run, "Env") == NULL) {
		list = json_array_make();
		json_add_text(list, NULL,
			      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
			      "/usr/bin:/sbin:/bin");
		json_add(run, "Env", list);
	}
	json_free(kept);
	return run;
}

static void utc_time(char *text, size_t text_bytes)
{
	time_t now = time(NULL);
	struct tm tm;

	(void)gmtime_r(&now, &tm);
	(void)strftime(text, text_bytes, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* podman build wants as many entries of history as there are layers. */
static struct json *make_history(const char *created)
{
	struct json *list = json_array_make();
	struct json *one = json_object_make();

	json_add_text(one, "created", created);
	json_add_text(one, "created_by", "project workspace export");
	json_add(list, NULL, one);
	return list;
}

static struct json *make_config(const struct blob *layer, const char *image)
{
	SCOPED_TEXT char *diff = mem_printf("sha256:%s", layer->hex);
	struct json *config = json_object_make();
	struct json *rootfs = json_object_make();
	struct json *list = json_array_make();
	char created[32];

	utc_time(created, sizeof(created));
	json_add_text(list, NULL, diff);
	json_add_text(rootfs, "type", "layers");
	json_add(rootfs, "diff_ids", list);
	json_add_text(config, "created", created);
	json_add_text(config, "architecture", architecture());
	json_add_text(config, "os", "linux");
	json_add(config, "config", make_run(image));
	json_add(config, "rootfs", rootfs);
	json_add(config, "history", make_history(created));
	return config;
}

static struct json *make_manifest(const struct blob *config,
				  const struct blob *layer)
{
	struct json *manifest = json_object_make();
	struct json *layers = json_array_make();

	json_add_int(manifest, "schemaVersion", 2);
	json_add_text(manifest, "mediaType", type_manifest);
	json_add(manifest, "config", descriptor(type_config, config));
	json_add(layers, NULL, descriptor(type_layer, layer));
	json_add(manifest, "layers", layers);
	return manifest;
}

/* An image reference: lower-case letters, digits, ".", "-", "_". */
static char *reference(const char *name)
{
	char *text = mem_printf("%s:latest", name);

	for (char *p = text; *p != ':'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		else if (!((*p >= 'a' && *p <= 'z') ||
			   (*p >= '0' && *p <= '9') || *p == '.' || *p == '-'))
			*p = '_';
	}
	return text;
}

static struct json *make_index(const struct blob *manifest, const char *name)
{
	SCOPED_TEXT char *ref = reference(name);
	struct json *index = json_object_make();
	struct json *list = json_array_make();
	struct json *one = descriptor(type_manifest, manifest);
	struct json *notes = json_object_make();

	json_add_text(notes, "org.opencontainers.image.ref.name", ref);
	json_add_text(notes, "io.containerd.image.name", ref);
	json_add(one, "annotations", notes);
	json_add(list, NULL, one);
	json_add_int(index, "schemaVersion", 2);
	json_add_text(index, "mediaType", type_index);
	json_add(index, "manifests", list);
	return index;
}

/* The same image for "docker load", which before version 25 knows no layout. */
static struct json *make_docker(const struct blob *config,
				const struct blob *layer, const char *name)
{
	SCOPED_TEXT char *ref = reference(name);
	SCOPED_TEXT char *config_path = mem_printf("blobs/sha256/%s",
						   config->hex);
	SCOPED_TEXT char *layer_path = mem_printf("blobs/sha256/%s",
						  layer->hex);
	struct json *list = json_array_make();
	struct json *one = json_object_make();
	struct json *tags = json_array_make();
	struct json *layers = json_array_make();

	json_add_text(tags, NULL, ref);
	json_add_text(layers, NULL, layer_path);
	json_add_text(one, "Config", config_path);
	json_add(one, "RepoTags", tags);
	json_add(one, "Layers", layers);
	json_add(list, NULL, one);
	return list;
}

static int pack_json(struct pack *pack, const char *name,
		     struct json *take_json, struct err *e)
{
	SCOPED_BUF struct buf text = { 0 };

	json_print(take_json, &text);
	json_free(take_json);
	return pack_file(pack, name, buf_text(&text), -1, text.len_bytes, e);
}

int oci_export(struct pack *pack, int root, int tmp, const char *name,
	       const char *image, uint64_t *ret_skipped, struct err *e)
{
	static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	/* An ordinary user's skopeo wants to give what is missing to root. */
	static const char *const directories[] = { "blobs/", "blobs/sha256/" };
	struct blob layer = { 0 }, config = { 0 }, manifest = { 0 };
	int rc = digest_load(e);

	if (rc == 0)
		rc = pack_file(pack, "oci-layout", layout, -1,
			       sizeof(layout) - 1, e);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(directories); i++)
		rc = pack_file(pack, directories[i], "", -1, 0, e);
	if (rc == 0)
		rc = write_layer(pack, root, tmp, &layer, ret_skipped, e);
	if (rc == 0)
		rc = write_json_blob(pack, make_config(&layer, image), &config,
				     e);
	if (rc == 0)
		rc = write_json_blob(pack, make_manifest(&config, &layer),
				     &manifest, e);
	if (rc == 0)
		rc = pack_json(pack, "index.json", make_index(&manifest, name),
			       e);
	return rc < 0 ? rc
		      : pack_json(pack, "manifest.json",
				  make_docker(&config, &layer, name), e);
}
