/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * snippet.h - copies of the task's memory, into the record that is being built
 *
 * A read takes all or nothing, and fails where a page is not present. So what failed whole is
 * tried again page by page (walk.h), and the rest from the first missing page on is a fault.
 */
#ifndef CAPTURE_BPF_SNIPPET_H
#define CAPTURE_BPF_SNIPPET_H

#include "capture/bpf/turn.h"

#define SNIPPET_PAD(n) (((n) + 7u) & ~7u)

/* What the loop of walk.h is given. */
struct walk {
	struct scratch *s;
	struct turn *turn;
	const struct call_hints *hints;
};

static __always_inline struct record_call *
scratch_call(struct scratch *s)
{
	return (struct record_call *)s->bytes;
}

static __always_inline void
scratch_begin(struct scratch *s, const struct record_call *call)
{
	s->used = sizeof *call;
	s->n_snippets = 0;
	s->had_fault = s->must_stop = 0;
	*scratch_call(s) = *call;
}

static __always_inline void
scratch_publish(struct scratch *s, struct turn *t, uint16_t kind)
{
	struct record_call *call = scratch_call(s);
	uint32_t size = s->used;

	if (size > BPF_RECORD_MAX)
		return;
	call->head.kind = kind;
	call->head.size = size;
	call->head.cpu = (uint16_t)t->cpu;
	call->head.time_ns = t->now_ns;
	call->n_snippets = (uint16_t)s->n_snippets;
	publish(t, s->bytes, size);
}

/* What was there goes ahead as a record of its own. */
static __noinline int
send_ahead(struct scratch *s, struct turn *t)
{
	scratch_publish(s, t, RECORD_MORE);
	s->used = sizeof(struct record_call);
	s->n_snippets = 0;
	return 0;
}

/* Makes room for a snippet. */
static __always_inline void
room(struct scratch *s, struct turn *t, uint32_t size)
{
	if (s->used + sizeof(struct snippet) + size > BPF_RECORD_MAX)
		send_ahead(s, t);
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
static __noinline int
note(struct walk *w, uint64_t address, uint64_t size, enum snippet_state state)
{
	struct scratch *s = w->s;

	room(s, w->turn, 0);
	if (size > UINT32_MAX)
		size = UINT32_MAX;
	if (state == SNIPPET_FAULT)
		s->had_fault = 1;
	snippet_head(s, s->used % BPF_RECORD_MAX, address, size, state);
	return 0;
}

/* One snippet of at most PIECE bytes. 0: done; else nothing was written. */
static __noinline int
put(struct walk *w, uint64_t address, uint32_t size)
{
	struct scratch *s = w->s;
	uint32_t at;

	if (size > PIECE || address < PAGE)
		return -1;
	room(s, w->turn, SNIPPET_PAD(size));
	at = s->used % BPF_RECORD_MAX;
	if (bpf_probe_read_user(
		    s->bytes + at + sizeof(struct snippet), size, (const void *)address))
		return -1;
	snippet_head(s, at, address, size, SNIPPET_OK);
	return 0;
}

static __always_inline uint32_t
to_page_end(uint64_t address)
{
	return PAGE - (uint32_t)(address % PAGE);
}

#endif
