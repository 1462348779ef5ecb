/* SPDX-License-Identifier: MIT */
/* carry_test.c - a verdict copied whole: nothing in the copy points to the original */

#include "unit/test.h"

#include "gate/carry.h"

#include <string.h>

/* Everything lies in one block, which is overwritten after the copy was made. */
struct original {
	char text[64];
	struct finding finding;
	struct outcome outcome;
	struct call_count counts[2];
	struct process_facts process;
	struct facts facts;
};

static void
fill(struct original *o, struct verdict *v)
{
	struct pos at = { .file = o->text, .row = 3, .line = o->text };

	strcpy(o->text, "the one text of them all");
	o->finding = (struct finding){ .rule_id = o->text,
		.text = o->text,
		.wanted = o->text,
		.evidence = o->text,
		.at = at };
	o->outcome =
		(struct outcome){ .name = o->text, .type = o->text, .text = o->text, .at = at };
	o->counts[0] = o->counts[1] = (struct call_count){ .name = o->text, .n = 7 };
	o->process =
		(struct process_facts){ .program = o->text, .calls = o->counts, .n_calls = 2 };
	o->facts = (struct facts){
		.calls = o->counts, .n_names = 2, .processes = &o->process, .n_processes = 1
	};
	*v = (struct verdict){ .target = o->text,
		.text = o->text,
		.sum.hole = o->text,
		.findings = &o->finding,
		.n_findings = 1,
		.outcomes = &o->outcome,
		.n_outcomes = 1,
		.facts = &o->facts,
		.golden_path = o->text,
		.command = o->text,
		.output = o->text,
		.at = at };
}

static void
a_copy_needs_nothing_of_the_original(void **state)
{
	static const char text[] = "the one text of them all";
	AUTO(arena_free) struct arena *arena = arena_new();
	struct luggage luggage = luggage_in_arena(arena);
	struct original *o = mem_alloc(sizeof *o);
	struct verdict v;

	(void)state;
	fill(o, &v);
	verdict_carry(&v, &luggage);
	memset(o, 0xee, sizeof *o);
	mem_free(o);
	assert_string_equal(v.target, text);
	assert_string_equal(v.output, text);
	assert_null(v.config_path);
	assert_string_equal(v.at.line, text);
	assert_string_equal(v.findings[0].evidence, text);
	assert_null(v.findings[0].hint);
	assert_string_equal(v.findings[0].at.file, text);
	assert_string_equal(v.outcomes[0].type, text);
	assert_string_equal(v.facts->calls[1].name, text);
	assert_int_equal(v.facts->calls[1].n, 7);
	assert_string_equal(v.facts->processes[0].program, text);
	assert_string_equal(v.facts->processes[0].calls[0].name, text);
}

static void
an_empty_verdict_stays_empty(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct luggage luggage = luggage_in_arena(arena);
	struct verdict v = { 0 };

	(void)state;
	verdict_carry(&v, &luggage);
	assert_null(v.target);
	assert_null(v.findings);
	assert_null(v.facts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_needs_nothing_of_the_original),
		cmocka_unit_test(an_empty_verdict_stays_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
