/* SPDX-License-Identifier: MIT */
/* causal_test.c - which events happened before which: an edge orders, its absence does not */

#include "unit/effects_run.h"

#include "effects/causal.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define THREAD (CLONE_FILES | CLONE_FS | CLONE_THREAD | CLONE_CHILD_CLEARTID)

/* Two processes, 1 and its child 2, and a made run that is asked afterwards. */
static struct made
two_tasks(void)
{
	struct made m = made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });

	made_start(&m, 2, 1, 2, 0);
	return m;
}

/* An event that means nothing: a mark in the life of a task. */
static uint64_t
mark(struct made *m, uint32_t task)
{
	made_call(m, task, CALL_getpid, 40000);
	return m->seq;
}

static void
want_order(struct made *m, uint64_t a, uint64_t b)
{
	made_finish(m);
	assert_true(causal_ordered(m->fx, a, b));
	assert_false(causal_ordered(m->fx, b, a));
	assert_true(effects_lamport(m->fx, a) < effects_lamport(m->fx, b));
	made_free(m);
}

static void
want_none(struct made *m, uint64_t a, uint64_t b)
{
	made_finish(m);
	assert_false(causal_ordered(m->fx, a, b));
	assert_false(causal_ordered(m->fx, b, a));
	made_free(m);
}

static void
a_task_is_in_order_and_two_are_not(void **state)
{
	struct made m = two_tasks();
	uint64_t a = mark(&m, 1), b = mark(&m, 1);

	(void)state;
	want_order(&m, a, b);
	m = two_tasks();
	a = mark(&m, 1);
	b = mark(&m, 2);
	want_none(&m, a, b);
}

static void
what_a_parent_did_before_a_fork_comes_before_its_child(void **state)
{
	struct made m = two_tasks();
	uint64_t a = mark(&m, 1), b;

	(void)state;
	made_start(&m, 3, 1, 3, 0);
	b = mark(&m, 3);
	want_order(&m, a, b);
	m = two_tasks();
	made_start(&m, 3, 1, 3, 0);
	a = mark(&m, 1); /* after the fork */
	b = mark(&m, 3);
	want_none(&m, a, b);
}

static void
who_waits_for_a_child_knows_all_it_did(void **state)
{
	static const enum call_id waits[] = { CALL_wait4, CALL_waitid };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		for (int reaped = 0; reaped < 2; reaped++) {
			struct made m = two_tasks();
			uint64_t a = mark(&m, 2), b;

			made_exit(&m, 2, 0);
			if (reaped && waits[i] == CALL_wait4)
				made_call(&m, 1, CALL_wait4, 40002, N(-1), N(0), N(0), N(0));
			else if (reaped)
				made_call(&m, 1, CALL_waitid, 0, N(P_PID), N(40002), N(0),
					N(WEXITED));
			b = mark(&m, 1);
			if (reaped)
				want_order(&m, a, b);
			else
				want_none(&m, a, b);
		}
}

static void
who_reads_knows_who_wrote_those_bytes_and_not_the_next(void **state)
{
	const int32_t ends[] = { 20, 21 };

	(void)state;
	for (int64_t n = 3; n <= 4; n++) {
		struct made m =
			made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
		uint64_t a, b;

		made_call(&m, 1, CALL_pipe2, 0, GOT(ends, sizeof ends), N(0));
		made_start(&m, 2, 1, 2, 0);
		made_call(&m, 1, CALL_write, 3, N(21), OUT("abc"), N(3));
		a = mark(&m, 1);
		made_call(&m, 1, CALL_write, 3, N(21), OUT("def"), N(3));
		made_call(&m, 2, CALL_read, n, N(20), GOT("abcd", 4), N(4));
		b = mark(&m, 2);
		if (n == 4)
			want_order(&m, a, b);
		else
			want_none(&m, a, b);
	}
}

static void
a_read_that_was_reported_before_the_write_comes_after_it_all_the_same(void **state)
{
	const int32_t ends[] = { 20, 21 };
	struct made m = made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
	uint64_t a, b;

	(void)state;
	made_call(&m, 1, CALL_pipe2, 0, GOT(ends, sizeof ends), N(0));
	made_start(&m, 2, 1, 2, 0);
	a = mark(&m, 1);
	m.enter_seq = m.seq + 1;
	m.seq++;
	made_call(&m, 2, CALL_read, 3, N(20), GOT("abc", 3), N(3));
	b = mark(&m, 2);
	made_call(&m, 1, CALL_write, 3, N(21), OUT("abc"), N(3)); /* entered long ago */
	want_order(&m, a, b);
}

static void
the_end_of_a_pipe_comes_after_all_who_could_write(void **state)
{
	const int32_t ends[] = { 20, 21 };
	struct made m = made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
	uint64_t a, b;

	(void)state;
	made_call(&m, 1, CALL_pipe2, 0, GOT(ends, sizeof ends), N(0));
	made_start(&m, 2, 1, 2, 0);
	made_call(&m, 2, CALL_close, 0, N(21));
	a = mark(&m, 1);
	made_call(&m, 1, CALL_close, 0, N(21));
	made_call(&m, 2, CALL_read, 0, N(20), GOT("", 0), N(4));
	b = mark(&m, 2);
	want_order(&m, a, b);
}

static void
both_ends_of_a_socket_pair_are_edges(void **state)
{
	const int32_t ends[] = { 20, 21 };

	(void)state;
	for (int back = 0; back < 2; back++) {
		struct made m =
			made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
		uint64_t a, b;

		made_call(&m, 1, CALL_socketpair, 0, N(AF_UNIX), N(SOCK_STREAM), N(0),
			GOT(ends, sizeof ends));
		made_start(&m, 2, 1, 2, 0);
		a = mark(&m, 1);
		made_call(&m, 1, CALL_sendto, 1, N(20), OUT("a"), N(1), N(0));
		made_call(&m, 2, CALL_recvfrom, 1, N(back ? 20 : 21), GOT("a", 1), N(1), N(0));
		b = mark(&m, 2);
		if (back)
			want_none(&m, a, b);
		else
			want_order(&m, a, b);
	}
}

#define INET(port_)                                                                            \
	{                                                                                      \
		2, 0, (port_) >> 8, (port_)&255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0          \
	}

static void
who_accepts_knows_who_connected_and_data_go_both_ways(void **state)
{
	static const uint8_t address[16] = INET(7000), other[16] = INET(7001);

	(void)state;
	for (int same = 0; same < 2; same++) {
		struct made m = two_tasks();
		uint64_t a, b, c, d;

		made_call(&m, 1, CALL_socket, 5, N(AF_INET), N(SOCK_STREAM), N(0));
		made_call(&m, 1, CALL_bind, 0, N(5), GOT(address, 16), N(16));
		made_call(&m, 1, CALL_listen, 0, N(5), N(5));
		made_call(&m, 2, CALL_socket, 6, N(AF_INET), N(SOCK_STREAM), N(0));
		a = mark(&m, 2);
		made_call(&m, 2, CALL_connect, 0, N(6), GOT(same ? address : other, 16), N(16));
		made_call(&m, 1, CALL_accept, 7, N(5), N(0), N(0));
		b = mark(&m, 1);
		made_call(&m, 1, CALL_write, 2, N(7), OUT("hi"), N(2));
		c = mark(&m, 1);
		made_call(&m, 2, CALL_read, 2, N(6), GOT("hi", 2), N(2));
		d = mark(&m, 2);
		made_finish(&m);
		assert_int_equal(causal_ordered(m.fx, a, b), same);
		assert_int_equal(causal_ordered(m.fx, b, d), same);
		assert_false(causal_ordered(m.fx, c, d));
		made_free(&m);
	}
}

static void
datagrams_are_edges(void **state)
{
	static const uint8_t address[16] = INET(7000);
	struct made m = two_tasks();
	uint64_t a, b;

	(void)state;
	made_call(&m, 1, CALL_socket, 5, N(AF_INET), N(SOCK_DGRAM), N(0));
	made_call(&m, 1, CALL_bind, 0, N(5), GOT(address, 16), N(16));
	made_call(&m, 2, CALL_socket, 6, N(AF_INET), N(SOCK_DGRAM), N(0));
	a = mark(&m, 2);
	made_call(&m, 2, CALL_sendto, 2, N(6), OUT("hi"), N(2), N(0), GOT(address, 16), N(16));
	made_call(&m, 1, CALL_recvfrom, 2, N(5), GOT("hi", 2), N(2), N(0));
	b = mark(&m, 1);
	want_order(&m, a, b);
}

static void
who_is_woken_knows_the_waker(void **state)
{
	(void)state;
	for (int same = 0; same < 2; same++) {
		struct made m =
			made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
		uint64_t a, b;

		made_start(&m, 2, 1, 1, THREAD);
		a = mark(&m, 2);
		made_call(&m, 2, CALL_futex, 1, N(0x500), N(FUTEX_WAKE_PRIVATE), N(1));
		made_call(&m, 1, CALL_futex, 0, N(same ? 0x500 : 0x600), N(FUTEX_WAIT_PRIVATE),
			N(0));
		b = mark(&m, 1);
		if (same)
			want_order(&m, a, b);
		else
			want_none(&m, a, b);
	}
}

static void
a_signal_comes_after_who_sent_it(void **state)
{
	(void)state;
	for (int same = 0; same < 2; same++) {
		struct made m = two_tasks();
		struct event e = { .kind = EVENT_SIGNAL, .task = 2 };
		uint64_t a = mark(&m, 1), b;

		made_call(&m, 1, CALL_kill, 0, N(40002), N(SIGUSR1));
		e.signal = (struct signal_info){
			.signal = same ? SIGUSR1 : SIGUSR2, .code = SI_USER, .pid = 40001
		};
		made_event(&m, &e);
		b = mark(&m, 2);
		if (same)
			want_order(&m, a, b);
		else
			want_none(&m, a, b);
	}
}

static void
a_child_that_ended_comes_before_its_sigchld_where_that_is_handled(void **state)
{
	static const uint64_t handlers[] = { 0x401000, (uintptr_t)SIG_IGN, (uintptr_t)SIG_DFL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		struct made m = two_tasks();
		struct event e = { .kind = EVENT_SIGNAL, .task = 1 };
		uint64_t a = mark(&m, 2), b;

		made_call(&m, 1, CALL_rt_sigaction, 0, N(SIGCHLD),
			GOT(&handlers[i], sizeof handlers[i]), N(0), N(8));
		made_exit(&m, 2, 0);
		e.signal = (struct signal_info){
			.signal = SIGCHLD, .code = CLD_EXITED, .pid = 40002
		};
		made_event(&m, &e);
		b = mark(&m, 1);
		if (i == 0)
			want_order(&m, a, b);
		else
			want_none(&m, a, b);
	}
}

static void
who_locks_knows_who_unlocked(void **state)
{
	static const struct flock unlock = { .l_type = F_UNLCK }, lock = { .l_type = F_WRLCK };

	(void)state;
	for (int how = 0; how < 4; how++) {
		struct made m = two_tasks();
		uint64_t a, b;

		for (uint32_t task = 1; task <= 2; task++)
			made_call(&m, task, CALL_openat, 9, CWD, S("/box/lock"),
				N(O_RDWR | O_CREAT), N(0600));
		if (how == 1)
			made_call(&m, 1, CALL_fcntl, 0, N(9), N(F_SETLK),
				GOT(&lock, sizeof lock));
		else
			made_call(&m, 1, CALL_flock, 0, N(9), N(how == 3 ? LOCK_SH : LOCK_EX));
		a = mark(&m, 1);
		if (how == 0)
			made_call(&m, 1, CALL_flock, 0, N(9), N(LOCK_UN));
		else if (how == 1)
			made_call(&m, 1, CALL_fcntl, 0, N(9), N(F_SETLK),
				GOT(&unlock, sizeof unlock));
		else if (how == 2)
			made_call(&m, 1, CALL_close, 0, N(9));
		made_call(&m, 2, CALL_flock, 0, N(9), N(how == 3 ? LOCK_SH : LOCK_EX));
		b = mark(&m, 2);
		if (how == 3) /* both have it */
			want_none(&m, a, b);
		else
			want_order(&m, a, b);
	}
}

static void
a_counter_that_is_read_tells_who_raised_it(void **state)
{
	struct made m = made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
	uint64_t a, b;

	(void)state;
	made_call(&m, 1, CALL_eventfd2, 8, N(0), N(0));
	made_start(&m, 2, 1, 2, 0);
	a = mark(&m, 2);
	made_call(&m, 2, CALL_write, 8, N(8), OUT("12345678"), N(8));
	made_call(&m, 1, CALL_read, 8, N(8), GOT("12345678", 8), N(8));
	b = mark(&m, 1);
	want_order(&m, a, b);
}

static void
who_joins_a_thread_knows_all_it_did(void **state)
{
	struct made m = made_with(PROFILE_EFFECTS, (struct effects_opts){ .clocks = true });
	struct event e = { .kind = EVENT_EXIT, .task = 2 };
	uint64_t a, b;

	(void)state;
	made_start(&m, 2, 1, 1, THREAD);
	made_call(&m, 1, CALL_clone, 40002, N(THREAD), N(0), N(0), N(0x700), N(0));
	a = mark(&m, 2);
	made_event(&m, &e);
	made_call(&m, 1, CALL_futex, 0, N(0x700), N(FUTEX_WAIT), N(0));
	b = mark(&m, 1);
	want_order(&m, a, b);
}

static void
numbers_go_on_from_where_the_caller_was(void **state)
{
	struct made m = made_with(
		PROFILE_EFFECTS, (struct effects_opts){ .clocks = true, .lamport = 500 });
	uint64_t a = mark(&m, 1);

	(void)state;
	made_finish(&m);
	assert_true(effects_lamport(m.fx, a) > 500);
	made_free(&m);
}

static void
tasks_one_after_another_are_one_chain(void **state)
{
	AUTO(causal_free) struct causal *c = causal_new(true, 0);

	(void)state;
	causal_start(c, 1, 0);
	for (uint32_t i = 2; i < 20000; i++) {
		struct moment end;

		causal_step(c, 1);
		causal_start(c, i, 1);
		causal_step(c, i);
		end = causal_now(c, i);
		causal_end(c, i);
		causal_learn(c, 1, &end, true);
		moment_done(&end);
	}
	assert_int_equal(causal_chains(c), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_in_order_and_two_are_not),
		cmocka_unit_test(what_a_parent_did_before_a_fork_comes_before_its_child),
		cmocka_unit_test(who_waits_for_a_child_knows_all_it_did),
		cmocka_unit_test(who_reads_knows_who_wrote_those_bytes_and_not_the_next),
		cmocka_unit_test(
			a_read_that_was_reported_before_the_write_comes_after_it_all_the_same),
		cmocka_unit_test(the_end_of_a_pipe_comes_after_all_who_could_write),
		cmocka_unit_test(both_ends_of_a_socket_pair_are_edges),
		cmocka_unit_test(who_accepts_knows_who_connected_and_data_go_both_ways),
		cmocka_unit_test(datagrams_are_edges),
		cmocka_unit_test(who_is_woken_knows_the_waker),
		cmocka_unit_test(a_signal_comes_after_who_sent_it),
		cmocka_unit_test(
			a_child_that_ended_comes_before_its_sigchld_where_that_is_handled),
		cmocka_unit_test(who_locks_knows_who_unlocked),
		cmocka_unit_test(a_counter_that_is_read_tells_who_raised_it),
		cmocka_unit_test(who_joins_a_thread_knows_all_it_did),
		cmocka_unit_test(numbers_go_on_from_where_the_caller_was),
		cmocka_unit_test(tasks_one_after_another_are_one_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
