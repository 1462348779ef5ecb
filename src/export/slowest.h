/* SPDX-License-Identifier: MIT */
/*
 * slowest.h - the calls of a run that took longest, so many and not one more; export's own
 */
#ifndef EXPORT_SLOWEST_H
#define EXPORT_SLOWEST_H

#include "export/names.h"

/* A call, as far as a span tells of it. Names are borrowed from the arena, texts are owned. */
struct kept_call {
	uint64_t enter_ns, exit_ns, seq;
	uint32_t task;
	uint8_t state;
	bool is_error;
	int64_t ret;
	const char *name, *error;
	const char *function, *file; /* NULL: not known */
	uint32_t line;
	char *path, *peer; /* NULL: none */
};

struct slowest;

struct slowest *slowest_new(size_t most, uint64_t min_ns);
void slowest_free(struct slowest *s);
/* Is a call that took so long one of them, as far as is known? If so it must be added. Of equal
 * ones the first stay. */
bool slowest_takes(struct slowest *s, uint64_t duration_ns);
void slowest_add(struct slowest *s, const struct kept_call *call);
/* In the order in which they began; nothing may be added after it. */
const struct kept_call *slowest_list(struct slowest *s, size_t *n);
/* How many were left out: because they were shorter than min_ns, and by the limit. */
uint64_t slowest_too_short(const struct slowest *s);
uint64_t slowest_too_many(const struct slowest *s);

#endif
