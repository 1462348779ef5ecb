/* SPDX-License-Identifier: MIT */
/*
 * timed.h - one run of a target that nobody watches, for its time
 *
 * The same sandbox, environment and standard input as in a run that is judged; what it prints
 * goes to memory, which never makes it wait.
 */
#ifndef GATE_TIMED_H
#define GATE_TIMED_H

#include "gate/run.h"

enum measure {
	MEASURE_WALL,
	MEASURE_CPU,
	MEASURE_RSS,
	MEASURE_FAULTS,
	MEASURE_SWITCHES,
	N_MEASURES
};
/* "wall", "cpu", …; what one unit of it is: "s", "s", "bytes", "", "" */
extern const char *const measure_names[N_MEASURES], *const measure_units[N_MEASURES];

struct timed {
	/* Wall: from before the fork to its end. The others are those of getrusage(2): of it
	 * and of the children it waited for. CPU: user and system. */
	double value[N_MEASURES];
	int status; /* as wait(2) */
};

/* Fails when it could not be run, did not end in time, or did not end as the target must. */
MUST_CHECK int timed_run(struct timed *out, const struct config *config,
	const struct target *target, const struct run_opts *opts, struct err *err);

#endif
