/* SPDX-License-Identifier: MIT */
/* unwatched.c - one run more, without a tracer: for budgets of what tracing changes */

#include "gate/inner.h"

#include "base/clock.h"
#include "gate/budgets.h"
#include "gate/timed.h"

enum measure
unwatched_measure(enum budget_metric metric)
{
	static const enum measure measures[N_UNWATCHED] = {
		/* It is the first of them: NOLINTNEXTLINE(misc-redundant-expression) */
		[BUDGET_CONTEXT_SWITCHES - BUDGET_FIRST_UNWATCHED] = MEASURE_SWITCHES,
		[BUDGET_PAGE_FAULTS - BUDGET_FIRST_UNWATCHED] = MEASURE_FAULTS,
		[BUDGET_CPU - BUDGET_FIRST_UNWATCHED] = MEASURE_CPU,
		[BUDGET_WALL - BUDGET_FIRST_UNWATCHED] = MEASURE_WALL,
	};

	assert(metric >= BUDGET_FIRST_UNWATCHED && metric < N_BUDGET_METRICS);
	return measures[metric - BUDGET_FIRST_UNWATCHED];
}

const struct unwatched *
unwatched_run(struct gate *g, const struct target *target)
{
	struct run_opts opts = { .grant = g->opts->grant,
		.grant_nr = g->opts->grant_nr,
		.is_interrupted = g->opts->is_interrupted,
		.arg = g->opts->arg };
	struct unwatched *out;
	struct timed timed;
	struct err err = { 0 };

	if (!budgets_need_unwatched(target))
		return NULL;
	out = arena_alloc(g->arena, sizeof *out);
	if (timed_run(&timed, g->config, target, &opts, &err) < 0) {
		out->why_not = arena_strdup(g->arena, err.text);
		err_done(&err);
		return out;
	}
	for (size_t i = 0; i < N_UNWATCHED; i++) {
		enum budget_metric metric = BUDGET_FIRST_UNWATCHED + i;
		bool is_time = budget_rows[metric].unit == BUDGET_NS;

		out->n[i] = (uint64_t)(timed.value[unwatched_measure(metric)] *
				       (is_time ? NS_PER_S : 1));
	}
	return out;
}
