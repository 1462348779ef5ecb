/* SPDX-License-Identifier: MIT */
/*
 * inner.h - what checking and recording share; for the files of this room only
 */
#ifndef GATE_INNER_H
#define GATE_INNER_H

#include "gate/gate.h"
#include "gate/timed.h"
#include "judge/budget.h"

/* One call of gate_check() or gate_record(). */
struct gate {
	const struct config *config;
	const struct gate_opts *opts;
	struct arena *arena; /* of the verdicts */
	const char *here;    /* our working directory: paths below it are shown relative */
	struct tape *tape;   /* where the next run is kept; NULL: nowhere */
	bool stacks;         /* take the stack of every call */
	bool all_calls;      /* trace every call, whatever the profile needs */
	bool unseen;         /* trace so that the target cannot see it, slowly */
	bool listings;       /* keep what directories have in them, and in which order */
};

/* The targets of one call, in the order of the configuration, and what came of them. */
struct plan {
	struct gate *gate;
	const struct target **targets;
	struct verdict *verdicts;
	bool *is_done;
	size_t n, next; /* next: the first that was not begun */
};

void plan_tell(const struct plan *p, size_t nr, bool done);
bool plan_is_interrupted(const struct plan *p);
bool plan_ends_with(const struct plan *p, const struct verdict *v); /* fail-fast */

typedef void (*target_fn)(struct gate *g, const struct target *target, struct verdict *out);

#define JOBS_MAX 64
/* Runs the plan with so many workers; a target that was not begun has no verdict. */
void jobs_run(struct plan *p, size_t n_jobs, target_fn function);

/* What a run is held against. */
struct reference {
	struct golden *golden;
	struct run run; /* of the other target, which golden is then borrowed from */
	bool is_run;
};
MUST_CHECK int reference_load(
	struct gate *g, const struct target *target, struct reference *r, struct err *err);
void reference_done(struct reference *r);
/* One run against it: fills kind, text and findings of *v, which was begun. */
MUST_CHECK int judge_run(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct verdict *v, struct err *err);

/* Runs one target many times: how far equal runs lie apart. */
void calibrate_target(struct gate *g, const struct target *target, struct verdict *out);
/* An upper bound (95 %) of the rate of flakes after k of n, n > 0. */
double calibrate_flake_bound(uint32_t k, uint32_t n);
/* Tests one target's golden by mutations of a run; what goes wrong is in the verdict. */
void selftest_target(struct gate *g, const struct target *target, struct verdict *out);
/* Adds what this run costs, and what rules count, to the numbers of a golden. */
void note_numbers(struct gate *g, const struct target *target, struct golden *golden,
	const struct run *run);
/* Judges or records one target; what goes wrong is in the verdict. */
void check_target(struct gate *g, const struct target *target, struct verdict *out);
void record_target(struct gate *g, const struct target *target, struct verdict *out);

/* The path as seen from where we are, when it lies below. */
const char *shown_path(const struct gate *g, const char *path);
/* A verdict with what is known before anything runs. */
struct verdict verdict_begin(struct gate *g, const struct target *target);
/* Run number nr (from 1) of a target, for the rules that apply; artifacts as opts say, none for
 * nr 0. perturbed: bits of gate/perturb.h. */
MUST_CHECK int gate_run_perturbed(struct gate *g, const struct target *target, uint32_t nr,
	unsigned perturbed, struct run *out, struct err *err);
static inline int
gate_run(struct gate *g, const struct target *target, uint32_t nr, struct run *out,
	struct err *err)
{
	return gate_run_perturbed(g, target, nr, 0, out, err);
}
/* The backend that was asked for, by option or by the configuration. */
static inline enum capture_backend
gate_backend(const struct gate *g)
{
	return g->opts->backend ? g->opts->backend : g->config->backend;
}
/* Says in the verdict that this is a second run, under another backend, if it is. */
void again_note(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v);
/* That it saw us n times, and was taken again for that. */
void again_note_stops(
	struct gate *g, const struct target *target, uint32_t n, struct verdict *v);
/* One run more without a tracer, where a budget wants it; NULL: none does. In the arena. */
const struct unwatched *unwatched_run(struct gate *g, const struct target *target);
/* What such a run measures for it: of metrics from BUDGET_FIRST_UNWATCHED on. */
enum measure unwatched_measure(enum budget_metric metric);
/* Takes back the artifacts of a run that passed. */
void artifacts_remove(struct gate *g, const struct target *target, uint32_t nr);
/* Leaves the run's golden as the one to accept; a note in the verdict says where. */
void artifacts_pending(
	struct gate *g, const struct target *target, struct run *run, struct verdict *v);
/* Sets kind and text, and adds the finding that says the same. */
void verdict_set(struct gate *g, struct verdict *v, enum verdict_kind kind, const char *rule_id,
	const char *text, const char *detail, const char *hint);
/* Copies into the arena what would be gone with the run: findings, facts, output. */
void verdict_keep(struct gate *g, struct verdict *v, const struct run *run);

/* True when the run came to an end that can be judged; else *v says why not: interrupted, timed
 * out, incomplete is for the judge. */
bool run_is_whole(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v);

/* Adds what became of each entry of redact and ignore_paths: a warning for one never used. */
void usage_tell(struct gate *g, const struct target *target, struct verdict *v);

/* Text for people, in the arena. */
const char *say_command(struct arena *arena, const struct target *target);
/* What to type when that exit status is right: a key of renacer.toml, or an option. */
const char *say_expect_exit(const struct gate *g, int status);
const char *say_duration(struct arena *arena, uint64_t ns); /* "30s", "1500ms" */
/* "exit 0, stdout 14 bytes, 2 paths written, 1 program executed" */
const char *say_effects(struct arena *arena, const struct golden *golden);
/* The exit status that a golden holds, 128 + signal included; -1: none. */
int golden_exit(const struct golden *golden);

#endif
