/* SPDX-License-Identifier: MIT */
/*
 * measure.c - run a command, say how long it took, how large it grew, what it cost
 *
 *     measure FILE CMD [ARG...]     writes "WALL_NS PEAK_KIB OWN_CPU_NS ALL_CPU_NS" to FILE
 *
 * The peak is the largest of the command and everything it waited for. Own processor time is
 * that of the command's first thread (of a tracer: without its target), all that of the command
 * and everything it waited for. Exits as the command did.
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

/* Of a process that has ended and is not collected yet: what it ran itself; 0: not known. */
static uint64_t
own_cpu_ns(pid_t pid)
{
	char path[64];
	uint64_t ns = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	in = fopen(path, "r");
	if (!in)
		return 0;
	if (fscanf(in, "%" SCNu64, &ns) != 1)
		ns = 0;
	fclose(in);
	return ns;
}

static uint64_t
all_cpu_ns(const struct rusage *usage)
{
	return (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000000u +
	       (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000u;
}

static int
save(const char *path, uint64_t wall_ns, uint64_t own_ns, const struct rusage *usage)
{
	FILE *out = fopen(path, "w");

	if (!out ||
		fprintf(out, "%" PRIu64 " %ld %" PRIu64 " %" PRIu64 "\n", wall_ns,
			usage->ru_maxrss, own_ns, all_cpu_ns(usage)) < 0 ||
		fclose(out) != 0) {
		perror(path);
		return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t before, wall_ns, own_ns;
	siginfo_t info;
	int status;
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
	if (pid < 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0) {
		perror("measure");
		return 3;
	}
	wall_ns = now_ns() - before;
	own_ns = own_cpu_ns(pid);
	if (wait4(pid, &status, 0, &usage) != pid) {
		perror("measure");
		return 3;
	}
	if (save(argv[1], wall_ns, own_ns, &usage) < 0)
		return 3;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
