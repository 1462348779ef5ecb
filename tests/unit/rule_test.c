/* SPDX-License-Identifier: MIT */
/* rule_test.c - [[assertion]] tables are read strictly and judged by what was really seen */

#include "unit/test.h"

#include "judge/judge.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
known_names(size_t i)
{
	static const char *const names[] = { "read", "write", "openat", "close", "mmap", "brk",
		"futex" };

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

/* Reads the first [[assertion]] of the text. */
static int
read_rule(struct rule **out, struct arena *arena, const char *body, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	const char *lasting;
	struct toml *doc;

	str_add(&text, "[[assertion]]\n");
	str_add(&text, body);
	lasting = arena_strdup(arena, str_text(&text));
	test_sample("rule", lasting);
	assert_int_equal(
		toml_parse(&doc, arena, "renacer.toml", lasting, strlen(lasting), err), 0);
	return rule_read(out, arena, toml_get(doc, "assertion")->first, known_names, err);
}

#define SPANS "name = 'n'\ntype = 'span_count'\n"
#define PATH "name = 'n'\ntype = 'critical_path'\n"
#define MEMORY "name = 'n'\ntype = 'memory_usage'\n"
#define ANTI "name = 'n'\ntype = 'anti_pattern'\n"

struct bad_row {
	const char *body;
	const char *text, *hint, *place; /* text NULL: whatever; hint NULL: none */
};

/* clang-format off */
static const struct bad_row bad_rows[] = {
	{ "name = 'n'\n", "[[assertion]] 'n' lacks 'type'",
		"renacer-gate explain lists the types", "renacer.toml:1:1" },
	{ "type = 'span_count'\nmax_spans = 1\n", "[[assertion]] '(without a name)' lacks 'name'", NULL,
		"renacer.toml:1:1" },
	{ "name = 'n'\ntype = 'span_cuont'\n", "unknown type 'span_cuont' in [[assertion]] 'n'",
		"did you mean 'span_count'?", "renacer.toml:3:8" },
	{ "name = 'n'\ntype = 'zebra'\n", "unknown type 'zebra' in [[assertion]] 'n'",
		"renacer-gate explain lists the types", "renacer.toml:3:8" },
	{ "name = 'n'\ntype = 3\n", "'type' in [[assertion]] 'n' must be a string, not integer", NULL,
		"renacer.toml:3:8" },
	{ SPANS, "[[assertion]] 'n' lacks 'max_spans'", NULL, "renacer.toml:1:1" },
	{ SPANS "max_span = 3\n", "unknown key 'max_span' in [[assertion]] 'n' of type 'span_count'",
		"did you mean 'max_spans'?", "renacer.toml:4:1" },
	{ SPANS "max_spans = 3\nmax_duration_ms = 3\n",
		"unknown key 'max_duration_ms' in [[assertion]] 'n' of type 'span_count'",
		"renacer-gate explain span_count lists its keys", "renacer.toml:5:1" },
	{ SPANS "max_spans = '3'\n", "'max_spans' in [[assertion]] 'n' must be a whole number, not string",
		NULL, "renacer.toml:4:13" },
	{ SPANS "max_spans = 1.5\n", "'max_spans' in [[assertion]] 'n' must be a whole number, not float",
		NULL, "renacer.toml:4:13" },
	{ SPANS "max_spans = -1\n",
		"'max_spans' in [[assertion]] 'n' must be 0 to 9223372036854775807, not -1", NULL,
		"renacer.toml:4:13" },
	{ PATH "max_duration_ms = 0\n",
		"'max_duration_ms' in [[assertion]] 'n' must be 1 to 31536000000, not 0", NULL,
		"renacer.toml:4:19" },
	{ PATH "max_duration_ms = 9223372036854775807\n",
		"'max_duration_ms' in [[assertion]] 'n' must be 1 to 31536000000, not 9223372036854775807",
		NULL, "renacer.toml:4:19" },
	{ SPANS "max_spans = 1\nenabled = 'no'\n",
		"'enabled' in [[assertion]] 'n' must be true or false, not string", NULL, "renacer.toml:5:11" },
	{ SPANS "max_spans = 1\ntarget = ''\n", "'target' in [[assertion]] 'n' is empty", NULL,
		"renacer.toml:5:10" },
	{ "name = ''\ntype = 'span_count'\nmax_spans = 1\n", "'name' in [[assertion]] '' is empty", NULL,
		"renacer.toml:2:8" },
	{ "name = \"a\\u0000b\"\ntype = 'span_count'\nmax_spans = 1\n",
		"'name' in [[assertion]] 'a' holds a NUL", NULL, "renacer.toml:2:8" },
	{ SPANS "max_spans = 1\nspan_name_pattern = 'opennat'\n",
		"'span_name_pattern' in [[assertion]] 'n' matches no system call there is: 'opennat'",
		"did you mean 'openat'?", "renacer.toml:5:21" },
	{ SPANS "max_spans = 1\nspan_name_pattern = '^http'\n",
		"'span_name_pattern' in [[assertion]] 'n' matches no system call there is: '^http'",
		"it is searched in 'syscall:NAME' and in 'NAME', such as 'syscall:openat' and 'openat'",
		"renacer.toml:5:21" },
	{ MEMORY "max_bytes = 1\ntracking_mode = 'rrs'\n",
		"'tracking_mode' in [[assertion]] 'n' must be one of 'allocations', 'rss', 'peak', not 'rrs'",
		"did you mean 'rss'?", "renacer.toml:5:17" },
	{ ANTI "pattern = 'GodProces'\nthreshold = 0.5\nenabled = false\n",
		NULL, "did you mean 'GodProcess'?", "renacer.toml:4:11" },
	{ ANTI "pattern = 'GodProcess'\nthreshold = 1.5\nenabled = false\n",
		"'threshold' in [[assertion]] 'n' must be 0.0 to 1.0, not 1.5", NULL, "renacer.toml:5:13" },
	{ ANTI "pattern = 'GodProcess'\nthreshold = nan\nenabled = false\n",
		"'threshold' in [[assertion]] 'n' must be 0.0 to 1.0, not nan", NULL, "renacer.toml:5:13" },
	{ ANTI "pattern = 'tiny-write'\nthreshold = 1.0\n",
		"'threshold' in [[assertion]] 'n' is 1: nothing could break the rule", NULL, "renacer.toml:5:13" },
	{ "name = 'n'\ntype = 'coverage'\npaths = ['/a']\nmin_share = 0.0\n",
		"'min_share' in [[assertion]] 'n' is 0: nothing could break the rule", NULL, "renacer.toml:5:13" },
	{ "name = 'n'\ntype = 'time_attribution'\nmax_share = 1\n",
		"'max_share' in [[assertion]] 'n' is 1: nothing could break the rule", NULL, "renacer.toml:4:13" },
	{ ANTI "pattern = 'GodProcess'\nenabled = false\n", "[[assertion]] 'n' lacks 'threshold'", NULL,
		"renacer.toml:1:1" },
	{ "name = 'n'\ntype = 'custom'\nexpression = 'count(path)'\n", NULL, NULL, "renacer.toml:4:" },
	{ "name = 'n'\ntype = 'custom'\nexpression = \"syscall == 'read'\"\n",
		"what must be true of the run is wanted in [[assertion]] 'n'",
		"such as count(syscall == 'openat') <= 10", "renacer.toml:4:14" },
	{ "name = 'n'\ntype = 'never'\nwhere = \"count(syscall == 'read') > 1\"\n",
		"an expression over single events is wanted in [[assertion]] 'n', not one over the run",
		"type = \"custom\" takes such a one", "renacer.toml:4:9" },
	{ "name = 'n'\ntype = 'never'\nwhere = \"syscall == 'raed'\"\n", NULL, "did you mean \"read\"?",
		"renacer.toml:4:21" },
	{ "name = 'n'\ntype = 'count'\nwhere = \"syscall == 'read'\"\n",
		"[[assertion]] 'n' lacks 'max' or 'min'", NULL, "renacer.toml:1:1" },
	{ "name = 'n'\ntype = 'count'\nwhere = \"syscall == 'read'\"\nmax = 0\n",
		"'max' in [[assertion]] 'n' is 0: what must not happen selects nothing",
		"write type = \"never\" without max", "renacer.toml:5:7" },
	{ "name = 'n'\ntype = 'count'\nwhere = \"syscall == 'read'\"\nmax = 1\nmin = 2\n",
		"'max' in [[assertion]] 'n' is less than the least that is allowed", NULL, "renacer.toml:5:7" },
	{ "name = 'n'\ntype = 'exec_policy'\n", "[[assertion]] 'n' lacks 'allow' or 'deny'", NULL,
		"renacer.toml:1:1" },
	{ "name = 'n'\ntype = 'exec_policy'\nallow = ['/usr/[bin']\n",
		"'allow' in [[assertion]] 'n': the bracket in '/usr/[bin' is never closed", NULL,
		"renacer.toml:4:10" },
	{ "name = 'n'\ntype = 'exec_policy'\nallow = [3]\n",
		"an item of 'allow' in [[assertion]] 'n' must be a glob, not integer", NULL, "renacer.toml:4:10" },
	{ "name = 'n'\ntype = 'exec_policy'\nallow = []\n", "'allow' in [[assertion]] 'n' is empty", NULL,
		"renacer.toml:4:9" },
	{ "name = 'n'\ntype = 'latency'\nwhere = \"syscall == 'read'\"\np99_ms = 0\n",
		"'p99_ms' in [[assertion]] 'n' must be more than 0 and at most 31536000000, not 0", NULL,
		"renacer.toml:5:10" },
};
/* clang-format on */

static void
a_rule_that_is_not_right_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = NULL;
		struct err err = { 0 };

		if (read_rule(&rule, arena, bad_rows[i].body, &err) == 0)
			fail_msg("accepted: %s", bad_rows[i].body);
		if (bad_rows[i].text)
			assert_string_equal(err.text, bad_rows[i].text);
		if (bad_rows[i].hint)
			assert_string_equal(err.hint, bad_rows[i].hint);
		else if (bad_rows[i].text)
			assert_null(err.hint);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!str_has_prefix(err.place, bad_rows[i].place))
			fail_msg("%s: %s", err.text, err.place);
		err_done(&err);
	}
}

static void
a_pattern_that_does_not_compile_names_the_column(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *rule = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		read_rule(&rule, arena,
			PATH "max_duration_ms = 5\ntrace_name_pattern = 'a(b'\n", &err),
		-1);
	assert_non_null(strstr(err.text, "'trace_name_pattern' in [[assertion]] 'n'"));
	assert_non_null(strstr(err.text, "column 4"));
	assert_true(str_has_prefix(err.place, "renacer.toml:5:22"));
	err_done(&err);
}

static struct rule *
good_rule(struct arena *arena, const char *body)
{
	struct rule *rule = NULL;
	struct err err = { 0 };

	if (read_rule(&rule, arena, body, &err) < 0) {
		err_print(&err, "rule_test", stderr);
		fail_msg("refused: %s", body);
	}
	return rule;
}

static void
judge(struct outcome *out, struct arena *arena, const struct rule *rule,
	const struct facts *facts)
{
	const struct rule_run run = { .facts = facts };

	rule_judge(out, arena, rule, "t", &run);
}

static struct rule_needs
needs_of(const struct rule *rule)
{
	struct rule_needs needs = { 0 };

	rule_needs(rule, &needs);
	return needs;
}

static void
a_disabled_rule_of_a_type_to_come_loads_and_is_skipped(void **state)
{
	static const char *const bodies[] = {
		ANTI "pattern = 'TightLoop'\nthreshold = 0.7\nenabled = false\n",
		"name = 'n'\ntype = 'custom'\nexpression = 'count(bytes > 3) > 3'\nenabled = "
		"false\n",
		"name = 'n'\ntype = 'never'\nwhere = 'bytes > 3'\nenabled = false\n",
		SPANS "max_spans = 0\nenabled = false\n",
	};
	static const struct facts facts = { .n_calls = 3, .has_all_calls = true };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = good_rule(arena, bodies[i]);
		struct outcome out;

		judge(&out, arena, rule, &facts);
		assert_int_equal(out.kind, VERDICT_SKIP);
		assert_false(rule_is_enabled(rule));
		assert_false(needs_of(rule).all_calls);
		rule_done(rule);
	}
}

static void
a_rule_tells_what_it_is_and_what_it_needs(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *spans = good_rule(arena, SPANS "max_spans = 1\ntarget = 'greet*'\n");
	struct rule *memory = good_rule(arena, MEMORY "max_bytes = 1\n");
	struct rule *rss = good_rule(arena, MEMORY "max_bytes = 1\ntracking_mode = 'rss'\n");

	(void)state;
	assert_string_equal(rule_name(spans), "n");
	assert_string_equal(rule_type(spans), "span_count");
	assert_int_equal(rule_at(spans).row, 1);
	assert_true(rule_applies(spans, "greet-rs"));
	assert_false(rule_applies(spans, "hello"));
	assert_true(rule_applies(memory, "hello"));
	assert_true(needs_of(spans).all_calls);
	assert_false(needs_of(spans).memory_calls);
	assert_true(needs_of(memory).memory_calls);
	assert_false(needs_of(rss).memory_calls);
	rule_done(spans);
	rule_done(memory);
	rule_done(rss);
}

static struct call_count calls[] = {
	{ .name = "read", .n = 60 },
	{ .name = "write", .n = 20 },
	{ .name = "openat", .n = 10 },
	{ .name = "mmap", .n = 8 },
	{ .name = "brk", .n = 2 },
};
static struct process_facts processes[] = {
	{ .program = "/bin/sh", .started_ns = 1, .ended_ns = 10000001 },
	{ .program = "/usr/bin/cc",
		.task = 2,
		.peak_rss_bytes = 5 << 20,
		.started_ns = 2000000,
		.ended_ns = 5000000 },
	{ .program = "/usr/bin/cc", .started_ns = 4000000, .ended_ns = 7000000 },
};
static const struct facts good_facts = { .wall_ns = 12345678,
	.n_calls = 100,
	.allocated_bytes = 3 << 20,
	.peak_rss_bytes = 5 << 20,
	.has_all_calls = true,
	.has_memory_calls = true,
	.has_peak_rss = true,
	.calls = calls,
	.n_names = ARRAY_LEN(calls),
	.processes = processes,
	.n_processes = ARRAY_LEN(processes) };

enum change { AS_IT_IS, A_SUBSET, NO_RSS, LOST, NO_CALLS, NO_TIME };

struct row {
	const char *body;
	enum change change;
	enum verdict_kind kind;
	uint64_t n_events;
	const char *text;
};

/* clang-format off */
static const struct row rows[] = {
	{ SPANS "max_spans = 100\n", AS_IT_IS, VERDICT_PASS, 100, "calls: 100 <= 100 (100 looked at)" },
	{ SPANS "max_spans = 99\n", AS_IT_IS, VERDICT_FAIL, 100,
		"calls: 100 > 99 (100 looked at): most of them: read 60, write 20, openat 10" },
	{ SPANS "max_spans = 30\nspan_name_pattern = 'syscall:(openat|write)$'\n", AS_IT_IS, VERDICT_PASS,
		100, "calls that match 'syscall:(openat|write)$': 30 <= 30 (100 looked at)" },
	{ SPANS "max_spans = 9\nspan_name_pattern = '^openat'\n", AS_IT_IS, VERDICT_FAIL, 100,
		"calls that match '^openat': 10 > 9 (100 looked at)" },
	{ SPANS "max_spans = 0\nspan_name_pattern = 'futex'\n", AS_IT_IS, VERDICT_PASS, 100,
		"calls that match 'futex': 0 <= 0 (100 looked at)" },
	{ SPANS "max_spans = 1000\n", A_SUBSET, VERDICT_INCONCLUSIVE, 100,
		"calls: at least 100, the limit is 1000 (100 looked at), but only some system calls were traced" },
	{ SPANS "max_spans = 99\n", A_SUBSET, VERDICT_FAIL, 100,
		"calls: 100 > 99 (100 looked at): most of them: read 60, write 20, openat 10" },
	{ SPANS "max_spans = 1000\n", LOST, VERDICT_INCONCLUSIVE, 100,
		"calls: at least 100, the limit is 1000 (100 looked at), but the trace is incomplete: 3 events lost" },
	{ SPANS "max_spans = 1000\n", NO_CALLS, VERDICT_ERROR, 0, "not one call was traced" },

	{ MEMORY "max_bytes = 3145728\n", AS_IT_IS, VERDICT_PASS, 10,
		"memory asked for by mmap, brk and mremap, all processes: 3145728 bytes (3.0 MiB) <= 3145728 bytes (3.0 MiB) (10 looked at)" },
	{ MEMORY "max_bytes = 3145727\n", AS_IT_IS, VERDICT_FAIL, 10,
		"memory asked for by mmap, brk and mremap, all processes: 3145728 bytes (3.0 MiB) > 3145727 bytes (3.0 MiB) (10 looked at)" },
	{ MEMORY "max_bytes = 3145728\n", A_SUBSET, VERDICT_INCONCLUSIVE, 0,
		"mmap, brk and mremap were not traced" },
	{ MEMORY "max_bytes = 5242880\ntracking_mode = 'rss'\n", AS_IT_IS, VERDICT_PASS, 3,
		"peak resident memory of any process (VmHWM): 5242880 bytes (5.0 MiB) <= 5242880 bytes (5.0 MiB) (3 looked at)" },
	{ MEMORY "max_bytes = 1023\ntracking_mode = 'rss'\n", AS_IT_IS, VERDICT_FAIL, 3,
		"peak resident memory of any process (VmHWM): 5242880 bytes (5.0 MiB) > 1023 bytes (3 looked at): most of it by process 2 (/usr/bin/cc), 5242880 bytes (5.0 MiB)" },
	{ MEMORY "max_bytes = 5242880\ntracking_mode = 'rss'\n", NO_RSS, VERDICT_INCONCLUSIVE, 0,
		"the peak of resident memory (VmHWM) is not known" },

	{ PATH "max_duration_ms = 13\n", AS_IT_IS, VERDICT_PASS, 3,
		"wall clock of the run: 12.346 ms <= 13.000 ms (3 looked at)" },
	{ PATH "max_duration_ms = 12\n", AS_IT_IS, VERDICT_FAIL, 3,
		"wall clock of the run: 12.346 ms > 12.000 ms (3 looked at)" },
	{ PATH "max_duration_ms = 13\ntrace_name_pattern = '.*'\n", AS_IT_IS, VERDICT_PASS, 3,
		"wall clock of the run: 12.346 ms <= 13.000 ms (3 looked at)" },
	{ PATH "max_duration_ms = 5\ntrace_name_pattern = '/cc$'\n", AS_IT_IS, VERDICT_PASS, 2,
		"wall clock while a program that matches '/cc$' ran (2 of 3 processes): 5.000 ms <= 5.000 ms (2 looked at)" },
	{ PATH "max_duration_ms = 4\ntrace_name_pattern = '/cc$'\n", AS_IT_IS, VERDICT_FAIL, 2,
		"wall clock while a program that matches '/cc$' ran (2 of 3 processes): 5.000 ms > 4.000 ms (2 looked at)" },
	{ PATH "max_duration_ms = 4\ntrace_name_pattern = 'python'\n", AS_IT_IS, VERDICT_ERROR, 0,
		"trace_name_pattern 'python' matches no program of this run: '/bin/sh', '/usr/bin/cc', "
		"'/usr/bin/cc'" },
	{ PATH "max_duration_ms = 13\n", LOST, VERDICT_INCONCLUSIVE, 3,
		"wall clock of the run: at least 12.346 ms, the limit is 13.000 ms (3 looked at), but the trace is incomplete: 3 events lost" },
	{ PATH "max_duration_ms = 13\n", NO_TIME, VERDICT_INCONCLUSIVE, 0, "no time was measured" },
};
/* clang-format on */

static struct facts
changed(enum change change)
{
	struct facts f = good_facts;

	if (change == A_SUBSET)
		f.has_all_calls = f.has_memory_calls = false;
	if (change == NO_RSS)
		f.has_peak_rss = false;
	if (change == NO_CALLS)
		f.n_calls = 0;
	if (change == NO_TIME)
		f.wall_ns = 0;
	if (change == LOST) {
		f.footer.n_lost = 3;
		strcpy(f.footer.reason, "3 events lost");
	}
	return f;
}

static void
a_rule_passes_only_on_what_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = good_rule(arena, rows[i].body);
		struct facts facts = changed(rows[i].change);
		struct outcome out;

		judge(&out, arena, rule, &facts);
		assert_string_equal(out.text, rows[i].text);
		assert_int_equal(out.kind, rows[i].kind);
		assert_int_equal(out.n_events, rows[i].n_events);
		rule_done(rule);
	}
}

static void
a_rule_that_must_not_fail_the_gate_is_a_warning(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *rule =
		good_rule(arena, SPANS "max_spans = 1\nfail_on_violation = false\n");
	struct outcome out;

	(void)state;
	judge(&out, arena, rule, &good_facts);
	assert_int_equal(out.kind, VERDICT_FAIL);
	assert_true(out.is_warning);
	judge(&out, arena, rule, NULL);
	assert_int_equal(out.kind, VERDICT_ERROR);
	rule_done(rule);
}

static void
a_pattern_that_explodes_is_an_error(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *rule =
		good_rule(arena, PATH "max_duration_ms = 9\ntrace_name_pattern = '(a+)+$'\n");
	struct process_facts p = { .program = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		.started_ns = 1,
		.ended_ns = 2 };
	struct facts facts = good_facts;
	struct outcome out;

	(void)state;
	facts.processes = &p;
	facts.n_processes = 1;
	judge(&out, arena, rule, &facts);
	assert_int_equal(out.kind, VERDICT_ERROR);
	rule_done(rule);
}

/* A vfork child that executes nothing has its parent's memory, not as much again; without the
 * parent it is counted. */
static void
memory_that_two_share_is_counted_once(void **state)
{
	static const struct {
		uint32_t memory_of;
		uint64_t parent_ended_ns;
		enum verdict_kind kind;
	} cases[] = { { 7, 100, VERDICT_PASS }, { 0, 100, VERDICT_FAIL },
		{ 8, 100, VERDICT_FAIL }, { 7, 15, VERDICT_PASS } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule =
			good_rule(arena, MEMORY "max_bytes = 1500\ntracking_mode = 'rss'\n"
						"per = 'tree'\n");
		struct process_facts p[] = {
			{ .program = "a",
				.task = 7,
				.peak_rss_bytes = 1000,
				.started_ns = 1,
				.ended_ns = cases[i].parent_ended_ns },
			{ .program = "a",
				.task = 9,
				.peak_rss_bytes = 1000,
				.started_ns = 10,
				.ended_ns = 90,
				.memory_of = cases[i].memory_of },
			{ .program = "b",
				.task = 11,
				.peak_rss_bytes = 400,
				.started_ns = 20,
				.ended_ns = 80 },
		};
		struct facts facts = good_facts;
		struct outcome out;

		facts.processes = p;
		facts.n_processes = ARRAY_LEN(p);
		judge(&out, arena, rule, &facts);
		if (out.kind != cases[i].kind ||
			!strstr(out.text, i == 0 || i == 3 ? "1400" : "2400"))
			fail_msg("case %zu: %s", i, out.text);
		rule_done(rule);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_that_is_not_right_is_refused_with_its_place),
		cmocka_unit_test(a_pattern_that_does_not_compile_names_the_column),
		cmocka_unit_test(a_disabled_rule_of_a_type_to_come_loads_and_is_skipped),
		cmocka_unit_test(a_rule_tells_what_it_is_and_what_it_needs),
		cmocka_unit_test(a_rule_passes_only_on_what_was_seen),
		cmocka_unit_test(a_rule_that_must_not_fail_the_gate_is_a_warning),
		cmocka_unit_test(a_pattern_that_explodes_is_an_error),
		cmocka_unit_test(memory_that_two_share_is_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
