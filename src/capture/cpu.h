/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - where tracer and target run, and what the target is told of it
 *
 * A stop costs two switches between tracer and task. On one CPU that is two context switches;
 * on two, each switch wakes an idle CPU, which on a virtual machine costs 15 to 20 times as
 * much. So both are kept on one CPU, unless the target has several tasks that compute: then it
 * would be starved. Placement is ours alone: sched_getaffinity(2) answers what it would
 * untraced, and sched_setaffinity(2) takes effect on that answer.
 */
#ifndef CAPTURE_CPU_H
#define CAPTURE_CPU_H

#include "capture/capture.h"
#include "capture/task.h"

#define PLACEMENT_MS 10 /* how often it is worth a look */
#define CPU_WORDS 128   /* 8192 CPUs, the most that Linux can be built for */

struct cpu_mask {
	unsigned long word[CPU_WORDS];
};

struct placement {
	struct cpu_mask ours;    /* before we changed anything: what the target starts with */
	struct cpu_mask allowed; /* what the target could ask for: its cpuset */
	enum capture_cpu mode;
	bool is_active; /* we place it: more than one CPU, and the kernel lets us */
	bool is_pinned; /* now */
	bool has_moved; /* there was a change: tasks born meanwhile must be looked after */
	int cpu;
	uint64_t checked_ns, n_stops; /* stops since then */
	uint64_t rest_ns;             /* added to the time until the next check */
	uint32_t n_calm;              /* checks in a row that spoke for the other way */
};

/* Before the fork: chooses a CPU and moves there. */
void placement_init(struct placement *p, enum capture_cpu mode);
void placement_done(struct placement *p);             /* gives us back the CPUs we had */
uint32_t placement_n_cpus(const struct placement *p); /* as the target sees it */
/* Now and then: stays or changes. now_ns of any clock that does not go back. */
void placement_check(struct placement *p, const struct task_table *tasks, uint64_t now_ns);
/* A task was born, to whom its parent's affinity passes. */
void placement_born(struct placement *p, struct task *t, const struct task *parent);
/* The two calls. at entry: true when the call is not to be made: *result is its result. */
bool placement_set(struct placement *p, struct task *t, struct task *target,
	const struct call *call, int64_t *result);
/* at exit of sched_getaffinity(2): puts the answer right. */
void placement_answer(
	struct placement *p, struct task *t, struct task *target, const struct call *call);

#endif
