/* SPDX-License-Identifier: MIT */
/* mem.c - memory: allocation that cannot fail, and arenas */

#include "base/mem.h"

#include "base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

struct interned {
	uint64_t hash;
	const char *text; /* NULL: the slot is free */
	size_t n;
};

struct arena {
	struct chunk *chunks; /* the newest first */
	size_t bytes;
	struct interned *slots; /* open addressing, a power of two */
	size_t n_slots, n_interned;
};

static void __attribute__((noreturn)) out_of_memory(void)
{
	static const char text[] = "renacer: out of memory\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		abort();
	abort();
}

static size_t
product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	return bytes ? bytes : 1;
}

void *
mem_array(size_t n, size_t size)
{
	void *p = calloc(1, product(n, size));

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_alloc(size_t size)
{
	return mem_array(1, size);
}

void *
mem_resize(void *p, size_t n, size_t size)
{
	p = realloc(p, product(n, size));
	if (!p)
		out_of_memory();
	return p;
}

char *
mem_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		out_of_memory();
	return copy;
}

void
mem_free(void *p)
{
	free(p);
}

void *
mem_grow(void *array, size_t n, size_t *capacity, size_t size)
{
	size_t more;

	if (n < *capacity)
		return array;
	more = MAX(*capacity * 2, (size_t)8);
	array = mem_resize(array, more, size);
	memset((char *)array + *capacity * size, 0, (more - *capacity) * size);
	*capacity = more;
	return array;
}

struct arena *
arena_new(void)
{
	return mem_alloc(sizeof(struct arena));
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a->slots);
	free(a);
}

static struct chunk *
new_chunk(struct arena *a, size_t need)
{
	size_t size = MAX(need, (size_t)CHUNK_BYTES), bytes;
	struct chunk *c;

	if (__builtin_add_overflow(size, sizeof *c, &bytes))
		out_of_memory();
	c = mem_alloc(bytes);
	c->size = size;
	a->bytes += bytes;
	/* A chunk made for one big object goes behind the current one, whose rest stays usable.
	 */
	if (need > CHUNK_BYTES / 4 && a->chunks) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = a->chunks;
		a->chunks = c;
	}
	return c;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct chunk *c = a->chunks;
	void *p;

	if (size > SIZE_MAX - align)
		out_of_memory();
	size = (size + align - 1) & ~(align - 1);
	if (!c || c->size - c->used < size)
		c = new_chunk(a, size);
	p = c->data + c->used;
	c->used += size;
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	return arena_alloc(a, product(n, size));
}

void *
arena_dup(struct arena *a, const void *data, size_t size)
{
	void *p = arena_alloc(a, size);

	if (size)
		memcpy(p, data, size);
	return p;
}

char *
arena_strndup(struct arena *a, const char *text, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, text, n);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *text)
{
	return text ? arena_strndup(a, text, strlen(text)) : NULL;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

static struct interned *
find_slot(struct interned *slots, size_t n_slots, uint64_t hash, const char *text, size_t n)
{
	size_t i = hash & (n_slots - 1);

	while (slots[i].text && (slots[i].hash != hash || slots[i].n != n ||
					(n && memcmp(slots[i].text, text, n) != 0)))
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static void
grow_slots(struct arena *a)
{
	size_t more = a->n_slots ? a->n_slots * 2 : 64;
	struct interned *slots = mem_array(more, sizeof *slots);

	for (size_t i = 0; i < a->n_slots; i++) {
		const struct interned *old = &a->slots[i];

		if (old->text)
			*find_slot(slots, more, old->hash, old->text, old->n) = *old;
	}
	free(a->slots);
	a->slots = slots;
	a->n_slots = more;
}

const char *const *
arena_words(struct arena *a, const char *const *words)
{
	size_t n = 0;
	const char **copy;

	while (words && words[n])
		n++;
	copy = arena_array(a, n + 1, sizeof *copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(a, words[i]);
	return copy;
}

const char *
arena_intern(struct arena *a, const char *text, size_t n)
{
	uint64_t hash = hash_bytes(text, n);
	struct interned *slot;

	if (a->n_interned * 4 >= a->n_slots * 3)
		grow_slots(a);
	slot = find_slot(a->slots, a->n_slots, hash, text, n);
	if (!slot->text) {
		*slot = (struct interned){ hash, arena_strndup(a, text, n), n };
		a->n_interned++;
	}
	return slot->text;
}

size_t
arena_bytes(const struct arena *a)
{
	return a->bytes + a->n_slots * sizeof *a->slots;
}
