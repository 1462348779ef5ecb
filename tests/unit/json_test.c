/* SPDX-License-Identifier: MIT */
/* json_test.c - writer, reader and tree against each other and against RFC 8259 */

#include "unit/test.h"

#include "base/json.h"

#include <float.h>
#include <string.h>

#define ACCEPT NULL

/* What is not JSON and what we refuse beside that; wanted is part of the message. */
static const struct {
	const char *text, *wanted;
} documents[] = {
	{ "null", ACCEPT },
	{ " \t\r\n[1 , 2]\n", ACCEPT },
	{ "{\"a\":{\"b\":[]},\"c\":{}}", ACCEPT },
	{ "\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\n\\/\"", ACCEPT },
	{ "[-0, 0, 10, -1.5e+10, 1E-2, 0.5, 0e1]", ACCEPT },
	{ "[9223372036854775807, -9223372036854775808, 18446744073709551615]", ACCEPT },
	{ "{\"a\\u0000\":1,\"a\":2,\"a\\u0000b\":3}", ACCEPT },
	{ "{\"a\\u0000b\":1,\"a\\u0000b\":3}", "twice the key 'a'" },
	{ "\"\xf0\x9f\x98\x80\"", ACCEPT },
	{ "", "byte 0: expected a value, found the end" },
	{ "  ", "byte 2: expected a value, found the end" },
	{ "nul", "byte 3: expected null, found the end" },
	{ "nulx", "byte 3: expected null, found 'x'" },
	{ "True", "byte 0: expected a value, found 'T'" },
	{ "NaN", "byte 0" },
	{ "[Infinity]", "byte 1" },
	{ "-Infinity", "byte 1: expected a digit, found 'I'" },
	{ "'a'", "byte 0" },
	{ "[1,]", "byte 3: expected a value, found ']'" },
	{ "[,1]", "byte 1" },
	{ "[1 2]", "byte 3: expected ',' or the closing bracket, found '2'" },
	{ "[1", "byte 2: expected ',' or the closing bracket, found the end" },
	{ "[1}", "byte 2" },
	{ "]", "byte 0" },
	{ "{\"a\":1,}", "byte 7: expected a key in quotes, found '}'" },
	{ "{a:1}", "byte 1: expected a key in quotes or '}', found 'a'" },
	{ "{\"a\" 1}", "byte 5: expected ':', found '1'" },
	{ "{\"a\":}", "byte 5" },
	{ "{\"a\"}", "byte 4" },
	{ "{1:2}", "byte 1" },
	{ "1 2", "byte 2: expected nothing more, found '2'" },
	{ "{}x", "byte 2: expected nothing more, found 'x'" },
	{ "01", "byte 0: a number may not begin with 0" },
	{ "-01", "byte 0: a number may not begin with 0" },
	{ "+1", "byte 0" },
	{ ".5", "byte 0" },
	{ "1.", "byte 2: expected a digit, found the end" },
	{ "[1.]", "byte 3: expected a digit, found ']'" },
	{ "1e", "byte 2" },
	{ "1e+", "byte 3" },
	{ "-", "byte 1" },
	{ "0x10", "byte 1" },
	{ "1e999", "number out of range" },
	{ "18446744073709551616", "integer beyond 64 bits" },
	{ "-9223372036854775809", "integer beyond 64 bits" },
	{ "\"a", "byte 2: expected '\"', found the end" },
	{ "\"a\\", "byte 3" },
	{ "\"\\", "byte 2" },
	{ "\"\\x41\"", "byte 2: expected an escape" },
	{ "\"\\u12\"", "\\u needs four hexadecimal digits" },
	{ "\"\\u12G4\"", "\\u needs four hexadecimal digits" },
	{ "\"\\ud800\"", "byte 1: half of a surrogate pair" },
	{ "\"\\ud800\\u0041\"", "half of a surrogate pair" },
	{ "\"\\ud800x\"", "half of a surrogate pair" },
	{ "\"\\udc00\\ud800\"", "half of a surrogate pair" },
	{ "\"\\ud83d\\ud83d\"", "half of a surrogate pair" },
	{ "\"a\nb\"", "byte 2: a control character in a string must be written \\u000a" },
	{ "\"\x1f\"", "\\u001f" },
	{ "\"\xff\"", "byte 1: invalid UTF-8 (byte 0xff)" },
	{ "\"\xc3\"", "invalid UTF-8" },
	{ "\"\xed\xa0\x80\"", "invalid UTF-8" },
	{ "\"\xc0\x80\"", "invalid UTF-8" },
	{ "\"\xf4\x90\x80\x80\"", "invalid UTF-8" },
	{ "\xef\xbb\xbf{}", "byte 0" },
	{ "// x\n1", "byte 0" },
	{ "{\"a\":1,\"b\":2,\"a\":3}", "twice the key 'a'" },
	{ "{\"a\":1,\"\\u0061\":2}", "twice the key 'a'" },
	{ "{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,\"3\":0}",
		"twice the key '3'" },
};

static void
the_tree_takes_json_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct err err = { 0 };
		struct json *json = NULL;
		int rc = json_parse(
			&json, arena, documents[i].text, strlen(documents[i].text), &err);

		if (documents[i].wanted == ACCEPT && rc < 0)
			fail_msg("%s: %s", documents[i].text, err.text);
		if (documents[i].wanted && rc == 0)
			fail_msg("%s was taken", documents[i].text);
		if (documents[i].wanted && !strstr(err.text, documents[i].wanted))
			fail_msg("%s: %s", documents[i].text, err.text);
		err_done(&err);
	}
}

/* All tokens as text; ends in the message of the error when there is one. */
static void
trace_tokens(struct str *out, const char *text, size_t n, size_t block)
{
	AUTO(json_reader_free) struct json_reader *r = json_reader_new();
	struct err err = { 0 };
	size_t fed = 0;

	for (;;) {
		const char *token_text;
		size_t token_n;
		enum json_token token = json_reader_next(r, &token_text, &token_n, &err);

		if (token == JSON_MORE) {
			/* Copied so that a read behind the block is one behind an allocation.
			 */
			size_t part = MIN(block, n - fed);
			AUTO(mem_free) char *copy = mem_alloc(part);

			memcpy(copy, text + fed, part);
			fed += part;
			json_reader_feed(r, copy, part, fed == n);
			continue;
		}
		str_addf(out, "%d@%llu", token, (unsigned long long)json_reader_offset(r));
		if (token == JSON_KEY || token == JSON_STRING || token == JSON_NUMBER)
			str_add_quoted(out, token_text, token_n, SIZE_MAX);
		str_add_char(out, ' ');
		if (token == JSON_ERROR)
			str_add(out, err.text);
		if (token == JSON_ERROR || token == JSON_DONE)
			break;
	}
	err_done(&err);
}

static void
tokens_do_not_depend_on_the_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		AUTO(str_done) struct str whole = { 0 };
		size_t n = strlen(documents[i].text);

		trace_tokens(&whole, documents[i].text, n, n + 1);
		for (size_t block = 1; block < 12; block++) {
			AUTO(str_done) struct str parts = { 0 };

			trace_tokens(&parts, documents[i].text, n, block);
			assert_string_equal(whole.data, parts.data);
		}
	}
}

static void
an_error_stays(void **state)
{
	AUTO(json_reader_free) struct json_reader *r = json_reader_new();
	struct err err = { 0 };

	(void)state;
	json_reader_feed(r, "[x1]", 4, true);
	assert_int_equal(json_reader_next(r, NULL, NULL, &err), JSON_BEGIN_ARRAY);
	assert_int_equal(json_reader_next(r, NULL, NULL, &err), JSON_ERROR);
	assert_int_equal(json_reader_next(r, NULL, NULL, &err), JSON_ERROR);
	assert_non_null(strstr(err.text, "byte 1"));
	err_done(&err);
}

static void
nesting_has_a_limit(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str s = { 0 };
	struct err err = { 0 };
	struct json *json = NULL;

	(void)state;
	for (int i = 0; i < JSON_DEPTH_READ; i++)
		str_add_char(&s, '[');
	for (int i = 0; i < JSON_DEPTH_READ; i++)
		str_add_char(&s, ']');
	assert_int_equal(json_parse(&json, arena, s.data, s.n, &err), 0);
	str_clear(&s);
	for (int i = 0; i < 1000000; i++)
		str_add(&s, "{\"a\":[");
	assert_int_equal(json_parse(&json, arena, s.data, s.n, &err), -1);
	assert_non_null(strstr(err.text, "nested deeper than 512"));
	err_done(&err);
}

static struct json *
parsed(struct arena *arena, const char *text)
{
	struct err err = { 0 };
	struct json *json = NULL;

	if (json_parse(&json, arena, text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	return json;
}

static void
the_tree_keeps_values_exactly(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct json *json = parsed(arena,
		"{\"max\":9223372036854775807,\"min\":-9223372036854775808,"
		"\"u\":18446744073709551615,\"d\":0.1,\"t\":\"a\\u0000b\","
		"\"l\":[true,false,null],\"e\":\"\",\"big\":1e300,\"h\":9223372036854775808}");

	(void)state;
	assert_int_equal(json->kind, JSON_OBJECT);
	assert_int_equal(json->n, 9);
	assert_string_equal(json->first->key, "max");
	assert_true(json_get(json, "max")->integer == INT64_MAX);
	assert_true(json_get(json, "min")->integer == INT64_MIN);
	assert_false(json_get(json, "min")->is_unsigned);
	assert_true(json_get(json, "u")->is_unsigned);
	assert_true((uint64_t)json_get(json, "u")->integer == UINT64_MAX);
	assert_true(json_get(json, "h")->is_unsigned);
	assert_true(json_get(json, "d")->number == 0.1);
	assert_int_equal(json_get(json, "d")->kind, JSON_DOUBLE);
	assert_int_equal(json_get(json, "t")->n, 3);
	assert_memory_equal(json_get(json, "t")->text, "a\0b", 4);
	assert_int_equal(json_get(json, "l")->n, 3);
	assert_true(json_get(json, "l")->first->truth);
	assert_int_equal(json_get(json, "l")->first->next->next->kind, JSON_NULL);
	assert_string_equal(json_get(json, "e")->text, "");
	assert_int_equal(json_get(json, "max")->offset, 7);
	assert_null(json_get(json, "none"));
	assert_null(json_get(json_get(json, "l"), "a"));
	assert_null(json_get(NULL, "a"));
}

static void
write_sample(struct json_writer *w)
{
	json_begin(w, '{');
	json_key(w, "name");
	json_text(w, "a\"b\\c\n\x01\x7f\xc3\xa9\xff z");
	json_key(w, "list");
	json_begin(w, '(');
	json_int(w, -1);
	json_uint(w, UINT64_MAX);
	json_begin(w, '{');
	json_key(w, "k");
	json_null(w);
	json_end(w, '}');
	json_end(w, ']');
	json_key(w, "empty");
	json_begin(w, '[');
	json_end(w, ']');
	json_key(w, "deep");
	json_begin(w, '[');
	json_begin(w, '{');
	json_end(w, '}');
	json_bool(w, true);
	json_text(w, NULL);
	json_end(w, ']');
	json_end(w, '}');
}

static void
the_writer_puts_every_comma(void **state)
{
	AUTO(str_done) struct str s = { 0 };
	struct json_writer compact = { .out = &s }, wide = { .out = &s, .indent = 2 };

	(void)state;
	write_sample(&compact);
	assert_string_equal(s.data,
		"{\"name\":\"a\\\"b\\\\c\\n\\u0001\x7f\xc3\xa9\xef\xbf\xbd z\","
		"\"list\":[-1,18446744073709551615,{\"k\":null}],\"empty\":[],"
		"\"deep\":[{},true,null]}");
	str_clear(&s);
	write_sample(&wide);
	assert_string_equal(s.data,
		"{\n  \"name\": \"a\\\"b\\\\c\\n\\u0001\x7f\xc3\xa9\xef\xbf\xbd z\",\n"
		"  \"list\": [-1, 18446744073709551615, {\"k\": null}],\n"
		"  \"empty\": [],\n  \"deep\": [\n    {},\n    true,\n    null\n  ]\n}");
}

static void
several_documents_follow_each_other_without_commas(void **state)
{
	AUTO(str_done) struct str s = { 0 };
	struct json_writer w = { .out = &s };

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_begin(&w, '[');
		json_int(&w, i);
		json_end(&w, ']');
		str_add_char(&s, '\n');
	}
	assert_string_equal(s.data, "[0]\n[1]\n");
}

static void
doubles_read_back(void **state)
{
	static const double values[] = { 0, -0.0, 1, 0.1, 1.0 / 3, 1e22, 1e-300, DBL_MAX,
		DBL_MIN, 5e-324, 123456789012345680.0, 3.141592653589793, -2.5 };
	static const char *const texts[] = { "0.0", "-0.0", "1.0", "0.1", "0.3333333333333333",
		"1e+22" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		AUTO(str_done) struct str s = { 0 };
		struct json_writer w = { .out = &s };
		const struct json *json;

		json_double(&w, values[i]);
		if (i < ARRAY_LEN(texts))
			assert_string_equal(s.data, texts[i]);
		json = parsed(arena, s.data);
		assert_int_equal(json->kind, JSON_DOUBLE);
		assert_memory_equal(&json->number, &values[i], sizeof values[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree_takes_json_and_nothing_else),
		cmocka_unit_test(tokens_do_not_depend_on_the_blocks),
		cmocka_unit_test(an_error_stays),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(the_tree_keeps_values_exactly),
		cmocka_unit_test(the_writer_puts_every_comma),
		cmocka_unit_test(several_documents_follow_each_other_without_commas),
		cmocka_unit_test(doubles_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
