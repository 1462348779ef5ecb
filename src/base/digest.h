/* SPDX-License-Identifier: MIT */
/*
 * digest.h - what stands for bytes that are too many to keep
 *
 * SHA-256 (FIPS 180-4) for files: a reader can check it with sha256sum. The join digest for
 * byte streams: a polynomial hash (modulo 2^61-1, two bases, 122 bits) whose value for A
 * followed by B follows from those of A and B, so that a stream has one digest however it was
 * cut into calls. It finds accidents, not attacks: whoever may choose the bytes can make two
 * streams collide.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/base.h"

struct sha256 {
	uint32_t state[8];
	uint64_t n;
	uint8_t block[64];
};

#define SHA256_HEX 65 /* room for the text with its NUL */

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t n);
void sha256_done(struct sha256 *s, char hex[SHA256_HEX]); /* s is used up */

/* All zero is the digest of nothing. */
struct digest {
	uint64_t n; /* bytes */
	uint64_t h[2];
};

#define DIGEST_HEX 33

void digest_add(struct digest *d, const void *data, size_t n);
void digest_join(struct digest *d, const struct digest *next); /* d followed by next */
bool digest_is_equal(const struct digest *a, const struct digest *b);
void digest_hex(const struct digest *d, char hex[DIGEST_HEX]); /* the two numbers, not n */

#endif
