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
#include "base/mem.h"
#include "base/str.h"
#include "gate/confirm.h"
#include "gate/perturb.h"
#include "gate/present.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MINUTE ((uint64_t)60 * NS_PER_S)
#define MOST_SENTENCES 10 /* on what differed between runs */

/* Of copies: the runs stay as they are, for more of them to be paired with. */
static int
merge_copies(struct golden *const *runs, size_t n, struct golden **out, struct merged *result,
	struct err *err)
{
	struct golden **copies = mem_array(n, sizeof(struct golden *));
	int rc;

	for (size_t i = 0; i < n; i++)
		copies[i] = golden_share(runs[i]);
	golden_free(*out);
	*out = NULL;
	rc = effects_merge(out, copies, n, result, err);
	for (size_t i = 0; i < n; i++)
		golden_free(copies[i]);
	mem_free(copies);
	return rc < 0 ? -1 : !result->n_unstable && !result->excess;
}

static struct golden **
goldens_of(struct session *s)
{
	struct golden **goldens = arena_array(s->gate->arena, s->n, sizeof *goldens);

	for (uint32_t i = 0; i < s->n; i++)
		goldens[i] = s->runs[i].golden;
	return goldens;
}

/* 1: the runs agree; 0: they do not, see *result; -1: the verdict says why not. */
static int
merge(struct session *s, struct golden **out, struct merged *result)
{
	struct err err = { 0 };
	int rc;

	*result = (struct merged){ .arena = s->gate->arena };
	rc = merge_copies(goldens_of(s), s->n, out, result, &err);
	if (rc < 0) {
		verdict_from_err(s->verdict, s->gate->arena, &err);
		err_done(&err);
	}
	return rc;
}

static void
note_more(struct session *s, const char *why, uint32_t n_before)
{
	if (s->n > n_before)
		session_note(s, FINDING_NOTE, "renacer/record/more",
			arena_printf(s->gate->arena, "%u more recording%s %s taken: %s",
				s->n - n_before, s->n - n_before == 1 ? "" : "s",
				s->n - n_before == 1 ? "was" : "were", why),
			NULL);
}

/* Recordings beyond those asked for are witnesses: how many there had to be is chance, and no
 * part of a golden that all of them agree on. */
static void
count_asked(struct golden *g, uint32_t n_asked)
{
	uint32_t n = g->n_runs;

	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].n_runs != n)
			return;
	for (size_t i = 0; i < g->n_effects; i++)
		g->effects[i].n_runs = n_asked;
	g->n_runs = n_asked;
}

/* Why runs that agree may do so by luck; NULL: nothing speaks for that. */
static const char *
find_doubt(struct session *s)
{
	const char *why;

	for (uint32_t i = 0; s->target->profile == PROFILE_STRICT && i < s->n; i++)
		if (s->runs[i].golden->doubt)
			return arena_strdup(s->gate->arena, s->runs[i].golden->doubt);
	why = effects_chance(goldens_of(s), s->n, s->gate->arena);
	return why ? why : confirm_doubt(s->gate, s->target, s->runs, s->n);
}

/* What agrees may do so by luck: while that is known, one more is taken. As merge(). */
static int
merge_for_certain(struct session *s, struct golden **out, struct merged *result)
{
	uint32_t n_before = s->n;
	const char *why, *first = NULL;
	int rc;

	while ((rc = merge(s, out, result)) > 0 && s->n_asked > 1 && s->n < s->n_most &&
		(why = find_doubt(s))) {
		first = first ? first : why;
		if (!session_more(s))
			return -1;
		s->n++;
	}
	note_more(s, first, n_before);
	if (rc > 0)
		count_asked(*out, s->n_asked);
	return rc;
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

		rc = merge_copies(both, 2, &merged, &result, &err);
		if (rc >= 0)
			rc = !rc;
	}
	if (err_is_set(&err))
		err_drop(&err); /* only a cause was looked for, and is not found now */
	run_done(&run);
	return rc;
}

/* Asked twice: what is chance does not answer the same for long. */
static bool
is_sure(struct session *s, unsigned bits, bool differs)
{
	for (int i = 0; i < 2; i++) {
		int rc = differs_when(s, bits);

		if (differs ? rc <= 0 : rc != 0)
			return false;
	}
	return true;
}

/* Which of these changes alone makes the target differ; NULL: none, or it does so by itself. */
static const struct perturbation *
find_cause(struct session *s, unsigned bits)
{
	if (!is_sure(s, 0, false))
		return NULL;
	for (size_t i = 0; i < N_PERTURBATIONS; i++)
		if ((bits & perturbations[i].bit) && is_sure(s, perturbations[i].bit, true))
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

/* Nothing differs but which drawn name stands where. */
static bool
is_all_order(const struct merged *result)
{
	for (size_t i = 0; i < result->n_unstable; i++)
		if (!result->unstable[i].is_order)
			return false;
	return result->n_unstable && !result->excess;
}

static void
refuse_order(struct session *s, const struct merged *result)
{
	struct arena *a = s->gate->arena;
	AUTO(str_done) struct str detail = { 0 };

	add_sentences(s, &detail, result);
	verdict_set(s->gate, s->verdict, VERDICT_FLAKY, "renacer/record/unstable",
		arena_printf(a,
			"not recorded: %zu effect%s tell%s names that are drawn at random in "
			"an "
			"order that is chance",
			result->n_unstable, result->n_unstable == 1 ? "" : "s",
			result->n_unstable == 1 ? "s" : ""),
		arena_strdup(a, str_text(&detail)),
		"have it sort those names, or tell them in the order in which it made them");
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
	s->is_plain = true;
	for (uint32_t i = 0; i < s->n; i++) {
		if (!s->is_held[i])
			continue;
		*bits |= s->perturbed[i];
		s->perturbed[i] = 0;
		s->is_held[i] = false;
		run_done(&s->runs[i]);
		if (!session_run(s, i))
			return false;
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
	rc = merge_for_certain(s, out, result);
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
	return merge_for_certain(s, out, result);
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
	bool is_held = false;
	int rc = merge_for_certain(s, out, result);

	for (uint32_t i = 0; i < s->n; i++)
		is_held |= s->is_held[i];
	if (rc == 0 && is_held)
		rc = agree_when_plain(s, out, result);
	if (rc > 0)
		rc = agree_for_long(s, out, result);
	if (rc == 0 && is_all_order(result))
		refuse_order(s, result);
	else if (rc == 0)
		refuse_unstable(s, result);
	return rc > 0;
}
