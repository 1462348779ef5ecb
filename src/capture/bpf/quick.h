/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * quick.h - the short way to a record, in one go
 *
 * Most calls lead to a path, a struct or some bytes of payload, and all of it is there: their
 * records are built where they are read, at the end of the ring. Whatever is longer, of another
 * shape, or cannot be read, is left to walk.h, which begins anew.
 */
#ifndef CAPTURE_BPF_QUICK_H
#define CAPTURE_BPF_QUICK_H

#include "capture/bpf/rows.h"
#include "capture/bpf/snippet.h"

#define QUICK_PIECE 8192u             /* bytes of one snippet at most */
#define QUICK_BYTES (4 * QUICK_PIECE) /* of a record */

struct quick_snippet {
	struct snippet head;
	uint8_t bytes[QUICK_PIECE];
};

static __always_inline uint64_t
most(uint64_t size, uint32_t limit)
{
	return limit ? least(size, limit) : size;
}

/* A row's size; more than QUICK_PIECE: it is none for us. */
static __always_inline uint64_t
quick_size(const struct record_call *call, const struct hint *h)
{
	uint64_t moved = call->ret < 0 ? 0 : (uint64_t)call->ret;
	uint64_t n = h->len == HINT_NO_REG ? UINT64_MAX : argument(call, h->len);

	switch (h->op) {
	case HINT_BYTES:
		return h->size;
	case HINT_COUNTED:
		return most(h->size * least(n, QUICK_PIECE + 1), h->limit);
	case HINT_RESULT:
		return most(h->size * least(least(n, moved), QUICK_PIECE + 1), h->limit);
	case HINT_DATA_OUT:
		return call_has_failed(call) ? n : least(n, moved);
	case HINT_DATA_IN:
		return h->size ? UINT64_MAX : least(n, moved);
	}
	return UINT64_MAX;
}

/* Bytes that were copied to `to`; 0: it is not done here. */
static __always_inline uint32_t
quick_copy(uint8_t *to, const struct hint *h, uint64_t address, uint64_t size)
{
	long got;

	if (address < PAGE)
		return 0;
	if (h->op == HINT_STRING) {
		got = read_string(to, QUICK_PIECE, address);
		/* As long as the piece: its NUL may not be the string's. */
		return got > 0 && got < QUICK_PIECE && got <= h->limit ? (uint32_t)got : 0;
	}
	if (size > QUICK_PIECE || bpf_probe_read_user(to, size, (const void *)address))
		return 0;
	return (uint32_t)size;
}

/* A row's snippet. Its bytes, 0 where the row leads nowhere; -1: it takes the walk. */
__noinline int
quick_row(struct quick_snippet *to, const struct record_call *call, uint32_t i, uint32_t when)
{
	const struct hint *h;
	uint64_t address, size = 1;
	uint32_t n;

	if (!to || !call || i >= HINTS_MAX)
		return 0;
	barrier_var(i); /* bounded where it is used: the verifier forgets */
	h = &hints_of(call)->hint[i];
	address = argument(call, h->reg);
	if (hints_of(call)->word == 4)
		address = (uint32_t)address;
	if (!address || !row_applies(call, when, h))
		return 0;
	if (h->op != HINT_STRING)
		size = quick_size(call, h);
	if (!size)
		return 0;
	n = quick_copy(to->bytes, h, address, size);
	if (!n)
		return -1;
	to->head = (struct snippet){ .address = address, .size = n, .hint = (uint8_t)i };
	return (int)(sizeof to->head + SNIPPET_PAD(n));
}

/* Builds the record behind `to`, with what the rows of this moment (enum hint_when) lead to.
 * Its bytes; 0: it takes the walk. */
static __always_inline uint32_t
quick(uint8_t *to, const struct record_call *call, uint32_t when)
{
	const struct call_hints *hints = hints_of(call);
	struct record_call *out = (struct record_call *)__builtin_assume_aligned(to, 8);
	uint32_t at = sizeof *call;
	uint16_t n_snippets = 0;

	*out = *call;
	for (uint32_t i = 0; i < HINTS_MAX && i < hints->n; i++) {
		uint32_t place;
		int n;

		if (at > QUICK_BYTES - sizeof(struct quick_snippet))
			return 0;
		place = at;
		barrier_var(place); /* bounded where it is used: older verifiers forget */
		place &= QUICK_BYTES - 1;
		n = quick_row((struct quick_snippet *)(to + place), call, i, when);
		if (n < 0)
			return 0;
		n_snippets += n > 0;
		at += (uint32_t)n;
	}
	out->n_snippets = n_snippets;
	out->head.size = at;
	return at;
}

#endif
