/* SPDX-License-Identifier: MIT */
/* budget_test.c - limits on the numbers of a run, absolute and against a golden */

#include "unit/test.h"

#include "judge/budget.h"

#include "effects/choice.h"

#include <string.h>

static struct call_count calls[] = {
	{ .name = "close", .n = 10 },
	{ .name = "openat", .n = 20 },
	{ .name = "read", .n = 30, .bytes_in = 4096 },
	{ .name = "write", .n = 40, .bytes_out = 100 },
};

static struct facts
some_facts(void)
{
	return (struct facts){ .n_calls = 100,
		.n_opened = 15,
		.n_processes = 2,
		.n_threads = 3,
		.max_fds = 7,
		.mapped_bytes = 1 << 20,
		.peak_rss_bytes = 1 << 21,
		.has_peak_rss = true,
		.has_all_calls = true,
		.has_memory_calls = true,
		.calls = calls,
		.n_names = ARRAY_LEN(calls),
		.footer = { .n_calls = 100 } };
}

struct fixture {
	struct arena *arena;
	struct golden *golden;
	struct facts facts;
	struct outcome out;
};

static int
enter(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);

	f->arena = arena_new();
	f->golden = golden_new();
	f->facts = some_facts();
	*state = f;
	return 0;
}

static int
leave(void **state)
{
	struct fixture *f = *state;

	golden_free(f->golden);
	arena_free(f->arena);
	mem_free(f);
	return 0;
}

static struct budget
limit(enum budget_metric metric, uint64_t amount)
{
	return (struct budget){ .name = budget_rows[metric].name,
		.metric = metric,
		.text = "",
		.is_hard = budget_rows[metric].is_hard,
		.amount = amount };
}

static void
expect(struct fixture *f, const struct budget *b, enum verdict_kind kind, const char *text)
{
	budget_judge(&f->out, f->arena, b, &f->facts, f->golden, NULL);
	if (f->out.kind != kind || !strstr(f->out.text, text))
		fail_msg("%s: %s, not %s with '%s': %s", b->name, verdict_names[f->out.kind],
			verdict_names[kind], text, f->out.text);
}

static void
what_is_counted_is_held_against_its_limit(void **state)
{
	static const struct {
		enum budget_metric metric;
		uint64_t value;
	} rows[] = {
		{ BUDGET_SYSCALLS, 100 },
		{ BUDGET_BYTES_READ, 4096 },
		{ BUDGET_BYTES_WRITTEN, 100 },
		{ BUDGET_FILES_OPENED, 15 },
		{ BUDGET_PROCESSES, 2 },
		{ BUDGET_THREADS, 3 },
		{ BUDGET_MAX_FDS, 7 },
		{ BUDGET_MAPPED_BYTES, 1 << 20 },
		{ BUDGET_MAX_RSS, 1 << 21 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct budget exact = limit(rows[i].metric, rows[i].value);
		struct budget less = limit(rows[i].metric, rows[i].value - 1);

		expect(f, &exact, VERDICT_PASS, " <= ");
		assert_int_equal(f->out.is_warning, !budget_rows[rows[i].metric].is_hard);
		expect(f, &less, VERDICT_FAIL, " > ");
		/* With a hole what is exceeded is exceeded, and what is kept is not known. */
		f->facts.footer.n_lost = 1;
		expect(f, &exact, VERDICT_INCONCLUSIVE, "the trace is incomplete");
		expect(f, &less, VERDICT_FAIL, " > ");
		f->facts.footer.n_lost = 0;
		f->facts.has_all_calls = false;
		expect(f, &exact,
			budget_rows[rows[i].metric].needs_calls ? VERDICT_INCONCLUSIVE
								: VERDICT_PASS,
			"");
		f->facts.has_all_calls = true;
		f->facts.n_calls = 0;
		expect(f, &exact, VERDICT_ERROR, "not one call");
		f->facts.n_calls = 100;
	}
	f->facts.peak_rss_bytes = 0;
	expect(f, &(struct budget){ .metric = BUDGET_MAX_RSS, .amount = 1 },
		VERDICT_INCONCLUSIVE, "not told");
}

static void
calls_are_chosen_by_name_class_and_family(void **state)
{
	static const struct {
		const char *text;
		uint64_t n;
	} rows[] = {
		{ "openat", 20 },
		{ "%file", 20 },
		{ "family:open", 20 },
		{ "%desc", 100 },
		{ "/^(read|write)$/", 70 },
		{ "close,read", 40 },
		{ "fsync", 0 },
	};
	struct fixture *f = *state;
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct budget b = limit(BUDGET_CALLS, rows[i].n);

		b.name = "calls.x";
		assert_int_equal(call_choice_new(&b.calls, f->arena, rows[i].text, &err), 0);
		expect(f, &b, VERDICT_PASS, "calls of x: ");
		if (!b.amount--)
			continue;
		expect(f, &b, VERDICT_FAIL, "calls of x: ");
	}
}

static void
relative(struct fixture *f, uint64_t low, uint64_t high)
{
	struct golden_number *number = golden_number_add(f->golden, "syscalls");

	number->low = low;
	number->high = high;
}

static void
a_share_counts_from_the_most_that_was_recorded_and_is_rounded_down(void **state)
{
	static const struct {
		uint64_t low, high;
		double share;
		enum verdict_kind kind;
	} rows[] = {
		{ 100, 100, 0, VERDICT_PASS },
		{ 99, 99, 0, VERDICT_FAIL },
		{ 91, 91, 0.1, VERDICT_PASS }, /* 100.1 */
		{ 90, 90, 0.1, VERDICT_FAIL },
		{ 1, 91, 0.1, VERDICT_PASS },
		{ 99, 99, 0.0101, VERDICT_FAIL }, /* 99.9999 */
		{ 0, 0, 10, VERDICT_FAIL },
		{ 0, UINT64_MAX, 1000, VERDICT_PASS },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct budget b = limit(BUDGET_SYSCALLS, 0);

		b.is_relative = b.is_share = true;
		b.share = rows[i].share;
		relative(f, rows[i].low, rows[i].high);
		expect(f, &b, rows[i].kind, "the golden has ");
	}
}

static void
an_amount_comes_on_top_of_the_golden(void **state)
{
	struct fixture *f = *state;
	struct budget b = limit(BUDGET_SYSCALLS, 5);

	b.is_relative = true;
	b.text = "+5";
	expect(f, &b, VERDICT_ERROR, "record it again");
	relative(f, 90, 95);
	expect(f, &b, VERDICT_PASS, "100 <= 100 (+5, the golden has 90 to 95)");
	relative(f, 90, 94);
	expect(f, &b, VERDICT_FAIL, "100 > 99 (+5, the golden has 90 to 94)");
	b.amount = UINT64_MAX;
	expect(f, &b, VERDICT_PASS, "");
}

static void
the_calls_by_which_it_grew_are_named(void **state)
{
	struct fixture *f = *state;
	struct budget b = limit(BUDGET_SYSCALLS, 0);

	b.is_relative = true;
	b.text = "+0";
	calls[1].n = 5;
	budget_note(f->golden, &b, 1, &f->facts); /* 85 */
	calls[1].n = 20;
	expect(f, &b, VERDICT_FAIL, "100 > 85 (+0, the golden has 85): openat 5 -> 20");
	/* Without a golden: those that there are. */
	b = limit(BUDGET_SYSCALLS, 50);
	golden_free(f->golden);
	f->golden = golden_new();
	expect(f, &b, VERDICT_FAIL, "100 > 50: write 40, read 30, openat 20, close 10");
}

static void
notes_of_several_runs_are_a_range(void **state)
{
	struct fixture *f = *state;
	struct budget b[] = { limit(BUDGET_SYSCALLS, 0), limit(BUDGET_MAX_RSS, 1),
		limit(BUDGET_WALL, 1) };
	const struct golden_number *number;

	budget_note(f->golden, b, ARRAY_LEN(b), &f->facts);
	calls[0].n = 12;
	f->facts.n_names--; /* no write */
	budget_note(f->golden, b, ARRAY_LEN(b), &f->facts);
	f->facts.n_names++;
	calls[0].n = 10;
	assert_int_equal(f->golden->n_numbers, 1); /* what varies is not recorded for nothing */
	number = golden_number(f->golden, "syscalls");
	assert_int_equal(number->low, 62);
	assert_int_equal(number->high, 100);
	assert_int_equal(number->n_by, 4);
	assert_string_equal(number->by[0], "close 12");
	assert_string_equal(number->by[3], "write 40");
}

static void
time_is_that_of_a_run_without_a_tracer(void **state)
{
	struct fixture *f = *state;
	struct budget b = limit(BUDGET_WALL, 1000);
	struct unwatched u = { .n = { [BUDGET_WALL - BUDGET_FIRST_UNWATCHED] = 1000 } };

	expect(f, &b, VERDICT_SKIP, "not measured");
	budget_judge(&f->out, f->arena, &b, &f->facts, f->golden, &u);
	assert_int_equal(f->out.kind, VERDICT_PASS);
	u.n[BUDGET_WALL - BUDGET_FIRST_UNWATCHED]++;
	budget_judge(&f->out, f->arena, &b, &f->facts, f->golden, &u);
	assert_int_equal(f->out.kind, VERDICT_FAIL);
	assert_true(f->out.is_warning);
	u.why_not = "it exited 3";
	budget_judge(&f->out, f->arena, &b, &f->facts, f->golden, &u);
	assert_int_equal(f->out.kind, VERDICT_INCONCLUSIVE);
	b.is_relative = true;
	budget_judge(&f->out, f->arena, &b, &f->facts, f->golden, &u);
	assert_int_equal(f->out.kind, VERDICT_SKIP);
}

static void
amounts_are_said_in_their_units(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(budget_say(f->arena, BUDGET_SYSCALLS, 1234567), "1234567");
	assert_string_equal(budget_say(f->arena, BUDGET_MAX_RSS, 5), "5 bytes");
	assert_string_equal(
		budget_say(f->arena, BUDGET_MAX_RSS, 1536 << 10), "1572864 bytes (1.5 MiB)");
	assert_string_equal(budget_say(f->arena, BUDGET_WALL, 1500000), "1.5 ms");
	assert_string_equal(budget_say(f->arena, BUDGET_CPU, 2500000000), "2.5 s");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_counted_is_held_against_its_limit),
		TEST(calls_are_chosen_by_name_class_and_family),
		TEST(a_share_counts_from_the_most_that_was_recorded_and_is_rounded_down),
		TEST(an_amount_comes_on_top_of_the_golden),
		TEST(the_calls_by_which_it_grew_are_named),
		TEST(notes_of_several_runs_are_a_range),
		TEST(time_is_that_of_a_run_without_a_tracer),
		TEST(amounts_are_said_in_their_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
