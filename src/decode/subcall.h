/* SPDX-License-Identifier: MIT */
/*
 * subcall.h - calls inside calls: what socketcall, ipc and i386's old mmap and select stand for
 */
#ifndef DECODE_SUBCALL_H
#define DECODE_SUBCALL_H

#include "decode/decode.h"

/* Whether call hands its arguments on to another one. */
bool subcall_is(const struct call *call);
/* The memory that holds the inner arguments: its size in bytes, 0 when they are in registers.
 */
size_t subcall_memory(const struct call *call, uint8_t *reg, uint64_t *address);
/* Makes the inner call: arg[] of *inner, everything else as in call. NULL: no such inner call,
 * or its arguments cannot be read. */
const struct call_spec *subcall_load(
	struct call *inner, const struct call *call, const struct peer *peer);
/* "send" or "recv": inner calls that have no number of their own and end before the address;
 * NULL: any other. */
const char *subcall_short(const struct call *call);
#define SUBCALL_SHORT_ARGS 4u

#endif
