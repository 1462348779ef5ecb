/* SPDX-License-Identifier: MIT */
/* lines.h - two texts as sequences of numbered lines, aligned */
#ifndef JUDGE_LINES_H
#define JUDGE_LINES_H

#include "judge/align.h"

struct line {
	const char *text; /* borrowed from the text given */
	size_t n;         /* without the newline */
	bool has_newline; /* false: the last line of a text that does not end in one */
};

struct lines {
	struct line *a, *b;
	size_t n_a, n_b;
	struct hunks hunks;
};

/* Lines are equal when their bytes and their newlines are. */
void lines_align(struct lines *out, const char *a, size_t n_a, const char *b, size_t n_b);
void lines_done(struct lines *l);
static inline void
lines_done_auto(struct lines *l)
{
	lines_done(l);
}

#endif
