/* SPDX-License-Identifier: MIT */
/* learn_test.c - which spans become holes, of which type, and what then matches */

#include "effects/learn.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Three recordings; the processes of each are 101, 202 and 303. */
struct bench {
	struct arena *arena;
	struct hole_set *set;
	struct golden *runs[3];
	struct learning learning;
};

static const int32_t pids[] = { 101, 202, 303 };

static void
bench_init(struct bench *b)
{
	*b = (struct bench){ .arena = arena_new(), .set = hole_set_new() };
	for (size_t i = 0; i < 3; i++) {
		b->runs[i] = golden_new();
		b->runs[i]->pids = &pids[i];
		b->runs[i]->n_pids = 1;
	}
	b->learning = (struct learning){
		.arena = b->arena, .set = b->set, .runs = b->runs, .n_runs = 3
	};
}

static void
bench_done(struct bench *b)
{
	learning_done(&b->learning);
	for (size_t i = 0; i < 3; i++)
		golden_free(b->runs[i]);
	hole_set_free(b->set);
	arena_free(b->arena);
}

struct row {
	const char *texts[3];
	const char *wanted; /* the template; NULL: refused */
};

static const struct row rows[] = {
	{ { "same\n", "same\n", "same\n" }, "same\n" },
	/* What is constant is no hole, whatever it looks like. */
	{ { "2026-11-21 a 1s\n", "2026-11-21 a 2s\n", "2026-11-21 a 3s\n" },
		"2026-11-21 a ⟨duration⟩\n" },
	{ { "a ⟨b 1s", "a ⟨b 2s", "a ⟨b 3s" }, "a ⟨⟨b ⟨duration⟩" },
	{ { "took 0.012 s\n", "took 0.015 s\n", "took 12 ms\n" }, "took ⟨duration⟩\n" },
	{ { "real\t0m0.003s\n", "real\t0m0.004s\n", "real\t1m2.004s\n" },
		"real\t⟨duration⟩\n" },
	{ { "Sat Nov 21 02:46:59 UTC 2026\n", "Sun Nov 22 02:46:00 UTC 2026\n",
		  "Tue Dec  1 02:46:00 UTC 2026\n" },
		"⟨unix-time⟩\n" },
	{ { "Date: Sat, 21 Nov 2026 02:46:59 GMT\r\n",
		  "Date: Sat, 21 Nov 2026 02:47:00 GMT\r\n",
		  "Date: Sun, 22 Nov 2026 02:47:00 GMT\r\n" },
		"Date: ⟨mail-date⟩\r\n" },
	{ { "2026-11-21T02:46:59.123Z x", "2026-11-21T02:46:59.12Z x",
		  "2026-11-21T02:47:00Z x" },
		"⟨iso-time⟩ x" },
	{ { "at 02:46:59", "at 02:47:00", "at 23:59:60" }, "at ⟨time⟩" },
	{ { "-rw-r--r-- 1 a a 3 Nov 21 02:46 f\n", "-rw-r--r-- 1 a a 3 Nov  1 02:47 f\n",
		  "-rw-r--r-- 1 a a 3 Nov 21  2025 f\n" },
		"-rw-r--r-- 1 a a 3 ⟨file-time⟩ f\n" },
	{ { "0b5a3c1e-1f2d-4c3b-8a9d-0123456789ab", "1b5a3c1e-1f2d-4c3b-8a9d-0123456789ab",
		  "2b5a3c1e-1f2d-4c3b-8a9d-0123456789ab" },
		"⟨uuid⟩" },
	{ { "<at 0x7ffe12345678>", "<at 0x7ffe12345679>", "<at 0x555512345678>" },
		"<at ⟨address⟩>" },
	{ { "commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad",
		  "commit 4b18e512dba79e4c8300dd08aeb37f8e728b8dad",
		  "commit 5b18e512dba79e4c8300dd08aeb37f8e728b8dad" },
		"commit ⟨hash 40⟩" },
	{ { "1795230689", "1795230690", "1795230691" }, "⟨epoch⟩" },
	{ { "127.0.0.1:45678 ok", "127.0.0.1:45679 ok", "127.0.0.1:34567 ok" },
		"127.0.0.1:⟨port⟩ ok" },
	/* The run's own processes are known from any other number. */
	{ { "I am 101.", "I am 202.", "I am 303." }, "I am ⟨pid⟩." },
	{ { "I am 101.", "I am 202.", "I am 304." }, "I am ⟨number⟩." },
	/* A number must differ in each: two of three may be due to one change. */
	{ { "2 CPUs", "1 CPUs", "2 CPUs" }, NULL },
	{ { "pi is 3.141", "pi is 3.15", "pi is 3" }, "pi is ⟨decimal⟩" },
	{ { "n   12 x", "n  345 x", "n    6 x" }, "n⟨number >5⟩ x" },
	{ { "n 12  x", "n 345 x", "n 6   x" }, "n ⟨number <4⟩x" },
	{ { "n  12 x", "n  34 x", "n  56 x" }, "n⟨number 2+2⟩ x" },
	{ { "8.5 GB/s", "912 MB/s", "1.0 GB/s" }, "⟨rate⟩" },
	{ { "vhYN0GV8vmWjb1MmUbOSbF0", "dhgbE6vwGlPAUR7xsQ0oDzs", "Fn6jqDAPHjlnTr6M3FfYxVO" },
		"⟨token 23⟩" },
	/* Words, lines, mixtures: nothing is learned. */
	{ { "a abc b", "a def b", "a ghi b" }, NULL },
	{ { "1s", "abc", "2s" }, NULL },
	{ { "x\n", "x\ny\n", "x\n" }, NULL },
	{ { "a b", "a  b", "a b" }, NULL },
	{ { "1s", "02:46:59", "3s" }, NULL },
	{ { "run42", "run43", "run44" }, NULL },
	{ { "", "1s", "2s" }, NULL },
};

static void
recordings_become_the_template_of_the_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		struct str out = { 0 };
		struct unlearned why;
		bool ok;

		bench_init(&b);
		ok = learn_text(&b.learning, "stdout", rows[i].texts, &out, &why);
		if (ok != (rows[i].wanted != NULL) ||
			(ok && strcmp(str_text(&out), rows[i].wanted) != 0))
			fail_msg("row %zu: '%s' became %s '%s'", i, rows[i].texts[0],
				ok ? "the template" : why.reason, str_text(&out));
		for (size_t r = 0; ok && r < 3; r++) {
			struct template_of of = { b.set, &pids[r], 1 };
			struct str through = { 0 };

			template_apply(&of, &through, out.data, rows[i].texts[r]);
			assert_string_equal(str_text(&through), out.data);
			str_done(&through);
		}
		str_done(&out);
		bench_done(&b);
	}
}

struct fit {
	const char *template, *text;
	bool fits;
};

static const struct fit fits[] = {
	{ "took ⟨duration⟩\n", "took 3 min\n", true },
	{ "took ⟨duration⟩\n", "took abc\n", false },
	{ "took ⟨duration⟩\n", "took 3\n", false },
	{ "took ⟨duration⟩\n", "Took 3 s\n", false },
	{ "took ⟨duration⟩\n", "took 3 s", false },
	{ "took ⟨duration⟩\n", "took 3 s.\n", false },
	{ "took ⟨duration⟩\n", "took 3 sx\n", false },
	{ "took ⟨duration⟩\n", "took ⟨duration⟩\n", false }, /* of a run, in so many words */
	{ "⟨iso-date⟩", "2026-13-01", false },
	{ "⟨iso-date⟩", "2026-12-32", false },
	{ "⟨iso-date⟩", "1026-12-31", false },
	{ "⟨time⟩", "24:00:00", false },
	{ "⟨time⟩", "12:60:00", false },
	{ "⟨pid⟩", "4711", true },
	{ "⟨pid⟩", "4712", false },
	{ "⟨pid⟩", "04711", false },
	{ "x:⟨port⟩", "x:65535", true },
	{ "x:⟨port⟩", "x:65536", false },
	{ "⟨hash 40⟩", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", true },
	{ "⟨hash 40⟩", "3b18e512dba79e4c8300dd08aeb37f8e728b8da", false },
	{ "⟨hash 40⟩", "3b18e512dba79e4c8300dd08aeb37f8e728b8dag", false },
	{ "⟨hash 16⟩", "3b18e512dba79e4", true }, /* a zero in front is not written */
	{ "⟨hash 16⟩", "3b18e512dba", false },
	{ "⟨address⟩", "0x7ffe", true },
	{ "⟨address⟩", "7ffe1234", false },
	{ "⟨number >5⟩ x", "    7 x", true },
	{ "⟨number >5⟩ x", "   7 x", false },
	{ "⟨number >5⟩ x", "123456 x", true },
	{ "⟨number <5⟩x", "7    x", true },
	{ "⟨number <5⟩x", "7   x", false },
	{ "n⟨number 2+2⟩", "n  34", true },
	{ "n⟨number 2+2⟩", "n  345", true },
	{ "n⟨number 2+2⟩", "n 345", true },
	{ "n⟨number 2+2⟩", "n 34", false },
	{ "a ⟨⟨b", "a ⟨b", true },
	{ "a ⟨⟨b", "a ⟨⟨b", false },
	{ "⟨nothing⟩", "1s", false },
	{ "⟨hash 16⟩", "3B18E512DBA79E4C", false }, /* the recordings had small letters */
	{ "⟨upper-hash 16⟩", "3B18E512DBA79E4C", true },
	{ "⟨upper-hash 16⟩", "3b18e512dba79e4c", false },
	{ "⟨hash⟩", "3b18e512dba79e4c", false },
	{ "⟨duration 40⟩", "1s", false },
	{ "⟨duration", "1s", false },
};

static void
a_text_matches_when_every_hole_has_its_type(void **state)
{
	struct hole_set *set = hole_set_new();
	static const int32_t own[] = { 4711 };
	struct template_of of = { set, own, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
		if (template_matches(&of, fits[i].template, strlen(fits[i].template),
			    fits[i].text, strlen(fits[i].text)) != fits[i].fits)
			fail_msg("'%s' and '%s': wanted %d", fits[i].template, fits[i].text,
				fits[i].fits);
	hole_set_free(set);
}

/* Whatever byte outside of a hole is changed, the text is no longer the template. */
static void
no_hole_hides_a_byte_beside_it(void **state)
{
	static const char template[] = "begin\nline ⟨duration⟩, 12 of 20\n⟨iso-time⟩ end\n";
	static const char text[] = "begin\nline 0.5 s, 12 of 20\n2026-11-21 02:46:59 end\n";
	struct hole_set *set = hole_set_new();
	struct template_of of = { set, NULL, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof text - 1; i++) {
		char changed[sizeof text];
		struct str out = { 0 };

		memcpy(changed, text, sizeof text);
		changed[i] = changed[i] == 'x' ? 'y' : 'x';
		template_apply(&of, &out, template, changed);
		assert_string_not_equal(
			str_text(&out), template); /* x stands in no value, either */
		str_done(&out);
	}
	hole_set_free(set);
}

static void
lines_too_many_or_too_few_leave_the_others_matched(void **state)
{
	struct hole_set *set = hole_set_new();
	struct template_of of = { set, NULL, 0 };
	struct str out = { 0 };

	(void)state;
	template_apply(&of, &out, "a ⟨duration⟩\nb ⟨duration⟩\n", "new\na 1s\nb 2s\n");
	assert_string_equal(out.data, "new\na ⟨duration⟩\nb ⟨duration⟩\n");
	str_clear(&out);
	template_apply(&of, &out, "a ⟨duration⟩\nb ⟨duration⟩\n", "b 2s\n");
	assert_string_equal(out.data, "b ⟨duration⟩\n");
	str_clear(&out);
	template_apply(&of, &out, "a ⟨duration⟩\nb ⟨duration⟩\n", "b 2s\na 1s\n");
	assert_string_equal(out.data, "b ⟨duration⟩\na ⟨duration⟩\n");
	str_done(&out);
	hole_set_free(set);
}

static const struct row advice[] = {
	{ { "id=abc;\n", "id=xyz;\n", "id=k;\n" },
		"{ pattern = '(?m)(?<=^id=)[\\w-]+', with = \"<varies>\" }" },
	{ { "abc is here\n", "xyz is here\n", "k is here\n" },
		"{ pattern = '(?m)^[\\w-]+(?= is here$)', with = \"<varies>\" }" },
	{ { "abc\n", "xyz\n", "klm\n" },
		"{ pattern = '(?m)^[\\w-]{3}$', with = \"<varies>\" }" },
	{ { "it's a.b\n", "it's c\n", "it's d/e\n" },
		"{ pattern = '(?m)(?<=^it\\x27s )\\S+$', with = \"<varies>\" }" },
	{ { "a\n", "bcd\n", "ef gh\n" }, NULL },
	{ { "a\n", "a\nb\n", "a\n" }, NULL },
};

static void
advice_is_a_redaction_that_was_tried(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof advice / sizeof *advice; i++) {
		struct bench b;
		const char *text;

		bench_init(&b);
		text = learn_advice(&b.learning, advice[i].texts);
		if (!text || !advice[i].wanted)
			assert_ptr_equal(text, advice[i].wanted);
		else
			assert_string_equal(text, advice[i].wanted);
		bench_done(&b);
	}
}

static void
too_much_that_differs_is_refused(void **state)
{
	struct learning l = { .arena = arena_new() };

	(void)state;
	assert_null(learn_excess(&l, 0));
	l.n = 1;
	l.n_bytes = 30;
	assert_null(learn_excess(&l, 30)); /* `date` has nothing else to say */
	l.n_bytes = 501;
	assert_non_null(learn_excess(&l, 1000));
	l.n_bytes = 500;
	assert_null(learn_excess(&l, 1000));
	l.n_weak_bytes = 51;
	assert_non_null(learn_excess(&l, 1000));
	l.n_weak_bytes = 0;
	l.n_weak = 11;
	assert_non_null(learn_excess(&l, 1000));
	l.n_weak = 0;
	l.n = 51;
	assert_non_null(learn_excess(&l, 10000));
	arena_free(l.arena);
}

static void
names_of_types_are_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_hole_rows; i++) {
		struct hole hole = { .row = i }, back;
		struct str text = { 0 };

		if (hole_rows[i].bits & HOLE_SIZED)
			hole.size = 20;
		template_put_hole(&text, &hole);
		assert_int_equal(template_read_hole(&back, text.data), text.n);
		assert_int_equal(back.row, i);
		assert_int_equal(template_count(text.data), 1);
		str_done(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recordings_become_the_template_of_the_row),
		cmocka_unit_test(a_text_matches_when_every_hole_has_its_type),
		cmocka_unit_test(no_hole_hides_a_byte_beside_it),
		cmocka_unit_test(lines_too_many_or_too_few_leave_the_others_matched),
		cmocka_unit_test(advice_is_a_redaction_that_was_tried),
		cmocka_unit_test(too_much_that_differs_is_refused),
		cmocka_unit_test(names_of_types_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
