/* SPDX-License-Identifier: MIT */
/* deeds.h - a program of many deeds, each done by its name; without one they are listed */
#ifndef TESTS_PROG_DEEDS_H
#define TESTS_PROG_DEEDS_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct deed {
	const char *name;
	void (*run)(void);
};
/* clang-format off */
#define DEED(name_) { #name_, name_ }
/* clang-format on */

/* What this machine does not know or allow is no failure of the test: 77. */
static void
must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(errno == ENOSYS || errno == EPERM ? 77 : 1);
}
#define MUST(is_so) must(is_so, #is_so)

/* The status of the program. */
static int
deeds_run(const struct deed *deeds, size_t n, int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < n; i++)
		if (strcmp(deeds[i].name, argv[1]) == 0) {
			deeds[i].run();
			return 0;
		}
	for (size_t i = 0; i < n; i++)
		puts(deeds[i].name);
	return 2;
}

#endif
