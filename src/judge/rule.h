/* SPDX-License-Identifier: MIT */
/* rule.h - what a rule holds once it is read; for judge's own files */
#ifndef JUDGE_RULE_H
#define JUDGE_RULE_H

#include "base/regex.h"
#include "judge/judge.h"

enum rule_kind {
	RULE_CRITICAL_PATH,
	RULE_SPAN_COUNT,
	RULE_MEMORY_USAGE,
	RULE_ANTI_PATTERN,
	RULE_CUSTOM,
	RULE_LATER, /* count, never, exists, before, latency, coverage */
};

enum tracking { TRACK_ALLOCATIONS, TRACK_RSS };

struct rule {
	enum rule_kind kind;
	const char *name, *type;
	const char *target; /* glob over target names; NULL: all */
	struct pos at;
	bool fails, is_enabled;
	uint64_t max;           /* milliseconds, calls or bytes */
	uint32_t tracking;      /* enum tracking */
	const char *pattern;    /* as written; NULL: none */
	struct regex *compiled; /* of pattern */
	/* Read and checked, so that a file is known to be right when their types come. */
	uint32_t anti_pattern;
	double threshold;
	const char *expression;
};

/* A span's name is "syscall:NAME" in historic traces; patterns were written for that form and
 * for the bare name. gave_up: the pattern took too long. */
bool rule_matches_call(const struct rule *rule, const char *name, bool *gave_up);

#endif
