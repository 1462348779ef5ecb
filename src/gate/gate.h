/* SPDX-License-Identifier: MIT */
/*
 * gate.h - judge targets and record goldens: what renacer-gate does, without printing
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "gate/config.h"
#include "gate/run.h"

struct gate_opts {
	const char *const *patterns; /* globs over target names; none: all */
	size_t n_patterns;
	enum capture_backend backend;
	const struct capture_grant *grant; /* as in struct capture_opts */
	size_t grant_nr;
	const char *artifacts; /* directory for traces, outputs, pending goldens; NULL: none */
	/* Where the trace of each run of a check stays, whatever comes of it: that directory if
	 * there is one, else another. NULL: traces stay as artifacts do. */
	const char *traces;
	bool fail_fast;
	bool keep_sandboxes; /* for people to look at; a note says where */
	bool verbose;        /* verdicts tell how each run was made */
	uint32_t runs;       /* 0: as configured */
	const char
		*compare_ref; /* gate_check(): the commit that times are compared with; NULL */
	uint32_t pairs;       /* of runs, for that; 0: PAIRS_USUAL */
	uint32_t mutants;     /* gate_selftest(): of each operator at most so many; 0: 25 */
	bool (*is_interrupted)(void *arg);
	/* Told when a target begins (done false) and ends, for progress. */
	void (*progress)(void *arg, const struct target *target, size_t nr, size_t n, bool done,
		const struct verdict *verdict);
	void *arg;
};

/* Where the trace of run nr (from 1) of a target is; in the arena. */
const char *gate_trace_path(
	struct arena *arena, const char *dir, const char *target, uint32_t nr);

/* A pattern that matches no target, and a configuration without targets, is ERR_USAGE. Verdicts
 * are borrowed from the arena and the configuration. An interrupt ends the list with a verdict
 * that says so. */
MUST_CHECK int gate_check(struct verdicts *out, struct arena *arena,
	const struct config *config, const struct gate_opts *opts, struct err *err);
/* Runs each target several times and writes its golden, or says in the verdict why it refused.
 * Where the environment says CI=true nothing is written: ERR_USAGE. */
MUST_CHECK int gate_record(struct verdicts *out, struct arena *arena,
	const struct config *config, const struct gate_opts *opts, struct err *err);
/* Runs each target once, which must pass, and judges mutations of that run by its golden
 * (mutate/mutate.h): one that an outsider could see must fail, one that nobody could must pass.
 * Each is judged in the same way as a run. An outcome of a verdict is one operator's score, a
 * finding one wrong answer. */
MUST_CHECK int gate_selftest(struct verdicts *out, struct arena *arena,
	const struct config *config, const struct gate_opts *opts, struct err *err);
/* Runs each target opts->runs times (10), judged by its golden and by the first run: flakes,
 * and the spread of times and counts as outcomes. A flake is a fail. Nothing is stored. */
MUST_CHECK int gate_calibrate(struct verdicts *out, struct arena *arena,
	const struct config *config, const struct gate_opts *opts, struct err *err);

#endif
