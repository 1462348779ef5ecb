/* SPDX-License-Identifier: MIT */
/* rule_sequence_test.c - which calls follow each other: what one run alone shows, what several
 * do, and when recordings are enough */

#include "unit/effects_run.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/grams.h"
#include "judge/judge.h"
#include "query/columns.h"

/* One run: a word for each task, a letter for each of its calls. */
struct seen {
	struct made made;
	struct columns *columns;
	struct facts facts;
	struct rule_run run;
};

static void
do_call(struct made *m, uint32_t task, char letter)
{
	switch (letter) {
	case 'm':
		return made_call(m, task, CALL_mkdir, 0, S("/v/a"), N(0755));
	case 'd':
		return made_call(m, task, CALL_rmdir, 0, S("/v/a"));
	case 's':
		return made_call(m, task, CALL_symlink, 0, S("/v/b"), S("/v/a"));
	case 'c':
		return made_call(m, task, CALL_chmod, 0, S("/v/a"), N(0755));
	case 'y':
		return made_call(m, task, CALL_sync, 0);
	default:
		fail_msg("no call for '%c'", letter);
	}
}

static void
see(struct seen *s, const char *tasks)
{
	static const char *const argv[] = { "prog", NULL };
	static const struct trace_footer footer = { .n_events = 1 };
	struct trace_header header = { .argv = argv, .cwd = "/", .exe = "/usr/bin/prog" };
	struct effects_opts opts = { .profile = PROFILE_EFFECTS };
	struct err err = { 0 };
	uint32_t task = 1;

	*s = (struct seen){ .made = { .arch = ARCH_X86_64 } };
	s->columns = columns_new(UINT64_MAX & ~COLUMNS_OF_STACKS);
	columns_watch(s->columns, &opts);
	s->made.fx = effects_new(&header, &opts);
	made_start(&s->made, 1, 0, 1, 0);
	made_exec(&s->made, 1, "/usr/bin/prog");
	for (const char *p = tasks; *p; p++) {
		if (*p == ' ') {
			task++;
			made_start(&s->made, task, 1, task, 0);
			continue;
		}
		do_call(&s->made, task, *p);
	}
	made_finish(&s->made);
	assert_int_equal(columns_finish(s->columns, &footer, &err), 0);
	s->facts = *effects_facts(s->made.fx);
	s->facts.footer = footer;
	s->facts.has_all_calls = true;
	s->run = (struct rule_run){
		.facts = &s->facts, .columns = s->columns, .effects = s->made.fx
	};
}

static void
unsee(struct seen *s)
{
	columns_free(s->columns);
	made_free(&s->made);
}

static const char *
name_of_call(size_t i)
{
	return i < N_CALL_IDS - 1 ? decode_spec_of((enum call_id)(i + 1))->name : NULL;
}

static struct rule *
read_rule(struct arena *arena, const char *more)
{
	const char *text = arena_printf(arena,
		"[[assertion]]\nname = 'n'\ntype = 'sequence'\n"
		"where = \"class == 'file' or syscall == 'sync'\"\n%s",
		more);
	struct rule *rule = NULL;
	struct err err = { 0 };
	struct toml *doc;

	assert_int_equal(toml_parse(&doc, arena, "t.toml", text, strlen(text), &err), 0);
	if (rule_read(&rule, arena, toml_get(doc, "assertion")->first, name_of_call, &err) <
		0) {
		err_print(&err, "rule_sequence_test", stderr);
		fail_msg("refused: %s", more);
	}
	return rule;
}

#define MOST 8

static struct golden *
recorded(struct arena *arena, const struct rule *rule, const char *const *runs)
{
	struct golden *golden = golden_new();

	for (size_t i = 0; runs[i]; i++) {
		struct seen seen;

		see(&seen, runs[i]);
		rule_note(golden, arena, rule, "t", &seen.run);
		unsee(&seen);
	}
	return golden;
}

struct row {
	const char *recordings[MOST], *runs[MOST];
	enum verdict_kind kind;
	size_t n_runs; /* that it took */
	const char *text, *chance;
};

/* clang-format off */
static const struct row rows[] = {
	/* Nothing new: one run. */
	{ { "mds", "mds", "mds" }, { "mds" }, VERDICT_PASS, 1, "0 of 2 sequences", NULL },
	/* New each time: with nothing that varies three runs tell, with tasks six. */
	{ { "mds", "mds", "mds" }, { "mdcs", "mdcs", "mdcs" }, VERDICT_FAIL, 3, "changed: mkdir>unlink>chmod is new", NULL },
	{ { "mds mds", "mds mds" }, { "mdcs mds", "mdcs mds", "mdcs mds", "mdcs mds", "mdcs mds", "mdcs mds" }, VERDICT_FAIL, 6, "in each of 6 runs", NULL },
	{ { "mds", "msd" }, { "mdy", "mdy", "mdy", "mdy", "mdy", "mdy" }, VERDICT_FAIL, 6, "sync is new (1, medium)", NULL },
	/* New once. */
	{ { "mds", "mds", "mds" }, { "msd", "mds" }, VERDICT_PASS, 2, "0 of 2", "came in one run and not in another, such as " },
	{ { "mds", "mds", "mds" }, { "mds y", "mds" }, VERDICT_PASS, 2, "0 of 2", "such as " },
	/* Another one each time. */
	{ { "mdms", "msmd" }, { "mdmd", "msms" }, VERDICT_PASS, 2, "0 of ", "such as " },
	/* A new call, with others around it each time: it is the call that comes again. */
	{ { "mds", "msd", "dms" }, { "mydsm", "mdysm", "dysmd", "sdmym", "ymds", "mdsy" }, VERDICT_FAIL, 6, "sync", "such as " },
	/* An order that is new, whatever comes around it. */
	{ { "mdmsmd", "mdmsms" }, { "mdsm", "dsdm", "mdsmd", "mmds", "dsmm", "dsds" }, VERDICT_FAIL, 6, "in each of 6 runs", NULL },
	/* Missing each time, and missing once. */
	{ { "mdsy", "mdsy" }, { "mds", "mds", "mds" }, VERDICT_FAIL, 3, "unlink>symlink>sync is missing", NULL },
	{ { "mdsy", "mdsy" }, { "mds", "mdsy" }, VERDICT_PASS, 2, "0 of ", "such as unlink>symlink>sync" },
	/* More often each time; more often, then more seldom. */
	{ { "mdmd mdmd", "mdmd mdmd" }, { "mdmdmdmd mdmd", "mdmdmdmd mdmd", "mdmdmdmd mdmd", "mdmdmdmd mdmd", "mdmdmdmd mdmd", "mdmdmdmd mdmd" }, VERDICT_FAIL, 6, "2 -> 4", NULL },
	{ { "mdmdm mdmdm" }, { "mdmdmdmdm mdmdmdmdm", "mdm mdm" }, VERDICT_PASS, 2, "0 of ", "such as " },
	/* A task more; a thread that ends earlier, once. */
	{ { "mds mds", "mds mds" }, { "mds mds mds", "mds mds mds", "mds mds mds", "mds mds mds", "mds mds mds", "mds mds mds" }, VERDICT_FAIL, 6, "2 -> 3", NULL },
	{ { "mds mds", "mds mds" }, { "mds md", "mds mds" }, VERDICT_PASS, 2, "0 of ", "such as " },
	/* It is the last of them that is told. */
	{ { "mds mds", "mds mds" }, { "mdc mds y", "mdc mds", "mdc mds", "mdc mds y", "mdc mds y", "mdc mds" }, VERDICT_FAIL, 6, "changed: mkdir>unlink>chmod is new", "such as " },
};
/* clang-format on */

static const char *
judge_runs(struct outcome *out, struct arena *arena, const struct row *row, size_t *n)
{
	struct rule *rule = read_rule(arena, "");
	AUTO(golden_free) struct golden *golden = recorded(arena, rule, row->recordings);

	for (*n = 0; (!*n || out->suspects) && row->runs[*n]; ++*n) {
		struct seen seen;

		see(&seen, row->runs[*n]);
		seen.run.golden = golden;
		if (*n)
			rule_judge_again(out, arena, rule, "t", &seen.run);
		else
			rule_judge(out, arena, rule, "t", &seen.run);
		unsee(&seen);
	}
	rule_done(rule);
	return out->text;
}

static void
what_is_not_in_each_run_is_chance(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		const struct row *row = &rows[i];
		struct outcome out;
		size_t n;
		const char *text = judge_runs(&out, arena, row, &n);

		if (out.kind != row->kind || out.suspects || n != row->n_runs ||
			!strstr(text, row->text))
			fail_msg("row %zu, run %zu: %s: %s", i, n, verdict_names[out.kind],
				text);
		if (!row->chance != !out.chance ||
			(out.chance && !strstr(out.chance, row->chance)))
			fail_msg("row %zu: %s", i, out.chance ? out.chance : "no chance");
	}
}

/* A run that broke off shows nothing, neither alone nor after another one. */
static void
a_hole_makes_it_inconclusive(void **state)
{
	static const char *const steady[] = { "mds", "mds", NULL };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *rule = read_rule(arena, "");
	AUTO(golden_free) struct golden *golden = recorded(arena, rule, steady);
	struct outcome out;
	struct seen seen;

	(void)state;
	for (int i = 0; i < 2; i++) {
		see(&seen, "mdcs");
		seen.run.golden = golden;
		seen.facts.footer.n_lost = (uint64_t)i;
		if (i)
			rule_judge_again(&out, arena, rule, "t", &seen.run);
		else
			rule_judge(&out, arena, rule, "t", &seen.run);
		assert_int_equal(out.kind, i ? VERDICT_INCONCLUSIVE : VERDICT_FAIL);
		assert_int_equal(!out.suspects, i);
		unsee(&seen);
	}
	rule_done(rule);
}

static void
so_many_may_be_unlike_as_the_rule_says(void **state)
{
	static const char *const steady[] = { "mds", "mds", NULL };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *rule = read_rule(arena, "max_anomalies = 2\n");
	AUTO(golden_free) struct golden *golden = recorded(arena, rule, steady);
	static const char *const runs[] = { "mdc", "mdcs" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		struct outcome out;
		struct seen seen;

		see(&seen, runs[i]);
		seen.run.golden = golden;
		rule_judge(&out, arena, rule, "t", &seen.run);
		assert_int_equal(out.kind, i ? VERDICT_FAIL : VERDICT_PASS);
		unsee(&seen);
	}
	rule_done(rule);
}

/* When recordings are enough. */
static void
more_recordings_where_they_vary(void **state)
{
	static const struct {
		const char *runs[MOST];
		const char *text; /* NULL: enough */
	} sets[] = {
		{ { "mds", "mds", "mds" }, NULL },
		{ { "mds", "msd", "mds" }, "4 of 4 sequences of calls are not in all" },
		{ { "mds", "mdsds", "mds" }, "sequences of calls are not in all" },
		{ { "mds mds", "mds mds", "mds mds" }, "several tasks may take turns" },
		{ { "mds y", "mds y", "mds y", "mds y", "mds y", "mds y" }, NULL },
		{ { "mds", "msd", "mds", "msd", "mds", "mds" }, NULL },
		{ { "mds", "mds", "mds", "mds", "mds", "msd" }, "4 of 4" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = read_rule(arena, "");
		struct seen seen[MOST];
		struct rule_run runs[MOST];
		const char *why;
		size_t n = 0;

		for (; sets[i].runs[n]; n++) {
			see(&seen[n], sets[i].runs[n]);
			runs[n] = seen[n].run;
		}
		why = rule_doubt(arena, rule, "t", runs, n);
		if (!why != !sets[i].text || (why && !strstr(why, sets[i].text)))
			fail_msg("set %zu: %s", i, why ? why : "no doubt");
		while (n)
			unsee(&seen[--n]);
		rule_done(rule);
	}
}

static void
add_part(void *arg, const char *part)
{
	str_addf(arg, "%s ", part);
}

static void
the_shortest_new_part_is_handed_out(void **state)
{
	static const struct {
		const char *known[3], *gram, *parts;
	} cases[] = {
		{ { "a>b>c" }, "a>x>c", "x " },
		{ { "a>b>c" }, "a>c>b", "a>c c>b " },
		{ { "a>b>c", "b>c>a", "c>b>c" }, "b>c>b", "b>c>b " },
		{ { "a>b>c" }, "x>y>z", "x y z " },
		{ { "a>b>c" }, "a>b", "=a>b " },
		{ { "a>b>c" }, "^>a>b", "^ " },
		{ { NULL }, "a", "a " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(map_free) struct map *known = map_new();
		AUTO(str_done) struct str said = { 0 };

		for (size_t k = 0; k < 3 && cases[i].known[k]; k++)
			gram_add_parts(known, cases[i].known[k]);
		gram_visit_new(known, cases[i].gram, add_part, &said);
		assert_string_equal(str_text(&said), cases[i].parts);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_in_each_run_is_chance),
		cmocka_unit_test(a_hole_makes_it_inconclusive),
		cmocka_unit_test(so_many_may_be_unlike_as_the_rule_says),
		cmocka_unit_test(more_recordings_where_they_vary),
		cmocka_unit_test(the_shortest_new_part_is_handed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
