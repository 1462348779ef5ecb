/* SPDX-License-Identifier: MIT */
/*
 * measure.c - run a command, say how long it took and how large it grew
 *
 *     measure FILE CMD [ARG...]     writes "NANOSECONDS PEAK_KIB" to FILE
 *
 * The peak is the largest of the command and everything it waited for. Exits as the command
 * did.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t before;
	int status;
	FILE *out;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE CMD [ARG...]\n");
		return 2;
	}
	before = now_ns();
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("measure");
		return 3;
	}
	out = fopen(argv[1], "w");
	if (!out || fprintf(out, "%" PRIu64 " %ld\n", now_ns() - before, usage.ru_maxrss) < 0 ||
		fclose(out) != 0) {
		perror(argv[1]);
		return 3;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
