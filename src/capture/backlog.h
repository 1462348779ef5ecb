/* SPDX-License-Identifier: MIT */
/*
 * backlog.h - records that were taken out of their ring before anybody had time for them
 *
 * A ring in the kernel is small, and a task that finds it full has to wait. So what lies there
 * is moved into memory of ours while we are busy with what is older: first in, first out, in
 * large pieces that are used again, within a limit that all backlogs of a store share.
 */
#ifndef CAPTURE_BACKLOG_H
#define CAPTURE_BACKLOG_H

#include "base/base.h"

#define BACKLOG_PIECE (2u << 20) /* bytes that a store takes from the system at once */

/* Where the memory comes from. */
struct backlog_store;

/* Takes nothing from the system yet; a limit below one piece keeps nothing. */
struct backlog_store *backlog_store_new(size_t limit_bytes);
/* After all its backlogs. */
void backlog_store_free(struct backlog_store *s);
/* Bytes that it has from the system, in use or not. */
size_t backlog_store_bytes(const struct backlog_store *s);
/* Whoever was too slow has caught up. What is put in between two such times is no more than the
 * limit either (backlog.c). */
void backlog_store_calm(struct backlog_store *s);
/* Gives back what is not in use but for one piece. */
void backlog_store_trim(struct backlog_store *s);

/* The records of one ring. Zeroed is empty. */
struct backlog {
	struct piece *first, *last;
};

/* A copy, aligned to 8 bytes, borrowed until it is dropped; NULL: there is no room for it, and
 * there may be some when others were dropped. More than a piece holds never has room. */
void *backlog_put(struct backlog *b, struct backlog_store *s, const void *record, size_t size);
/* The oldest; NULL: none. */
const void *backlog_front(const struct backlog *b, size_t *size);
/* The oldest is done with. */
void backlog_drop(struct backlog *b, struct backlog_store *s);
static inline bool
backlog_is_empty(const struct backlog *b)
{
	return !b->first;
}

#endif
