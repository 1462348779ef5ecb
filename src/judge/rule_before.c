/* SPDX-License-Identifier: MIT */
/* rule_before.c - the judge of before: what had to happen first, and who knew that it had */

#include "judge/rule_own.h"

#include "base/map.h"

#include <inttypes.h>

uint64_t
row_scope(const struct judging *j, size_t row)
{
	if (j->rule->per == PER_RUN)
		return 0;
	return (uint64_t)columns_number(
		j->columns, j->rule->per == PER_TASK ? COLUMN_TASK : COLUMN_PROCESS, row);
}

/*
 * Of each task its earliest event is enough, because what happened after that one in the task
 * is known to fewer.
 */
struct earliest {
	uint32_t *rows;
	size_t n, capacity;
};

static void
find_earliest(const struct judging *j, const struct selection *s, struct earliest *out)
{
	AUTO(map_free) struct map *seen = map_new();

	for (size_t i = 0; i < s->n_rows; i++) {
		int64_t task = columns_number(j->columns, COLUMN_TASK, s->rows[i]);
		void **slot = map_number(seen, (uint64_t)task);

		if (*slot)
			continue;
		*slot = out;
		out->rows = mem_grow(out->rows, out->n, &out->capacity, sizeof *out->rows);
		out->rows[out->n++] = s->rows[i];
	}
}

/* It was over when the other one began. */
static bool
is_earlier(const struct judging *j, uint32_t first, uint32_t then)
{
	return first != then && row_scope(j, first) == row_scope(j, then) &&
	       columns_number(j->columns, COLUMN_END, first) <=
		       columns_number(j->columns, COLUMN_START, then);
}

static bool
is_ordered(const struct judging *j, uint32_t first, uint32_t then)
{
	if (j->rule->choice == ORDER_TIME)
		return is_earlier(j, first, then);
	return first != then && row_scope(j, first) == row_scope(j, then) &&
	       causal_ordered(j->effects,
		       (uint64_t)columns_number(j->columns, COLUMN_SEQ, first),
		       (uint64_t)columns_number(j->columns, COLUMN_SEQ, then));
}

/* What the events that have none before them have instead. */
struct lacking {
	uint32_t *rows; /* of `then` */
	size_t n;
	size_t n_earlier; /* of them: one came earlier, and nothing that was seen orders the two
			   */
	size_t n_threads; /* of those: by another thread of the same process */
	uint32_t earlier; /* the first such one; UINT32_MAX: there is none */
};

static bool
is_by_thread(const struct judging *j, uint32_t a, uint32_t b)
{
	return columns_number(j->columns, COLUMN_PROCESS, a) ==
	       columns_number(j->columns, COLUMN_PROCESS, b);
}

static void
add_lacking(
	struct lacking *l, const struct judging *j, const struct earliest *first, uint32_t row)
{
	bool earlier = false, by_thread = false;

	l->rows[l->n++] = row;
	for (size_t i = 0; i < first->n; i++) {
		if (!is_earlier(j, first->rows[i], row))
			continue;
		if (l->earlier == UINT32_MAX)
			l->earlier = first->rows[i];
		earlier = true;
		by_thread |= is_by_thread(j, first->rows[i], row);
	}
	l->n_earlier += earlier;
	l->n_threads += by_thread;
}

/* The rows that lack one take the place of those that were selected. */
static struct lacking
find_lacking(
	const struct judging *j, const struct earliest *first, const struct selection *then)
{
	struct lacking l = { .rows = then->rows, .earlier = UINT32_MAX };

	for (size_t i = 0; i < then->n_rows; i++) {
		bool any = false;

		for (size_t k = 0; k < first->n && !any; k++)
			any = is_ordered(j, first->rows[k], then->rows[i]);
		if (!any)
			add_lacking(&l, j, first, then->rows[i]);
	}
	return l;
}

static const char *
words_of_lacking(const struct judging *j, const struct lacking *l, uint64_t n_first)
{
	const struct rule *r = j->rule;

	if (!l->n)
		return "";
	if (!n_first)
		return arena_printf(j->arena, " (there is no event where %s)", r->where.said);
	if (!l->n_earlier)
		return "";
	return arena_printf(j->arena,
		"; %zu of these came after such an event as is wanted, but nothing that was "
		"seen orders the two, such as %s",
		l->n_earlier, row_words(j, l->earlier));
}

static const char *
words_wanted(const struct judging *j)
{
	return arena_printf(j->arena, "before each of them, %s, one where %s",
		j->rule->choice == ORDER_TIME ? "by the clock" : "and ordered by cause",
		j->rule->where.said);
}

/* Threads may have told each other through memory, which no call shows. */
static const char *
why_open(const struct lacking *l)
{
	return l->n && l->n_threads == l->n
		       ? "what threads of one process tell each other through memory is not "
			 "seen (order = \"time\" asks for no more than that it came earlier)"
		       : NULL;
}

void
judge_before(const struct judging *j)
{
	AUTO(selection_done) struct selection first = { 0 }, then = { 0 };
	struct earliest earliest = { 0 };
	struct lacking l;

	if (!j->effects)
		return judging_end(j, VERDICT_INCONCLUSIVE, "the order of events was not kept");
	if (!judging_select(j, &first, &j->rule->where) ||
		!judging_select(j, &then, &j->rule->other) ||
		judging_is_empty(j, then.n_matched, then.n_looked, "event that 'then' selects"))
		return;
	find_earliest(j, &first, &earliest);
	l = find_lacking(j, &earliest, &then);
	mem_free(earliest.rows);
	judging_conclude(
		j, &(struct finding_of_rule){
			   .is_broken = l.n,
			   .n_looked = then.n_looked,
			   .wanted = words_wanted(j),
			   .found = arena_printf(j->arena,
				   "%zu of %" PRIu64 " events where %s have none before them%s",
				   l.n, then.n_matched, j->rule->other.said,
				   words_of_lacking(j, &l, first.n_matched)),
			   .open = why_open(&l),
			   .rows = l.rows,
			   .n_rows = l.n,
		   });
}
