/* SPDX-License-Identifier: MIT */
/* slowest.c - the calls of a run that took longest: a heap with the shortest of them on top */

#include "export/slowest.h"

#include "base/mem.h"

#include <stdlib.h>

struct slowest {
	struct kept_call *items;
	size_t n, room, most;
	uint64_t min_ns, n_short, n_many;
};

struct slowest *
slowest_new(size_t most, uint64_t min_ns)
{
	struct slowest *s = mem_alloc(sizeof *s);

	s->most = most;
	s->min_ns = min_ns;
	return s;
}

static void
call_done(struct kept_call *c)
{
	mem_free(c->path);
	mem_free(c->peer);
}

void
slowest_free(struct slowest *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		call_done(&s->items[i]);
	mem_free(s->items);
	mem_free(s);
}

static uint64_t
duration(const struct kept_call *c)
{
	return c->exit_ns - c->enter_ns;
}

/* Goes before it leaves: shorter, and of equals the later one. */
static bool
is_less(const struct kept_call *a, const struct kept_call *b)
{
	if (duration(a) != duration(b))
		return duration(a) < duration(b);
	return a->seq > b->seq;
}

bool
slowest_takes(struct slowest *s, uint64_t duration_ns)
{
	if (duration_ns < s->min_ns) {
		s->n_short++;
		return false;
	}
	if (s->n < s->most)
		return true;
	s->n_many++; /* this one, or the one that goes for it */
	return s->most && duration_ns > duration(&s->items[0]);
}

static void
swap(struct slowest *s, size_t a, size_t b)
{
	struct kept_call c = s->items[a];

	s->items[a] = s->items[b];
	s->items[b] = c;
}

static void
sift_down(struct slowest *s)
{
	for (size_t at = 0, least;; at = least) {
		least = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < s->n; child++)
			if (is_less(&s->items[child], &s->items[least]))
				least = child;
		if (least == at)
			return;
		swap(s, at, least);
	}
}

void
slowest_add(struct slowest *s, const struct kept_call *call)
{
	if (s->n == s->most) {
		call_done(&s->items[0]);
		s->items[0] = *call;
		sift_down(s);
		return;
	}
	s->items = mem_grow(s->items, s->n, &s->room, sizeof *s->items);
	s->items[s->n++] = *call;
	for (size_t at = s->n - 1; at && is_less(&s->items[at], &s->items[(at - 1) / 2]);
		at = (at - 1) / 2)
		swap(s, at, (at - 1) / 2);
}

static int
compare_begins(const void *a, const void *b)
{
	const struct kept_call *x = a, *y = b;

	if (x->enter_ns != y->enter_ns)
		return x->enter_ns < y->enter_ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

const struct kept_call *
slowest_list(struct slowest *s, size_t *n)
{
	if (s->n)
		qsort(s->items, s->n, sizeof *s->items, compare_begins);
	*n = s->n;
	return s->items;
}

uint64_t
slowest_too_short(const struct slowest *s)
{
	return s->n_short;
}

uint64_t
slowest_too_many(const struct slowest *s)
{
	return s->n_many;
}
