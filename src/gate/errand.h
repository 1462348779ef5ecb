/* SPDX-License-Identifier: MIT */
/*
 * errand.h - a command that is not judged: it prepares something, and must succeed
 */
#ifndef GATE_ERRAND_H
#define GATE_ERRAND_H

#include "gate/run.h"

struct errand {
	const char *what;        /* "its setup command", for messages */
	const char *const *argv; /* ends in NULL; found in PATH */
	const char *dir;         /* where it runs */
	uint64_t timeout_ns;
	const struct run_opts *opts; /* is_interrupted is asked; grant: the command has none */
	const char *sandbox;         /* RENACER_SANDBOX, for it alone; NULL: as we have it */
};

/* Runs it in a session of its own, nothing on its standard input. What it printed, both ways,
 * is in *printed when it failed: for the caller to free, may be NULL. */
MUST_CHECK int errand_run(const struct errand *e, char **printed, struct err *err);

#endif
