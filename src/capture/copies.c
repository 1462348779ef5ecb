/* SPDX-License-Identifier: MIT */
/* copies.c - pieces of a task's memory that came with its records, read as if they were it */

#include "capture/copies.h"

#include "base/mem.h"
#include "capture/memory.h"

#include <string.h>

#define LARGE_BYTES (256u * 1024) /* above this a buffer is not kept for the next call */

void
copies_clear(struct copies *c)
{
	if (c->own_capacity > LARGE_BYTES) {
		mem_free(c->own);
		c->own = NULL;
		c->own_capacity = 0;
	}
	c->n = c->n_own = c->hint = 0;
	c->bytes = c->own;
}

void
copies_done(struct copies *c)
{
	mem_free(c->list);
	mem_free(c->own);
	*c = (struct copies){ 0 };
}

static size_t
padded(uint64_t n)
{
	return (size_t)((n + 7) & ~(uint64_t)7);
}

/* The next snippet and all that belongs to it; 0: it does not fit into size bytes. */
static size_t
next_snippet(struct snippet *s, const uint8_t *at, size_t size)
{
	size_t whole = sizeof *s;

	if (size < sizeof *s)
		return 0;
	memcpy(s, at, sizeof *s);
	whole += s->state == SNIPPET_OK ? padded(s->size) : 0;
	return size < whole || s->state > SNIPPET_UNSEEN ? 0 : whole;
}

bool
copies_are_whole(const void *snippets, size_t size, size_t n)
{
	struct snippet s;

	for (size_t i = 0, done = 0; i < n; i++) {
		size_t whole = next_snippet(&s, (const uint8_t *)snippets + done, size - done);

		if (!whole || (s.state != SNIPPET_OK && s.state != SNIPPET_UNSEEN))
			return false;
		done += whole;
	}
	return true;
}

/* Adds the pieces, whose bytes stand at base + their place in the record. */
static bool
add_all(struct copies *c, const uint8_t *at, size_t size, size_t n, size_t base)
{
	size_t done = 0, n_before = c->n;

	for (size_t i = 0; i < n; i++) {
		struct snippet s;
		size_t whole = next_snippet(&s, at + done, size - done);

		if (!whole)
			break;
		c->list = mem_grow(c->list, c->n, &c->capacity, sizeof *c->list);
		c->list[c->n++] = (struct copy){ .address = s.address,
			.size = s.size,
			.state = s.state,
			.offset = base + done + sizeof s };
		done += whole;
	}
	if (c->n - n_before == n)
		return true;
	c->n = n_before;
	return false;
}

bool
copies_lend(struct copies *c, const void *snippets, size_t size, size_t n)
{
	assert(!c->n);
	if (!add_all(c, snippets, size, n, 0))
		return false;
	c->bytes = snippets;
	return true;
}

static size_t
keep_bytes(struct copies *c, const void *bytes, size_t n)
{
	size_t base = c->n_own;

	if (c->own_capacity - base < n) {
		c->own_capacity = MAX(base + n, 2 * c->own_capacity);
		c->own = mem_resize(c->own, c->own_capacity, 1);
	}
	if (n)
		memcpy(c->own + base, bytes, n);
	c->n_own += n;
	c->bytes = c->own;
	return base;
}

bool
copies_keep(struct copies *c, const void *snippets, size_t size, size_t n)
{
	if (!add_all(c, snippets, size, n, c->n_own))
		return false;
	keep_bytes(c, snippets, size);
	return true;
}

void
copies_add(struct copies *c, uint64_t address, const void *bytes, size_t n)
{
	size_t base = keep_bytes(c, bytes, n);

	c->list = mem_grow(c->list, c->n, &c->capacity, sizeof *c->list);
	c->list[c->n++] = (struct copy){ .address = address, .size = n, .offset = base };
}

uint64_t
copies_left_out(const struct copies *c, uint64_t address)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->list[i].address == address && c->list[i].state == SNIPPET_CUT)
			return c->list[i].size;
	}
	return 0;
}

static bool
covers(const struct copy *copy, uint64_t address)
{
	return address >= copy->address && address - copy->address < copy->size;
}

/* The copy that tells of this byte: one that has it goes before one that says why not. Readers
 * go through the pieces in order, so the search starts where the last one ended. */
static const struct copy *
find_in(struct copies *c, uint64_t address)
{
	const struct copy *other = NULL;

	for (size_t i = 0, at = c->hint; i < c->n; i++, at++) {
		at = at < c->n ? at : 0;
		if (!covers(&c->list[at], address))
			continue;
		if (c->list[at].state == SNIPPET_OK) {
			c->hint = at;
			return &c->list[at];
		}
		other = &c->list[at];
	}
	return other;
}

static const struct copy *
find(struct copies_reader *r, uint64_t address, struct copies **set)
{
	const struct copy *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(r->sets); i++) {
		const struct copy *copy =
			r->sets[i] && r->sets[i]->n ? find_in(r->sets[i], address) : NULL;

		if (!copy)
			continue;
		/* What could not be read at the entry may be read from outside at the exit. */
		if (copy->state == SNIPPET_OK || copy->state == SNIPPET_LATER || !found) {
			found = copy;
			*set = r->sets[i];
		}
		if (copy->state == SNIPPET_OK || !r->skips_faults)
			break;
	}
	return found;
}

/* A task that stands still has the rest. */
static size_t
read_live(const struct copies_reader *r, const struct copy *copy, uint64_t address, void *buf,
	size_t n)
{
	if (!r->live || (!copy && !r->is_all_live))
		return 0;
	if (r->meanwhile)
		r->meanwhile(r->arg);
	return memory_read(r->live, address, buf,
		copy ? (size_t)MIN(n, copy->address + copy->size - address) : n);
}

static size_t
read_some(struct copies_reader *r, uint64_t address, void *buf, size_t n,
	const struct copy **stopped_at)
{
	size_t done = 0;

	*stopped_at = NULL;
	while (done < n) {
		struct copies *set = NULL;
		const struct copy *copy = find(r, address + done, &set);
		uint64_t offset = copy ? address + done - copy->address : 0;
		size_t part = copy ? (size_t)MIN(n - done, copy->size - offset) : n - done;

		if (copy && copy->state == SNIPPET_OK)
			memcpy((char *)buf + done, set->bytes + copy->offset + offset, part);
		else
			part = set == r->past && !r->is_all_live
				       ? 0
				       : read_live(r, copy, address + done, (char *)buf + done,
						 part);
		*stopped_at = copy;
		if (!part)
			break;
		done += part;
	}
	return done;
}

static void
note(struct copies_reader *r, bool is_data, const struct copy *copy, uint64_t address,
	uint64_t size)
{
	if (r->gap.is_found)
		return;
	r->gap = (struct copies_gap){ .is_found = true,
		.is_data = is_data,
		.state = copy ? copy->state : SNIPPET_OK,
		.address = address,
		.size = size };
}

static size_t
read_near(void *arg, uint64_t address, void *buf, size_t n)
{
	struct copies_reader *r = arg;
	const struct copy *copy;
	size_t got = read_some(r, address, buf, n, &copy);

	if (got < n && !memchr(buf, 0, got))
		note(r, false, copy, address + got, n - got);
	return got;
}

static size_t
read_data(void *arg, uint64_t address, void *buf, size_t n)
{
	struct copies_reader *r = arg;
	const struct copy *copy;
	size_t got = read_some(r, address, buf, n, &copy);

	if (got < n)
		note(r, true, copy, address + got, n - got);
	return got;
}

/* Only what its record has is lent: what we keep ourselves may move. */
static const uint8_t *
lend(void *arg, uint64_t address, size_t *n)
{
	struct copies_reader *r = arg;
	struct copies *set = NULL;
	const struct copy *copy = find(r, address, &set);

	if (!copy || copy->state != SNIPPET_OK || set->bytes == set->own)
		return NULL;
	*n = (size_t)(copy->address + copy->size - address);
	return set->bytes + copy->offset + (address - copy->address);
}

struct peer
copies_peer(struct copies_reader *r)
{
	return (struct peer){ read_near, r, lend };
}

struct peer
copies_peer_data(struct copies_reader *r)
{
	return (struct peer){ read_data, r, lend };
}

void
copies_look(struct copies_reader *r, uint64_t address, uint64_t size)
{
	struct copies *set;

	note(r, false, find(r, address, &set), address, size);
}
