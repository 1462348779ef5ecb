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
	size_t room;               /* of out->items */
	bool *is_meant, *is_aside; /* for each row: does `where`, does `aside` select it? */
};

/* A new finding, zeroed but for its fingerprint. identity: what of `where` is the same in every
 * run. */
struct antipattern_hit *search_hit(struct search *s, const char *identity);
/* The same of the process of that row: its program is the identity, `where` is told. */
struct antipattern_hit *search_hit_in(
	struct search *s, size_t row, double confidence, uint64_t n, uint64_t n_of);
/* "process 2 (/usr/bin/make)"; row: any of its rows. */
const char *search_process(const struct search *s, int64_t process, size_t row);
bool search_is(const struct search *s, size_t row, const char *event); /* "exit" */

/* What the row has there, appended, as it is called in every run. */
void search_name(struct str *out, const struct search *s, enum column column, size_t row);
/* A value as bytes that are equal for equal values, appended; false: it has none. An fd_name
 * that is not known is the descriptor's number. */
bool search_key(struct str *key, const struct columns *c, enum column column, size_t row);
static inline int64_t
search_number(const struct search *s, enum column column, size_t row)
{
	return columns_number(s->columns, column, row);
}

typedef void search_fn(struct search *s);
search_fn search_EXCESSIVE_IO, search_GOD_PROCESS, search_TIGHT_LOOP, search_SERIAL_WAITS,
	search_EAGAIN_SPIN, search_BLOCKING_MAIN_THREAD;

#endif
