/* SPDX-License-Identifier: MIT */
/* mapped_test.c - where output maps are applied in a comparison, and what is said of them */

#include "base/mem.h"
#include "judge/judge.h"
#include "judge/output_map.h"
#include "test.h"

#include <string.h>

static const struct output_map two[] = { { .kind = MAP_BOOL_CASE }, { .kind = MAP_JSON } };
static const struct output_maps both = { two, ARRAY_LEN(two) };

static struct golden *
golden_of(enum effect_kind kind, const char *key, const char *text)
{
	struct golden *g = golden_new();
	struct effect *e = golden_add(g, EFFECT_EXIT, "exit");

	g->format = GOLDEN_FORMAT;
	g->table = TABLE_VERSION;
	g->target = "t";
	g->n_runs = 1;
	g->profile = PROFILE_TRANSPILE;
	effect_number(g, e, "code", 0);
	e->n_runs = 1;
	e = golden_add(g, kind, key);
	e->n_runs = 1;
	effect_text(g, e, "digest", text);
	if (strcmp(text, "cut") == 0 || strcmp(text, "cut too") == 0)
		effect_bool(g, e, "text_kept", false);
	else if (strcmp(text, "binary") != 0)
		effect_text(g, e, "text", text);
	return g;
}

static struct verdict
judge(struct arena *arena, const struct golden *golden, const struct golden *run,
	struct differences *out)
{
	struct compare_opts opts = { .maps = &both };
	struct trace_footer footer = { .n_calls = 1 };
	struct verdict v = { .target = "t" };
	struct err err = { 0 };

	assert_int_equal(judge_compare(out, arena, golden, run, &opts, &err), 0);
	verdict_make(&v, arena,
		&(struct verdict_parts){
			.differences = out, .maps = &both, .footer = &footer });
	return v;
}

static void
maps_are_for_texts_of_streams_and_files(void **state)
{
	static const struct {
		enum effect_kind kind;
		const char *key, *golden, *run;
		enum verdict_kind wanted;
		size_t n_notes, n_warnings; /* of maps */
	} rows[] = {
		{ EFFECT_STREAM, "stdout", "True\n", "true\n", VERDICT_PASS, 1, 1 },
		{ EFFECT_PATH, "<cwd>/x", "True\n", "true\n", VERDICT_PASS, 1, 1 },
		{ EFFECT_STREAM, "stdout", "[ True]\n", "[true]\n", VERDICT_PASS, 2, 0 },
		{ EFFECT_STREAM, "stdout", "true\n", "true\n", VERDICT_PASS, 0, 2 },
		{ EFFECT_STREAM, "stdout", "True\n", "false\n", VERDICT_FAIL, 0, 0 },
		{ EFFECT_STREAM, "stdout", "True 1\n", "true 2\n", VERDICT_FAIL, 1, 0 },
		{ EFFECT_NET, "connect 1.2.3.4:5", "True\n", "true\n", VERDICT_FAIL, 0, 0 },
		{ EFFECT_STREAM, "stdout", "True\n", "cut", VERDICT_INCONCLUSIVE, 0, 0 },
		{ EFFECT_STREAM, "stdout", "cut", "True\n", VERDICT_INCONCLUSIVE, 0, 0 },
		{ EFFECT_STREAM, "stdout", "cut", "cut too", VERDICT_INCONCLUSIVE, 0, 0 },
		{ EFFECT_STREAM, "stdout", "cut", "cut", VERDICT_PASS, 0, 2 },
		{ EFFECT_STREAM, "stdout", "cut", "binary", VERDICT_FAIL, 0, 0 },
		{ EFFECT_STREAM, "stdout", "binary", "True\n", VERDICT_FAIL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		AUTO(golden_free)
		struct golden *g = golden_of(rows[i].kind, rows[i].key, rows[i].golden);
		AUTO(golden_free)
		struct golden *r = golden_of(rows[i].kind, rows[i].key, rows[i].run);
		struct differences d;
		struct verdict v = judge(arena, g, r, &d);
		size_t n_notes = 0, n_warnings = 0;

		for (size_t k = 0; k < v.n_findings; k++) {
			n_notes += strcmp(v.findings[k].rule_id, "renacer/output-map") == 0;
			n_warnings +=
				strcmp(v.findings[k].rule_id, "renacer/output-map/stale") == 0;
		}
		if (v.kind != rows[i].wanted || n_notes != rows[i].n_notes ||
			n_warnings != rows[i].n_warnings)
			fail_msg("row %zu: %s (%s), %zu notes, %zu warnings", i,
				verdict_names[v.kind], v.text, n_notes, n_warnings);
	}
}

static struct golden *
reading(const char *key, bool own)
{
	struct golden *g = golden_of(EFFECT_STREAM, "stdout", "x");
	struct effect *e = golden_add(g, EFFECT_READ, key);

	e->n_runs = 1;
	if (own)
		effect_bool(g, e, "own", true);
	return g;
}

static void
program_text_may_be_read_or_not(void **state)
{
	static const struct {
		const char *golden;
		bool golden_own;
		const char *run;
		bool run_own;
		size_t n_differences;
	} rows[] = {
		{ "a.py", true, "b.py", true, 0 },
		{ "a.py", true, "a.py", false, 0 },
		{ "a.py", false, "a.py", true, 0 },
		{ "a.py", false, "b.py", true, 1 },
		{ "a.py", true, "b.py", false, 1 },
		{ "a.py", false, "b.py", false, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		AUTO(golden_free)
		struct golden *g = reading(rows[i].golden, rows[i].golden_own);
		AUTO(golden_free) struct golden *r = reading(rows[i].run, rows[i].run_own);
		struct differences d;

		judge(arena, g, r, &d);
		if (d.n != rows[i].n_differences)
			fail_msg("row %zu: %zu differences", i, d.n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_are_for_texts_of_streams_and_files),
		cmocka_unit_test(program_text_may_be_read_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
