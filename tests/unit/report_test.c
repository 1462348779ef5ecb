/* SPDX-License-Identifier: MIT */
/*
 * report_test.c - reports say what there is, stay within limits, and survive hostile text
 *
 * With REPORT_DIR set, each report is left there for a validator to read
 * (tests/cli/reports.sh).
 */

#include "report/report.h"

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct finding some_members[] = {
	{ .level = FINDING_ERROR,
		.rule_id = "renacer/bytes",
		.subject = "path <cwd>/log content",
		.text = "file <cwd>/log: line 9 differs: wanted 'total 12', found 'total 13'" },
};

static struct unseen some_unseen[] = { { "opaque_bytes", "bytes not seen", 7 } };

static struct finding some_findings[] = {
	{ .level = FINDING_ERROR,
		.rule_id = "renacer/bytes",
		.subject = "stdout content",
		.text = "stdout: line 3 differs: wanted 'total 12', found 'total 13'",
		.wanted = "'total 12'",
		.found = "'total 13'",
		.detail = "--- golden\n+++ run\n@@ -2,2 +2,2 @@\n two\n-total 12\n+total 13\n",
		.evidence = "write(1, \"total 13\\n\", 9) = 9",
		.hint = "renacer-gate record greet",
		.known = "[[known]]\ntarget = \"greet\"\n",
		.members = some_members,
		.n_members = 1,
		.at = { .file = "golden/greet.golden", .row = 4, .column = 1 } },
	{ .level = FINDING_ERROR,
		.rule_id = "renacer/rule/span_count",
		.subject = "calls",
		.text = "calls: 130 > 100",
		.at = { .file = "renacer.toml", .row = 12, .column = 1 } },
};

static struct outcome some_outcomes[] = {
	{ .name = "calls",
		.type = "span_count",
		.kind = VERDICT_FAIL,
		.text = "calls: 130 > 100",
		.n_events = 130,
		.at = { .file = "renacer.toml", .row = 12, .column = 1 } },
	{ .name = "memory",
		.type = "memory_usage",
		.kind = VERDICT_PASS,
		.text = "3 bytes <= 4 bytes" },
	{ .name = "later", .type = "anti_pattern", .kind = VERDICT_SKIP, .text = "disabled" },
};

static const struct facts some_facts = {
	.n_calls = 130, .wall_ns = 5000000, .has_all_calls = true
};

static struct verdict some_verdicts[] = {
	{ .target = "hello",
		.kind = VERDICT_PASS,
		.profile = PROFILE_EFFECTS,
		.text = "7 effects, 1 rule kept",
		.facts = &some_facts,
		.golden_path = "golden/hello.golden",
		.time_ns = 12000000 },
	{ .target = "greet",
		.kind = VERDICT_FAIL,
		.profile = PROFILE_EFFECTS,
		.text = "1 difference, 1 broken rule",
		.findings = some_findings,
		.n_findings = 2,
		.outcomes = some_outcomes,
		.n_outcomes = 3,
		.facts = &some_facts,
		.first = "stdout: line 3 differs: wanted 'total 12', found "
			 "'total 13', by write(1, \"total 13\\n\", 9) = 9",
		.basis = { .is_known = true,
			.n_calls = 130,
			.n_bytes = 40,
			.n_streams = 1,
			.n_processes = 1,
			.unseen = some_unseen,
			.n_unseen = 1 },
		.performance = { .run = { .is_known = true,
					 .wall_ns = 5000000,
					 .n_calls = 130 },
			.golden = { .is_known = true, .wall_ns = 15000000, .n_calls = 300 },
			.golden_name = "target 'greet-py'" },
		.n_runs = 1,
		.golden_path = "golden/greet.golden",
		.config_path = "renacer.toml",
		.command = "build/greet --name Alice",
		.output = "warning: x\n",
		.at = { .file = "renacer.toml", .row = 5, .column = 1 },
		.time_ns = 104000000 },
	{ .target = "new",
		.kind = VERDICT_MISSING,
		.profile = PROFILE_EFFECTS,
		.text = "no golden",
		.at = { .file = "/abs/renacer.toml", .row = 9, .column = 1 },
		.config_path = "/abs/renacer.toml" },
	{ .target = "slow",
		.kind = VERDICT_SKIP,
		.profile = PROFILE_EFFECTS,
		.text = "not for this machine" },
	{ .target = "lossy",
		.kind = VERDICT_INCONCLUSIVE,
		.profile = PROFILE_EFFECTS,
		.text = "the trace is incomplete: 3 events lost" },
};

static const struct verdicts some = { .items = some_verdicts,
	.n = ARRAY_LEN(some_verdicts),
	.tool_version = "0.1.0",
	.command = "check",
	.started_ns = 1767323045678000000,
	.time_ns = 3210000000,
	.exit_status = 5 };

static void
write_report(struct str *out, const char *format, const struct verdicts *v,
	const struct report_opts *opts)
{
	static const struct report_opts usual = { 0 };
	const struct report_format *f = report_format_by_name(format);
	struct err err = { 0 };

	assert_non_null(f);
	assert_int_equal(f->write(out, v, opts ? opts : &usual, &err), 0);
	err_done(&err);
}

/* For a validator outside. */
static void
leave(const char *name, const struct str *text)
{
	const char *dir = getenv("REPORT_DIR");
	AUTO(str_done) struct str path = { 0 };
	struct err err = { 0 };

	if (!dir)
		return;
	str_addf(&path, "%s/%s", dir, name);
	assert_int_equal(file_write(str_text(&path), text->data, text->n, 0644, &err), 0);
}

static void
check_json(const struct str *text)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct json *doc;
	struct err err = { 0 };

	if (json_parse(&doc, arena, text->data, text->n, &err) < 0)
		fail_msg("%s", err.text);
}

static void
check_xml(const struct str *text)
{
	xmlDocPtr doc = xmlReadMemory(
		text->data, (int)text->n, "junit.xml", NULL, XML_PARSE_NONET | XML_PARSE_HUGE);

	assert_non_null(doc);
	xmlFreeDoc(doc);
}

static void
text_is_short_when_all_is_well(void **state)
{
	AUTO(str_done) struct str out = { 0 };
	struct verdicts v = some;

	(void)state;
	v.n = 1;
	write_report(&out, "text", &v, NULL);
	assert_string_equal(str_text(&out), "PASS    hello  7 effects, 1 rule kept  0.012 s\n1 "
					    "target: 1 passed in 3.210 s\n");
}

static void
text_says_everything_when_it_is_not(void **state)
{
	AUTO(str_done) struct str out = { 0 };
	struct verdicts v = some;

	(void)state;
	v.items = some_verdicts + 1;
	v.n = 1;
	write_report(&out, "text", &v, NULL);
	assert_string_equal(str_text(&out),
		"FAIL    greet  1 difference, 1 broken rule  0.104 s\n"
		"    1. first divergence: stdout: line 3 differs: wanted 'total 12', found "
		"'total "
		"13'\n"
		"       | --- golden\n"
		"       | +++ run\n"
		"       | @@ -2,2 +2,2 @@\n"
		"       |  two\n"
		"       | -total 12\n"
		"       | +total 13\n"
		"       call     write(1, \"total 13\\n\", 9) = 9\n"
		"       with it  file <cwd>/log: line 9 differs: wanted 'total 12', found "
		"'total 13'\n"
		"       at       golden/greet.golden:4\n"
		"    2. rule 'calls': calls: 130 > 100\n"
		"       at       renacer.toml:12\n"
		"       to accept it: renacer-gate record greet\n"
		"       to accept it until a date: -v prints the [[known]] table\n"
		"       the target's stderr ended with\n"
		"       | warning: x\n"
		"       rests on 1 run and one of target 'greet-py': 130 calls, 40 bytes, 0 "
		"paths, 1 "
		"stream, 1 process, 0 connections; not seen or not compared: 7 bytes not seen\n"
		"       cost, traced: 5.0 ms against 15.0 ms (3.0 times as fast), 130 against "
		"300 "
		"calls, 0 bytes, 0 processes\n"
		"1 target: 1 failed in 3.210 s\n");
}

static void
quiet_text_keeps_what_failed_and_the_total(void **state)
{
	AUTO(str_done) struct str out = { 0 };
	struct report_opts opts = { .verbosity = -1 };

	(void)state;
	write_report(&out, "text", &some, &opts);
	assert_null(strstr(out.data, "hello"));
	assert_non_null(strstr(out.data, "FAIL    greet"));
	assert_non_null(strstr(out.data, "5 targets: 1 without a golden, 1 failed, 1 "
					 "inconclusive, 1 passed, 1 skipped"));
}

static void
colour_only_when_asked(void **state)
{
	AUTO(str_done) struct str plain = { 0 };
	AUTO(str_done) struct str colored = { 0 };
	struct report_opts opts = { .color = true, .verbosity = 1 };

	(void)state;
	write_report(&plain, "text", &some, NULL);
	write_report(&colored, "text", &some, &opts);
	assert_null(strchr(plain.data, '\033'));
	assert_non_null(strstr(colored.data, "\033[31mFAIL\033[0m"));
	assert_non_null(strstr(colored.data, "\033[32m+total 13\033[0m"));
	assert_non_null(strstr(colored.data, "rule pass         memory: 3 bytes <= 4 bytes"));
}

static void
a_sentence_is_broken_where_the_terminal_ends(void **state)
{
	AUTO(str_done) struct str out = { 0 };
	struct report_opts opts = { .width = 40 };
	struct verdicts v = some;

	(void)state;
	v.items = some_verdicts + 1;
	v.n = 1;
	write_report(&out, "text", &v, &opts);
	assert_non_null(strstr(out.data, "    1. first divergence: stdout: line 3\n"
					 "       differs: wanted 'total 12', found\n"));
}

static void
json_holds_every_verdict_and_finding(void **state)
{
	AUTO(str_done) struct str out = { 0 };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct json *doc;
	struct err err = { 0 };
	const struct json *greet;

	(void)state;
	write_report(&out, "json", &some, NULL);
	leave("some.json", &out);
	assert_int_equal(json_parse(&doc, arena, out.data, out.n, &err), 0);
	assert_string_equal(json_get(doc, "schema")->text, "renacer.gate.v1");
	assert_string_equal(json_get(doc, "started")->text, "2026-01-02T03:04:05.678Z");
	assert_int_equal(json_get(doc, "exit_status")->integer, 5);
	assert_int_equal(json_get(json_get(doc, "counts"), "error")->integer, 1);
	assert_int_equal(json_get(doc, "targets")->n, 5);
	greet = json_get(doc, "targets")->first->next;
	assert_string_equal(json_get(greet, "verdict")->text, "fail");
	assert_int_equal(json_get(greet, "findings")->n, 2);
	assert_int_equal(json_get(greet, "rules")->n, 3);
}

static void
junit_has_a_case_for_the_golden_and_for_each_rule(void **state)
{
	AUTO(str_done) struct str strict = { 0 };
	AUTO(str_done) struct str rich = { 0 };
	struct report_opts opts = { .strict_junit = true };

	(void)state;
	write_report(&strict, "junit", &some, &opts);
	write_report(&rich, "junit", &some, NULL);
	check_xml(&strict);
	check_xml(&rich);
	leave("some.strict.xml", &strict);
	leave("some.rich.xml", &rich);
	assert_non_null(strstr(strict.data,
		"tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\" time=\"0.104\""));
	assert_non_null(strstr(strict.data, "<testsuites>"));
	assert_non_null(
		strstr(strict.data, "<testcase name=\"golden (effects)\" classname=\"greet\""));
	assert_non_null(strstr(strict.data,
		"<testcase name=\"rule calls\" classname=\"greet\" time=\"0.000\">"));
	assert_non_null(strstr(rich.data, "file=\"renacer.toml\" line=\"12\""));
	assert_non_null(strstr(rich.data, "type=\"missing-golden\""));
	assert_non_null(strstr(rich.data, "type=\"inconclusive\""));
	assert_non_null(strstr(rich.data, "tests=\"8\" failures=\"2\" errors=\"2\""));
}

static void
junit_names_are_unique(void **state)
{
	AUTO(str_done) struct str out = { 0 };
	struct outcome twins[] = { some_outcomes[1], some_outcomes[1], some_outcomes[1] };
	struct verdict v[] = {
		{ .target = "t", .text = "", .outcomes = twins, .n_outcomes = 3 },
		{ .target = "t", .text = "", .outcomes = twins, .n_outcomes = 1 }
	};
	struct verdicts all = { .items = v, .n = 2 };

	(void)state;
	write_report(&out, "junit", &all, NULL);
	assert_non_null(strstr(out.data, "name=\"rule memory\""));
	assert_non_null(strstr(out.data, "name=\"rule memory (2)\""));
	assert_non_null(strstr(out.data, "name=\"rule memory (4)\""));
	assert_non_null(strstr(out.data, "name=\"golden (strict) (2)\""));
}

/* Every kind that is not a pass must be seen by a reader of JUnit. */
static void
no_bad_verdict_is_green_in_any_format(void **state)
{
	static const char *const formats[] = { "junit", "sarif", "github" };
	static const char *const signs[] = { "</failure>|</error>|<failure |<error ",
		"\"ruleId\"", "::error" };

	(void)state;
	for (int kind = VERDICT_FLAKY; kind < N_VERDICTS; kind++)
		for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
			struct verdict v = {
				.target = "t", .kind = (enum verdict_kind)kind, .text = "why"
			};
			struct verdicts all = { .items = &v, .n = 1 };
			AUTO(str_done) struct str out = { 0 };
			AUTO(arena_free) struct arena *arena = arena_new();
			char *any = arena_strdup(arena, signs[i]);
			bool seen = false;

			write_report(&out, formats[i], &all, NULL);
			for (char *sign = strtok(any, "|"); sign; sign = strtok(NULL, "|"))
				seen |= strstr(out.data, sign) != NULL;
			if (!seen)
				fail_msg("%s hides %s: %s", formats[i], verdict_names[kind],
					out.data);
		}
}

static void
sarif_points_into_the_repository(void **state)
{
	AUTO(str_done) struct str out = { 0 };

	(void)state;
	write_report(&out, "sarif", &some, NULL);
	check_json(&out);
	leave("some.sarif", &out);
	assert_non_null(strstr(out.data, "\"uri\": \"golden/greet.golden\""));
	assert_non_null(strstr(out.data, "\"uri\": \"renacer.toml\""));
	assert_null(strstr(out.data, "/abs"));
	assert_non_null(strstr(out.data, "\"endTimeUtc\": \"2026-01-02T03:04:08.888Z\""));
}

static void
sarif_fingerprints_do_not_depend_on_lines(void **state)
{
	struct finding moved[2] = { some_findings[0], some_findings[0] };
	struct verdict v = some_verdicts[1];
	struct verdicts all = { .items = &v, .n = 1 };
	AUTO(str_done) struct str first = { 0 };
	AUTO(str_done) struct str second = { 0 };
	const char *a, *b;

	(void)state;
	v.findings = moved;
	v.n_findings = 2;
	write_report(&first, "sarif", &all, NULL);
	moved[0].at.row += 10;
	moved[0].text = "other words";
	write_report(&second, "sarif", &all, NULL);
	a = strstr(first.data, "primaryLocationLineHash");
	b = strstr(second.data, "primaryLocationLineHash");
	assert_memory_equal(a, b, 46);
	assert_non_null(strstr(a, ":1\""));
	assert_non_null(strstr(a, ":2\"")); /* the same effect twice */
	moved[0].subject = "stderr content";
	str_clear(&second);
	write_report(&second, "sarif", &all, NULL);
	b = strstr(second.data, "primaryLocationLineHash");
	assert_int_not_equal(memcmp(a, b, 46), 0);
}

static void
notes_of_an_expected_fail_raise_no_alert(void **state)
{
	struct finding note = some_findings[0];
	struct verdict v = some_verdicts[0];
	struct verdicts all = { .items = &v, .n = 1 };
	AUTO(str_done) struct str sarif = { 0 };
	AUTO(str_done) struct str github = { 0 };

	(void)state;
	note.level = FINDING_NOTE;
	v.findings = &note;
	v.n_findings = 1;
	write_report(&sarif, "sarif", &all, NULL);
	write_report(&github, "github", &all, NULL);
	assert_null(strstr(sarif.data, "\"ruleId\""));
	assert_non_null(strstr(sarif.data, "\"results\": []"));
	assert_int_equal(github.n, 0);
}

static size_t
count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
		n++;
	return n;
}

static void
github_commands_are_escaped(void **state)
{
	struct finding f = some_findings[0];
	struct verdict v = some_verdicts[1];
	struct verdicts all = { .items = &v, .n = 1 };
	AUTO(str_done) struct str out = { 0 };

	(void)state;
	f.at.file = "a,b:c%.golden";
	f.text = "100% off";
	f.detail = NULL;
	v.target = "x:y";
	v.findings = &f;
	v.n_findings = 1;
	write_report(&out, "github", &all, NULL);
	assert_string_equal(out.data, "::error file=a%2Cb%3Ac%25.golden,line=4,title=x%3Ay%3A "
				      "fail::100%25 off%0Ahint: "
				      "renacer-gate record greet\n");
}

static void
limits_of_the_readers_are_kept(void **state)
{
	size_t n = 30000;
	struct finding *many = mem_array(n, sizeof *many);
	struct verdict v = some_verdicts[1];
	struct verdicts all = { .items = &v, .n = 1 };
	AUTO(str_done) struct str sarif = { 0 };
	AUTO(str_done) struct str github = { 0 };
	AUTO(str_done) struct str markdown = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++)
		many[i] = some_findings[0];
	v.findings = many;
	v.n_findings = n;
	write_report(&sarif, "sarif", &all, NULL);
	check_json(&sarif);
	assert_int_equal(count_of(sarif.data, "\"ruleId\""), 5000);
	assert_non_null(strstr(sarif.data, "25000 results are left out"));
	write_report(&github, "github", &all, NULL);
	assert_int_equal(count_of(github.data, "\n"), 10);
	assert_non_null(strstr(github.data, "29991 more findings"));
	write_report(&markdown, "markdown", &all, NULL);
	assert_in_range(markdown.n, 1000, 900 * 1024);
	mem_free(many);
}

static void
a_summary_of_many_targets_stays_under_its_limit(void **state)
{
	size_t n = 20000;
	struct verdict *many = mem_array(n, sizeof *many);
	struct verdicts all = some;
	AUTO(str_done) struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++)
		many[i] = some_verdicts[i % 2];
	all.items = many;
	all.n = n;
	write_report(&out, "markdown", &all, NULL);
	assert_in_range(out.n, 500 * 1024, 900 * 1024);
	assert_non_null(strstr(out.data, "more | not shown here"));
	assert_non_null(strstr(out.data, "The rest is left out"));
	/* The failures come first. */
	assert_true(strstr(out.data, "greet") < strstr(out.data, "| hello |") ||
		    !strstr(out.data, "| hello |"));
	mem_free(many);
}

/*
 * Hostile text in every field.
 */
static const char *const hostile[] = {
	"]]>",
	"<script>alert(1)</script>&amp;\"'",
	"::error::pwned",
	"  ::set-output name=a::b",
	"a long sentence that ends in ::error::pwned",
	"a\n::error::pwned\n",
	"x ##[error]pwned",
	"###[[error]",
	"\033[31mred\033[0m\007\b",
	"\xef\xbf\xbe \xef\xbf\xbf",
	"\xed\xa0\x80 \xff\xfe \xc3( \xf4\x90\x80\x80",
	"\xe2\x80\xae desrever \xe2\x81\xa6",
	"\xc2\x85 \302\23331m",
	"\xe2\x80\xa8::error::x",
	"\xf0\x9f\xbf\xbf",
	"`````` ~~~ | a | b |\n# head",
	"[x](http://evil.example) ![y](z) @everyone",
	"%0A::error::x%25 a,b:c=d",
	"\r\n\r::error::x",
	"\x01\x02\x1f\x7f",
	"{\"a\": \"b\\u0000\"}",
	"../../etc/passwd",
	"/abs/path",
	"é ü 日本 🎉",
	"",
};

static void
make_hostile(struct verdict *v, struct finding *f, struct outcome *o, const char *text)
{
	*f = (struct finding){ .level = FINDING_ERROR,
		.rule_id = "renacer/bytes",
		.subject = text,
		.text = text,
		.wanted = text,
		.found = text,
		.detail = text,
		.evidence = text,
		.hint = text,
		.at = { .file = text, .row = 1, .column = 1 } };
	*o = (struct outcome){
		.name = text, .type = text, .kind = VERDICT_FAIL, .text = text, .at = f->at
	};
	*v = (struct verdict){ .target = text,
		.kind = VERDICT_FAIL,
		.text = text,
		.findings = f,
		.n_findings = 1,
		.outcomes = o,
		.n_outcomes = 1,
		.golden_path = text,
		.config_path = text,
		.command = text,
		.output = text,
		.at = f->at };
}

/* No control, no stray byte, nothing that turns text round, no command for a runner but ours.
 */
static void
check_harmless(const char *format, const char *text, size_t n)
{
	bool may_command = strcmp(format, "github") == 0;
	bool at_start = true;
	static const char *const banned[] = { "##[", "\xe2\x80\xae", "\xe2\x81\xa6",
		"\xe2\x80\xa8", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xc2\x85", "\xc2\x9b" };

	if (!utf8_is_valid(text, n))
		fail_msg("%s: invalid UTF-8", format);
	for (size_t i = 0; i < ARRAY_LEN(banned); i++)
		if (strstr(text, banned[i]))
			fail_msg("%s lets through '%s'", format, banned[i]);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			fail_msg("%s: byte 0x%02x at %zu", format, c, i);
		if (at_start && !may_command && strncmp(text + i, "::", 2) == 0)
			fail_msg("%s: a command: %.40s", format, text + i);
		at_start = c == '\n' || (at_start && (c == ' ' || c == '\t'));
	}
}

static void
hostile_text_stays_text_in_every_format(void **state)
{
	size_t n = ARRAY_LEN(hostile);
	struct verdict *v = mem_array(n, sizeof *v);
	struct finding *f = mem_array(n, sizeof *f);
	struct outcome *o = mem_array(n, sizeof *o);
	struct verdicts all = {
		.items = v, .n = n, .tool_version = "0.1.0", .command = hostile[4]
	};

	(void)state;
	for (size_t i = 0; i < n; i++)
		make_hostile(&v[i], &f[i], &o[i], hostile[i]);
	for (const struct report_format *format = report_formats; format->name; format++) {
		AUTO(str_done) struct str out = { 0 };
		AUTO(str_done) struct str name = { 0 };

		write_report(&out, format->name, &all, NULL);
		check_harmless(format->name, out.data, out.n);
		str_addf(&name, "hostile.%s", format->name);
		leave(str_text(&name), &out);
		if (strcmp(format->name, "json") == 0 || strcmp(format->name, "sarif") == 0)
			check_json(&out);
		if (strcmp(format->name, "junit") == 0)
			check_xml(&out);
		if (strcmp(format->name, "github") == 0) {
			/* One line a command, each ours. */
			assert_int_equal(count_of(out.data, "\n"), 10);
			assert_int_equal(count_of(out.data, "\n::error "), 9);
		}
		if (strcmp(format->name, "markdown") == 0)
			/* Only inside fences: detail, hint and output. */
			assert_int_equal(count_of(out.data, "<script"), 3);
	}
	{
		AUTO(str_done) struct str out = { 0 };
		struct report_opts strict = { .strict_junit = true, .width = 15 };

		write_report(&out, "text", &all, &strict);
		check_harmless("text", out.data, out.n);
		str_clear(&out);

		write_report(&out, "junit", &all, &strict);
		check_harmless("junit", out.data, out.n);
		leave("hostile.strict.xml", &out);
	}
	mem_free(v);
	mem_free(f);
	mem_free(o);
}

static void
a_line_of_a_megabyte_is_cut(void **state)
{
	AUTO(mem_free) char *line = mem_alloc((1 << 20) + 1);
	struct verdict v;
	struct finding f;
	struct outcome o;
	struct verdicts all = { .items = &v, .n = 1 };

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		memset(line, turn ? '\033' : 'x', 1 << 20);
		make_hostile(&v, &f, &o, line);
		for (const struct report_format *format = report_formats; format->name;
			format++) {
			AUTO(str_done) struct str out = { 0 };

			write_report(&out, format->name, &all, NULL);
			check_harmless(format->name, out.data, out.n);
			assert_in_range(out.n, 100, 8 << 20);
		}
	}
}

static void
nothing_at_all_can_be_reported(void **state)
{
	struct verdicts none = { .exit_status = 3 };

	(void)state;
	for (const struct report_format *f = report_formats; f->name; f++) {
		AUTO(str_done) struct str out = { 0 };

		write_report(&out, f->name, &none, NULL);
		if (strcmp(f->name, "junit") == 0)
			check_xml(&out);
		if (strcmp(f->name, "json") == 0 || strcmp(f->name, "sarif") == 0)
			check_json(&out);
	}
	assert_null(report_format_by_name("nope"));
}

static void
a_verdict_of_nothing_but_its_kind_can_be_reported(void **state)
{
	struct finding f = { .rule_id = "renacer/other" };
	struct outcome o = { .kind = VERDICT_ERROR };
	struct verdict v = { .kind = VERDICT_ERROR,
		.findings = &f,
		.n_findings = 1,
		.outcomes = &o,
		.n_outcomes = 1 };
	struct verdicts all = { .items = &v, .n = 1 };

	(void)state;
	for (const struct report_format *format = report_formats; format->name; format++) {
		AUTO(str_done) struct str out = { 0 };

		write_report(&out, format->name, &all, NULL);
		check_harmless(format->name, out.data, out.n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_short_when_all_is_well),
		cmocka_unit_test(text_says_everything_when_it_is_not),
		cmocka_unit_test(quiet_text_keeps_what_failed_and_the_total),
		cmocka_unit_test(colour_only_when_asked),
		cmocka_unit_test(a_sentence_is_broken_where_the_terminal_ends),
		cmocka_unit_test(json_holds_every_verdict_and_finding),
		cmocka_unit_test(junit_has_a_case_for_the_golden_and_for_each_rule),
		cmocka_unit_test(junit_names_are_unique),
		cmocka_unit_test(no_bad_verdict_is_green_in_any_format),
		cmocka_unit_test(sarif_points_into_the_repository),
		cmocka_unit_test(sarif_fingerprints_do_not_depend_on_lines),
		cmocka_unit_test(notes_of_an_expected_fail_raise_no_alert),
		cmocka_unit_test(github_commands_are_escaped),
		cmocka_unit_test(limits_of_the_readers_are_kept),
		cmocka_unit_test(a_summary_of_many_targets_stays_under_its_limit),
		cmocka_unit_test(hostile_text_stays_text_in_every_format),
		cmocka_unit_test(a_line_of_a_megabyte_is_cut),
		cmocka_unit_test(nothing_at_all_can_be_reported),
		cmocka_unit_test(a_verdict_of_nothing_but_its_kind_can_be_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
