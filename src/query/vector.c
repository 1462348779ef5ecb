/* SPDX-License-Identifier: MIT */
/* vector.c - one growing column of numbers, kept in chunks as narrow as their values allow */
#include "query/vector.h"

#include "base/mem.h"

#include <string.h>

static uint8_t
width_for(uint64_t code)
{
	return code == 0            ? 0
	       : code <= UINT8_MAX  ? 1
	       : code <= UINT16_MAX ? 2
	       : code <= UINT32_MAX ? 4
				    : 8;
}

static void
measure(struct chunk *c, const int64_t *values)
{
	c->least = INT64_MAX;
	c->largest = INT64_MIN;
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
		if (values[i] == NO_VALUE) {
			c->has_gaps = true;
			continue;
		}
		c->least = MIN(c->least, values[i]);
		c->largest = MAX(c->largest, values[i]);
	}
}

#define PACK(type)                                                                             \
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++)                                            \
	((type *)c->packed)[i] =                                                               \
		(type)(values[i] == NO_VALUE                                                   \
				? 0                                                            \
				: (uint64_t)values[i] - (uint64_t)c->least + c->has_gaps)

static void
pack(struct vector *v, struct chunk *c, const int64_t *values)
{
	uint64_t span;

	measure(c, values);
	if (c->least > c->largest) /* nothing but gaps */
		return;
	/* The whole range of 64 bits and gaps do not fit: NO_VALUE is not in the range. */
	span = (uint64_t)c->largest - (uint64_t)c->least + c->has_gaps;
	c->width = width_for(span);
	v->bytes += (size_t)c->width * ROWS_PER_CHUNK;
	if (!c->width)
		return;
	c->packed = mem_array(ROWS_PER_CHUNK, c->width);
	switch (c->width) {
	case 1:
		PACK(uint8_t);
		break;
	case 2:
		PACK(uint16_t);
		break;
	case 4:
		PACK(uint32_t);
		break;
	default:
		PACK(uint64_t);
	}
}

static void
close_chunk(struct vector *v)
{
	for (size_t i = v->n_open; i < ROWS_PER_CHUNK; i++)
		v->open[i] = NO_VALUE;
	v->chunks = mem_grow(v->chunks, v->n_chunks, &v->capacity, sizeof *v->chunks);
	pack(v, &v->chunks[v->n_chunks++], v->open);
	v->n_open = 0;
}

void
vector_add(struct vector *v, int64_t value)
{
	if (!v->open)
		v->open = mem_array(ROWS_PER_CHUNK, sizeof *v->open);
	v->open[v->n_open++] = value;
	if (v->n_open == ROWS_PER_CHUNK)
		close_chunk(v);
}

void
vector_seal(struct vector *v)
{
	if (v->n_open)
		close_chunk(v);
	mem_free(v->open);
	v->open = NULL;
}

void
vector_done(struct vector *v)
{
	for (size_t i = 0; i < v->n_chunks; i++)
		mem_free(v->chunks[i].packed);
	mem_free(v->chunks);
	mem_free(v->open);
	*v = (struct vector){ 0 };
}

static bool
is_empty(const struct chunk *c)
{
	return c->least > c->largest;
}

int64_t
vector_get(const struct vector *v, size_t row)
{
	const struct chunk *c = &v->chunks[row / ROWS_PER_CHUNK];
	size_t i = row % ROWS_PER_CHUNK;
	uint64_t code = 0;

	if (is_empty(c))
		return NO_VALUE;
	switch (c->width) {
	case 0:
		break;
	case 1:
		code = ((const uint8_t *)c->packed)[i];
		break;
	case 2:
		code = ((const uint16_t *)c->packed)[i];
		break;
	case 4:
		code = ((const uint32_t *)c->packed)[i];
		break;
	default:
		code = ((const uint64_t *)c->packed)[i];
	}
	if (c->has_gaps && code == 0)
		return NO_VALUE;
	return (int64_t)((uint64_t)c->least + code - c->has_gaps);
}

#define LOAD(type)                                                                             \
	do {                                                                                   \
		const type *p = c->packed;                                                     \
		if (c->has_gaps)                                                               \
			for (size_t i = 0; i < ROWS_PER_CHUNK; i++)                            \
				out[i] = p[i] ? (int64_t)(base + p[i]) : NO_VALUE;             \
		else                                                                           \
			for (size_t i = 0; i < ROWS_PER_CHUNK; i++)                            \
				out[i] = (int64_t)(base + p[i]);                               \
	} while (0)

void
vector_load(const struct vector *v, size_t chunk, int64_t *out)
{
	const struct chunk *c = &v->chunks[chunk];
	uint64_t base = (uint64_t)c->least - c->has_gaps;
	int64_t same = is_empty(c) ? NO_VALUE : c->least;

	switch (c->width) {
	case 0:
		for (size_t i = 0; i < ROWS_PER_CHUNK; i++)
			out[i] = same;
		break;
	case 1:
		LOAD(uint8_t);
		break;
	case 2:
		LOAD(uint16_t);
		break;
	case 4:
		LOAD(uint32_t);
		break;
	default:
		LOAD(uint64_t);
	}
}

#define MAP(type)                                                                              \
	do {                                                                                   \
		const type *p = c->packed;                                                     \
		if (c->has_gaps)                                                               \
			for (size_t i = 0; i < ROWS_PER_CHUNK; i++)                            \
				out[i] = p[i] ? table[base + p[i]] : gap;                      \
		else                                                                           \
			for (size_t i = 0; i < ROWS_PER_CHUNK; i++)                            \
				out[i] = table[base + p[i]];                                   \
	} while (0)

void
vector_map(
	const struct vector *v, size_t chunk, const uint8_t *table, uint8_t gap, uint8_t *out)
{
	const struct chunk *c = &v->chunks[chunk];
	uint64_t base = (uint64_t)c->least - c->has_gaps;

	switch (c->width) {
	case 0:
		memset(out, is_empty(c) ? gap : table[c->least], ROWS_PER_CHUNK);
		break;
	case 1:
		MAP(uint8_t);
		break;
	case 2:
		MAP(uint16_t);
		break;
	case 4:
		MAP(uint32_t);
		break;
	default:
		MAP(uint64_t);
	}
}
