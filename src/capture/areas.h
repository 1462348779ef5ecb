/* SPDX-License-Identifier: MIT */
/*
 * areas.h - the pieces of memory that one call carries, kept in buffers that are used again
 */
#ifndef CAPTURE_AREAS_H
#define CAPTURE_AREAS_H

#include "capture/view.h"
#include "model/event.h"

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

/* How the areas of one call are read. */
struct areas_source {
	struct view *view;
	bool at_exit;
	uint32_t data_limit; /* bytes kept of data */
};
/* Reads one area from the task and appends it. Data is digested in full. */
void areas_take(struct areas *a, const struct areas_source *source, uint8_t arg,
	enum area_kind kind, uint64_t address, uint64_t size);
/* The call moved only n bytes: what leaves beyond them is taken back. */
void areas_cut_output(struct areas *a, const struct areas_source *source, uint64_t n);
/* Puts them into the order of arguments and lets `bytes` point to the bytes. */
void areas_seal(struct areas *a);

#endif
