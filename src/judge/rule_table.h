/* SPDX-License-Identifier: MIT */
/*
 * rule_table.h - the types of [[assertion]] and their keys, as rules.def has them
 */
#ifndef JUDGE_RULE_TABLE_H
#define JUDGE_RULE_TABLE_H

#include "base/base.h"

enum rule_kind {
#define TYPE(id_, ...) RULE_##id_,
#include "judge/rules.def"
	N_RULE_KINDS,
};
_Static_assert(N_RULE_KINDS <= 63, "a set of types is a word of 64 bits");

enum rule_key_kind {
	RULE_KEY_TEXT,
	RULE_KEY_BOOL,
	RULE_KEY_UINT,
	RULE_KEY_SHARE,      /* 0.0 to 1.0 */
	RULE_KEY_MS,         /* milliseconds, more than 0, fractions too */
	RULE_KEY_REGEX,      /* kept in rule.compiled as well */
	RULE_KEY_CALL_REGEX, /* the same, and some syscall's name must match */
	RULE_KEY_CHOICE,
	RULE_KEY_GLOBS,    /* an array of texts, not empty */
	RULE_KEY_SELECTOR, /* an expression over one event */
	RULE_KEY_TRUTH,    /* an expression over the run */
	N_RULE_KEY_KINDS,
};

struct rule_key {
	uint64_t types; /* a bit for each enum rule_kind */
	const char *name;
	enum rule_key_kind kind;
	size_t offset; /* into struct rule */
	bool is_required;
	const char *absent; /* what holds without it, Markdown; NULL: nothing */
	/* RULE_KEY_UINT: from, to. RULE_KEY_SHARE: 1 where 0.0, or 1.0, is left out itself. */
	int64_t low, high;
	const char *const *choices; /* RULE_KEY_CHOICE: ends in NULL; its index is stored */
	const char *meaning;        /* Markdown */
};

struct rule_type {
	const char *name, *title; /* title: as SARIF names it */
	const char *fails;        /* when a rule of it is broken, a sentence */
	const char *meaning;      /* Markdown */
	const char *example;      /* lines of a table, without its name */
};

/* Keys of which one must be there. */
struct rule_one_of {
	enum rule_kind kind;
	const char *const *keys; /* ends in NULL */
};

extern const struct rule_type rule_types[N_RULE_KINDS];
extern const struct rule_key rule_keys[];
extern const size_t n_rule_keys;
extern const struct rule_one_of rule_one_ofs[];
extern const size_t n_rule_one_ofs;
/* What editors are told of a key's values: "a whole number, 0 or more". */
extern const char *const rule_key_kind_names[N_RULE_KEY_KINDS];

/* The key of that type; NULL: it has none of that name. */
const struct rule_key *rule_key_find(enum rule_kind kind, const char *name);
static inline bool
rule_key_is_of(const struct rule_key *key, enum rule_kind kind)
{
	return (key->types >> kind) & 1;
}
/* The type of that name; N_RULE_KINDS: none. */
enum rule_kind rule_kind_find(const char *name);

enum rule_clock { CLOCK_WALL, CLOCK_CPU, CLOCK_ON_PATH };
enum rule_tracking { TRACK_ALLOCATIONS, TRACK_RSS, TRACK_PEAK };
enum rule_scope { PER_RUN, PER_PROCESS, PER_TASK };
enum rule_order { ORDER_CAUSE, ORDER_TIME };
enum rule_access { ACCESS_ANY, ACCESS_READ, ACCESS_WRITE };

#endif
