/* SPDX-License-Identifier: MIT */
/* rule.h - what a rule holds once it is read; for judge's own files */
#ifndef JUDGE_RULE_H
#define JUDGE_RULE_H

#include "base/regex.h"
#include "judge/judge.h"
#include "judge/rule_table.h"
#include "query/expr.h"

/* An expression as written. text NULL: none. said is the same on one line, for messages. */
struct selector {
	const char *text, *said;
	struct pos at;
	struct expr *expr; /* owned by the rule */
};

struct globs {
	const char *const *items; /* n 0: the key was not there */
	size_t n;
};

#define N_RULE_LIMITS_MS 6

/* Which field a key of which type uses is for rules.def to say. */
struct rule {
	enum rule_kind kind;
	const char *name, *type;
	const char *target;               /* glob over target names; NULL: all */
	const struct rule_targets *reach; /* of the include; NULL: all */
	struct pos at;
	bool fails, is_enabled, allows_empty, flag;
	uint64_t given; /* a bit for each place in rule_keys */
	uint64_t min, max;
	double ms[N_RULE_LIMITS_MS];
	double share;
	uint32_t choice, per;   /* indices into the key's choices */
	const char *pattern;    /* as written; NULL: none */
	struct regex *compiled; /* of pattern */
	const char *group;      /* name of a cluster; NULL: all */
	struct selector where, other, third;
	struct globs allow, deny;
};

/* Was the key of that name in the file? The rule's type must have it. */
bool rule_has(const struct rule *rule, const char *key);
/* A span's name is "syscall:NAME" in historic traces; patterns were written for that form and
 * for the bare name. gave_up: the pattern took too long. */
bool rule_matches_call(const struct rule *rule, const char *name, bool *gave_up);
/* Is there a judge for this type? */
bool rule_kind_is_judged(enum rule_kind kind);

#endif
