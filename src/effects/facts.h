/* SPDX-License-Identifier: MIT */
/*
 * facts.h - numbers of the run: calls by name, time, memory
 */
#ifndef EFFECTS_FACTS_H
#define EFFECTS_FACTS_H

#include "effects/state.h"

/* Calls of one process, or of all, by name. */
struct tally {
	uint16_t index[N_CALL_IDS +
		       1]; /* place in counts, 0: none; one more for nameless ones */
	struct call_count *counts;
	size_t n, capacity;
};

struct tally *tally_new(void);
void tally_free(struct tally *t);
void tally_call(const struct act *a);
/* Growth of memory by a mapping that no file stands behind. */
void memory_mapped(struct act *a);
/* Fills fx->facts; call once, at the end. */
void facts_fill(struct effects *fx, const struct trace_footer *footer);

#endif
