/* SPDX-License-Identifier: MIT */
/* diff.c - the command diff: two goldens or traces as if one was checked against the other */

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/gate.h"
#include "cli/load.h"
#include "cli/reports.h"
#include "effects/effects.h"
#include "gate/output_maps.h"
#include "judge/basis.h"
#include "judge/output_map.h"

#include <inttypes.h>
#include <string.h>

/* Maps want whole texts, whatever the profile. */
static int
load_side(struct loaded *l, const char *path, enum profile profile, bool is_mapped,
	struct err *err)
{
	return load_file(l, path, profile,
		output_maps_limit(NULL, is_mapped ? PROFILE_TRANSPILE : profile), err);
}

/* A trace can be turned into any profile: it takes that of the golden beside it. */
static int
load_both(struct loaded *a, struct loaded *b, const struct gate_values *values,
	const struct parsed *parsed, struct err *err)
{
	enum profile profile = PROFILE_EFFECTS;
	bool is_mapped = values->output_maps.n;

	if (cli_profile(&profile, values->profile, err) < 0 ||
		load_side(a, parsed->words[0], profile, is_mapped, err) < 0)
		return -1;
	if (!a->is_trace && !values->profile)
		profile = a->golden->profile;
	if (load_side(b, parsed->words[1], profile, is_mapped, err) < 0)
		return -1;
	if (!a->is_trace || b->is_trace || b->golden->profile == a->golden->profile ||
		values->profile)
		return 0;
	profile = b->golden->profile;
	loaded_done(a);
	return load_side(a, parsed->words[0], profile, is_mapped, err);
}

/* "recorded 3 times", "a trace of 812 calls" */
static const char *
say_side(struct arena *arena, const struct loaded *l)
{
	if (l->is_trace)
		return arena_printf(
			arena, "a trace of %llu calls", (unsigned long long)l->footer.n_calls);
	return arena_printf(arena, "a golden of %u run%s", l->golden->n_runs,
		l->golden->n_runs == 1 ? "" : "s");
}

/* "199", "199 to 201", "none" */
static const char *
say_number(struct arena *arena, const struct golden_number *n)
{
	if (!n)
		return "none";
	if (n->low == n->high)
		return arena_printf(arena, "%" PRIu64, n->low);
	return arena_printf(arena, "%" PRIu64 " to %" PRIu64, n->low, n->high);
}

static bool
is_same_number(const struct golden_number *a, const struct golden_number *b)
{
	if (!a || !b || a->low != b->low || a->high != b->high || a->n_by != b->n_by)
		return false;
	for (size_t i = 0; i < a->n_by; i++)
		if (strcmp(a->by[i], b->by[i]) != 0)
			return false;
	return true;
}

/* What budgets and rules over counts go by. Without a limit neither is wrong: they are notes.
 */
static void
note_number(struct verdict *v, struct arena *arena, const struct golden_number *a,
	const struct golden_number *b)
{
	const char *was = say_number(arena, a), *is = say_number(arena, b);
	const char *name = a ? a->name : b->name;
	struct finding note = {
		.level = FINDING_NOTE, .rule_id = "renacer/number", .subject = name
	};

	if (is_same_number(a, b))
		return;
	note.text = strcmp(was, is) == 0
			    ? arena_printf(arena, "number '%s': %s as before, by other calls",
				      name, is)
			    : arena_printf(arena, "number '%s': %s, the golden has %s", name,
				      is, was);
	verdict_add_finding(v, arena, &note);
}

static void
note_numbers(
	struct verdict *v, struct arena *arena, const struct golden *a, const struct golden *b)
{
	for (size_t i = 0; i < a->n_numbers; i++)
		note_number(v, arena, &a->numbers[i], golden_number(b, a->numbers[i].name));
	for (size_t i = 0; i < b->n_numbers; i++)
		if (!golden_number(a, b->numbers[i].name))
			note_number(v, arena, NULL, &b->numbers[i]);
}

/* The same judgement as a check, of A as the golden and B as the run. */
static int
judge(struct verdict *v, struct arena *arena, const struct loaded *a, const struct loaded *b,
	const char *const *names, const struct option_list *maps_given, struct err *err)
{
	struct output_maps maps = { 0 };
	struct compare_opts opts = { .maps = &maps };
	struct differences differences;
	struct verdict_parts parts = {
		.differences = &differences, .footer = &b->footer, .maps = &maps, .accept = ""
	};

	if (output_maps_add_all(&maps, arena, maps_given->items, maps_given->n,
		    a->golden->profile, err) < 0)
		return -1;
	effects_settle(a->golden, NULL);
	effects_settle(b->golden, a->golden);
	if (judge_compare(&differences, arena, a->golden, b->golden, &opts, err) < 0)
		return -1;
	if (a->is_trace && b->is_trace)
		load_doubt_contents(&differences, arena, a->golden, b->golden);
	if (!differences.n_compared) {
		err_set(err, "there was nothing to compare: both are empty");
		return err_as(err, ERR_UNSURE);
	}
	*v = (struct verdict){ .target = arena_printf(arena, "%s -> %s", names[0], names[1]),
		.profile = a->golden->profile,
		.golden_path = a->is_trace ? NULL : names[0],
		.n_runs = b->golden->n_runs,
		.golden_runs = a->golden->n_runs,
		.facts = b->facts };
	basis_of(&v->basis, arena, b->golden, b->facts, &b->footer, &differences);
	basis_golden(&v->basis, arena, a->golden);
	v->performance.golden = cost_of(a->facts, a->golden);
	v->performance.run = cost_of(b->facts, b->golden);
	if (a->is_trace)
		v->performance.golden_name = names[0];
	verdict_make(v, arena, &parts);
	v->text = arena_printf(arena,
		"%s, profile %s; the first is %s, called golden, the second %s, called run",
		v->text, profile_names[v->profile], say_side(arena, a), say_side(arena, b));
	if (!a->is_trace && !b->is_trace)
		note_numbers(v, arena, a->golden, b->golden);
	return 0;
}

int
command_diff(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(loaded_done) struct loaded a = { 0 };
	AUTO(loaded_done) struct loaded b = { 0 };
	uint64_t began_ns = clock_monotonic_ns();
	struct verdict verdict;
	struct verdicts verdicts = { .items = &verdict,
		.n = 1,
		.tool_version = RENACER_VERSION,
		.command = "diff",
		.started_ns = clock_wall_ns() };

	if (parsed->n_words != 2)
		return cli_usage(err, "renacer-gate diff A B", "diff takes two files, not %zu",
			parsed->n_words);
	if (load_both(&a, &b, values, parsed, err) < 0 ||
		judge(&verdict, arena, &a, &b, parsed->words, &values->output_maps, err) < 0)
		return -1;
	verdicts.time_ns = clock_monotonic_ns() - began_ns;
	verdicts.exit_status = verdicts_exit(&verdicts);
	if (reports_write(values, NULL, &verdicts, err) < 0)
		return -1;
	*status = verdicts.exit_status;
	return 0;
}
