/* SPDX-License-Identifier: MIT */
/* expr_scan_test.c - random expressions have the answers that a plain scan of all rows gives */

#include "unit/query_run.h"
#include "unit/trace_events.h"

#include "plain_scan.h"
#include "query/expr.h"

#include <errno.h>

static const struct trace_footer whole = { .n_events = 1 };

/* The lists of the random test; {N} a number, {T} a time, {P} a predicate. */
static const char *const atoms[] = { "syscall == \"write\"", "path ~ \"/etc/**\"",
	"bytes > 500", "errno != null", "bytes mod 3 == 1", "fd in {0, 3..6}", "path == null",
	"class == \"file\"", "duration >= 1us", "path == fd_name",
	"access in {\"write\", \"look\"}", "errno == \"ENOENT\"", "bytes * 2 - result > 7",
	"bytes / 3 <= 100.5", "start > 5ms", "bytes > avg(bytes)", "exec =~ \"pr.g$\"",
	"event == \"call\"", "status == 0", "result in -5..5", "(bytes > 3) == (fd == 5)",
	"starts_with(path, \"/\")", "seq > 4000", "true", "task != 2", "argv == null",
	"bytes == 0 or 100 / bytes > 2" };

static void
random_predicate(struct str *out, uint64_t *seed, int depth)
{
	uint64_t r = next_random(seed);

	if (depth == 0 || r % 4 == 0) {
		str_add(out, atoms[(r >> 8) % ARRAY_LEN(atoms)]);
		return;
	}
	str_add(out, r % 4 == 1 ? "not (" : "(");
	random_predicate(out, seed, depth - 1);
	if (r % 4 > 1) {
		str_add(out, r % 4 == 2 ? ") and (" : ") or (");
		random_predicate(out, seed, depth - 1);
	}
	str_add_char(out, ')');
}

/* Over several chunks, with texts, gaps and other events among the calls. */
static void
play_long(struct asked *a)
{
	uint64_t seed = 4;

	asked_start(a, COLUMNS_ALL & ~COLUMN_BIT(COLUMN_REGION));
	made_call(&a->m, 1, CALL_openat, 5, CWD, S("out"), N(O_WRONLY | O_CREAT), N(0644));
	for (int i = 0; i < 9000; i++) {
		uint64_t r = next_random(&seed);
		char path[32];

		snprintf(path, sizeof path, r & 1 ? "/etc/%u" : "x/%u",
			(unsigned)(r >> 8) % 300);
		switch (r % 7) {
		case 0:
			made_call(&a->m, 1, CALL_access, r & 16 ? -ENOENT : 0, S(path), N(0));
			break;
		case 1:
			made_call(&a->m, 1, CALL_getpid, 1);
			break;
		case 2:
			made_call(&a->m, 1, CALL_write, -EAGAIN, N(5), OUT("x"), N(1));
			break;
		case 3:
			if (i % 100 == 3)
				made_exec(&a->m, 1, r & 32 ? "/bin/prog" : "/bin/other");
			break;
		default:
			made_call(&a->m, 1, CALL_write, (int64_t)(r >> 20) % 1000,
				N(r & 64 ? 5 : 1), OUT("x"), N(1000));
		}
	}
	asked_finish(a, &whole);
}

static void
answers_are_those_of_a_plain_scan(void **state)
{
	struct asked a;
	uint64_t seed = 2026;

	(void)state;
	play_long(&a);
	assert_true(columns_rows(a.c) > 2 * ROWS_PER_CHUNK - 1000);
	for (int i = 0; i < 150; i++) {
		AUTO(str_done) struct str text = { 0 };
		AUTO(expr_free) struct expr *e = NULL;
		AUTO(selection_done) struct selection s = { 0 };
		struct plain plain = { .c = a.c };
		struct err err = { 0 };
		uint64_t matched, applied;
		int rc;

		random_predicate(&text, &seed, 3);
		if (expr_parse(&e, text.data, (struct pos){ 0 }, &err) < 0)
			fail_msg("%s: %s", text.data, err.text);
		if (!expr_is_selection(e))
			continue;
		rc = expr_select(&s, e, a.c, 100, &err);
		matched = plain_count(&plain, e, &applied);
		if ((rc < 0) != plain.has_failed)
			fail_msg("%s: %s", text.data, rc < 0 ? err.text : "no error");
		err_done(&err);
		if (rc == 0 && (matched != s.n_matched || applied != s.n_applied))
			fail_msg("%s: %llu of %llu, plainly %llu of %llu", text.data,
				(unsigned long long)s.n_matched,
				(unsigned long long)s.n_applied, (unsigned long long)matched,
				(unsigned long long)applied);
	}
	asked_free(&a);
}

static void
aggregates_are_those_of_a_plain_scan(void **state)
{
	static const char *const names[] = { "count", "exists", "all", "share", "sum", "min",
		"max", "avg", "distinct", "p50", "p99", "p99.9", "p1", "p100" };
	static const char *const about[] = { "bytes", "duration", "bytes / 7", "result - bytes",
		"start", "seq", "fd", "task" };
	struct asked a;
	uint64_t seed = 7;

	(void)state;
	play_long(&a);
	for (int i = 0; i < 150; i++) {
		AUTO(str_done) struct str text = { 0 };
		AUTO(expr_free) struct expr *e = NULL;
		AUTO(expr_result_done) struct expr_result r = { 0 };
		struct plain plain = { .c = a.c };
		struct err err = { 0 };
		struct expr_value wanted;
		size_t which = next_random(&seed) % ARRAY_LEN(names);
		int rc;

		str_addf(&text, "%s(", names[which]);
		if (which < 4)
			str_add(&text, atoms[next_random(&seed) % 23]);
		else
			str_add(&text, about[next_random(&seed) % ARRAY_LEN(about)]);
		if (next_random(&seed) % 2) {
			str_add(&text, " where ");
			str_add(&text, atoms[next_random(&seed) % 23]);
		}
		str_add_char(&text, ')');
		if (expr_parse(&e, text.data, (struct pos){ 0 }, &err) < 0)
			fail_msg("%s: %s", text.data, err.text);
		rc = expr_evaluate(&r, e, a.c, &err);
		wanted = plain_row(&plain, e->root, 0);
		if ((rc < 0) != plain.has_failed)
			fail_msg("%s: %s", text.data, rc < 0 ? err.text : "no error");
		err_done(&err);
		if (rc < 0)
			continue;
		if (r.value.is_null != wanted.is_null ||
			(!wanted.is_null && (r.value.truth != wanted.truth ||
						    r.value.number != wanted.number ||
						    fabs(r.value.real - wanted.real) >
							    1e-9 * fabs(wanted.real))))
			fail_msg("%s: %lld %g, plainly %lld %g", text.data,
				(long long)r.value.number, r.value.real,
				(long long)wanted.number, wanted.real);
	}
	asked_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_those_of_a_plain_scan),
		cmocka_unit_test(aggregates_are_those_of_a_plain_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
