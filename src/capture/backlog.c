/* SPDX-License-Identifier: MIT */
/*
 * backlog.c - records that were taken out of their ring before anybody had time for them
 *
 * A piece holds whole records, each behind its length. An empty piece is nobody's: it goes back
 * to the store as soon as its last record is dropped, so that a backlog without records holds
 * no memory.
 *
 * Who is slower than what comes for good gains nothing from copies: they only cost time. So the
 * limit is also one of all that is put in between two times of calm. A burst is taken up by
 * memory, a flood is read where it lies.
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
	size_t limit, bytes;
	size_t left; /* bytes that may be put until calm */
};

struct backlog_store *
backlog_store_new(size_t limit_bytes)
{
	struct backlog_store *s = mem_alloc(sizeof *s);

	s->limit = s->left = limit_bytes;
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
take_piece(struct backlog_store *s)
{
	struct piece *p = s->idle;

	if (p) {
		s->idle = p->next;
	} else {
		if (s->limit < BACKLOG_PIECE || s->bytes > s->limit - BACKLOG_PIECE)
			return NULL;
		p = map_piece();
		if (!p)
			return NULL;
		s->bytes += BACKLOG_PIECE;
	}
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
	s->left = s->limit;
}

void
backlog_store_trim(struct backlog_store *s)
{
	while (s->idle && s->idle->next)
		release_idle(s);
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

	if (size > ROOM - sizeof(struct kept) || whole(size) > s->left)
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
	s->left -= whole(size);
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
}
