/* SPDX-License-Identifier: MIT */
/*
 * critical.h - the critical path: which task the run waited for, at each moment of it
 *
 * Going back from the end, time belongs to the task that was last; where that one had been
 * blocked, what lies before its release belongs to whoever released it, and so on to the start
 * (docs/causal.md). So every moment of the run belongs to exactly one step. What a task waits
 * for that is no task's doing (a timer, the disk, somebody outside) is its own time.
 *
 * Kept with opts.critical only: 32 bytes for each call that was blocked on another task.
 */
#ifndef EFFECTS_CRITICAL_H
#define EFFECTS_CRITICAL_H

#include "effects/effects.h"

struct critical; /* what is kept */

/* A stretch of time on the path, in order of time, without gaps. */
struct path_step {
	uint32_t task, process; /* process: number of the task that leads it */
	const char *program;    /* canonical path of what its process last executed */
	uint64_t from_ns, to_ns;
	/* How it ended, for the next one: the call in which that one was blocked ("read",
	 * "wait4"), "start" when that is a new task; NULL: of the last step. */
	const char *released;
};

/* The path to the end of that task, or (0) of the one that ended last; from the first exec. In
 * the arena. 0 steps: it was not kept, or there is no such task. After the last event. */
size_t critical_path(
	struct effects *fx, struct arena *arena, uint32_t task, struct path_step **out);

/* The calls without which the path is not whole. */
void critical_wanted(struct call_set *out);

/* For effects.c: after the event was applied. */
void critical_note(struct effects *fx, const struct event *event);
void critical_free(struct critical *c);

#endif
