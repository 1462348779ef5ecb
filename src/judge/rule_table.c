/* SPDX-License-Identifier: MIT */
/* rule_table.c - the types of [[assertion]] and their keys, made from rules.def */

#include "judge/rule_table.h"

#include "judge/antipattern.h"
#include "judge/group.h"
#include "judge/rule.h"

#include <string.h>

#define YEAR_MS 31536000000

const struct rule_type rule_types[N_RULE_KINDS] = {
#define TYPE(id_, name_, title_, fails_, meaning_, example_)                                   \
	[RULE_##id_] = { name_, title_, fails_, meaning_, example_ },
#include "judge/rules.def"
};

static const char *const clocks[] = {
	[CLOCK_WALL] = "wall",
	[CLOCK_CPU] = "cpu",
	[CLOCK_ON_PATH] = "on_path",
	NULL,
};
static const char *const tracking_modes[] = {
	[TRACK_ALLOCATIONS] = "allocations",
	[TRACK_RSS] = "rss",
	[TRACK_PEAK] = "peak",
	NULL,
};
static const char *const scopes[] = {
	[PER_RUN] = "run",
	[PER_PROCESS] = "process",
	[PER_TASK] = "task",
	NULL,
};
/* A run is one tree of processes. */
static const char *const memory_scopes[] = {
	[PER_RUN] = "tree",
	[PER_PROCESS] = "process",
	NULL,
};
static const char *const orders[] = {
	[ORDER_CAUSE] = "cause",
	[ORDER_TIME] = "time",
	NULL,
};
static const char *const accesses[] = {
	[ACCESS_ANY] = "any",
	[ACCESS_READ] = "read",
	[ACCESS_WRITE] = "write",
	NULL,
};
static const char *const unexpected[] = { "compare", "deny", NULL };
static const char *const anti_patterns[] = {
#define GROUPED(id_, name_, ...) [ANTIPATTERN_##id_] = name_,
#define OTHER(id_, name_, ...) [ANTIPATTERN_##id_] = name_,
#include "judge/antipattern.def"
	NULL,
};

#define T(id_) (UINT64_C(1) << RULE_##id_)
#define EVERY ((UINT64_C(1) << N_RULE_KINDS) - 1)

const struct rule_key rule_keys[] = {
#define KEY(types_, name_, kind_, field_, required_, absent_, low_, high_, choices_, meaning_) \
	{ types_, name_, RULE_KEY_##kind_, offsetof(struct rule, field_), required_, absent_,  \
		low_, high_, choices_, meaning_ },
#include "judge/rules.def"
};
_Static_assert(ARRAY_LEN(rule_keys) <= 64, "rule.given has a bit for each");
const size_t n_rule_keys = ARRAY_LEN(rule_keys);

const struct rule_one_of rule_one_ofs[] = {
#define ONE_OF(id_, ...) { RULE_##id_, (const char *const[]){ __VA_ARGS__, NULL } },
#include "judge/rules.def"
};
const size_t n_rule_one_ofs = ARRAY_LEN(rule_one_ofs);

const char *const rule_key_kind_names[N_RULE_KEY_KINDS] = {
	[RULE_KEY_TEXT] = "a string",
	[RULE_KEY_BOOL] = "true or false",
	[RULE_KEY_UINT] = "a whole number",
	[RULE_KEY_SHARE] = "a number from 0.0 to 1.0",
	[RULE_KEY_MS] = "a number of milliseconds",
	[RULE_KEY_REGEX] = "a pattern",
	[RULE_KEY_CALL_REGEX] = "a pattern",
	[RULE_KEY_CHOICE] = "one of some words",
	[RULE_KEY_GLOBS] = "an array of globs",
	[RULE_KEY_SELECTOR] = "an expression over events",
	[RULE_KEY_TRUTH] = "an expression over the run",
};

const struct rule_key *
rule_key_find(enum rule_kind kind, const char *name)
{
	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_key_is_of(&rule_keys[i], kind) && strcmp(rule_keys[i].name, name) == 0)
			return &rule_keys[i];
	return NULL;
}

enum rule_kind
rule_kind_find(const char *name)
{
	size_t i = 0;

	while (i < N_RULE_KINDS && strcmp(rule_types[i].name, name) != 0)
		i++;
	return (enum rule_kind)i;
}
