/* SPDX-License-Identifier: MIT */
/*
 * cluster_test.c - which differences belong together, which are accepted, and that none is lost
 */

#include "judge/basis.h"
#include "judge/known.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Goldens in short, an effect a line: "KIND KEY | FIELD VALUE | …". A value of digits is a
 * number, one with commas a list; "^ N TASK" is the event and the task behind it.
 */
static enum effect_kind
kind_of(const char *name)
{
	for (int i = 0; i < N_EFFECT_KINDS; i++)
		if (strcmp(effect_kind_names[i], name) == 0)
			return (enum effect_kind)i;
	fail_msg("no effect kind '%s'", name);
	return 0;
}

static void
add_value(struct golden *g, struct effect *e, const char *name, char *value)
{
	const char *list[8];
	size_t n = 0;

	if (strcmp(name, "^") == 0) {
		char *task = strchr(value, ' ');

		e->seq = strtoull(value, NULL, 10);
		e->evidence =
			arena_printf(g->arena, "by /bin/x (task %s)", task ? task + 1 : "1");
	} else if (*value && !value[strspn(value, "0123456789")] && strcmp(name, "mode") != 0) {
		effect_number(g, e, name, atoll(value));
	} else if (strchr(value, ',')) {
		for (char *item = strtok(value, ","); item; item = strtok(NULL, ","))
			list[n++] = item;
		effect_list(g, e, name, list, n);
	} else {
		effect_text(g, e, name, value);
	}
}

static void
add_line(struct golden *g, char *line)
{
	char *field = strstr(line, " | "), *key = strchr(line, ' ');
	struct effect *e;

	if (field)
		*field = '\0';
	*key++ = '\0';
	e = golden_add(g, kind_of(line), key);
	e->n_runs = g->n_runs;
	while (field) {
		char *name = field + 3, *value;

		field = strstr(name, " | ");
		if (field)
			*field = '\0';
		value = strchr(name, ' ');
		*value++ = '\0';
		add_value(g, e, name, value);
	}
}

static struct golden *
make(const char *text)
{
	struct golden *g = golden_new();
	char *copy = strdup(text), *save;

	g->n_runs = 1;
	for (char *line = strtok_r(copy, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
		char *own = strdup(line);

		add_line(g, own);
		free(own);
	}
	free(copy);
	return g;
}

struct world {
	struct arena *arena;
	struct golden *golden, *run;
	struct differences d;
};

static void
world_make(struct world *w, const char *golden, const char *run)
{
	struct err err = { 0 };

	w->arena = arena_new();
	w->golden = make(golden);
	w->run = make(run);
	assert_int_equal(judge_compare(&w->d, w->arena, w->golden, w->run, NULL, &err), 0);
	err_done(&err);
}

static void
world_done(struct world *w)
{
	golden_free(w->golden);
	golden_free(w->run);
	arena_free(w->arena);
}

static void
cluster(struct clusters *out, struct world *w)
{
	const struct difference **all = arena_array(w->arena, w->d.n + 1, sizeof(void *));

	for (size_t i = 0; i < w->d.n; i++)
		all[i] = &w->d.items[i];
	cluster_all(out, w->arena, all, w->d.n);
}

/* "KEY: MEMBER, MEMBER\n" of each cluster, in order. */
static void
describe(struct str *out, const struct clusters *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct cluster *c = &all->items[i];
		const struct difference *d = c->first;

		str_add(out, (d->run ? d->run : d->golden)->key);
		for (size_t j = 0; j < c->n_members; j++) {
			d = c->members[j];
			str_addf(out, "%s%s", j ? ", " : ": ",
				(d->run ? d->run : d->golden)->key);
		}
		str_add_char(out, '\n');
	}
}

#define EXIT_0 "exit exit | code 0;"
#define EXIT_1 "exit exit | code 1;"
#define FILE_(name_, text_) "path " name_ " | type file | text " text_ ";"
#define DIR_(name_) "path " name_ " | type dir;"

/* clang-format off */
static const struct {
	const char *what, *golden, *run, *wanted;
} rows[] = {
	{ "two changes that have nothing in common",
		EXIT_0 "stream stdout | text a;" FILE_("/f", "bc"),
		EXIT_0 "stream stdout | text b;" FILE_("/f", "de"), "stdout\n/f\n" },
	{ "one substitution in unlike lines",
		FILE_("/a", "for v1.2 now") FILE_("/b", "v1.2") "stream stdout | text is v1.2!;",
		FILE_("/a", "for v1.3 now") FILE_("/b", "v1.3") "stream stdout | text is v1.3!;",
		"stdout: /a, /b\n" },
	{ "… but not one with another change in the same text",
		FILE_("/a", "for v1.2 now") FILE_("/b", "v1.2 old"),
		FILE_("/a", "for v1.3 now") FILE_("/b", "v1.3 new"), "/a\n/b\n" },
	{ "the same value of the same field",
		"path /a | type file | uid 1;path /b | type file | uid 1;path /c | type file | uid 1;",
		"path /a | type file | uid 2;path /b | type file | uid 2;path /c | type file | uid 3;",
		"/a: /b\n/c\n" },
	{ "a umask takes bits from files and directories alike",
		"path /a | type file | mode 0644;path /b | type dir | mode 0755;",
		"path /a | type file | mode 0600;path /b | type dir | mode 0700;", "/a: /b\n" },
	{ "two chmods are no umask",
		"path /a | type file | mode 0644;path /b | type file | mode 0644;",
		"path /a | type file | mode 0600;path /b | type file | mode 0666;", "/a\n/b\n" },
	{ "a missing directory and what lies below it, at any depth",
		DIR_("/d") DIR_("/d/e") FILE_("/d/e/f", "b") FILE_("/dx", "c"), EXIT_0,
		"exit\n/d: /d/e, /d/e/f\n/dx\n" },
	{ "a tree elsewhere, files that are like others included",
		DIR_("/d") FILE_("/d/a", "b") FILE_("/d/b", "a") FILE_("/d/c", "a"),
		DIR_("/z") FILE_("/z/a", "b") FILE_("/z/b", "a") FILE_("/z/c", "a"),
		"/z: /z/a, /z/b, /z/c\n" },
	{ "files with other content in the other tree are not the same files",
		DIR_("/d") FILE_("/d/a", "b") FILE_("/d/b", "c"),
		DIR_("/z") FILE_("/z/a", "b") FILE_("/z/b", "d"), "/d/b\n/z: /z/a\n/z/b\n" },
	{ "a program that did not run took what its arguments name",
		EXIT_0 "exec gzip | path /bin/gzip | argv gzip,-k,a;exec ln | path /bin/ln | argv ln,x,y;"
			FILE_("/a.gz", "g") FILE_("/y", "l") FILE_("/other", "o"),
		EXIT_0, "/other\ngzip: /a.gz\nln: /y\n" },
	{ "the only program that did not run took the rest",
		EXIT_0 "exec tool | path /bin/tool;" FILE_("/other", "o") "read /in;", EXIT_0,
		"tool: /other, /in\n" },
	{ "what another task made is not the new program's",
		EXIT_0, EXIT_0 "exec tool | path /bin/tool | ^ 5 1.2;path /mine | type file | ^ 6 1.2.1;"
			"path /theirs | type file | ^ 7 1.20;",
		"tool: /mine\n/theirs\n" },
	{ "a failing exit, its message, and what is missing with it",
		EXIT_0 FILE_("/f", "b"), EXIT_1 "stream stderr | text no;", "exit: stderr, /f\n" },
	{ "a failing exit explains nothing that was added or changed",
		EXIT_0 FILE_("/f", "b"), EXIT_1 FILE_("/f", "c") FILE_("/g", "d"), "exit\n/f\n/g\n" },
	{ "a failure that is gone takes its message along, and no file",
		EXIT_1 "stream stderr | text no;", EXIT_0 FILE_("/f", "b"), "exit: stderr\n/f\n" },
	{ "a program that ended as the command did",
		EXIT_0 "exec x | path /x | exits 0,0;exec y | path /y | exits 0,0;",
		EXIT_1 "exec x | path /x | exits 1,0;exec y | path /y | exits 2,0;", "exit: x\ny\n" },
	{ "a count that follows",
		EXIT_0 "count programs | count 1;",
		EXIT_0 "exec x | path /x | count 2 | ^ 3;count programs | count 3;", "x: programs\n" },
	{ "a count that does not",
		EXIT_0 "count programs | count 1;",
		EXIT_0 "exec x | path /x | count 2 | ^ 3;count programs | count 4;", "x\nprograms\n" },
	{ "flows are those of their object",
		"stream stdout | text a;flow stdout out | bytes 1;flow /p out | bytes 1;",
		"stream stdout | text ab;flow stdout out | bytes 2;flow /p out | bytes 3;",
		"stdout: stdout out\n/p out\n" },
	{ "the earliest comes first, the exit behind what has an event",
		EXIT_0 "path /a | type file | uid 1;path /b | type file | mode 0600;",
		EXIT_1 "path /a | type file | uid 2 | ^ 9;path /b | type file | mode 0601 | ^ 4;",
		"/b\n/a\nexit\n" },
	{ "what is missing comes where it stands among what both have",
		"path /a | type file | uid 1 | ^ 10;path /gone | type file | ^ 20;"
			"path /b | type file | uid 1 | ^ 30;",
		"path /a | type file | uid 2 | ^ 3;path /b | type file | mode 0600 | ^ 5;",
		"/a\n/gone\n/b\n/b\n" },
};
/* clang-format on */

static void
one_cause_is_one_cluster_and_every_difference_is_in_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str got = { 0 };
		struct clusters all;
		struct world w;
		size_t n = 0;

		world_make(&w, rows[i].golden, rows[i].run);
		cluster(&all, &w);
		describe(&got, &all);
		for (size_t j = 0; j < all.n; j++)
			n += 1 + all.items[j].n_members;
		assert_int_equal(n, w.d.n);
		if (strcmp(str_text(&got), rows[i].wanted) != 0)
			fail_msg("%s:\nwanted:\n%sgot:\n%s", rows[i].what, rows[i].wanted,
				str_text(&got));
		world_done(&w);
	}
}

static void
an_imprint_is_of_both_sides_whole(void **state)
{
	static const char *const runs[] = { "stream stdout | text b;",
		"stream stdout | text c;", "stream stderr | text b;", "stream stdout | hex 62;",
		"stream stdout | text bb;" };
	char seen[ARRAY_LEN(runs) + 1][17] = { { 0 } };
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		world_make(&w, "stream stdout | text a;", runs[i]);
		assert_true(w.d.n > 0);
		memcpy(seen[i], w.d.items[0].imprint, 17);
		assert_int_equal(strlen(seen[i]), 16);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
		world_done(&w);
	}
	world_make(&w, "stream stdout | text z;", runs[0]); /* the other side */
	assert_string_not_equal(w.d.items[0].imprint, seen[0]);
	world_done(&w);
	world_make(&w, "stream stdout | text a;path /x | uid 1;",
		"path /x | uid 2;stream stdout | text b;");
	assert_string_equal(w.d.items[0].imprint, seen[0]); /* whatever else differs */
	world_done(&w);
}

static void
a_line_ends_in_its_imprint(void **state)
{
	(void)state;
	assert_string_equal(known_imprint("x [0123456789abcdef]"), "0123456789abcdef]");
	assert_null(known_imprint("x [0123456789abcde]"));
	assert_null(known_imprint("x [0123456789abcdeg]"));
	assert_null(known_imprint("x [0123456789ABCDEF]"));
	assert_null(known_imprint("x 0123456789abcdef"));
	assert_null(known_imprint("0123456789abcdef]"));
	assert_null(known_imprint(""));
}

struct known_row {
	const char *what, *golden, *run;
	const char *target, *expires;
	size_t n_left, n_used, n_expired;
};

#define TWO_A "stream stdout | text a;path /x | type file | uid 1;"
#define TWO_B "stream stdout | text b;path /x | type file | uid 2;"

/* The entry is always the one for the difference of stdout between "a" and "b". */
static const struct known_row known_rows[] = {
	{ "accepts what it names", "stream stdout | text a;", "stream stdout | text b;", "t",
		"2026-11-22", 0, 1, 0 },
	{ "on its last day, too", "stream stdout | text a;", "stream stdout | text b;", "t",
		"2026-11-21", 0, 1, 0 },
	{ "not the day after", "stream stdout | text a;", "stream stdout | text b;", "t",
		"2026-11-20", 1, 0, 1 },
	{ "nothing beside it", TWO_A, TWO_B, "t", "2027-01-01", 1, 1, 0 },
	{ "no other content", "stream stdout | text a;", "stream stdout | text c;", "t",
		"2027-01-01", 1, 0, 0 },
	{ "nothing when nothing differs", TWO_A, TWO_A, "t", "2027-01-01", 0, 0, 0 },
};

static void
a_known_difference_accepts_itself_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known_rows); i++) {
		const struct known_row *r = &known_rows[i];
		struct world model, w;
		struct known_result result;
		size_t n_used = 0, n_expired = 0;

		world_make(&model, "stream stdout | text a;", "stream stdout | text b;");
		struct known known = { .target = r->target,
			.difference = cluster_line(model.arena, &model.d.items[0]),
			.expires = r->expires };
		struct knowns knowns = { &known, 1 };

		world_make(&w, r->golden, r->run);
		known_apply(&result, w.arena, &knowns, "t", "2026-11-21", &w.d);
		assert_int_equal(result.n_matches, 1);
		n_used += result.matches[0].state == KNOWN_USED;
		n_expired += result.matches[0].state == KNOWN_EXPIRED;
		if (result.left.n != r->n_left || n_used != r->n_used ||
			n_expired != r->n_expired)
			fail_msg("%s: %zu left, %zu used, %zu expired", r->what, result.left.n,
				n_used, n_expired);
		known_apply(&result, w.arena, &knowns, "another", "2026-11-21", &w.d);
		assert_int_equal(result.n_matches, 0);
		world_done(&w);
		world_done(&model);
	}
}

static void
a_cluster_has_a_line_of_its_own(void **state)
{
	static const char golden[] = EXIT_0 FILE_("/f", "b") FILE_("/g", "c");
	static const char run[] = EXIT_1 "stream stderr | text no;";
	struct world w;
	struct clusters all;
	struct known_result result;
	struct known known = { .target = "t", .expires = "2999-01-01" };
	struct knowns knowns = { &known, 1 };

	(void)state;
	world_make(&w, golden, run);
	cluster(&all, &w);
	assert_int_equal(all.n, 1);
	known.difference = all.items[0].line;
	known_apply(&result, w.arena, &knowns, "t", "2026-11-21", &w.d);
	assert_int_equal(result.left.n, 0);
	/* That of one member accepts that one alone. */
	known.difference = cluster_line(w.arena, all.items[0].members[0]);
	known_apply(&result, w.arena, &knowns, "t", "2026-11-21", &w.d);
	assert_int_equal(result.left.n, 1);
	assert_int_equal(result.left.items[0].n_members, all.items[0].n_members - 1);
	world_done(&w);
}

static void
a_snippet_can_be_pasted_but_not_left_as_it_is(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(
		known_snippet(arena, "t", "say \"a\\b\" [0123456789abcdef]", "2026-11-30"),
		"[[known]]\ntarget = \"t\"\n"
		"difference = \"say \\\"a\\\\b\\\" [0123456789abcdef]\"\n"
		"reason = \"\"    # why it is right for now\nowner = \"\"     # who ends it\n"
		"expires = 2027-02-28\n");
}

static void
a_basis_counts_what_was_seen_and_what_was_not(void **state)
{
	static const struct facts facts = { .n_calls = 7, .n_processes = 2 };
	static const struct trace_footer footer = { .n_calls = 7, .n_rings = 1 };
	struct basis b;
	struct world w;

	(void)state;
	world_make(&w, "path /a | size varies;path /b | size 1;",
		"path /a | size 5;stream stdout | bytes 9 | opaque_bytes 4;"
		"net connect x | connections 2 | bytes_sent 3 | result ok;");
	basis_of(&b, w.arena, w.run, &facts, &footer, &w.d);
	assert_string_equal(basis_words(w.arena, &b),
		"7 calls, 17 bytes, 1 path, 1 stream, 2 processes, 2 connections");
	assert_string_equal(basis_unseen_words(w.arena, &b),
		"4 bytes counted but not seen (sendfile, splice), 1 stream of which only the "
		"size is compared, 1 io_uring ring, 1 value that the golden keeps open");
	basis_of(&b, w.arena, NULL, NULL, NULL, NULL);
	assert_null(basis_unseen_words(w.arena, &b));
	world_done(&w);
}

static void
costs_stand_side_by_side(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct performance p = {
		.run = { .is_known = true, .wall_ns = 5000000, .n_calls = 10, .n_processes = 1 }
	};

	(void)state;
	assert_string_equal(cost_words(arena, &p), "5.0 ms, 10 calls, 0 bytes, 1 process");
	p.golden = (struct cost){
		.is_known = true, .wall_ns = 20000000, .n_calls = 40, .n_processes = 1
	};
	assert_string_equal(cost_words(arena, &p),
		"5.0 ms against 20.0 ms (4.0 times as fast), 10 against 40 calls, 0 bytes, 1 "
		"process");
	p.golden.wall_ns = 2500000;
	assert_non_null(strstr(cost_words(arena, &p), "(2.0 times as slow)"));
	p.run.is_known = false;
	assert_null(cost_words(arena, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cause_is_one_cluster_and_every_difference_is_in_one),
		cmocka_unit_test(an_imprint_is_of_both_sides_whole),
		cmocka_unit_test(a_line_ends_in_its_imprint),
		cmocka_unit_test(a_known_difference_accepts_itself_and_nothing_else),
		cmocka_unit_test(a_cluster_has_a_line_of_its_own),
		cmocka_unit_test(a_snippet_can_be_pasted_but_not_left_as_it_is),
		cmocka_unit_test(a_basis_counts_what_was_seen_and_what_was_not),
		cmocka_unit_test(costs_stand_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
