/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * project-workspace - "project workspace", as a helper program of its own:
 * archives, namespaces and filters bring libraries that would make every other
 * command, and every TAB, start several times slower.
 */
#include "core/log.h"
#include "workspace/run/seal.h"
#include "workspace/workspace.h"

int main(int argc, char **argv)
{
	static char name[] = "workspace";

	seal_begin(argv);
	log_open("project", LOG_LEVEL_INFO);
	if (argc > 0)
		argv[0] = name;
	return workspace_main(argc, argv);
}
