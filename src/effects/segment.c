/* SPDX-License-Identifier: MIT */
/*
 * segment.c - what several processes write to one stream, in an order that does not vary
 *
 * While the text is kept, each write of a run of several processes is a segment of its own, so
 * that one of another process may be put between two. A stream that is too long for that is
 * told process by process: which of its bytes came before the limit would be a matter of luck.
 */
#include "effects/segment.h"

#include "effects/causal.h"
#include "effects/process.h"

#include <stdlib.h>
#include <string.h>

#define WRITERS_MAX 64 /* more than so many are not ordered by what they know */

/* One process that writes to a stream. */
struct writer {
	const struct process *process;
	uint32_t *segments; /* their places, in time */
	size_t n, capacity;
	size_t next;     /* while they are joined: the first that is not out */
	uint32_t *known; /* by writer: how many of its segments this one knows of */
	size_t n_known;
};

static struct writer *
writer_of(struct stream *s, const struct process *p)
{
	void **slot;

	if (!s->by_writer)
		s->by_writer = map_new();
	slot = map_number(s->by_writer, p->nr);
	if (!*slot) {
		s->writers_list = mem_grow(s->writers_list, s->n_writers, &s->writers_capacity,
			sizeof *s->writers_list);
		s->writers_list[s->n_writers] = mem_alloc(sizeof(struct writer));
		s->writers_list[s->n_writers++]->process = p;
		*slot = (void *)(uintptr_t)s->n_writers;
	}
	return s->writers_list[(uintptr_t)*slot - 1];
}

/* What this writer's task has learned of the others' since its last segment. */
static void
note_known(struct stream *s, const struct act *a, struct writer *w, struct segment *seg)
{
	size_t capacity = 0;

	if (s->n_writers > WRITERS_MAX || s->n_writers < 2)
		return;
	if (w->n_known < s->n_writers) {
		uint32_t *more = mem_array(s->n_writers, sizeof *more);

		if (w->n_known)
			memcpy(more, w->known, w->n_known * sizeof *more);
		mem_free(w->known);
		w->known = more;
		w->n_known = s->n_writers;
	}
	for (size_t i = 0; i < s->n_writers; i++) {
		const struct writer *other = s->writers_list[i];
		uint32_t was = w->known[i];

		while (other != w && w->known[i] < other->n &&
			causal_knows(a->fx->causal, a->task->nr,
				s->segments[other->segments[w->known[i]]].at))
			w->known[i]++;
		if (w->known[i] == was)
			continue;
		seg->after = mem_grow(seg->after, seg->n_after, &capacity, sizeof *seg->after);
		seg->after[seg->n_after++] = other->segments[w->known[i] - 1];
	}
}

/* May the write join the writer's last segment? */
static bool
may_join(const struct stream *s, const struct act *a, const struct segment *last)
{
	return last->n_children == last->process->n_children &&
	       (!s->is_whole || a->fx->n_processes == 1);
}

struct segment *
segment_now(struct stream *s, const struct act *a)
{
	const struct process *p = a->task->process;
	struct writer *w = writer_of(s, p);
	struct segment *seg = w->n ? &s->segments[w->segments[w->n - 1]] : NULL;

	if (!seg || !may_join(s, a, seg)) {
		s->segments = mem_grow(
			s->segments, s->n_segments, &s->segments_capacity, sizeof *s->segments);
		seg = &s->segments[s->n_segments];
		*seg = (struct segment){
			.process = p, .n_children = p->n_children, .nr = (uint32_t)s->n_segments
		};
		note_known(s, a, w, seg);
		w->segments = mem_grow(w->segments, w->n, &w->capacity, sizeof *w->segments);
		w->segments[w->n++] = (uint32_t)s->n_segments++;
	}
	seg->at = a->at;
	return seg;
}

size_t
segments_writers(const struct stream *s)
{
	return s->n_writers;
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

	if (a == b) /* in time */
		return (x->nr > y->nr) - (x->nr < y->nr);
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

static bool
is_free(const struct segment *seg, const bool *is_out)
{
	for (uint32_t i = 0; i < seg->n_after; i++)
		if (!is_out[seg->after[i]])
			return false;
	return true;
}

/* The writers' segments merged: of those that nothing has to come before, the one that would
 * stand first if nobody knew of anybody. */
static void
order_by_knowledge(const struct stream *s, const struct segment **order)
{
	AUTO(mem_free) bool *is_out = mem_array(s->n_segments, sizeof *is_out);

	for (size_t i = 0; i < s->n_writers; i++)
		s->writers_list[i]->next = 0;
	for (size_t n = 0; n < s->n_segments; n++) {
		struct writer *best = NULL;

		for (size_t i = 0; i < s->n_writers; i++) {
			struct writer *w = s->writers_list[i];
			const struct segment *seg;

			if (w->next == w->n)
				continue;
			seg = &s->segments[w->segments[w->next]];
			if (!is_free(seg, is_out))
				continue;
			if (!best || compare_segments(seg, order[n]) < 0) {
				best = w;
				order[n] = seg;
			}
		}
		assert(best); /* what came first in time is always free */
		is_out[order[n]->nr] = true;
		best->next++;
	}
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

/* All segments as the stream is told; mem_free(). */
static const struct segment **
in_order(const struct stream *s)
{
	const struct segment **order = mem_array(s->n_segments, sizeof(struct segment *));

	for (size_t i = 0; i < s->n_segments; i++)
		order[i] = &s->segments[i];
	if (s->is_whole && s->n_writers > 1 && s->n_writers <= WRITERS_MAX)
		order_by_knowledge(s, order);
	else if (s->n_segments)
		qsort(order, s->n_segments, sizeof *order, compare_places);
	return order;
}

bool
segments_join(const struct stream *s, struct flow *out, struct str *text)
{
	AUTO(mem_free) const struct segment **order = in_order(s);

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

static const char *
say_writer(const struct effects *fx, struct golden *g, const struct wrote *w)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str clean = { 0 };
	const char *program = w->program && *w->program ? w->program : "?";
	const char *sandbox = fx->header.sandbox;

	if (sandbox && *sandbox && str_has_prefix(program, sandbox)) {
		str_add(&text, "<sandbox>");
		program += strlen(sandbox);
	}
	str_add(&text, program);
	str_add(&text, " (task ");
	task_place(&text, fx->tasks[w->task]);
	str_add_char(&text, ')');
	str_add_printable(&clean, text.data, text.n);
	return arena_strndup(g->arena, clean.data, clean.n);
}

void
segments_mark(
	const struct effects *fx, const struct stream *s, struct golden *g, struct effect *e)
{
	AUTO(mem_free) const struct segment **order = in_order(s);
	struct mark *marks;
	size_t n = 0;

	for (size_t i = 0; i < s->n_segments; i++)
		n += order[i]->n_writes;
	if (n > MARKS_MAX)
		return;
	marks = arena_array(g->arena, n + 1, sizeof *marks);
	e->marks = marks;
	for (size_t i = 0; i < s->n_segments; i++)
		for (size_t j = 0; j < order[i]->n_writes; j++) {
			const struct wrote *w = &order[i]->writes[j];

			marks[e->n_marks++] = (struct mark){
				.n = w->n, .seq = w->seq, .by = say_writer(fx, g, w)
			};
		}
}

void
segments_free(struct stream *s)
{
	for (size_t i = 0; i < s->n_segments; i++) {
		str_done(&s->segments[i].head);
		mem_free(s->segments[i].after);
		mem_free(s->segments[i].writes);
	}
	for (size_t i = 0; i < s->n_writers; i++) {
		mem_free(s->writers_list[i]->segments);
		mem_free(s->writers_list[i]->known);
		mem_free(s->writers_list[i]);
	}
	mem_free(s->writers_list);
	mem_free(s->segments);
	map_free(s->by_writer);
}
