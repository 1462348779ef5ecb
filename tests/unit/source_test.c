/* SPDX-License-Identifier: MIT */
/*
 * source_test.c - source lines of what a verdict shows: which are the project's, when the
 * target runs once more for them, and that they outlive that run
 *
 * The target of that run is this program itself, which then makes one directory.
 */

#include "unit/scratch.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/source.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROJECT "project"
#define HUGE_LINE 4294967295u

static void
put(const char *path, const char *text)
{
	struct err err = { 0 };

	assert_int_equal(file_write(path, text, strlen(text), 0644, &err), 0);
}

/* $ stands for the directory of the test; NULL: as it was named. */
static const struct {
	const char *name, *file, *shown;
	uint32_t line;
	bool is_ours;
} places[] = {
	{ "nothing is known", NULL, NULL, 0, false },
	{ "a source that is gone", "src/gone.c", NULL, 3, false },
	{ "one that is gone, in a directory that is", "no/such/x.c", NULL, 3, false },
	{ "a file where a directory should be", "src/app.c/x.c", NULL, 3, false },
	{ "an empty name", "", NULL, 3, false },
	{ "a name that is no file", "<built-in>", NULL, 3, false },
	{ "the project itself", ".", NULL, 3, false },
	{ "a directory", "src", NULL, 3, false },
	{ "outside, by dots", "../outside.c", NULL, 3, false },
	{ "outside, by dots within", "src/../../outside.c", NULL, 3, false },
	{ "outside, absolute", "$/outside.c", NULL, 3, false },
	{ "a neighbour of a longer name", "$/" PROJECT "2/x.c", NULL, 3, false },
	{ "the machine's", "/etc/passwd", NULL, 3, false },
	{ "relative", "src/app.c", "src/app.c", 3, true },
	{ "absolute", "$/" PROJECT "/src/app.c", "src/app.c", 3, true },
	{ "with dots", "./src/../src//app.c", "src/app.c", 3, true },
	{ "through a neighbour", "../" PROJECT "/src/app.c", "src/app.c", 3, true },
	{ "a name with dots in it", "src/..app.c", "src/..app.c", 3, true },
	{ "no line", "src/app.c", "src/app.c", 0, true },
	{ "a line beyond the end", "src/app.c", "src/app.c", 1000, true },
	{ "a huge line", "src/app.c", "src/app.c", HUGE_LINE, true },
	{ "a name that is not UTF-8", "src/\xff\xfe.c", "src/\xff\xfe.c", 3, true },
	{ "bytes that are not UTF-8", "src/odd.c", "src/odd.c", 3, true },
};
#define N_PLACES ARRAY_LEN(places)

static void
make_project(void)
{
	assert_int_equal(mkdir(PROJECT, 0755), 0);
	assert_int_equal(mkdir(PROJECT "/src", 0755), 0);
	assert_int_equal(mkdir(PROJECT "2", 0755), 0);
	put("outside.c", "x\n");
	put(PROJECT "2/x.c", "x\n");
	put(PROJECT "/src/app.c", "one\ntwo\nthree\n");
	put(PROJECT "/src/..app.c", "one\n");
	put(PROJECT "/src/\xff\xfe.c", "one\n");
	put(PROJECT "/src/odd.c", "\xff\xfe\n\x80\n");
}

static const char *
named(struct arena *arena, const char *dir, const char *file)
{
	return file && *file == '$' ? arena_printf(arena, "%s%s", dir, file + 1) : file;
}

/* With stacks in the run itself no second one is made. */
static void
fill_without_a_run(struct gate *g, struct verdict *v)
{
	static const struct target target = { .name = "t" };
	static const struct facts facts = { .has_stacks = true };
	static const struct gate_opts opts = { .runs = 1 };
	static const struct config config = { .source_lines = SOURCE_LINES_ALWAYS };
	struct reference reference = { 0 };
	struct run run = { .facts = &facts };

	g->opts = &opts;
	g->config = &config;
	source_fill(g, &target, &reference, &run, v);
}

static void
what_lies_in_the_project_is_shown_from_its_root(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct gate g = { .arena = arena,
		.here = arena_printf(arena, "%s/" PROJECT, (const char *)*state) };
	struct finding members[N_PLACES] = { 0 };
	struct outcome outcomes[N_PLACES] = { 0 };
	struct finding group = { .members = members, .n_members = N_PLACES };
	struct verdict v = { .kind = VERDICT_FAIL,
		.findings = &group,
		.n_findings = 1,
		.outcomes = outcomes,
		.n_outcomes = N_PLACES };

	make_project();
	for (size_t i = 0; i < N_PLACES; i++) {
		members[i].origin.at =
			(struct pos){ .file = named(arena, *state, places[i].file),
				.row = places[i].line };
		outcomes[i].origin = members[i].origin;
	}
	fill_without_a_run(&g, &v);
	fill_without_a_run(&g, &v); /* what is shown from there once stays so */
	for (size_t i = 0; i < N_PLACES; i++) {
		const char *wanted = named(
			arena, *state, places[i].shown ? places[i].shown : places[i].file);
		const struct origin *o = &members[i].origin, *same = &outcomes[i].origin;

		if (o->is_ours != places[i].is_ours || same->is_ours != o->is_ours)
			fail_msg("%s: is %sours", places[i].name, o->is_ours ? "" : "not ");
		if (o->at.row != places[i].line)
			fail_msg("%s: line %u", places[i].name, o->at.row);
		if (wanted ? !o->at.file || strcmp(o->at.file, wanted) != 0
			   : o->at.file != NULL)
			fail_msg("%s: '%s'", places[i].name, o->at.file ? o->at.file : "none");
	}
}

static void
a_target_that_never_ran_has_no_lines(void **state)
{
	static const struct target target = { .name = "t" };
	struct finding f = { .origin = { .at = { .file = "outside.c", .row = 1 } } };
	struct verdict v = { .findings = &f, .n_findings = 1 };
	struct gate g = { .here = *state };
	struct reference reference = { 0 };
	struct run run = { .status = -1 };

	source_fill(&g, &target, &reference, &run, &v);
	assert_false(f.origin.is_ours);
}

/* Asked last, when all else is for another run; and then there is none. */
static bool
ask(void *arg)
{
	++*(unsigned *)arg;
	return true;
}

static const struct {
	const char *name;
	struct target target;
	enum source_lines wish;
	uint32_t runs;
	enum verdict_kind kind;
	struct run run;
	bool has_stacks, has_line, is_worth_it;
} chances[] = {
	{ "in a sandbox", { .sandbox = true, .runs = 1 }, SOURCE_LINES_SANDBOX, 0,
		.kind = VERDICT_FAIL, .is_worth_it = true },
	{ "in a sandbox, always", { .sandbox = true, .runs = 1 }, SOURCE_LINES_ALWAYS, 0,
		.kind = VERDICT_FAIL, .is_worth_it = true },
	{ "never", { .sandbox = true, .runs = 1 }, SOURCE_LINES_NEVER, 0,
		.kind = VERDICT_FAIL },
	{ "without a sandbox", { .runs = 1 }, SOURCE_LINES_SANDBOX, 0, .kind = VERDICT_FAIL },
	{ "without a sandbox, always", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0,
		.kind = VERDICT_FAIL, .is_worth_it = true },
	{ "one run of many was asked for", { .runs = 3 }, SOURCE_LINES_ALWAYS, 1,
		.kind = VERDICT_FAIL, .is_worth_it = true },
	{ "many runs", { .runs = 3 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_FAIL },
	{ "many runs were asked for", { .runs = 1 }, SOURCE_LINES_ALWAYS, 2,
		.kind = VERDICT_FAIL },
	{ "retries", { .runs = 1, .retries = 1 }, SOURCE_LINES_ALWAYS, 0,
		.kind = VERDICT_FAIL },
	{ "a pass", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_PASS },
	{ "doubt", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_INCONCLUSIVE },
	{ "an error", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_ERROR },
	{ "a timeout", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_FAIL,
		.run = { .timed_out = true } },
	{ "an interrupt", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_FAIL,
		.run = { .interrupted = true } },
	{ "stacks already", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_FAIL,
		.has_stacks = true },
	{ "lines already", { .runs = 1 }, SOURCE_LINES_ALWAYS, 0, .kind = VERDICT_FAIL,
		.has_line = true },
};

static void
a_second_run_is_only_made_where_it_tells_and_harms_nobody(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(chances); i++) {
		struct config config = { .source_lines = chances[i].wish };
		unsigned n_asked = 0;
		struct gate_opts opts = {
			.runs = chances[i].runs, .is_interrupted = ask, .arg = &n_asked
		};
		struct gate g = {
			.arena = arena, .config = &config, .opts = &opts, .here = *state
		};
		struct facts facts = { .has_stacks = chances[i].has_stacks };
		struct run run = chances[i].run;
		struct finding f = { .call = "open", .seq = 1 };
		struct verdict v = { .kind = chances[i].kind, .findings = &f, .n_findings = 1 };
		struct reference reference = { 0 };

		run.facts = &facts;
		f.origin.function = chances[i].has_line ? "f" : NULL;
		source_fill(&g, &chances[i].target, &reference, &run, &v);
		if (n_asked != chances[i].is_worth_it)
			fail_msg("%s: %s", chances[i].name, n_asked ? "yes" : "no");
	}
}

static void
a_second_run_that_cannot_start_leaves_the_verdict_as_it_is(void **state)
{
	static const char *const argv[] = { "/no/such/program", NULL };
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(config_free)
	struct config *config = config_ad_hoc("x.golden", argv, PROFILE_EFFECTS, 1, 0);
	struct gate_opts opts = { .backend = BACKEND_PTRACE };
	struct gate g = { .arena = arena, .config = config, .opts = &opts, .here = *state };
	struct facts facts = { .has_stacks = false };
	struct run run = { .facts = &facts };
	struct finding f = { .call = "open", .seq = 1, .text = "t" };
	struct verdict v = {
		.kind = VERDICT_FAIL, .text = "as it was", .findings = &f, .n_findings = 1
	};
	struct reference reference = { 0 };

	config->source_lines = SOURCE_LINES_ALWAYS;
	source_fill(&g, &config->targets[0], &reference, &run, &v);
	assert_int_equal(v.kind, VERDICT_FAIL);
	assert_string_equal(v.text, "as it was");
	assert_int_equal(v.n_findings, 1);
	assert_null(f.origin.function);
	assert_null(f.origin.at.file);
	assert_false(g.stacks); /* the next target's runs are as fast as ever */
}

#define MADE "made-by-the-target"

__attribute__((noinline)) static int
make_it(void)
{
	return mkdir(MADE, 0700) == 0
		       ? 0
		       : 1; /* not the last thing it does: it stays on the stack */
}

/* This program as the target of a rule that it breaks. */
static void
configure(struct config **config)
{
	AUTO(str_done) struct str toml = { 0 };
	struct err err = { 0 };
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self);

	assert_true(n > 0 && (size_t)n < sizeof self);
	str_addf(&toml,
		"[gate]\nsource_lines = \"sandbox\"\nbackend = \"ptrace\"\n"
		"[[target]]\nname = \"self\"\ncommand = [\"%.*s\", \"make\"]\nsandbox = true\n"
		"[[assertion]]\nname = \"makes nothing\"\ntype = \"never\"\n"
		"where = 'path ~ \"**/" MADE "\"'\nallow_empty = true\n",
		(int)n, self);
	put("renacer.toml", str_text(&toml));
	assert_int_equal(config_load(config, "renacer.toml", &err), 0);
}

static bool
has_stacks_here(struct gate *g, const struct target *target)
{
	struct run run = { 0 };
	struct err err = { 0 };
	bool has;

	g->stacks = true;
	has = gate_run(g, target, 0, &run, &err) == 0;
	g->stacks = false;
	err_drop(&err); /* a build without libdw, a machine without ptrace */
	run_done(&run);
	return has;
}

static void
lines_of_a_second_run_outlive_it(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(config_free) struct config *config = NULL;
	struct gate_opts opts = { .backend = BACKEND_PTRACE };
	struct gate g = { .arena = arena, .opts = &opts, .here = *state };
	struct reference reference = { .is_run = true };
	struct run run = { 0 };
	struct err err = { 0 };
	struct verdict v;
	const struct target *target;
	const struct origin *origin;

	configure(&config);
	g.config = config;
	target = &config->targets[0];
	if (!has_stacks_here(&g, target)) {
		skip();
		return;
	}
	assert_int_equal(gate_run(&g, target, 0, &reference.run, &err), 0);
	reference.golden = reference.run.golden;
	assert_int_equal(gate_run(&g, target, 0, &run, &err), 0);
	v = verdict_begin(&g, target);
	assert_int_equal(judge_run(&g, target, &reference, &run, &v, &err), 0);
	assert_int_equal(v.kind, VERDICT_FAIL);
	assert_int_equal(v.n_outcomes, 1);
	origin = &v.outcomes[0].origin;
	assert_null(origin->function);
	source_fill(&g, target, &reference, &run, &v);
	assert_non_null(origin->function);
	assert_string_equal(origin->function, "make_it");
	assert_non_null(strstr(origin->at.file, "source_test.c"));
	assert_true(origin->at.row > 0);
	assert_true(origin->is_again);
	assert_false(origin->is_ours); /* it is of another project than this directory's */
	run_done(&run);
	reference_done(&reference);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_lies_in_the_project_is_shown_from_its_root,
			scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(
			a_target_that_never_ran_has_no_lines, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(
			a_second_run_is_only_made_where_it_tells_and_harms_nobody,
			scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(
			a_second_run_that_cannot_start_leaves_the_verdict_as_it_is,
			scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(
			lines_of_a_second_run_outlive_it, scratch_enter, scratch_leave),
	};

	if (argc > 1 && strcmp(argv[1], "make") == 0)
		_exit(make_it()); /* no leak check under a tracer */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
