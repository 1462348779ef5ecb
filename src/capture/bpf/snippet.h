/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * snippet.h - copies of the task's memory, into the record that is being built
 *
 * A read takes all or nothing, and fails where a page is not present. So what failed whole is
 * tried again page by page (copy.h), and the rest from the first missing page on is a fault.
 *
 * Functions that are not static are verified once, and not for each call of them.
 */
#ifndef CAPTURE_BPF_SNIPPET_H
#define CAPTURE_BPF_SNIPPET_H

#include "capture/bpf/turn.h"

#define SNIPPET_PAD(n) (((n) + 7u) & ~7u)

static __always_inline struct record_call *
scratch_call(struct scratch *s)
{
	return (struct record_call *)s->bytes;
}

static __always_inline void
scratch_begin(struct scratch *s, const struct turn *t, const struct record_call *call)
{
	struct record_call *to = scratch_call(s);

	*to = *call;
	to->head.cpu = (uint16_t)t->cpu;
	to->head.time_ns = t->now_ns;
	s->used = sizeof *call;
	s->n_snippets = 0;
	s->had_fault = s->must_stop = s->is_cut = 0;
}

static __always_inline bool
scratch_publish(struct scratch *s, uint16_t kind)
{
	struct record_call *call = scratch_call(s);
	struct turn t = { .cpu = call->head.cpu % BPF_CPUS };
	uint32_t size = s->used;

	if (size > BPF_RECORD_MAX)
		return false;
	t.mine = &shared.cpus[t.cpu];
	call->head.kind = kind;
	call->head.size = size;
	call->n_snippets = (uint16_t)s->n_snippets;
	return publish_bytes(&t, s->bytes, size);
}

/* What was there goes ahead as a record of its own. */
__noinline int
send_ahead(struct scratch *s)
{
	if (!s)
		return 0;
	scratch_publish(s, RECORD_MORE);
	s->used = sizeof(struct record_call);
	s->n_snippets = 0;
	return 0;
}

/* Makes room for a snippet. */
static __always_inline void
make_room(struct scratch *s, uint32_t size)
{
	if (s->used + sizeof(struct snippet) + size > BPF_RECORD_MAX)
		send_ahead(s);
}

static __always_inline void
snippet_head(struct scratch *s, uint32_t at, uint64_t address, uint32_t size,
	enum snippet_state state)
{
	*(struct snippet *)(s->bytes + at) = (struct snippet){
		.address = address, .size = size, .state = state, .hint = s->hint
	};
	s->n_snippets++;
	s->used = at + sizeof(struct snippet) + (state == SNIPPET_OK ? SNIPPET_PAD(size) : 0);
}

/* Tells what is not copied. */
__noinline int
note(struct scratch *s, uint64_t address, uint64_t size, uint32_t state)
{
	if (!s)
		return 0;
	make_room(s, 0);
	if (size > UINT32_MAX)
		size = UINT32_MAX;
	if (state == SNIPPET_FAULT || state == SNIPPET_CUT)
		s->had_fault = 1;
	snippet_head(s, s->used % BPF_RECORD_MAX, address, size, state);
	return 0;
}

/* One snippet of at most PIECE bytes. 0: done; else nothing was written. */
__noinline int
put(struct scratch *s, uint64_t address, uint32_t size)
{
	uint32_t at;

	if (!s || size > PIECE || address < PAGE)
		return -1;
	make_room(s, SNIPPET_PAD(size));
	at = s->used % BPF_RECORD_MAX;
	if (bpf_probe_read_user(
		    s->bytes + at + sizeof(struct snippet), size, (const void *)address))
		return -1;
	snippet_head(s, at, address, size, SNIPPET_OK);
	return 0;
}

/* A string into n bytes, its NUL included; its size, or an error below 0. Before Linux 6.13
 * that of an empty one is told as 0. */
static __always_inline long
read_string(uint8_t *to, uint32_t n, uint64_t address)
{
	long got = bpf_probe_read_user_str(to, n, (const void *)address);

	if (got)
		return got;
	to[0] = '\0';
	return 1;
}

static __always_inline uint32_t
to_page_end(uint64_t address)
{
	return PAGE - (uint32_t)(address % PAGE);
}

#endif
