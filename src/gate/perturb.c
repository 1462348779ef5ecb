/* SPDX-License-Identifier: MIT */
/* perturb.c - what is changed from one recording to the next */

#include "gate/perturb.h"

#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS (4 * NS_PER_MS)
#define N_PIDS 37 /* used up; a prime, so that it is no step of something else */

const struct perturbation perturbations[N_PERTURBATIONS] = {
	{ PERTURB_PATHS, "a longer sandbox path",
		"does it print or measure the path of where it runs?" },
	{ PERTURB_ENV, "more environment variables", "does it print its environment?" },
	{ PERTURB_TMP, "another name for TMPDIR", "does it print or measure TMPDIR?" },
	{ PERTURB_ASLR, "random addresses",
		"does it print addresses, or go through a table that is ordered by them?" },
	{ PERTURB_PIDS, "other process numbers", "does it print the number of a process?" },
	{ PERTURB_CPU, "one CPU", "does it count CPUs, or depend on what runs first?" },
	{ PERTURB_TIME, "a later second", "does it print the time?" },
	{ PERTURB_SLOW, "less speed",
		"does it print how long it took, or wait for a fixed time?" },
};

unsigned
perturb_choose(uint32_t nr)
{
	if (nr < 2)
		return 0;
	if (nr < 4)
		return nr == 2 ? PERTURB_FREE : PERTURB_HELD;
	return perturbations[(nr - 4) % N_PERTURBATIONS].bit;
}

void
perturb_say(struct str *out, unsigned bits)
{
	size_t left = 0;

	for (size_t i = 0; i < N_PERTURBATIONS; i++)
		left += (bits & perturbations[i].bit) != 0;
	for (size_t i = 0; i < N_PERTURBATIONS; i++) {
		if (!(bits & perturbations[i].bit))
			continue;
		str_add(out, perturbations[i].had);
		left--;
		str_add(out, left > 1 ? ", " : left ? " and " : "");
	}
}

static int
use_up_pids(struct err *err)
{
	for (int i = 0; i < N_PIDS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return err_sys(err, "fork");
		if (pid == 0)
			_exit(0);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		}
	}
	return 0;
}

static void
wait_for(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S) };

	while (nanosleep(&t, &t) < 0 && errno == EINTR) {
	}
}

/* All along the run, and ever more seldom, so that a long one does not take much longer. */
void
perturb_hold_up(uint64_t nr, uint64_t *next)
{
	if (nr < *next)
		return;
	*next = nr + nr / 8 + 8;
	wait_for(PAUSE_NS);
}

/* The first of ours; with a single one there is nothing to change. */
static void
leave_one_cpu(struct perturb_cpus *cpus)
{
	cpu_set_t one;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof cpus->ours, &cpus->ours) < 0 ||
		CPU_COUNT(&cpus->ours) < 2)
		return;
	while (!CPU_ISSET(cpu, &cpus->ours))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	cpus->is_changed = sched_setaffinity(0, sizeof one, &one) == 0;
}

int
perturb_begin(unsigned bits, struct perturb_cpus *cpus, struct err *err)
{
	*cpus = (struct perturb_cpus){ .is_changed = false };
	if (bits & PERTURB_TIME)
		wait_for(NS_PER_S - clock_wall_ns() % NS_PER_S + NS_PER_MS);
	if ((bits & PERTURB_PIDS) && use_up_pids(err) < 0)
		return -1;
	if (bits & PERTURB_CPU)
		leave_one_cpu(cpus);
	return 0;
}

void
perturb_end(const struct perturb_cpus *cpus)
{
	if (cpus->is_changed)
		sched_setaffinity(0, sizeof cpus->ours, &cpus->ours);
}
