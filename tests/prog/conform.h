/* SPDX-License-Identifier: MIT */
/*
 * conform.h - tracees that print what they find, which must not depend on who watches
 *
 * A file of them has a table of things it can do; its argument says which. What they print goes
 * out in one write, at the end. Times are told only where a busy machine cannot change them.
 */
#ifndef TESTS_PROG_CONFORM_H
#define TESTS_PROG_CONFORM_H

#include "want.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

struct part {
	const char *name;
	void (*run)(int argc, char **argv);
};

#define RUN_PART(parts) run_part(parts, sizeof(parts) / sizeof((parts)[0]), argc, argv)

/* argv[1] is the part's name; it gets what is behind it. */
static inline int
run_part(const struct part *parts, size_t n, int argc, char **argv)
{
	begin();
	for (size_t i = 0; argc > 1 && i < n; i++) {
		if (!strcmp(parts[i].name, argv[1])) {
			parts[i].run(argc - 2, argv + 2);
			return 0;
		}
	}
	for (size_t i = 0; i < n; i++)
		printf("%s\n", parts[i].name);
	return 2;
}

static inline void
exactly_ms(long ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

/* Until others have got somewhere. */
static inline void
sleep_ms(long ms)
{
	exactly_ms(ms * slow());
}

static inline double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline const char *
yes(bool is_so)
{
	return is_so ? "yes" : "NO";
}

static inline const char *
errno_name(void)
{
	return strerrorname_np(errno);
}

/* "exit 3", "killed 9", "stopped 19", "continued" */
static inline void
print_wait(const char *who, int status)
{
	if (WIFEXITED(status))
		printf("%s: exit %d\n", who, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("%s: killed %d\n", who, WTERMSIG(status));
	else if (WIFSTOPPED(status))
		printf("%s: stopped %d\n", who, WSTOPSIG(status));
	else
		printf("%s: continued\n", who);
}

/* A child that does this and ends. */
static inline pid_t
child_of(void (*work)(void))
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (pid)
		return pid;
	work();
	_exit(0);
}

/* The next that the parent is told of this child. */
static inline int
next_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, WUNTRACED | WCONTINUED) != pid)
		MUST(errno == EINTR);
	return status;
}

static inline int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		MUST(errno == EINTR);
	return status;
}

#endif
