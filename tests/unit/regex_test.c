/* SPDX-License-Identifier: MIT */
/* regex_test.c - patterns that match, that do not compile, that would run for ever; globs */

#include "unit/test.h"

#include "base/mem.h"
#include "base/regex.h"

#include <string.h>

static struct regex *
compiled(const char *pattern)
{
	struct err err = { 0 };
	struct regex *r = NULL;

	assert_int_equal(regex_new(&r, pattern, &err), 0);
	return r;
}

static void
a_search_gives_where_the_match_is(void **state)
{
	static const struct {
		const char *pattern, *text;
		size_t from;
		int start, end; /* -1: none */
	} cases[] = {
		{ "b+", "aabbbc", 0, 2, 5 },
		{ "b+", "aabbbc", 3, 3, 5 },
		{ "b+", "aabbbc", 5, -1, -1 },
		{ "", "abc", 3, 3, 3 },
		{ "^a", "ba", 1, -1, -1 },
		{ "\\d{4}-\\d\\d-\\d\\d", "on 2026-11-21.", 0, 3, 13 },
		{ "x", "", 0, -1, -1 },
		{ "x", "x", 2, -1, -1 },
		{ "(?=a\\Kb|ab\\K)", "ab", 0, 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(regex_free) struct regex *r = NULL;
		size_t start = 99, end = 99;
		bool gave_up = true, found;
		struct err err = { 0 };

		if (regex_new(&r, cases[i].pattern, &err) < 0) {
			/* Later versions of PCRE2 refuse \K in a look-around. */
			assert_non_null(strstr(cases[i].pattern, "\\K"));
			err_done(&err);
			continue;
		}
		found = regex_find(r, cases[i].text, strlen(cases[i].text), cases[i].from,
			&start, &end, &gave_up);
		assert_false(gave_up);
		assert_int_equal(found, cases[i].start >= 0);
		if (found) {
			assert_true(start <= end && end <= strlen(cases[i].text));
			assert_int_equal(end, cases[i].end);
		}
	}
}

static void
bytes_that_are_not_text_are_searched_too(void **state)
{
	AUTO(regex_free) struct regex *r = compiled("\\x00\\xff+");
	static const char data[] = "a\0\xff\xff z";
	size_t start, end;

	(void)state;
	assert_true(regex_find(r, data, sizeof data - 1, 0, &start, &end, NULL));
	assert_int_equal(start, 1);
	assert_int_equal(end, 4);
	assert_false(regex_find(r, NULL, 0, 0, NULL, NULL, NULL));
}

static void
a_pattern_that_does_not_compile_names_the_column(void **state)
{
	static const struct {
		const char *pattern, *column;
	} cases[] = {
		{ "a(b", "column 4" },
		{ "*a", "column 1" },
		{ "[z-a]", "column 4" },
		{ "\xc3\xa9(", "column 3" },
		{ "(*UTF)a", "column" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		struct regex *r = NULL;

		assert_int_equal(regex_new(&r, cases[i].pattern, &err), -1);
		assert_null(r);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, cases[i].column));
		assert_non_null(strstr(err.text, cases[i].pattern));
		err_done(&err);
	}
}

static void
a_search_that_takes_too_long_gives_up_and_says_so(void **state)
{
	AUTO(regex_free) struct regex *r = compiled("(a+)+$");
	char text[41];
	bool gave_up = false;

	(void)state;
	memset(text, 'a', 40);
	text[40] = 'b';
	assert_false(regex_find(r, text, sizeof text, 0, NULL, NULL, &gave_up));
	assert_true(gave_up);
	assert_true(regex_find(r, text, 40, 0, NULL, NULL, &gave_up));
	assert_false(gave_up);
}

static void
globs_match_whole_paths(void **state)
{
	static const struct {
		const char *glob, *path;
		bool wanted;
	} cases[] = {
		{ "a", "a", true },
		{ "a", "ab", false },
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "*", "abc", true },
		{ "*", "a/b", false },
		{ "*", ".hidden", true },
		{ "a*c", "abcbc", true },
		{ "a*c", "ab/c", false },
		{ "*.c", "x.c", true },
		{ "*.c", "d/x.c", false },
		{ "**.c", "d/x.c", true },
		{ "**/*.c", "d/e/x.c", true },
		{ "**/*.c", "x.c", true },
		{ "**/*.c", "/x.c", true },
		{ "a/**/b", "a/b", true },
		{ "a/**/b", "a/x/b", true },
		{ "a/**/b", "a/x/y/b", true },
		{ "a/**/b", "a/xb", false },
		{ "a/**/b", "ab", false },
		{ "a/**", "a", true },
		{ "a/**", "a/b/c", true },
		{ "a/**", "ab", false },
		{ "**", "/any/thing", true },
		{ "**", "", true },
		{ "**/__pycache__/**", "x/__pycache__/y.pyc", true },
		{ "**/__pycache__/**", "__pycache__/y.pyc", true },
		{ "**/__pycache__/**", "/a/b/__pycache__", true },
		{ "**/__pycache__/**", "x/my__pycache__/y", false },
		{ "**/a/*/b/**/c", "x/a/q/a/y/b/z/w/c", true },
		{ "**/a/*/b/**/c", "x/a/q/r/b/c", false },
		{ "?", "a", true },
		{ "?", "\xc3\xa9", true },
		{ "?", "\xff", true },
		{ "?", "/", false },
		{ "?", "", false },
		{ "[a-c]x", "bx", true },
		{ "[a-c]x", "dx", false },
		{ "[!a-c]x", "dx", true },
		{ "[^a-c]x", "ax", false },
		{ "[!a]", "/", false },
		{ "[]]", "]", true },
		{ "[a-]", "-", true },
		{ "[\\]a]", "]", true },
		{ "[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true },
		{ "[a", "[a", true },
		{ "[", "[", true },
		{ "\\*", "*", true },
		{ "\\*", "x", false },
		{ "\\", "\\", true },
		{ "{a,b}", "a", false },
		{ "{a,b}", "{a,b}", true },
		{ "***", "a/b", true },
		{ "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (glob_matches(cases[i].glob, cases[i].path) != cases[i].wanted)
			fail_msg("'%s' against '%s'", cases[i].glob, cases[i].path);
}

static void
no_glob_takes_exponential_time(void **state)
{
	AUTO(mem_free) char *path = mem_alloc(4001), *glob = mem_alloc(601);

	(void)state;
	memset(path, 'a', 4000);
	for (int i = 0; i < 600; i += 3)
		memcpy(glob + i, i % 2 ? "*a?" : "**a", 3);
	glob[599] = 'b';
	assert_false(glob_matches(glob, path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_gives_where_the_match_is),
		cmocka_unit_test(bytes_that_are_not_text_are_searched_too),
		cmocka_unit_test(a_pattern_that_does_not_compile_names_the_column),
		cmocka_unit_test(a_search_that_takes_too_long_gives_up_and_says_so),
		cmocka_unit_test(globs_match_whole_paths),
		cmocka_unit_test(no_glob_takes_exponential_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
