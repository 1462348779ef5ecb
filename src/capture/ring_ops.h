/* SPDX-License-Identifier: MIT */
/*
 * ring_ops.h - what rings of io_uring were asked for, in words
 *
 * Operations of a ring are no calls: their arguments and results are not seen, so a trace with
 * a ring is never complete. Under ebpf how many of each kind there were is known.
 */
#ifndef CAPTURE_RING_OPS_H
#define CAPTURE_RING_OPS_H

#include <stddef.h>
#include <stdint.h>

/* Why a trace is incomplete, of which ring_ops_add() says more. */
#define RINGS_SET_UP "io_uring was set up: what goes through its rings is not seen"
/* Of a ring that was set up before, or by somebody else. */
#define RINGS_LENT "io_uring is used: what goes through its rings is not seen"

/* Appends " (12 write, 2 openat)" to a text of `room` bytes with its NUL, the most frequent
 * first, and "N others" for those that it has no room for. counts: by opcode, n of them.
 * Nothing when there were none, or not even that finds room. */
void ring_ops_add(char *text, size_t room, const uint64_t *counts, size_t n);

/* As <linux/io_uring.h> has it, in lower case; NULL: not known here. */
const char *ring_op_name(size_t opcode);

#endif
