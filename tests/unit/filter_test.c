/* SPDX-License-Identifier: MIT */
/* filter_test.c - which calls a trace filter means, and what it says to a wrong one */

#include "unit/test.h"

#include "decode/decode.h"

#include <string.h>

static bool
has(const char *spec, enum call_id id)
{
	struct call_set set = { 0 };
	struct err err = { 0 };

	if (call_set_parse(&set, spec, &err) < 0)
		fail_msg("'%s': %s", spec, err.text);
	return call_set_has(&set, id);
}

static void
names_classes_and_negation_select(void **state)
{
	static const struct {
		const char *spec;
		enum call_id id;
		bool wanted;
	} cases[] = {
		{ "openat,read", CALL_read, true },
		{ "openat,read", CALL_write, false },
		{ "!openat,read", CALL_write, true },
		{ "!openat,read", CALL_read, false },
		{ "%file", CALL_openat, true },
		{ "file", CALL_openat, true },
		{ "file", CALL_read, false },
		{ "%network,close", CALL_close, true },
		{ "network", CALL_sendto, true },
		{ "signal", CALL_rt_sigaction, true },
		{ "stat", CALL_stat, true },
		{ "stat", CALL_fstat, false },
		{ "%stat", CALL_lstat, false },
		{ "%%stat", CALL_lstat, true },
		{ "%%stat", CALL_statx, true },
		{ "pure", CALL_getpid, true },
		{ "/^open", CALL_openat, true },
		{ "/^open/", CALL_open, true },
		{ "/^open/", CALL_close, false },
		{ "all", CALL_unknown, true },
		{ "none", CALL_read, false },
		{ "!none", CALL_read, true },
		{ "?no_such_call,read", CALL_read, true },
		{ "0", CALL_read, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (has(cases[i].spec, cases[i].id) != cases[i].wanted)
			fail_msg("'%s' and %s", cases[i].spec,
				decode_spec_of(cases[i].id)->name);
	}
}

static void
a_wrong_filter_is_refused_with_a_hint(void **state)
{
	static const struct {
		const char *spec, *text, *hint;
	} cases[] = {
		{ "opnat", "unknown system call 'opnat'", "did you mean 'openat'?" },
		{ "read,wriet", "unknown system call 'wriet'", "did you mean 'write'?" },
		{ "%fiel", "unknown class of system calls '%fiel'", "did you mean '%file'?" },
		{ "", "an empty list of system calls",
			"name calls (openat,read), classes (%file) or 'none'" },
		{ "!", "an empty list of system calls",
			"name calls (openat,read), classes (%file) or 'none'" },
		{ "read,,write", "unknown system call ''", NULL },
		{ "/^zzz", "'/^zzz/' fits no system call", NULL },
		{ "99999999", "unknown system call '99999999'", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call_set set = { .bits = { 42 } };
		struct err err = { 0 };

		assert_int_equal(call_set_parse(&set, cases[i].spec, &err), -1);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.kind, ERR_USAGE);
		if (cases[i].hint)
			assert_string_equal(err.hint, cases[i].hint);
		assert_int_equal(set.bits[0], 42); /* written on success alone */
		err_done(&err);
	}
}

static void
a_pattern_that_does_not_compile_is_the_users_error(void **state)
{
	struct call_set set;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(call_set_parse(&set, "/(", &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	err_done(&err);
}

static void
names_of_any_length_are_refused(void **state)
{
	char spec[5000];
	struct call_set set;
	struct err err = { 0 };

	(void)state;
	memset(spec, 'x', sizeof(spec) - 1);
	spec[sizeof(spec) - 1] = '\0';
	assert_int_equal(call_set_parse(&set, spec, &err), -1);
	err_done(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_classes_and_negation_select),
		cmocka_unit_test(a_wrong_filter_is_refused_with_a_hint),
		cmocka_unit_test(a_pattern_that_does_not_compile_is_the_users_error),
		cmocka_unit_test(names_of_any_length_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
