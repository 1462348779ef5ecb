/* SPDX-License-Identifier: MIT */
/*
 * hash.h - one number for bytes that are to be found again in a table
 *
 * For tables in memory only: it is no digest, differs between byte orders, and nothing that is
 * stored or printed may depend on it.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/base.h"

#include <string.h>

/* Multiply and fold, eight bytes a step. data may be NULL when n is 0. */
static inline uint64_t
hash_bytes(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t h = 0x9e3779b97f4a7c15u ^ n, word = 0;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	if (n)
		memcpy(&word, p, n);
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	return h ^ (h >> 29);
}

#endif
