/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Source: opencontainers/image-spec 1.0, as in oci.c. */
#include "workspace/image/oci_export.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/json.h"
#include "core/mem.h"
#include "workspace/image/digest.h"
#include "workspace/image/image.h"

static const char type_index[] = "application/vnd.oci.image.index.v1+json";
static const char type_manifest[] =
	"application/vnd.oci.image.manifest.v1+json";
static const char type_config[] = "application/vnd.oci.image.config.v1+json";
static const char type_layer[] = "application/vnd.oci.image.layer.v1.tar";

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
	struct json *run = kept != NULL ? image_run_part(kept)
					: json_object_make();
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
	json_add_text(config, "architecture", image_architecture());
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
