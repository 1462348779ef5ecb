/* SPDX-License-Identifier: MIT */
/* pieces_test.c - what a call took that signals cut to pieces */

#include "unit/effects_run.h"

#include "query/columns.h"
#include "query/expr.h"

#include <errno.h>

/* One call of task 1 or 2: made at `from` µs, over at `to`. */
struct one {
	enum call_id id;
	uint32_t task;
	uint64_t from, to;
	enum call_state state;
	int64_t ret;
	int64_t took; /* µs; -1: no time of its own */
};

struct story {
	const char *title;
	struct one calls[8];
};

/* clang-format off */
static const struct story stories[] = {
	{ "no handler: the next call goes on",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, -1 },
		  { CALL_read, 1, 30, 50, CALL_DONE, 1, 40 } } },
	{ "handlers with SA_RESTART, twice",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, -1 },
		  { CALL_getpid, 1, 21, 22, CALL_DONE, 7, 1 },
		  { CALL_rt_sigreturn, 1, 23, 24, CALL_DONE, 0, 1 },
		  { CALL_read, 1, 25, 30, CALL_RESTARTED, -512, -1 },
		  { CALL_rt_sigreturn, 1, 31, 32, CALL_DONE, 0, 1 },
		  { CALL_read, 1, 33, 60, CALL_DONE, 1, 50 } } },
	{ "restart_syscall goes on with whatever it was",
		{ { CALL_nanosleep, 1, 10, 20, CALL_RESTARTED, -516, -1 },
		  { CALL_restart_syscall, 1, 21, 70, CALL_DONE, 0, 60 } } },
	{ "EINTR is an end, and the program's next call another one",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, 10 },
		  { CALL_rt_sigreturn, 1, 21, 22, CALL_DONE, -EINTR, 1 },
		  { CALL_read, 1, 23, 30, CALL_DONE, 1, 7 } } },
	{ "never made again: what was seen of it",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, 10 },
		  { CALL_getpid, 1, 21, 22, CALL_DONE, 7, 1 },
		  { CALL_read, 1, 23, 30, CALL_DONE, 1, 7 } } },
	{ "a handler that is interrupted itself",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, -1 },
		  { CALL_nanosleep, 1, 21, 25, CALL_RESTARTED, -516, -1 },
		  { CALL_restart_syscall, 1, 26, 29, CALL_DONE, 0, 8 },
		  { CALL_rt_sigreturn, 1, 30, 31, CALL_DONE, 0, 1 },
		  { CALL_read, 1, 32, 40, CALL_DONE, 1, 30 } } },
	{ "another task's call is another call",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, -1 },
		  { CALL_read, 2, 21, 30, CALL_DONE, 1, 9 },
		  { CALL_read, 1, 31, 40, CALL_DONE, 1, 30 } } },
	{ "killed while it went on",
		{ { CALL_read, 1, 10, 20, CALL_RESTARTED, -512, -1 },
		  { CALL_read, 1, 21, 30, CALL_UNFINISHED, 0, 20 } } },
};
/* clang-format on */

static void
tell(struct made *m, const struct one *one)
{
	struct event e = { .kind = EVENT_CALL, .task = one->task };
	struct err err = { 0 };

	e.call.nr = (uint32_t)decode_nr(m->arch, one->id);
	e.call.arch = (uint8_t)m->arch;
	e.call.state = (uint8_t)one->state;
	e.call.ret = one->ret;
	e.call.is_error = one->ret < 0;
	e.call.enter_ns = one->from * 1000;
	e.call.enter_seq = ++m->seq;
	e.seq = ++m->seq;
	e.time_ns = one->to * 1000;
	assert_int_equal(effects_event(m->fx, &e, &err), 0);
}

/* What goes on as restart_syscall has the name of what it is; EINTR is what the program got. */
static void
looks_as_told(const struct columns *c, size_t row, const struct story *story, size_t k)
{
	const struct one *one = &story->calls[k];
	const char *name = columns_text(c, COLUMN_SYSCALL, row, 0);
	const char *error = columns_text(c, COLUMN_ERRNO, row, 0);
	bool gave_up = one->state == CALL_RESTARTED && one[1].to && one[2].to &&
		       one[1].id == CALL_rt_sigreturn && one[1].ret == -EINTR;

	if (one->id == CALL_restart_syscall)
		assert_string_equal(name, "nanosleep");
	else
		assert_string_equal(name, decode_spec_of(one->id)->name);
	if (!gave_up) {
		assert_null(error);
		return;
	}
	assert_string_equal(error, "EINTR");
	assert_string_equal(columns_text(c, COLUMN_STATE, row, 0), "done");
}

static size_t
n_selected(const struct columns *c, const char *question)
{
	struct err err = { 0 };
	struct selection s;
	struct expr *e;
	size_t n;

	assert_int_equal(expr_parse(&e, question, (struct pos){ 0 }, &err), 0);
	assert_int_equal(expr_select(&s, e, c, SIZE_MAX, &err), 0);
	n = s.n_matched;
	selection_done(&s);
	expr_free(e);
	return n;
}

static void
a_call_in_pieces_is_one_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		struct effects_opts opts = { 0 };
		struct trace_footer footer = { .n_events = 1 };
		struct err err = { 0 };
		struct columns *c =
			columns_new(COLUMN_BIT(COLUMN_DURATION) | COLUMN_BIT(COLUMN_SYSCALL) |
				    COLUMN_BIT(COLUMN_STATE) | COLUMN_BIT(COLUMN_ERRNO));
		struct made m;
		size_t row = 0, n = 0, n_whole = 0;

		columns_watch(c, &opts);
		m = made_with(PROFILE_EFFECTS, opts);
		made_start(&m, 2, 1, 1, 0);
		for (; n < ARRAY_LEN(stories[i].calls) && stories[i].calls[n].to; n++)
			tell(&m, &stories[i].calls[n]);
		made_finish(&m);
		assert_int_equal(columns_finish(c, &footer, &err), 0);
		for (size_t k = 0; k < n; k++, row++) {
			int64_t wanted = stories[i].calls[k].took, got;

			while (!columns_text(c, COLUMN_SYSCALL, row, 0))
				row++;
			looks_as_told(c, row, &stories[i], k);
			n_whole += wanted >= 0;
			got = columns_number(c, COLUMN_DURATION, row);
			if (got != (wanted < 0 ? COLUMN_NULL : wanted * 1000))
				fail_msg("%s: call %zu: %lld ns", stories[i].title, k,
					(long long)got);
		}
		assert_int_equal(n_selected(c, "syscall != 'sync'"), n_whole);
		assert_int_equal(n_selected(c, "state != null"), n);
		columns_free(c);
		made_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_in_pieces_is_one_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
