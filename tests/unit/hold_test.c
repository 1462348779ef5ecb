/* SPDX-License-Identifier: MIT */
/*
 * hold_test.c - tasks that stop themselves are let go, and nobody sees that they stood
 */

#include "unit/standing.h"

#define N_STOPS 50

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
			hold_resume(h, UINT64_MAX);
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
	assert_int_equal(outcome.count.n_seen, 1);    /* the parent is the target's, too */
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

/* Waits in one call, and stops itself behind it as whoever is to be let go of. */
static pid_t
start_waiting(int wakes[2], int says[2])
{
	pid_t pid;
	char byte;

	assert_int_equal(pipe(wakes), 0);
	assert_int_equal(pipe(says), 0);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(wakes[0], &byte, 1) != 1)
		_exit(1);
	stop_oneself(says[1]);
	for (;;)
		pause();
}

static void
without_pressure_everybody_is_let_go_behind_a_call(void **state)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int wakes[2], says[2];
	pid_t first = start_waiting(wakes, says);
	AUTO(hold_free) struct hold *h = hold_new(first);
	uint64_t from = clock_monotonic_ns(), until = from + 5 * NS_PER_S;
	struct word word;

	(void)state;
	hold_born(h, first, first);
	assert_int_equal(hold_pass(h, 25, 100), -1);
	assert_int_equal(tracer_of(first), getpid());
	assert_false(hold_is_leaving(h));
	while (!hold_is_leaving(h) && clock_monotonic_ns() < until) {
		assert_int_equal(hold_pass(h, 0, 100), -1);
		nanosleep(&moment, NULL);
	}
	assert_true(hold_is_leaving(h));
	assert_int_equal(tracer_of(first), getpid()); /* it is in a call */
	assert_int_equal(write(wakes[1], "", 1), 1);
	assert_int_equal(read(says[0], &word, sizeof word), sizeof word);
	assert_true(hold_yielded(h, first));
	assert_true(hold_is_leaving(h));
	hold_resume(h, UINT64_MAX);
	assert_false(hold_is_leaving(h));
	assert_int_equal(tracer_of(first), 0);
	assert_int_not_equal(proc_state(first), 't');
	assert_int_not_equal(proc_state(first), 'T');
	assert_int_equal(hold_count(h).n_visible, 0);
	assert_false(hold_cut(h, first, from, clock_monotonic_ns()));
	end_pausing(first);
	for (int i = 0; i < 2; i++) {
		close(wakes[i]);
		close(says[i]);
	}
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

static int told; /* a pipe's end */

static void *
execute_when_told(void *arg)
{
	char byte;

	if (write(*(int *)arg, &(pid_t){ gettid() }, sizeof(pid_t)) == sizeof(pid_t) &&
		read(told, &byte, 1) == 1)
		execl("/bin/sleep", "sleep", "100", NULL);
	_exit(1);
}

/* A thread that executes a program, when it is told to; its number is in *thread. */
static pid_t
start_executing(pid_t *thread, int *tell)
{
	int tells[2], says[2];
	pthread_t other;
	pid_t pid;

	assert_int_equal(pipe2(tells, O_CLOEXEC), 0);
	assert_int_equal(pipe2(says, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		told = tells[0];
		pthread_create(&other, NULL, execute_when_told, &says[1]);
		for (;;)
			pause();
	}
	assert_int_equal(read(says[0], thread, sizeof *thread), sizeof *thread);
	close(tells[0]);
	close(says[0]);
	close(says[1]);
	*tell = tells[1];
	return pid;
}

static void
await_program(pid_t pid, const char *name)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	uint64_t until = clock_monotonic_ns() + 10 * NS_PER_S;
	char path[64], comm[32] = "";

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	while (strncmp(comm, name, strlen(name)) != 0 && clock_monotonic_ns() < until) {
		FILE *file = fopen(path, "r");

		nanosleep(&moment, NULL);
		assert_non_null(fgets(comm, sizeof comm, file));
		fclose(file);
	}
}

static void
who_executes_stays_attached_under_the_number_of_the_first(void **state)
{
	pid_t thread, first;
	int tell;

	(void)state;
	first = start_executing(&thread, &tell);
	AUTO(hold_free) struct hold *h = hold_new(first);

	hold_born(h, first, first);
	hold_meet(h, first, thread);
	assert_int_equal(write(tell, "", 1), 1);
	await_program(first, "sleep");
	assert_int_equal(tracer_of(first), getpid());
	hold_executed(h, first, thread, clock_monotonic_ns());
	hold_ended(h, thread);
	assert_true(hold_had(h, first, clock_monotonic_ns(), UINT64_MAX));
	hold_part(h, first);
	assert_int_equal(tracer_of(first), 0);
	assert_false(hold_had(h, first, clock_monotonic_ns(), UINT64_MAX));
	hold_executed(h, first, thread, 0); /* told late: it has been let go of since */
	assert_false(hold_had(h, first, clock_monotonic_ns(), UINT64_MAX));
	end_pausing(first);
	close(tell);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_of_the_attached_are_seen_by_nobody),
		cmocka_unit_test(a_stop_that_comes_first_is_ended_and_counted),
		cmocka_unit_test(without_pressure_everybody_is_let_go_behind_a_call),
		cmocka_unit_test(who_is_spared_is_let_go_and_attached_to_no_more),
		cmocka_unit_test(who_is_about_to_stop_is_attached_to_without_pressure),
		cmocka_unit_test(one_that_died_does_not_stand),
		cmocka_unit_test(who_executes_stays_attached_under_the_number_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
