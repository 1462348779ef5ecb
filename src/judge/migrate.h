/* SPDX-License-Identifier: MIT */
/*
 * migrate.h - goldens in the words of an older version, said in today's
 *
 * versions.def is the table. A migration is a rewording, never a judgement: what cannot be said
 * without running the program again is refused, and what was reworded is put to the test
 * (migrate_verify()) before anybody keeps it.
 */
#ifndef JUDGE_MIGRATE_H
#define JUDGE_MIGRATE_H

#include "base/err.h"
#include "base/str.h"
#include "model/golden.h"

/* One row of versions.def. */
struct version_row {
	uint32_t to;
	int profile;       /* enum profile, or N_PROFILES: any */
	int kind;          /* enum effect_kind, or N_EFFECT_KINDS: any */
	const char *field; /* NULL: a new recording is needed; "": the key */
	const char *old;   /* or the glob over keys */
	const char *now;   /* or why */
};

struct version_table {
	uint32_t version; /* today's */
	const struct version_row *rows;
	size_t n;
};

/* What this program knows. */
extern const struct version_table versions;

enum migrated {
	MIGRATE_SAME,     /* it is of today's version; *out is NULL */
	MIGRATE_REWORDED, /* *out says the same in today's words */
	MIGRATE_RECORD,   /* only a new recording can say it; *out is NULL */
};

/* report gets a line for each thing that changed, or the reasons. The caller frees *out. */
enum migrated migrate_golden(struct golden **out, const struct golden *old,
	const struct version_table *table, struct str *report);
/* Does `now` judge as `old` did? Both are compared with runs that differ from them in nothing,
 * and in one effect or one value at a time; the verdicts must be alike. -1: they are not, *err
 * says where. *n_probes: how many runs were put to both. */
MUST_CHECK int migrate_verify(const struct golden *old, const struct golden *now,
	const struct version_table *table, size_t *n_probes, struct err *err);

#endif
