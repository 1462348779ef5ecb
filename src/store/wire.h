/* SPDX-License-Identifier: MIT */
/*
 * wire.h - numbers and bytes as they stand inside a trace's blocks
 *
 * Unsigned numbers are LEB128 (seven bits a byte, the lowest first, the top bit says that more
 * follow), signed ones go through zigzag first. One number has one form: superfluous bytes are
 * refused.
 */
#ifndef STORE_WIRE_H
#define STORE_WIRE_H

#include "base/base.h"

#include <string.h>

#define WIRE_MAX 10 /* bytes of the longest number */

/* The put functions write at p, which has room, and return the place behind. */
static inline uint8_t *
wire_put(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (uint8_t)v | 0x80;
		v >>= 7;
	}
	*p++ = (uint8_t)v;
	return p;
}

static inline uint64_t
wire_zigzag(uint64_t v)
{
	return v << 1 ^ (0 - (v >> 63));
}

static inline uint64_t
wire_unzigzag(uint64_t v)
{
	return v >> 1 ^ (0 - (v & 1));
}

/* The way from one number to the next, modulo 2^64: small when they are close. */
static inline uint8_t *
wire_put_delta(uint8_t *p, uint64_t v, uint64_t before)
{
	return wire_put(p, wire_zigzag(v - before));
}

static inline uint8_t *
wire_put_bytes(uint8_t *p, const void *data, size_t n)
{
	if (n)
		memcpy(p, data, n);
	return p + n;
}

/* Fixed widths are little-endian. */
static inline uint8_t *
wire_put_fixed(uint8_t *p, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		*p++ = (uint8_t)(v >> 8 * i);
	return p;
}

static inline uint64_t
wire_fixed(const uint8_t *p, unsigned width)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* What is being read. Once something is wrong every get gives 0 and the place stays. */
struct wire {
	const uint8_t *p, *end;
	const char *wrong; /* what; NULL: nothing so far */
};

static inline void
wire_fail(struct wire *in, const char *wrong)
{
	if (!in->wrong)
		in->wrong = wrong;
}

uint64_t wire_get(struct wire *in);
uint64_t wire_get_delta(struct wire *in, uint64_t before);
uint64_t wire_get_max(struct wire *in, uint64_t max);     /* larger is wrong */
const uint8_t *wire_get_bytes(struct wire *in, size_t n); /* borrowed; NULL: not there */
uint64_t wire_get_fixed(struct wire *in, unsigned width);

/* Text that may be NULL: the length plus one, the bytes, a NUL (so that it is borrowed as it
 * stands); 0 alone is NULL. It holds no other NUL. */
size_t wire_text_room(const char *text);
uint8_t *wire_put_text(uint8_t *p, const char *text);
const char *wire_get_text(struct wire *in);

#endif
