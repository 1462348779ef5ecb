/* SPDX-License-Identifier: MIT */
/*
 * dict.h - texts by number: each is kept once; equal texts have equal numbers
 *
 * A text may have a second spelling: "<cwd>/a" is "/home/me/a" as well. Numbers begin at 1; 0
 * stands for no text.
 */
#ifndef QUERY_DICT_H
#define QUERY_DICT_H

#include "base/map.h"
#include "base/mem.h"

struct dict_entry {
	const char *text;    /* canonical */
	const char *other;   /* the other spelling; NULL: there is none */
	const char *lasting; /* of a path, with COLUMNS_LASTING; NULL: as text */
};

struct dict {
	struct map *by_text; /* canonical text -> number */
	struct arena *arena;
	struct dict_entry *entries; /* entries[0] is not used */
	size_t n, capacity;         /* n: one more than there are texts */
};

void dict_init(struct dict *d);
void dict_done(struct dict *d);
/* other: NULL, or equal to text: none. The texts are copied. */
uint32_t dict_add(struct dict *d, const char *text, const char *other);
uint32_t dict_find(const struct dict *d, const char *text); /* 0: not there */

#endif
