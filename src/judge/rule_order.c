/* SPDX-License-Identifier: MIT */
/* rule_order.c - the judges of rules over intervals: between, within */

#include "judge/rule_own.h"

#include "base/clock.h"
#include "base/map.h"

#include <inttypes.h>
#include <string.h>

/* One walk over the rows of the two or three selections, in order. */
struct open {
	uint32_t row;   /* that opened it */
	uint64_t n_was; /* events counted in its scope until then */
};

struct scope {
	struct open *open;
	size_t n, capacity;
	uint64_t n_counted;
};

struct walk {
	const struct judging *j;
	struct map *scopes;
	const struct selection *from, *to, *where; /* where NULL: nothing is counted */
	uint32_t *bad;                             /* rows that opened what is broken */
	size_t n_bad, bad_capacity;
	uint64_t n_intervals, n_open, most;
};

static struct scope *
scope_at(struct walk *w, size_t row)
{
	void **slot = map_number(w->scopes, row_scope(w->j, row));

	if (!*slot)
		*slot = mem_alloc(sizeof(struct scope));
	return *slot;
}

static void
add_bad(struct walk *w, uint32_t row)
{
	w->bad = mem_grow(w->bad, w->n_bad, &w->bad_capacity, sizeof *w->bad);
	w->bad[w->n_bad++] = row;
}

/* The interval is over at `row`; UINT32_MAX: it never was. */
static void
close_one(struct walk *w, const struct scope *s, const struct open *o, uint32_t row)
{
	const struct judging *j = w->j;
	uint64_t n = s->n_counted - o->n_was;
	int64_t ns;

	w->n_intervals++;
	if (w->where) {
		w->most = MAX(w->most, n);
		if (n > j->rule->max || n < j->rule->min)
			add_bad(w, o->row);
		return;
	}
	if (row == UINT32_MAX) {
		w->n_open++;
		add_bad(w, o->row);
		return;
	}
	/* Of two tasks the cause may be seen to end later than what it brought about. */
	ns = columns_number(j->columns, COLUMN_END, row) -
	     columns_number(j->columns, COLUMN_END, o->row);
	ns = MAX(ns, (int64_t)0);
	w->most = MAX(w->most, (uint64_t)ns);
	if ((double)ns > j->rule->ms[0] * NS_PER_MS)
		add_bad(w, o->row);
}

static void
close_all(struct walk *w, struct scope *s, uint32_t row)
{
	for (size_t i = 0; i < s->n; i++)
		close_one(w, s, &s->open[i], row);
	s->n = 0;
}

static bool
is_at(const struct selection *s, size_t at, uint32_t row)
{
	return s && at < s->n_rows && s->rows[at] == row;
}

static uint32_t
row_at(const struct selection *s, size_t at)
{
	return s && at < s->n_rows ? s->rows[at] : UINT32_MAX;
}

static void
walk_rows(struct walk *w)
{
	size_t at_from = 0, at_to = 0, at_where = 0, at = 0;
	void *scope;

	for (;;) {
		uint32_t row = MIN(MIN(row_at(w->from, at_from), row_at(w->to, at_to)),
			row_at(w->where, at_where));
		struct scope *s;

		if (row == UINT32_MAX)
			break;
		s = scope_at(w, row);
		if (is_at(w->to, at_to, row))
			close_all(w, s, row);
		else if (is_at(w->where, at_where, row))
			s->n_counted++;
		if (is_at(w->from, at_from, row)) {
			s->open = mem_grow(s->open, s->n, &s->capacity, sizeof *s->open);
			s->open[s->n++] = (struct open){ row, s->n_counted };
		}
		at_from += is_at(w->from, at_from, row);
		at_to += is_at(w->to, at_to, row);
		at_where += is_at(w->where, at_where, row);
	}
	while (map_next(w->scopes, &at, NULL, NULL, &scope)) {
		struct scope *s = scope;

		close_all(w, s, UINT32_MAX);
		mem_free(s->open);
		mem_free(s);
	}
	map_free(TAKE(w->scopes));
}

static const char *
words_of_between(const struct judging *j)
{
	const struct rule *r = j->rule;

	if (r->min && r->max != UINT64_MAX)
		return arena_printf(j->arena,
			"in each from %" PRIu64 " to %" PRIu64 " events where %s", r->min,
			r->max, r->where.said);
	return arena_printf(j->arena, "in each at %s %" PRIu64 " events where %s",
		r->min ? "least" : "most", r->min ? r->min : r->max, r->where.said);
}

void
judge_between(const struct judging *j)
{
	AUTO(selection_done) struct selection from = { 0 }, to = { 0 }, where = { 0 };
	struct walk w = { .j = j, .from = &from, .to = &to, .where = &where };

	if (!judging_select(j, &from, &j->rule->other) ||
		judging_is_empty(
			j, from.n_matched, from.n_looked, "event that 'from' selects") ||
		!judging_select(j, &to, &j->rule->third) ||
		!judging_select(j, &where, &j->rule->where))
		return;
	w.scopes = map_new();
	walk_rows(&w);
	judging_conclude(j,
		&(struct finding_of_rule){
			.is_broken = w.n_bad,
			.n_looked = from.n_looked,
			.wanted = words_of_between(j),
			.found = arena_printf(j->arena,
				"%zu of %" PRIu64 " intervals are not so, the most in one is "
				"%" PRIu64,
				w.n_bad, w.n_intervals, w.most),
			.rows = w.bad,
			.n_rows = w.n_bad,
		});
	mem_free(w.bad);
}

static const char *
words_of_late(const struct walk *w)
{
	struct arena *arena = w->j->arena;

	if (w->n_open == w->n_intervals)
		return arena_printf(arena, "%" PRIu64 " not at all", w->n_open);
	return arena_printf(arena, "%" PRIu64 " not at all, the longest of the others took %s",
		w->n_open, words_of_ns(arena, w->most));
}

void
judge_within(const struct judging *j)
{
	AUTO(selection_done) struct selection from = { 0 }, to = { 0 };
	struct walk w = { .j = j, .from = &from, .to = &to };

	if (!judging_select(j, &from, &j->rule->other) ||
		judging_is_empty(
			j, from.n_matched, from.n_looked, "event that 'from' selects") ||
		!judging_select(j, &to, &j->rule->third))
		return;
	w.scopes = map_new();
	walk_rows(&w);
	judging_conclude(j,
		&(struct finding_of_rule){
			.is_broken = w.n_bad,
			.n_looked = from.n_looked,
			.wanted =
				arena_printf(j->arena, "after each, within %g ms, one where %s",
					j->rule->ms[0], j->rule->third.said),
			.found = arena_printf(j->arena,
				"%zu of %" PRIu64 " events where %s are not followed so: %s",
				w.n_bad, w.n_intervals, j->rule->other.said, words_of_late(&w)),
			.rows = w.bad,
			.n_rows = w.n_bad,
		});
	mem_free(w.bad);
}
