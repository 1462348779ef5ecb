/* SPDX-License-Identifier: MIT */
/*
 * present.h - output that tells when it was made, and was the same in all recordings
 *
 * Recordings take a moment, so that a minute or a date in their output does not differ between
 * them; a check tomorrow would. It is known by its value: that of the present moment.
 */
#ifndef GATE_PRESENT_H
#define GATE_PRESENT_H

#include "base/mem.h"
#include "model/golden.h"

#include <sys/types.h>

struct present {
	const char *where;  /* "stdout line 3" */
	const char *text;   /* "2026-11-21" */
	const char *redact; /* an entry for it */
	bool is_minute;     /* else a day */
};

/* The first text of the golden, outside its holes, that is the minute or the day from first_s
 * to last_s (seconds since 1970), in UTC or in our time zone. False: none is. */
bool present_find(struct present *out, struct arena *arena, const struct golden *golden,
	uint64_t first_s, uint64_t last_s);
/* The same for the number of the process that records, which is the target's parent. */
bool present_find_pid(
	struct present *out, struct arena *arena, const struct golden *golden, pid_t pid);

#endif
