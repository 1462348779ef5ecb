/* SPDX-License-Identifier: MIT */
/* err_test.c - what a user sees of a failure: text, place, caret, hint */

#include "unit/test.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
print_into(char room[1000], const struct err *err)
{
	FILE *out = fmemopen(room, 1000, "w");

	err_print(err, "renacer", out);
	fputc('\0', out);
	fclose(out);
}

static void
assert_printed(const struct err *err, const char *wanted)
{
	char text[1000];

	print_into(text, err);
	assert_string_equal(text, wanted);
}

static void
an_error_prints_text_and_hint(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_printed(&err, "");
	assert_false(err_is_set(&err));
	assert_int_equal(err_set(&err, "no golden '%s'", "x"), -1);
	assert_true(err_is_set(&err));
	assert_int_equal(err.kind, ERR_TOOL);
	assert_printed(&err, "renacer: no golden 'x'\n");
	assert_int_equal(err_hint(&err, "type '%s'", "record"), -1);
	assert_int_equal(err_wrap(&err, "check %d", 7), -1);
	assert_int_equal(err_as(&err, ERR_MISSING), -1);
	assert_int_equal(err.kind, ERR_MISSING);
	assert_printed(&err, "renacer: check 7: no golden 'x'\nhint: type 'record'\n");
	err_done(&err);
	assert_null(err.text);
}

static void
a_system_error_adds_its_reason(void **state)
{
	struct err err = { 0 };

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_sys(&err, "open '%s'", "x"), -1);
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.text, "open 'x': No such file or directory");
	err_done(&err);
}

static void
setting_again_replaces_even_with_the_old_text(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_set(&err, "inner");
	err_hint(&err, "old hint");
	err_set(&err, "outer of '%s'", err.text);
	assert_string_equal(err.text, "outer of 'inner'");
	assert_null(err.hint);
	err_drop(&err);
	assert_false(err_is_set(&err));
}

static void
wrapping_nothing_is_the_wrapping(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_wrap(&err, "outer");
	assert_string_equal(err.text, "outer");
	err_done(&err);
}

static void
the_caret_stands_under_the_token(void **state)
{
	static const struct {
		const char *line;
		uint32_t column, width;
		const char *wanted;
	} cases[] = {
		{ "max = 1", 1, 3, "    4 | max = 1\n      | ^~~\n" },
		{ "max = 1", 7, 0, "    4 | max = 1\n      |       ^\n" },
		{ "max = 1", 7, 1, "    4 | max = 1\n      |       ^\n" },
		{ "max = ", 7, 1, "    4 | max = \n      |       ^\n" },
		/* Behind the end: as far as the line goes. */
		{ "ab", 99, 5, "    4 | ab\n      |   ^\n" },
		{ "ab", 2, 99, "    4 | ab\n      |  ^\n" },
		{ "", 1, 1, "    4 | \n      | ^\n" },
		/* Tabs stay tabs, so they are as wide in both lines. */
		{ "\tk\t= x", 5, 1, "    4 | \tk\t= x\n      | \t \t ^\n" },
		/* Columns are characters, not bytes. */
		{ "\xc3\xa9\xc3\xa9 = x", 6, 1,
			"    4 | \xc3\xa9\xc3\xa9 = x\n      |      ^\n" },
		/* Wide text takes two columns on the terminal, marks none. */
		{ "\xe6\x97\xa5\xe6\x9c\xac = x", 6, 1,
			"    4 | \xe6\x97\xa5\xe6\x9c\xac = x\n      |        ^\n" },
		{ "\xe6\x97\xa5\xe6\x9c\xac = x", 1, 2,
			"    4 | \xe6\x97\xa5\xe6\x9c\xac = x\n      | ^~~~\n" },
		{ "\xf0\x9f\x98\x80x", 2, 1, "    4 | \xf0\x9f\x98\x80x\n      |   ^\n" },
		{ "e\xcc\x81x", 3, 1, "    4 | e\xcc\x81x\n      |  ^\n" },
		/* What cannot be shown is written out, and counted as written. */
		{ "\x1b[x", 3, 1, "    4 | \\x1b[x\n      |      ^\n" },
		{ "\xff\xffx", 3, 1, "    4 | \\xff\\xffx\n      |         ^\n" },
		{ "\xe2\x80\xaex", 2, 1, "    4 | \\xe2\\x80\\xaex\n      |             ^\n" },
		{ "\xc2\x85x", 1, 1, "    4 | \\xc2\\x85x\n      | ^~~~~~~~\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		struct pos at = { .file = "a.toml",
			.row = 4,
			.column = cases[i].column,
			.width = cases[i].width,
			.line = cases[i].line };
		char text[1000];
		const char *line;

		assert_int_equal(err_at(&err, at, "wrong"), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		print_into(text, &err);
		line = strchr(text, '\n') + 1;
		assert_true(strncmp(text, "a.toml:4:", 9) == 0);
		assert_string_equal(line, cases[i].wanted);
		err_done(&err);
	}
}

static void
a_place_may_be_known_in_part(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_at(&err, (struct pos){ .file = "f", .row = 3, .column = 2 }, "wrong");
	assert_printed(&err, "f:3:2: wrong\n");
	err_at(&err, (struct pos){ .file = "f" }, "wrong");
	assert_printed(&err, "f: wrong\n");
	err_at(&err, (struct pos){ 0 }, "wrong");
	assert_printed(&err, "renacer: wrong\n");
	err_done(&err);
}

static void
names_do_not_command_the_terminal(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_at(&err, (struct pos){ .file = "\x1b[2J\n", .row = 1, .column = 1, .line = "x" },
		"no '%s'", "a\nb\x07\xff\xe2\x82\xac");
	err_hint(&err, "try '%s'", "\x1b]0;");
	assert_printed(&err,
		"\\x1b[2J\\x0a:1:1: no 'a\\x0ab\\x07\\xff\xe2\x82\xac'\n    1 | x\n      | ^\n"
		"hint: try '\\x1b]0;'\n");
	err_done(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_prints_text_and_hint),
		cmocka_unit_test(a_system_error_adds_its_reason),
		cmocka_unit_test(setting_again_replaces_even_with_the_old_text),
		cmocka_unit_test(wrapping_nothing_is_the_wrapping),
		cmocka_unit_test(the_caret_stands_under_the_token),
		cmocka_unit_test(a_place_may_be_known_in_part),
		cmocka_unit_test(names_do_not_command_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
