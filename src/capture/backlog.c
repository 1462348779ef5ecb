/* SPDX-License-Identifier: MIT */
/*
 * backlog.c - records that were taken out of their ring before anybody had time for them
 *
 * A piece holds whole records, each behind its length. An empty piece is nobody's: it goes back
 * to the store as soon as its last record is dropped, so that a backlog without records holds
 * no memory.
 *
 * Who keeps finding the store used up is slower for good, and to copy what has to wait anyway
 * only costs time. So each time that all was used the limit falls by a piece, until calm; which
 * leaves one new piece for two that were read, and whoever fills the rings is slowed down
 * rather than stopped.
 */

#include "capture/backlog.h"

#include "base/mem.h"

#include <string.h>
#include <sys/mman.h>

struct piece {
	struct piece *next;
	size_t at, end; /* in bytes[]: of the oldest record, behind the youngest */
	size_t pad;
	uint8_t bytes[];
};

#define ROOM (BACKLOG_PIECE - sizeof(struct piece))

struct kept {
	uint64_t size;
	uint8_t bytes[];
};

struct backlog_store {
	struct piece *idle; /* the one that was used last comes first */
	size_t most, limit, bytes;
	bool has_given; /* a piece, since the limit fell */
};

struct backlog_store *
backlog_store_new(size_t limit_bytes)
{
	struct backlog_store *s = mem_alloc(sizeof *s);

	s->most = s->limit = limit_bytes;
	return s;
}

/* Aligned to its size, so that the kernel can back it by one large page: to touch it page by
 * page costs more than the copy does. Not from the heap, which would keep it. */
static struct piece *
map_piece(void)
{
	uint8_t *p = mmap(NULL, 2 * (size_t)BACKLOG_PIECE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = (BACKLOG_PIECE - (uintptr_t)p % BACKLOG_PIECE) % BACKLOG_PIECE;
	if (before)
		munmap(p, before);
	munmap(p + before + BACKLOG_PIECE, BACKLOG_PIECE - before);
	madvise(p + before, BACKLOG_PIECE, MADV_HUGEPAGE);
	return (struct piece *)(void *)(p + before);
}

static struct piece *
new_piece(struct backlog_store *s)
{
	struct piece *p = NULL;

	if (s->limit >= BACKLOG_PIECE && s->bytes <= s->limit - BACKLOG_PIECE)
		p = map_piece();
	if (p) {
		s->bytes += BACKLOG_PIECE;
	} else if (s->has_given && s->bytes) {
		s->limit = s->bytes - BACKLOG_PIECE;
		s->has_given = false;
	}
	return p;
}

static struct piece *
take_piece(struct backlog_store *s)
{
	struct piece *p = s->idle;

	if (p)
		s->idle = p->next;
	else
		p = new_piece(s);
	if (!p)
		return NULL;
	s->has_given = true;
	p->next = NULL;
	p->at = p->end = 0;
	return p;
}

static void
release_idle(struct backlog_store *s)
{
	struct piece *p = s->idle;

	s->idle = p->next;
	munmap(p, BACKLOG_PIECE);
	s->bytes -= BACKLOG_PIECE;
}

void
backlog_store_calm(struct backlog_store *s)
{
	while (s->idle && s->idle->next)
		release_idle(s);
	s->limit = s->most;
}

size_t
backlog_store_bytes(const struct backlog_store *s)
{
	return s->bytes;
}

void
backlog_store_free(struct backlog_store *s)
{
	if (!s)
		return;
	while (s->idle)
		release_idle(s);
	assert(!s->bytes); /* a backlog still holds some */
	mem_free(s);
}

static size_t
whole(size_t size)
{
	return (sizeof(struct kept) + size + 7) & ~(size_t)7;
}

void *
backlog_put(struct backlog *b, struct backlog_store *s, const void *record, size_t size)
{
	struct piece *p = b->last;
	struct kept *kept;

	if (size > ROOM - sizeof(struct kept))
		return NULL;
	if (!p || ROOM - p->end < whole(size)) {
		p = take_piece(s);
		if (!p)
			return NULL;
		if (b->last)
			b->last->next = p;
		else
			b->first = p;
		b->last = p;
	}
	kept = (struct kept *)(void *)(p->bytes + p->end);
	kept->size = size;
	memcpy(kept->bytes, record, size);
	p->end += whole(size);
	return kept->bytes;
}

static struct kept *
oldest(const struct backlog *b)
{
	return (struct kept *)(void *)(b->first->bytes + b->first->at);
}

const void *
backlog_front(const struct backlog *b, size_t *size)
{
	if (!b->first)
		return NULL;
	*size = oldest(b)->size;
	return oldest(b)->bytes;
}

void
backlog_drop(struct backlog *b, struct backlog_store *s)
{
	struct piece *p = b->first;

	p->at += whole(oldest(b)->size);
	if (p->at < p->end)
		return;
	b->first = p->next;
	if (!b->first)
		b->last = NULL;
	p->next = s->idle;
	s->idle = p;
	if (s->bytes > s->limit)
		release_idle(s);
}
