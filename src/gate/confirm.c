/* SPDX-License-Identifier: MIT */
/*
 * confirm.c - rules whose findings may be chance: more recordings, and more runs
 *
 * Every other of those runs is held up now and then, which changes nothing that a program can
 * see but who comes first: what load made of the first run it need not make of the next.
 */

#include "gate/confirm.h"

#include "gate/perturb.h"

const char *
confirm_doubt(struct gate *g, const struct target *target, const struct run *runs, size_t n)
{
	const struct rules *rules = &g->config->rules;
	struct rule_run *seen = arena_array(g->arena, n, sizeof *seen);
	const char *why = NULL;

	for (size_t i = 0; i < n; i++)
		seen[i] = (struct rule_run){ runs[i].facts, runs[i].columns, runs[i].effects,
			NULL, g->config->groups };
	for (size_t i = 0; i < rules->n && !why; i++)
		why = rule_doubt(g->arena, rules->items[i], target->name, seen, n);
	return why;
}

/* All that one round of runs has to do with. */
struct confirming {
	struct gate *g;
	const struct target *target;
	const struct reference *r;
	const struct run *first;
	struct outcome *outcomes;
	uint64_t time_ns;
};

/* Why the run is none to compare the first one with; NULL: it is. */
static const char *
why_unfit(const struct confirming *c, const struct run *run)
{
	struct verdict ended = verdict_begin(c->g, c->target);

	if (!run_is_whole(c->g, c->target, run, &ended))
		return ended.text;
	if (run->disagreement)
		return arena_strdup(c->g->arena, run->disagreement);
	if (!trace_is_complete(&run->footer))
		return run->footer.reason[0] ? arena_strdup(c->g->arena, run->footer.reason)
					     : "the trace is incomplete";
	if (run->status != c->first->status)
		return arena_printf(
			c->g->arena, "this time %s", run_end_words(c->g->arena, run));
	return NULL;
}

/* Whatever has suspects, judged by one run more. */
static void
judge_more(struct confirming *c, const struct run *run)
{
	const struct rules *rules = &c->g->config->rules;
	const struct rule_run seen = { run->facts, run->columns, run->effects, c->r->golden,
		c->g->config->groups };
	struct outcome *o = c->outcomes;

	for (size_t i = 0; i < rules->n; i++) {
		if (!rule_applies(rules->items[i], c->target->name))
			continue;
		if (o->suspects)
			rule_judge_again(
				o, c->g->arena, rules->items[i], c->target->name, &seen);
		o++;
	}
}

static size_t
count_open(const struct confirming *c)
{
	const struct rules *rules = &c->g->config->rules;
	const struct outcome *o = c->outcomes;
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++)
		if (rule_applies(rules->items[i], c->target->name))
			n += o++->suspects != NULL;
	return n;
}

/* The other side once more, where that is a run as well. */
static int
run_reference(struct confirming *c, struct err *err)
{
	struct reference more = { 0 };
	int rc;

	if (!c->r->is_run)
		return 0;
	rc = reference_load(c->g, c->target, &more, err);
	if (rc == 0)
		note_numbers(c->g, c->target, c->r->golden, &more.run);
	c->time_ns += more.run.time_ns;
	reference_done(&more);
	return rc;
}

/* NULL, or why it could not be done. */
static const char *
run_more(struct confirming *c, uint32_t nr)
{
	struct run run = { 0 };
	struct err err = { 0 };
	const char *why = NULL;

	if (run_reference(c, &err) < 0 || gate_run_perturbed(c->g, c->target, 0,
						  nr % 2 ? 0 : PERTURB_SLOW, &run, &err) < 0)
		why = arena_strdup(c->g->arena, err.text);
	else
		why = why_unfit(c, &run);
	err_done(&err);
	if (!why) {
		judge_more(c, &run);
		note_numbers(c->g, c->target, c->first->golden, &run);
	}
	c->time_ns += run.time_ns;
	run_done(&run);
	return why;
}

/* What is suspected only is no finding. */
static void
leave_open(struct confirming *c, const char *why)
{
	const struct rules *rules = &c->g->config->rules;
	struct outcome *o = c->outcomes;

	for (size_t i = 0; i < rules->n; i++) {
		if (!rule_applies(rules->items[i], c->target->name))
			continue;
		if (o->suspects) {
			o->kind = VERDICT_INCONCLUSIVE;
			o->text = arena_printf(c->g->arena,
				"%s, but that may be chance, and no run more could tell: %s",
				o->text, why);
			o->suspects = NULL;
		}
		o++;
	}
}

static void
tell_chance(struct confirming *c, struct verdict *v)
{
	const struct rules *rules = &c->g->config->rules;
	const struct outcome *o = c->outcomes;

	for (size_t i = 0; i < rules->n; i++) {
		struct finding note = { .level = FINDING_NOTE, .rule_id = "renacer/chance" };

		if (!rule_applies(rules->items[i], c->target->name))
			continue;
		note.subject = o->name;
		note.at = o->at;
		if (o->chance) {
			note.text =
				arena_printf(c->g->arena, "rule '%s': %s", o->name, o->chance);
			verdict_add_finding(v, c->g->arena, &note);
		}
		o++;
	}
}

void
confirm_outcomes(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct outcome *outcomes, struct verdict *v)
{
	struct confirming c = { g, target, r, run, outcomes, 0 };
	const char *why = NULL;

	for (uint32_t nr = 2; !why && count_open(&c); nr++)
		why = run_more(&c, nr);
	if (why)
		leave_open(&c, why);
	tell_chance(&c, v);
	v->time_ns += c.time_ns;
}
