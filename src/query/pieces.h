/* SPDX-License-Identifier: MIT */
/*
 * pieces.h - calls that signals cut to pieces; for the files of this room only
 *
 * The trace has each piece of a call that the kernel runs again as a call of its own. What such
 * a call took is from the entry of its first piece to the exit of its last, which has its name,
 * too, where it went on as restart_syscall; the others are no calls. A call that fails with
 * EINTR is over, and what the program then calls is another one: the return from the signal's
 * handler tells which of the two it was.
 */
#ifndef QUERY_PIECES_H
#define QUERY_PIECES_H

#include "decode/decode.h"
#include "query/vector.h"

struct pieces;

struct pieces *pieces_new(void);
void pieces_free(struct pieces *p);
/* Once for each call of a task, in order; name: any number that stands for what is called, that
 * of the first piece is put there. Returns when the call that it belongs to began, in ns since
 * the trace began. */
uint64_t pieces_call(struct pieces *p, const struct event *event, enum call_id id, size_t row,
	int64_t *name);

/* What became of a row, after the last one. */
enum piece_fate {
	PIECE_NONE,    /* it is a call of its own */
	PIECE_WENT_ON, /* in another row, which tells of the call */
	PIECE_GAVE_UP, /* the program was told EINTR */
};
enum piece_fate pieces_fate(const struct pieces *p, size_t row);
bool pieces_is_empty(const struct pieces *p); /* no row has any fate */

#endif
