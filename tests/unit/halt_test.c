/* SPDX-License-Identifier: MIT */
/*
 * halt_test.c - stops that others have a hand in: threads, SIGCONT, execve(2), vfork(2), and
 * time
 */

#include "unit/standing.h"

/* The second is to stop, and has not come to it since the first one's stop was all of theirs.
 */
static void
stop_both(struct hold *h, pid_t first, pid_t other, bool is_known)
{
	hold_born(h, first, first);
	if (is_known)
		hold_born(h, first, other);
	kill(first, SIGSTOP);
	await_state(first, 'T');
	await_state(other, 'T');
	syscall(SYS_tgkill, first, other, SIGSTOP);
}

/* SIGCONT ends the stop of one, and would take back that of the other. */
static void
stands_still(bool is_known)
{
	pid_t other, first = start_two(&other);
	AUTO(hold_free) struct hold *h = hold_new(first);

	stop_both(h, first, other, is_known);
	assert_true(hold_stopped(h, first));
	assert_int_equal(hold_pass(h, 25, 100), -1);
	hold_resume(h, UINT64_MAX);
	assert_sleeps(h, first);
	assert_true(hold_stopped(h, other));
	assert_int_equal(proc_state(other), 't');
	hold_resume(h, UINT64_MAX);
	assert_sleeps(h, other);
	assert_sleeps(h, first);
	assert_int_equal(hold_count(h).n_visible, 1);
	assert_int_equal(hold_count(h).n_seen, 1); /* by the other */
	end_pausing(first);
}

static void
who_is_about_to_stop_in_a_stopped_process_stands_still(void **state)
{
	(void)state;
	stands_still(true);
	stands_still(false); /* its birth was not read yet */
}

/* And both may be found in that stop. */
static void
who_is_found_stopped_twice_goes_on(void **state)
{
	pid_t other, first = start_two(&other);
	AUTO(hold_free) struct hold *h = hold_new(first);

	(void)state;
	stop_both(h, first, other, true);
	assert_true(hold_stopped(h, other));
	assert_true(hold_stopped(h, first));
	hold_resume(h, UINT64_MAX);
	assert_sleeps(h, first);
	assert_sleeps(h, other);
	end_pausing(first);
}

static void
a_stop_that_was_taken_back_is_not_waited_for(void **state)
{
	pid_t first = start_pausing();
	AUTO(hold_free) struct hold *h = hold_new(first);

	(void)state;
	await_state(first, 'S');
	hold_born(h, first, first);
	assert_false(hold_stopped(h, first));
	assert_sleeps(h, first);
	end_pausing(first);
}

static void
one_whose_first_task_ended_does_not_stand(void **state)
{
	pid_t first = fork();
	AUTO(hold_free) struct hold *h = NULL;
	pthread_t thread;
	int fd = open("/dev/null", O_WRONLY);

	(void)state;
	if (!first) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pthread_create(&thread, NULL, pause_aside, &fd) != 0)
			_exit(99);
		pthread_exit(NULL);
	}
	await_state(first, 'Z');
	h = hold_new(first);
	hold_born(h, first, first);
	assert_int_equal(hold_pass(h, 25, 100), -1);
	assert_false(hold_stopped(h, first));
	end_pausing(first);
}

/* --- stops of the target's own --- */

static void
assert_stays_stopped(struct hold *h, pid_t pid)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int i = 0; i < 20; i++) {
		hold_resume(h, UINT64_MAX);
		assert_int_equal(hold_pass(h, 25, 100), -1);
		nanosleep(&moment, NULL);
		assert_true(proc_state(pid) == 'T' || proc_state(pid) == 't');
	}
}

/* It stopped behind a call of which we were told that it stopped itself; but another stop, of
 * its own, was there before. */
static void
a_stop_of_its_own_is_ended_by_who_wants_to(void **state)
{
	pid_t first = start_pausing();
	AUTO(hold_free) struct hold *h = hold_new(first);

	(void)state;
	hold_born(h, first, first);
	kill(first, SIGSTOP);
	await_state(first, 'T');
	assert_true(hold_stopped(h, first));
	hold_resume(h, 0); /* what was told does not say why it stopped */
	assert_int_equal(proc_state(first), 't');
	hold_halted(h, first, clock_monotonic_ns());
	assert_stays_stopped(h, first);
	kill(first, SIGCONT);
	assert_sleeps(h, first);

	hold_called(h, first, UINT64_MAX); /* it goes on: the next is ours again */
	kill(first, SIGSTOP);
	await_state(first, 't');
	assert_true(hold_stopped(h, first));
	hold_resume(h, UINT64_MAX);
	assert_sleeps(h, first);
	end_pausing(first);
}

static void
a_stop_that_was_sent_to_who_stands_still_stays(void **state)
{
	pid_t first = start_pausing();
	AUTO(hold_free) struct hold *h = hold_new(first);

	(void)state;
	hold_born(h, first, first);
	kill(first, SIGSTOP);
	await_state(first, 'T');
	kill(first, SIGSTOP);
	assert_true(hold_stopped(h, first));
	assert_stays_stopped(h, first);
	kill(first, SIGCONT);
	assert_sleeps(h, first);
	end_pausing(first);
}

/* --- stops that come late, and tasks that change --- */

static void
pause_ns(long ns)
{
	const struct timespec moment = { .tv_nsec = ns };

	nanosleep(&moment, NULL);
}

#define LATE_NS 600000000 /* a task of low priority on a machine with much to do */

/* It says that it stops, does so late, and says so again. */
static pid_t
start_late(int *fd)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		siginfo_t info = { .si_signo = SIGSTOP, .si_code = SI_KERNEL };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		say(ends[1], SAYS_STOP, 0);
		pause_ns(LATE_NS);
		syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGSTOP, &info);
		say(ends[1], SAYS_DONE, 0);
		for (;;)
			pause();
	}
	close(ends[1]);
	*fd = ends[0];
	return pid;
}

/* As the reader of rings goes on. */
static bool
comes(struct hold *h, int fd, struct word *word)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint64_t until = clock_monotonic_ns() + 10 * NS_PER_S;

	while (poll(&poller, 1, 1) == 0 && clock_monotonic_ns() < until) {
		assert_int_equal(hold_pass(h, 25, 100), -1);
		hold_resume(h, UINT64_MAX);
	}
	return poll(&poller, 1, 0) > 0 && read(fd, word, sizeof *word) == sizeof *word;
}

static void
goes_on_late(bool is_ward)
{
	struct word word;
	int fd;
	pid_t first = start_late(&fd);
	AUTO(hold_free) struct hold *h = hold_new(first);

	hold_born(h, first, first);
	if (is_ward)
		hold_spare(h, first);
	assert_true(comes(h, fd, &word));
	hold_stopped(h, first); /* whatever it says: the task has a long way to go */
	assert_true(comes(h, fd, &word));
	assert_int_equal(word.says, SAYS_DONE);
	end_pausing(first);
	close(fd);
}

static void
a_stop_that_comes_late_is_ended_all_the_same(void **state)
{
	(void)state;
	goes_on_late(false);
	goes_on_late(true);
}

/* A thread executes this test again, which stops itself and says so. */
#define STOP_ARGUMENT "--stop-oneself"

static void *
execute_soon(void *fd)
{
	pid_t tid = gettid();
	char number[16], go;

	snprintf(number, sizeof number, "%d", ((int *)fd)[1]);
	if (write(((int *)fd)[1], &tid, sizeof tid) != sizeof tid ||
		read(((int *)fd)[2], &go, 1) != 1)
		_exit(99);
	execl("/proc/self/exe", "halt_test", STOP_ARGUMENT, number, NULL);
	_exit(98);
}

static pid_t
start_executor(pid_t *other, int *fd, int *go)
{
	pthread_t thread;
	int ends[4];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(ends + 2), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pthread_create(&thread, NULL, execute_soon, ends) != 0)
			_exit(99);
		for (;;)
			pause();
	}
	close(ends[1]);
	close(ends[2]);
	assert_int_equal(read(ends[0], other, sizeof *other), sizeof *other);
	*fd = ends[0];
	*go = ends[3];
	return pid;
}

static void
stops_after_exec(bool is_leader_attached)
{
	struct word word;
	int fd, go;
	pid_t other, first = start_executor(&other, &fd, &go);
	AUTO(hold_free) struct hold *h = hold_new(first);

	hold_meet(h, first, is_leader_attached ? first : other);
	hold_born(h, first, first);
	assert_int_equal(write(go, "g", 1), 1);
	assert_int_equal(read(fd, &word, sizeof word), sizeof word);
	assert_int_equal(word.pid, first);
	assert_true(hold_stopped(h, first));
	hold_resume(h, UINT64_MAX);
	assert_true(comes(h, fd, &word));
	assert_int_equal(word.says, SAYS_DONE);
	end_pausing(first);
	close(fd);
	close(go);
}

/* Its number is the leader's from then on, and who was attached to whom is another matter. */
static void
a_thread_that_executes_is_held_as_before(void **state)
{
	(void)state;
	stops_after_exec(true);
	stops_after_exec(false);
}

static void
stop_and_wait(int fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	stop_oneself(fd);
	say(fd, SAYS_DONE, 0);
	for (;;)
		pause();
}

/* The parent waits in the kernel for its child, where no tracer can stop it. */
static void
one_that_waits_for_who_stands_still_is_not_waited_for(void **state)
{
	int ends[2];
	struct word word;
	pid_t first;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	first = fork();
	if (!first) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pid_t child = (pid_t)syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);

		if (!child) {
			stop_oneself(ends[1]);
			_exit(0);
		}
		say(ends[1], SAYS_DONE, 0);
		for (;;)
			pause();
	}
	close(ends[1]);
	AUTO(hold_free) struct hold *h = hold_new(first);

	hold_born(h, first, first);
	assert_int_equal(read(ends[0], &word, sizeof word), sizeof word);
	assert_int_not_equal(word.pid, first);
	hold_born(h, word.pid, word.pid);
	assert_true(hold_stopped(h, word.pid));
	await_state(first, 'D');
	assert_false(hold_stopped(h, first)); /* its stop was taken back */
	hold_resume(h, UINT64_MAX);
	assert_true(comes(h, ends[0], &word));
	assert_int_equal(word.pid, first);
	end_pausing(first);
	close(ends[0]);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_about_to_stop_in_a_stopped_process_stands_still),
		cmocka_unit_test(who_is_found_stopped_twice_goes_on),
		cmocka_unit_test(a_stop_that_was_taken_back_is_not_waited_for),
		cmocka_unit_test(one_whose_first_task_ended_does_not_stand),
		cmocka_unit_test(a_stop_of_its_own_is_ended_by_who_wants_to),
		cmocka_unit_test(a_stop_that_was_sent_to_who_stands_still_stays),
		cmocka_unit_test(a_stop_that_comes_late_is_ended_all_the_same),
		cmocka_unit_test(a_thread_that_executes_is_held_as_before),
		cmocka_unit_test(one_that_waits_for_who_stands_still_is_not_waited_for),
	};

	if (argc > 2 && !strcmp(argv[1], STOP_ARGUMENT))
		stop_and_wait(atoi(argv[2]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
