/* SPDX-License-Identifier: MIT */
/*
 * merge.h - what the files that merge recordings share; for them only
 */
#ifndef EFFECTS_MERGE_H
#define EFFECTS_MERGE_H

#include "effects/effects.h"
#include "effects/learn.h"

struct map;

/* The same effect in each recording; NULL: it has none. */
struct row {
	const struct effect **in; /* n_runs */
	size_t n;                 /* how many have it */
	const char *key;          /* of all, a template; NULL: that of the effects */
	const char *const *words; /* its argv, templates; NULL: as they are */
	size_t n_words, n_holes;
};

/* What an effect is called in the golden, when it is called otherwise in each recording. */
struct renamed {
	const char *key;
	const char *const *words; /* NULL: it has none */
	size_t n_words, n_holes;
};

struct merge {
	struct golden *out;
	struct golden *const *runs;
	size_t n_runs, n_unstable_room;
	struct merged *result;
	struct arena *arena;
	struct map *rows;
	struct map *renamed; /* address of an effect to struct renamed */
	struct learning learning;
};

/* One more thing that differs; the place is borrowed until the next. */
struct unstable *merge_say(
	struct merge *m, const struct effect *e, const char *what, uint32_t run);
const struct effect *merge_first(const struct merge *m, const struct row *row);
bool merge_is_content(const char *field);

/* Finds effects that differ in their keys only by what can be learned. */
void merge_keys(struct merge *m);
/* Puts the template of the row's text, or of its key, into e, with all that belongs to it.
 * True: the fields of the content are dealt with, be it by saying that they cannot be learned.
 */
bool merge_learn(struct merge *m, const struct row *row, struct effect *e);
/* Everything learned into the result. */
void merge_finish(struct merge *m, uint64_t n_text);

#endif
