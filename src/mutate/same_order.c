/* SPDX-License-Identifier: MIT */
/*
 * same_order.c - operators that change an order nobody can see
 *
 * Two calls may change places when neither could have learned of the other: they are about
 * different objects, no name appears or goes, and neither is one by which tasks tell each other
 * something (pipes, sockets, locks, signals, starts, waits, ends).
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

/* About one object and nothing else, or only looking at names. */
static bool
is_quiet(const struct step *s)
{
	switch ((enum step_kind)s->kind) {
	case STEP_WRITE:
	case STEP_SYNC:
	case STEP_READ:
		return s->is_ok && (s->look.kind == LOOK_FILE || s->look.kind == LOOK_STREAM);
	case STEP_LOOK:
		return true;
	default:
		return false;
	}
}

static bool
is_done_call(const struct event *e)
{
	return e && e->kind == EVENT_CALL && e->call.state == CALL_DONE;
}

static bool
speaks(const struct step *s)
{
	return s->kind == STEP_WRITE && s->look.kind == LOOK_STREAM;
}

/* Whether somebody outside was told something before or after this is seen: a question and its
 * answer, a change of a file and the sync that makes it last (docs/causal.md). */
static bool
is_seen_from_outside(const struct step *s)
{
	return s->kind == STEP_SYNC || (s->kind == STEP_READ && s->look.kind == LOOK_STREAM) ||
	       (s->kind == STEP_WRITE && s->look.kind == LOOK_FILE);
}

static bool
commute(const struct step *a, const struct step *b)
{
	if ((speaks(a) && is_seen_from_outside(b)) || (speaks(b) && is_seen_from_outside(a)))
		return false;
	/* Two reads of one open file take their order from its offset. */
	return is_quiet(a) && is_quiet(b) &&
	       (a->kind == STEP_LOOK || b->kind == STEP_LOOK || a->look.id != b->look.id);
}

static void
find_orders(struct stage *s, struct sites *out)
{
	size_t n_tasks = 0;

	for (size_t i = 0; i < s->tape->n; i++)
		n_tasks += stage_event(s, i)->kind == EVENT_START;
	for (uint32_t how = 0; n_tasks > 1 && how < 5; how++)
		sites_add(out, 0, 0, how);
}

/* Many small steps: neighbours of different tasks that commute change places, by lot. Steps go
 * with their events. */
static bool
interleave(struct stage *s, const struct site *site, struct mutant *m)
{
	uint64_t state = 0x5eed + site->how;
	size_t *at = arena_array(m->arena, s->tape->n + 1, sizeof *at), n_swapped = 0;

	for (size_t i = 0; i < s->tape->n; i++)
		at[i] = i;
	for (int round = 0; round < 8; round++) {
		for (size_t i = 0; i + 1 < s->last; i++) {
			const struct event *a = m->events[i], *b = m->events[i + 1];
			size_t was = at[i];

			state = state * 6364136223846793005u + 1442695040888963407u;
			if (state >> 62 == 0 || a->task == b->task || !is_done_call(a) ||
				!is_done_call(b) ||
				!commute(stage_step(s, at[i]), stage_step(s, at[i + 1])) ||
				causal_ordered(s->steps.effects, stage_event(s, at[i])->seq,
					stage_event(s, at[i + 1])->seq))
				continue;
			mutant_swap(m, i, i + 1);
			at[i] = at[i + 1];
			at[i + 1] = was;
			n_swapped++;
		}
	}
	m->what = arena_printf(m->arena,
		"tasks took turns otherwise: %zu neighbours that cannot know of each other "
		"changed places",
		n_swapped);
	return n_swapped > 0;
}

static void
find_swaps(struct stage *s, struct sites *out)
{
	for (size_t i = s->began; i + 1 < s->last; i++) {
		const struct event *a = stage_event(s, i), *b = stage_event(s, i + 1);

		if (a->task == b->task && is_done_call(a) && is_done_call(b) &&
			commute(stage_step(s, i), stage_step(s, i + 1)))
			sites_add(out, i, i + 1, 0);
	}
}

static bool
swap_independent(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_swap(m, site->at, site->with);
	m->what = arena_printf(m->arena, "%s came after %s", stage_say(s, m, site->at),
		stage_say(s, m, site->with));
	return true;
}

static void
find_run(struct stage *s, struct sites *out)
{
	(void)s;
	sites_add(out, 0, 0, 7);
}

static bool
slower(struct stage *s, const struct site *site, struct mutant *m)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		struct event *e = mutant_edit(m, i);

		e->time_ns *= site->how;
		if (e->kind == EVENT_CALL)
			e->call.enter_ns *= site->how;
		if (e->kind == EVENT_EXIT) {
			e->exit.user_ns *= site->how;
			e->exit.system_ns *= site->how;
			e->exit.peak_rss_bytes += 4096 * site->how;
		}
	}
	m->what = arena_printf(m->arena, "everything took %u times as long", site->how);
	return true;
}

const struct operator op_interleave = { "interleave", false, ALL_PROFILES,
	"another turn of the scheduler would fail the gate", find_orders, interleave };
const struct operator op_swap_independent = { "swap-independent", false, LOOSE | BIT(COUNTS),
	"a harmless reordering would fail the gate", find_swaps, swap_independent };
const struct operator op_slower = { "slower", false, ALL_PROFILES,
	"a busy machine would fail the gate", find_run, slower };
