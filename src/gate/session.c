/* SPDX-License-Identifier: MIT */
/*
 * session.c - do the runs of a recording agree, and will a run of tomorrow?
 *
 * A run that differs in what the gate keeps equal in every check is replaced by a plain one
 * when it does not agree: the golden is good, and the verdict says what the target depends on.
 * When the rest does not agree, more runs find out what makes it differ. Output that tells the
 * minute is looked at again in the next one; output that tells the day is refused.
 */

#include "gate/session.h"

#include "base/clock.h"
#include "base/str.h"
#include "gate/perturb.h"
#include "gate/present.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MINUTE ((uint64_t)60 * NS_PER_S)
#define MOST_SENTENCES 10 /* on what differed between runs */

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
	if (result->excess && result->n_unstable)
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
		detail.n ? arena_strdup(a, str_text(&detail)) : NULL, advice_on(s, result));
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
	session_note(s, FINDING_WARNING, "renacer/record/surroundings",
		arena_printf(a,
			"it does something else with %s%s%s%s; no check has that, the golden "
			"is "
			"of plain runs",
			with.data, cause ? " (" : "", cause ? cause->question : "",
			cause ? ")" : ""),
		arena_strdup(a, str_text(&detail)));
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
		if (!session_run(s, i))
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

/* Tells the minute or the day of the first run, in all of them. */
static bool
tells_now(struct session *s, const struct golden *golden, struct present *out)
{
	return present_find(out, s->gate->arena, golden, s->runs[0].golden->first_s,
		s->runs[0].golden->last_s);
}

static bool
await_next_minute(struct session *s)
{
	uint64_t end_ns = (clock_wall_ns() / NS_PER_MINUTE + 1) * NS_PER_MINUTE;
	struct timespec tick = { .tv_nsec = 100 * NS_PER_MS };
	const struct gate_opts *opts = s->gate->opts;

	while (clock_wall_ns() < end_ns &&
		!(opts->is_interrupted && opts->is_interrupted(opts->arg)))
		nanosleep(&tick, NULL);
	return clock_wall_ns() >= end_ns;
}

/* What tells the minute will have another one after it: one more run shows how that looks. */
static int
agree_a_minute_later(struct session *s, struct golden **out, struct merged *result,
	const struct present *now)
{
	AUTO(golden_free) struct golden *settled = TAKE(*out);
	uint32_t last = s->n - 1;

	session_note(s, FINDING_NOTE, "renacer/record/minute",
		arena_printf(s->gate->arena,
			"%s was '%s', the minute of the recording: the last "
			"run was repeated in the next one",
			now->where, now->text),
		NULL);
	if (!await_next_minute(s)) {
		verdict_set(s->gate, s->verdict, VERDICT_ERROR, "renacer/interrupted",
			"interrupted", NULL, NULL);
		return -1;
	}
	run_done(&s->runs[last]);
	if (!session_run(s, last))
		return -1;
	effects_settle(s->runs[last].golden, settled);
	return merge(s, out, result);
}

/* It was the same in all recordings, and will not be in a check. */
static int
refuse_present(struct session *s, const struct present *now, const char *what)
{
	struct arena *a = s->gate->arena;

	verdict_set(s->gate, s->verdict, VERDICT_FLAKY, "renacer/record/present",
		arena_printf(a, "not recorded: %s has '%s', which is %s", now->where, now->text,
			what),
		NULL,
		arena_printf(a,
			"%s: redact = [%s]; when it only happens to be that, record it another "
			"time",
			*s->gate->config->path ? "in its [[target]]" : "in a renacer.toml",
			now->redact));
	return -1;
}

/* Does what the recordings agree on last longer than today? */
static int
agree_for_long(struct session *s, struct golden **out, struct merged *result)
{
	struct present now;
	int rc = 1;

	if (s->n < 2)
		return 1;
	if (tells_now(s, *out, &now) && now.is_minute)
		rc = agree_a_minute_later(s, out, result, &now);
	if (rc > 0 && tells_now(s, *out, &now) && !now.is_minute)
		rc = refuse_present(s, &now, "today: a check tomorrow would fail");
	else if (rc > 0 && present_find_pid(&now, s->gate->arena, *out, getpid()))
		rc = refuse_present(s, &now, "the number of the process that started it");
	return rc;
}

bool
session_agree(struct session *s, struct golden **out, struct merged *result)
{
	AUTO(golden_free) struct golden *settled = NULL;
	bool is_held = false;
	int rc = merge(s, out, result);

	for (uint32_t i = 0; i < s->n; i++)
		is_held |= s->is_held[i];
	if (rc == 0) {
		settled = TAKE(*out);
		s->settled = settled;
		rc = is_held ? agree_when_plain(s, out, result) : 0;
	}
	if (rc > 0)
		rc = agree_for_long(s, out, result);
	if (rc == 0)
		refuse_unstable(s, result);
	s->settled = NULL;
	return rc > 0;
}
