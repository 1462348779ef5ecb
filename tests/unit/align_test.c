/* SPDX-License-Identifier: MIT */
/* align_test.c - edit scripts are right always, and shortest when they can be */

#include "judge/align.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *a, *b, *wanted; /* hunks as "a+n_a:b+n_b " */
};

static const struct row rows[] = {
	{ "", "", "" },
	{ "abc", "abc", "" },
	{ "", "abc", "0+0:0+3 " },
	{ "abc", "", "0+3:0+0 " },
	{ "abc", "axc", "1+1:1+1 " },
	{ "abc", "abxc", "2+0:2+1 " },
	{ "abxc", "abc", "2+1:2+0 " },
	{ "abcdef", "xbcdey", "0+1:0+1 5+1:5+1 " },
	{ "aaaa", "aa", "2+2:2+0 " },
	{ "ab", "ba", "0+1:0+0 2+0:1+1 " },
};

static size_t
numbers(uint32_t *out, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		out[i] = (uint32_t)text[i];
	return n;
}

static void
known_pairs_have_known_scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t a[16], b[16];
		size_t n_a = numbers(a, rows[i].a), n_b = numbers(b, rows[i].b);
		AUTO(hunks_done) struct hunks h = { 0 };
		char got[128] = "";

		align(&h, a, n_a, b, n_b, 0);
		for (size_t j = 0; j < h.n; j++)
			snprintf(got + strlen(got), sizeof got - strlen(got),
				"%zu+%zu:%zu+%zu ", h.items[j].a, h.items[j].n_a, h.items[j].b,
				h.items[j].n_b);
		assert_string_equal(got, rows[i].wanted);
	}
}

/* Applies the script; what is kept must be equal, the rest must fit. Returns the edits. */
static size_t
check_script(
	const struct hunks *h, const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	size_t x = 0, y = 0, edits = 0;

	for (size_t i = 0; i <= h->n; i++) {
		struct hunk end = { n_a, 0, n_b, 0 };
		struct hunk k = i < h->n ? h->items[i] : end;

		assert_true(k.a >= x && k.b >= y && k.a - x == k.b - y);
		if (k.a > x)
			assert_memory_equal(a + x, b + y, (k.a - x) * sizeof *a);
		if (i > 0 && i < h->n)
			assert_true(k.a > x);
		x = k.a + k.n_a;
		y = k.b + k.n_b;
		edits += k.n_a + k.n_b;
	}
	assert_int_equal(x, n_a);
	assert_int_equal(y, n_b);
	return edits;
}

/* The length of the longest common subsequence by the book. */
static size_t
common_length(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	size_t table[41][41] = { 0 };

	for (size_t i = 1; i <= n_a; i++)
		for (size_t j = 1; j <= n_b; j++)
			table[i][j] = a[i - 1] == b[j - 1]
					      ? table[i - 1][j - 1] + 1
					      : MAX(table[i - 1][j], table[i][j - 1]);
	return table[n_a][n_b];
}

static void
random_pairs_have_shortest_scripts(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		uint32_t a[40], b[40];
		size_t n_a = (size_t)rand_r(&seed) % 40, n_b = (size_t)rand_r(&seed) % 40;
		unsigned letters = 1 + (unsigned)rand_r(&seed) % 12;
		AUTO(hunks_done) struct hunks exact = { 0 }, cheap = { 0 };

		for (size_t i = 0; i < n_a; i++)
			a[i] = (unsigned)rand_r(&seed) % letters;
		for (size_t i = 0; i < n_b; i++)
			b[i] = (unsigned)rand_r(&seed) % letters;
		align(&exact, a, n_a, b, n_b, 0);
		assert_int_equal(check_script(&exact, a, n_a, b, n_b),
			n_a + n_b - 2 * common_length(a, n_a, b, n_b));
		align(&cheap, a, n_a, b, n_b, 1);
		check_script(&cheap, a, n_a, b, n_b);
	}
}

static void
too_much_work_ends_with_a_script_that_is_right(void **state)
{
	size_t n = 60000;
	uint32_t *a = mem_array(n, sizeof *a), *b = mem_array(n, sizeof *b);
	AUTO(hunks_done) struct hunks h = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++) {
		a[i] = (uint32_t)i;
		b[i] = i % 3 ? (uint32_t)i : (uint32_t)(i + n); /* every third is another */
	}
	align(&h, a, n, b, n, 0);
	assert_int_equal(check_script(&h, a, n, b, n), 2 * (n / 3));
	mem_free(a);
	mem_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_pairs_have_known_scripts),
		cmocka_unit_test(random_pairs_have_shortest_scripts),
		cmocka_unit_test(too_much_work_ends_with_a_script_that_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
