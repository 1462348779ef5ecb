/* SPDX-License-Identifier: MIT */
/*
 * areas.c - the pieces of memory that one call carries, kept in buffers that are used again
 *
 * While areas are taken, the buffer of bytes may move; so an area knows its bytes by offset,
 * and gets its pointer when the call is handed out. What the source lends stays where it is.
 */

#include "capture/areas.h"

#include "base/mem.h"

#include <limits.h>
#include <string.h>

#define LARGE_BYTES (256u * 1024) /* above this a buffer is not kept for the next call */
#define CHUNK_BYTES (64u * 1024)
#define PAGE 4096u
#define IS_LENT SIZE_MAX /* in place of an offset: area.bytes is right already */
#define STRUCT_MAX (1024u * 1024)
#define STRING_MAX (128u * 1024) /* MAX_ARG_STRLEN: the longest the kernel takes */

void
areas_clear(struct areas *a)
{
	a->n = 0;
	a->n_bytes = 0;
	if (a->bytes_capacity > LARGE_BYTES)
		areas_done(a);
}

void
areas_done(struct areas *a)
{
	mem_free(a->list);
	mem_free(a->offset);
	mem_free(a->bytes);
	*a = (struct areas){ 0 };
}

/* Room for n more bytes; grows by doubling. */
static uint8_t *
reserve(struct areas *a, size_t n)
{
	if (a->bytes_capacity - a->n_bytes < n) {
		a->bytes_capacity = MAX(a->n_bytes + n, 2 * a->bytes_capacity);
		a->bytes = mem_resize(a->bytes, a->bytes_capacity, 1);
	}
	return a->bytes + a->n_bytes;
}

static size_t
peer_read(const struct peer *from, uint64_t at, void *buf, size_t n)
{
	return from->read(from->arg, at, buf, n);
}

/* The next bytes of a string, behind those kept; *is_end: its NUL was there. */
static size_t
read_string(struct areas *a, const struct peer *from, uint64_t at, size_t n, bool *is_end)
{
	uint8_t *room = reserve(a, n), *end;
	size_t got = peer_read(from, at, room, n);

	end = memchr(room, 0, got);
	*is_end = end;
	return end ? (size_t)(end - room) : got;
}

/* Keeps what was read behind the bytes kept, up to the limit. What is kept whole is its own
 * digest; so the work of taking one begins with the first byte that is not kept. */
static void
add_piece(struct areas *a, struct area *area, uint64_t done, size_t n, uint64_t limit)
{
	size_t keep = done < limit ? MIN(n, limit - done) : 0;
	const uint8_t *room = a->bytes + a->n_bytes;

	if (keep < n && !area->has_digest) {
		area->has_digest = true;
		digest_add(&area->digest, room - area->kept, area->kept);
	}
	if (area->has_digest)
		digest_add(&area->digest, room, n);
	area->kept += (uint32_t)keep;
	a->n_bytes += keep;
}

/* Page by page up to the NUL, because the page behind it may not be there. */
static void
take_string(struct areas *a, const struct peer *from, struct area *area, uint64_t limit)
{
	uint64_t done = 0;
	size_t first = (size_t)MIN(limit, STRING_MAX) + 1; /* as far as it was looked at */
	bool is_end = false;

	while (!is_end && done < STRING_MAX) {
		size_t piece = MIN(first, PAGE - (area->address + done) % PAGE), got;

		piece = (size_t)MIN(piece, STRING_MAX - done); /* more is never copied */
		first = PAGE;
		got = read_string(a, from, area->address + done, piece, &is_end);
		add_piece(a, area, done, got, limit);
		done += got;
		if (got < piece && !is_end)
			break;
	}
	area->size = done;
	if (!is_end && done < STRING_MAX) {
		area->is_missing = true; /* no NUL before the end of memory */
		area->has_digest = false;
		area->kept = 0;
	}
}

/* Keeps the first `limit` of size bytes. What cannot be read ends the area. */
static void
take_data(struct areas *a, const struct peer *from, struct area *area, uint64_t limit)
{
	uint64_t done = 0;

	area->digest = (struct digest){ 0 };
	area->has_digest = false;
	while (done < area->size) {
		size_t piece = MIN(area->size - done, CHUNK_BYTES);
		uint8_t *room = reserve(a, piece);
		size_t got = peer_read(from, area->address + done, room, piece);

		add_piece(a, area, done, got, limit);
		done += got;
		if (got < piece)
			break;
	}
	area->is_missing = !done && area->size;
	area->size = area->is_missing ? area->size : done;
}

static void
take_struct(struct areas *a, const struct peer *from, struct area *area)
{
	size_t n = (size_t)MIN(area->size, STRUCT_MAX);
	uint8_t *room = reserve(a, n);

	area->kept = (uint32_t)peer_read(from, area->address, room, n);
	area->is_missing = !area->kept && area->size;
	a->n_bytes += area->kept;
}

/* What was lent whole, of area->size bytes. */
static void
keep_lent(struct areas *a, struct area *area, const uint8_t *bytes, uint64_t limit)
{
	area->bytes = bytes;
	area->kept = (uint32_t)MIN(area->size, limit);
	area->has_digest = area->kept < area->size;
	if (area->has_digest)
		digest_add(&area->digest, bytes, (size_t)area->size);
	a->offset[a->n - 1] = IS_LENT;
}

/* False: not all of it is there to be lent. */
static bool
borrow(struct areas *a, const struct areas_source *source, struct area *area)
{
	const struct peer *from = area->kind >= AREA_DATA_OUT ? &source->data : &source->near;
	uint64_t limit = area->kind >= AREA_DATA_OUT ? source->data_limit : area->size;
	const uint8_t *bytes, *end;
	size_t n;

	bytes = area->size || area->kind == AREA_STRING ? peer_lend(from, area->address, &n)
							: NULL;
	if (!bytes)
		return false;
	if (area->kind == AREA_STRING) {
		end = memchr(bytes, '\0', MIN(n, (size_t)STRING_MAX));
		if (!end)
			return false;
		area->size = (uint64_t)(end - bytes);
	} else if (n < area->size || (area->kind == AREA_STRUCT && area->size > STRUCT_MAX)) {
		return false;
	}
	keep_lent(a, area, bytes, limit);
	return true;
}

void
areas_take(struct areas *a, const struct areas_source *source, uint8_t arg, enum area_kind kind,
	uint64_t address, uint64_t size)
{
	struct area *area;

	a->list = mem_grow(a->list, a->n, &a->capacity, sizeof *a->list);
	a->offset = mem_grow(a->offset, a->n, &a->offset_capacity, sizeof *a->offset);
	area = &a->list[a->n];
	*area = (struct area){ .arg = arg,
		.kind = kind,
		.at_exit = source->at_exit,
		.address = address,
		.size = size };
	a->offset[a->n++] = a->n_bytes;
	if (borrow(a, source, area))
		return;
	if (kind == AREA_STRING)
		take_string(a, &source->near, area, size);
	else if (kind == AREA_STRUCT)
		take_struct(a, &source->near, area);
	else
		take_data(a, &source->data, area, source->data_limit);
}

struct taking {
	struct areas *areas;
	const struct areas_source *source;
};

static void
take_area(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct taking *taking = arg;

	areas_take(taking->areas, taking->source, nr_arg, kind, address, size);
}

void
areas_fetch_with(const struct areas_source *source, const struct call *call, bool want_input,
	void (*take)(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address,
		uint64_t size),
	void *take_arg)
{
	struct fetch f = {
		.call = call,
		.peer = source->near,
		.is_exit = source->at_exit,
		.want_input = want_input,
		.string_limit = MAX(source->data_limit, PATH_MAX),
		.take = take,
		.take_arg = take_arg,
	};

	decode_fetch(&f);
}

void
areas_fetch(struct areas *a, const struct areas_source *source, const struct call *call,
	bool want_input)
{
	struct taking taking = { a, source };

	areas_fetch_with(source, call, want_input, take_area, &taking);
}

bool
areas_count_output(enum call_id id)
{
	switch (id) {
	case CALL_write:
	case CALL_pwrite64:
	case CALL_writev:
	case CALL_pwritev:
	case CALL_pwritev2:
	case CALL_sendto:
	case CALL_sendmsg:
	case CALL_vmsplice:
	case CALL_process_vm_writev:
		return true;
	default:
		return false;
	}
}

void
areas_cut_output(struct areas *a, const struct areas_source *source, uint64_t n)
{
	for (size_t i = 0; i < a->n; i++) {
		struct area *area = &a->list[i];

		if (area->kind != AREA_DATA_OUT || area->is_missing)
			continue;
		if (area->size > n) {
			/* The bytes are there still: the kernel only read them. */
			area->size = n;
			area->kept = 0;
			a->offset[i] = a->n_bytes;
			take_data(a, &source->data, area, source->data_limit);
		}
		n -= MIN(n, area->size);
	}
}

void
areas_own(struct areas *a)
{
	for (size_t i = 0; i < a->n; i++) {
		struct area *area = &a->list[i];

		if (a->offset[i] != IS_LENT)
			continue;
		a->offset[i] = a->n_bytes;
		if (area->kept)
			memcpy(reserve(a, area->kept), area->bytes, area->kept);
		a->n_bytes += area->kept;
	}
}

/* Few areas, nearly in order: those taken at exit come behind those taken at entry. */
void
areas_seal(struct areas *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->offset[i] != IS_LENT)
			a->list[i].bytes = a->bytes ? a->bytes + a->offset[i] : NULL;
	}
	for (size_t i = 1; i < a->n; i++) {
		struct area area = a->list[i];
		size_t at = i;

		for (; at > 0 && a->list[at - 1].arg > area.arg; at--)
			a->list[at] = a->list[at - 1];
		a->list[at] = area;
	}
}
