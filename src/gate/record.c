/* SPDX-License-Identifier: MIT */
/*
 * record.c - one target's golden, from several runs that agree
 *
 * Nothing is written unless every run ended by itself as expected, was traced without a hole,
 * and did the same as the others, spans of known types aside. From run to run something is
 * changed (gate/perturb.h).
 */

#include "gate/inner.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/fingerprint.h"
#include "gate/perturb.h"
#include "gate/session.h"
#include "store/golden.h"

#include <stdlib.h>
#include <string.h>

static bool
refuse_exit(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	const char *tail = *run->stderr_tail ? run->stderr_tail : run->stdout_tail;

	verdict_set(g, v, VERDICT_FAIL, "renacer/record/exit",
		arena_printf(g->arena, "not recorded: %s, expect_exit is %d",
			run_end_words(g->arena, run), target->expect_exit),
		*tail ? arena_printf(g->arena, "it printed:\n%s", tail) : NULL,
		arena_printf(
			g->arena, "when that is right, %s", say_expect_exit(g, run_exit(run))));
	return false;
}

/* What to do about a trace with holes; NULL: nothing that is known. */
static const char *
hint_for(const struct trace_footer *footer)
{
	if (footer->n_rings)
		return "set io_uring = \"deny\" in its [[target]]";
	if (footer->n_untraceable)
		return "run what it traces without its tracer";
	if (footer->was_cut)
		return "have it wait for what it starts, or set linger = \"…\" in its "
		       "[[target]]";
	return NULL;
}

/* May this run become part of a golden? */
static bool
is_fit(struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	const char *why = run->disagreement;

	if (!run_is_whole(g, target, run, v))
		return false;
	if (!trace_is_complete(&run->footer))
		why = run->footer.reason[0] ? run->footer.reason : "the trace is incomplete";
	if (why) {
		verdict_set(g, v, VERDICT_INCONCLUSIVE, "renacer/inconclusive",
			arena_printf(g->arena, "not recorded: %s", why), NULL,
			hint_for(&run->footer));
		return false;
	}
	if (run->golden->luck && target->profile == PROFILE_STRICT) {
		verdict_set(g, v, VERDICT_FLAKY, "renacer/record/unstable",
			arena_printf(g->arena, "not recorded: %s", run->golden->luck), NULL,
			"profile = \"io\" compares the bytes of every object, whoever moves "
			"them");
		return false;
	}
	if (!run->footer.n_calls || !run->golden->n_effects) {
		verdict_set(g, v, VERDICT_ERROR, "renacer/record/empty",
			arena_printf(g->arena, "not recorded: %s was seen",
				run->footer.n_calls ? "no effect" : "no call"),
			NULL, NULL);
		return false;
	}
	return run_exit(run) == target->expect_exit || refuse_exit(g, target, run, v);
}

void
session_note(struct session *s, enum finding_level level, const char *rule_id, const char *text,
	const char *detail)
{
	verdict_add_finding(s->verdict, s->gate->arena,
		&(struct finding){ .level = level,
			.rule_id = rule_id,
			.subject = s->target->name,
			.text = text,
			.detail = detail,
			.at = s->target->at });
}

static void
warn_of_end(struct session *s, uint32_t i, const struct verdict *v)
{
	AUTO(str_done) struct str with = { 0 };

	perturb_say(&with, s->perturbed[i]);
	session_note(s, FINDING_WARNING, "renacer/record/surroundings",
		arena_printf(s->gate->arena,
			"with %s: %s; no check has that, the golden is of plain runs",
			with.data, v->text),
		NULL);
}

/* A run with changes that no check has need not come to a good end. */
bool
session_run(struct session *s, uint32_t i)
{
	struct err err = { 0 };

	if (s->is_held[i]) {
		struct verdict v = verdict_begin(s->gate, s->target);

		if (gate_run_perturbed(s->gate, s->target, i + 1, s->perturbed[i], &s->runs[i],
			    &err) == 0 &&
			is_fit(s->gate, s->target, &s->runs[i], &v)) {
			s->verdict->time_ns += s->runs[i].time_ns;
			return true;
		}
		if (err_is_set(&err))
			verdict_from_err(&v, s->gate->arena, &err);
		err_done(&err);
		if (s->runs[i].interrupted) {
			verdict_set(s->gate, s->verdict, VERDICT_ERROR, "renacer/interrupted",
				"interrupted", NULL, NULL);
			return false;
		}
		warn_of_end(s, i, &v);
		run_done(&s->runs[i]);
		s->perturbed[i] = 0;
		s->is_held[i] = false;
	}
	if (gate_run_perturbed(s->gate, s->target, i + 1, s->perturbed[i], &s->runs[i], &err) <
		0) {
		verdict_from_err(s->verdict, s->gate->arena, &err);
		err_done(&err);
		return false;
	}
	s->verdict->time_ns += s->runs[i].time_ns;
	return is_fit(s->gate, s->target, &s->runs[i], s->verdict);
}

/* What the golden does not hold a run to, one by one: somebody has to approve it. */
static void
list_holes(struct session *s, const struct merged *result)
{
	for (size_t i = 0; i < result->n_learned; i++) {
		const struct learned *h = &result->learned[i];

		session_note(s, FINDING_NOTE, "renacer/record/volatile",
			arena_printf(s->gate->arena, "volatile: %s: %s%s (%s)", h->where,
				h->words, h->is_weak ? ", whatever it is" : "", h->samples),
			NULL);
	}
}

void
note_numbers(struct gate *g, const struct target *target, struct golden *golden,
	const struct run *run)
{
	const struct rules *rules = &g->config->rules;
	const struct rule_run seen = { run->facts, run->columns, run->effects, NULL,
		g->config->groups };

	budget_note(golden, target->budgets, target->n_budgets, run->facts);
	for (size_t i = 0; i < rules->n; i++)
		rule_note(golden, g->arena, rules->items[i], target->name, &seen);
}

static void
save(struct gate *g, const struct target *target, const struct run *runs, uint32_t n,
	struct golden *golden, struct verdict *v)
{
	const struct fingerprint *f = &runs[0].golden->fingerprint;
	struct arena *a = golden->arena;
	struct err err = { 0 };
	const char *slash = strrchr(target->golden, '/'), *said;
	bool written;

	golden->fingerprint =
		(struct fingerprint){ arena_strdup(a, f->arch), arena_strdup(a, f->libc),
			arena_strdup(a, f->interpreter), arena_strdup(a, f->build_id) };
	for (uint32_t i = 0; i < n; i++)
		note_numbers(g, target, golden, &runs[i]);
	if (dir_make(arena_strndup(a, target->golden, (size_t)(slash - target->golden)), 0755,
		    &err) < 0 ||
		golden_save(golden, target->golden, g->config->zst_above, &written, &err) < 0) {
		verdict_from_err(v, g->arena, &err);
		err_done(&err);
		return;
	}
	said = say_effects(g->arena, golden);
	v->golden_runs = n;
	v->n_compared = golden->n_effects;
	v->text = arena_printf(g->arena, "%s: %u run%s, %llu calls, %zu effect%s%s%s",
		written ? "recorded" : "unchanged", n, n == 1 ? "" : "s",
		(unsigned long long)runs[0].footer.n_calls, golden->n_effects,
		golden->n_effects == 1 ? "" : "s", *said ? ": " : "", said);
}

bool
session_more(struct session *s)
{
	uint32_t i = s->n_done;

	assert(i < s->n_most);
	s->perturbed[i] = perturb_choose(i + 1);
	/* A target that wants random addresses has them in each run. */
	if (s->target->aslr)
		s->perturbed[i] &= ~(unsigned)PERTURB_ASLR;
	if (s->is_plain)
		s->perturbed[i] &= ~(unsigned)PERTURB_HELD;
	s->is_held[i] = s->perturbed[i] & PERTURB_HELD;
	s->verdict->n_runs = s->n_done = i + 1;
	return session_run(s, i);
}

static bool
run_all(struct session *s)
{
	while (s->n_done < s->n_asked)
		if (!session_more(s))
			return false;
	return true;
}

static bool
has_golden(struct gate *g, const struct target *target, struct verdict *v)
{
	const char *why =
		target->equivalent_to
			? "nothing to record: it is compared with the run of another target"
		: target->expects_fail ? "nothing to record: expect = \"fail\" needs the "
					 "golden of a program that is right"
				       : NULL;

	if (!why)
		return true;
	v->kind = VERDICT_SKIP;
	v->text = arena_strdup(g->arena, why);
	return false;
}

static void
say_runs(struct session *s)
{
	for (uint32_t i = 1; i < s->n_done; i++) {
		AUTO(str_done) struct str with = { 0 };

		perturb_say(&with, s->perturbed[i]);
		session_note(s, FINDING_NOTE, "renacer/record/run",
			arena_printf(s->gate->arena, "run %u had %s", i + 1,
				with.n ? with.data : "nothing changed"),
			NULL);
	}
}

/* ebpf was asked for by name: what was traced with another one is no secret. */
static void
note_slowed(struct session *s, uint32_t i)
{
	if (gate_backend(s->gate) == BACKEND_EBPF && (s->perturbed[i] & PERTURB_SLOW) &&
		s->runs[i].golden)
		session_note(s, FINDING_NOTE, "renacer/record/slowed",
			arena_printf(s->gate->arena,
				"run %u was traced with ptrace: it was to be slowed, and ebpf "
				"slows nothing",
				i + 1),
			NULL);
}

void
record_target(struct gate *g, const struct target *target, struct verdict *out)
{
	uint32_t n = g->opts->runs ? g->opts->runs : target->record_runs;
	uint32_t most = MAX(n, (uint32_t)SESSION_MOST);
	struct session s = { g, target, out, arena_array(g->arena, most, sizeof *s.runs),
		arena_array(g->arena, most, sizeof *s.perturbed),
		arena_array(g->arena, most, sizeof *s.is_held), n, 0, n, most, false };
	AUTO(golden_free) struct golden *golden = NULL;
	struct merged result;

	*out = verdict_begin(g, target);
	out->expects_fail = false; /* it is about the recording */
	if (!has_golden(g, target, out))
		return;
	out->kind = VERDICT_PASS;
	g->listings = true;
	if (run_all(&s) && session_agree(&s, &golden, &result)) {
		save(g, target, s.runs, s.n, golden, out);
		list_holes(&s, &result);
		usage_tell(g, target, out);
	}
	if (g->opts->verbose)
		say_runs(&s);
	for (uint32_t i = 0; i < s.n_done; i++) {
		again_note(g, target, &s.runs[i], out);
		note_slowed(&s, i);
		if (out->kind == VERDICT_PASS)
			artifacts_remove(g, target, i + 1);
		if (i + 1 == s.n_done)
			verdict_keep(g, out, &s.runs[i]);
		run_done(&s.runs[i]);
	}
}
