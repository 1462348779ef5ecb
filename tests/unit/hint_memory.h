/* SPDX-License-Identifier: MIT */
/*
 * hint_memory.h - memory of a program that is not there: before a call and after it, with
 * holes, and which of its bytes somebody has copied
 *
 * Numbers are pseudo-random and follow from a seed, so that a failure can be had again.
 */
#ifndef UNIT_HINT_MEMORY_H
#define UNIT_HINT_MEMORY_H

#include "base/mem.h"

#include <string.h>

#define MEMORY_AT 0x200000u
#define MEMORY_PAGE 4096u
#define MEMORY_PAGES 32u
#define MEMORY_SIZE (MEMORY_PAGE * MEMORY_PAGES)
#define MEMORY_SLOT (4u * MEMORY_PAGE) /* one for each register */
#define MEMORY_OUTSIDE 32768u          /* a power of two */

struct memory {
	uint8_t before[MEMORY_SIZE], after[MEMORY_SIZE];
	uint32_t copied[2][MEMORY_SIZE]; /* the last trial that copied it, before or after */
	/* Addresses of no memory that were tried: a hash set, of this trial. */
	struct {
		uint64_t address;
		uint32_t trial;
	} outside[2][MEMORY_OUTSIDE];
	bool is_hole[MEMORY_PAGES];
	uint32_t trial;
	uint64_t random;
};

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators"). */
static inline uint64_t
memory_random(struct memory *m)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return (m->random * 0x2545f4914f6cdd1d) >> 16;
}

static inline bool
memory_is_inside(uint64_t address)
{
	return address >= MEMORY_AT && address < MEMORY_AT + MEMORY_SIZE;
}

static inline bool
memory_has(const struct memory *m, uint64_t address)
{
	return memory_is_inside(address) && !m->is_hole[(address - MEMORY_AT) / MEMORY_PAGE];
}

static inline uint64_t
memory_any_address(struct memory *m, unsigned word)
{
	uint64_t at = MEMORY_AT + memory_random(m) % MEMORY_SIZE, way = memory_random(m) % 16;

	if (way == 0)
		return memory_random(m) % 5000;
	if (way == 1 && word == 8)
		return 0x7ffff00000000000 | at;
	return way < 6 ? at & ~(uint64_t)7 : way < 8 ? at | (MEMORY_PAGE - 16) : at;
}

/* Words of all sorts: addresses, numbers, text, nothing. */
static inline void
memory_fill(struct memory *m)
{
	for (uint32_t i = 0; i < MEMORY_SIZE; i += 4) {
		uint64_t way = memory_random(m) % 8, word = 0;

		if (way < 3)
			word = MEMORY_AT + memory_random(m) % MEMORY_SIZE;
		else if (way < 5)
			word = memory_random(m) % 300;
		else if (way < 7)
			word = 0x64636261;
		memcpy(m->before + i, &word, 4);
	}
	memcpy(m->after, m->before, MEMORY_SIZE);
}

static inline struct memory *
memory_new(uint64_t seed)
{
	struct memory *m = mem_alloc(sizeof(*m));

	m->random = seed;
	memory_fill(m);
	return m;
}

static inline void
memory_free(struct memory *m)
{
	mem_free(m);
}

/* A new trial: nothing is copied yet. Holes only where what is built needs no memory. */
static inline void
memory_begin(struct memory *m, bool has_holes)
{
	if (m->trial % 256 == 0)
		memory_fill(m);
	m->trial++;
	for (unsigned i = 0; i < MEMORY_PAGES; i++)
		m->is_hole[i] = memory_random(m) % 8 == 0 && has_holes;
}

/* Where register reg of a call that is built points: sometimes so that it ends at a hole. */
static inline uint64_t
memory_slot(struct memory *m, unsigned reg)
{
	uint64_t at = MEMORY_AT + reg * MEMORY_SLOT;

	return at + memory_random(m) % 64 * 8;
}

static inline void
memory_write(uint8_t *image, uint64_t address, uint64_t value, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (memory_is_inside(address + i))
			image[address + i - MEMORY_AT] = (uint8_t)(value >> 8 * i);
	}
}

static inline void
memory_put(struct memory *m, uint64_t address, uint64_t value, unsigned n)
{
	memory_write(m->before, address, value, n);
}

static inline void
memory_put_after(struct memory *m, uint64_t address, uint64_t value, unsigned n)
{
	memory_write(m->after, address, value, n);
}

static inline void
memory_put_string(struct memory *m, uint64_t address)
{
	uint64_t n = memory_random(m) % 24;

	for (uint64_t i = 0; i < n; i++)
		memory_put(m, address + i, 'a' + i, 1);
	memory_put(m, address + n, 0, 1);
}

/* Nothing has been written yet: memory after the call is memory before it. */
static inline void
memory_copy(struct memory *m)
{
	memcpy(m->after, m->before, MEMORY_SIZE);
}

/* Every byte is another than it was. */
static inline void
memory_scramble(struct memory *m, uint64_t address, uint64_t n)
{
	for (uint64_t i = 0; i < n && memory_has(m, address + i); i++)
		m->after[address + i - MEMORY_AT] =
			(uint8_t)(m->before[address + i - MEMORY_AT] + 1 + i % 250);
}

static inline size_t
memory_read(struct memory *m, bool is_after, uint64_t address, void *buf, size_t n)
{
	const uint8_t *image = is_after ? m->after : m->before;
	size_t i = 0;

	for (; i < n && memory_has(m, address + i); i++)
		((uint8_t *)buf)[i] = image[address + i - MEMORY_AT];
	return i;
}

static inline size_t
memory_read_before(void *m, uint64_t address, void *buf, size_t n)
{
	return memory_read(m, false, address, buf, n);
}

static inline size_t
memory_read_after(void *m, uint64_t address, void *buf, size_t n)
{
	return memory_read(m, true, address, buf, n);
}

/* Where the address is in the set, or would be. */
static inline size_t
memory_find(const struct memory *m, bool is_after, uint64_t address)
{
	size_t at = address * 0x9e3779b97f4a7c15 >> 49;

	while (m->outside[is_after][at].trial == m->trial &&
		m->outside[is_after][at].address != address)
		at = (at + 1) % MEMORY_OUTSIDE;
	return at;
}

static inline void
memory_try(struct memory *m, bool is_after, uint64_t address)
{
	size_t at = memory_find(m, is_after, address);

	m->outside[is_after][at].address = address;
	m->outside[is_after][at].trial = m->trial;
}

static inline void
memory_take(struct memory *m, bool is_after, uint64_t address, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		if (memory_is_inside(address + i))
			m->copied[is_after][address + i - MEMORY_AT] = m->trial;
		else
			memory_try(m, is_after, address + i);
		if (!memory_has(m, address + i))
			return;
	}
}

static inline void
memory_take_before(void *m, uint64_t address, uint64_t n)
{
	memory_take(m, false, address, n);
}

static inline void
memory_take_after(void *m, uint64_t address, uint64_t n)
{
	memory_take(m, true, address, n);
}

static inline bool
memory_was_taken(const struct memory *m, bool is_after, uint64_t address)
{
	if (memory_is_inside(address))
		return m->copied[is_after][address - MEMORY_AT] == m->trial;
	return m->outside[is_after][memory_find(m, is_after, address)].trial == m->trial;
}

/* Whether what was copied tells this byte, or that it cannot be read: for the entry what was
 * copied before the call, or after it as long as the call has not written there. */
static inline bool
memory_is_known(const struct memory *m, uint64_t address, bool is_exit)
{
	if (is_exit)
		return memory_was_taken(m, true, address);
	if (memory_was_taken(m, false, address))
		return true;
	if (!memory_was_taken(m, true, address))
		return false;
	return !memory_has(m, address) ||
	       m->before[address - MEMORY_AT] == m->after[address - MEMORY_AT];
}

#endif
