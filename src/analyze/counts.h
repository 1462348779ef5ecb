/* SPDX-License-Identifier: MIT */
/*
 * counts.h - calls, errors and time of each syscall, as `-c` shows them
 *
 * Time is the sum of the durations of calls, from entry to exit, waiting included: what
 * strace -c -w counts. A call that was interrupted to be run again is one call; one that never
 * returned is none.
 */
#ifndef ANALYZE_COUNTS_H
#define ANALYZE_COUNTS_H

#include "analyze/sketch.h"
#include "base/str.h"
#include "model/event.h"

struct counts;

struct counts_row {
	const char *name; /* borrowed from struct counts */
	uint64_t n_calls, n_errors, time_ns;
	const struct sketch *durations; /* in nanoseconds; borrowed */
};

enum counts_sort { SORT_TIME, SORT_CALLS, SORT_ERRORS, SORT_NAME, N_COUNTS_SORTS };
extern const char *const counts_sort_names[N_COUNTS_SORTS]; /* as strace -S: "time", … */

struct counts *counts_new(void);
void counts_free(struct counts *c);
AUTO_DEFINE(struct counts *, counts_free)
void counts_call(struct counts *c, const char *name, uint64_t time_ns, bool is_error);
/* The same, by the rules above; events of other kinds do not count. name is the call's. */
void counts_event(struct counts *c, const struct event *event, const char *name);
/* Largest first (names: ascending); equal ones by calls, then by name. Borrowed until the next
 * call of this room. */
const struct counts_row *counts_rows(struct counts *c, enum counts_sort sort, size_t *n);
struct counts_row counts_total(const struct counts *c); /* name "total", durations NULL */

/* The table that strace -c prints. */
void counts_print(struct str *out, struct counts *c, enum counts_sort sort);
/* How long the calls took, a row a syscall: mean, deviation, percentiles, in microseconds. */
void counts_print_durations(struct str *out, struct counts *c, enum counts_sort sort);

#endif
