/* SPDX-License-Identifier: MIT */
/*
 * verdict.c - what differences, rule outcomes and holes in the trace amount to
 *
 * The kinds are in order of weight, so that a verdict is the heaviest of its reasons. Only what
 * was really looked at can pass.
 */

#include "judge/judge.h"

#include "base/str.h"
#include "judge/findings.h"
#include "judge/verdict_maps.h"

#include <string.h>

static const int exit_statuses[N_VERDICTS] = {
	[VERDICT_PASS] = 0,
	[VERDICT_SKIP] = 0,
	[VERDICT_FLAKY] = 4,
	[VERDICT_INCONCLUSIVE] = 4,
	[VERDICT_FAIL] = 1,
	[VERDICT_MISSING] = 5,
	[VERDICT_ERROR] = 3,
};

const char *const verdict_names[N_VERDICTS] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_SKIP] = "skip",
	[VERDICT_FLAKY] = "flaky",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
	[VERDICT_FAIL] = "fail",
	[VERDICT_MISSING] = "error",
	[VERDICT_ERROR] = "error",
};

const char *const difference_class_names[N_DIFFERENCE_CLASSES] = {
	[DIFF_REMOVED] = "removed",
	[DIFF_ADDED] = "added",
	[DIFF_ARGUMENT] = "argument",
	[DIFF_RESULT] = "result",
	[DIFF_BYTES] = "bytes",
	[DIFF_COUNT] = "count",
	[DIFF_ORDER] = "order",
};

/* Worst first. */
static const int exit_order[] = { 2, 3, 5, 1, 4, 0 };

int
verdict_exit(enum verdict_kind kind)
{
	assert((unsigned)kind < N_VERDICTS);
	return exit_statuses[kind];
}

static size_t
rank(int exit_status)
{
	for (size_t i = 0; i < ARRAY_LEN(exit_order); i++)
		if (exit_order[i] == exit_status)
			return i;
	assert(!"an exit status that no verdict has");
	return 0;
}

int
verdict_worst(int exit_a, int exit_b)
{
	return rank(exit_a) < rank(exit_b) ? exit_a : exit_b;
}

int
verdicts_exit(const struct verdicts *v)
{
	int worst = 0;
	bool judged = false;

	for (size_t i = 0; i < v->n; i++) {
		worst = verdict_worst(worst, verdict_exit(v->items[i].kind));
		judged |= v->items[i].kind != VERDICT_SKIP;
	}
	return judged ? worst : 3;
}

void
verdict_add_finding(struct verdict *v, struct arena *arena, const struct finding *finding)
{
	struct finding *more = arena_array(arena, v->n_findings + 1, sizeof *more);

	if (v->n_findings)
		memcpy(more, v->findings, v->n_findings * sizeof *more);
	more[v->n_findings++] = *finding;
	v->findings = more;
}

void
verdict_from_err(struct verdict *v, struct arena *arena, const struct err *err)
{
	static const struct {
		enum verdict_kind kind;
		const char *rule_id;
	} rows[] = {
		[ERR_TOOL] = { VERDICT_ERROR, "renacer/error" },
		[ERR_USAGE] = { VERDICT_ERROR, "renacer/error" },
		[ERR_MISSING] = { VERDICT_MISSING, "renacer/missing-golden" },
		[ERR_UNSURE] = { VERDICT_INCONCLUSIVE, "renacer/inconclusive" },
	};
	const char *text = err->text ? err->text : "failed without a reason";

	v->kind = rows[err->kind].kind;
	v->text = arena_strdup(arena, text);
	verdict_add_finding(v, arena,
		&(struct finding){
			.level = v->kind == VERDICT_INCONCLUSIVE ? FINDING_WARNING
								 : FINDING_ERROR,
			.rule_id = rows[err->kind].rule_id,
			.subject = v->target,
			.text = v->text,
			.detail = arena_strdup(arena, err->place),
			.hint = arena_strdup(arena, err->hint),
			.at = v->at,
		});
}

/* What a rule's outcome adds to the verdict. */
static enum verdict_kind
outcome_weight(const struct outcome *o)
{
	if (o->kind == VERDICT_ERROR)
		return VERDICT_ERROR;
	return o->is_warning || o->kind == VERDICT_SKIP ? VERDICT_PASS : o->kind;
}

static bool
outcome_is_finding(const struct outcome *o)
{
	return o->kind != VERDICT_PASS && o->kind != VERDICT_SKIP;
}

static void
add_outcome(struct finding *f, struct arena *arena, const struct outcome *o)
{
	bool is_hard = o->kind == VERDICT_ERROR || (o->kind == VERDICT_FAIL && !o->is_warning);

	*f = (struct finding){
		.level = is_hard ? FINDING_ERROR : FINDING_WARNING,
		.rule_id = arena_printf(arena, "renacer/rule/%s", o->type),
		.subject = o->name,
		.text = o->text,
		.wanted = o->wanted,
		.found = o->found,
		.evidence = o->evidence,
		.seq = o->seq,
		.call = o->call,
		.origin = o->origin,
		.detail = o->detail,
		.at = o->at,
	};
}

/* Everything that was found, differences first. */
static void
collect(struct verdict *v, struct arena *arena, const struct verdict_parts *parts,
	const struct finding *differences, size_t n_differences)
{
	size_t n = n_differences + parts->n_outcomes + v->n_findings, at = n_differences;
	struct finding *all = arena_array(arena, n + 1, sizeof *all);

	if (n_differences)
		memcpy(all, differences, n_differences * sizeof *all);
	for (size_t i = 0; i < parts->n_outcomes; i++)
		if (outcome_is_finding(&parts->outcomes[i]))
			add_outcome(&all[at++], arena, &parts->outcomes[i]);
	if (v->n_findings)
		memcpy(all + at, v->findings, v->n_findings * sizeof *all);
	v->findings = all;
	v->n_findings += at;
}

struct tally {
	size_t broken, warned, kept, skipped, unsure, failed; /* rules */
};

static struct tally
count_outcomes(const struct outcome *outcomes, size_t n)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct outcome *o = &outcomes[i];

		if (o->kind == VERDICT_SKIP)
			t.skipped++;
		else if (o->kind == VERDICT_ERROR)
			t.failed++;
		else if (o->kind == VERDICT_PASS)
			t.kept++;
		else if (o->is_warning)
			t.warned++;
		else if (o->kind == VERDICT_FAIL)
			t.broken++;
		else
			t.unsure++;
	}
	return t;
}

static void
add_count(struct str *s, size_t n, const char *one, const char *many)
{
	if (n)
		str_addf(s, "%s%zu %s", s->n ? ", " : "", n, n == 1 ? one : many);
}

/* "2 differences, 1 broken rule": what speaks for the kind; a pass also says what was good. */
static const char *
summary(struct arena *arena, const struct verdict *v)
{
	struct tally t = count_outcomes(v->outcomes, v->n_outcomes);
	const struct verdict_sum *sum = &v->sum;
	AUTO(str_done) struct str s = { 0 };

	add_count(&s, sum->n_found, "difference", "differences");
	if (sum->n_differences > sum->n_found)
		str_addf(&s, " (%zu with what follows)", sum->n_differences);
	add_count(&s, sum->n_stale, "[[known]] to remove", "[[known]] to remove");
	add_count(&s, v->n_known, "known difference", "known differences");
	add_count(&s, t.broken, "broken rule", "broken rules");
	add_count(&s, t.failed, "rule that cannot be judged", "rules that cannot be judged");
	add_count(&s, t.unsure, "rule in doubt", "rules in doubt");
	add_count(&s, t.warned, "warning", "warnings");
	add_count(&s, sum->n_doubts, "comparison that could not be made",
		"comparisons that could not be made");
	if (v->kind == VERDICT_PASS) {
		add_count(&s, v->n_compared, "effect", "effects");
		add_count(&s, t.kept, "rule kept", "rules kept");
		add_count(
			&s, v->n_optional, "optional effect absent", "optional effects absent");
		add_count(&s, t.skipped, "rule skipped", "rules skipped");
	}
	if (!sum->hole)
		return arena_strdup(arena, str_text(&s));
	return s.n ? arena_printf(arena, "%s (%s)", sum->hole, str_text(&s)) : sum->hole;
}

/* Why there is nothing to judge; NULL when there is. */
static const char *
why_nothing(const struct verdict_parts *parts)
{
	struct tally t = count_outcomes(parts->outcomes, parts->n_outcomes);

	if (!parts->footer)
		return "the target never ran";
	if (!parts->footer->n_calls)
		return "not one call was traced: nothing to judge";
	if (parts->differences && !parts->differences->n_compared)
		return "nothing was compared: the golden and the run hold no effects";
	if (!parts->differences && t.skipped == parts->n_outcomes)
		return "nothing was judged: no golden, and no rule that is enabled";
	return NULL;
}

static void
add_reason(struct verdict *v, struct arena *arena, enum finding_level level,
	const char *rule_id, const char *text)
{
	verdict_add_finding(v, arena,
		&(struct finding){ .level = level,
			.rule_id = rule_id,
			.subject = v->target,
			.text = text,
			.at = v->at });
}

static const char *
why_incomplete(struct arena *arena, const struct trace_footer *f)
{
	if (f->reason[0])
		return arena_printf(arena, "the trace is incomplete: %s", f->reason);
	return arena_printf(arena,
		"the trace is incomplete: %llu events lost, %u tasks escaped, %u io_uring "
		"rings, %u untraceable tasks%s",
		(unsigned long long)f->n_lost, f->n_escaped, f->n_rings, f->n_untraceable,
		f->was_cut ? ", cut short" : "");
}

/* A target that is meant to fail: the fail is the pass. Its findings stay, as notes. */
static void
turn_around(struct verdict *v, struct arena *arena)
{
	if (v->kind == VERDICT_FAIL) {
		v->kind = VERDICT_PASS;
		v->text = arena_printf(arena, "fails, as expected: %s", v->text);
		for (size_t i = 0; i < v->n_findings; i++)
			v->findings[i].level = FINDING_NOTE;
	} else if (v->kind == VERDICT_PASS) {
		v->kind = VERDICT_FAIL;
		v->text = arena_printf(
			arena, "passes, but expect = \"fail\" says it must not: %s", v->text);
		add_reason(v, arena, FINDING_ERROR, "renacer/unexpected-pass", v->text);
	}
}

/* Somebody has to tidy up, whatever the target was expected to do. */
static void
hold_to_known(struct verdict *v)
{
	v->kind = MAX(v->kind, VERDICT_FAIL);
	for (size_t i = 0; i < v->n_findings; i++)
		if (strcmp(v->findings[i].rule_id, FINDINGS_STALE) == 0)
			v->findings[i].level = FINDING_ERROR;
}

static bool
has_doubts(const struct verdict_parts *parts)
{
	return parts->differences && parts->differences->n_doubts;
}

static enum verdict_kind
heaviest(const struct verdict_parts *parts, const struct findings *f, bool is_complete)
{
	enum verdict_kind kind = is_complete ? VERDICT_PASS : VERDICT_INCONCLUSIVE;

	if (has_doubts(parts))
		kind = VERDICT_INCONCLUSIVE;
	if (is_complete && f->n_clusters)
		kind = VERDICT_FAIL;
	for (size_t i = 0; i < parts->n_outcomes; i++)
		kind = MAX(kind, outcome_weight(&parts->outcomes[i]));
	return kind;
}

void
verdict_make(struct verdict *v, struct arena *arena, const struct verdict_parts *parts)
{
	bool is_complete = parts->footer && trace_is_complete(parts->footer);
	const char *nothing = why_nothing(parts);
	struct findings findings;

	v->n_compared = parts->differences ? parts->differences->n_compared : 0;
	v->n_optional = parts->differences ? parts->differences->n_optional : 0;
	v->n_outcomes = parts->n_outcomes;
	v->outcomes = parts->n_outcomes ? arena_dup(arena, parts->outcomes,
						  parts->n_outcomes * sizeof *parts->outcomes)
					: NULL;
	findings_make(&findings, arena, v, parts, is_complete);
	collect(v, arena, parts, findings.items, findings.n);
	v->n_known = findings.n_known;
	v->first = findings.first;
	if (nothing) {
		v->kind = VERDICT_ERROR;
		v->text = nothing;
		add_reason(v, arena, FINDING_ERROR, "renacer/error", nothing);
		return;
	}
	v->kind = heaviest(parts, &findings, is_complete);
	v->sum = (struct verdict_sum){ .is_made = true,
		.n_found = findings.n_clusters,
		.n_differences = findings.n_differences,
		.n_stale = findings.n_stale,
		.n_doubts = parts->differences ? parts->differences->n_doubts : 0,
		.hole = is_complete ? NULL : why_incomplete(arena, parts->footer) };
	v->text = summary(arena, v);
	if (!is_complete)
		add_reason(v, arena, FINDING_WARNING, "renacer/inconclusive", v->sum.hole);
	verdict_add_maps(v, arena, parts);
	if (v->expects_fail)
		turn_around(v, arena);
	if (is_complete && !has_doubts(parts) && findings.n_stale)
		hold_to_known(v);
}

static struct outcome *
place_of(struct verdict *v, struct arena *arena, const char *name)
{
	struct outcome *all;

	for (size_t i = 0; i < v->n_outcomes; i++) {
		if (v->outcomes[i].kind == VERDICT_SKIP && !strcmp(v->outcomes[i].name, name))
			return &v->outcomes[i];
	}
	all = arena_array(arena, v->n_outcomes + 1, sizeof *all);
	if (v->n_outcomes)
		memcpy(all, v->outcomes, v->n_outcomes * sizeof *all);
	v->outcomes = all;
	return &all[v->n_outcomes++];
}

void
verdict_add_outcome(struct verdict *v, struct arena *arena, const struct outcome *outcome)
{
	enum verdict_kind weight = outcome_weight(outcome);
	struct finding finding;

	*place_of(v, arena, outcome->name) = *outcome;
	if (outcome_is_finding(outcome)) {
		add_outcome(&finding, arena, outcome);
		if (v->expects_fail)
			finding.level = MIN(finding.level, FINDING_WARNING);
		verdict_add_finding(v, arena, &finding);
	}
	if (v->expects_fail)
		return;
	v->kind = MAX(v->kind, weight);
	if (v->sum.is_made)
		v->text = summary(arena, v);
}
