/* SPDX-License-Identifier: MIT */
/*
 * access.h - what a call does to the object that it is about
 */
#ifndef QUERY_ACCESS_H
#define QUERY_ACCESS_H

#include "decode/decode.h"

enum access_bit {
	ACCESS_READ = 1 << 0,
	ACCESS_WRITE = 1 << 1,
	ACCESS_MAKE = 1 << 2,
	ACCESS_REMOVE = 1 << 3,
	ACCESS_CHANGE = 1 << 4, /* of what is known about it: mode, owner, times, attributes */
	ACCESS_LOOK = 1 << 5,
	ACCESS_EXECUTE = 1 << 6,
	ACCESS_SYNC = 1 << 7, /* what it writes is on the disk when it returns */
	ACCESS_SWAP = 1 << 8, /* of two names each gets what the other had */
};
#define N_ACCESS_BITS 9
extern const char *const access_names[N_ACCESS_BITS]; /* of bit 1 << i */

/* The bits of a call, 0: none. It may have failed: then it tried. fd_flags: of its
 * descriptor, as F_GETFL. */
uint32_t access_of(
	const struct call *call, enum call_id id, const char *family, uint32_t fd_flags);

#endif
