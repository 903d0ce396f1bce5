/*
 * project.c - a program "project" with nothing but its workspace mode, for
 * tests of that mode alone.
 */
#include <string.h>

#include "core/log.h"
#include "project/workspace/workspace.h"

int main(int argc, char **argv)
{
	log_open("project", LOG_LEVEL_INFO);
	if (argc > 1 &&
	    (strcmp(argv[1], "workspace") == 0 || strcmp(argv[1], "w") == 0))
		return workspace_main(argc - 1, argv + 1);
	log_err("only \"workspace\" is built in here");
	return 2;
}
