/* SPDX-License-Identifier: MIT */
/*
 * reword.h - puts <tmp:N> in the place of what varies, wherever it stands in a golden
 *
 * A rule belongs to one word (letters, digits, '_') of a name that the run made. A word that
 * was drawn from many is replaced wherever it stands as a whole word; a short or a plain number
 * only within the name that it was made for.
 */
#ifndef EFFECTS_REWORD_H
#define EFFECTS_REWORD_H

#include "base/map.h"
#include "base/str.h"
#include "model/golden.h"

/* One thing that varies, in however many recordings. */
struct temp {
	uint32_t id;     /* from 1, as found */
	uint32_t number; /* in the golden; 0: not used yet */
	size_t length;   /* 0: varies */
	bool is_number;  /* digits, however many */
	bool is_used;    /* it stands somewhere */
};

struct rules {
	struct arena *arena;
	struct map *words;   /* word -> first rule */
	uint32_t *n_numbers; /* given so far, by all that share the temps */
};

/* Letters, digits, '_': what words are made of. */
bool is_word_byte(char c);

/* Does the word tell when the run was: seconds since 1970 (with digits of a fraction behind
 * them), or the date of that day (with the time behind it)? */
bool is_time(const struct golden *run, const char *word, size_t n);

void rules_init(struct rules *r, struct arena *arena, uint32_t *n_numbers);
void rules_done(struct rules *r);
/* In the path (its canonical text up to the last component, that component): n bytes from `at`
 * on vary. The word that they stand in may be longer. */
void rules_add(struct rules *r, const char *dir, const char *last, size_t at, size_t n,
	struct temp *temp);
/* What stands for this part of a name already; NULL: nothing. */
struct temp *rules_find(const struct rules *r, const char *word, size_t n);

/* Fills g->drawn with what stands for something. */
void rules_tell(const struct rules *r, struct golden *g);

enum reword_how {
	REWORD_IDS,     /* <tmp:ID>, nothing gets a number */
	REWORD_MARKS,   /* the same, and what is used is marked */
	REWORD_NUMBERS, /* what was not used before gets the next number */
	REWORD_LENGTHS, /* as used so far (0: not), in the last component with lengths */
};
/* True when something was replaced. */
bool reword(struct rules *r, struct str *out, const char *text, size_t n, enum reword_how how);
/* Numbers what stands anywhere in these goldens, in the order of the ids: an order of use may
 * be that of what was drawn. */
void rules_number(struct rules *rules, struct golden *const *runs, size_t n_runs);
/* Keys, texts and lists of the golden; digests follow. */
void reword_golden(struct rules *r, struct golden *g);
/* Replaces a text of an effect, and the sizes and digests that follow from it. */
void reword_content(struct golden *g, struct effect *e, struct value *v, const char *text);

#endif
