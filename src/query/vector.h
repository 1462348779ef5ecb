/* SPDX-License-Identifier: MIT */
/*
 * vector.h - one growing column of numbers, kept in chunks as narrow as their values allow
 *
 * A chunk is ROWS_PER_CHUNK numbers. When it is full it is packed: each number becomes its
 * distance from the chunk's least one, in 0, 1, 2, 4 or 8 bytes. NO_VALUE stays what it is.
 * The last chunk may hold fewer; behind its end is NO_VALUE.
 */
#ifndef QUERY_VECTOR_H
#define QUERY_VECTOR_H

#include "base/base.h"

#define ROWS_PER_CHUNK 4096
#define NO_VALUE INT64_MIN

struct chunk {
	int64_t least, largest; /* of the values there are; least > largest: there are none */
	bool has_gaps;          /* some rows have no value */
	uint8_t width;          /* bytes of a packed number */
	void *packed;           /* code 0 is NO_VALUE when has_gaps, and least is then code 1 */
};

struct vector {
	struct chunk *chunks;
	size_t n_chunks, capacity;
	int64_t *open; /* the chunk that is being filled; NULL: nothing came yet, or sealed */
	size_t n_open;
	size_t bytes; /* of packed numbers */
};

void vector_add(struct vector *v, int64_t value);
void vector_seal(struct vector *v); /* nothing is added after this; before that no reading */
void vector_done(struct vector *v);

/* One number, in constant time. */
int64_t vector_get(const struct vector *v, size_t row);
/* A whole chunk, ROWS_PER_CHUNK numbers. */
void vector_load(const struct vector *v, size_t chunk, int64_t *out);
/* out[i] = table[number of row i], without unpacking; table has `gap` for NO_VALUE. Numbers of
 * the vector are indexes into the table. */
void vector_map(
	const struct vector *v, size_t chunk, const uint8_t *table, uint8_t gap, uint8_t *out);

#endif
