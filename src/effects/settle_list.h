/* SPDX-License-Identifier: MIT */
/*
 * settle_list.h - lists of drawn names: where names stand in a text, and whether they are
 * sorted; for settle_sort.c and settle_follow.c
 */
#ifndef EFFECTS_SETTLE_LIST_H
#define EFFECTS_SETTLE_LIST_H

#include "effects/settle_text.h"

#define LIST_MOST 4096
#define DRAWN_NAME "<tmp:" /* what begins one */

enum { LIST_SORTED, LIST_REVERSED, LIST_WAYS };

/* Where a drawn name stands. */
struct place_in {
	size_t at, n;
	uint32_t number; /* 0: it is one of a list's */
};

struct places {
	const char *text;
	struct place_in *items; /* owned */
	size_t n, capacity;
};

/* The names of a list, ascending. */
struct list {
	uint32_t *numbers;
	size_t n;
};

void places_find(struct places *out, const char *text);
/* What stands between the names is the same. */
bool places_alike(const struct places *a, const struct places *b);
/* The text, with other words where `instead` has some. */
void places_put(struct str *out, const struct places *s, const char *const *instead);

bool list_has(const struct list *list, uint32_t number);
/* Do the names at these n places, so many at a time as the list has, stand as `way` says? */
bool list_stands(const struct golden *g, const struct places *s, const size_t *at, size_t n,
	const struct list *list, size_t way);
/* "<tmp:2-4|7 sorted>" */
void list_put(struct str *out, const struct list *list, size_t way);
/* False: it is none that list_put() has written. */
bool list_read(struct list *out, size_t *way, const char *text, struct arena *arena);
/* Does a list stand in the text? */
bool list_any(const char *text);

/* The words of a command; NULL: none. Joined they are one text, in which none of them ends. */
struct value *command_words(const struct effect *e);
const char *command_join(struct arena *arena, const struct value *words);
void command_put(struct golden *g, struct value *words, const char *text);
bool command_is(const struct effect *e); /* one with drawn names in it */
/* The one command of the run that is this one but for which names stand where; NULL: none, or
 * several. */
struct effect *command_find(const struct golden *g, const struct effect *e);

#endif
