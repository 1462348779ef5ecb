/* SPDX-License-Identifier: MIT */
/*
 * literals.h - bytes that come again in a block (paths, structs, lines) are stored once
 *
 * The cache maps a hash to the literal last seen with it; losing one costs bytes, never
 * correctness.
 */
#ifndef STORE_LITERALS_H
#define STORE_LITERALS_H

#include "base/base.h"

#define LITERALS_SLOTS 4096u
#define LITERALS_ROOM (256u << 10) /* bytes of literals kept to compare with */
#define LITERALS_LONGEST 512u      /* longer ones follow each time */

struct literals {
	struct literal {
		uint64_t hash;
		uint32_t place, n; /* in bytes; n 0: empty slot */
		uint32_t index;    /* how the file calls it */
	} cache[LITERALS_SLOTS];
	uint8_t bytes[LITERALS_ROOM];
	uint32_t n_bytes, n;
};

void literals_reset(struct literals *l); /* the next block begins */
/* Writes at p, which has room for the bytes and a number, and returns the place behind: 0 and
 * the bytes; 1 and the bytes, which get the next index; or an index plus 2. */
uint8_t *literals_put(struct literals *l, uint8_t *p, const uint8_t *bytes, uint32_t n);

#endif
