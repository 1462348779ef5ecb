/* SPDX-License-Identifier: MIT */
/* cluster.c - from differences to findings: which belong together, in which order they are told
 */

#include "judge/cluster.h"

#include "judge/causes.h"
#include "judge/imprint.h"

#include <stdlib.h>
#include <string.h>

/* In this order: what a rule has put together the later ones take as one. */
static void (*const rules[])(struct causes *c) = {
	causes_flows,
	causes_trees,
	causes_moves,
	causes_umask,
	causes_repeats,
	causes_programs,
	causes_ending,
	causes_counts,
};

bool
causes_is_free(const struct causes *c, size_t i)
{
	return c->leader[i] == i;
}

size_t
causes_root(const struct causes *c, size_t i)
{
	while (c->leader[i] != i)
		i = c->leader[i];
	return i;
}

void
causes_join(struct causes *c, size_t i, size_t leader)
{
	size_t root = causes_root(c, leader);

	i = causes_root(c, i);
	if (i != root)
		c->leader[i] = root;
}

const struct effect *
causes_effect(const struct difference *d)
{
	return d->run ? d->run : d->golden;
}

bool
causes_is(const struct difference *d, enum effect_kind kind, enum difference_class class)
{
	return d->class == class && causes_effect(d)->kind == kind;
}

const char *
cluster_line(struct arena *arena, const struct difference *d)
{
	return arena_printf(arena, "%s [%s]", d->sentence, d->imprint);
}

/* What has no event comes last; the given order decides between equals. */
static bool
is_earlier(const struct difference *a, const struct difference *b)
{
	return a->seq && (!b->seq || a->seq < b->seq);
}

static void
finish(struct cluster *out, const struct causes *c, size_t leader,
	const struct difference **members, size_t n)
{
	const struct difference **own = arena_array(c->arena, n + 1, sizeof(void *));
	char imprint[17];
	size_t n_own = 0;

	*out = (struct cluster){ .first = c->d[leader],
		.members = members,
		.n_members = n,
		.sentence = c->title[leader] ? c->title[leader] : c->d[leader]->sentence,
		.earliest = c->d[leader] };
	own[n_own++] = c->d[leader];
	for (size_t i = 0; i < n; i++) {
		if (is_earlier(members[i], out->earliest))
			out->earliest = members[i];
		if (!members[i]->is_derived) /* it says nothing that the others do not */
			own[n_own++] = members[i];
	}
	imprint_join(imprint, own, n_own);
	out->line = n_own == 1 ? arena_printf(c->arena, "%s [%s]", out->sentence,
					 out->first->imprint)
			       : arena_printf(c->arena, "%s [%s]", out->sentence, imprint);
}

/* Members by leader, in two passes over all. */
static void
collect(struct clusters *out, const struct causes *c)
{
	size_t *count = arena_array(c->arena, c->n + 1, sizeof *count);
	const struct difference ***at = arena_array(c->arena, c->n + 1, sizeof *at);

	out->items = arena_array(c->arena, c->n + 1, sizeof *out->items);
	for (size_t i = 0; i < c->n; i++)
		count[causes_root(c, i)]++;
	for (size_t i = 0; i < c->n; i++)
		if (causes_is_free(c, i))
			at[i] = arena_array(c->arena, count[i], sizeof(void *));
	memset(count, 0, (c->n + 1) * sizeof *count);
	for (size_t i = 0; i < c->n; i++) {
		size_t root = causes_root(c, i);

		if (root != i)
			at[root][count[root]++] = c->d[i];
	}
	for (size_t i = 0; i < c->n; i++)
		if (causes_is_free(c, i))
			finish(&out->items[out->n++], c, i, at[i], count[i]);
}

struct placed {
	struct cluster cluster;
	size_t nr;
};

static int
by_time(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;

	if (is_earlier(a->cluster.earliest, b->cluster.earliest))
		return -1;
	if (is_earlier(b->cluster.earliest, a->cluster.earliest))
		return 1;
	return (a->nr > b->nr) - (a->nr < b->nr);
}

static void
sort(struct clusters *all, struct arena *arena)
{
	struct placed *placed = arena_array(arena, all->n + 1, sizeof *placed);

	for (size_t i = 0; i < all->n; i++)
		placed[i] = (struct placed){ all->items[i], i };
	if (all->n)
		qsort(placed, all->n, sizeof *placed, by_time);
	for (size_t i = 0; i < all->n; i++)
		all->items[i] = placed[i].cluster;
}

void
cluster_all(
	struct clusters *out, struct arena *arena, const struct difference *const *d, size_t n)
{
	struct causes c = { .arena = arena, .d = d, .n = n };

	c.leader = arena_array(arena, n + 1, sizeof *c.leader);
	c.title = arena_array(arena, n + 1, sizeof *c.title);
	for (size_t i = 0; i < n; i++)
		c.leader[i] = i;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		rules[i](&c);
	*out = (struct clusters){ 0 };
	collect(out, &c);
	sort(out, arena);
}
