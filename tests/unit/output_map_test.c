/* SPDX-License-Identifier: MIT */
/*
 * output_map_test.c - what each output map equates, and what none may ever equate
 *
 * The property at the end changes texts at random and asks an oracle of its own whether what a
 * map calls equal differs in nothing but what the map names.
 */

#include "base/mem.h"
#include "judge/output_map.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *golden, *run;
	size_t places; /* NEVER: the two stay unequal */
};
#define NEVER SIZE_MAX

static struct output_map
map_of(enum output_map_kind kind)
{
	return (struct output_map){ .kind = kind, .relative = 1e-6 };
}

/* Are the texts equal after the maps? places: of all maps together. */
static bool
equates(const struct output_map *maps, size_t n, const char *golden, const char *run,
	size_t *places)
{
	AUTO(str_done) struct str a = { 0 };
	AUTO(str_done) struct str b = { 0 };
	size_t each[N_OUTPUT_MAPS + 1] = { 0 };
	bool equal;

	str_add(&a, golden);
	str_add(&b, run);
	equal = output_maps_apply(&(struct output_maps){ maps, n }, &a, &b, each);
	*places = 0;
	for (size_t i = 0; i < n; i++)
		*places += each[i];
	return equal;
}

static void
check(const struct output_map *maps, size_t n, const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		const struct row *r = &rows[i];
		size_t places, back;
		bool equal = equates(maps, n, r->golden, r->run, &places);

		if (equal != (r->places != NEVER) || (equal && places != r->places))
			fail_msg("'%s' and '%s': %s, %zu places", r->golden, r->run,
				equal ? "equal" : "unequal", places);
		if (equates(maps, n, r->run, r->golden, &back) != equal)
			fail_msg("'%s' and '%s' the other way round", r->golden, r->run);
		if (!equates(maps, n, r->run, r->run, &places) || places)
			fail_msg("'%s' and itself: %zu places", r->run, places);
	}
}

#define CHECK(kind_, rows_)                                                                    \
	check((const struct output_map[]){ map_of(kind_) }, 1, rows_, ARRAY_LEN(rows_))

static void
bool_case_is_about_two_words_that_stand_alone(void **state)
{
	static const struct row rows[] = {
		{ "True\n", "true\n", 1 },
		{ "False", "false", 1 },
		{ "[True, False]", "[true, false]", 2 },
		{ "a=True b=True", "a=true b=True", 1 },
		{ "{1: True}", "{1: true}", 1 },
		{ "x:True", "x:true", 1 },
		{ "It is True.", "It is true.", 1 },
		{ "True: yes", "true: yes", 1 },
		{ "True\r\n", "true\r\n", 1 },
		{ "True", "false", NEVER },
		{ "True", "TRUE", NEVER },
		{ "True", "tRue", NEVER },
		{ "True", "1", NEVER },
		{ "None", "null", NEVER },
		{ "None", "none", NEVER },
		{ "Truely", "truely", NEVER },
		{ "unTrue", "untrue", NEVER },
		{ "is_True", "is_true", NEVER },
		{ "True_", "true_", NEVER },
		{ "True1", "true1", NEVER },
		{ "éTrue", "étrue", NEVER },
		{ "Trueé", "trueé", NEVER },
		{ "'True'", "'true'", NEVER },
		{ "\"True\"", "\"true\"", NEVER },
		{ "True.txt", "true.txt", NEVER },
		{ "/True/", "/true/", NEVER },
		{ "True-positive", "true-positive", NEVER },
		{ "Kind::True", "Kind::true", NEVER },
		{ "True::x", "true::x", NEVER },
		{ "$True", "$true", NEVER },
		{ "True false", "true true", NEVER },
		{ "True ", "true", NEVER },
		{ "True", "", NEVER },
	};

	(void)state;
	CHECK(MAP_BOOL_CASE, rows);
}

static void
py_repr_quotes_is_about_how_one_string_is_quoted(void **state)
{
	static const struct row rows[] = {
		{ "'a'", "\"a\"", 1 },
		{ "['a', 'b']", "[\"a\", \"b\"]", 2 },
		{ "{'k': 'v'}", "{\"k\": \"v\"}", 2 },
		{ "{'k':'v'}", "{\"k\":\"v\"}", 2 },
		{ "''", "\"\"", 1 },
		{ "name='x'", "name=\"x\"", 1 },
		{ "'say \"hi\"'", "\"say \\\"hi\\\"\"", 1 },
		{ "'it\\'s \"x\"'", "\"it's \\\"x\\\"\"", 1 },
		{ "'it\\'s'", "\"it's\"", 1 },
		{ "'a\\nb'", "\"a\\nb\"", 1 },
		{ "'\\x1b'", "\"\\u{1b}\"", 1 },
		{ "'\\x00'", "\"\\0\"", 1 },
		{ "'\\u200b'", "\"\\u{200b}\"", 1 },
		{ "'\\U0001f600'", "\"\\u{1f600}\"", 1 },
		{ "'\\\\'", "\"\\\\\"", 1 },
		{ "no such file: 'x'.", "no such file: \"x\".", 1 },
		{ "'a'", "\"b\"", NEVER },
		{ "'a'", "a", NEVER },
		{ "'a'", "'a", NEVER },
		{ "'a'", "`a`", NEVER },
		{ "'a'", "\"a \"", NEVER },
		{ "'a\\nb'", "\"a\nb\"", NEVER },
		{ "'A'", "\"\\x41\"", NEVER },
		{ "'\\x0a'", "\"\\n\"", NEVER },
		{ "don't", "don\"t", NEVER },
		{ "rock'n'roll", "rock\"n\"roll", NEVER },
		{ "b'a'", "b\"a\"", NEVER },
		{ "'a'b", "\"a\"b", NEVER },
		{ "'a\nb'", "\"a\nb\"", NEVER },
		{ "\"it's 'x'\"", "\"it's \\\"x\\\"\"", NEVER },
		{ "'\\q'", "\"\\q\"", NEVER },
		{ "'a' 'b'", "\"a' 'b\"", NEVER },
		{ "'\"'", "\"'\"", NEVER },
		{ "'\\\\'", "\"\\\"\"", NEVER },
	};

	(void)state;
	CHECK(MAP_PY_REPR_QUOTES, rows);
}

static void
debug_wrapper_takes_one_wrapper_off_a_value(void **state)
{
	static const struct row rows[] = {
		{ "3", "Some(3)", 1 },
		{ "x = 3", "x = Some(3)", 1 },
		{ "[1, 2]", "Some([1, 2])", 1 },
		{ "[1, 2]", "[Some(1), Ok(2)]", 2 },
		{ "3", "Ok(Some(3))", 2 },
		{ "\"a\"", "String(\"a\")", 1 },
		{ "{\"a\": 1}", "{\"a\": Number(1)}", 1 },
		{ "{\"a\": true}", "{\"a\": Bool(true)}", 1 },
		{ "\"a)b\"", "Some(\"a)b\")", 1 },
		{ "f(3).", "Some(f(3)).", 1 },
		{ "()", "Ok(())", 1 },
		{ "3", "Some(Some(3))", NEVER },
		{ "Some(3)", "Some(Some(3))", NEVER },
		{ "Some(3)", "Some(Some(Some(3)))", NEVER },
		{ "3", "Err(3)", NEVER },
		{ "3", "Some(4)", NEVER },
		{ "3", "Some 3", NEVER },
		{ "3", "Some(3", NEVER },
		{ "3", "Some( 3)", NEVER },
		{ "3", "some(3)", NEVER },
		{ "3", "XSome(3)", NEVER },
		{ "3", "Option::Some(3)", NEVER },
		{ "3", "Some(3)4", NEVER },
		{ "", "Some()", NEVER },
		{ "None", "Some(None)x", NEVER },
		{ "a", "String(a)", NEVER },
		{ "a", "Number(a)", NEVER },
		{ "1", "Bool(1)", NEVER },
		{ "\"3\"", "\"Some(3)\"", NEVER },
		{ "(3", "Some((3)", NEVER },
		{ "3\n", "Some(\n3\n)\n", NEVER },
		{ "None", "null", NEVER },
	};

	(void)state;
	CHECK(MAP_DEBUG_WRAPPER, rows);
}

static void
float_tolerance_is_about_floats_in_one_place(void **state)
{
	static const struct row rows[] = {
		{ "1.0", "1", 1 },
		{ "1e-05", "0.00001", 1 },
		{ "1E5", "100000.0", 1 },
		{ "0.30000000000000004", "0.3", 1 },
		{ "x=1.50 y=2", "x=1.5 y=2", 1 },
		{ "[1.0, 2.0]", "[1, 2]", 2 },
		{ "-0.0", "0.0", 1 },
		{ "0", "-0.0", 1 },
		{ "nan", "NaN", 1 },
		{ "$1.50", "$1.5", 1 },
		{ "50.0%", "50%", 1 },
		{ "a 1.0\nb 2.5\n", "a 1\nb 2.5000001\n", 2 },
		{ "12345678901234567890.0", "12345678901234567890", 1 },
		{ "1.5", "1.6", NEVER },
		{ "1.0", "1.00001", NEVER },
		{ "0.0", "1e-9", NEVER },
		{ "1000000", "1000001", NEVER },
		{ "1", "01", NEVER },
		{ "1", "+1", NEVER },
		{ "1.0", "-1.0", NEVER },
		{ "nan", "0.0", NEVER },
		{ "inf", "1e999", NEVER },
		{ "1e999", "1e998", NEVER },
		{ "1.0", "1.0.0", NEVER },
		{ "1.2.3", "1.20.3", NEVER },
		{ "v1.0", "v1", NEVER },
		{ "1.0s", "1s", NEVER },
		{ "12:30:01.0", "12:30:01", NEVER },
		{ "2024-01-05", "2024-01-5.0", NEVER },
		{ "0x1.0", "0x1", NEVER },
		{ "1.0 2.0", "2.0 1.0", NEVER },
		{ "1.0 2.0", "1.0", NEVER },
		{ "a 1.0", "b 1", NEVER },
		{ "1.0\n", "1", NEVER },
		{ "  1.50", " 1.5", NEVER },
		{ "1.", "1", NEVER },
		{ "'1.0'", "'1'", NEVER },
		{ "file-1.0", "file-1", NEVER },
		{ "1.0\n2.0\n", "1\n", NEVER },
	};
	static const struct output_map exact = { .kind = MAP_FLOAT_TOLERANCE };
	static const struct row exact_rows[] = {
		{ "1.0", "1", 1 },
		{ "1e-05", "0.00001", 1 },
		{ "0.1", "0.1000000000000000000000000000001", NEVER },
		{ "0.30000000000000004", "0.3", NEVER },
		{ "12345678901234567890.0", "12345678901234567891.0", NEVER },
	};
	static const struct output_map absolute = { .kind = MAP_FLOAT_TOLERANCE,
		.absolute = 1e-9 };
	static const struct row absolute_rows[] = {
		{ "0.0", "1e-10", 1 },
		{ "0.0", "1e-8", NEVER },
		{ "1000.0", "1000.001", NEVER },
	};

	(void)state;
	CHECK(MAP_FLOAT_TOLERANCE, rows);
	check(&exact, 1, exact_rows, ARRAY_LEN(exact_rows));
	check(&absolute, 1, absolute_rows, ARRAY_LEN(absolute_rows));
}

static void
json_is_about_values_and_exact(void **state)
{
	static const struct row rows[] = {
		{ "{\"a\":1,\"b\":2}", "{ \"b\" : 2, \"a\" : 1 }", 1 },
		{ "[1,2]\n", "[\n  1,\n  2\n]\n", 1 },
		{ "[1.0]", "[1]", 1 },
		{ "[1e-05]", "[0.00001]", 1 },
		{ "[100]", "[1E+2]", 1 },
		{ "[\"\\u00e9\"]", "[\"é\"]", 1 },
		{ "[\"\\ud83d\\ude00\"]", "[\"😀\"]", 1 },
		{ "[\"\\/\"]", "[\"/\"]", 1 },
		{ "[\"\\u000a\"]", "[\"\\n\"]", 1 },
		{ "[\"\\u0000\"]", "[ \"\\u0000\"]", 1 },
		{ "out:\n{\"a\": 1}\nend\n", "out:\n{\n\"a\":1\n}\nend\n", 1 },
		{ "{\"a\":1}\n{\"b\":2}\n", "{\"a\": 1}\n{\"b\": 2}\n", 2 },
		{ "{\"a\":{\"c\":1,\"b\":[]}}", "{\"a\":{\"b\":[],\"c\":1}}", 1 },
		{ "{\"a\":1,\"a\":2}", "{\"a\": 1, \"a\": 2}", 1 },
		{ "{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}", NEVER },
		{ "{\"a\":1,\"a\":2}", "{\"a\":2}", NEVER },
		{ "[1,2]", "[2,1]", NEVER },
		{ "[1]", "[1,1]", NEVER },
		{ "[1]", "[\"1\"]", NEVER },
		{ "[1]", "[true]", NEVER },
		{ "[null]", "[]", NEVER },
		{ "[]", "{}", NEVER },
		{ "[0]", "[-0]", NEVER },
		{ "[0.1]", "[0.10000000000000001]", NEVER },
		{ "[12345678901234567890]", "[12345678901234567891]", NEVER },
		{ "[9007199254740993]", "[9007199254740992]", NEVER },
		{ "[1e999999999999]", "[1e999999999998]", NEVER },
		{ "[1e99999999999999999999]", "[10e99999999999999999998]", NEVER },
		{ "[\"\\ud83d\"]", "[\"\\ud83e\"]", NEVER },
		{ "[\"\\ud83d\"]", "[\"\xef\xbf\xbd\"]", NEVER },
		{ "[\"\\ude00\\ud83d\"]", "[\"😀\"]", NEVER },
		{ "[\"é\"]", "[\"e\xcc\x81\"]", NEVER },
		{ "[\"a b\"]", "[\"a  b\"]", NEVER },
		{ "[\"a\"]", "['a']", NEVER },
		{ "[1,]", "[1]", NEVER },
		{ "[NaN]", "[null]", NEVER },
		{ "[01]", "[1]", NEVER },
		{ "[+1]", "[1]", NEVER },
		{ "[.5]", "[0.5]", NEVER },
		{ "[1] x", "[ 1] x", NEVER },
		{ "x [1]", "x [ 1]", NEVER },
		{ "{\"a\":1}", "{\"a\":1}\n", NEVER },
		{ "1.0", "1", NEVER },
		{ "{\"a\":1", "{ \"a\":1", NEVER },
		{ "[True]", "[true]", NEVER },
		{ "[1]\n[2]\n", "[2]\n[1]\n", NEVER },
	};

	(void)state;
	CHECK(MAP_JSON, rows);
}

static void
json_of_any_depth_comes_to_an_end(void **state)
{
	AUTO(str_done) struct str deep = { 0 };
	AUTO(str_done) struct str other = { 0 };
	struct output_map map = map_of(MAP_JSON);
	size_t places;

	(void)state;
	for (int i = 0; i < 100000; i++)
		str_add(&deep, "[");
	str_add(&other, str_text(&deep));
	str_add(&other, " ");
	assert_false(equates(&map, 1, str_text(&deep), str_text(&other), &places));
	str_clear(&deep);
	for (int i = 0; i < 100000; i++)
		str_add(&deep, i % 2 ? "Some(" : "Ok(");
	for (int i = 0; i < 100000; i++)
		str_add(&deep, ")");
	map = map_of(MAP_DEBUG_WRAPPER);
	assert_true(equates(&map, 1, str_text(&deep), str_text(&deep), &places));
}

static void
sorted_lines_keep_each_line_and_how_often_it_is_there(void **state)
{
	static const struct row rows[] = {
		{ "a\nb\n", "b\na\n", 1 },
		{ "a\nb", "b\na", 2 },
		{ "c\na\nb\n", "a\nb\nc\n", 1 },
		{ "\na\n", "a\n\n", 1 },
		{ "a\na\nb\n", "a\nb\nb\n", NEVER },
		{ "a\nb\n", "a\n", NEVER },
		{ "a\n", "a\n\n", NEVER },
		{ "a\nb\n", "b\na", NEVER },
		{ "ab\n", "ba\n", NEVER },
		{ "a b\n", "b a\n", NEVER },
		{ "a\r\nb\n", "a\nb\r\n", NEVER },
	};

	(void)state;
	CHECK(MAP_SORTED_LINES, rows);
}

static void
trailing_newline_is_about_exactly_one(void **state)
{
	static const struct row rows[] = {
		{ "a\n", "a", 1 },
		{ "a\nb\n", "a\nb", 1 },
		{ "a\n\n", "a\n", NEVER },
		{ "a\n\n", "a", NEVER },
		{ "\n", "", NEVER },
		{ "\na", "a", NEVER },
		{ "a\r\n", "a", NEVER },
		{ "a ", "a", NEVER },
	};

	(void)state;
	CHECK(MAP_TRAILING_NEWLINE, rows);
}

static void
maps_compose_in_the_order_of_their_list(void **state)
{
	const struct output_map quotes_first[] = { map_of(MAP_BOOL_CASE),
		map_of(MAP_PY_REPR_QUOTES), map_of(MAP_FLOAT_TOLERANCE), map_of(MAP_JSON),
		map_of(MAP_TRAILING_NEWLINE) };
	const struct output_map sort_last[] = { map_of(MAP_BOOL_CASE),
		map_of(MAP_SORTED_LINES) };
	const struct output_map sort_first[] = { map_of(MAP_SORTED_LINES),
		map_of(MAP_BOOL_CASE) };
	static const struct row composed[] = {
		{ "{'b': True, 'a': [1.0, 'x\"y']}\n", "{\"a\":[1,\"x\\\"y\"],\"b\":true}", 6 },
		{ "[\"\\u00e9\", 1]\n", "[\"é\",1]\n", 1 },
		{ "{'b': True}\n", "{\"b\":false}", NEVER },
	};
	size_t places;

	(void)state;
	check(quotes_first, ARRAY_LEN(quotes_first), composed, ARRAY_LEN(composed));
	assert_true(equates(sort_last, 2, "a\nTrue\nb\n", "true\nb\na\n", &places));
	assert_false(equates(sort_first, 2, "True\na\n", "b\ntrue\n", &places));
	assert_false(equates(sort_first, 2, "X\nTrue\n", "true\nX\n", &places));
}

/*
 * The property.
 */
static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static const char *const pieces[] = { "True", "true", "False", "false", "'", "\"", "\\", "\\'",
	"\\\"", "a", "b", "x", " ", "\n", "Some(", "Ok(", ")", "(", "[", "]", "{", "}", ",",
	":", "1", "0", ".", "-", "e", "1.5", "1.50", "1e3", "\\n", "\\x1b", "\\u{1b}", "é",
	"\\u00e9", "\"k\":", "null", "\t", "String(\"", "::", "=", "\"a\"", "'a'", "\r" };

/* What maps are about; put side by side, with whatever comes around them. */
static const char *const kin[][2] = {
	{ " True ", " true " },
	{ " 'a' ", " \"a\" " },
	{ "['\\x1b','\"']", "[\"\\u{1b}\",\"\\\"\"]" },
	{ " Some(1.5) ", " 1.5 " },
	{ "[Ok(Some(1))]", "[1]" },
	{ " 1e3 ", " 1000 " },
	{ "\n[1, 0]\n", "\n[1,0]\n" },
	{ "\n{\"b\":1,\"a\":0}\n", "\n{\"a\":0,\"b\":1}\n" },
	{ "\na\nb\n", "\nb\na\n" },
	{ "x\n", "x" },
};

static const char *
random_piece(uint64_t *seed)
{
	return pieces[next_random(seed) % ARRAY_LEN(pieces)];
}

/* Two texts of which the second has one or two pieces exchanged, put in or taken out. */
static void
random_pair(struct str *a, struct str *b, uint64_t *seed)
{
	size_t n = 1 + next_random(seed) % 12, n_changes = 1 + next_random(seed) % 2;
	const char *words[12], *changed[12];

	for (size_t i = 0; i < n; i++)
		words[i] = changed[i] = random_piece(seed);
	if (next_random(seed) % 2) {
		size_t at = next_random(seed) % n, which = next_random(seed) % ARRAY_LEN(kin);
		size_t side = next_random(seed) % 2;

		words[at] = kin[which][side];
		changed[at] = kin[which][!side];
		n_changes--;
	}
	while (n_changes--) {
		size_t at = next_random(seed) % n, other = next_random(seed) % n;

		if (next_random(seed) % 4 == 0) {
			const char *word = changed[at];

			changed[at] = changed[other];
			changed[other] = word;
		} else {
			changed[at] = next_random(seed) % 4 ? random_piece(seed) : "";
		}
	}
	str_clear(a);
	str_clear(b);
	for (size_t i = 0; i < n; i++) {
		str_add(a, words[i]);
		str_add(b, changed[i]);
	}
}

static void
drop(struct str *s, const char *word)
{
	AUTO(str_done) struct str kept = { 0 };
	size_t n = strlen(word);

	for (size_t at = 0; at < s->n; at++) {
		if (s->n - at >= n && memcmp(s->data + at, word, n) == 0)
			at += n - 1;
		else
			str_add_char(&kept, s->data[at]);
	}
	str_clear(s);
	str_add_n(s, str_text(&kept), kept.n);
}

static int
compare_bytes(const void *x, const void *y)
{
	return *(const unsigned char *)x - *(const unsigned char *)y;
}

static void
sort_bytes(struct str *s)
{
	if (s->n)
		qsort(s->data, s->n, 1, compare_bytes);
}

/* Takes from the text all that the map may pass over, however it stands there: what is left
 * must be equal. Coarser than the map, and made in another way. */
static void
reduce(enum output_map_kind kind, struct str *s)
{
	static const char *const names[] = { "Some", "Ok", "String", "Number", "Bool", "(", ")",
		NULL };

	switch (kind) {
	case MAP_BOOL_CASE:
		for (size_t i = 0; i < s->n; i++)
			if (s->data[i] == 'T' || s->data[i] == 'F')
				s->data[i] |= 0x20;
		break;
	case MAP_PY_REPR_QUOTES:
		drop(s, "\\x1b");
		drop(s, "\\u{1b}");
		drop(s, "\\'");
		drop(s, "\\\"");
		drop(s, "'");
		drop(s, "\"");
		drop(s, "\\");
		break;
	case MAP_DEBUG_WRAPPER:
		for (size_t i = 0; names[i]; i++)
			drop(s, names[i]);
		break;
	case MAP_SORTED_LINES:
		sort_bytes(s);
		break;
	case MAP_TRAILING_NEWLINE:
		if (s->n && s->data[s->n - 1] == '\n')
			str_cut(s, s->n - 1);
		break;
	case MAP_JSON:
		drop(s, " ");
		drop(s, "\t");
		drop(s, "\n");
		drop(s, "\r");
		drop(s, "\\u00e9");
		drop(s, "é");
		drop(s, "0");
		drop(s, ".");
		drop(s, "e");
		drop(s, "3");
		drop(s, "5");
		drop(s, "1");
		sort_bytes(s);
		break;
	case MAP_FLOAT_TOLERANCE:
	case N_OUTPUT_MAPS:
		for (const char *c = "0123456789.e-"; *c; c++)
			drop(s, (const char[]){ *c, '\0' });
		break;
	}
}

static void
what_a_map_equates_differs_in_what_it_names_alone(void **state)
{
	AUTO(str_done) struct str a = { 0 };
	AUTO(str_done) struct str b = { 0 };
	uint64_t seed = 20261121;
	size_t n_equated[N_OUTPUT_MAPS] = { 0 }, places;

	(void)state;
	for (size_t round = 0; round < 200000; round++) {
		struct output_map map =
			map_of((enum output_map_kind)(round % (unsigned)N_OUTPUT_MAPS));
		AUTO(mem_free) char *was_a = NULL;
		AUTO(mem_free) char *was_b = NULL;

		random_pair(&a, &b, &seed);
		was_a = mem_strdup(str_text(&a));
		was_b = mem_strdup(str_text(&b));
		if (strcmp(was_a, was_b) == 0 || !equates(&map, 1, was_a, was_b, &places))
			continue;
		n_equated[map.kind]++;
		if (!places)
			fail_msg("%s: '%s' and '%s' at no place", output_map_names[map.kind],
				was_a, was_b);
		reduce(map.kind, &a);
		reduce(map.kind, &b);
		if (strcmp(str_text(&a), str_text(&b)) != 0)
			fail_msg("%s equates '%s' and '%s'", output_map_names[map.kind], was_a,
				was_b);
	}
	for (int i = 0; i < N_OUTPUT_MAPS; i++)
		if (!n_equated[i])
			fail_msg("%s: no pair was ever equal", output_map_names[i]);
}

/* One form for both, whatever they are: then equality is an equivalence, and a second pass
 * changes nothing. */
static void
every_map_leaves_its_own_form_alone(void **state)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str other = { 0 };
	uint64_t seed = 4;

	(void)state;
	for (size_t round = 0; round < 50000; round++) {
		struct output_map map =
			map_of((enum output_map_kind)(round % (unsigned)N_OUTPUT_MAPS));
		AUTO(str_done) struct str a = { 0 };
		AUTO(str_done) struct str b = { 0 };
		AUTO(mem_free) char *once = NULL;

		if (map.kind == MAP_DEBUG_WRAPPER) /* takes one off each time */
			continue;
		random_pair(&text, &other, &seed);
		str_add(&a, str_text(&text));
		str_add(&b, str_text(&text));
		output_map_apply(&map, &a, &b);
		once = mem_strdup(str_text(&a));
		output_map_apply(&map, &a, &b);
		if (strcmp(once, str_text(&a)) != 0)
			fail_msg("%s: '%s', then '%s'", output_map_names[map.kind], once,
				str_text(&a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bool_case_is_about_two_words_that_stand_alone),
		cmocka_unit_test(py_repr_quotes_is_about_how_one_string_is_quoted),
		cmocka_unit_test(debug_wrapper_takes_one_wrapper_off_a_value),
		cmocka_unit_test(float_tolerance_is_about_floats_in_one_place),
		cmocka_unit_test(json_is_about_values_and_exact),
		cmocka_unit_test(json_of_any_depth_comes_to_an_end),
		cmocka_unit_test(sorted_lines_keep_each_line_and_how_often_it_is_there),
		cmocka_unit_test(trailing_newline_is_about_exactly_one),
		cmocka_unit_test(maps_compose_in_the_order_of_their_list),
		cmocka_unit_test(what_a_map_equates_differs_in_what_it_names_alone),
		cmocka_unit_test(every_map_leaves_its_own_form_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
