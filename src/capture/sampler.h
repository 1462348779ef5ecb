/* SPDX-License-Identifier: MIT */
/*
 * sampler.h - the processor time that tasks take between their calls
 *
 * A task that computes makes no call and so stops for nobody. But the kernel knows what it has
 * used: that is read now and then of each task whose last call is a while ago, so a task that
 * makes calls costs nothing. A task that sleeps, or that waits for a processor, uses none.
 */
#ifndef CAPTURE_SAMPLER_H
#define CAPTURE_SAMPLER_H

#include "model/event.h"

#include <sys/types.h>

#define SAMPLER_MS 20 /* tasks that made no call for so long are looked at */

/* Processor time of a thread so far, in nanoseconds; false: it is gone. */
typedef bool sampler_read(void *arg, pid_t tid, uint64_t *cpu_ns);

struct sampled;

/* Zeroed is off. */
struct sampler {
	bool is_on;
	sampler_read *read;
	void *arg;
	struct sampled **by_task; /* by number; NULL: never began, or has ended */
	size_t n_by_task;
	struct sampled **live;
	size_t n_live, live_capacity;
	size_t at;       /* of live: who is looked at next */
	uint64_t due_ns; /* the next look that is worth it */
};

/* read NULL: as /proc says. */
void sampler_start(struct sampler *s, sampler_read *read, void *arg);
void sampler_done(struct sampler *s);
/* Every event on its way out: sets its busy_ns. */
void sampler_event(struct sampler *s, struct event *event);
/* Often; now_ns of the clock that events have. Looks every SAMPLER_MS. */
void sampler_look(struct sampler *s, uint64_t now_ns);

#endif
