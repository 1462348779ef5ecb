/* SPDX-License-Identifier: MIT */
/* rule_select.c - the judges of rules over single events: count, never, exists, all, bytes,
 * latency, custom */

#include "judge/rule_own.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *
words_of_limits(const struct judging *j, const char *what)
{
	const struct rule *r = j->rule;
	bool has_max = r->max != UINT64_MAX;

	if (r->min && has_max)
		return arena_printf(
			j->arena, "from %" PRIu64 " to %" PRIu64 " %s", r->min, r->max, what);
	if (has_max)
		return arena_printf(j->arena, "at most %" PRIu64 " %s", r->max, what);
	return arena_printf(j->arena, "at least %" PRIu64 " %s", r->min, what);
}

void
judge_count(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 };

	if (!judging_select(j, &s, &j->rule->where) ||
		(!j->rule->min && judging_is_empty(j, s.n_matched, s.n_looked,
					  "event that 'where' selects")))
		return; /* with a least number, none are too few */
	judging_conclude(
		j, &(struct finding_of_rule){
			   .is_broken = s.n_matched > j->rule->max ||
					s.n_matched<j->rule->min, .is_certain = s.n_matched> j
						->rule->max,
			   .n_looked = s.n_looked,
			   .wanted = words_of_limits(j, "that match"),
			   .found = arena_printf(j->arena, "%s where %s",
				   words_of_n(j->arena, s.n_matched, "event", "events"),
				   j->rule->where.said),
			   .rows = s.rows,
			   .n_rows = s.n_rows,
		   });
}

/* What is in both, in a; both ascend. */
static void
intersect(struct selection *a, const struct selection *b)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < a->n_rows; i++) {
		while (at < b->n_rows && b->rows[at] < a->rows[i])
			at++;
		if (at < b->n_rows && b->rows[at] == a->rows[i])
			a->rows[n++] = a->rows[i];
	}
	a->n_rows = n;
	a->n_matched = n;
}

/* What is in a and not in b. */
static void
subtract(struct selection *a, const struct selection *b)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < a->n_rows; i++) {
		while (at < b->n_rows && b->rows[at] < a->rows[i])
			at++;
		if (at == b->n_rows || b->rows[at] != a->rows[i])
			a->rows[n++] = a->rows[i];
	}
	a->n_rows = n;
	a->n_matched = n;
}

void
judge_never(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 }, among = { 0 };
	uint64_t n_looked;

	if (!judging_select(j, &s, &j->rule->where))
		return;
	n_looked = s.n_looked;
	if (j->rule->other.expr) {
		if (!judging_select(j, &among, &j->rule->other))
			return;
		n_looked = among.n_matched;
		intersect(&s, &among);
		if (judging_is_empty(j, n_looked, among.n_looked, "event that 'among' selects"))
			return;
	} else if (judging_is_empty(
			   j, s.n_applied, s.n_looked, "event that 'where' applies to")) {
		return;
	}
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = s.n_matched,
				    .is_certain = true,
				    .n_looked = n_looked,
				    .wanted = "none",
				    .found = arena_printf(j->arena, "%s where %s",
					    s.n_matched ? words_of_n(j->arena, s.n_matched,
								  "event", "events")
							: "no event",
					    j->rule->where.said),
				    .rows = s.rows,
				    .n_rows = s.n_rows,
			    });
}

void
judge_exists(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 };

	if (!judging_select(j, &s, &j->rule->where))
		return;
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = s.n_matched < j->rule->min,
				    .n_looked = s.n_looked,
				    .wanted = words_of_limits(j, "that match"),
				    .found = arena_printf(j->arena, "%s where %s",
					    s.n_matched ? words_of_n(j->arena, s.n_matched,
								  "event", "events")
							: "no event",
					    j->rule->where.said),
				    .rows = s.rows,
				    .n_rows = s.n_rows,
			    });
}

void
judge_all(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 }, must = { 0 };
	uint64_t n;

	if (!judging_select(j, &s, &j->rule->where) ||
		judging_is_empty(j, s.n_matched, s.n_looked, "event that 'where' selects") ||
		!judging_select(j, &must, &j->rule->other))
		return;
	n = s.n_matched;
	subtract(&s, &must);
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = s.n_rows,
				    .is_certain = true,
				    .n_looked = n,
				    .wanted = arena_printf(
					    j->arena, "each one where %s", j->rule->other.said),
				    .found = arena_printf(j->arena,
					    "%zu of %" PRIu64 " events where %s are not so",
					    s.n_rows, n, j->rule->where.said),
				    .rows = s.rows,
				    .n_rows = s.n_rows,
			    });
}

void
judge_bytes(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 };
	uint64_t sum = 0, n = 0;

	if (!judging_select(j, &s, &j->rule->where))
		return;
	for (size_t i = 0; i < s.n_rows; i++) {
		int64_t bytes = columns_number(j->columns, COLUMN_BYTES, s.rows[i]);

		if (bytes == COLUMN_NULL)
			continue;
		n++;
		sum += (uint64_t)bytes;
	}
	if (!j->rule->min && judging_is_empty(j, n, s.n_looked,
				     "call that 'where' selects and that moved bytes"))
		return;
	judging_conclude(j,
		&(struct finding_of_rule){
			.is_broken = sum > j->rule->max ||
				     sum<j->rule->min, .is_certain = sum> j->rule->max,
			.n_looked = s.n_looked,
			.wanted = words_of_limits(j, "bytes"),
			.found = arena_printf(j->arena, "%s by %s where %s",
				words_of_bytes(j->arena, sum),
				words_of_n(j->arena, n, "call", "calls"), j->rule->where.said),
			.rows = s.rows,
			.n_rows = s.n_rows,
		});
}

/*
 * latency
 */
struct timed {
	uint64_t ns;
	uint32_t row;
};

static int
by_ns(const void *x, const void *y)
{
	const struct timed *a = x, *b = y;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static const struct {
	const char *name;
	double share;
} percentiles[N_RULE_LIMITS_MS] = {
	{ "p50", 0.5 },
	{ "p90", 0.9 },
	{ "p95", 0.95 },
	{ "p99", 0.99 },
	{ "p99.9", 0.999 },
	{ "max", 1 },
};

/* The smallest value that so many of all are not above. */
static uint64_t
nearest_rank(const struct timed *all, size_t n, double share)
{
	size_t rank = (size_t)ceil(share * (double)n - 1e-9);

	return all[MAX(rank, (size_t)1) - 1].ns;
}

static void
hold_to_limits(const struct judging *j, const struct timed *all, size_t n, uint64_t n_looked)
{
	AUTO(str_done) struct str found = { 0 };
	AUTO(str_done) struct str wanted = { 0 };
	uint32_t slowest[4];
	size_t n_rows = MIN(n, ARRAY_LEN(slowest));
	bool is_broken = false;

	for (size_t i = 0; i < ARRAY_LEN(percentiles); i++) {
		uint64_t ns = nearest_rank(all, n, percentiles[i].share);

		if (j->rule->ms[i] <= 0)
			continue;
		is_broken |= (double)ns > j->rule->ms[i] * NS_PER_MS;
		str_addf(&found, "%s%s %.3f ms", found.n ? ", " : "", percentiles[i].name,
			(double)ns / NS_PER_MS);
		str_addf(&wanted, "%s%s <= %g ms", wanted.n ? ", " : "", percentiles[i].name,
			j->rule->ms[i]);
	}
	str_addf(&found, " of %s where %s", words_of_n(j->arena, n, "call", "calls"),
		j->rule->where.said);
	for (size_t i = 0; i < n_rows; i++)
		slowest[i] = all[n - 1 - i].row;
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = is_broken,
				    .n_looked = n_looked,
				    .wanted = arena_strdup(j->arena, str_text(&wanted)),
				    .found = arena_strdup(j->arena, str_text(&found)),
				    .rows = slowest,
				    .n_rows = n_rows,
			    });
}

void
judge_latency(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 };
	AUTO(mem_free) struct timed *all = NULL;
	size_t n = 0;

	if (!judging_select(j, &s, &j->rule->where))
		return;
	all = mem_array(s.n_rows + 1, sizeof *all);
	for (size_t i = 0; i < s.n_rows; i++) {
		int64_t ns = columns_number(j->columns, COLUMN_DURATION, s.rows[i]);

		if (ns != COLUMN_NULL)
			all[n++] = (struct timed){ (uint64_t)ns, s.rows[i] };
	}
	if (judging_is_empty(j, n, s.n_looked, "finished call that 'where' selects"))
		return;
	qsort(all, n, sizeof *all, by_ns);
	hold_to_limits(j, all, n, s.n_looked);
}

/*
 * custom
 */
static const char *
words_of_parts(const struct judging *j, const struct expr_result *r)
{
	AUTO(str_done) struct str out = { 0 };

	for (size_t i = 0; i < r->n_parts; i++) {
		str_addf(&out, "%s%s = ", i ? ", " : "", r->parts[i].text);
		expr_value_text(&out, &r->parts[i].value);
	}
	return arena_strdup(j->arena, str_text(&out));
}

static void
conclude_custom(const struct judging *j, const struct expr_result *r)
{
	uint64_t n_looked = 0, n_applied = 0;
	const struct expr_part *shown = r->n_parts ? &r->parts[0] : NULL;

	for (size_t i = 0; i < r->n_parts; i++) {
		n_looked = MAX(n_looked, r->parts[i].n_looked);
		n_applied += r->parts[i].n_applied;
	}
	j->out->n_events = n_looked;
	if (!n_applied)
		return judging_end(j, j->unseen ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
			arena_printf(j->arena,
				"'%s' applies to no event of %" PRIu64 ": nothing was tested",
				j->rule->where.said, n_looked));
	if (r->value.is_null)
		return judging_end(j, j->unseen ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
			arena_printf(j->arena, "'%s' is neither true nor false: %s",
				j->rule->where.said, words_of_parts(j, r)));
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = !r->value.truth,
				    .n_looked = n_looked,
				    .wanted = j->rule->where.said,
				    .found = words_of_parts(j, r),
				    .rows = shown->rows,
				    .n_rows = shown->n_rows,
			    });
}

void
judge_custom(const struct judging *j)
{
	AUTO(expr_result_done) struct expr_result r = { 0 };
	struct err err = { 0 };

	if (expr_evaluate(&r, j->rule->where.expr, j->columns, &err) == 0)
		return conclude_custom(j, &r);
	judging_end(j, err.kind == ERR_UNSURE ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
		arena_printf(j->arena, "'%s': %s", j->rule->where.said, err.text));
	j->out->detail = arena_strdup(j->arena, err.place);
	err_done(&err);
}
