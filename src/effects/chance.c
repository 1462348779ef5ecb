/* SPDX-License-Identifier: MIT */
/*
 * chance.c - names that were drawn at random have orders of their own, and those are chance
 *
 * Two names that were drawn stand in a listing, or behind a shell's `*`, in either order. When
 * a few recordings happen to have one and the same, what the program does with that order
 * looks as if it were certain. So an order counts as seen only when recordings had it both
 * ways: by the names themselves, and by what directories said where somebody asked them. Then
 * what depends on it differs between them, whatever it is. And both orders must have differed
 * from each other, or what is told by the one looks as if it were told by the other.
 *
 * It is enough to look at names that were there at the same time, and at neighbours in the
 * order in which they were made: any other order that is not that one swaps some of those.
 */
#include "effects/effects.h"

#include "base/mem.h"
#include "effects/settle_own.h"

#include <string.h>

/* Bytes of one run's two names that are alike beyond what is alike in all recordings: those
 * were not drawn one by one, but counted. */
#define COUNTED 2

static bool
were_together(const struct golden_made *a, const struct golden_made *b)
{
	return a->from_seq && b->from_seq && (!a->to_seq || a->to_seq > b->from_seq) &&
	       (!b->to_seq || b->to_seq > a->from_seq);
}

static const struct golden_made *
made_of(const struct group *g, size_t run, size_t nr)
{
	return nr < g->in[run].n ? g->in[run].items[nr]->made : NULL;
}

static const char *
last_of(const struct group *g, size_t run, size_t nr)
{
	return g->in[run].items[nr]->last;
}

static size_t
common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* How far the names of one thing are the same in all recordings. */
static size_t
chosen_prefix(const struct group *g, size_t n_runs, size_t nr)
{
	size_t n = strlen(last_of(g, 0, nr));

	for (size_t r = 1; r < n_runs; r++)
		n = MIN(n, common_prefix(last_of(g, 0, nr), last_of(g, r, nr)));
	return n;
}

/* By time, by number of a process: they come in the order in which they were made. */
static bool
are_counted(const struct group *g, size_t n_runs, size_t a, size_t b)
{
	size_t chosen = MIN(chosen_prefix(g, n_runs, a), chosen_prefix(g, n_runs, b));

	for (size_t r = 0; r < n_runs; r++)
		if (!g->in[r].items[a]->has_time &&
			common_prefix(last_of(g, r, a), last_of(g, r, b)) < chosen + COUNTED)
			return false;
	return true;
}

enum { FORWARD = 1, BACKWARD = 2, BOTH = 3 };

static unsigned
name_orders(const struct group *g, size_t n_runs, size_t a, size_t b)
{
	unsigned seen = 0;

	for (size_t r = 0; r < n_runs; r++)
		seen |= strcmp(last_of(g, r, a), last_of(g, r, b)) < 0 ? FORWARD : BACKWARD;
	return seen;
}

/* 0: no recording listed them. by_name: how they were listed, against how they sort. */
static unsigned
listed_orders(const struct group *g, size_t n_runs, size_t a, size_t b, bool by_name)
{
	unsigned seen = 0;

	for (size_t r = 0; r < n_runs; r++) {
		const struct golden_made *x = made_of(g, r, a), *y = made_of(g, r, b);
		bool sorts = strcmp(last_of(g, r, a), last_of(g, r, b)) < 0;

		if (x->listing && x->listing == y->listing)
			seen |= (x->rank < y->rank) == (sorts || !by_name) ? FORWARD : BACKWARD;
	}
	return seen;
}

static void
unseen(struct chance *c, const struct group *g, size_t a, const char *b, const char *what)
{
	if (c->n_unseen++)
		return;
	c->first = arena_printf(c->arena,
		"'%s' and '%s' %s the same way round in each recording, by chance",
		last_of(g, 0, a), b, what);
}

static void
note_pair(struct chance *c, const struct group *g, size_t n_runs, size_t a, size_t b)
{
	unsigned listed = listed_orders(g, n_runs, a, b, false);
	bool are_drawn = !are_counted(g, n_runs, a, b);

	if (are_drawn && name_orders(g, n_runs, a, b) != BOTH)
		unseen(c, g, a, last_of(g, 0, b), "sort");
	if (listed && listed != BOTH)
		unseen(c, g, a, last_of(g, 0, b), "were listed");
	if (listed && are_drawn && listed_orders(g, n_runs, a, b, true) != BOTH)
		unseen(c, g, a, last_of(g, 0, b), "were listed as they sort, or not,");
}

/* The first one behind a that was there with it in all recordings. */
static size_t
neighbour(const struct group *g, size_t n_runs, size_t a)
{
	for (size_t b = a + 1;; b++) {
		bool together = true;

		for (size_t r = 0; r < n_runs; r++) {
			if (!made_of(g, r, b))
				return SIZE_MAX;
			together &= were_together(made_of(g, r, a), made_of(g, r, b));
		}
		if (together)
			return b;
	}
}

static bool
find_rank(const struct golden_listing *l, const char *name, size_t *rank)
{
	for (*rank = 0; *rank < l->n; ++*rank)
		if (strcmp(l->names[*rank], name) == 0)
			return true;
	return false;
}

#define MOST_FIXED 64 /* among so many, a name that is drawn has not one place by chance */

/* Names that all recordings listed beside a drawn one. */
struct beside {
	size_t n;
	const char *first;
	bool is_seen; /* both before and behind one of them */
};

static struct beside
find_beside(const struct group *g, size_t n_runs, size_t nr)
{
	const struct golden_listing *l = made_of(g, 0, nr)->listing;
	struct beside found = { 0 };

	for (size_t i = 0; l && i < l->n && i < MOST_FIXED; i++) {
		unsigned seen = 0;
		size_t rank, r = 0;

		for (; r < n_runs; r++) {
			const struct golden_made *m = made_of(g, r, nr);

			if (!m->listing || !find_rank(m->listing, l->names[i], &rank))
				break;
			seen |= rank < m->rank ? FORWARD : BACKWARD;
		}
		if (r < n_runs)
			continue;
		found.first = found.n++ ? found.first : l->names[i];
		found.is_seen |= seen == BOTH;
	}
	return found;
}

/* Characters that sort before or behind most of what is drawn: a name that goes on with one of
 * those has its place. */
static bool
may_be_either(char next)
{
	return (next >= '4' && next <= '9') || (next >= 'A' && next <= 'Z') ||
	       (next >= 'a' && next <= 'v');
}

/* The same for the order of the names: only those of which it does not decide how they begin.
 */
static struct beside
find_beside_by_name(const struct group *g, size_t n_runs, size_t nr)
{
	const struct golden_listing *l = made_of(g, 0, nr)->listing;
	size_t chosen = chosen_prefix(g, n_runs, nr);
	struct beside found = { 0 };

	for (size_t i = 0; l && i < l->n && i < MOST_FIXED; i++) {
		const char *name = l->names[i];
		unsigned seen = 0;
		size_t rank, r = 0;

		if (strncmp(name, last_of(g, 0, nr), chosen) != 0 ||
			!may_be_either(name[chosen]))
			continue;
		for (; r < n_runs; r++) {
			const struct golden_made *m = made_of(g, r, nr);

			if (!m->listing || !find_rank(m->listing, name, &rank))
				break;
			seen |= strcmp(name, last_of(g, r, nr)) < 0 ? FORWARD : BACKWARD;
		}
		if (r < n_runs)
			continue;
		found.first = found.n++ ? found.first : name;
		found.is_seen |= seen == BOTH;
	}
	return found;
}

static void
note_beside(struct chance *c, const struct group *g, size_t n_runs, size_t nr)
{
	struct beside listed = find_beside(g, n_runs, nr);
	struct beside named = find_beside_by_name(g, n_runs, nr);

	if (listed.n && !listed.is_seen)
		unseen(c, g, nr, listed.first, "were listed");
	if (named.n && !named.is_seen)
		unseen(c, g, nr, named.first, "sort");
}

void
chance_note(struct chance *c, const struct group *g, size_t n_runs)
{
	for (size_t a = 0;; a++) {
		size_t b;

		for (size_t r = 0; r < n_runs; r++)
			if (!made_of(g, r, a))
				return;
		b = neighbour(g, n_runs, a);
		if (b != SIZE_MAX)
			note_pair(c, g, n_runs, a, b);
		note_beside(c, g, n_runs, a);
	}
}

const char *
effects_chance(struct golden *const *runs, size_t n_runs, struct arena *to)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rules *rules = arena_array(arena, n_runs, sizeof *rules);
	struct chance c = { .arena = to };
	uint32_t n_numbers = 0;

	for (size_t i = 0; i < n_runs; i++)
		rules_init(&rules[i], arena, &n_numbers);
	settle_pairs(runs, rules, n_runs, arena, &c);
	for (size_t i = 0; i < n_runs; i++)
		rules_done(&rules[i]);
	return c.n_unseen ? c.first : NULL;
}
