/* SPDX-License-Identifier: MIT */
/*
 * compare_ref.c - budgets of time, which only pairs of runs of two trees can judge
 *
 * All targets are measured before any is judged: the more is asked, the more is found by
 * chance, and the correction for that needs all questions.
 */

#include "gate/compare_ref.h"

#include "base/clock.h"
#include "gate/paired.h"
#include "gate/ref.h"
#include "gate/target.h"
#include "judge/budget.h"

#include <string.h>

/* Questions about one target. */
struct asked {
	struct verdict *verdict;
	const struct target *target;
	struct pairs pairs;
	const char *failed; /* it could not be measured: why */
};

struct comparison {
	struct gate *gate;
	struct run_opts opts;
	struct ref *ref;
	struct asked *asked;
	size_t n_asked;
	struct paired_question *questions;
	const struct budget **budgets; /* of each question */
	const struct asked **owners;
	size_t n;
};

static size_t
n_paired(const struct target *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_budgets; i++)
		n += budget_is_paired(&t->budgets[i]);
	return n;
}

static int
choose(struct comparison *c, struct verdicts *verdicts, struct err *err)
{
	size_t n = 0;

	c->asked = arena_array(c->gate->arena, verdicts->n + 1, sizeof *c->asked);
	for (size_t i = 0; i < verdicts->n; i++) {
		const struct target *t =
			target_by_name(c->gate->config, verdicts->items[i].target);

		if (!t || !n_paired(t))
			continue;
		n += n_paired(t);
		c->asked[c->n_asked++] =
			(struct asked){ .verdict = &verdicts->items[i], .target = t };
	}
	c->questions = arena_array(c->gate->arena, n + 1, sizeof *c->questions);
	c->budgets = arena_array(c->gate->arena, n + 1, sizeof(void *));
	c->owners = arena_array(c->gate->arena, n + 1, sizeof(void *));
	if (n)
		return 0;
	err_set(err, "no target that was judged has a budget to compare with '%s'",
		c->gate->opts->compare_ref);
	err_hint(err, "[[target]] budget = { wall = \"+10%%\" }, or cpu");
	return err_as(err, ERR_USAGE);
}

/* What cannot be measured is no reason to stop: the others can. */
static void
measure(struct comparison *c, struct asked *a, const struct config *base)
{
	struct gate *g = c->gate;
	const struct target *there = target_by_name(base, a->target->name);
	struct paired_side sides[2] = { { base, there }, { g->config, a->target } };
	struct err err = { 0 };
	size_t n = g->opts->pairs ? g->opts->pairs : PAIRS_USUAL;

	assert(there); /* the same configuration */
	if (pairs_run(&a->pairs, g->arena, &sides[0], &sides[1], n, &c->opts, &err) < 0) {
		a->failed = arena_strdup(g->arena, err.text);
		err_drop(&err);
	}
}

/* "+100ms" is a share of what the base takes. */
static double
allowed(const struct budget *b, const struct pairs *p, enum measure measure)
{
	double base = stats_median(p->base[measure], p->n);
	double unit = budget_rows[b->metric].unit == BUDGET_NS ? (double)NS_PER_S : 1;

	if (b->is_share)
		return b->share;
	return base > 0 ? (double)b->amount / unit / base : 0;
}

static void
put_questions(struct comparison *c, const struct asked *a)
{
	for (size_t i = 0; i < a->target->n_budgets; i++) {
		const struct budget *b = &a->target->budgets[i];
		enum measure measure;

		if (!budget_is_paired(b))
			continue;
		measure = unwatched_measure(b->metric);
		c->budgets[c->n] = b;
		c->owners[c->n] = a;
		c->questions[c->n++] = (struct paired_question){ .pairs = &a->pairs,
			.measure = measure,
			.allowed = allowed(b, &a->pairs, measure),
			.by_means = b->by_means };
	}
}

static struct outcome
outcome_of(
	struct arena *arena, const struct budget *b, enum verdict_kind kind, const char *text)
{
	return (struct outcome){ .name = arena_printf(arena, "budget.%s", b->name),
		.type = "budget",
		.kind = kind,
		.is_warning = !b->is_hard,
		.text = text,
		.wanted = b->text,
		.at = b->at };
}

static void
tell(struct comparison *c)
{
	struct arena *arena = c->gate->arena;

	for (size_t i = 0; i < c->n; i++) {
		struct paired_question *q = &c->questions[i];
		struct outcome o = outcome_of(arena, c->budgets[i], q->kind,
			arena_printf(arena, "against commit %.12s: %s", ref_commit(c->ref),
				q->text));

		o.n_events = 2 * q->pairs->n;
		o.found = arena_printf(arena, "%+.1f %%", 100 * (q->ratio.middle - 1));
		verdict_add_outcome(c->owners[i]->verdict, arena, &o);
	}
	for (size_t i = 0; i < c->n_asked; i++) {
		const struct asked *a = &c->asked[i];

		for (size_t k = 0; a->failed && k < a->target->n_budgets; k++) {
			struct outcome o =
				outcome_of(arena, &a->target->budgets[k], VERDICT_INCONCLUSIVE,
					arena_printf(arena, "not measured: %s", a->failed));

			if (budget_is_paired(&a->target->budgets[k]))
				verdict_add_outcome(a->verdict, arena, &o);
		}
	}
}

static bool
is_interrupted(const struct comparison *c)
{
	return c->opts.is_interrupted && c->opts.is_interrupted(c->opts.arg);
}

static int
build_head(struct comparison *c, char **printed, struct err *err)
{
	return ref_build(c->gate->config, &c->opts, printed, err);
}

static int
compare(struct comparison *c, struct verdicts *verdicts, char **printed, struct err *err)
{
	const struct gate_opts *opts = c->gate->opts;

	if (choose(c, verdicts, err) < 0 || build_head(c, printed, err) < 0 ||
		ref_checkout(&c->ref, c->gate->config, opts->compare_ref, &c->opts, printed,
			err) < 0)
		return -1;
	for (size_t i = 0; i < c->n_asked; i++) {
		if (opts->progress)
			opts->progress(
				opts->arg, c->asked[i].target, i + 1, c->n_asked, false, NULL);
		measure(c, &c->asked[i], ref_config(c->ref));
		if (is_interrupted(c))
			return err_set(err, "interrupted");
		if (opts->progress)
			opts->progress(opts->arg, c->asked[i].target, i + 1, c->n_asked, true,
				c->asked[i].verdict);
		if (!c->asked[i].failed)
			put_questions(c, &c->asked[i]);
	}
	paired_answer(c->questions, c->n, c->gate->arena);
	tell(c);
	return 0;
}

/* Where a build says what was wrong. Cuts the text. */
static const char *
last_line(char *text)
{
	size_t n = strlen(text);
	char *line;

	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

int
compare_ref(struct verdicts *verdicts, struct gate *g, struct err *err)
{
	struct comparison c = {
		.gate = g,
		.opts = { .grant = g->opts->grant,
			.is_interrupted = g->opts->is_interrupted,
			.arg = g->opts->arg },
	};
	char *printed = NULL;
	int rc = compare(&c, verdicts, &printed, err);

	if (rc < 0 && !err->hint && printed)
		err_hint(err, "it printed: %s", last_line(printed));
	mem_free(printed);
	ref_free(c.ref);
	return rc;
}
