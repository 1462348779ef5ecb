/* SPDX-License-Identifier: MIT */
/*
 * fate.h - what became of the descriptors that calls made; for the files of this room only
 *
 * "exit": the process that made it, or the last one that shared its table, still held it when
 * it ended; "exec": or when it executed another program; "stray": a program was executed with
 * it, by whomever, that never used it; "closed": none of these. 0, 1 and 2 are left out, as
 * effects/leaks.h does.
 */
#ifndef QUERY_FATE_H
#define QUERY_FATE_H

#include "effects/effects.h"
#include "query/vector.h"

#define N_FATES 4
extern const char *const fate_names[N_FATES]; /* of bit 1 << i */

struct fates;

struct fates *fate_new(void);
void fate_free(struct fates *l);
/* One of these for every row: a call, after it was applied; and anything else. */
void fate_call(struct fates *l, struct effects *fx, const struct event *event,
	const struct call_about *about, bool makes_fd);
void fate_other(struct fates *l);
/* After the last row, while the effects are there: a value for each row. */
void fate_fill(struct fates *l, const struct effects *fx, const struct vector *seq,
	struct vector *out);

#endif
