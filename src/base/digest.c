/* SPDX-License-Identifier: MIT */
/*
 * digest.c - the join digest: bytes as one big-endian number modulo two primes
 *
 * h(A B) = h(A) * 256^|B| + h(B). Because a 64-bit word is itself a big-endian number, the work
 * is done by words: eight of them meet in one 128-bit sum, which is reduced once. Both primes
 * are below 0.8 * 2^61, so that eight products of a word and a residue, and one of two
 * residues, stay below 2^128.
 */

#include "base/digest.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

typedef unsigned __int128 wide;

/* 2^(64 i) modulo each prime. */
static const uint64_t powers[2][9] = {
	{ 0x1, 0x8ff79426697a127, 0x1d101eebf28432a, 0x13eb23067a791252, 0x3ac230541f0e965,
		0xe36dd458b487c1d, 0x65ababcb09ba392, 0x13bd6858d8476fe8, 0xc192cb282d6d343 },
	{ 0x1, 0xfa131ac53483bd2, 0xf74d76f96fd2a41, 0x142bf6130f404ea4, 0x5f043c38a84d3be,
		0x1149521587b499f8, 0x10d8722cc8cfafb2, 0xea51b0cf4931fe5, 0x871f0fded1927fe },
};
static const uint64_t primes[2] = { DIGEST_P0, DIGEST_P1 };

static uint64_t
word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return be64toh(word);
}

/* 256^n modulo a prime. */
static uint64_t
shift_of(uint64_t n, unsigned which)
{
	uint64_t p = primes[which], result = 1, square = 256;

	for (; n; n >>= 1) {
		if (n & 1)
			result = (uint64_t)((wide)result * square % p);
		square = (uint64_t)((wide)square * square % p);
	}
	return result;
}

/* Both primes in one pass: their chains of multiplications do not wait for each other. */
static void
add_blocks(uint64_t h[2], const uint8_t *data, size_t n_blocks)
{
	uint64_t h0 = h[0], h1 = h[1];

	for (; n_blocks; n_blocks--, data += 64) {
		wide sum0 = (wide)h0 * powers[0][8], sum1 = (wide)h1 * powers[1][8];

		for (int i = 0; i < 8; i++) {
			uint64_t word = word_at(data + 8 * i);

			sum0 += (wide)word * powers[0][7 - i];
			sum1 += (wide)word * powers[1][7 - i];
		}
		h0 = (uint64_t)(sum0 % DIGEST_P0);
		h1 = (uint64_t)(sum1 % DIGEST_P1);
	}
	h[0] = h0;
	h[1] = h1;
}

static uint64_t
add_rest(uint64_t h, const uint8_t *data, size_t n, unsigned which)
{
	uint64_t p = primes[which], tail = 0;
	size_t n_tail = n % 8;

	for (; n >= 8; n -= 8, data += 8)
		h = (uint64_t)((((wide)h << 64) + word_at(data)) % p);
	for (size_t i = 0; i < n_tail; i++)
		tail = tail << 8 | data[i];
	return (uint64_t)((((wide)h << (8 * n_tail)) + tail) % p);
}

void
digest_add(struct digest *d, const void *data, size_t n)
{
	size_t n_blocks = n / 64;
	const uint8_t *rest = (const uint8_t *)data + n_blocks * 64;

	add_blocks(d->h, data, n_blocks);
	for (unsigned i = 0; i < 2; i++)
		d->h[i] = add_rest(d->h[i], rest, n % 64, i);
	d->n += n;
}

void
digest_join(struct digest *d, const struct digest *next)
{
	for (unsigned i = 0; i < 2; i++)
		d->h[i] = (uint64_t)(((wide)d->h[i] * shift_of(next->n, i) + next->h[i]) %
				     primes[i]);
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
		wide value = (wide)d->h[i] + shift_of(d->n, i);

		snprintf(hex + 16 * i, 17, "%016llx",
			(unsigned long long)(uint64_t)(value % primes[i]));
	}
}
