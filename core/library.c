/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "core/library.h"

#include <dlfcn.h>
#include <string.h>

int library_load(const char *soname, const char *package,
		 const struct library_symbol *symbols, size_t count,
		 struct err *e)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	bool good = library != NULL;

	for (size_t i = 0; good && i < count; i++) {
		void *symbol = dlsym(library, symbols[i].name);

		/* ISO C does not convert an object's address to a function's.
		 */
		memcpy(symbols[i].function, &symbol, sizeof(symbol));
		good = symbol != NULL;
	}
	return good ? 0
		    : err_say(e, ENOENT,
			      "%s is not installed (Debian: package %s)",
			      soname, package);
}
