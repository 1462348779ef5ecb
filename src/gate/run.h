/* SPDX-License-Identifier: MIT */
/*
 * run.h - one run of one target under control: environment, sandbox, capture, effects
 *
 * Hidden here: pipes emptied while the target runs, the timeout, snapshots before and after,
 * what is cleaned up whatever happens.
 */
#ifndef GATE_RUN_H
#define GATE_RUN_H

#include "capture/capture.h"
#include "gate/config.h"
#include "judge/budget.h"
#include "mutate/mutant.h"

struct run_opts {
	enum capture_backend backend;
	const struct capture_grant *grant; /* as in struct capture_opts */
	size_t grant_nr;
	const char *trace_path;                /* the raw trace is stored here; NULL: not */
	const char *stdout_path, *stderr_path; /* what was printed; NULL: not stored */
	bool all_calls;                        /* whatever the rules need */
	bool stacks;   /* of all calls, and their origins in the columns */
	bool listings; /* effects_chance() will be asked */
	bool keep_sandbox;
	unsigned perturbed; /* bits of gate/perturb.h: what is changed in this run */
	struct tape *tape;  /* what the run gave to `effects` is kept there; NULL: nowhere */
	bool (*is_interrupted)(void *arg); /* asked every few milliseconds; NULL: never */
	void *arg;
};

/* What one run came to. `golden` is the canonical form, with facts and footer; its names are
 * for the caller to settle. */
struct run {
	struct golden *golden;
	struct effects *effects; /* owns facts */
	const struct facts *facts;
	struct columns *columns; /* its events, when rules ask; else NULL */
	struct trace_footer footer;
	int status; /* wait status of the command */
	bool timed_out, interrupted;
	/* Bytes that left through our pipes and are in no effect, or the other way round: what
	 * the trace missed, a sentence; NULL when all agrees. */
	char *disagreement;
	char *stdout_tail, *stderr_tail; /* for people; printable */
	uint64_t stdout_bytes, stderr_bytes;
	char *sandbox; /* with keep_sandbox: where it is */
	enum capture_backend backend;
	char *why;   /* capture_why() */
	char *again; /* why it is a second run (gate/again.h), a sentence; NULL: it is not */
	uint64_t time_ns;
	/* What a second run without a tracer came to, borrowed; NULL: there was none. */
	const struct unwatched *unwatched;
};

/* -1: we could not run it at all (not found, no sandbox, its setup failed, tracing refused);
 * stderr_tail may then hold what the setup printed. run_done() is due in any case. */
MUST_CHECK int run_target(struct run *out, const struct config *config,
	const struct target *target, const struct run_opts *opts, struct err *err);
/* What the run on the tape, as the mutant has it, comes to; nothing is executed. */
MUST_CHECK int run_replay(struct run *out, const struct config *config,
	const struct target *target, const struct mutant *mutant, struct err *err);
void run_done(struct run *r);
/* How this target's effects are made. */
struct effects_opts run_effects_opts(const struct config *config, const struct target *target);
/* As a shell shows it: the exit status, or 128 + signal; -1 when it did not end by itself. */
int run_exit(const struct run *r);
/* "it exited 3", "it was killed by SIGKILL (137)" */
const char *run_end_words(struct arena *arena, const struct run *r);

#endif
