/* SPDX-License-Identifier: MIT */
/* counts_test.c - calls counted, printed as strace does, and how long they took */

#include "unit/test.h"

#include "analyze/counts.h"

#include "base/mem.h"
#include "unit/trace_events.h"

#include <math.h>
#include <stdlib.h>

static void
the_table_is_that_of_strace(void **state)
{
	AUTO(counts_free) struct counts *c = counts_new();
	AUTO(str_done) struct str out = { 0 };

	for (int i = 0; i < 4; i++)
		counts_call(c, "openat", 10000, i == 3);
	counts_call(c, "write", 20000, false);
	counts_call(c, "clone", 184500, false);
	counts_call(c, "clone", 184500, false);
	counts_call(c, "close", 0, false);
	counts_print(&out, c, SORT_TIME);
	/* Columns and widths of strace 6.1 -c. */
	assert_string_equal(out.data,
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		" 86.01    0.000369         184         2           clone\n"
		"  9.32    0.000040          10         4         1 openat\n"
		"  4.66    0.000020          20         1           write\n"
		"  0.00    0.000000           0         1           close\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"100.00    0.000429          53         8         1 total\n");
	(void)state;
}

static void
nothing_counted_is_a_table_of_zeros(void **state)
{
	AUTO(counts_free) struct counts *c = counts_new();
	AUTO(str_done) struct str out = { 0 };

	counts_print(&out, c, SORT_TIME);
	assert_non_null(
		strstr(out.data, "100.00    0.000000           0         0           total\n"));
	(void)state;
}

static void
rows_are_sorted_as_asked(void **state)
{
	AUTO(counts_free) struct counts *c = counts_new();
	static const struct {
		enum counts_sort sort;
		const char *names[3];
	} rows[] = {
		{ SORT_TIME, { "c", "b", "a" } },
		{ SORT_CALLS, { "b", "a", "c" } },
		{ SORT_ERRORS, { "a", "b", "c" } },
		{ SORT_NAME, { "a", "b", "c" } },
	};

	for (int i = 0; i < 3; i++)
		counts_call(c, "b", 2, false);
	counts_call(c, "c", 100, false);
	counts_call(c, "a", 1, true);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n;
		const struct counts_row *got = counts_rows(c, rows[i].sort, &n);

		assert_int_equal(n, 3);
		for (int k = 0; k < 3; k++)
			assert_string_equal(got[k].name, rows[i].names[k]);
	}
	(void)state;
}

static void
only_finished_calls_count(void **state)
{
	static const struct {
		struct event event;
		uint64_t n_calls, time_ns;
	} rows[] = {
		{ { EVENT_CALL, .time_ns = 9, .call = { .enter_ns = 4 } }, 1, 5 },
		{ { EVENT_CALL, .time_ns = 4, .call = { .enter_ns = 9 } }, 1, 0 },
		{ { EVENT_CALL, .time_ns = 9, .call = { .state = CALL_DENIED } }, 1, 9 },
		{ { EVENT_CALL, .time_ns = 9, .call = { .state = CALL_RESTARTED } }, 0, 0 },
		{ { EVENT_CALL, .time_ns = 9, .call = { .state = CALL_UNFINISHED } }, 0, 0 },
		{ { EVENT_EXIT, .time_ns = 9 }, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(counts_free) struct counts *c = counts_new();

		counts_event(c, &rows[i].event, "x");
		assert_int_equal(counts_total(c).n_calls, rows[i].n_calls);
		assert_int_equal(counts_total(c).time_ns, rows[i].time_ns);
	}
	(void)state;
}

static void
durations_are_printed_in_microseconds(void **state)
{
	AUTO(counts_free) struct counts *c = counts_new();
	AUTO(str_done) struct str out = { 0 };

	for (int i = 0; i < 100; i++)
		counts_call(c, "read", 2000, false);
	counts_print_durations(&out, c, SORT_TIME);
	assert_non_null(strstr(out.data,
		"      100        2.0        0.0        2.0        2.0        2.0        2.0"
		"        2.0        2.0        2.0  read\n"));
	(void)state;
}

static int
compare_numbers(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

static void
percentiles_are_as_exact_as_promised(void **state)
{
	static const double shares[] = { 0.001, 0.5, 0.9, 0.95, 0.99, 1 };
	enum { N = 10007 };
	uint64_t *values = mem_array(N, sizeof *values), seed = 3;

	for (int shift = 0; shift < 64; shift += 3) {
		struct sketch *s = mem_alloc(sizeof *s);

		for (int i = 0; i < N; i++) {
			values[i] = next_random(&seed) >> shift;
			sketch_add(s, values[i]);
		}
		qsort(values, N, sizeof *values, compare_numbers);
		for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
			double exact = (double)values[(size_t)ceil(shares[i] * N) - 1];
			double got = (double)sketch_percentile(s, shares[i]);

			assert_true(fabs(got - exact) <= exact / 64);
			assert_true(exact >= 64 || got == exact);
		}
		mem_free(s);
	}
	mem_free(values);
	(void)state;
}

static void
the_deviation_is_that_of_the_values(void **state)
{
	struct sketch *s = mem_alloc(sizeof *s);

	assert_true(sketch_deviation(s) == 0 && sketch_percentile(s, 0.5) == 0);
	for (uint64_t i = 1; i <= 5; i++)
		sketch_add(s, i);
	assert_true(fabs(sketch_deviation(s) - sqrt(2)) < 1e-12);
	assert_int_equal(s->min, 1);
	assert_int_equal(s->max, 5);
	assert_int_equal(s->sum, 15);
	sketch_add(s, UINT64_MAX);
	assert_true(sketch_percentile(s, 1) == UINT64_MAX);
	mem_free(s);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_that_of_strace),
		cmocka_unit_test(nothing_counted_is_a_table_of_zeros),
		cmocka_unit_test(rows_are_sorted_as_asked),
		cmocka_unit_test(only_finished_calls_count),
		cmocka_unit_test(durations_are_printed_in_microseconds),
		cmocka_unit_test(percentiles_are_as_exact_as_promised),
		cmocka_unit_test(the_deviation_is_that_of_the_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
