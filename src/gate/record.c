/* SPDX-License-Identifier: MIT */
/*
 * record.c - one target's golden, from several runs that agree
 *
 * Nothing is written unless every run ended by itself as expected, was traced without a hole,
 * and did the same as the others, spans of known types aside. From run to run something is
 * changed (gate/perturb.h). A run that differs in what the gate keeps equal in every check is
 * replaced by a plain one when it does not agree: the golden is good, and the verdict says what
 * the target depends on. When the rest does not agree, more runs find out what makes it differ.
 */

#include "gate/inner.h"

#include "base/file.h"
#include "base/str.h"
#include "effects/learn.h"
#include "gate/fingerprint.h"
#include "gate/perturb.h"
#include "store/golden.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SENTENCES 10 /* on what differed between runs */

static bool
refuse_exit(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	const char *tail = *run->stderr_tail ? run->stderr_tail : run->stdout_tail;

	verdict_set(g, v, VERDICT_FAIL, "renacer/record/exit",
		arena_printf(g->arena, "not recorded: it exited %d, expect_exit is %d",
			run_exit(run), target->expect_exit),
		*tail ? arena_printf(g->arena, "it printed:\n%s", tail) : NULL,
		arena_printf(
			g->arena, "when that is right, %s", say_expect_exit(g, run_exit(run))));
	return false;
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
			run->footer.n_rings ? "set io_uring = \"deny\" in its [[target]]"
					    : NULL);
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

/* The runs of one recording. */
struct session {
	struct gate *gate;
	const struct target *target;
	struct verdict *verdict;
	struct run *runs;
	unsigned *perturbed; /* of each */
	bool *is_held;
	uint32_t n, n_done;
	const struct golden *settled; /* the first that was made of all: what varies in names */
};

/* 1: the runs of `which` agree; 0: they do not, see *result; -1: the verdict says why not. */
static int
merge(struct session *s, struct golden **out, struct merged *result)
{
	struct golden **goldens = arena_array(s->gate->arena, s->n, sizeof *goldens);
	struct err err = { 0 };
	int rc;

	*result = (struct merged){ .arena = s->gate->arena };
	for (uint32_t i = 0; i < s->n; i++)
		goldens[i] = s->runs[i].golden;
	rc = effects_merge(out, goldens, s->n, result, &err);
	if (rc < 0) {
		verdict_from_err(s->verdict, s->gate->arena, &err);
		err_done(&err);
		return -1;
	}
	return !result->n_unstable && !result->excess;
}

/* 1: a run with this changed differs from the first one; 0: not; -1: it could not be made. */
static int
differs_when(struct session *s, unsigned bits)
{
	struct run run = { 0 };
	struct err err = { 0 };
	int rc = -1;

	if (gate_run_perturbed(s->gate, s->target, 0, bits, &run, &err) == 0 &&
		!run.timed_out && !run.interrupted && trace_is_complete(&run.footer)) {
		AUTO(golden_free) struct golden *merged = NULL;

		struct golden *both[] = { s->runs[0].golden, run.golden };
		struct merged result = { .arena = s->gate->arena };

		effects_settle(run.golden, s->settled);
		rc = effects_merge(&merged, both, 2, &result, &err);
		if (rc == 0)
			rc = result.n_unstable || result.excess;
	}
	if (err_is_set(&err))
		err_drop(&err); /* only a cause was looked for, and is not found now */
	run_done(&run);
	return rc;
}

/* Which of these changes alone makes the target differ; NULL: none, or it does so by itself. */
static const struct perturbation *
find_cause(struct session *s, unsigned bits)
{
	if (differs_when(s, 0) != 0)
		return NULL;
	for (size_t i = 0; i < N_PERTURBATIONS; i++)
		if ((bits & perturbations[i].bit) && differs_when(s, perturbations[i].bit) > 0)
			return &perturbations[i];
	return NULL;
}

static void
add_sentences(struct session *s, struct str *out, const struct merged *result)
{
	for (size_t i = 0; i < MIN(result->n_unstable, (size_t)MOST_SENTENCES); i++) {
		const struct unstable *u = &result->unstable[i];

		str_addf(out, "%s (run %u", u->sentence, u->run + 1);
		if (s->perturbed[u->run]) {
			str_add(out, " had ");
			perturb_say(out, s->perturbed[u->run]);
		}
		str_add(out, ")\n");
	}
	if (result->n_unstable > MOST_SENTENCES)
		str_addf(out, "… and %zu more\n", result->n_unstable - MOST_SENTENCES);
	if (result->excess)
		str_addf(out, "%s\n", result->excess);
}

static void
add_entry(struct str *list, const char *entry)
{
	if (list->n && strstr(list->data, entry))
		return;
	str_addf(list, "%s%s", list->n ? ", " : "", entry);
}

/* What to write into renacer.toml to be rid of all of it; NULL: not all of it can be. */
static const char *
all_advice(struct session *s, const struct merged *result)
{
	AUTO(str_done) struct str redact = { 0 };
	AUTO(str_done) struct str ignore = { 0 };
	struct arena *a = s->gate->arena;

	for (size_t i = 0; i < result->n_unstable; i++) {
		const struct unstable *u = &result->unstable[i];

		if (!u->redact && !u->ignore)
			return NULL;
		if (u->redact)
			add_entry(&redact, u->redact);
		else
			add_entry(&ignore, arena_printf(a, "'%s'", u->ignore));
	}
	if (!redact.n && !ignore.n)
		return NULL;
	return arena_printf(a, "%s%s%s%s%s%s%s", redact.n ? "redact = [" : "",
		str_text(&redact), redact.n ? "]" : "", redact.n && ignore.n ? " and " : "",
		ignore.n ? "ignore_paths = [" : "", str_text(&ignore), ignore.n ? "]" : "");
}

static const char *
advice_on(struct session *s, const struct merged *result)
{
	const char *advice = all_advice(s, result);

	if (advice)
		return arena_printf(s->gate->arena,
			*s->gate->config->path ? "if that may vary, in its [[target]]: %s"
					       : "if that may vary, in a renacer.toml: %s",
			advice);
	if (result->excess)
		return "let it print less of what differs, or redact those lines";
	return s->target->sandbox
		       ? "make the program repeat itself (fix its seed, its order, its names), "
			 "or add ignore_paths or redact to its [[target]]"
		       : "set sandbox = true in its [[target]], or add ignore_paths or redact";
}

static void
refuse_unstable(struct session *s, const struct merged *result)
{
	const struct perturbation *cause = find_cause(s, PERTURB_FREE);
	struct arena *a = s->gate->arena;
	AUTO(str_done) struct str detail = { 0 };
	const char *text;

	add_sentences(s, &detail, result);
	if (result->n_unstable)
		text = arena_printf(a, "not recorded: %zu effect%s differed between %u runs",
			result->n_unstable, result->n_unstable == 1 ? "" : "s", s->n);
	else
		text = arena_printf(a, "not recorded: %s", result->excess);
	if (cause)
		text = arena_printf(a, "%s, with %s: %s", text, cause->had, cause->question);
	verdict_set(s->gate, s->verdict, VERDICT_FLAKY, "renacer/record/unstable", text,
		arena_strdup(a, str_text(&detail)), advice_on(s, result));
}

static void
add_note(struct session *s, enum finding_level level, const char *rule_id, const char *text,
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

/* What the target depends on and every check keeps equal. */
static void
warn_of_surroundings(struct session *s, const struct merged *result, unsigned bits)
{
	const struct perturbation *cause = find_cause(s, bits);
	struct arena *a = s->gate->arena;
	AUTO(str_done) struct str with = { 0 };
	AUTO(str_done) struct str detail = { 0 };

	perturb_say(&with, cause ? cause->bit : bits);
	add_sentences(s, &detail, result);
	add_note(s, FINDING_WARNING, "renacer/record/surroundings",
		arena_printf(a,
			"it does something else with %s%s%s%s; no check has that, the golden "
			"is "
			"of plain runs",
			with.data, cause ? " (" : "", cause ? cause->question : "",
			cause ? ")" : ""),
		arena_strdup(a, str_text(&detail)));
}

static bool
run_one(struct session *s, uint32_t i)
{
	struct err err = { 0 };

	if (gate_run_perturbed(s->gate, s->target, i + 1, s->perturbed[i], &s->runs[i], &err) <
		0) {
		verdict_from_err(s->verdict, s->gate->arena, &err);
		err_done(&err);
		return false;
	}
	s->verdict->time_ns += s->runs[i].time_ns;
	return is_fit(s->gate, s->target, &s->runs[i], s->verdict);
}

/* Those with changes that checks do not make, once more without. */
static bool
run_plain(struct session *s, unsigned *bits)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (!s->is_held[i])
			continue;
		*bits |= s->perturbed[i];
		s->perturbed[i] = 0;
		s->is_held[i] = false;
		run_done(&s->runs[i]);
		if (!run_one(s, i))
			return false;
		effects_settle(s->runs[i].golden, s->settled);
	}
	return true;
}

/* The runs with changes that checks do not make are replaced by plain ones. 1: now they agree.
 */
static int
agree_when_plain(struct session *s, struct golden **out, struct merged *result)
{
	struct merged first = *result;
	unsigned *was = arena_dup(s->gate->arena, s->perturbed, s->n * sizeof *s->perturbed);
	unsigned *now = s->perturbed, bits = 0;
	int rc;

	if (!run_plain(s, &bits))
		return -1;
	rc = merge(s, out, result);
	if (rc > 0) {
		s->perturbed = was;
		warn_of_surroundings(s, &first, bits);
		s->perturbed = now;
	}
	return rc;
}

/* Merges what agrees; false: the verdict says why there is nothing to save. */
static bool
agree(struct session *s, struct golden **out, struct merged *result)
{
	AUTO(golden_free) struct golden *settled = NULL;
	bool is_held = false;
	int rc = merge(s, out, result);

	for (uint32_t i = 0; i < s->n; i++)
		is_held |= s->is_held[i];
	if (rc == 0) {
		s->settled = settled = TAKE(*out);
		rc = is_held ? agree_when_plain(s, out, result) : 0;
	}
	if (rc == 0)
		refuse_unstable(s, result);
	s->settled = NULL;
	return rc > 0;
}

/* What the golden does not hold a run to, one by one: somebody has to approve it. */
static void
list_holes(struct session *s, const struct merged *result)
{
	for (size_t i = 0; i < result->n_learned; i++) {
		const struct learned *h = &result->learned[i];

		add_note(s, FINDING_NOTE, "renacer/record/volatile",
			arena_printf(s->gate->arena, "volatile: %s: %s%s (%s)", h->where,
				h->words, h->is_weak ? ", whatever it is" : "", h->samples),
			NULL);
	}
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

static bool
run_all(struct session *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		s->perturbed[i] = perturb_choose(i + 1);
		/* A target that wants random addresses has them in each run. */
		if (s->target->aslr)
			s->perturbed[i] &= ~(unsigned)PERTURB_ASLR;
		s->is_held[i] = s->perturbed[i] & PERTURB_HELD;
		s->verdict->n_runs = s->n_done = i + 1;
		if (!run_one(s, i))
			return false;
	}
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
		add_note(s, FINDING_NOTE, "renacer/record/run",
			arena_printf(s->gate->arena, "run %u had %s", i + 1,
				with.n ? with.data : "nothing changed"),
			NULL);
	}
}

void
record_target(struct gate *g, const struct target *target, struct verdict *out)
{
	uint32_t n = g->opts->runs ? g->opts->runs : target->record_runs;
	struct session s = { g, target, out, arena_array(g->arena, n, sizeof *s.runs),
		arena_array(g->arena, n, sizeof *s.perturbed),
		arena_array(g->arena, n, sizeof *s.is_held), n, 0, NULL };
	AUTO(golden_free) struct golden *golden = NULL;
	struct merged result;

	*out = verdict_begin(g, target);
	out->expects_fail = false; /* it is about the recording */
	if (!has_golden(g, target, out))
		return;
	out->kind = VERDICT_PASS;
	if (run_all(&s) && agree(&s, &golden, &result)) {
		save(g, target, s.runs, n, golden, out);
		list_holes(&s, &result);
	}
	if (g->opts->verbose)
		say_runs(&s);
	for (uint32_t i = 0; i < s.n_done; i++) {
		if (out->kind == VERDICT_PASS)
			artifacts_remove(g, target, i + 1);
		if (i + 1 == s.n_done)
			verdict_keep(g, out, &s.runs[i]);
		run_done(&s.runs[i]);
	}
}
