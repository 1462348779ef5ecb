/* SPDX-License-Identifier: MIT */
/*
 * budget.h - what a target may cost: limits on numbers of its run, absolute or against the
 * golden
 *
 * Counts are the same whenever an unchanged program does the same, so they block. Sizes of
 * memory and times vary by themselves: they warn, unless somebody says otherwise. Times against
 * those of a golden are no evidence at all: those are for pairs of runs (gate/paired.h).
 */
#ifndef JUDGE_BUDGET_H
#define JUDGE_BUDGET_H

#include "judge/judge.h"

enum budget_metric {
	BUDGET_SYSCALLS,
	BUDGET_CALLS, /* those that `calls` chooses */
	BUDGET_BYTES_READ,
	BUDGET_BYTES_WRITTEN,
	BUDGET_FILES_OPENED,
	BUDGET_PROCESSES,
	BUDGET_THREADS,
	BUDGET_MAX_FDS,
	BUDGET_MAPPED_BYTES,
	BUDGET_MAX_RSS,
	/* Of a run that nobody watches, for tracing changes them. */
	BUDGET_CONTEXT_SWITCHES,
	BUDGET_PAGE_FAULTS,
	BUDGET_CPU,
	BUDGET_WALL,
	N_BUDGET_METRICS
};
#define BUDGET_FIRST_UNWATCHED BUDGET_CONTEXT_SWITCHES
#define N_UNWATCHED (N_BUDGET_METRICS - BUDGET_FIRST_UNWATCHED)

enum budget_unit { BUDGET_COUNT, BUDGET_BYTES, BUDGET_NS };

struct budget_row {
	const char *name; /* the key of renacer.toml */
	enum budget_unit unit;
	bool is_hard;       /* when nobody says */
	bool needs_calls;   /* all calls must be traced */
	const char *what;   /* "bytes written", for messages */
	const char *counts; /* exactly what is counted, Markdown */
};
extern const struct budget_row budget_rows[N_BUDGET_METRICS];

struct call_choice; /* effects/choice.h: which calls */

struct budget {
	const char *name; /* "syscalls", "calls.openat" */
	enum budget_metric metric;
	const struct call_choice *calls; /* BUDGET_CALLS */
	const char *text;                /* as written: "+10%" */
	bool is_relative, is_share, is_hard;
	bool by_means;   /* of pairs: Welch's test, not ranks */
	uint64_t amount; /* in units of the metric: a limit, or what may come on top */
	double share;    /* is_share: 0.1 for "+10%" */
	struct pos at;
};

static inline bool
budget_is_unwatched(const struct budget *b)
{
	return b->metric >= BUDGET_FIRST_UNWATCHED;
}
/* Judged by pairs of runs only. */
static inline bool
budget_is_paired(const struct budget *b)
{
	return b->is_relative && budget_is_unwatched(b);
}

/* What a run without a tracer came to, by metric from BUDGET_FIRST_UNWATCHED on. */
struct unwatched {
	const char *why_not; /* it could not be made: a sentence; NULL: it was */
	uint64_t n[N_UNWATCHED];
};

/* golden: what was recorded, with its numbers; NULL: there is none. unwatched: NULL when nobody
 * made such a run here. */
void budget_judge(struct outcome *out, struct arena *arena, const struct budget *budget,
	const struct facts *facts, const struct golden *golden,
	const struct unwatched *unwatched);
/* Adds this run's numbers to those that the golden has: the range of all of them. */
void budget_note(struct golden *golden, const struct budget *budgets, size_t n,
	const struct facts *facts);
/* "1234", "12.5 MiB", "1.25 s": as people read an amount of the metric. */
const char *budget_say(struct arena *arena, enum budget_metric metric, uint64_t n);

#endif
