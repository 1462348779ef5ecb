/* SPDX-License-Identifier: MIT */
/*
 * want.h - what a tracee says its trace must hold
 *
 * WANT(n, regex) prints a line `want N REGEX`: exactly n lines of what tests/driver/events
 * prints match the extended regular expression. It stands beside the calls that make it so.
 * What is printed stays in the buffer until done(), so that the tracee's own words are one
 * write.
 */
#ifndef TESTS_PROG_WANT_H
#define TESTS_PROG_WANT_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char want_room[1 << 16];

#define WANT(n, ...) want(n, __VA_ARGS__)
/* The tracee found something else than it would untraced. */
#define MUST(condition)                                                                        \
	do {                                                                                   \
		if (!(condition)) {                                                            \
			fprintf(stderr, "%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__,  \
				#condition, errno);                                            \
			_exit(99);                                                             \
		}                                                                              \
	} while (0)

static inline void __attribute__((format(printf, 2, 3))) want(long n, const char *fmt, ...)
{
	va_list ap;

	printf("want %ld ", n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* How many times slower than others this machine is: who waits for others to get somewhere
 * waits so much longer. */
static inline unsigned
slow(void)
{
	const char *text = getenv("SLOW");
	int n = text ? atoi(text) : 1;

	return n > 0 ? (unsigned)n : 1;
}

static inline void
begin(void)
{
	setvbuf(stdout, want_room, _IOFBF, sizeof want_room);
}

#endif
