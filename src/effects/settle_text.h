/* SPDX-License-Identifier: MIT */
/* settle_text.h - texts of effects, found again in other recordings; for settle_*.c */
#ifndef EFFECTS_SETTLE_TEXT_H
#define EFFECTS_SETTLE_TEXT_H

#include "effects/settle.h"

/* The text of an effect that is no call; NULL: none. */
struct value *told_text(const struct effect *e);
/* Kind and key -> effect, of those whose text holds that ("": of all that have one); the caller
 * frees it. */
struct map *told_index(struct golden *g, const char *holding);
struct effect *told_find(const struct map *index, const struct effect *e);

/* Each text that all recordings have and that is not the same in all: the effects, one of each
 * recording. `settle` may give them other texts. */
void told_each(struct golden *const *runs, size_t n_runs, const char *holding,
	void (*settle)(void *arg, struct effect *const *same), void *arg);

/* Another text for the effect, and for the flows of the same bytes: a golden has no text of
 * them. */
void told_replace(
	struct golden *run, const struct map *index, struct effect *own, const char *text);

#endif
