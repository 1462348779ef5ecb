/* SPDX-License-Identifier: MIT */
/*
 * pieces.h - calls that signals cut to pieces; for the files of this room only
 *
 * The trace has each piece of a call that the kernel runs again as a call of its own. What such
 * a call took is from the entry of its first piece to the exit of its last; the others took no
 * time of their own. A call that fails with EINTR is over, and what the program then calls is
 * another one: the return from the signal's handler tells which of the two it was.
 */
#ifndef QUERY_PIECES_H
#define QUERY_PIECES_H

#include "decode/decode.h"
#include "query/vector.h"

struct pieces;

struct pieces *pieces_new(void);
void pieces_free(struct pieces *p);
/* Once for each call of a task, in order. Returns when the call that it belongs to began, in ns
 * since the trace began. */
uint64_t pieces_call(struct pieces *p, const struct event *event, enum call_id id, size_t row);
/* After the last one: sealed durations, without those of pieces that went on in another. */
void pieces_fill(const struct pieces *p, size_t n_rows, struct vector *durations);

#endif
