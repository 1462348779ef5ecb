/* SPDX-License-Identifier: MIT */
/* sampler_test.c - processor time between calls: never more than was seen, never of a call */

#include "unit/test.h"

#include "base/clock.h"
#include "capture/sampler.h"

#include <string.h>

#define MS NS_PER_MS

/* A thread that computes from one moment to another, and at no other time. */
struct machine {
	uint64_t now_ms, from_ms, to_ms;
	unsigned n_reads;
	bool is_gone;
};

static bool
read_machine(void *arg, pid_t tid, uint64_t *cpu_ns)
{
	struct machine *m = arg;
	uint64_t end = m->now_ms < m->to_ms ? m->now_ms : m->to_ms;

	assert_int_equal(tid, 100);
	m->n_reads++;
	*cpu_ns = (7 + (end > m->from_ms ? end - m->from_ms : 0)) * MS;
	return !m->is_gone;
}

static void
start(struct sampler *s, struct machine *m)
{
	struct event begin = { .kind = EVENT_START, .task = 1, .start = { .tid = 100 } };

	sampler_start(s, read_machine, m);
	sampler_event(s, &begin);
	assert_int_equal(begin.busy_ns, 0);
}

static void
pass(struct sampler *s, struct machine *m, uint64_t until_ms)
{
	for (; m->now_ms < until_ms; m->now_ms += 5)
		sampler_look(s, m->now_ms * MS);
}

/* In milliseconds. */
static uint64_t
call(struct sampler *s, uint64_t enter_ms, uint64_t exit_ms)
{
	struct event e = { .kind = EVENT_CALL,
		.task = 1,
		.time_ns = exit_ms * MS,
		.busy_ns = 99, /* whatever stood there */
		.call = { .enter_ns = enter_ms * MS } };

	sampler_event(s, &e);
	return e.busy_ns / MS;
}

static void
what_a_thread_computes_before_a_call_is_the_calls(void **state)
{
	static const uint64_t lengths_ms[] = { 100, 500, 2000, 60000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths_ms); i++) {
		uint64_t n = lengths_ms[i], busy;
		struct machine m = { .to_ms = n };
		struct sampler s;

		start(&s, &m);
		pass(&s, &m, n);
		busy = call(&s, n, n);
		assert_in_range(busy, n - n / 10 - 60, n);
		assert_in_range(m.n_reads, 2, 150); /* few, however long it takes */
		assert_int_equal(call(&s, n + 1, n + 2), 0);
		sampler_done(&s);
	}
}

static void
time_asleep_or_without_a_processor_is_none(void **state)
{
	struct machine m = { 0 };
	struct sampler s;

	(void)state;
	start(&s, &m);
	pass(&s, &m, 5000);
	assert_int_equal(call(&s, 5000, 5000), 0);
	assert_in_range(m.n_reads, 1, 12); /* nobody looks often at one that sleeps */
	/* Descheduled for four of five seconds. */
	m.from_ms = 9000;
	m.to_ms = 10000;
	pass(&s, &m, 10000);
	assert_in_range(call(&s, 10000, 10000), 1, 1000);
	sampler_done(&s);
}

static void
what_a_call_itself_takes_is_not_counted(void **state)
{
	struct machine m = { .from_ms = 200, .to_ms = 900 };
	struct sampler s;

	(void)state;
	start(&s, &m);
	pass(&s, &m, 1000);
	assert_int_equal(call(&s, 200, 900), 0); /* told only now: all looks fell into it */
	assert_int_equal(call(&s, 1000, 1000), 0);
	sampler_done(&s);
}

/* The call before is told late: what it took is not that of the next. */
static void
looks_behind_a_call_belong_to_the_next(void **state)
{
	struct machine m = { .to_ms = 1000 };
	struct sampler s;

	(void)state;
	start(&s, &m);
	pass(&s, &m, 1000);
	assert_in_range(call(&s, 300, 310), 200, 300);
	assert_in_range(call(&s, 1000, 1000), 500, 690);
	sampler_done(&s);
}

static void
an_end_has_what_came_before_it(void **state)
{
	struct machine m = { .to_ms = 1000 };
	struct event end = { .kind = EVENT_EXIT, .task = 1, .time_ns = 1000 * MS };
	struct sampler s;

	(void)state;
	start(&s, &m);
	pass(&s, &m, 1000);
	sampler_event(&s, &end);
	assert_in_range(end.busy_ns / MS, 800, 1000);
	m.n_reads = 0;
	pass(&s, &m, 2000);
	assert_int_equal(m.n_reads, 0);
	sampler_done(&s);
}

static void
a_task_that_is_gone_is_left_alone(void **state)
{
	struct machine m = { .to_ms = 1000, .is_gone = true };
	struct sampler s;

	(void)state;
	start(&s, &m);
	pass(&s, &m, 1000);
	assert_in_range(m.n_reads, 1, 2);
	assert_int_equal(call(&s, 1000, 1000), 0);
	sampler_done(&s);
}

static void
what_is_off_says_nothing(void **state)
{
	struct sampler s = { .is_on = false };

	(void)state;
	sampler_look(&s, 1000 * MS);
	assert_int_equal(call(&s, 1000, 1000), 0);
	sampler_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_thread_computes_before_a_call_is_the_calls),
		cmocka_unit_test(time_asleep_or_without_a_processor_is_none),
		cmocka_unit_test(what_a_call_itself_takes_is_not_counted),
		cmocka_unit_test(looks_behind_a_call_belong_to_the_next),
		cmocka_unit_test(an_end_has_what_came_before_it),
		cmocka_unit_test(a_task_that_is_gone_is_left_alone),
		cmocka_unit_test(what_is_off_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
