/* SPDX-License-Identifier: MIT */
/*
 * child.h - a process of ours that nobody traces, in a session of its own: waited for, or ended
 */
#ifndef GATE_CHILD_H
#define GATE_CHILD_H

#include "gate/run.h"

#include <sys/resource.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: there is none, or it has been collected */
	int pidfd; /* -1: none */
};

struct child_wait {
	uint64_t end_ns;             /* of clock_monotonic_ns(): it has so long */
	int tick_ms;                 /* between two looks at that, at run_opts and to tick() */
	const struct run_opts *opts; /* is_interrupted is asked; NULL: never */
	void (*tick)(void *arg);     /* before each look; NULL: nothing */
	void *arg;
};

/* Behind fork(), in the parent. The child itself calls setsid(). */
MUST_CHECK int child_hold(struct child *c, pid_t pid, struct err *err);
/* 1: it has ended, and what it left in its session was killed; 0: its time is over; -1: see
 * err, an interrupt among it. */
MUST_CHECK int child_wait(struct child *c, const struct child_wait *how, int *status,
	struct rusage *usage, struct err *err);
/* Ends it with its session if it is still there, and collects it. Twice is fine. */
void child_end(struct child *c);

#endif
