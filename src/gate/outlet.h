/* SPDX-License-Identifier: MIT */
/*
 * outlet.h - a pipe of ours that a target writes to, emptied without blocking
 *
 * Nothing else reads it: no thread, no process that would have to be woken. Whoever owns it
 * calls outlet_drain() every few milliseconds. All bytes are counted, the last ones are kept.
 */
#ifndef GATE_OUTLET_H
#define GATE_OUTLET_H

#include "base/digest.h"
#include "base/err.h"

struct outlet;

/* file_path: where all bytes go as well, NULL for nowhere. head_limit: how many of the first
 * bytes are kept. */
MUST_CHECK int outlet_open(
	struct outlet **out, const char *file_path, size_t head_limit, struct err *err);
int outlet_fd(const struct outlet *o); /* the end to write to, until outlet_close_writer() */
void outlet_close_writer(struct outlet *o);
/* Takes what is there. A failure (of the file) is kept for outlet_finish(). */
void outlet_drain(struct outlet *o);
/* Drains, and says what went wrong on the way. */
MUST_CHECK int outlet_finish(struct outlet *o, struct err *err);
uint64_t outlet_bytes(const struct outlet *o);
struct digest outlet_digest(const struct outlet *o); /* of all bytes so far */
/* The first bytes, head_limit at most; borrowed until the next drain. */
const char *outlet_head(const struct outlet *o, size_t *n);
/* The last bytes, printable, at most about limit; with a word on how many are left out. The
 * caller frees it (mem_free). */
char *outlet_tail(const struct outlet *o, size_t limit);
void outlet_free(struct outlet *o);
AUTO_DEFINE(struct outlet *, outlet_free)

#endif
