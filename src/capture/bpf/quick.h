/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * quick.h - the short way to a record, in one go
 *
 * Most calls lead to a path, a struct or some bytes of payload, and all of it is there.
 * Whatever is longer, of another shape, or cannot be read, is left to walk.h, which begins
 * anew.
 */
#ifndef CAPTURE_BPF_QUICK_H
#define CAPTURE_BPF_QUICK_H

#include "capture/bpf/rows.h"
#include "capture/bpf/snippet.h"

#define QUICK_PIECE 512u /* bytes of one snippet at most */
#define QUICK_BYTES (HINTS_MAX * (sizeof(struct snippet) + QUICK_PIECE))

/* A row's size; more than QUICK_PIECE: it is none for us. */
static __always_inline uint64_t
quick_size(const struct record_call *call, const struct hint *h)
{
	uint64_t moved = call->ret < 0 ? 0 : (uint64_t)call->ret;
	uint64_t n = h->len == HINT_NO_REG ? UINT64_MAX : argument(call, h->len);

	switch (h->op) {
	case HINT_BYTES:
		return h->size;
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
		got = bpf_probe_read_user_str(to, QUICK_PIECE, (const void *)address);
		/* As long as the piece: its NUL may not be the string's. */
		return got > 0 && got < QUICK_PIECE && got <= h->limit ? (uint32_t)got : 0;
	}
	if (size > QUICK_PIECE || bpf_probe_read_user(to, size, (const void *)address))
		return 0;
	return (uint32_t)size;
}

/* A row's snippet at `at`. Its bytes, 0 where the row leads nowhere; -1: it takes the walk. */
static __always_inline int
quick_row(struct scratch *s, uint32_t at, const struct hint *h, uint32_t i, uint32_t when)
{
	const struct record_call *call = scratch_call(s);
	uint64_t address = argument(call, h->reg), size = 1;
	uint32_t n;

	if (s->word == 4)
		address = (uint32_t)address;
	if (!address || !row_applies(call, when, h))
		return 0;
	if (h->op != HINT_STRING)
		size = quick_size(call, h);
	if (!size)
		return 0;
	n = quick_copy(s->bytes + at + sizeof(struct snippet), h, address, size);
	if (!n)
		return -1;
	*(struct snippet *)(s->bytes + at) =
		(struct snippet){ .address = address, .size = n, .hint = (uint8_t)i };
	s->n_snippets++;
	return (int)(sizeof(struct snippet) + SNIPPET_PAD(n));
}

/* Appends what the rows of this moment (enum hint_when) lead to. 0: it takes the walk, and
 * nothing was appended. */
__noinline int
quick(struct scratch *s, uint32_t when)
{
	uint32_t at = sizeof(struct record_call);
	const struct call_hints *hints;

	if (!s)
		return 0;
	hints = hints_of(scratch_call(s));
	s->word = hints->word;
	for (uint32_t i = 0; i < HINTS_MAX && i < hints->n; i++) {
		int n = at > QUICK_BYTES ? -1 : quick_row(s, at, &hints->hint[i], i, when);

		if (n < 0) {
			s->n_snippets = 0;
			return 0;
		}
		at += (uint32_t)n;
	}
	if (at - sizeof(struct record_call) > s->room) {
		s->n_snippets = 0;
		return 0;
	}
	s->used = at;
	return 1;
}

#endif
