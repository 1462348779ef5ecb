/* SPDX-License-Identifier: MIT */
/* rule_files.c - the judge of fd_leak: what becomes of descriptors */

#include "judge/rule_own.h"

#include "base/map.h"
#include "effects/leaks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct leaking {
	const struct judging *j;
	struct map *rows;     /* seq -> row + 1, of what was left open */
	struct map *is_meant; /* row -> selected by where; NULL: all are */
	struct map *counts;   /* process -> how many */
	uint32_t *bad;
	size_t n_bad, bad_capacity;
	uint64_t n, most;
};

static void
find_rows(struct leaking *l, const struct leak *leaks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*map_number(l->rows, leaks[i].seq) = NULL;
	for (size_t row = 0; row < columns_rows(l->j->columns); row++) {
		uint64_t seq = (uint64_t)columns_number(l->j->columns, COLUMN_SEQ, row);
		size_t was = map_count(l->rows);
		void **slot;

		if (!was)
			return;
		slot = map_number(l->rows, seq);
		if (map_count(l->rows) > was)
			map_remove(l->rows, &seq, sizeof seq);
		else
			*slot = (void *)(uintptr_t)(row + 1);
	}
}

/* Its own, and one that the rule means. */
static bool
counts(struct leaking *l, const struct leak *leak, size_t *row)
{
	uintptr_t at = (uintptr_t)map_get_number(l->rows, leak->seq);

	if (!at)
		return false;
	*row = at - 1;
	return leak_is_own(leak, columns_number(l->j->columns, COLUMN_PROCESS, *row)) &&
	       (!l->is_meant || map_get_number(l->is_meant, *row));
}

static void
count_leaks(struct leaking *l, const struct leak *leaks, size_t n)
{
	size_t row;

	for (size_t i = 0; i < n; i++) {
		void **slot;

		if (!counts(l, &leaks[i], &row))
			continue;
		slot = map_number(l->counts, leaks[i].process);
		*slot = (char *)*slot + 1;
		l->n++;
		l->most = MAX(l->most, (uint64_t)(uintptr_t)*slot);
		l->bad = mem_grow(l->bad, l->n_bad, &l->bad_capacity, sizeof *l->bad);
		l->bad[l->n_bad++] = (uint32_t)row;
	}
}

static void
conclude_leaks(const struct leaking *l, uint64_t n_looked)
{
	const struct judging *j = l->j;

	judging_conclude(
		j, &(struct finding_of_rule){
			   .is_broken = l->most > j->rule->max,
			   .n_looked = n_looked,
			   .wanted = arena_printf(j->arena,
				   "at most %" PRIu64 " in each process", j->rule->max),
			   .found = arena_printf(j->arena,
				   "%s left open, at most %" PRIu64 " by one process",
				   words_of_n(j->arena, l->n, "descriptor", "descriptors"),
				   l->most),
			   .rows = l->bad,
			   .n_rows = l->n_bad,
		   });
}

void
judge_fd_leak(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 };
	AUTO(map_free) struct map *rows = map_new();
	AUTO(map_free) struct map *meant = map_new();
	AUTO(map_free) struct map *counts = map_new();
	struct leaking l = { .j = j, .rows = rows, .counts = counts };
	const struct leak *leaks;
	size_t n;

	if (!j->effects)
		return judging_end(
			j, VERDICT_INCONCLUSIVE, "what processes left open was not kept");
	if (j->rule->where.expr) {
		if (!judging_select(j, &s, &j->rule->where) ||
			judging_is_empty(
				j, s.n_matched, s.n_looked, "call that 'where' selects"))
			return;
		l.is_meant = meant;
		for (size_t i = 0; i < s.n_rows; i++)
			*map_number(meant, s.rows[i]) = meant;
	}
	leaks = effects_leaks(j->effects, &n);
	find_rows(&l, leaks, n);
	count_leaks(&l, leaks, n);
	conclude_leaks(&l, columns_rows(j->columns));
	mem_free(l.bad);
}
