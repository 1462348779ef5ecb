/* SPDX-License-Identifier: MIT */
/*
 * map.h - a hash map from bytes to a pointer, that remembers the order of insertion
 *
 * Iteration is in the order of first insertion, never in hash order: nothing printed may depend
 * on addresses or seeds.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

struct map;

struct map *map_new(void);
void map_free(struct map *m); /* frees keys, not values; NULL is fine */
AUTO_DEFINE(struct map *, map_free)

/* Where the value for this key lives; made (as NULL) when absent. The key is copied. The place
 * is borrowed until the next map_slot() or map_remove(). */
void **map_slot(struct map *m, const void *key, size_t n);
void *map_get(const struct map *m, const void *key, size_t n); /* NULL: absent */
void *map_remove(struct map *m, const void *key, size_t n);    /* the value, NULL: was absent */
size_t map_count(const struct map *m);
/* The next entry; *at starts at 0. key and n may be NULL. Returns false at the end. */
bool map_next(const struct map *m, size_t *at, const void **key, size_t *n, void **value);

/* The same for text and for numbers. */
void **map_text(struct map *m, const char *key);
void *map_get_text(const struct map *m, const char *key);
void **map_number(struct map *m, uint64_t key);
void *map_get_number(const struct map *m, uint64_t key);

#endif
