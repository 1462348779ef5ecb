/* SPDX-License-Identifier: MIT */
/*
 * op_call.c - operators for the profiles that look at calls and at every object: strict, io
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include <errno.h>

static bool
stands_for_many(const struct effect *e)
{
	const struct value *call = effect_value(e, "call");

	return !call || str_has_prefix(call->text, "start-up of ") ||
	       str_has_prefix(call->text, "shut-down of ");
}

/* strict: the calls that the golden holds are the events behind its EFFECT_CALLs; of a fold
 * only the first is known; a note on start-up or shut-down stands for calls that are not
 * compared. */
static void
find_lines(struct stage *s, struct sites *out)
{
	const struct golden *g = s->steps.golden;
	size_t i = 0;

	for (size_t k = 0; k < g->n_effects; k++) {
		const struct effect *e = &g->effects[k];

		if (e->kind != EFFECT_CALL || !e->seq || stands_for_many(e))
			continue;
		/* Calls stand task by task, each in order: the search wraps around. */
		for (size_t n = 0; n < s->tape->n && stage_event(s, i)->seq != e->seq; n++)
			i = (i + 1) % s->tape->n;
		if (stage_event(s, i)->seq == e->seq && stage_event(s, i)->kind == EVENT_CALL &&
			stage_event(s, i)->call.state == CALL_DONE)
			sites_add(out, i, 0, 0);
	}
}

/* Not folded with its neighbours. */
static bool
is_single(const struct golden *g, uint64_t seq)
{
	for (size_t k = 0; k < g->n_effects; k++)
		if (g->effects[k].kind == EFFECT_CALL && g->effects[k].seq == seq)
			return !effect_value(&g->effects[k], "count");
	return false;
}

static bool
drop_call(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_drop(m, site->at);
	m->what = arena_printf(m->arena, "%s was not made", stage_say(s, m, site->at));
	return true;
}

static bool
fail_call(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_edit(m, site->at);

	e->call.ret = e->call.is_error && e->call.ret == -EPERM ? -EIO : -EPERM;
	e->call.is_error = true;
	m->what = arena_printf(
		m->arena, "%s ended with another error", stage_say(s, m, site->at));
	return true;
}

static void
find_line_pairs(struct stage *s, struct sites *out)
{
	const struct golden *g = s->steps.golden;
	struct sites lines = { 0 };

	find_lines(s, &lines);
	for (size_t i = 0; i + 1 < lines.n; i++) {
		size_t a = lines.items[i].at, b = lines.items[i + 1].at;

		/* Neighbours in their task that read differently, each on its own: no fold. */
		if (stage_event(s, a)->task == stage_event(s, b)->task && a < b &&
			is_single(g, stage_event(s, a)->seq) &&
			is_single(g, stage_event(s, b)->seq))
			sites_add(out, a, b, 0);
	}
	mem_free(lines.items);
}

static bool
swap_calls(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_swap(m, site->at, site->with);
	m->what = arena_printf(m->arena, "%s came after %s", stage_say(s, m, site->at),
		stage_say(s, m, site->with));
	return true;
}

/* io: bytes through pipes of the run, unless a reader left before the end: then how many went
 * in is a matter of luck. */
static bool
is_left_by_reader(struct stage *s, const void *pipe)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if (step->kind == STEP_WRITE && step->look.id == pipe && !step->is_ok &&
			stage_event(s, i)->call.ret == -EPIPE)
			return true;
	}
	return false;
}

static void
find_pipes(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if (step->kind != STEP_WRITE || step->look.kind != LOOK_PIPE ||
			!step->n_bytes || is_left_by_reader(s, step->look.id))
			continue;
		sites_add(out, i, 0, 0);
		sites_add(out, i, 0, 1);
	}
}

static bool
other_flow(struct stage *s, const struct site *site, struct mutant *m)
{
	m->what = arena_printf(m->arena, "%s %s", stage_say(s, m, site->at),
		site->how ? "was not made" : "began with another byte");
	if (site->how == 0)
		return change_byte(m, mutant_edit(m, site->at), 0);
	mutant_drop(m, site->at);
	return true;
}

const struct operator op_drop_call = { "drop-call", true, BIT(STRICT),
	"the program would do something else step by step", find_lines, drop_call };
const struct operator op_fail_call = { "fail-call", true, BIT(STRICT),
	"the program would meet another answer", find_lines, fail_call };
const struct operator op_swap_calls = { "swap-calls", true, BIT(STRICT),
	"the program would do things in another order", find_line_pairs, swap_calls };
const struct operator op_other_flow = { "other-flow", true, BIT(IO),
	"one part of the run would tell another something else", find_pipes, other_flow };
