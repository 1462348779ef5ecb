/* SPDX-License-Identifier: MIT */
/*
 * template.h - texts with typed holes, and runs held against them
 *
 * An effect of a golden that has the field `holes` keeps its key, its texts and its words as
 * templates. There a hole is written ⟨TYPE⟩, and a ⟨ that is nothing but that is doubled.
 * Behind the type stand, when they matter, the length of a value that has a fixed one (⟨hash
 * 40⟩), or how the value fills a column: blanks in front up to a width (⟨number >8⟩), blanks
 * behind it (⟨number <8⟩), or two blanks and a value of five bytes, of which nobody knows
 * whether a shorter one would be filled up (⟨number 2+5⟩). The blanks are then part of the
 * hole.
 *
 * A text matches when each of its lines is that line of the template with every hole filled by
 * a value of its type; the rest is compared byte by byte.
 */
#ifndef EFFECTS_TEMPLATE_H
#define EFFECTS_TEMPLATE_H

#include "effects/hole.h"
#include "model/golden.h"

struct str;

struct hole {
	size_t row;    /* of hole_rows */
	uint32_t size; /* of the value; 0: any */
	enum { FILL_NONE, FILL_FRONT, FILL_BEHIND, FILL_UNKNOWN } fill;
	uint32_t n_blanks, width; /* FILL_UNKNOWN: blanks and bytes seen; else: both together */
};

void template_put_literal(struct str *out, const char *text, size_t n);
void template_put_hole(struct str *out, const struct hole *hole);
/* The hole that begins at text; its length there, 0: none that is written well. */
size_t template_read_hole(struct hole *out, const char *text);
/* How many holes a template has; -1: it is not written well. */
int template_count(const char *text);
/* "a duration", "a hash or another hexadecimal number of 40 digits". */
void template_say(struct str *out, const struct hole *hole);

/* Whose text it is: the processes it may speak of. n_pids 0: not known, any number will do. */
struct template_of {
	const struct hole_set *set;
	const int32_t *pids; /* sorted */
	size_t n_pids;
};

bool template_matches(const struct template_of *of, const char *template, size_t n_template,
	const char *text, size_t n);
/* One line of each. */
struct template_pair {
	const char *template;
	size_t n_template;
	const char *text;
	size_t n;
};
/* Which hole the text does not fill, if that is where the two part. */
struct template_misfit {
	bool is_one;
	struct hole hole;
	size_t at; /* byte of the text */
};
struct template_misfit template_find_misfit(
	const struct template_of *of, const struct template_pair *p);
/* Each hole of a template, with the number of its line from 1. */
void template_each(const char *text,
	void (*visit)(void *arg, size_t row, const struct hole *hole), void *arg);
/* The text as the template has it where its lines match, and as it is elsewhere: equal to the
 * template when all of it matches, else unlike it in those lines that do not. */
void template_apply(
	const struct template_of *of, struct str *out, const char *template, const char *text);

/* A run as it looks through the holes of a golden: what fits one is written as the golden
 * writes it, so that the two can be compared as if there were no holes. It borrows from both
 * and from the arena; NULL: the golden has no holes. */
const struct golden *template_view(
	struct arena *arena, const struct golden *golden, const struct golden *run);
/* Bytes, digest and the like of an effect whose text was replaced. */
void template_settle(struct golden *g, struct effect *e, const char *text);

#endif
