/* SPDX-License-Identifier: MIT */
/* scan_test.c - durations, sizes and globs: what is taken and what is not */

#include "unit/test.h"

#include "gate/scan.h"

#include "base/regex.h"

static void
durations_are_a_whole_number_and_a_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns; /* UINT64_MAX: refused */
	} cases[] = {
		{ "500ms", 500000000 },
		{ "30s", 30000000000 },
		{ "2m", 120000000000 },
		{ "1h", 3600000000000 },
		{ "7us", 7000 },
		{ "0s", 0 },
		{ "18446744073709551615ns", UINT64_MAX },
		{ "", UINT64_MAX },
		{ "s", UINT64_MAX },
		{ "30", UINT64_MAX },
		{ "-1s", UINT64_MAX },
		{ "1.5s", UINT64_MAX },
		{ " 1s", UINT64_MAX },
		{ "1s ", UINT64_MAX },
		{ "1S", UINT64_MAX },
		{ "1s1s", UINT64_MAX },
		{ "18446744073709551616ns", UINT64_MAX },
		{ "5124096h", UINT64_MAX },
		{ "99999999999999999999999h", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		uint64_t ns = UINT64_MAX;
		int rc = scan_duration(&ns, cases[i].text, &err);

		assert_int_equal(ns, cases[i].ns);
		assert_int_equal(rc < 0, err_is_set(&err));
		if (rc < 0)
			assert_non_null(err.hint);
		err_done(&err);
	}
}

static void
sizes_know_both_kinds_of_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes; /* UINT64_MAX: refused */
	} cases[] = {
		{ "0", 0 },
		{ "12", 12 },
		{ "12B", 12 },
		{ "1kB", 1000 },
		{ "1KiB", 1024 },
		{ "64MiB", 67108864 },
		{ "64MB", 64000000 },
		{ "3GiB", 3221225472 },
		{ "1KB", UINT64_MAX },
		{ "MiB", UINT64_MAX },
		{ "1 MiB", UINT64_MAX },
		{ "0x10", UINT64_MAX },
		{ "17179869184GiB", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		uint64_t bytes = UINT64_MAX;
		int rc = scan_size(&bytes, cases[i].text, &err);

		assert_int_equal(bytes, cases[i].bytes);
		assert_int_equal(rc < 0, cases[i].bytes == UINT64_MAX);
		err_done(&err);
	}
}

static void
globs_must_close_their_brackets(void **state)
{
	static const struct {
		const char *glob;
		bool good;
	} cases[] = { { "**/x", true }, { "[a-z]*", true }, { "[]a]", true }, { "[!]a]", true },
		{ "a\\[b", true }, { "", false }, { "[", false }, { "[]", false },
		{ "[!]", false }, { "a[b", false }, { "x\\", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(glob_check(cases[i].glob, &err) == 0, cases[i].good);
		err_done(&err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_a_whole_number_and_a_unit),
		cmocka_unit_test(sizes_know_both_kinds_of_units),
		cmocka_unit_test(globs_must_close_their_brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
