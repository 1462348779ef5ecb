/* SPDX-License-Identifier: MIT */
/* expr_test.c - questions, their answers, and what is said of those that are none */

#include "unit/query_run.h"
#include "unit/trace_events.h"

#include "plain_scan.h"
#include "query/expr.h"

#include <errno.h>

static const struct trace_footer whole = { .n_events = 1 };

/* Ten calls and the life around them. Times are made_event()'s: a microsecond an event. */
static void
play(struct asked *a)
{
	asked_start(a, COLUMNS_ALL & ~COLUMN_BIT(COLUMN_REGION));
	made_call(&a->m, 1, CALL_openat, 5, CWD, S("out"), N(O_WRONLY | O_CREAT), N(0644));
	made_call(&a->m, 1, CALL_write, 3, N(5), OUT("abc"), N(3));
	made_call(&a->m, 1, CALL_write, 1000, N(5), OUT("abc"), N(1000));
	made_call(&a->m, 1, CALL_write, 1, N(1), OUT("x"), N(1));
	made_call(&a->m, 1, CALL_fsync, 0, N(5));
	made_call(&a->m, 1, CALL_rename, 0, S("out"), S("/etc/passwd"));
	made_call(&a->m, 1, CALL_access, -ENOENT, S("/etc/none"), N(0));
	made_call(&a->m, 1, CALL_access, -EACCES, S("/etc/shadow"), N(0));
	made_call(&a->m, 1, CALL_getpid, 1);
	made_call(&a->m, 1, CALL_read, 0, N(0), N(0), N(10));
	made_exit(&a->m, 1, 0);
	asked_finish(a, &whole);
}

/* A selection: matches, and rows to which it applies; of all 10 calls unless said. */
static const struct {
	const char *text;
	uint64_t matched, applied;
} selections[] = {
	{ "syscall == \"write\"", 3, 10 },
	{ "syscall != \"write\"", 7, 10 },
	{ "not syscall == \"write\"", 7, 10 },
	{ "syscall in {\"write\", \"read\"}", 4, 10 },
	{ "syscall not in {\"write\", \"read\"}", 6, 10 },
	{ "family == \"open\"", 1, 10 },
	{ "class == \"file\"", 4, 10 },
	{ "class == \"pure\" or class == \"file\"", 5, 10 },
	{ "class != \"file\"", 6, 10 },
	{ "access == \"write\"", 4, 8 },
	{ "path ~ \"/etc/**\"", 3, 7 },
	{ "path ~ '<cwd>/*'", 5, 7 },
	{ "path ~ \"/box/w/*\"", 5, 7 }, /* the real spelling */
	{ "path !~ \"/etc/**\"", 4, 7 },
	{ "not path ~ \"/etc/**\"", 4, 7 },
	{ "path ~ {\"/etc/none\", \"/dev/**\"}", 1, 7 },
	{ "path =~ \"^/etc/[ns]\"", 2, 7 },
	{ "path =~ {'none$', 'shadow$'}", 2, 7 },
	{ "starts_with(path, \"/etc\")", 3, 7 },
	{ "ends_with(path, {\"none\", \"passwd\"})", 2, 7 },
	{ "contains(path, \"o\")", 7, 7 },
	{ "path == null", 3, 10 },
	{ "path != null", 7, 10 },
	{ "from == null and syscall == \"rename\"", 0, 10 },
	{ "to == \"/etc/passwd\"", 1, 1 },
	{ "from == to", 0, 1 },
	{ "path == fd_name", 4, 4 },
	{ "errno == \"ENOENT\"", 1, 2 },
	{ "errno != \"ENOENT\"", 1, 2 },
	{ "errno != null", 2, 10 },
	{ "bytes > 2", 2, 4 },
	{ "bytes >= 1KiB", 0, 4 },
	{ "bytes in 1..3", 2, 4 },
	{ "bytes in {0, 1000}", 2, 4 },
	{ "bytes not in {0, 1000}", 2, 4 },
	{ "bytes * 2 == 2000", 1, 4 },
	{ "bytes / 4 == 0.75", 1, 4 },
	{ "bytes mod 2 == 1", 2, 4 },
	{ "bytes - 3 == -3", 1, 4 },
	{ "-bytes < 0", 3, 4 },
	{ "bytes == result", 4, 4 },
	{ "result == null", 2, 10 },
	{ "end - start == duration", 10, 10 },
	{ "duration >= 0ns and duration < 1h", 10, 10 },
	{ "duration * 2 >= 0ns", 10, 10 },
	{ "duration / 1ms < 1.5", 10, 10 },
	{ "duration in 0ns..1s", 10, 10 },
	{ "bytes > avg(bytes)", 1, 4 },
	{ "bytes == max(bytes)", 1, 4 },
	{ "true and syscall == \"read\"", 1, 10 },
	{ "(syscall == \"read\") == true", 1, 10 },
	{ "(syscall == \"read\") != (fd == 0)", 0, 6 },
	{ "count() > 100 or syscall == \"read\"", 1, 10 },
	{ "count() > 100 and syscall == \"read\"", 0, 10 },
	/* Guards: an error counts only where the rest leaves the answer open. */
	{ "bytes > 0 and 1000 / bytes == 1", 1, 4 },
	{ "1000 / bytes == 1 and bytes > 0", 1, 4 },
	{ "bytes == 0 or 1000 / bytes > 300", 3, 4 },
	/* Kleene: null and false is false. */
	{ "errno == \"ENOENT\" and syscall == \"write\"", 0, 7 },
	{ "errno == \"ENOENT\" or syscall == \"write\"", 4, 5 },
	/* Life: 1 start, 10 calls, 2 exits (one of them made_finish()'s). */
	{ "event == \"exit\"", 2, 13 },
	{ "event in {\"start\", \"call\"}", 11, 13 },
	{ "status == 0", 2, 2 },
	{ "status == 0 or syscall == \"read\"", 3, 3 },
	{ "signal == \"SIGSEGV\"", 0, 0 },
	{ "process == 1", 10, 10 },
	{ "seq > 0", 10, 10 },
	{ "0x5 == fd", 4, 6 },
	{ "5 == fd and 1_000 == bytes", 1, 4 },
};

static void
selections_match_what_they_say(void **state)
{
	struct asked a;

	(void)state;
	play(&a);
	for (size_t i = 0; i < ARRAY_LEN(selections); i++) {
		AUTO(expr_free) struct expr *e = NULL;
		AUTO(selection_done) struct selection s = { 0 };
		struct plain plain = { .c = a.c };
		struct err err = { 0 };
		uint64_t applied;

		if (expr_parse(&e, selections[i].text, (struct pos){ 0 }, &err) < 0 ||
			expr_select(&s, e, a.c, SIZE_MAX, &err) < 0)
			fail_msg("%s: %s%s", selections[i].text, err.place ? err.place : "",
				err.text);
		assert_true(expr_is_selection(e));
		if (s.n_matched != selections[i].matched ||
			s.n_applied != selections[i].applied)
			fail_msg("%s: %llu of %llu, wanted %llu of %llu", selections[i].text,
				(unsigned long long)s.n_matched,
				(unsigned long long)s.n_applied,
				(unsigned long long)selections[i].matched,
				(unsigned long long)selections[i].applied);
		assert_int_equal(s.n_looked, e->root->also & ALSO_LIFE ? 13 : 10);
		assert_int_equal(s.n_rows, s.n_matched);
		assert_int_equal(plain_count(&plain, e, &applied), s.n_matched);
		assert_int_equal(applied, s.n_applied);
		assert_false(plain.has_failed);
	}
	asked_free(&a);
}

static const struct {
	const char *text, *value;
} values[] = {
	{ "count()", "10" },
	{ "count(syscall == \"write\")", "3" },
	{ "count(where syscall == \"write\")", "3" },
	{ "count(fd == 5 where syscall == \"write\")", "2" },
	{ "exists(errno == \"EACCES\")", "true" },
	{ "any(errno == \"EPERM\")", "false" },
	{ "all(bytes <= 1000)", "true" },
	{ "all(bytes < 1000)", "false" },
	{ "all(signal == \"SIGINT\")", "nothing" },
	{ "all(path ~ \"/**\" where syscall == \"access\")", "true" },
	{ "share(errno != null)", "0.2" },
	{ "share(errno == \"ENOENT\" where errno != null)", "0.5" },
	{ "share(fd == 5 where syscall == \"bpf\")", "nothing" },
	{ "share(errno != null) == 20%", "true" },
	{ "sum(bytes)", "1004" },
	{ "sum(bytes where fd == 5)", "1003" },
	{ "sum(bytes where syscall == \"bpf\")", "0" },
	{ "sum(bytes / 2)", "502" },
	{ "min(bytes)", "0" },
	{ "max(bytes)", "1000" },
	{ "max(bytes where syscall == \"bpf\")", "nothing" },
	{ "max(bytes where syscall == \"bpf\") > 3", "nothing" },
	{ "max(bytes where syscall == \"bpf\") == null", "true" },
	{ "not max(bytes where syscall == \"bpf\") > 3", "nothing" },
	{ "max(bytes where syscall == \"bpf\") > 3 and 1 > 2", "false" },
	{ "avg(bytes)", "251" },
	{ "avg(bytes where syscall == \"bpf\")", "nothing" },
	{ "p50(bytes)", "1" },
	{ "p75(bytes)", "3" },
	{ "p99.9(bytes)", "1000" },
	{ "p100(bytes)", "1000" },
	{ "p50(bytes / 2)", "0.5" },
	{ "min(-bytes)", "-1000" },
	{ "distinct(syscall)", "7" },
	{ "distinct(path)", "4" },
	{ "distinct(bytes)", "4" },
	{ "distinct(path where syscall == \"access\")", "2" },
	{ "max(end) - min(start) >= 0ns", "true" },
	{ "sum(bytes) / count(syscall == \"write\")", "334.667" },
	{ "sum(bytes) < 64KiB and count(syscall == \"fsync\") >= 1", "true" },
	{ "count() in 5..20", "true" },
	{ "count() not in {10}", "false" },
	{ "count() > 0 and 100 / count() == 10", "true" },
	{ "count(syscall == \"bpf\") > 0 and 1 / count(syscall == \"bpf\") > 0", "false" },
	{ "count(duration > 2 * avg(duration))", "0" },
	{ "count(status == 0)", "2" },
	{ "1500us", "1.5ms" },
	{ "1.5s + 250ms", "1.75s" },
	{ "1h", "3600s" },
	{ "2min / 1s", "120" },
	{ "100ms * 1.5", "150ms" },
	{ "100ms / 3", "33.333333ms" },
	{ "7ms mod 2ms", "1ms" },
	{ "-7 mod 2", "-1" },
	{ "4KiB + 1", "4097" },
	{ "1.5KiB", "1536" },
	{ "0x10 + 1_000", "1016" },
	{ "1 / 4", "0.25" },
	{ "3 - 2 - 1", "0" },
	{ "2 + 3 * 4", "14" },
	{ "- - 2", "2" },
	{ "1 < 1.5", "true" },
	{ "9007199254740993 > 9007199254740992.0", "true" },
	{ "9223372036854775807 < 9223372036854775807.0", "true" },
	{ "not true or true", "true" },
	{ "true or false and false", "true" },
	{ "true == false", "false" },
};

static void
values_are_what_they_say(void **state)
{
	struct asked a;

	(void)state;
	play(&a);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		AUTO(expr_free) struct expr *e = NULL;
		AUTO(expr_result_done) struct expr_result r = { 0 };
		AUTO(str_done) struct str text = { 0 };
		struct err err = { 0 };

		if (expr_parse(&e, values[i].text, (struct pos){ 0 }, &err) < 0 ||
			expr_evaluate(&r, e, a.c, &err) < 0)
			fail_msg("%s: %s%s", values[i].text, err.place ? err.place : "",
				err.text);
		assert_false(expr_is_selection(e));
		expr_value_text(&text, &r.value);
		if (strcmp(text.data, values[i].value) != 0)
			fail_msg("%s: %s, wanted %s", values[i].text, text.data,
				values[i].value);
	}
	asked_free(&a);
}

/* An error of reading, or of reckoning: the sentence, where it points, a hint. */
static const struct {
	const char *text, *sentence;
	uint32_t column;
	const char *hint; /* part of it; NULL: there is none */
} errors[] = {
	{ "", "the expression ends here: a question is missing", 1, NULL },
	{ "sycall == \"open\"", "there is no column or function 'sycall'", 1, "'syscall'" },
	{ "syscall == \"openn\"", "no syscall is called 'openn'", 12, "\"open\"" },
	{ "syscall ~ \"openn*\"", "no syscall fits 'openn*'", 11, NULL },
	{ "errno in {\"ENOENT\", \"ENONE\"}", "no errno is called 'ENONE'", 21,
		"did you mean" },
	{ "class == \"networking\"", "no class is called 'networking'", 10, "\"network\"" },
	{ "duration > 10", "'>' does not compare a time with a number", 10, "10ms" },
	{ "duration > 10mss", "'mss' is no unit", 12, "ns us ms" },
	{ "path == 3", "'==' does not compare a text with a number", 6, "in quotes" },
	{ "path < \"a\"", "'<' does not take texts", 6, "== != in" },
	{ "\"a\" == \"a\"", "two literal texts are compared: the answer is always the same", 5,
		NULL },
	{ "bytes", "every event has a number of its own here", 1, "sum(" },
	{ "path", "a text is no question", 1, "compare it" },
	{ "null", "null is no question", 1, NULL },
	{ "syscall = \"open\"", "'=' is no operator here", 9, "==" },
	{ "true && false", "'&&' is no operator here", 6, "and" },
	{ "1 < 2 < 3", "comparisons do not chain", 7, "a < b and b < c" },
	{ "bytes + duration > 1", "'+' does not take a number and a time", 7,
		"duration / 1ms" },
	{ "path + 1 > 1", "'+' does not take a text and a number", 6, NULL },
	{ "bytes mod 1.5 == 0", "'mod' does not take a number and a fraction", 7, "" },
	{ "not bytes", "'not' takes true or false, this is a number", 5, "compare" },
	{ "bytes and true", "'and' takes true or false, this is a number", 1, "compare" },
	{ "count(bytes)", "'count' takes a question about each event, this is a number", 7,
		"compare it" },
	{ "sum(path)", "'sum' takes numbers or times, this is a text", 5, "distinct" },
	{ "sum(bytes where 1 < 2)",
		"'where' takes a question about each event, this is true or false", 17, NULL },
	{ "count(1 < 2)", "this is the same for every event", 7, NULL },
	{ "sum()", "'sum' of what?", 1, NULL },
	{ "distinct(class)", "'distinct' takes texts, numbers or times, this is a set of texts",
		10, NULL },
	{ "count", "'count' is a function", 1, "count(" },
	{ "p0(bytes)", "there is no column or function 'p0'", 1, "" },
	{ "p101(bytes)", "there is no column or function 'p101'", 1, "" },
	{ "path =~ \"(\"",
		"pattern '(' does not compile: column 2: missing closing parenthesis", 9,
		NULL },
	{ "path ~ 3", "a pattern in quotes, or { … } is wanted here", 8, NULL },
	{ "path in \"a\"", "{ … } is wanted here", 9, NULL },
	{ "path in {}", "a text in quotes is wanted here", 10, NULL },
	{ "bytes in {1, 2s}", "a whole number is wanted here", 14, NULL },
	{ "bytes in 9..1", "the range ends before it begins", 10, NULL },
	{ "(true", "the expression ends here: ')' is missing", 6, NULL },
	{ "true true", "the expression could end before this", 6, "'and'" },
	{ "path == \"a", "the text is not closed by \"", 9, NULL },
	{ "path == \"\\q\"", "no such escape in a text", 10, "\\xNN" },
	{ "path == \"\\x00\"", "no such escape in a text", 10, "\\x00" },
	{ "path > null", "'>' does not take null", 6, "==" },
	{ "3 == null", "this is never null", 1, NULL },
	{ "9223372036854775808 > 1", "the number is larger than 9223372036854775807", 1, NULL },
	{ "9000000000TiB > 1", "the number is larger than 9223372036854775807", 1, NULL },
	{ "0.1ns > 1ns", "the number is no whole number of nanoseconds", 1, NULL },
	{ "0xffffffffffffffff > 1", "no hexadecimal number of 63 bits", 1, NULL },
	{ "path == \"/ä\" and §", "a character that has no meaning here", 18, NULL },
	{ "path == \"etc/x\"", "no path fits 'etc/x': paths are absolute", 9, "**/etc/x" },
	{ "exec ~ \"curl\"", "no exec fits 'curl': paths are absolute", 8, "**/curl" },
	{ "path in {\"/x\", \"/x/\"}", "no path fits '/x/': no path ends in a slash", 16,
		"/x/**" },
	{ "peer ~ \"localhost:*\"", "no peer fits 'localhost:*': addresses begin", 8, "inet:" },
	{ "path ~ \"/a[\"", "the bracket in '/a[' is never closed", 8, NULL },
	{ "path == \"/a\"\n and\n bogus", "there is no column or function 'bogus'", 2, "" },
	{ "path == path2", "there is no column or function 'path2'", 9, "'path'" },
	/* Of reckoning. */
	{ "1 / 0 > 1", "division by zero", 3, NULL },
	{ "1 mod 0 > 1", "division by zero", 3, NULL },
	{ "9223372036854775807 + 1 > 0", "the result is too large", 21, NULL },
	{ "1 / count(syscall == \"bpf\") > 1", "division by zero", 3, NULL },
	{ "bytes * 9223372036854775807 > 0", "the result is too large, in event ", 7, NULL },
	{ "1000 / bytes > 1", "division by zero, in event ", 6, NULL },
	{ "sum(bytes * 9200000000000000)", "the result is too large", 1, NULL },
	{ "path =~ \"(a|b|ab|o|u|t|c|w|d|<|>|/)*Z\" or path =~ \"^(([a-z/<>.])+.)+[A-Z]$\"",
		NULL, 0, NULL }, /* takes long, at most: no crash */
	{ "region == \"main\"",
		"'region' cannot be told: nobody asked for it when the table was made", 1,
		NULL },
	{ "line == 1", "'line' cannot be told: the trace holds no stacks", 1,
		"renacer record -k" },
};

static int
ask(const struct asked *a, const char *text, struct err *err)
{
	AUTO(expr_free) struct expr *e = NULL;
	AUTO(selection_done) struct selection s = { 0 };
	AUTO(expr_result_done) struct expr_result r = { 0 };

	if (expr_parse(&e, text, (struct pos){ 0 }, err) < 0)
		return -1;
	return expr_is_selection(e) ? expr_select(&s, e, a->c, 10, err)
				    : expr_evaluate(&r, e, a->c, err);
}

static void
errors_say_what_is_wrong_and_where(void **state)
{
	struct asked a;

	(void)state;
	play(&a);
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct err err = { 0 };
		int rc = ask(&a, errors[i].text, &err);
		char place[64];

		if (!errors[i].sentence) {
			err_done(&err);
			continue;
		}
		if (rc == 0)
			fail_msg("%s: no error", errors[i].text);
		if (strncmp(err.text, errors[i].sentence, strlen(errors[i].sentence)) != 0)
			fail_msg("%s: '%s', wanted '%s'", errors[i].text, err.text,
				errors[i].sentence);
		snprintf(place, sizeof place, ":%u", errors[i].column);
		if (!strstr(err.place, place))
			fail_msg("%s: column %s, at\n%s", errors[i].text, place, err.place);
		if (!errors[i].hint ? err.hint != NULL
				    : !err.hint || !strstr(err.hint, errors[i].hint))
			fail_msg("%s: hint '%s'", errors[i].text,
				err.hint ? err.hint : "(none)");
		err_done(&err);
	}
	asked_free(&a);
}

static void
nesting_and_length_have_limits(void **state)
{
	static const char *const open[] = { "(", "not ", "-", "count(count(" };
	struct asked a;

	(void)state;
	play(&a);
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		AUTO(str_done) struct str text = { 0 };
		struct err err = { 0 };

		while (text.n < 5000)
			str_add(&text, open[i]);
		str_add(&text, "true");
		assert_int_equal(ask(&a, text.data, &err), -1);
		assert_non_null(strstr(err.text, "nested deeper than 64 levels"));
		err_done(&err);
	}
	for (int is_sum = 0; is_sum < 2; is_sum++) {
		AUTO(str_done) struct str text = { 0 };
		struct err err = { 0 };

		str_add(&text, is_sum ? "1" : "true");
		while (text.n < 15000)
			str_add(&text, is_sum ? " + 1" : " and bytes > 1");
		/* Many parts of one `and` are no depth; sums are. */
		assert_int_equal(ask(&a, text.data, &err), is_sum ? -1 : 0);
		while (text.n < 17000)
			str_add(&text, " and true");
		err_done(&err);
		assert_int_equal(ask(&a, text.data, &err), -1);
		assert_non_null(strstr(err.text, "the limit is 16384"));
		err_done(&err);
	}
	asked_free(&a);
}

static void
an_error_points_into_the_line_of_the_configuration(void **state)
{
	static const char line[] = "expression = 'count(erno == \"ENOENT\") < 3'";
	const struct pos at = { .file = "renacer.toml", .row = 7, .column = 14, .line = line };
	AUTO(expr_free) struct expr *e = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(expr_parse(&e, "count(erno == \"ENOENT\") < 3", at, &err), -1);
	assert_non_null(strstr(err.place, "renacer.toml:7:21"));
	err_done(&err);
	/* With escapes the line does not hold the text as it is. */
	assert_int_equal(expr_parse(&e, "count(erno == \"E\\n\")", at, &err), -1);
	assert_non_null(strstr(err.place, "renacer.toml:7: expression:1:7"));
	err_done(&err);
}

static void
parts_tell_what_a_value_rests_on(void **state)
{
	AUTO(expr_free) struct expr *e = NULL;
	AUTO(expr_result_done) struct expr_result r = { 0 };
	struct asked a;
	struct err err = { 0 };

	(void)state;
	play(&a);
	assert_int_equal(
		expr_parse(&e,
			"all(bytes < 3) or max(bytes where fd == 5) > 1 or exists(fd == 9)",
			(struct pos){ 0 }, &err),
		0);
	assert_int_equal(expr_evaluate(&r, e, a.c, &err), 0);
	assert_int_equal(r.n_parts, 3);
	assert_string_equal(r.parts[0].text, "all(bytes < 3)");
	assert_int_equal(r.parts[0].n_looked, 10);
	assert_int_equal(r.parts[0].n_applied, 4);
	assert_int_equal(r.parts[0].n_matched, 2);
	assert_int_equal(r.parts[0].n_rows, 2); /* those that break it */
	assert_int_equal(columns_number(a.c, COLUMN_BYTES, r.parts[0].rows[1]), 1000);
	assert_string_equal(r.parts[1].text, "max(bytes where fd == 5)");
	assert_int_equal(r.parts[1].n_rows, 1); /* the one that has it */
	assert_int_equal(columns_number(a.c, COLUMN_BYTES, r.parts[1].rows[0]), 1000);
	assert_false(r.parts[2].was_asked); /* the second one decided */
	asked_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selections_match_what_they_say),
		cmocka_unit_test(values_are_what_they_say),
		cmocka_unit_test(errors_say_what_is_wrong_and_where),
		cmocka_unit_test(nesting_and_length_have_limits),
		cmocka_unit_test(an_error_points_into_the_line_of_the_configuration),
		cmocka_unit_test(parts_tell_what_a_value_rests_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
