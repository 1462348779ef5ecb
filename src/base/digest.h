/* SPDX-License-Identifier: MIT */
/*
 * digest.h - what stands for bytes that are too many to keep
 *
 * SHA-256 (FIPS 180-4) for files: a reader can check it with sha256sum. The join digest for
 * byte streams: the bytes read as one big-endian number, modulo two primes (121 bits), so that
 * the digest of A followed by B follows from those of A and B, and a stream has one digest
 * however it was cut into calls. It finds accidents, not attacks: whoever may choose the bytes
 * can make two streams collide.
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
	uint64_t n;    /* bytes */
	uint64_t h[2]; /* the number modulo DIGEST_P0 and DIGEST_P1 */
};

/* The first primes p above 10^18 times the golden ratio, and times the root of 3, for which
 * (p - 1) / 2 is prime too: no short distance between bytes is special. */
#define DIGEST_P0 1618033988749899563u
#define DIGEST_P1 1732050807568883819u

#define DIGEST_HEX 33

void digest_add(struct digest *d, const void *data, size_t n);
void digest_join(struct digest *d, const struct digest *next); /* d followed by next */
bool digest_is_equal(const struct digest *a, const struct digest *b);
/* Twice 16 digits: (256^n + number) modulo each prime; the same for equal digests only, for
 * leading zero bytes as well. Python: (256**len(b) + int.from_bytes(b, "big")) % p */
void digest_hex(const struct digest *d, char hex[DIGEST_HEX]);

#endif
