/* SPDX-License-Identifier: MIT */
/* str_test.c - growing text, quoting as strace does, UTF-8, edit distance */

#include "unit/test.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
an_empty_text_needs_no_memory(void **state)
{
	struct str s = { 0 };

	(void)state;
	assert_string_equal(str_text(&s), "");
	str_clear(&s);
	str_cut(&s, 0);
	assert_null(s.data);
	str_add_n(&s, NULL, 0);
	assert_string_equal(s.data, "");
	str_done(&s);
	str_done(&s);
	assert_string_equal(str_text(&s), "");
}

static void
numbers_are_as_printf_has_them(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 64; bit++) {
		for (int64_t near = -2; near <= 2; near++) {
			uint64_t value = ((uint64_t)1 << bit) + (uint64_t)near;
			AUTO(str_done) struct str got = { 0 }, wanted = { 0 };

			str_add_uint(&got, value);
			str_add_char(&got, ' ');
			str_add_int(&got, (int64_t)value);
			str_add_char(&got, ' ');
			str_add_hex(&got, value);
			str_addf(&wanted, "%llu %lld %#llx", (unsigned long long)value,
				(long long)value, (unsigned long long)value);
			assert_string_equal(got.data, wanted.data);
		}
	}
}

static void
text_grows_byte_by_byte_and_in_pieces(void **state)
{
	AUTO(str_done) struct str s = { 0 };
	AUTO(mem_free) char *taken = NULL;

	(void)state;
	for (int i = 0; i < 5000; i++)
		str_add_char(&s, (char)('a' + i % 26));
	assert_int_equal(s.n, 5000);
	assert_int_equal(strlen(s.data), 5000);
	str_cut(&s, 3);
	assert_string_equal(s.data, "abc");
	str_addf(&s, "%s-%05d", "x", 42);
	assert_string_equal(s.data, "abcx-00042");
	str_addf(&s, "%*s", 100000, "");
	assert_int_equal(s.n, 100010);
	str_clear(&s);
	str_add_n(&s, "a\0b", 3);
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.data, "a\0b", 4);
	taken = str_take(&s);
	assert_memory_equal(taken, "a\0b", 4);
	assert_int_equal(s.n, 0);
	assert_null(s.data);
	mem_free(taken);
	taken = str_take(&s);
	assert_string_equal(taken, "");
}

/* Every length around the growth of the buffer, so that no NUL is written behind it. */
static void
formatted_text_fits_at_every_length(void **state)
{
	(void)state;
	for (int have = 0; have < 70; have++)
		for (int more = 0; more < 70; more++) {
			AUTO(str_done) struct str s = { 0 };

			for (int i = 0; i < have; i++)
				str_add_char(&s, 'x');
			str_addf(&s, "%*s", more, "");
			assert_int_equal(s.n, have + more);
			assert_int_equal(strlen(s.data), have + more);
			assert_true(s.n < s.capacity);
		}
}

static void
quotes_are_as_strace_writes_them(void **state)
{
	static const struct {
		const char *data;
		size_t n, limit;
		const char *wanted;
	} cases[] = {
		{ "", 0, 32, "\"\"" },
		{ "abc", 3, 32, "\"abc\"" },
		{ "abc", 3, 3, "\"abc\"" },
		{ "abcd", 4, 3, "\"abc\"..." },
		{ "abcd", 4, 0, "\"\"..." },
		{ "\n\t\r\f\v\"\\", 7, 32, "\"\\n\\t\\r\\f\\v\\\"\\\\\"" },
		{ "ntrfv", 5, 32, "\"ntrfv\"" },
		{ "\0", 1, 32, "\"\\0\"" },
		{ "\0"
		  "1",
			2, 32, "\"\\0001\"" },
		{ "\0"
		  "8",
			2, 32, "\"\\08\"" },
		{ "\0x", 2, 32, "\"\\0x\"" },
		{ "\x1b[", 2, 32, "\"\\33[\"" },
		{ "\x7f\xff", 2, 32, "\"\\177\\377\"" },
		{ "\xc3\xa9", 2, 32, "\"\\303\\251\"" },
		/* The digit is behind the limit, so nothing follows the escape. */
		{ "\1"
		  "2",
			2, 1, "\"\\1\"..." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str s = { 0 };

		str_add_quoted(&s, cases[i].data, cases[i].n, cases[i].limit);
		assert_string_equal(s.data, cases[i].wanted);
	}
}

/* Unicode 15, 3.9: table 3-7 and its neighbours. */
static const struct {
	const char *data;
	size_t n, len;
} sequences[] = {
	{ "", 0, 0 },
	{ "a", 1, 1 },
	{ "\0", 1, 1 },
	{ "\x7f", 1, 1 },
	{ "\x80", 1, 0 },
	{ "\xbf", 1, 0 },
	{ "\xc0\x80", 2, 0 },
	{ "\xc1\xbf", 2, 0 },
	{ "\xc2\x80", 2, 2 },
	{ "\xc2", 1, 0 },
	{ "\xc2 ", 2, 0 },
	{ "\xc2\xc0", 2, 0 },
	{ "\xdf\xbf", 2, 2 },
	{ "\xe0\x9f\xbf", 3, 0 },
	{ "\xe0\xa0\x80", 3, 3 },
	{ "\xe0\xa0", 2, 0 },
	{ "\xed\x9f\xbf", 3, 3 },
	{ "\xed\xa0\x80", 3, 0 },
	{ "\xed\xbf\xbf", 3, 0 },
	{ "\xef\xbf\xbf", 3, 3 },
	{ "\xf0\x8f\xbf\xbf", 4, 0 },
	{ "\xf0\x90\x80\x80", 4, 4 },
	{ "\xf4\x8f\xbf\xbf", 4, 4 },
	{ "\xf4\x90\x80\x80", 4, 0 },
	{ "\xf5\x80\x80\x80", 4, 0 },
	{ "\xf0\x90\x80", 3, 0 },
	{ "\xff", 1, 0 },
};

static void
only_wellformed_utf8_has_a_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		size_t len = utf8_len(sequences[i].data, sequences[i].n);

		assert_int_equal(len, sequences[i].len);
		assert_int_equal(utf8_is_valid(sequences[i].data, sequences[i].n),
			len == sequences[i].n);
	}
	assert_true(utf8_is_valid("a\xc3\xa9z", 4));
	assert_false(utf8_is_valid("a\xc3\xa9\xffz", 5));
}

static void
nothing_is_read_behind_the_end(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len;
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0),
	     *end = map + page;

	(void)state;
	assert_true(map != MAP_FAILED);
	assert_int_equal(mprotect(end, page, PROT_NONE), 0);
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		AUTO(str_done) struct str s = { 0 };
		size_t n = sequences[i].n;

		memcpy(end - n, sequences[i].data, n);
		utf8_len(end - n, n);
		str_add_quoted(&s, end - n, n, 100);
		str_add_printable(&s, end - n, n);
		str_add_escaped(&s, end - n, n);
		if (n)
			utf8_columns(end - n, n, &len);
	}
	munmap(map, 2 * page);
}

static void
printable_text_is_safe_and_escaped_text_can_be_undone(void **state)
{
	static const struct {
		const char *data, *printable, *escaped;
	} cases[] = {
		{ "a b", "a b", "a b" },
		{ "\xc3\xa9\xe2\x82\xac", "\xc3\xa9\xe2\x82\xac", "\xc3\xa9\xe2\x82\xac" },
		{ "a\tb", "a\tb", "a\\x09b" },
		{ "a\\n", "a\\n", "a\\\\n" },
		{ "a\nb\x7f", "a\\x0ab\\x7f", "a\\x0ab\\x7f" },
		{ "\xff\xc3", "\\xff\\xc3", "\\xff\\xc3" },
		{ "\xc2\x9b", "\\xc2\\x9b", "\\xc2\\x9b" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae" },
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8" },
		{ "\xe2\x81\xa9", "\\xe2\\x81\\xa9", "\\xe2\\x81\\xa9" },
		{ "\xe2\x80\x93", "\xe2\x80\x93", "\xe2\x80\x93" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str printable = { 0 }, escaped = { 0 };
		size_t n = strlen(cases[i].data);

		str_add_printable(&printable, cases[i].data, n);
		str_add_escaped(&escaped, cases[i].data, n);
		assert_string_equal(printable.data, cases[i].printable);
		assert_string_equal(escaped.data, cases[i].escaped);
	}
}

static void
columns_are_those_of_a_terminal(void **state)
{
	static const struct {
		const char *data;
		unsigned columns;
		size_t len;
	} cases[] = {
		{ "a", 1, 1 },
		{ "\t", 1, 1 },
		{ "\n", 4, 1 },
		{ "\x7f", 4, 1 },
		{ "\xff", 4, 1 },
		{ "\xc3", 4, 1 },
		{ "\xc3\xa9", 1, 2 },
		{ "\xcc\x81", 0, 2 },
		{ "\xc2\x85", 8, 2 },
		{ "\xe2\x82\xac", 1, 3 },
		{ "\xe6\x97\xa5", 2, 3 },
		{ "\xef\xbd\x9e", 2, 3 },
		{ "\xed\x9e\xa3", 2, 3 },
		{ "\xed\x9e\xa4", 1, 3 },
		{ "\xe1\x84\x80", 2, 3 },
		{ "\xf0\x9f\x98\x80", 2, 4 },
		{ "\xf0\xaf\xbf\xbd", 2, 4 },
		{ "\xe2\x80\xae", 12, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len;
		unsigned columns = utf8_columns(cases[i].data, strlen(cases[i].data), &len);

		if (columns != cases[i].columns || len != cases[i].len)
			fail_msg("case %zu: %u columns, %zu bytes", i, columns, len);
	}
}

static void
prefixes_suffixes_and_distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} pairs[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "abc", "abc", 0 },
		{ "max_duraton_ms", "max_duration_ms", 1 },
		{ "abc", "acb", 1 },
		{ "ca", "abc", 3 },
		{ "kitten", "sitting", 3 },
		{ "a", "b", 1 },
		{ "check", "chekc", 1 },
	};

	(void)state;
	assert_true(str_has_prefix("abc", "ab"));
	assert_true(str_has_prefix("abc", ""));
	assert_false(str_has_prefix("ab", "abc"));
	assert_true(str_has_suffix("abc", "bc"));
	assert_true(str_has_suffix("abc", ""));
	assert_false(str_has_suffix("bc", "abc"));
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		assert_int_equal(str_distance(pairs[i].a, pairs[i].b), pairs[i].distance);
		assert_int_equal(str_distance(pairs[i].b, pairs[i].a), pairs[i].distance);
	}
}

static void
what_is_on_several_lines_is_told_on_one(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "", "" },
		{ "a  b", "a  b" },
		{ "a\nb", "a b" },
		{ "\n  a \n\t b\r\nc  d\n", "a b c  d" },
		{ " a ", " a " },
		{ "\n\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str s = { 0 };

		str_add_one_line(&s, rows[i].text);
		assert_string_equal(str_text(&s), rows[i].line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_needs_no_memory),
		cmocka_unit_test(numbers_are_as_printf_has_them),
		cmocka_unit_test(text_grows_byte_by_byte_and_in_pieces),
		cmocka_unit_test(formatted_text_fits_at_every_length),
		cmocka_unit_test(quotes_are_as_strace_writes_them),
		cmocka_unit_test(only_wellformed_utf8_has_a_length),
		cmocka_unit_test(nothing_is_read_behind_the_end),
		cmocka_unit_test(printable_text_is_safe_and_escaped_text_can_be_undone),
		cmocka_unit_test(columns_are_those_of_a_terminal),
		cmocka_unit_test(prefixes_suffixes_and_distances),
		cmocka_unit_test(what_is_on_several_lines_is_told_on_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
