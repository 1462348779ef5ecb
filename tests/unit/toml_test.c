/* SPDX-License-Identifier: MIT */
/* toml_test.c - values, places and errors of TOML documents */

#include "unit/test.h"

#include "base/str.h"
#include "base/toml.h"

#include <math.h>
#include <string.h>

static struct toml *
parsed(struct arena *arena, const char *text, size_t n)
{
	struct err err = { 0 };
	struct toml *root = NULL;

	if (toml_parse(&root, arena, "t.toml", text, n, &err) < 0)
		fail_msg("%s\n%s", err.text, err.place);
	return root;
}

/* "a.b" down the tables, a number into an array. */
static const struct toml *
at_path(const struct toml *node, const char *path)
{
	AUTO(mem_free) char *copy = mem_strdup(path);
	char *rest = copy, *step;

	while (node && (step = strsep(&rest, "/"))) {
		if (node->kind == TOML_ARRAY) {
			const struct toml *child = node->first;

			for (int i = *step - '0'; i > 0 && child; i--)
				child = child->next;
			node = child;
		} else {
			node = toml_get(node, step);
		}
	}
	return node;
}

static void
every_kind_of_value_arrives(void **state)
{
	static const char text[] =
		"s = \"a\\u0000b\"\ni = -9223372036854775808\nf = 1.5\n"
		"b = true\nd1 = 1979-05-27T07:32:00Z\n"
		"d2 = 1979-05-27 07:32:00.999999-07:30\n"
		"d3 = 1979-05-27T00:32:00\nd4 = 1979-05-27\nd5 = 07:32:00.5\n"
		"n = nan\na = [1, \"x\", [2]]\nt = { k = 1 }\n";
	static const struct {
		const char *key;
		enum toml_kind kind;
		const char *text;
	} wanted[] = {
		{ "s", TOML_STRING, "a" },
		{ "i", TOML_INTEGER, NULL },
		{ "f", TOML_FLOAT, NULL },
		{ "b", TOML_BOOL, NULL },
		{ "d1", TOML_DATETIME, "1979-05-27T07:32:00Z" },
		{ "d2", TOML_DATETIME, "1979-05-27T07:32:00.999999-07:30" },
		{ "d3", TOML_DATETIME_LOCAL, "1979-05-27T00:32:00" },
		{ "d4", TOML_DATE, "1979-05-27" },
		{ "d5", TOML_TIME, "07:32:00.5" },
		{ "n", TOML_FLOAT, NULL },
		{ "a", TOML_ARRAY, NULL },
		{ "t", TOML_TABLE, NULL },
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct toml *root = parsed(arena, text, sizeof text - 1), *node = root->first;

	(void)state;
	assert_int_equal(root->n, ARRAY_LEN(wanted));
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++, node = node->next) {
		assert_string_equal(node->key, wanted[i].key); /* in the order of the file */
		assert_int_equal(node->kind, wanted[i].kind);
		assert_ptr_equal(node->parent, root);
		if (wanted[i].text)
			assert_string_equal(node->text, wanted[i].text);
	}
	assert_int_equal(toml_get(root, "s")->n, 3);
	assert_memory_equal(toml_get(root, "s")->text, "a\0b", 4);
	assert_true(toml_get(root, "i")->integer == INT64_MIN);
	assert_true(toml_get(root, "f")->number == 1.5);
	assert_true(toml_get(root, "b")->truth);
	assert_true(isnan(toml_get(root, "n")->number));
	assert_int_equal(at_path(root, "a/2/0")->integer, 2);
	assert_int_equal(at_path(root, "t/k")->integer, 1);
	assert_null(toml_get(root, "none"));
	assert_null(toml_get(toml_get(root, "a"), "x"));
}

static const char placed[] =
	"\xef\xbb\xbf\"z\xc3\xa9ta\" = 1 # c\r\n"                       /* 1 */
	"a.b.\"\xc3\xbc c\" = \"x\\ty\"\r\n"                            /* 2 */
	"[t.u]\r\n"                                                     /* 3 */
	"x = [1, {y = 2, z.w = 3.5},\r\n"                               /* 4 */
	"  \"q\"]\r\n"                                                  /* 5 */
	"[[arr]]\r\n"                                                   /* 6 */
	"m = \"\"\"\r\n"                                                /* 7 */
	"line1\r\n"                                                     /* 8 */
	"line2\"\"\"\r\n"                                               /* 9 */
	"\tk = 1979-05-27T07:32:00.5-00:30\r\n"                         /* 10 */
	"[[arr]]\r\n"                                                   /* 11 */
	"[arr.sub]\r\n"                                                 /* 12 */
	"d=2020-01-01\r\n"                                              /* 13 */
	"[t]\n"                                                         /* 14 */
	"b.c=1\n"                                                       /* 15 */
	"b.d=true\n"                                                    /* 16 */
	"\"\xe2\x82\xac\" = '\xe2\x82\xac\xe2\x82\xac' # \xe2\x82\xac"; /* 17 */

static void
every_key_and_value_knows_its_place(void **state)
{
	static const struct {
		const char *path;
		unsigned key[3], value[3]; /* row, column, width */
	} wanted[] = {
		{ "z\xc3\xa9ta", { 1, 1, 6 }, { 1, 10, 1 } },
		{ "a", { 2, 1, 1 }, { 2, 1, 1 } },
		{ "a/b", { 2, 3, 1 }, { 2, 3, 1 } },
		{ "a/b/\xc3\xbc c", { 2, 5, 5 }, { 2, 13, 6 } },
		{ "t", { 3, 2, 1 }, { 14, 1, 3 } },
		{ "t/u", { 3, 4, 1 }, { 3, 1, 5 } },
		{ "t/u/x", { 4, 1, 1 }, { 4, 5, 23 } },
		{ "t/u/x/0", { 0, 0, 0 }, { 4, 6, 1 } },
		{ "t/u/x/1", { 0, 0, 0 }, { 4, 9, 18 } },
		{ "t/u/x/1/y", { 4, 10, 1 }, { 4, 14, 1 } },
		{ "t/u/x/1/z", { 4, 17, 1 }, { 4, 17, 1 } },
		{ "t/u/x/1/z/w", { 4, 19, 1 }, { 4, 23, 3 } },
		{ "t/u/x/2", { 0, 0, 0 }, { 5, 3, 3 } },
		{ "t/b/c", { 15, 3, 1 }, { 15, 5, 1 } },
		{ "t/b/d", { 16, 3, 1 }, { 16, 5, 4 } },
		{ "t/\xe2\x82\xac", { 17, 1, 3 }, { 17, 7, 4 } },
		{ "arr", { 6, 3, 3 }, { 6, 1, 7 } },
		{ "arr/0", { 0, 0, 0 }, { 6, 1, 7 } },
		{ "arr/0/m", { 7, 1, 1 }, { 7, 5, 3 } },
		{ "arr/0/k", { 10, 2, 1 }, { 10, 6, 27 } },
		{ "arr/1", { 0, 0, 0 }, { 11, 1, 7 } },
		{ "arr/1/sub", { 12, 6, 3 }, { 12, 1, 9 } },
		{ "arr/1/sub/d", { 13, 1, 1 }, { 13, 3, 10 } },
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct toml *root = parsed(arena, placed, sizeof placed - 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const struct toml *node = at_path(root, wanted[i].path);
		const unsigned *k = wanted[i].key, *v = wanted[i].value;

		if (!node)
			fail_msg("no %s", wanted[i].path);
		if (node->key_at.row != k[0] || node->key_at.column != k[1] ||
			node->key_at.width != k[2])
			fail_msg("key of %s: %u:%u+%u", wanted[i].path, node->key_at.row,
				node->key_at.column, node->key_at.width);
		if (node->at.row != v[0] || node->at.column != v[1] || node->at.width != v[2])
			fail_msg("value of %s: %u:%u+%u", wanted[i].path, node->at.row,
				node->at.column, node->at.width);
		assert_string_equal(node->at.file, "t.toml");
	}
	/* Lines come without byte order mark, carriage return, newline. */
	assert_string_equal(at_path(root, "z\xc3\xa9ta")->at.line, "\"z\xc3\xa9ta\" = 1 # c");
	assert_string_equal(at_path(root, "t/u/x/2")->at.line, "  \"q\"]");
	assert_string_equal(
		at_path(root, "t/\xe2\x82\xac")->at.line, placed + sizeof placed - 1 - 22);
}

static void
errors_point_at_the_place(void **state)
{
	static const struct {
		const char *text, *place, *message;
	} cases[] = {
		{ "a = 1\na = 2\n", "t.toml:2:", "cannot redefine existing integer 'a'" },
		{ "x = \"abc", "t.toml:1:9\n    1 | x = \"abc\n      |         ^",
			"end-of-file" },
		{ "a = [1\nb=2", "t.toml:2:1\n    2 | b=2\n      | ^", "expected comma" },
		{ "a = 1\n\xff", "t.toml:2:1", "invalid UTF-8: byte 0xff" },
		{ "[a]\n[a]", "t.toml:2:1\n    2 | [a]\n      | ^", "cannot redefine" },
		{ "a = \"\\q\"", "t.toml:1:7", "unknown escape" },
		{ "\xef\xbb\xbfz = = 1", "t.toml:1:5\n    1 | z = = 1\n      |     ^", "" },
		{ "a = 1\r\nb = ?\r\n", "t.toml:2:5\n    2 | b = ?\n      |     ^", "" },
		{ "k = 99999999999999999999", "t.toml:1:", "64 bits" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct err err = { 0 };
		struct toml *root = NULL;

		assert_int_equal(toml_parse(&root, arena, "t.toml", cases[i].text,
					 strlen(cases[i].text), &err),
			-1);
		assert_null(root);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!str_has_prefix(err.place, cases[i].place) ||
			!strstr(err.text, cases[i].message))
			fail_msg("%s\n%s", err.place, err.text);
		assert_false(err.text[0] >= 'A' && err.text[0] <= 'Z');
		err_done(&err);
	}
}

static void
assert_refused(const char *open, size_t times, const char *wanted)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str s = { 0 };
	struct err err = { 0 };
	struct toml *root = NULL;

	str_add(&s, "k = 1 # a 'comment\ns = '''a.b'\n'''\nt = \"\"\"a\\\"\"\"\"\"\"\n");
	str_add(&s, strchr("[{", *open) ? "x = " : "x");
	for (size_t i = 0; i < times; i++)
		str_add(&s, open);
	str_add(&s, " = 1\n");
	assert_int_equal(toml_parse(&root, arena, "t.toml", s.data, s.n, &err), -1);
	if (!strstr(err.text, wanted))
		fail_msg("%s", err.text);
	assert_true(str_has_prefix(err.place, "t.toml:5:"));
	err_done(&err);
}

static void
hostile_nesting_is_an_error_and_no_crash(void **state)
{
	(void)state;
	assert_refused("[", 1000000, "nested value depth of 128");
	assert_refused("{a=", 1000000, "nested value depth of 128");
	assert_refused(".a", 1000000, "a key of more than 128 parts");
	assert_refused(" . \"a\\\"b\" ", 100000, "a key of more than 128 parts");
	assert_refused(".'a#.'", 200, "a key of more than 128 parts");
}

static void
dots_in_text_and_comments_are_not_counted(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str dots = { 0 }, s = { 0 };

	(void)state;
	for (int i = 0; i < 300; i++)
		str_add_char(&dots, '.');
	str_addf(&s, "a = \"\\\"%s\" # \" %s\nb = '%s\\'\nc = \"\"\"\n\"%s\\\"\"\"\"\"\n",
		dots.data, dots.data, dots.data, dots.data);
	str_addf(&s, "d = '''\n%s''''' # %s\n", dots.data, dots.data);
	for (int i = 0; i < 300; i++)
		str_addf(&s, "k%d.x = [1.5, 2.5, 3.5]\n", i);
	assert_int_equal(parsed(arena, s.data, s.n)->n, 304);
}

static void
no_text_is_an_empty_table(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct toml *root = parsed(arena, NULL, 0);

	(void)state;
	assert_int_equal(root->kind, TOML_TABLE);
	assert_int_equal(root->n, 0);
	assert_string_equal(toml_kind_name(TOML_TABLE), "table");
	assert_string_equal(toml_kind_name(TOML_TIME), "time");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_arrives),
		cmocka_unit_test(every_key_and_value_knows_its_place),
		cmocka_unit_test(errors_point_at_the_place),
		cmocka_unit_test(hostile_nesting_is_an_error_and_no_crash),
		cmocka_unit_test(dots_in_text_and_comments_are_not_counted),
		cmocka_unit_test(no_text_is_an_empty_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
