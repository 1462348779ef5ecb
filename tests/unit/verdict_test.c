/* SPDX-License-Identifier: MIT */
/* verdict_test.c - only what was really looked at can pass */

#include "judge/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
the_worst_exit_status_wins_in_the_order_2_3_5_1_4_0(void **state)
{
	static const int order[] = { 2, 3, 5, 1, 4, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (size_t j = 0; j < ARRAY_LEN(order); j++)
			assert_int_equal(
				verdict_worst(order[i], order[j]), order[i < j ? i : j]);
}

static void
every_kind_has_a_name_and_an_exit_status(void **state)
{
	static const struct {
		enum verdict_kind kind;
		const char *name;
		int exit_status;
	} rows[] = {
		{ VERDICT_PASS, "pass", 0 },
		{ VERDICT_SKIP, "skip", 0 },
		{ VERDICT_FLAKY, "flaky", 4 },
		{ VERDICT_INCONCLUSIVE, "inconclusive", 4 },
		{ VERDICT_FAIL, "fail", 1 },
		{ VERDICT_MISSING, "error", 5 },
		{ VERDICT_ERROR, "error", 3 },
	};

	(void)state;
	assert_int_equal(ARRAY_LEN(rows), N_VERDICTS);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_string_equal(verdict_names[rows[i].kind], rows[i].name);
		assert_int_equal(verdict_exit(rows[i].kind), rows[i].exit_status);
	}
}

static void
a_run_of_nothing_but_skips_is_no_pass(void **state)
{
	struct verdict items[2] = { { .kind = VERDICT_SKIP }, { .kind = VERDICT_SKIP } };
	struct verdicts v = { .items = items, .n = 2 };

	(void)state;
	assert_int_equal(verdicts_exit(&v), 3);
	v.n = 0;
	assert_int_equal(verdicts_exit(&v), 3);
	v.n = 2;
	items[1].kind = VERDICT_PASS;
	assert_int_equal(verdicts_exit(&v), 0);
	items[0].kind = VERDICT_FAIL;
	assert_int_equal(verdicts_exit(&v), 1);
	items[1].kind = VERDICT_MISSING;
	assert_int_equal(verdicts_exit(&v), 5);
}

static struct effect some_effect = { .kind = EFFECT_STREAM, .key = "stdout" };
static struct difference one = { .class = DIFF_BYTES,
	.golden = &some_effect,
	.run = &some_effect,
	.sentence = "stdout: line 1 differs",
	.wanted = "a",
	.found = "b",
	.golden_line = 4 };
static const struct differences none = { .n_compared = 3 };
static const struct differences some = { .items = &one, .n = 1, .n_compared = 3 };
static const struct differences empty = { 0 };
static const struct trace_footer whole = { .n_calls = 10 };
static const struct trace_footer holed = { .n_calls = 10, .n_lost = 2, .reason = "2 lost" };
static const struct trace_footer blank = { 0 };

struct verdict_row {
	const char *what;
	const struct differences *differences;
	const struct trace_footer *footer;
	enum verdict_kind outcome; /* of one rule, when n_outcomes */
	size_t n_outcomes;
	bool is_warning, expects_fail;
	enum verdict_kind wanted;
	size_t n_findings;
};

/* clang-format off */
static const struct verdict_row verdict_rows[] = {
	{ "no difference passes", &none, &whole, 0, 0, 0, 0, VERDICT_PASS, 0 },
	{ "a difference fails", &some, &whole, 0, 0, 0, 0, VERDICT_FAIL, 1 },
	{ "never ran", &none, NULL, 0, 0, 0, 0, VERDICT_ERROR, 1 },
	{ "no call traced", &none, &blank, 0, 0, 0, 0, VERDICT_ERROR, 1 },
	{ "nothing compared", &empty, &whole, 0, 0, 0, 0, VERDICT_ERROR, 1 },
	{ "no golden and no rule", NULL, &whole, 0, 0, 0, 0, VERDICT_ERROR, 1 },
	{ "no golden, a skipped rule", NULL, &whole, VERDICT_SKIP, 1, 0, 0, VERDICT_ERROR, 1 },
	{ "no golden, a kept rule", NULL, &whole, VERDICT_PASS, 1, 0, 0, VERDICT_PASS, 0 },
	{ "holes, no difference", &none, &holed, 0, 0, 0, 0, VERDICT_INCONCLUSIVE, 1 },
	{ "holes, a difference", &some, &holed, 0, 0, 0, 0, VERDICT_INCONCLUSIVE, 2 },
	{ "holes, a rule broken in spite of them",
		&none, &holed, VERDICT_FAIL, 1, 0, 0, VERDICT_FAIL, 2 },
	{ "a broken rule", &none, &whole, VERDICT_FAIL, 1, 0, 0, VERDICT_FAIL, 1 },
	{ "a broken rule that only warns",
		&none, &whole, VERDICT_FAIL, 1, 1, 0, VERDICT_PASS, 1 },
	{ "a rule in doubt",
		&none, &whole, VERDICT_INCONCLUSIVE, 1, 0, 0, VERDICT_INCONCLUSIVE, 1 },
	{ "a rule that cannot be judged, though it only warns",
		&none, &whole, VERDICT_ERROR, 1, 1, 0, VERDICT_ERROR, 1 },
	{ "fails as expected", &some, &whole, 0, 0, 0, 1, VERDICT_PASS, 1 },
	{ "passes against expectation", &none, &whole, 0, 0, 0, 1, VERDICT_FAIL, 1 },
	{ "an error is not the fail that was expected",
		&empty, &whole, 0, 0, 0, 1, VERDICT_ERROR, 1 },
	{ "doubt is not the fail that was expected",
		&some, &holed, 0, 0, 0, 1, VERDICT_INCONCLUSIVE, 2 },
};
/* clang-format on */

static void
a_verdict_is_the_heaviest_of_its_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdict_rows); i++) {
		const struct verdict_row *r = &verdict_rows[i];
		AUTO(arena_free) struct arena *arena = arena_new();
		struct outcome outcome = { .name = "r",
			.type = "span_count",
			.kind = r->outcome,
			.is_warning = r->is_warning,
			.text = "9 > 8" };
		struct verdict_parts parts = { .differences = r->differences,
			.footer = r->footer,
			.outcomes = &outcome,
			.n_outcomes = r->n_outcomes };
		struct verdict v = { .target = "t",
			.expects_fail = r->expects_fail,
			.golden_path = "golden/t.golden" };

		verdict_make(&v, arena, &parts);
		if (v.kind != r->wanted || v.n_findings != r->n_findings)
			fail_msg("%s: %s, %zu findings", r->what, verdict_names[v.kind],
				v.n_findings);
		assert_non_null(v.text);
		assert_true(*v.text);
	}
}

static void
a_difference_becomes_a_finding_that_points_at_the_golden(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct verdict_parts parts = { .differences = &some, .footer = &whole };
	struct verdict v = { .target = "t", .golden_path = "golden/t.golden" };

	(void)state;
	verdict_make(&v, arena, &parts);
	assert_string_equal(v.text, "1 difference");
	assert_string_equal(v.findings[0].rule_id, "renacer/bytes");
	assert_string_equal(v.findings[0].subject, "stdout");
	assert_string_equal(v.findings[0].at.file, "golden/t.golden");
	assert_int_equal(v.findings[0].at.row, 4);
	assert_string_equal(v.findings[0].hint, "renacer-gate record t");
	assert_string_equal(v.findings[0].wanted, "a");
	assert_string_equal(v.findings[0].found, "b");
}

static void
findings_of_an_expected_fail_are_notes(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct verdict_parts parts = { .differences = &some, .footer = &whole };
	struct verdict v = { .target = "t", .expects_fail = true };

	(void)state;
	verdict_make(&v, arena, &parts);
	assert_int_equal(v.findings[0].level, FINDING_NOTE);
	assert_string_equal(v.text, "fails, as expected: 1 difference");
}

static void
an_error_gives_the_verdict_of_its_kind(void **state)
{
	static const struct {
		enum err_kind kind;
		enum verdict_kind wanted;
	} rows[] = {
		{ ERR_TOOL, VERDICT_ERROR },
		{ ERR_USAGE, VERDICT_ERROR },
		{ ERR_MISSING, VERDICT_MISSING },
		{ ERR_UNSURE, VERDICT_INCONCLUSIVE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct err err = { 0 };
		struct verdict v = { .target = "t" };

		err_set(&err, "no golden '%s'", "golden/t.golden");
		err_as(&err, rows[i].kind);
		err_hint(&err, "renacer-gate record t");
		verdict_from_err(&v, arena, &err);
		err_done(&err);
		assert_int_equal(v.kind, rows[i].wanted);
		assert_string_equal(v.text, "no golden 'golden/t.golden'");
		assert_int_equal(v.n_findings, 1);
		assert_string_equal(v.findings[0].hint, "renacer-gate record t");
	}
}

/* What pairs of runs say comes when the rest is judged already. */
static void
an_outcome_that_comes_later_counts_as_if_it_had_been_there(void **state)
{
	static const struct {
		enum verdict_kind kind;
		bool is_warning;
		const struct differences *differences;
		const struct trace_footer *footer;
		enum verdict_kind wanted;
		const char *text;
	} rows[] = {
		{ VERDICT_PASS, 0, &none, &whole, VERDICT_PASS, "3 effects, 2 rules kept" },
		{ VERDICT_FAIL, 0, &none, &whole, VERDICT_FAIL, "1 broken rule" },
		{ VERDICT_FAIL, 1, &none, &whole, VERDICT_PASS,
			"1 warning, 3 effects, 1 rule kept" },
		{ VERDICT_INCONCLUSIVE, 0, &none, &whole, VERDICT_INCONCLUSIVE,
			"1 rule in doubt" },
		{ VERDICT_FAIL, 0, &some, &whole, VERDICT_FAIL, "1 difference, 1 broken rule" },
		{ VERDICT_PASS, 0, &none, &holed, VERDICT_INCONCLUSIVE,
			"the trace is incomplete: 2 lost" },
		{ VERDICT_FAIL, 0, &none, &holed, VERDICT_FAIL,
			"the trace is incomplete: 2 lost (1 broken rule)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct outcome early[] = {
			{ .name = "kept", .type = "count", .kind = VERDICT_PASS, .text = "1" },
			{ .name = "cpu", .type = "budget", .kind = VERDICT_SKIP, .text = "-" },
		};
		struct outcome late = { .name = "cpu",
			.type = "budget",
			.kind = rows[i].kind,
			.is_warning = rows[i].is_warning,
			.text = "2 s > 1 s" };
		struct verdict_parts parts = { .differences = rows[i].differences,
			.footer = rows[i].footer,
			.outcomes = early,
			.n_outcomes = ARRAY_LEN(early) };
		struct verdict v = { .target = "t", .golden_path = "golden/t.golden" };

		verdict_make(&v, arena, &parts);
		verdict_add_outcome(&v, arena, &late);
		assert_int_equal(v.n_outcomes, 2);
		assert_int_equal(v.kind, rows[i].wanted);
		assert_string_equal(v.text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_exit_status_wins_in_the_order_2_3_5_1_4_0),
		cmocka_unit_test(every_kind_has_a_name_and_an_exit_status),
		cmocka_unit_test(a_run_of_nothing_but_skips_is_no_pass),
		cmocka_unit_test(a_verdict_is_the_heaviest_of_its_reasons),
		cmocka_unit_test(a_difference_becomes_a_finding_that_points_at_the_golden),
		cmocka_unit_test(findings_of_an_expected_fail_are_notes),
		cmocka_unit_test(an_outcome_that_comes_later_counts_as_if_it_had_been_there),
		cmocka_unit_test(an_error_gives_the_verdict_of_its_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
