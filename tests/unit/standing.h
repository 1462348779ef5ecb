/* SPDX-License-Identifier: MIT */
/*
 * standing.h - tasks for the tests of hold.h: they wait, or stop themselves as the kernel half
 * stops them
 *
 * A process may queue a signal to itself with any code. A byte in a pipe stands for the record
 * that tells of the stop.
 */
#ifndef TESTS_UNIT_STANDING_H
#define TESTS_UNIT_STANDING_H

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

/* Above the heap, at the same place in every child. */
static volatile uint64_t cell;

struct word {
	pid_t pid;
	enum { SAYS_STOP, SAYS_STARTED, SAYS_DONE } says;
	uint64_t cell;
	int64_t n_seen; /* so wide that no byte of it is undefined */
};

static inline void
say(int fd, int says, int n_seen)
{
	struct word word = { getpid(), says, cell, n_seen };

	if (write(fd, &word, sizeof word) != sizeof word)
		_exit(99);
}

static inline void
stop_oneself(int fd)
{
	siginfo_t info = { .si_signo = SIGSTOP, .si_code = SI_KERNEL };

	cell++;
	say(fd, SAYS_STOP, 0);
	syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGSTOP, &info);
}

static inline void
await_state(pid_t pid, char state)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	uint64_t until = clock_monotonic_ns() + 10 * NS_PER_S;

	while (proc_state(pid) != state && clock_monotonic_ns() < until)
		nanosleep(&moment, NULL);
}

static inline pid_t
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

static inline void
end_pausing(pid_t pid)
{
	pid_t got;

	kill(pid, SIGKILL);
	do {
		got = waitpid(-1, NULL, __WALL); /* its other tasks tell us, too */
	} while (got > 0 && got != pid);
	assert_int_equal(got, pid);
}

/* Two threads that wait, and tell their ids first. */
static inline void *
pause_aside(void *fd)
{
	pid_t tid = gettid();

	if (write(*(int *)fd, &tid, sizeof tid) != sizeof tid)
		_exit(99);
	for (;;)
		pause();
	return NULL;
}

static inline pid_t
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

static inline void
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

#endif
