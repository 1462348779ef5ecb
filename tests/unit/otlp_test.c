/* SPDX-License-Identifier: MIT */
/* otlp_test.c - spans as OTLP, against messages that protoc made, and what servers answer */

#include "unit/test.h"

#include "export/otlp.h"
#include "export/protobuf.h"

#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <string.h>

#define BODY(s) s, sizeof(s) - 1
#define VECTORS "tests/data/otlp/vectors/"
#define TEXT(s)                                                                                \
	{                                                                                      \
		.kind = SPAN_TEXT, .n = sizeof(s) - 1, .text = (s)                             \
	}
#define INT(i)                                                                                 \
	{                                                                                      \
		.kind = SPAN_INT, .integer = (i)                                               \
	}

static void
load(struct str *out, const char *name)
{
	AUTO(str_done) struct str path = { 0 };
	struct err err = { 0 };

	str_addf(&path, VECTORS "%s", name);
	assert_int_equal(file_read(out, path.data, 0, &err), 0);
}

/* Every kind of value, the ends of their ranges, and texts that are empty or quoted. */
static const struct span_value args[] = { TEXT("./app"), TEXT("--flag"),
	TEXT("\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80") };
static const struct span_attribute pairs[] = { { "a", INT(1) }, { "b", INT(-1) } };
static const struct span_attribute resource[] = {
	{ "service.name", TEXT("renacer-gate") },
	{ "process.pid", INT(4242) },
	{ "process.command_args", { .kind = SPAN_LIST, .n = 3, .items = args } },
};
static const struct span_attribute rich[] = {
	{ "process.exit.code", INT(3) },
	{ "neg", INT(INT64_MIN) },
	{ "max", INT(INT64_MAX) },
	{ "dbl", { .kind = SPAN_DOUBLE, .number = 0.1 } },
	{ "negzero", { .kind = SPAN_DOUBLE, .number = -0.0 } },
	{ "flag", { .kind = SPAN_BOOL, .truth = true } },
	{ "off", { .kind = SPAN_BOOL } },
	{ "raw", { .kind = SPAN_BYTES, .n = 3, .text = "\0\xff\x80" } },
	{ "nested", { .kind = SPAN_MAP, .n = 2, .pairs = pairs } },
	{ "emptystr", TEXT("") },
	{ "novalue", { .kind = SPAN_NOTHING } },
};
static const struct span_attribute boom[] = { { "exception.message",
	TEXT("boom\n\"quoted\"\\") } };
static const struct span_event event = { 1767323045500000000, "exception", boom, 1, 1 };
static const struct span_attribute place[] = {
	{ "code.file.path", TEXT("src/main.c") },
	{ "code.line.number", INT(12) },
	{ "code.function.name", TEXT("main") },
};
#define TRACE_ID                                                                               \
	{                                                                                      \
		0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c,  \
			0x80, 0x31, 0x9c                                                       \
	}
#define ID                                                                                     \
	{                                                                                      \
		0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31                                 \
	}
static const struct span spans[] = {
	{ .trace_id = TRACE_ID,
		.id = ID,
		.parent = { 0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7 },
		.trace_state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
		.flags = 769,
		.name = "./app",
		.kind = SPAN_INTERNAL,
		.start_ns = 1767323045000000000,
		.end_ns = 1767323046234567891,
		.attributes = rich,
		.n_attributes = ARRAY_LEN(rich),
		.n_dropped_attributes = 7,
		.events = &event,
		.n_events = 1,
		.status = { "exit code 3", SPAN_ERROR } },
	{ .trace_id = TRACE_ID,
		.id = { 0, 0, 0, 0, 0, 0, 0, 10 },
		.parent = ID,
		.name = "openat",
		.kind = SPAN_INTERNAL,
		.start_ns = 1767323045100000000,
		.end_ns = 1767323045100000417,
		.attributes = place,
		.n_attributes = ARRAY_LEN(place) },
};
static const struct span_source source = { resource, ARRAY_LEN(resource), "renacer-gate",
	"0.1.0" };

/* Without the link of the vector's first span: 62 bytes, which we never write. The lengths
 * around it are those of the vector, less by so many. */
static void
what_is_written_is_what_protoc_writes(void **state)
{
	AUTO(str_done) struct str wanted = { 0 }, found = { 0 };
	struct protobuf all, one, scopes;
	struct protobuf_field f, span;
	size_t from = 0;
	int n_spans = 0;

	(void)state;
	load(&wanted, "rich_trace.pb");
	otlp_request(&found, OTLP_PROTOBUF, &source, spans, ARRAY_LEN(spans));
	/* The second span, byte for byte, is at the end of both but for the address of the
	 * schema. */
	from = wanted.n - 200;
	assert_memory_equal(found.data + found.n - 200, wanted.data + from, 200);
	all = (struct protobuf){ (uint8_t *)found.data, (uint8_t *)found.data + found.n };
	assert_int_equal(protobuf_next(&all, &f), 1);
	assert_int_equal(f.number, 1);
	one = (struct protobuf){ f.bytes, f.bytes + f.n };
	assert_int_equal(protobuf_next(&all, &f), 0);
	/* The resource is there as it is in the vector. */
	assert_int_equal(protobuf_next(&one, &f), 1);
	assert_int_equal(f.number, 1);
	assert_non_null(memmem(wanted.data, wanted.n, f.bytes, f.n));
	assert_int_equal(protobuf_next(&one, &f), 1);
	assert_int_equal(f.number, 2);
	scopes = (struct protobuf){ f.bytes, f.bytes + f.n };
	while (protobuf_next(&scopes, &f) > 0) {
		if (f.number != 2)
			continue;
		n_spans++;
		/* So is each field of each span. */
		one = (struct protobuf){ f.bytes, f.bytes + f.n };
		while (protobuf_next(&one, &span) > 0)
			if (span.type == PROTOBUF_BYTES)
				assert_non_null(
					memmem(wanted.data, wanted.n, span.bytes, span.n));
	}
	assert_int_equal(n_spans, 2);
}

static void
compare_json(const struct json *a, const struct json *b)
{
	const struct json *x, *y;

	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->kind, b->kind);
	if (a->kind == JSON_TEXT)
		assert_string_equal(a->text, b->text);
	else if (a->kind == JSON_INT)
		assert_int_equal(a->integer, b->integer);
	else if (a->kind == JSON_DOUBLE)
		assert_memory_equal(&a->number, &b->number, sizeof a->number);
	else if (a->kind == JSON_BOOL)
		assert_int_equal(a->truth, b->truth);
	/* Fields of ours that the vector has as well, and of theirs all but links. */
	for (x = a->first, y = b->first; x && y; x = x->next, y = y->next) {
		if (a->kind == JSON_OBJECT && strcmp(x->key, "links") == 0)
			x = x->next;
		if (a->kind == JSON_OBJECT)
			assert_string_equal(x->key, y->key);
		compare_json(x, y);
	}
	assert_true(!x && !y);
}

static void
the_json_form_is_that_of_the_specification(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str wanted = { 0 }, found = { 0 };
	struct json *a = NULL, *b = NULL;
	struct err err = { 0 };

	(void)state;
	load(&wanted, "rich_trace.json");
	otlp_request(&found, OTLP_JSON, &source, spans, ARRAY_LEN(spans));
	assert_null(strchr(found.data, '\n'));
	assert_int_equal(json_parse(&a, arena, wanted.data, wanted.n, &err), 0);
	assert_int_equal(json_parse(&b, arena, found.data, found.n, &err), 0);
	compare_json(a, b);
}

/* The text of the one attribute of the one span. */
static void
put_value(struct str *out, enum otlp_form form, struct span_value value)
{
	const struct span_attribute a = { "k", value };
	const struct span s = { .name = "s", .attributes = &a, .n_attributes = 1 };
	const struct span_source none = { .scope = "t" };

	otlp_request(out, form, &none, &s, 1);
}

static void
text_that_is_not_utf8_is_replaced(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *wanted;
	} rows[] = {
		{ "a\xff z", 4, "a\xef\xbf\xbd z" },
		{ "\xc3", 1, "\xef\xbf\xbd" },
		{ "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
		{ "\xc0\x80", 2, "\xef\xbf\xbd\xef\xbf\xbd" },                 /* overlong */
		{ "\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str out = { 0 }, json = { 0 };
		struct span_value v = {
			.kind = SPAN_TEXT, .n = rows[i].n, .text = rows[i].text
		};

		put_value(&out, OTLP_PROTOBUF, v);
		put_value(&json, OTLP_JSON, v);
		assert_non_null(
			memmem(out.data, out.n, rows[i].wanted, strlen(rows[i].wanted)));
		assert_non_null(strstr(json.data, rows[i].wanted));
		assert_true(utf8_is_valid(json.data, json.n));
	}
}

static void
a_text_may_hold_a_nul(void **state)
{
	AUTO(str_done) struct str out = { 0 }, json = { 0 };
	struct span_value v = { .kind = SPAN_TEXT, .n = 3, .text = "a\0b" };

	(void)state;
	put_value(&out, OTLP_PROTOBUF, v);
	put_value(&json, OTLP_JSON, v);
	assert_non_null(memmem(out.data, out.n,
		"\x0a\x03"
		"a\0b",
		5));
	assert_non_null(strstr(json.data, "a\\u0000b"));
}

static void
numbers_that_json_has_not_are_words(void **state)
{
	static const struct {
		double number;
		const char *wanted;
	} rows[] = {
		{ NAN, "{\"doubleValue\":\"NaN\"}" },
		{ INFINITY, "{\"doubleValue\":\"Infinity\"}" },
		{ -INFINITY, "{\"doubleValue\":\"-Infinity\"}" },
		{ -0.0, "{\"doubleValue\":-0.0}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str out = { 0 };

		put_value(&out, OTLP_JSON,
			(struct span_value){ .kind = SPAN_DOUBLE, .number = rows[i].number });
		assert_non_null(strstr(out.data, rows[i].wanted));
	}
}

static void
spans_are_cut_into_requests_by_size(void **state)
{
	enum { N = 50 };
	AUTO(mem_free) struct span *many = mem_array(N, sizeof *many);
	AUTO(mem_free) char *name = mem_alloc(1001);

	(void)state;
	memset(name, 'x', 1000);
	for (int i = 0; i < N; i++)
		many[i] = (struct span){ .name = name };
	for (int form = OTLP_PROTOBUF; form <= OTLP_JSON; form++) {
		for (size_t limit = 1; limit < 60000; limit = limit * 3 + 1) {
			size_t done = 0, n;

			for (; done < N; done += n) {
				AUTO(str_done) struct str out = { 0 };
				const struct span_source none = { .scope = "t" };

				n = otlp_fit(
					(enum otlp_form)form, many + done, N - done, limit);
				assert_in_range(n, 1, N - done);
				otlp_request(&out, (enum otlp_form)form, &none, many + done, n);
				assert_true(n == 1 || out.n <= limit + 200);
			}
		}
	}
	assert_int_equal(otlp_fit(OTLP_JSON, many, 0, 100), 0);
}

static void
what_a_server_says_is_read(void **state)
{
	static const struct {
		const char *file;
		int64_t n_rejected;
		const char *message;
	} rows[] = {
		{ "response_ok", 0, "" },
		{ "response_partial", 3, "three spans dropped" },
		{ "response_warning", 0, "accepted, but attribute names are deprecated" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int form = OTLP_PROTOBUF; form <= OTLP_JSON; form++) {
			AUTO(str_done) struct str body = { 0 };
			char name[100];
			struct otlp_answer a;

			snprintf(name, sizeof name, "%s.%s", rows[i].file,
				form == OTLP_JSON ? "json" : "pb");
			load(&body, name);
			assert_true(otlp_answer_read(
				&a, (enum otlp_form)form, false, str_text(&body), body.n));
			assert_int_equal(a.n_rejected, rows[i].n_rejected);
			assert_string_equal(a.message, rows[i].message);
		}
}

static void
what_is_no_answer_is_told_apart(void **state)
{
	static const struct {
		enum otlp_form form;
		bool is_failure;
		const char *body;
		size_t n;
		bool is_read;
		int32_t code;
		const char *message;
	} rows[] = {
		{ OTLP_PROTOBUF, true, BODY("\x08\x03\x12\x02hi"), true, 3, "hi" },
		{ OTLP_JSON, true, BODY("{\"code\":5,\"message\":\"no\\u001b[1m\"}"), true, 5,
			"no\\x1b[1m" },
		{ OTLP_JSON, true, BODY("{\"code\":\"16\",\"more\":[1]}"), true, 16, "" },
		{ OTLP_PROTOBUF, true, BODY("\x08"), false, 0, "" },
		{ OTLP_PROTOBUF, true, BODY("\x12\x05hi"), false, 0, "" },
		{ OTLP_PROTOBUF, true, BODY("\x0b"), false, 0, "" },     /* a group */
		{ OTLP_PROTOBUF, true, BODY("\x00\x00"), false, 0, "" }, /* field 0 */
		{ OTLP_PROTOBUF, true, BODY("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
			false, 0, "" },
		{ OTLP_PROTOBUF, false, BODY("<html>"), false, 0, "" },
		{ OTLP_PROTOBUF, false, BODY(""), true, 0, "" },
		{ OTLP_JSON, false, BODY(""), false, 0, "" },
		{ OTLP_JSON, false, BODY("[]"), false, 0, "" },
		{ OTLP_JSON, false, BODY("{\"partialSuccess\":3}"), false, 0, "" },
		{ OTLP_JSON, false, BODY("{\"partialSuccess\":{\"rejectedSpans\":\"x\"}}"),
			false, 0, "" },
		{ OTLP_JSON, false, BODY("{\"partialSuccess\":null}"), true, 0, "" },
		/* An invalid text inside is made printable. */
		{ OTLP_PROTOBUF, true, BODY("\x12\x02\xffz"), true, 0, "\\xffz" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct otlp_answer a;

		assert_int_equal(otlp_answer_read(&a, rows[i].form, rows[i].is_failure,
					 rows[i].body, rows[i].n),
			rows[i].is_read);
		assert_int_equal(a.code, rows[i].code);
		assert_string_equal(a.message, rows[i].message);
	}
}

static void
a_long_message_is_cut_between_letters(void **state)
{
	char body[1000] = "\x12\xc8\x01";
	struct otlp_answer a;

	(void)state;
	for (int i = 0; i < 100; i++)
		memcpy(body + 3 + 2 * i, "\xc3\xa9", 2);
	assert_true(otlp_answer_read(&a, OTLP_PROTOBUF, true, body, 203));
	assert_int_equal(strlen(a.message), 200);
	memcpy(body, "\x12\xd8\x04", 3);
	for (int i = 0; i < 300; i++)
		memcpy(body + 3 + 2 * i, "\xc3\xa9", 2);
	assert_true(otlp_answer_read(&a, OTLP_PROTOBUF, true, body, 603));
	assert_int_equal(strlen(a.message), 298);
	assert_true(utf8_is_valid(a.message, 298));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_what_protoc_writes),
		cmocka_unit_test(the_json_form_is_that_of_the_specification),
		cmocka_unit_test(text_that_is_not_utf8_is_replaced),
		cmocka_unit_test(a_text_may_hold_a_nul),
		cmocka_unit_test(numbers_that_json_has_not_are_words),
		cmocka_unit_test(spans_are_cut_into_requests_by_size),
		cmocka_unit_test(what_a_server_says_is_read),
		cmocka_unit_test(what_is_no_answer_is_told_apart),
		cmocka_unit_test(a_long_message_is_cut_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
