/* SPDX-License-Identifier: MIT */
/* critical_test.c - the critical path: blocked time belongs to whoever ended it; and what is
 * mapped at one time */

#include "unit/effects_run.h"

#include "base/mem.h"
#include "base/str.h"
#include "effects/critical.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#define PATH_OPTS ((struct effects_opts){ .critical = true })

/* A call that began at `enter`, in the time of the made run (1000 ns an event). */
static void
at_ns(struct made *m, uint32_t task, enum call_id id, int64_t ret, uint64_t enter,
	uint64_t exit, const struct made_arg *args, size_t n)
{
	struct event e = { .kind = EVENT_CALL, .task = task, .time_ns = exit };
	struct area areas[4];
	struct err err = { 0 };

	e.call.nr = (uint32_t)decode_nr(m->arch, id);
	e.call.arch = (uint8_t)m->arch;
	e.call.ret = ret;
	e.call.is_error = ret < 0;
	e.call.enter_ns = enter;
	e.call.areas = areas;
	e.call.enter_seq = ++m->seq;
	for (size_t i = 0; i < n; i++) {
		e.call.arg[i] = args[i].kind == MADE_NUMBER ? args[i].number : 0x1000 * (i + 1);
		if (args[i].kind != MADE_NUMBER)
			made_areas(areas, &e.call.n_areas, (uint8_t)i, &args[i], e.call.arg[i]);
	}
	e.seq = ++m->seq;
	assert_int_equal(effects_event(m->fx, &e, &err), 0);
}

#define CALL_AT(m_, task_, id_, ret_, enter_, exit_, ...)                                      \
	at_ns(m_, task_, id_, ret_, enter_, exit_, (const struct made_arg[]){ __VA_ARGS__ },   \
		sizeof((const struct made_arg[]){ __VA_ARGS__ }) / sizeof(struct made_arg))

static void
life_at(struct made *m, enum event_kind kind, uint32_t task, uint32_t parent, uint64_t ns)
{
	struct event e = {
		.kind = (uint8_t)kind, .task = task, .time_ns = ns, .seq = ++m->seq
	};
	struct err err = { 0 };

	if (kind == EVENT_START)
		e.start = (struct task_start){ .parent = parent,
			.process = task,
			.how = START_FORK,
			.pid = 40000 + (int)task,
			.tid = 40000 + (int)task };
	if (kind == EVENT_EXEC)
		e.exec = (struct task_exec){ .path = task == 1 ? "/bin/one" : "/bin/two" };
	if (kind == EVENT_EXIT)
		e.exit = (struct task_exit){ .is_process = true };
	assert_int_equal(effects_event(m->fx, &e, &err), 0);
}

/* "1:0-100 start, 2:100-500 wait4, 1:500-600" */
static void
want_path(struct made *m, uint32_t task, const char *wanted)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str text = { 0 };
	struct path_step *steps;
	struct err err = { 0 };
	size_t n;

	assert_int_equal(effects_finish(m->fx, NULL, &m->golden, &err), 0);
	n = critical_path(m->fx, arena, task, &steps);
	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%s%u:%llu-%llu%s%s", i ? ", " : "", steps[i].task,
			(unsigned long long)steps[i].from_ns,
			(unsigned long long)steps[i].to_ns, steps[i].released ? " " : "",
			steps[i].released ? steps[i].released : "");
	assert_string_equal(str_text(&text), wanted);
	made_free(m);
}

/* Task 1 from 100000 on; its child 2 begins at 200000. */
static struct made
two(void)
{
	struct made m = made_with(PROFILE_EFFECTS, PATH_OPTS);

	life_at(&m, EVENT_EXEC, 1, 0, 100000);
	CALL_AT(&m, 1, CALL_pipe2, 0, 110000, 120000, GOT(((int32_t[]){ 3, 4 }), 8), N(0));
	life_at(&m, EVENT_START, 2, 1, 200000);
	return m;
}

static void
who_waits_for_a_child_gives_the_time_to_it(void **state)
{
	struct made m = two();

	(void)state;
	life_at(&m, EVENT_EXIT, 2, 0, 700000);
	CALL_AT(&m, 1, CALL_wait4, 40002, 250000, 710000, N(40002), N(0), N(0), N(0));
	life_at(&m, EVENT_EXIT, 1, 0, 800000);
	want_path(&m, 0, "1:100000-200000 start, 2:200000-700000 wait4, 1:700000-800000");
}

static void
who_comes_late_did_not_wait(void **state)
{
	struct made m = two();

	(void)state;
	life_at(&m, EVENT_EXIT, 2, 0, 300000);
	CALL_AT(&m, 1, CALL_wait4, 40002, 600000, 610000, N(40002), N(0), N(0), N(0));
	life_at(&m, EVENT_EXIT, 1, 0, 800000);
	want_path(&m, 0, "1:100000-800000");
}

static void
who_reads_a_pipe_gives_the_time_to_the_writer(void **state)
{
	struct made m = two();

	(void)state;
	CALL_AT(&m, 2, CALL_write, 1, 490000, 500000, N(4), OUT("x"), N(1));
	CALL_AT(&m, 1, CALL_read, 1, 250000, 505000, N(3), READ("x"), N(1));
	life_at(&m, EVENT_EXIT, 1, 0, 600000);
	life_at(&m, EVENT_EXIT, 2, 0, 550000);
	want_path(&m, 1, "1:100000-200000 start, 2:200000-500000 read, 1:500000-600000");
}

static void
who_polls_first_gives_the_time_all_the_same(void **state)
{
	struct made m = two();

	(void)state;
	CALL_AT(&m, 2, CALL_write, 1, 490000, 500000, N(4), OUT("x"), N(1));
	CALL_AT(&m, 1, CALL_poll, 1, 250000, 505000, N(0), N(1), N(-1));
	CALL_AT(&m, 1, CALL_read, 1, 510000, 511000, N(3), READ("x"), N(1));
	life_at(&m, EVENT_EXIT, 1, 0, 600000);
	want_path(&m, 1, "1:100000-200000 start, 2:200000-500000 poll, 1:500000-600000");
}

static void
what_a_clock_or_a_stranger_ends_is_ones_own_time(void **state)
{
	struct made m = two();

	(void)state;
	CALL_AT(&m, 1, CALL_poll, 0, 250000, 505000, N(0), N(1), N(-1));
	CALL_AT(&m, 1, CALL_read, 1, 510000, 580000, N(0), READ("x"), N(1));
	life_at(&m, EVENT_EXIT, 1, 0, 600000);
	want_path(&m, 1, "1:100000-600000");
}

/* The call that a signal ends is told before the signal is. */
static void
who_waits_for_a_signal_gives_the_time_to_its_sender(void **state)
{
	struct made m = two();
	struct event e = { .kind = EVENT_SIGNAL, .task = 1, .time_ns = 505000 };
	struct err err = { 0 };

	(void)state;
	CALL_AT(&m, 2, CALL_kill, 0, 490000, 500000, N(40001), N(SIGUSR1));
	CALL_AT(&m, 1, CALL_pause, -EINTR, 250000, 504000, N(0));
	e.signal = (struct signal_info){ .signal = SIGUSR1, .code = SI_USER, .pid = 40002 };
	e.seq = ++m.seq;
	assert_int_equal(effects_event(m.fx, &e, &err), 0);
	CALL_AT(&m, 1, CALL_getpid, 40001, 510000, 511000, N(0));
	life_at(&m, EVENT_EXIT, 2, 0, 550000);
	life_at(&m, EVENT_EXIT, 1, 0, 600000);
	want_path(&m, 0, "1:100000-200000 start, 2:200000-500000 pause, 1:500000-600000");
}

/* What the tracer held the first program for is no time of the run. */
static void
the_path_begins_with_the_clock_of_the_run(void **state)
{
	struct made m = two();
	struct trace_footer footer = { .wall_ns = 650000 };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct path_step *steps;
	struct err err = { 0 };

	(void)state;
	life_at(&m, EVENT_EXIT, 2, 0, 300000);
	life_at(&m, EVENT_EXIT, 1, 0, 800000);
	assert_int_equal(effects_finish(m.fx, &footer, &m.golden, &err), 0);
	assert_int_equal(critical_path(m.fx, arena, 0, &steps), 1);
	assert_int_equal(steps[0].from_ns, 150000);
	assert_int_equal(steps[0].to_ns, 800000);
	made_free(&m);
}

static void
without_being_asked_nothing_is_kept(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	life_at(&m, EVENT_EXEC, 1, 0, 100000);
	life_at(&m, EVENT_EXIT, 1, 0, 800000);
	want_path(&m, 0, "");
}

static void
no_such_task_has_no_path(void **state)
{
	struct made m = two();

	(void)state;
	life_at(&m, EVENT_EXIT, 1, 0, 800000);
	want_path(&m, 77, "");
}

/*
 * What is mapped at one time.
 */
static void
map(struct made *m, uint32_t task, uint64_t at, uint64_t n, int flags)
{
	made_call(m, task, CALL_mmap, (int64_t)at, N(0), N(n), N(3), N(flags), N(-1), N(0));
}

static void
memory_that_is_given_back_is_counted_once(void **state)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
	struct made m =
		made_with(PROFILE_EFFECTS, (struct effects_opts){ .peak_memory = true });
	const struct facts *f;

	(void)state;
	made_exec(&m, 1, "/bin/one");
	map(&m, 1, 0x10000, 0x4000, anonymous);
	made_call(&m, 1, CALL_munmap, 0, N(0x11000), N(0x1000)); /* a hole in the middle */
	map(&m, 1, 0x20000, 0x2000, MAP_PRIVATE);                /* of a file: no matter */
	map(&m, 1, 0x10000, 0x1000, anonymous);                  /* over what was there */
	made_call(&m, 1, CALL_mremap, 0x40000, N(0x12000), N(0x2000), N(0x3000), N(1));
	made_call(&m, 1, CALL_brk, 0x80000, N(0));
	made_call(&m, 1, CALL_brk, 0x81000, N(0x81000));
	made_call(&m, 1, CALL_munmap, 0, N(0x10000), N(0x40000));
	made_start(&m, 2, 1, 2, 0); /* has the heap of its parent, then more */
	map(&m, 2, 0x90000, 0x5000, anonymous);
	made_exit(&m, 2, 0);
	map(&m, 1, 0xa0000, 0x1000, anonymous);
	made_finish(&m);
	f = effects_facts(m.fx);
	assert_true(f->has_peak_mapped);
	/* 4 pages; 3 after the hole; 4 after mremap; 5 with the heap. */
	assert_int_equal(f->processes[0].peak_mapped_bytes, 0x5000);
	assert_int_equal(f->processes[1].peak_mapped_bytes, 0x6000);
	assert_int_equal(f->peak_mapped_bytes, 0x7000);
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_for_a_child_gives_the_time_to_it),
		cmocka_unit_test(who_comes_late_did_not_wait),
		cmocka_unit_test(who_reads_a_pipe_gives_the_time_to_the_writer),
		cmocka_unit_test(who_polls_first_gives_the_time_all_the_same),
		cmocka_unit_test(what_a_clock_or_a_stranger_ends_is_ones_own_time),
		cmocka_unit_test(who_waits_for_a_signal_gives_the_time_to_its_sender),
		cmocka_unit_test(the_path_begins_with_the_clock_of_the_run),
		cmocka_unit_test(without_being_asked_nothing_is_kept),
		cmocka_unit_test(no_such_task_has_no_path),
		cmocka_unit_test(memory_that_is_given_back_is_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
