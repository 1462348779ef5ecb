/* SPDX-License-Identifier: MIT */
/*
 * mem.h - memory: allocation that cannot fail, and arenas
 *
 * Out of memory ends the program with a line on stderr and SIGABRT; no caller checks for NULL.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/base.h"

/* Zeroed memory; free with mem_free(). size 0 gives a unique pointer. */
void *mem_alloc(size_t size);
/* n objects of the size, zeroed; the product is checked. */
void *mem_array(size_t n, size_t size);
void *mem_resize(void *p, size_t n, size_t size);
char *mem_strdup(const char *text);
void mem_free(void *p);

static inline void
mem_free_auto(void *p)
{
	mem_free(*(void **)p);
}

/* Appends room for one element to a growing array: `*a = mem_grow(a, n, &cap, sizeof **a)`.
 * New room is zeroed. Returns the (perhaps moved) array with place for index n. */
void *mem_grow(void *array, size_t n, size_t *capacity, size_t size);

/*
 * An arena holds things that die together. Everything from it is borrowed until arena_free().
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);                /* NULL is fine */
void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
void *arena_array(struct arena *a, size_t n, size_t size);
void *arena_dup(struct arena *a, const void *data, size_t size);
char *arena_strdup(struct arena *a, const char *text); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *text, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* A copy of the list and of its texts, up to the NULL that ends it; NULL gives an empty list.
 */
const char *const *arena_words(struct arena *a, const char *const *words);
/* The one copy of this text in the arena: equal texts give equal pointers. */
const char *arena_intern(struct arena *a, const char *text, size_t n);
size_t arena_bytes(const struct arena *a); /* what it has taken from the system */
AUTO_DEFINE(struct arena *, arena_free)

#endif
