/* SPDX-License-Identifier: MIT */
/* antipattern_own.h - what the files that look for anti-patterns share */
#ifndef JUDGE_ANTIPATTERN_OWN_H
#define JUDGE_ANTIPATTERN_OWN_H

#include "judge/antipattern.h"

struct search {
	struct antipattern_hits *out;
	struct arena *arena;
	const struct columns *columns;
	const struct antipattern_spec *spec;
	size_t room; /* of out->items */
};

/* A new finding, zeroed but for its fingerprint. identity: what of `where` is the same in every
 * run. */
struct antipattern_hit *search_hit(struct search *s, const char *identity);
/* "process 2 (/usr/bin/make)"; row: any of its rows. */
const char *search_process(const struct search *s, int64_t process, size_t row);
bool search_is(const struct search *s, size_t row, const char *event); /* "exit" */

typedef void search_fn(struct search *s);
search_fn search_EXCESSIVE_IO, search_GOD_PROCESS, search_TIGHT_LOOP, search_SERIAL_WAITS;

#endif
