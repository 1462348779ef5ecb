/* SPDX-License-Identifier: MIT */
/* view.c - the memory of a task that stands still: what was read near by is not read again */

#include "capture/view.h"

#include "capture/memory.h"

#include <string.h>

#define PAGE 4096u

void
view_begin(struct view *v, pid_t tid)
{
	v->tid = tid;
	v->n = v->next = 0;
}

/* A piece within one part; NULL: none has all of it. */
static const uint8_t *
find(const struct view *v, uint64_t address, size_t n)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct view_part *part = &v->parts[i];

		if (address >= part->address && address - part->address <= part->n &&
			n <= part->n - (address - part->address))
			return part->bytes + (address - part->address);
	}
	return NULL;
}

/* Reads ahead, but not onto a page that nobody asked for: it may not be there. */
static const uint8_t *
fill(struct view *v, uint64_t address, size_t n)
{
	struct view_part *part = &v->parts[v->next];
	size_t ahead = MIN(VIEW_BYTES, PAGE - address % PAGE);

	part->address = address;
	part->n = memory_read(v->tid, address, part->bytes, ahead);
	v->next = (v->next + 1) % N_VIEWS;
	v->n = MAX(v->n, v->next ? v->next : N_VIEWS);
	return n <= part->n ? part->bytes : NULL;
}

size_t
view_read(struct view *v, uint64_t address, void *buf, size_t n)
{
	const uint8_t *at = find(v, address, n);

	if (!at && n <= MIN(VIEW_BYTES, PAGE - address % PAGE))
		at = fill(v, address, n);
	if (!at)
		return memory_read(v->tid, address, buf, n);
	memcpy(buf, at, n);
	return n;
}

static size_t
read_view(void *arg, uint64_t address, void *buf, size_t n)
{
	return view_read(arg, address, buf, n);
}

struct peer
view_peer(struct view *v)
{
	return (struct peer){ read_view, v, NULL };
}

static size_t
read_direct(void *arg, uint64_t address, void *buf, size_t n)
{
	return memory_read(((const struct view *)arg)->tid, address, buf, n);
}

struct peer
view_peer_direct(struct view *v)
{
	return (struct peer){ read_direct, v, NULL };
}
