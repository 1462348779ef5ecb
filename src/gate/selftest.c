/* SPDX-License-Identifier: MIT */
/*
 * selftest.c - a golden tested by mutations of one run: what must be seen is seen, and nothing
 * else
 *
 * The run itself must pass. Each mutant is a run that did not happen: it goes the same way,
 * through effects, comparison and verdict. Rules are left out: they are tested by the
 * assertions that come with them.
 */

#include "gate/inner.h"

#include "mutate/mutate.h"

#include <string.h>

#define TAPE_LIMIT ((size_t)1 << 30)
#define MUTANTS 25
#define MUTANTS_MIN 2
/* Events played again, all mutants together: about a minute. Longer runs get fewer mutants. */
#define EVENTS_MAX 40000000u

struct selftest {
	struct gate gate; /* without rules; its arena is for one mutant at a time */
	struct config config;
	struct gate *owner; /* whose arena holds what stays */
	const struct target *target;
	struct reference reference;
	struct tape *tape;
	struct stage stage;
	size_t limit; /* mutants of one operator */
	struct verdict *out;
	size_t n[2], n_right[2]; /* must pass, must be caught */
};

static bool
is_interrupted(const struct gate *g)
{
	return g->opts->is_interrupted && g->opts->is_interrupted(g->opts->arg);
}

/* What the gate says of a mutant. */
static int
judge_mutant(struct selftest *t, const struct mutant *m, struct verdict *v, struct err *err)
{
	struct run run = { 0 };
	int rc;

	*v = verdict_begin(&t->gate, t->target);
	v->expects_fail = false;
	rc = run_replay(&run, &t->config, t->target, m, err);
	if (rc == 0)
		rc = judge_run(&t->gate, t->target, &t->reference, &run, v, err);
	v->text = v->text ? arena_strdup(t->gate.arena, v->text) : "";
	run_done(&run);
	return rc;
}

static void
add_wrong(struct selftest *t, const struct operator* op, const struct mutant *m,
	const struct verdict *v)
{
	struct arena *a = t->owner->arena;
	const struct finding *first = v->n_findings ? &v->findings[0] : NULL;
	struct finding finding = {
		.level = FINDING_ERROR,
		.rule_id = op->must_be_caught ? "renacer/selftest/survived"
					      : "renacer/selftest/false-alarm",
		.subject = op->name,
		.at = t->out->at,
		.text = arena_printf(a, "%s: %s, and the gate %s", op->name, m->what,
			op->must_be_caught ? "did not see it" : "would fail"),
		.wanted = op->must_be_caught ? "fail" : "pass",
		.found = verdict_names[v->kind],
		.detail = op->must_be_caught
				  ? arena_strdup(a, op->matters)
				  : arena_printf(a, "%s\n%s", op->matters,
					    first && first->text ? first->text : v->text),
	};

	verdict_add_finding(t->out, a, &finding);
}

/* 1: a right answer, 0: a wrong one, -1: none, see err; 2: the operator found no way here. */
static int
try_site(
	struct selftest *t, const struct operator* op, const struct site *site, struct err *err)
{
	AUTO(mutant_free) struct mutant *m = mutant_new(t->tape);
	AUTO(arena_free) struct arena *arena = arena_new();
	struct verdict v;
	bool is_right;

	t->gate.arena = arena;
	if (!op->apply(&t->stage, site, m))
		return 2;
	if (judge_mutant(t, m, &v, err) < 0)
		return err_wrap(err, "%s: %s", op->name, m->what);
	is_right = v.kind == (op->must_be_caught ? VERDICT_FAIL : VERDICT_PASS);
	if (!is_right)
		add_wrong(t, op, m, &v);
	return is_right;
}

static void
add_score(struct selftest *t, const struct operator* op, size_t n, size_t n_right)
{
	struct outcome *o = &t->out->outcomes[t->out->n_outcomes++];
	const char *word = op->must_be_caught ? "caught" : "passed";

	*o = (struct outcome){ .name = op->name,
		.type = op->must_be_caught ? "must be caught" : "must pass",
		.kind = n == 0         ? VERDICT_SKIP
			: n == n_right ? VERDICT_PASS
				       : VERDICT_FAIL,
		.text = n ? arena_printf(t->owner->arena, "%zu of %zu %s", n_right, n, word)
			  : "no place for it in this run",
		.n_events = n,
		.at = t->out->at };
	t->n[op->must_be_caught] += n;
	t->n_right[op->must_be_caught] += n_right;
}

static int
try_operator(struct selftest *t, const struct operator* op, struct err *err)
{
	struct sites sites = { 0 };
	size_t n = 0, n_right = 0;
	int rc = 0;

	if (!(op->profiles >> t->target->profile & 1))
		return 0;
	op->find(&t->stage, &sites);
	sites_sample(&sites, op->name, t->limit);
	for (size_t i = 0; i < sites.n && rc >= 0 && !is_interrupted(t->owner); i++) {
		rc = try_site(t, op, &sites.items[i], err);
		n += rc == 0 || rc == 1;
		n_right += rc == 1;
	}
	mem_free(sites.items);
	add_score(t, op, n, n_right);
	return rc < 0 ? -1 : 0;
}

static size_t
n_operators(void)
{
	size_t n = 0;

	while (operators[n])
		n++;
	return n;
}

static int
try_all(struct selftest *t, struct err *err)
{
	struct effects_opts opts = run_effects_opts(&t->config, t->target);
	size_t wanted = t->owner->opts->mutants ? t->owner->opts->mutants : MUTANTS;
	size_t affordable = EVENTS_MAX / (t->tape->n * n_operators() + 1);

	t->limit = MIN(wanted, MAX(affordable, (size_t)MUTANTS_MIN));
	t->out->outcomes =
		arena_array(t->owner->arena, n_operators(), sizeof *t->out->outcomes);
	if (stage_open(&t->stage, t->tape, t->reference.golden, &opts, err) < 0)
		return -1;
	for (size_t i = 0; operators[i]; i++)
		if (try_operator(t, operators[i], err) < 0)
			return -1;
	return 0;
}

static void
conclude(struct selftest *t)
{
	struct arena *a = t->owner->arena;
	struct verdict *v = t->out;
	size_t survived = t->n[1] - t->n_right[1], alarms = t->n[0] - t->n_right[0];

	v->n_compared = t->n[0] + t->n[1];
	if (is_interrupted(t->owner)) {
		verdict_set(t->owner, v, VERDICT_ERROR, "renacer/interrupted", "interrupted",
			NULL, NULL);
		return;
	}
	v->kind = survived || alarms ? VERDICT_FAIL : VERDICT_PASS;
	v->text = arena_printf(a,
		"%zu of %zu changes caught, %zu of %zu harmless ones passed%s", t->n_right[1],
		t->n[1], t->n_right[0], t->n[0],
		t->limit < MUTANTS ? arena_printf(a, " (at most %zu of a kind)", t->limit)
				   : "");
	/* A golden that claims nothing catches nothing. */
	if (!t->n[1])
		verdict_set(t->owner, v, VERDICT_INCONCLUSIVE, "renacer/selftest/empty",
			"no change could be made that the golden should see", NULL, NULL);
}

/* The run that is mutated: kept on tape, and judged. */
static int
take_run(struct selftest *t, struct run *run, struct err *err)
{
	int rc;

	t->owner->tape = t->tape;
	rc = gate_run(t->owner, t->target, 0, run, err);
	t->owner->tape = NULL;
	if (rc == 0)
		rc = judge_run(&t->gate, t->target, &t->reference, run, t->out, err);
	return rc;
}

void
selftest_target(struct gate *g, const struct target *target, struct verdict *out)
{
	struct target bare = *target; /* limits are not what is tested */
	struct selftest t = { .gate = *g, .owner = g, .target = &bare, .out = out };
	struct run run = { .status = -1 };
	struct err err = { 0 };
	int rc;

	*out = verdict_begin(g, target);
	if (target->expects_fail) {
		out->kind = VERDICT_SKIP;
		out->text = "nothing to test: it is expected to fail";
		return;
	}
	bare.n_budgets = 0;
	t.config = *g->config;
	t.config.rules.n = 0;
	t.gate.config = &t.config;
	t.tape = tape_new(TAPE_LIMIT);
	out->n_runs = 1;
	rc = reference_load(g, target, &t.reference, &err);
	if (rc == 0)
		rc = take_run(&t, &run, &err);
	if (rc == 0 && out->kind == VERDICT_PASS) {
		out->n_findings = 0;
		rc = try_all(&t, &err);
		if (rc == 0)
			conclude(&t);
	}
	if (rc < 0)
		verdict_from_err(out, g->arena, &err);
	err_done(&err);
	out->time_ns = run.time_ns;
	verdict_keep(g, out, &run);
	run_done(&run);
	stage_done(&t.stage);
	tape_free(t.tape);
	reference_done(&t.reference);
}
