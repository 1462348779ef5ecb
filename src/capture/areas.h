/* SPDX-License-Identifier: MIT */
/*
 * areas.h - the pieces of memory that one call carries, kept in buffers that are used again
 */
#ifndef CAPTURE_AREAS_H
#define CAPTURE_AREAS_H

#include "decode/decode.h"

/* One per task. Zeroed is empty; bytes of an area stand at offset[i] until areas_seal(). */
struct areas {
	struct area *list;
	size_t *offset;
	size_t n, capacity, offset_capacity;
	uint8_t *bytes;
	size_t n_bytes, bytes_capacity;
};

void areas_clear(struct areas *a); /* memory is kept, unless a call made it large */
void areas_done(struct areas *a);

/* Where the areas of one call are read from: a task that stands still, or copies of its memory.
 */
struct areas_source {
	struct peer near; /* small pieces that lie close together */
	struct peer data; /* payload */
	bool at_exit;
	uint32_t data_limit; /* bytes kept of data */
};
/* Reads one area and appends it; its bytes may be the source's own, where that lends them. What
 * is not kept whole has a digest. */
void areas_take(struct areas *a, const struct areas_source *source, uint8_t arg,
	enum area_kind kind, uint64_t address, uint64_t size);
/* All that decode_fetch() asks for, before the call or after it. */
void areas_fetch(struct areas *a, const struct areas_source *source, const struct call *call,
	bool want_input);
/* The same with another sink than areas_take(). */
void areas_fetch_with(const struct areas_source *source, const struct call *call,
	bool want_input,
	void (*take)(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address,
		uint64_t size),
	void *take_arg);
/* Calls that return how many of the bytes offered were taken. */
bool areas_count_output(enum call_id id);
/* The call moved only n bytes: what leaves beyond them is taken back. */
void areas_cut_output(struct areas *a, const struct areas_source *source, uint64_t n);
/* Before areas_seal(): what the source lent is copied, for it will be gone by then. */
void areas_own(struct areas *a);
/* Puts them into the order of arguments and lets `bytes` point to the bytes. */
void areas_seal(struct areas *a);

#endif
