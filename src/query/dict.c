/* SPDX-License-Identifier: MIT */
/* dict.c - texts by number */
#include "query/dict.h"

#include <string.h>

void
dict_init(struct dict *d)
{
	*d = (struct dict){ .by_text = map_new(), .arena = arena_new() };
	d->entries = mem_grow(NULL, 0, &d->capacity, sizeof *d->entries);
	d->n = 1;
}

void
dict_done(struct dict *d)
{
	map_free(d->by_text);
	arena_free(d->arena);
	mem_free(d->entries);
	*d = (struct dict){ 0 };
}

uint32_t
dict_add(struct dict *d, const char *text, const char *other)
{
	void **slot = map_text(d->by_text, text);
	struct dict_entry *e;

	if (!*slot) {
		d->entries = mem_grow(d->entries, d->n, &d->capacity, sizeof *d->entries);
		d->entries[d->n] = (struct dict_entry){ .text = arena_strdup(d->arena, text) };
		*slot = (void *)(uintptr_t)d->n++;
	}
	e = &d->entries[(uintptr_t)*slot];
	if (other && !e->other && strcmp(other, text) != 0)
		e->other = arena_strdup(d->arena, other);
	return (uint32_t)(uintptr_t)*slot;
}

uint32_t
dict_find(const struct dict *d, const char *text)
{
	return (uint32_t)(uintptr_t)map_get_text(d->by_text, text);
}
