/* SPDX-License-Identifier: MIT */
/*
 * check.c - one target against its golden, or against the run of another target
 *
 * A target passes when each of its runs does. A run that fails and a run that passes make
 * `flaky`, whether they are retries or were asked for.
 */

#include "gate/inner.h"

#include "base/str.h"
#include "gate/again.h"
#include "gate/confirm.h"
#include "gate/fingerprint.h"
#include "gate/known.h"
#include "gate/source.h"
#include "gate/target.h"
#include "judge/basis.h"
#include "store/golden.h"

#include <string.h>

void
reference_done(struct reference *r)
{
	if (!r->is_run)
		golden_free(r->golden);
	run_done(&r->run);
}

/* The other target must have done what it should before it can be the measure. */
static int
run_reference(struct gate *g, const struct target *target, struct reference *r, struct err *err)
{
	const struct target *other = target_by_name(g->config, target->equivalent_to);
	struct verdict ignored = verdict_begin(g, other);
	struct target seen;

	assert(other); /* config.c saw to it */
	/* Seen in the same way, whatever the other one is otherwise judged by. */
	seen = *other;
	seen.profile = target->profile;
	seen.budgets = target->budgets;
	seen.n_budgets = target->n_budgets;
	seen.stands_for = target->name;
	if (gate_run(g, &seen, 0, &r->run, err) < 0)
		return err_wrap(err, "the run of '%s'", other->name);
	r->is_run = true;
	r->golden = r->run.golden;
	if (!run_is_whole(g, other, &r->run, &ignored))
		return err_set(err, "the run of '%s': %s", other->name, ignored.text);
	if (!trace_is_complete(&r->run.footer)) {
		err_set(err, "the run of '%s', to compare with, is incomplete: %s", other->name,
			r->run.footer.reason);
		return err_as(err, ERR_UNSURE);
	}
	if (run_exit(&r->run) != other->expect_exit)
		return err_set(err, "'%s', to compare with, exited %d, not %d", other->name,
			run_exit(&r->run), other->expect_exit);
	return 0;
}

/* What the verdict rests on, what the configuration took out of sight, what both sides cost. */
static void
say_basis(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, const struct verdict_parts *parts, struct verdict *v)
{
	uint64_t n = 0;

	basis_of(&v->basis, g->arena, run->golden, run->facts, parts->footer,
		parts->differences);
	basis_golden(&v->basis, g->arena, r->golden);
	v->basis.backend = run->why ? capture_backend_names[run->backend] : NULL;
	v->basis.why = arena_strdup(g->arena, run->why);
	v->basis.again = arena_strdup(g->arena, run->again);
	for (size_t i = 0; i < target->n_redactions; i++)
		n += target->redactions[i].n_used > 0;
	basis_unseen(&v->basis, g->arena, "redactions", "redaction[s] with a use", n);
	basis_unseen(&v->basis, g->arena, "ignore_paths", "pattern[s] of ignored paths",
		target->n_ignore_paths);
	v->performance.run = cost_of(run->facts, run->golden);
	if (!r->is_run)
		return;
	v->performance.golden = cost_of(r->run.facts, r->golden);
	v->performance.golden_name =
		arena_printf(g->arena, "target '%s'", target->equivalent_to);
}

static int
missing_golden(struct gate *g, const struct target *target, struct err *err)
{
	const char *path = shown_path(g, target->golden);

	err_set(err, "there is no golden '%s'", path);
	if (target->expects_fail) /* what it does is wrong: recording it would make it right */
		err_hint(err, "set equivalent_to, or golden, to a target that does it right");
	else if (*g->config->path)
		err_hint(err, "renacer-gate record %s", target->name);
	else
		err_hint(err, "renacer-gate record --golden %s -- %s", path,
			say_command(g->arena, target));
	return err_as(err, ERR_MISSING);
}

int
reference_load(
	struct gate *g, const struct target *target, struct reference *r, struct err *err)
{
	int status;

	if (target->equivalent_to)
		return run_reference(g, target, r, err);
	if (golden_load(&r->golden, target->golden, err) < 0)
		return err->kind == ERR_MISSING ? missing_golden(g, target, err) : -1;
	status = golden_exit(r->golden);
	if (status < 0 || status == target->expect_exit)
		return 0;
	err_set(err, "the golden was recorded with exit %d, but expect_exit = %d", status,
		target->expect_exit);
	return err_hint(err, "%s, or record the golden again", say_expect_exit(g, status));
}

/* What the target's budget and the rules make of the run. */
static size_t
judge_limits(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct outcome **out)
{
	const struct rules *rules = &g->config->rules;
	const struct rule_run seen = { run->facts, run->columns, run->effects, r->golden,
		g->config->groups };
	size_t n = 0;

	*out = arena_array(g->arena, rules->n + target->n_budgets + 1, sizeof **out);
	if (r->is_run)
		note_numbers(g, target, r->golden, &r->run);
	for (size_t i = 0; i < target->n_budgets; i++)
		budget_judge(&(*out)[n++], g->arena, &target->budgets[i], run->facts, r->golden,
			run->unwatched);
	for (size_t i = 0; i < rules->n; i++)
		if (rule_applies(rules->items[i], target->name))
			rule_judge(
				&(*out)[n++], g->arena, rules->items[i], target->name, &seen);
	return n;
}

/* Compared with a golden, a wrong exit is a difference already; compared with another target it
 * may be wrong in both. */
static void
add_exit_difference(struct gate *g, const struct target *target, const struct run *run,
	struct differences *d)
{
	struct difference *more;
	struct effect *e;
	int status = run_exit(run);

	if (status == target->expect_exit)
		return;
	for (size_t i = 0; i < d->n; i++) {
		const struct difference *x = &d->items[i];

		if ((x->run ? x->run : x->golden)->kind == EFFECT_EXIT)
			return;
	}
	/* One of our own: in the profile `counts` a run has none. */
	e = arena_alloc(g->arena, sizeof *e);
	*e = (struct effect){ .kind = EFFECT_EXIT, .key = "exit" };
	more = arena_array(g->arena, d->n + 1, sizeof *more);
	more[0] = (struct difference){
		.class = DIFF_RESULT,
		.run = e,
		.wanted = arena_printf(g->arena, "%d", target->expect_exit),
		.found = arena_printf(g->arena, "%d", status),
		.sentence = arena_printf(g->arena, "%s, expect_exit is %d",
			run_end_words(g->arena, run), target->expect_exit),
	};
	if (d->n)
		memcpy(more + 1, d->items, d->n * sizeof *more);
	d->items = more;
	d->n++;
}

static void
explain_surroundings(struct gate *g, const struct golden *golden, const struct golden *run,
	struct verdict *v)
{
	struct finding note = { .level = FINDING_NOTE,
		.rule_id = "renacer/surroundings",
		.subject = v->target,
		.at = v->at };
	bool is_rebuilt;
	const char *text = fingerprint_differences(
		g->arena, &golden->fingerprint, &run->fingerprint, &is_rebuilt);

	if (text)
		note.text = arena_printf(
			g->arena, "the golden was recorded in other surroundings: %s", text);
	else if (is_rebuilt && *run->fingerprint.interpreter)
		note.text = arena_printf(g->arena,
			"'%s' is another build than the one the golden was recorded with",
			run->fingerprint.interpreter);
	if (note.text)
		verdict_add_finding(v, g->arena, &note);
}

/* What the pipes know better than the trace is a hole in the trace. */
static struct trace_footer
footer_of(const struct run *run)
{
	struct trace_footer footer = run->footer;

	if (run->disagreement) {
		footer.n_lost++;
		if (!footer.reason[0])
			snprintf(footer.reason, sizeof footer.reason, "%s", run->disagreement);
	}
	return footer;
}

int
judge_run(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct verdict *v, struct err *err)
{
	struct trace_footer footer = footer_of(run);
	struct compare_opts opts = { .maps = &target->output_maps };
	struct verdict_parts parts = { .footer = &footer, .maps = &target->output_maps };
	struct differences differences;
	struct outcome *outcomes;

	if (!run_is_whole(g, target, run, v))
		return 0;
	effects_settle(r->golden, NULL); /* of a run; a stored one is */
	effects_settle(run->golden, r->golden);
	if (judge_compare(&differences, g->arena, r->golden, run->golden, &opts, err) < 0)
		return -1;
	add_exit_difference(g, target, run, &differences);
	parts.differences = &differences;
	parts.knowns = &g->config->knowns;
	parts.today = known_today(g->arena);
	say_basis(g, target, r, run, &parts, v);
	parts.n_outcomes = judge_limits(g, target, r, run, &outcomes);
	/* A run with stacks is one for the source lines of a verdict that is made. */
	if (!g->stacks)
		confirm_outcomes(g, target, r, run, outcomes + target->n_budgets, v);
	parts.outcomes = outcomes;
	if (target->equivalent_to)
		parts.accept = arena_printf(
			g->arena, "make it do as '%s' does", target->equivalent_to);
	else if (!*g->config->path)
		parts.accept = arena_printf(g->arena, "renacer-gate record --golden %s -- %s",
			v->golden_path, v->command);
	verdict_make(v, g->arena, &parts);
	usage_tell(g, target, v);
	if (differences.n && !r->is_run)
		explain_surroundings(g, r->golden, run->golden, v);
	return 0;
}

/* One run, from nothing to a verdict. Returns how often the target could see that it was
 * stopped. */
static uint32_t
run_once(struct gate *g, const struct target *target, uint32_t nr, struct verdict *v)
{
	uint32_t n_seen = 0;
	struct reference reference = { 0 };
	struct run run = { 0 };
	struct err err = { 0 };
	int rc = reference_load(g, target, &reference, &err);
	bool is_missing = rc < 0 && err.kind == ERR_MISSING && !reference.is_run;

	*v = verdict_begin(g, target);
	v->n_runs = 1;
	if (rc == 0) {
		v->golden_runs = reference.golden->n_runs;
		rc = gate_run(g, target, nr, &run, &err);
		if (rc == 0 && !run.timed_out && run_exit(&run) == target->expect_exit)
			run.unwatched = unwatched_run(g, target);
	}
	if (rc == 0)
		rc = judge_run(g, target, &reference, &run, v, &err);
	if (rc == 0)
		source_fill(g, target, &reference, &run, v);
	if (rc < 0)
		verdict_from_err(v, g->arena, &err);
	err_done(&err);
	again_note(g, target, &reference.run, v);
	again_note(g, target, &run, v);
	/* Without a golden the run is still worth having: as the one to accept. */
	if (is_missing && g->opts->artifacts && gate_run(g, target, nr, &run, &err) < 0)
		err_drop(&err); /* the missing golden is what has to be said first */
	if (v->kind == VERDICT_PASS)
		artifacts_remove(g, target, nr);
	else if (run.golden) {
		effects_settle(run.golden, NULL); /* nothing was there to compare it with */
		artifacts_pending(g, target, &run, v);
	}
	verdict_keep(g, v, &run);
	v->time_ns += run.time_ns;
	if (again_may_differ(&run))
		n_seen = run.footer.n_seen_stops;
	if (again_may_differ(&reference.run))
		n_seen += reference.run.footer.n_seen_stops;
	run_done(&run);
	reference_done(&reference);
	return n_seen;
}

/* A difference that our own stops may have made is not held against the target. */
static void
try_once(struct gate *g, const struct target *target, uint32_t nr, struct verdict *v)
{
	uint32_t n_seen = run_once(g, target, nr, v);
	struct verdict again;

	if (v->kind != VERDICT_FAIL || !n_seen)
		return;
	g->unseen = true;
	run_once(g, target, nr, &again);
	g->unseen = false;
	again.time_ns += v->time_ns;
	if (again.kind == VERDICT_ERROR)
		return; /* it could not be had */
	*v = again;
	again_note_stops(g, target, n_seen, v);
}

static bool
is_interrupted(const struct gate *g)
{
	return g->opts->is_interrupted && g->opts->is_interrupted(g->opts->arg);
}

/* The runs of one attempt agree, or are flaky: the one that did not pass is shown. */
static void
attempt(struct gate *g, const struct target *target, uint32_t *nr, struct verdict *out)
{
	uint32_t n_runs = g->opts->runs ? g->opts->runs : target->runs, n_passed = 0;
	uint64_t time_ns = 0;
	struct verdict v, worst = { 0 };

	for (uint32_t i = 0; i < n_runs; i++) {
		try_once(g, target, ++*nr, &v);
		time_ns += v.time_ns;
		n_passed += v.kind == VERDICT_PASS;
		if (!i || v.kind > worst.kind)
			worst = v;
		/* No second run can mend these. */
		if (v.kind >= VERDICT_MISSING || is_interrupted(g)) {
			n_runs = i + 1;
			break;
		}
	}
	*out = worst;
	out->n_runs = n_runs;
	out->time_ns = time_ns;
	if (worst.kind == VERDICT_FAIL && n_passed)
		verdict_set(g, out, VERDICT_FLAKY, "renacer/flaky",
			arena_printf(g->arena, "%u of %u runs passed: %s", n_passed, n_runs,
				worst.text),
			NULL, "an unchanged program must do the same each time");
}

void
check_target(struct gate *g, const struct target *target, struct verdict *out)
{
	struct verdict again;
	uint32_t nr = 0;

	attempt(g, target, &nr, out);
	for (uint32_t i = 0; i < target->retries && out->kind == VERDICT_FAIL; i++) {
		if (is_interrupted(g))
			return;
		attempt(g, target, &nr, &again);
		out->n_runs += again.n_runs;
		out->time_ns += again.time_ns;
		if (again.kind != VERDICT_PASS)
			continue;
		verdict_set(g, out, VERDICT_FLAKY, "renacer/flaky",
			arena_printf(
				g->arena, "passed on retry %u; before: %s", i + 1, out->text),
			NULL, "an unchanged program must do the same each time");
	}
}
