/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/image.h"

#include <string.h>
#include <sys/utsname.h>

#include "core/base.h"

const char *image_architecture(void)
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

static const char *const image_keys[] = { "Entrypoint", "Cmd", "Env" };
static const char *const image_words[] = { "User", "WorkingDir" };

struct json *image_run_part(const struct json *config)
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
