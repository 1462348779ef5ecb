/* SPDX-License-Identifier: MIT */
/* segment.c - what several processes write to one stream, in an order that does not vary */
#include "effects/segment.h"

#include <stdlib.h>

struct segment *
segment_now(struct stream *s, const struct task *t)
{
	const struct process *p = t->process;
	struct segment *last = s->segments ? &s->segments[s->now] : NULL;
	void **slot;

	if (last && last->process == p && last->n_children == p->n_children)
		return last;
	if (!s->by_writer)
		s->by_writer = map_new();
	slot = map_number(s->by_writer, (uint64_t)p->nr << 32 | p->n_children);
	if (*slot) {
		s->now = (size_t)(uintptr_t)*slot - 1;
		return &s->segments[s->now];
	}
	s->segments = mem_grow(
		s->segments, s->n_segments, &s->segments_capacity, sizeof *s->segments);
	s->now = s->n_segments++;
	*slot = (void *)(uintptr_t)s->n_segments;
	s->segments[s->now] = (struct segment){ .process = p, .n_children = p->n_children };
	return &s->segments[s->now];
}

/* A process against one of its descendants, which came to be as its child number `child`. */
static int
compare_to_child(uint32_t n_children, uint32_t child)
{
	return n_children < child ? -1 : 1;
}

static int
compare_segments(const struct segment *x, const struct segment *y)
{
	const struct process *a = x->process, *b = y->process, *below_a = NULL, *below_b = NULL;

	if (a == b)
		return (x->n_children > y->n_children) - (x->n_children < y->n_children);
	for (; a->depth > b->depth; a = a->parent)
		below_a = a;
	for (; b->depth > a->depth; b = b->parent)
		below_b = b;
	if (a == b)
		return below_b ? compare_to_child(x->n_children, below_b->ordinal)
			       : -compare_to_child(y->n_children, below_a->ordinal);
	for (; a->parent != b->parent; a = a->parent, b = b->parent)
		;
	if (!a->parent)
		return a->appeared < b->appeared ? -1 : 1;
	return a->ordinal < b->ordinal ? -1 : 1;
}

static int
compare_places(const void *x, const void *y)
{
	return compare_segments(
		*(const struct segment *const *)x, *(const struct segment *const *)y);
}

/* Bytes moved without being seen are told by the other end, when it got as many; and the text
 * of writes too large to be kept, when they came out in the order that is told. */
static bool
take_received(const struct stream *s, struct flow *flow, struct str *head)
{
	const struct received *r = s->received;

	if (!r || r->digest.n != flow->n_bytes)
		return s->is_whole;
	if (!flow->n_opaque && (s->is_whole || !digest_is_equal(&r->digest, &flow->digest)))
		return s->is_whole;
	flow->n_opaque = 0;
	flow->digest = r->digest;
	str_clear(head);
	str_add_n(head, r->head, r->n_head);
	return r->n_head == r->digest.n;
}

bool
segments_join(const struct stream *s, struct flow *out, struct str *text)
{
	AUTO(mem_free)
	const struct segment **order = mem_array(s->n_segments, sizeof(struct segment *));

	for (size_t i = 0; i < s->n_segments; i++)
		order[i] = &s->segments[i];
	if (s->n_segments)
		qsort(order, s->n_segments, sizeof *order, compare_places);
	*out = (struct flow){ 0 };
	for (size_t i = 0; i < s->n_segments; i++) {
		const struct segment *seg = order[i];

		out->n_bytes += seg->flow.n_bytes;
		out->n_opaque += seg->flow.n_opaque;
		digest_join(&out->digest, &seg->flow.digest);
		str_add_n(text, str_text(&seg->head), seg->head.n);
	}
	return take_received(s, out, text);
}

void
segments_free(struct stream *s)
{
	for (size_t i = 0; i < s->n_segments; i++)
		str_done(&s->segments[i].head);
	mem_free(s->segments);
	map_free(s->by_writer);
}
