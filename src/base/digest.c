/* SPDX-License-Identifier: MIT */
/*
 * digest.c - the join digest: bytes as one big-endian number modulo two primes
 *
 * h(A B) = h(A) * 256^|B| + h(B). Because a 64-bit word is itself a big-endian number, the work
 * is done by words: eight of them and what was there before meet in one 128-bit sum, which is
 * reduced once. Both primes are below 0.76 * 2^61, so that nine products of a word and a
 * residue stay below 0.86 * 2^128.
 *
 * Reduction is Montgomery's: instead of dividing by p a multiple of p is added that makes the
 * lower word zero, and the upper word is the sum divided by 2^64, modulo p. The tables hold
 * their powers multiplied by 2^64, which takes that back. What comes out is below 2^64, not
 * below p, and goes in again as any word does.
 */

#include "base/digest.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

typedef unsigned __int128 wide;

#define WORDS 8 /* to a block */

struct modulus {
	uint64_t p, inverse; /* p * inverse = -1 modulo 2^64 */
	/* Modulo p: 2^(64 (i + 1)), 2^(64 + 8 i), 2^64 * 256^(2^i). */
	uint64_t words[WORDS + 1], tails[8], shifts[16];
};

/* clang-format off */
static const struct modulus moduli[2] = {
	{
		.p = DIGEST_P0,
		.inverse = 0xe14b99b191a9307d,
		.words = { 0x8ff79426697a127, 0x1d101eebf28432a, 0x13eb23067a791252, 0x3ac230541f0e965,
			0xe36dd458b487c1d, 0x65ababcb09ba392, 0x13bd6858d8476fe8, 0xc192cb282d6d343,
			0xa1be31079ffcdda },
		.tails = { 0x8ff79426697a127, 0xd1749b7091f2bde, 0x588675e0131c1f9, 0x1c17194c326656b,
			0x5959f60f791ba4, 0x15fcba0a4f44fe7f, 0xf0b2b4ba6749f02, 0xb68ee8023d42847 },
		.shifts = { 0xd1749b7091f2bde, 0x588675e0131c1f9, 0x5959f60f791ba4, 0x1d101eebf28432a,
			0x13eb23067a791252, 0xe36dd458b487c1d, 0xa1be31079ffcdda, 0xce8062c4e4a6e59,
			0xa92998146f10b66, 0x6913622ce2e352e, 0x13cee6677c13195b, 0x153607c571fc6dbd,
			0xf1ec8cf43fa6c03, 0x100ee7a16de2be01, 0x13325be7d88a83dc, 0xd3d4acfc850401a },
	},
	{
		.p = DIGEST_P1,
		.inverse = 0xdcb570010a0cb3bd,
		.words = { 0xfa131ac53483bd2, 0xf74d76f96fd2a41, 0x142bf6130f404ea4, 0x5f043c38a84d3be,
			0x1149521587b499f8, 0x10d8722cc8cfafb2, 0xea51b0cf4931fe5, 0x871f0fded1927fe,
			0x6e6530698a0a715 },
		.tails = { 0xfa131ac53483bd2, 0xb0be4e648514c9e, 0xf8fab7552e68d19, 0x118f28ee44b4f409,
			0x3c0f27fd879ad7, 0xbfc31eccb76162a, 0xf7de3a4caf854eb, 0x17d0d36eb48f2674 },
		.shifts = { 0xb0be4e648514c9e, 0xf8fab7552e68d19, 0x3c0f27fd879ad7, 0xf74d76f96fd2a41,
			0x142bf6130f404ea4, 0x1149521587b499f8, 0x6e6530698a0a715, 0x9622afc31fc7b0d,
			0x15e54fb75fbfa93c, 0x10cc61443d656a12, 0xfaee39ebe82fbbb, 0x19c5d4ccf3dd6ff,
			0x15a09f4d78c2af38, 0x16c1e7c705586d73, 0xff60065323c5e6e, 0x6540aa0f5be945f },
	},
};
/* clang-format on */

static inline uint64_t
word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return be64toh(word);
}

/* sum / 2^64 modulo p, not yet below p. */
static inline uint64_t
reduce(wide sum, const struct modulus *m)
{
	uint64_t factor = (uint64_t)sum * m->inverse;

	return (uint64_t)((sum + (wide)factor * m->p) >> 64);
}

/* h followed by n words, fewer than a block has. */
static inline uint64_t
add_words(uint64_t h, const uint8_t *data, unsigned n, const struct modulus *m)
{
	wide sum = (wide)h * m->words[n];

	for (unsigned i = 0; i < n; i++)
		sum += (wide)word_at(data + 8 * i) * m->words[n - 1 - i];
	return reduce(sum, m);
}

/* The same for a whole block: the loop is worth unrolling. */
static inline uint64_t
add_block(uint64_t h, const uint8_t *data, const struct modulus *m)
{
	wide sum = (wide)h * m->words[WORDS];

#pragma GCC unroll 8
	for (unsigned i = 0; i < WORDS; i++)
		sum += (wide)word_at(data + 8 * i) * m->words[WORDS - 1 - i];
	return reduce(sum, m);
}

/* h followed by n bytes, fewer than a word has. */
static inline uint64_t
add_tail(uint64_t h, uint64_t tail, unsigned n, const struct modulus *m)
{
	return reduce((wide)h * m->tails[n] + (wide)tail * m->words[0], m);
}

void
digest_add(struct digest *d, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h0 = d->h[0], h1 = d->h[1], tail = 0;
	unsigned n_words = n / 8 % WORDS, n_tail = n % 8;

	d->n += n;
	/* Both primes in one pass: their chains do not wait for each other. */
	for (size_t n_blocks = n / (8 * WORDS); n_blocks; n_blocks--, p += 8 * WORDS) {
		h0 = add_block(h0, p, &moduli[0]);
		h1 = add_block(h1, p, &moduli[1]);
	}
	if (n_words) {
		h0 = add_words(h0, p, n_words, &moduli[0]);
		h1 = add_words(h1, p, n_words, &moduli[1]);
		p += 8 * n_words;
	}
	for (unsigned i = 0; i < n_tail; i++)
		tail = tail << 8 | p[i];
	if (n_tail) {
		h0 = add_tail(h0, tail, n_tail, &moduli[0]);
		h1 = add_tail(h1, tail, n_tail, &moduli[1]);
	}
	d->h[0] = h0 % DIGEST_P0;
	d->h[1] = h1 % DIGEST_P1;
}

/* h followed by n zero bytes, not yet below p. */
static uint64_t
shift(uint64_t h, uint64_t n, const struct modulus *m)
{
	uint64_t square = 0;

	for (unsigned i = 0; n >> i; i++) {
		square = i < ARRAY_LEN(m->shifts) ? m->shifts[i]
						  : reduce((wide)square * square, m);
		if (n >> i & 1)
			h = reduce((wide)h * square, m);
		if (i == 63)
			break;
	}
	return h;
}

void
digest_join(struct digest *d, const struct digest *next)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct modulus *m = &moduli[i];

		d->h[i] = (uint64_t)(((wide)shift(d->h[i], next->n, m) + next->h[i]) % m->p);
	}
	d->n += next->n;
}

bool
digest_is_equal(const struct digest *a, const struct digest *b)
{
	return a->n == b->n && a->h[0] == b->h[0] && a->h[1] == b->h[1];
}

void
digest_hex(const struct digest *d, char hex[DIGEST_HEX])
{
	for (unsigned i = 0; i < 2; i++) {
		const struct modulus *m = &moduli[i];
		wide value = (wide)d->h[i] + shift(1, d->n, m);

		snprintf(hex + 16 * i, 17, "%016llx",
			(unsigned long long)(uint64_t)(value % m->p));
	}
}
