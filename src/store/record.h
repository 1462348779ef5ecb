/* SPDX-License-Identifier: MIT */
/*
 * record.h - events as records of a block, and back; docs/format.md, "Records"
 *
 * A block stands alone: both sides begin it knowing nothing, and remember from record to record
 * what came before (the last sequence number and time, the last call of each number, the areas
 * seen), so that a record says only what is new. This file and its two sources are the one
 * place that knows how.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/err.h"
#include "model/event.h"

#define RECORD_BLOCK_SIZE (256u << 10) /* a block is closed once it is this large */
#define RECORD_BLOCK_MAX (64u << 20)   /* no block is larger; one huge event may fill one */
#define RECORD_AREAS_MAX 65536u        /* of one call */
#define RECORD_LITERALS_MAX 65536u     /* areas of one block that later ones may refer to */
#define RECORD_KIND_MASK 0x7f
#define RECORD_SKIPPABLE 0x80 /* beside the kind: who does not know it may step over it */
#define RECORD_FRAME (RECORD_SKIPPABLE | 0x70) /* a frame of stacks; the next number */
#define RECORD_STACK (RECORD_SKIPPABLE | 0x71) /* the stack of the call that follows */
#define RECORD_DIGESTED_MAX 256u               /* up to this size a digest need not be stored */

/* What both sides remember of a block, for numbers that are stored as differences. */
struct record_last_call {
	uint64_t arg[6], ip;
	int64_t ret;
};
#define RECORD_CALL_SLOTS 512u /* by number modulo this */
struct record_memory {
	uint64_t seq, time_ns;
	struct record_last_call calls[RECORD_CALL_SLOTS];
};

struct record_out;

struct record_out *record_out_new(void);
void record_out_free(struct record_out *out);
AUTO_DEFINE(struct record_out *, record_out_free)
/* Appends to the block; -1 leaves it as it was: the event holds what the format cannot say. */
MUST_CHECK int record_put(struct record_out *out, const struct event *event, struct err *err);
/* The block so far, borrowed until the next put. */
const uint8_t *record_block(const struct record_out *out, size_t *n, uint32_t *n_records);
void record_out_reset(struct record_out *out); /* the next block begins */

struct record_in;

struct record_in *record_in_new(void);
void record_in_free(struct record_in *in);
AUTO_DEFINE(struct record_in *, record_in_free)
/* The block is borrowed until the next begin. */
void record_in_begin(struct record_in *in, const uint8_t *block, size_t n, uint32_t n_records);
/* 1: *event, borrowed from the block and until the next get; 0: the block has ended; -1: its
 * bytes make no sense, err names the place in the block. */
MUST_CHECK int record_get(struct record_in *in, struct event *event, struct err *err);

#endif
