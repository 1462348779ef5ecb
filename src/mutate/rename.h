/* SPDX-License-Identifier: MIT */
/*
 * rename.h - texts that stand for the same thing under another name, replaced in a whole mutant
 *
 * Old and new are equally long, so that nothing else has to move: paths, words, payloads, the
 * contents of files and their digests follow.
 */
#ifndef MUTATE_RENAME_H
#define MUTATE_RENAME_H

#include "mutate/mutate.h"

struct renaming {
	const char **from, **to; /* equally long, pair by pair */
	size_t n, capacity;
	bool whole_numbers; /* only where no digit stands beside it */
};

void renaming_add(struct renaming *r, const char *from, const char *to);
void renaming_done(struct renaming *r);
/* Does the golden hold one of the old names as it is? Then it is no name that varies. */
bool renaming_is_in(const struct renaming *r, const struct golden *g);
/* In all texts and bytes of all events. */
void renaming_apply(const struct renaming *r, struct mutant *m);

#endif
