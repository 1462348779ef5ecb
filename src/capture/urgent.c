/* SPDX-License-Identifier: MIT */
/* urgent.c - a tracer that gets to run as soon as it wakes up */

#include "capture/urgent.h"

#include "base/base.h"

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TURN_NS 100000u /* the shortest there is, and the soonest */
#define NICE_FIRST (-20)
#define LIMIT_FIRST 40 /* the same, as RLIMIT_NICE counts */

/* The first version of sched_setattr(2)'s; libraries have it since glibc 2.41. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

#define FLAG_RESET_ON_FORK 1u

static bool
set(int nice, uint64_t turn_ns, uint64_t flags)
{
	struct attributes a = { .size = sizeof a,
		.policy = SCHED_OTHER,
		.flags = flags,
		.nice = nice,
		.runtime = turn_ns };

	return syscall(SYS_sched_setattr, 0, &a, 0u) == 0;
}

bool
urgency_permit(struct rlimit *before)
{
	struct rlimit all;

	if (getrlimit(RLIMIT_NICE, before) < 0 || before->rlim_cur >= LIMIT_FIRST)
		return false;
	/* Whoever is without rights can lower both again, and raise none. */
	all.rlim_cur = LIMIT_FIRST;
	all.rlim_max = MAX(before->rlim_max, LIMIT_FIRST);
	return setrlimit(RLIMIT_NICE, &all) == 0;
}

void
urgency_forbid(const struct rlimit *before)
{
	setrlimit(RLIMIT_NICE, before);
}

/* Who is forked with that flag gets a priority of 0: so ours has to have been that. */
bool
urgency_begin(void)
{
	struct attributes a = { .size = sizeof a };

	if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0u) != 0 || a.policy != SCHED_OTHER ||
		a.nice)
		return false;
	return set(NICE_FIRST, TURN_NS, FLAG_RESET_ON_FORK) ||
	       set(0, TURN_NS, FLAG_RESET_ON_FORK);
}

void
urgency_end(void)
{
	set(0, 0, FLAG_RESET_ON_FORK); /* to take the flag back needs rights */
}
