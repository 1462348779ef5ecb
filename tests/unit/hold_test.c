/* SPDX-License-Identifier: MIT */
/*
 * hold_test.c - tasks that stop themselves are let go, and nobody sees that they stood
 *
 * A process may queue a signal to itself with any code: so a child of ours can stop itself just
 * as the kernel half stops it. A byte in a pipe stands for the record that tells of the stop.
 */

#include "unit/test.h"

#include "base/clock.h"
#include "capture/hold.h"
#include "capture/memory.h"
#include "capture/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N_STOPS 50

/* Above the heap, at the same place in every child. */
static volatile uint64_t cell;

struct word {
	pid_t pid;
	enum { SAYS_STOP, SAYS_STARTED, SAYS_DONE } says;
	uint64_t cell;
	int64_t n_seen; /* so wide that no byte of it is undefined */
};

static void
say(int fd, int says, int n_seen)
{
	struct word word = { getpid(), says, cell, n_seen };

	if (write(fd, &word, sizeof word) != sizeof word)
		_exit(99);
}

static void
stop_oneself(int fd)
{
	siginfo_t info = { .si_signo = SIGSTOP, .si_code = SI_KERNEL };

	cell++;
	say(fd, SAYS_STOP, 0);
	syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGSTOP, &info);
}

/* The one that is watched: the child of ours, whose own child stops itself. */
static void __attribute__((noreturn)) be_family(int fd)
{
	int status, n_seen = 0;
	pid_t child;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child = fork();
	if (!child) {
		say(fd, SAYS_STARTED, 0);
		raise(SIGUSR1); /* ignored, by inheritance: a real signal in between */
		for (int i = 0; i < N_STOPS; i++)
			stop_oneself(fd);
		_exit(7);
	}
	while (waitpid(child, &status, WUNTRACED | WCONTINUED) == child) {
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
		n_seen++;
	}
	say(fd, SAYS_DONE, n_seen);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
}

static int
start(pid_t *first)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	signal(SIGUSR1, SIG_IGN);
	*first = fork();
	assert_true(*first >= 0);
	if (!*first) {
		close(ends[0]);
		be_family(ends[1]);
	}
	signal(SIGUSR1, SIG_DFL);
	close(ends[1]);
	return ends[0];
}

struct outcome {
	int status, n_seen;
	struct hold_count count;
};

static bool
next_word(struct hold *h, int fd, size_t fill, struct word *word, int *first_status)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	do {
		int status = hold_pass(h, fill, 100);

		*first_status = status < 0 ? *first_status : status;
	} while (poll(&poller, 1, 1) == 0);
	return read(fd, word, sizeof *word) == sizeof *word;
}

static void
await_state(pid_t pid, char state)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t until = clock_monotonic_ns() + 10 * NS_PER_S;

	while (proc_state(pid) != state && clock_monotonic_ns() < until)
		nanosleep(&moment, NULL);
}

/* What the reader of the rings does: a pass, then the records, then on. */
static struct outcome
follow(struct hold *h, int fd, size_t fill, bool is_late)
{
	struct outcome outcome = { .status = -1 };
	struct word word;

	while (next_word(h, fd, fill, &word, &outcome.status)) {
		uint64_t there = 0;

		if (word.says == SAYS_STARTED) {
			hold_born(h, word.pid, word.pid);
		} else if (word.says == SAYS_DONE) {
			outcome.n_seen = word.n_seen;
		} else {
			if (is_late)
				await_state(word.pid, 'T');
			is_late = false;
			assert_true(hold_stopped(h, word.pid));
			assert_int_equal(memory_read(word.pid, (uintptr_t)&cell, &there, 8), 8);
			assert_int_equal(there, word.cell);
			hold_resume(h);
		}
	}
	while (outcome.status < 0)
		outcome.status = hold_pass(h, 0, 100);
	outcome.count = hold_count(h);
	return outcome;
}

static void
stops_of_the_attached_are_seen_by_nobody(void **state)
{
	pid_t first;
	int fd = start(&first);
	AUTO(hold_free) struct hold *h = hold_new(first);
	struct outcome outcome;

	(void)state;
	hold_born(h, first, first);
	hold_pass(h, 30, 100);
	outcome = follow(h, fd, 30, false);
	assert_int_equal(WEXITSTATUS(outcome.status), 7);
	assert_int_equal(outcome.count.n_stops, N_STOPS);
	assert_in_range(outcome.n_seen, 0, 2 * outcome.count.n_visible);
	assert_true(outcome.count.n_visible <= 1); /* attached between its start and our look */
	close(fd);
}

static void
a_stop_that_comes_first_is_ended_and_counted(void **state)
{
	pid_t first;
	int fd = start(&first);
	AUTO(hold_free) struct hold *h = hold_new(first);
	struct outcome outcome;

	(void)state;
	hold_born(h, first, first);
	outcome = follow(h, fd, 0, true);
	assert_int_equal(WEXITSTATUS(outcome.status), 7);
	assert_int_equal(outcome.count.n_stops, N_STOPS);
	assert_int_equal(outcome.count.n_visible, 1); /* then it is attached */
	/* Stopped, continued: whoever is late to wait sees only the last of it. */
	assert_in_range(outcome.n_seen, 0, 2);
	close(fd);
}

static uint64_t
tracer_of(pid_t pid)
{
	char name[64], line[256];
	uint64_t tracer = 0;
	FILE *file;

	snprintf(name, sizeof name, "/proc/%d/status", pid);
	file = fopen(name, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		if (!strncmp(line, "TracerPid:", 10))
			tracer = strtoull(line + 10, NULL, 10);
	}
	fclose(file);
	return tracer;
}

static pid_t
start_pausing(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void
end_pausing(pid_t pid)
{
	pid_t got;

	kill(pid, SIGKILL);
	do {
		got = waitpid(-1, NULL, __WALL); /* its other tasks tell us, too */
	} while (got > 0 && got != pid);
	assert_int_equal(got, pid);
}

static void
without_pressure_everybody_is_let_go(void **state)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	pid_t first = start_pausing();
	AUTO(hold_free) struct hold *h = hold_new(first);
	uint64_t until;

	(void)state;
	hold_born(h, first, first);
	assert_int_equal(hold_pass(h, 25, 100), -1);
	assert_int_equal(tracer_of(first), getpid());
	until = clock_monotonic_ns() + 5 * NS_PER_S;
	while (tracer_of(first) && clock_monotonic_ns() < until) {
		assert_int_equal(hold_pass(h, 0, 100), -1);
		nanosleep(&moment, NULL);
	}
	assert_int_equal(tracer_of(first), 0);
	assert_int_not_equal(proc_state(first), 't');
	end_pausing(first);
}

static void
who_is_spared_is_let_go_and_attached_to_no_more(void **state)
{
	pid_t first = start_pausing();
	AUTO(hold_free) struct hold *h = hold_new(first);
	uint64_t before_ns = clock_monotonic_ns(), after_ns;

	(void)state;
	hold_born(h, first, first);
	assert_false(hold_had(h, first, 0, UINT64_MAX));
	assert_int_equal(hold_pass(h, 25, 100), -1);
	assert_int_equal(tracer_of(first), getpid());
	assert_true(hold_had(h, first, before_ns, clock_monotonic_ns()));
	hold_part(h, first);
	after_ns = clock_monotonic_ns();
	assert_int_equal(tracer_of(first), 0);
	assert_int_not_equal(proc_state(first), 't');
	hold_meet(h, first, first);
	hold_born(h, first, first);
	assert_int_equal(tracer_of(first), 0);
	assert_false(hold_had(h, first, 0, before_ns));
	assert_true(hold_had(h, first, before_ns, after_ns));
	assert_false(hold_had(h, first, after_ns, UINT64_MAX));
	end_pausing(first);
}

static void
who_is_about_to_stop_is_attached_to_without_pressure(void **state)
{
	pid_t first = start_pausing();
	AUTO(hold_free) struct hold *h = hold_new(first);

	(void)state;
	hold_meet(h, first, first); /* its birth was not read yet */
	assert_int_equal(tracer_of(first), getpid());
	end_pausing(first);
}

static void
one_that_died_does_not_stand(void **state)
{
	pid_t first = fork();
	AUTO(hold_free) struct hold *h = NULL;

	(void)state;
	if (!first)
		_exit(0);
	h = hold_new(first);
	hold_born(h, first, first);
	while (hold_pass(h, 0, 100) < 0)
		continue;
	assert_false(hold_stopped(h, first));
}

/* Two threads that wait, and tell their ids first. */
static void *
pause_aside(void *fd)
{
	pid_t tid = gettid();

	if (write(*(int *)fd, &tid, sizeof tid) != sizeof tid)
		_exit(99);
	for (;;)
		pause();
	return NULL;
}

static pid_t
start_two(pid_t *other)
{
	pthread_t thread;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pthread_create(&thread, NULL, pause_aside, &ends[1]) != 0)
			_exit(99);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], other, sizeof *other), sizeof *other);
	close(ends[0]);
	return pid;
}

static void
assert_sleeps(struct hold *h, pid_t tid)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t until = clock_monotonic_ns() + 10 * NS_PER_S;

	while (proc_state(tid) != 'S' && clock_monotonic_ns() < until) {
		assert_int_equal(hold_pass(h, 25, 100), -1);
		nanosleep(&moment, NULL);
	}
	assert_int_equal(proc_state(tid), 'S');
}

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
	hold_resume(h);
	assert_sleeps(h, first);
	assert_true(hold_stopped(h, other));
	assert_int_equal(proc_state(other), 't');
	hold_resume(h);
	assert_sleeps(h, other);
	assert_sleeps(h, first);
	assert_int_equal(hold_count(h).n_visible, 1);
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
	hold_resume(h);
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
		hold_resume(h);
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
	execl("/proc/self/exe", "hold_test", STOP_ARGUMENT, number, NULL);
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
	hold_resume(h);
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
	hold_resume(h);
	assert_true(comes(h, ends[0], &word));
	assert_int_equal(word.pid, first);
	end_pausing(first);
	close(ends[0]);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_of_the_attached_are_seen_by_nobody),
		cmocka_unit_test(a_stop_that_comes_first_is_ended_and_counted),
		cmocka_unit_test(without_pressure_everybody_is_let_go),
		cmocka_unit_test(who_is_spared_is_let_go_and_attached_to_no_more),
		cmocka_unit_test(who_is_about_to_stop_is_attached_to_without_pressure),
		cmocka_unit_test(one_that_died_does_not_stand),
		cmocka_unit_test(who_is_about_to_stop_in_a_stopped_process_stands_still),
		cmocka_unit_test(who_is_found_stopped_twice_goes_on),
		cmocka_unit_test(a_stop_that_was_taken_back_is_not_waited_for),
		cmocka_unit_test(one_whose_first_task_ended_does_not_stand),
		cmocka_unit_test(a_stop_that_comes_late_is_ended_all_the_same),
		cmocka_unit_test(a_thread_that_executes_is_held_as_before),
		cmocka_unit_test(one_that_waits_for_who_stands_still_is_not_waited_for),
	};

	if (argc > 2 && !strcmp(argv[1], STOP_ARGUMENT))
		stop_and_wait(atoi(argv[2]));

	return cmocka_run_group_tests(tests, NULL, NULL);
}
