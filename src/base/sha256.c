/* SPDX-License-Identifier: MIT */
/*
 * sha256.c - SHA-256 as FIPS 180-4 says, with the processor's own instructions where it has
 * them
 */

#include "base/digest.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

/* The first 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4,
 * 4.2.2). */
static const uint32_t round_constants[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
	0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
	0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
	0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
	0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* FIPS 180-4, 6.2.2. */
static void
add_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64], v[8];

	for (int t = 0; t < 16; t++) {
		memcpy(&w[t], block + 4 * t, 4);
		w[t] = be32toh(w[t]);
	}
	for (int t = 16; t < 64; t++) {
		uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;

		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
	memcpy(v, state, sizeof v);
	for (int t = 0; t < 64; t++) {
		uint32_t a = v[0], e = v[4];
		uint32_t choice = (e & v[5]) ^ (~e & v[6]);
		uint32_t majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
		uint32_t t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice +
			      round_constants[t] + w[t];
		uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;

		memmove(v + 1, v, 7 * sizeof *v);
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

static void
add_blocks_plainly(uint32_t state[8], const uint8_t *data, size_t n_blocks)
{
	for (; n_blocks; n_blocks--, data += 64)
		add_block(state, data);
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

/*
 * The SHA extensions (Intel SDM, volume 2: SHA256RNDS2, SHA256MSG1, SHA256MSG2). The state
 * lives in two registers as ABEF and CDGH; one step does four rounds and makes four words of
 * the schedule for the step four later.
 */
__attribute__((target("sha,sse4.1"))) static void
add_blocks_by_instruction(uint32_t state[8], const uint8_t *data, size_t n_blocks)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i dcba = _mm_loadu_si128((const __m128i *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
	__m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);

	for (; n_blocks; n_blocks--, data += 64) {
		__m128i abef_before = abef, cdgh_before = cdgh, w[4];

		for (int i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((const __m128i *)(data + 16 * i)), swap);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			__m128i now = w[i % 4], last = w[(i + 3) % 4];
			__m128i sum = _mm_add_epi32(now,
				_mm_loadu_si128((const __m128i *)(round_constants + 4 * i)));

			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
			now = _mm_sha256msg1_epu32(now, w[(i + 1) % 4]);
			now = _mm_add_epi32(now, _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
			w[i % 4] = _mm_sha256msg2_epu32(now, last);
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	__m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* CPUID leaf 7 EBX bit 29 is SHA, leaf 1 ECX bits 9 and 19 SSSE3 and SSE4.1. Asked once: under
 * a hypervisor the instruction traps. */
static bool
has_instructions(void)
{
	static int known = -1; /* the machine's answer, which does not change */
	unsigned a, b, c, d, ebx7 = 0;

	if (known < 0) {
		if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
			ebx7 = b;
		known = __get_cpuid(1, &a, &b, &c, &d) && ebx7 >> 29 & 1 && c >> 9 & 1 &&
			c >> 19 & 1;
	}
	return known;
}
#endif

static void
add_blocks(uint32_t state[8], const uint8_t *data, size_t n_blocks)
{
#ifdef __x86_64__
	if (has_instructions()) {
		add_blocks_by_instruction(state, data, n_blocks);
		return;
	}
#endif
	add_blocks_plainly(state, data, n_blocks);
}

void
sha256_init(struct sha256 *s)
{
	/* FIPS 180-4, 5.3.3. */
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	*s = (struct sha256){ 0 };
	memcpy(s->state, start, sizeof start);
}

void
sha256_add(struct sha256 *s, const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t held = s->n % 64, part;

	s->n += n;
	if (held) {
		part = MIN(64 - held, n);
		memcpy(s->block + held, p, part);
		if (held + part < 64)
			return;
		add_blocks(s->state, s->block, 1);
		p += part;
		n -= part;
	}
	add_blocks(s->state, p, n / 64);
	if (n % 64)
		memcpy(s->block, p + n / 64 * 64, n % 64);
}

void
sha256_done(struct sha256 *s, char hex[SHA256_HEX])
{
	uint64_t n_bits = htobe64(s->n * 8);
	uint8_t padding[64] = { 0x80 };

	sha256_add(s, padding, (size_t)(64 - (s->n + 8) % 64));
	sha256_add(s, &n_bits, sizeof n_bits);
	assert(s->n % 64 == 0);
	for (int i = 0; i < 8; i++)
		snprintf(hex + 8 * i, 9, "%08x", s->state[i]);
}
