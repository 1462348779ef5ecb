/* SPDX-License-Identifier: MIT */
/*
 * group.h - clusters of system calls: which calls mean the same kind of work
 *
 * What users call a cluster; here it is a group, because judge/cluster.h has another one. A
 * call that several groups list is counted in each, so that none misses what it asks for;
 * shares may then add up to more than 1.
 */
#ifndef JUDGE_GROUP_H
#define JUDGE_GROUP_H

#include "base/err.h"
#include "base/mem.h"

#define GROUPS_MAX 64u

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL, N_SEVERITIES };
extern const char *const severity_names[N_SEVERITIES + 1]; /* ends in NULL */

struct call_group {
	const char *name, *description;
	const char *const *calls; /* names, some of which may be no system call */
	size_t n_calls;
	bool is_expected;
	double threshold; /* of change against the golden: 0.3, more than a third */
	int severity;     /* enum severity */
	const char *path; /* a path of the call must contain this; NULL: any call */
	struct pos at;
};

struct call_groups {
	const struct call_group *items; /* GROUPS_MAX at most */
	size_t n;
};

/* Those that are there without a file. */
extern const struct call_groups groups_default;

/* NULL: there is none of that name. */
const struct call_group *group_by_name(const struct call_groups *groups, const char *name);
/* Is one of its names a system call of any machine we know? */
bool group_has_calls(const struct call_group *group);
/* Bit i: group i lists this call. */
uint64_t groups_of(const struct call_groups *groups, const char *call);
/* Eight digits that change when what the group selects does; where: a further selection, or
 * NULL. */
const char *group_imprint(
	struct arena *arena, const struct call_group *group, const char *where);

#endif
