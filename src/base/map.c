/* SPDX-License-Identifier: MIT */
/*
 * map.c - a hash map from bytes to a pointer, that remembers the order of insertion
 *
 * Entries stand in an array in order of insertion; an index of 32-bit numbers with open
 * addressing points into it. A removed entry leaves a hole (key NULL) that the next growth
 * closes.
 */

#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

#define NONE UINT32_MAX /* an index place never used */

struct entry {
	uint64_t hash;
	char *key; /* NULL: removed */
	size_t n;
	void *value;
};

struct map {
	struct entry *entries;
	size_t n_entries, n_live, capacity;
	uint32_t *index;
	size_t n_index; /* a power of two, or 0 */
};

struct map *
map_new(void)
{
	return mem_alloc(sizeof(struct map));
}

void
map_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_entries; i++)
		mem_free(m->entries[i].key);
	mem_free(m->entries);
	mem_free(m->index);
	mem_free(m);
}

static uint32_t *
find(const struct map *m, uint64_t hash, const void *key, size_t n)
{
	size_t i = hash & (m->n_index - 1);

	for (; m->index[i] != NONE; i = (i + 1) & (m->n_index - 1)) {
		const struct entry *e = &m->entries[m->index[i]];

		if (e->key && e->hash == hash && e->n == n &&
			(!n || memcmp(e->key, key, n) == 0))
			break;
	}
	return &m->index[i];
}

static void
rebuild(struct map *m)
{
	size_t live = 0, n_index = 16;

	for (size_t i = 0; i < m->n_entries; i++)
		if (m->entries[i].key)
			m->entries[live++] = m->entries[i];
	m->n_entries = live;
	while (n_index < (live + 1) * 2)
		n_index *= 2;
	m->n_index = n_index;
	m->index = mem_resize(m->index, n_index, sizeof *m->index);
	memset(m->index, 0xff, n_index * sizeof *m->index);
	for (size_t k = 0; k < live; k++) {
		size_t i = m->entries[k].hash & (n_index - 1);

		while (m->index[i] != NONE)
			i = (i + 1) & (n_index - 1);
		m->index[i] = (uint32_t)k;
	}
}

void **
map_slot(struct map *m, const void *key, size_t n)
{
	uint64_t hash = hash_bytes(key, n);
	uint32_t *place;
	struct entry *e;

	if ((m->n_entries + 1) * 4 > m->n_index * 3)
		rebuild(m);
	place = find(m, hash, key, n);
	if (*place == NONE) {
		assert(m->n_entries < NONE);
		m->entries =
			mem_grow(m->entries, m->n_entries, &m->capacity, sizeof *m->entries);
		e = &m->entries[m->n_entries];
		*e = (struct entry){ .hash = hash, .key = mem_alloc(n + 1), .n = n };
		if (n)
			memcpy(e->key, key, n);
		*place = (uint32_t)m->n_entries++;
		m->n_live++;
	}
	return &m->entries[*place].value;
}

static struct entry *
lookup(const struct map *m, const void *key, size_t n)
{
	uint32_t *place;

	if (!m->n_index)
		return NULL;
	place = find(m, hash_bytes(key, n), key, n);
	return *place == NONE ? NULL : &m->entries[*place];
}

void *
map_get(const struct map *m, const void *key, size_t n)
{
	struct entry *e = lookup(m, key, n);

	return e ? e->value : NULL;
}

void *
map_remove(struct map *m, const void *key, size_t n)
{
	struct entry *e = lookup(m, key, n);
	void *value;

	if (!e)
		return NULL;
	value = e->value;
	mem_free(e->key);
	*e = (struct entry){ .hash = e->hash };
	m->n_live--;
	return value;
}

size_t
map_count(const struct map *m)
{
	return m->n_live;
}

bool
map_next(const struct map *m, size_t *at, const void **key, size_t *n, void **value)
{
	while (*at < m->n_entries && !m->entries[*at].key)
		(*at)++;
	if (*at >= m->n_entries)
		return false;
	if (key)
		*key = m->entries[*at].key;
	if (n)
		*n = m->entries[*at].n;
	if (value)
		*value = m->entries[*at].value;
	(*at)++;
	return true;
}

void **
map_text(struct map *m, const char *key)
{
	return map_slot(m, key, strlen(key));
}

void *
map_get_text(const struct map *m, const char *key)
{
	return map_get(m, key, strlen(key));
}

void **
map_number(struct map *m, uint64_t key)
{
	return map_slot(m, &key, sizeof key);
}

void *
map_get_number(const struct map *m, uint64_t key)
{
	return map_get(m, &key, sizeof key);
}
