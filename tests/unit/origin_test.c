/* SPDX-License-Identifier: MIT */
/* origin_test.c - where calls were made: what is said of it, and what rather not */

#include "unit/test.h"

#include "base/str.h"
#include "judge/origin.h"
#include "unit/query_run.h"

#define LIBC "/lib/x86_64-linux-gnu/libc.so.6"
#define HUGE_LINE 4294967295u

static const struct {
	const char *name;
	struct origin origin;
	const char *text; /* NULL: nothing */
} said[] = {
	{ "nothing is known", { .function = NULL }, NULL },
	{ "a line of no file", { .at = { .row = 7 } }, NULL },
	{ "a second run that told nothing", { .is_again = true }, NULL },
	{ "a function alone", { .function = "save" }, "(save)" },
	{ "a file alone", { .at = { .file = "a.c" } }, "a.c" },
	{ "a file without a line", { .function = "save", .at = { .file = "a.c" } },
		"a.c (save)" },
	{ "all of it", { .function = "save", .at = { .file = "a.c", .row = 7 } },
		"a.c:7 (save)" },
	{ "a second run",
		{ .function = "f", .at = { .file = "a.c", .row = 7 }, .is_again = true },
		"a.c:7 (f), in a second run" },
	{ "the last line there can be", { .at = { .file = "a.c", .row = HUGE_LINE } },
		"a.c:4294967295" },
	{ "not UTF-8", { .function = "\xe9t\xe9", .at = { .file = "\xff.c", .row = 1 } },
		"\\xff.c:1 (\\xe9t\\xe9)" },
	{ "what a terminal would obey", { .function = "f\033[2J", .at = { .file = "a\n.c" } },
		"a\\x0a.c (f\\x1b[2J)" },
	{ "an empty name", { .function = "", .at = { .file = "" } }, " ()" },
};

static void
a_place_is_said_as_far_as_it_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		AUTO(str_done) struct str out = { 0 };
		bool any = origin_put(&out, &said[i].origin);

		if (any != (said[i].text != NULL) ||
			strcmp(str_text(&out), any ? said[i].text : "") != 0)
			fail_msg("%s: '%s'", said[i].name, str_text(&out));
	}
}

static const struct stack_frame
	in_libc = { .module = LIBC, .function = "write" },
	in_save = { .module = "/usr/bin/prog",
		.function = "save",
		.file = "src/app.c",
		.line = 12 },
	in_put = { .module = "/usr/bin/prog",
		.function = "put",
		.file = "src/app.c",
		.line = 7,
		.is_inlined = true },
	in_bare = { .module = "/usr/bin/prog", .function = "bare" },
	in_stripped = { .module = "/usr/bin/prog", .offset = 9 },
	without_line = { .module = "/usr/bin/prog", .function = "f", .file = "src/f.c" },
	far_down = { .module = "/usr/bin/prog",
		.function = "f",
		.file = "src/f.c",
		.line = HUGE_LINE },
	odd = { .module = "/usr/bin/prog", .function = "f", .file = "\xff.c", .line = 1 },
	elsewhere = { .module = "/opt/x", .function = "f", .file = "/opt/x.c", .line = 3 },
	nowhere = { .offset = 0x7000 };

static const struct {
	const char *name;
	const struct stack_frame *frames[4];
	const char *text; /* NULL: no place */
} stacks[] = {
	{ "no stack", { NULL }, NULL },
	{ "nothing but the C library", { &in_libc }, NULL },
	{ "stripped", { &in_libc, &in_stripped }, NULL },
	{ "code in no file, called by somebody", { &in_libc, &nowhere, &in_save }, NULL },
	{ "one frame", { &in_save }, "src/app.c:12 (save)" },
	{ "the first behind the C library", { &in_libc, &in_save, &elsewhere },
		"src/app.c:12 (save)" },
	{ "inlined", { &in_libc, &in_put, &in_save }, "src/app.c:7 (put)" },
	{ "no debugging information", { &in_libc, &in_bare }, "(bare)" },
	{ "no line", { &in_libc, &without_line }, "src/f.c (f)" },
	{ "a huge line", { &in_libc, &far_down }, "src/f.c:4294967295 (f)" },
	{ "not UTF-8", { &in_libc, &odd }, "\\xff.c:1 (f)" },
	{ "outside the project", { &in_libc, &elsewhere }, "/opt/x.c:3 (f)" },
};
#define N_STACKS ARRAY_LEN(stacks)

/* A run whose calls have these stacks. */
struct traced {
	struct asked a;
	struct stacks *stacks;
	uint64_t seq[N_STACKS];
};

static const struct stack *
stack_of(struct stacks *s, size_t i)
{
	const struct stack_frame *frames[ARRAY_LEN(stacks[i].frames)];
	uint32_t n = 0;

	while (n < ARRAY_LEN(frames) && stacks[i].frames[n]) {
		frames[n] = stacks_frame(s, stacks[i].frames[n]);
		n++;
	}
	return n ? stacks_add(s, frames, n) : NULL;
}

static void
trace(struct traced *t, uint64_t wanted, bool has_stacks)
{
	static const struct trace_footer whole = { .reason = "" };
	struct effects_opts opts = { 0 };

	t->stacks = stacks_new();
	t->a.c = columns_new(wanted);
	columns_watch(t->a.c, &opts);
	t->a.m = made_traced(PROFILE_EFFECTS, opts, has_stacks);
	for (size_t i = 0; i < N_STACKS; i++) {
		t->a.m.stack = has_stacks ? stack_of(t->stacks, i) : NULL;
		made_call(&t->a.m, 1, CALL_write, 1, N(1), OUT("x"), N(1));
		t->seq[i] = t->a.m.seq;
	}
	asked_finish(&t->a, &whole);
}

static void
traced_free(struct traced *t)
{
	asked_free(&t->a);
	stacks_free(t->stacks);
}

static void
the_place_of_a_call_is_its_innermost_frame_of_its_own(void **state)
{
	struct finding findings[N_STACKS] = { 0 };
	struct verdict v = { .findings = findings, .n_findings = N_STACKS };
	struct traced t;

	(void)state;
	trace(&t, origin_columns, true);
	for (size_t i = 0; i < N_STACKS; i++)
		findings[i] = (struct finding){ .seq = t.seq[i], .call = "write" };
	assert_true(origins_are_missing(&v));
	origins_from_columns(&v, t.a.c);
	for (size_t i = 0; i < N_STACKS; i++) {
		AUTO(str_done) struct str out = { 0 };
		const struct pos *at = &findings[i].origin.at;

		origin_put(&out, &findings[i].origin);
		if (strcmp(str_text(&out), stacks[i].text ? stacks[i].text : "") != 0)
			fail_msg("%s: '%s'", stacks[i].name, str_text(&out));
		if ((at->column != 0) != (at->row != 0))
			fail_msg("%s: column %u of line %u", stacks[i].name, at->column,
				at->row);
	}
	assert_true(origins_are_missing(&v)); /* of those without one */
	traced_free(&t);
}

static void
columns_that_do_not_tell_leave_all_as_it_is(void **state)
{
	static const struct {
		const char *name;
		uint64_t wanted;
		bool has_stacks;
	} rows[] = {
		{ "a run without stacks", COLUMNS_ALL, false },
		{ "nobody asked", COLUMN_BIT(COLUMN_SYSCALL), true },
		{ "no functions", COLUMN_BIT(COLUMN_FILE) | COLUMN_BIT(COLUMN_LINE), true },
		{ "no lines", COLUMN_BIT(COLUMN_FUNCTION) | COLUMN_BIT(COLUMN_FILE), true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct traced t;
		struct finding findings[N_STACKS] = { 0 };
		struct verdict v = { .findings = findings, .n_findings = N_STACKS };
		struct origin origin = { .function = "old" };

		trace(&t, rows[i].wanted, rows[i].has_stacks);
		for (size_t k = 0; k < N_STACKS; k++)
			findings[k] = (struct finding){ .seq = t.seq[k], .call = "write" };
		origins_from_columns(&v, t.a.c);
		for (size_t k = 0; k < N_STACKS; k++)
			if (findings[k].origin.function || findings[k].origin.at.file)
				fail_msg("%s: there is a place", rows[i].name);
		if (origin_of_row(&origin, t.a.c, 0) || origin.function)
			fail_msg("%s: the first row has a place", rows[i].name);
		traced_free(&t);
	}
}

static void
only_what_has_a_call_and_no_place_is_given_one(void **state)
{
	struct origin known = { .function = "known" };
	struct finding member = { .call = "write" };
	struct finding findings[] = {
		{ .call = "write", .seq = UINT64_MAX },
		{ .call = "write", .seq = 0 },
		{ .seq = 1 },
		{ .call = "write", .origin = known },
		{ .members = &member, .n_members = 1 },
	};
	struct outcome outcome = { .call = "write" };
	struct verdict v = { .findings = findings,
		.n_findings = ARRAY_LEN(findings),
		.outcomes = &outcome,
		.n_outcomes = 1 };
	struct traced t;

	(void)state;
	trace(&t, origin_columns, true);
	findings[2].seq = findings[3].seq = member.seq = outcome.seq = t.seq[4];
	origins_from_columns(&v, t.a.c);
	assert_null(findings[0].origin.function); /* no such event */
	assert_null(findings[1].origin.function); /* of no event */
	assert_null(findings[2].origin.function); /* of an event that nobody shows */
	assert_string_equal(findings[3].origin.function, "known");
	assert_string_equal(member.origin.function, "save");
	assert_string_equal(outcome.origin.function, "save");
	traced_free(&t);
}

static const struct {
	const char *name;
	struct finding mine, others[2];
	bool is_taken;
} alike[] = {
	{ "the same",
		{ .rule_id = "r", .subject = "s", .wanted = "1", .call = "open", .seq = 5 },
		{ { .rule_id = "r",
			.subject = "s",
			.wanted = "1",
			.call = "open",
			.seq = 9,
			.origin = { .function = "f" } } },
		true },
	{ "another rule", { .rule_id = "r", .call = "open", .seq = 5 },
		{ { .rule_id = "q", .call = "open", .origin = { .function = "f" } } }, false },
	{ "another subject", { .subject = "s", .call = "open", .seq = 5 },
		{ { .subject = "t", .call = "open", .origin = { .function = "f" } } }, false },
	{ "no subject", { .subject = "s", .call = "open", .seq = 5 },
		{ { .call = "open", .origin = { .function = "f" } } }, false },
	{ "something else was wanted", { .wanted = "1", .call = "open", .seq = 5 },
		{ { .wanted = "2", .call = "open", .origin = { .function = "f" } } }, false },
	{ "another call", { .call = "open", .seq = 5 },
		{ { .call = "stat", .origin = { .function = "f" } } }, false },
	{ "two are like it", { .call = "open", .seq = 5 },
		{ { .call = "open", .origin = { .function = "f" } },
			{ .call = "open", .origin = { .function = "g" } } },
		false },
	{ "one of two is known", { .call = "open", .seq = 5 },
		{ { .call = "open", .origin = { .function = "f" } }, { .call = "open" } },
		false },
	{ "the other does not know either", { .call = "open", .seq = 5 },
		{ { .call = "open" } }, false },
	{ "no call", { .rule_id = "r", .seq = 5 },
		{ { .rule_id = "r", .origin = { .function = "f" } } }, false },
};

static void
another_verdict_tells_a_place_only_of_the_very_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(alike); i++) {
		struct finding mine = alike[i].mine, others[2];
		struct verdict v = { .findings = &mine, .n_findings = 1 };
		struct verdict other = { .findings = others, .n_findings = 2 };

		memcpy(others, alike[i].others, sizeof others);
		origins_from_verdict(&v, &other);
		if ((mine.origin.function != NULL) != alike[i].is_taken ||
			mine.origin.is_again != alike[i].is_taken)
			fail_msg("%s: %s", alike[i].name,
				mine.origin.function ? mine.origin.function : "no place");
	}
}

static void
count(void *arg, struct origin *origin)
{
	++*(size_t *)arg;
	origin->is_ours = true;
}

static void
each_known_place_is_visited_once(void **state)
{
	struct finding members[] = { { .origin = { .function = "f" } }, { .call = "open" } };
	struct finding findings[] = { { .members = members, .n_members = 2 },
		{ .origin = { .at = { .file = "a.c" } } } };
	struct outcome outcome = { .origin = { .function = "g" } };
	struct verdict none = { .n_findings = 0 };
	struct verdict v = {
		.findings = findings, .n_findings = 2, .outcomes = &outcome, .n_outcomes = 1
	};
	size_t n = 0;

	(void)state;
	origins_each(&none, count, &n);
	assert_int_equal(n, 0);
	assert_false(origins_are_missing(&none));
	origins_each(&v, count, &n);
	assert_int_equal(n, 3);
	assert_true(members[0].origin.is_ours && findings[1].origin.is_ours);
	assert_false(members[1].origin.is_ours);
	assert_true(outcome.origin.is_ours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_said_as_far_as_it_is_known),
		cmocka_unit_test(the_place_of_a_call_is_its_innermost_frame_of_its_own),
		cmocka_unit_test(columns_that_do_not_tell_leave_all_as_it_is),
		cmocka_unit_test(only_what_has_a_call_and_no_place_is_given_one),
		cmocka_unit_test(another_verdict_tells_a_place_only_of_the_very_same),
		cmocka_unit_test(each_known_place_is_visited_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
