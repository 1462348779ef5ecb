/* SPDX-License-Identifier: MIT */
/*
 * antipattern.h - ways of using the system that are known to be harmful, found in a run
 *
 * judge/antipattern.def has them, with the formula of each: docs/antipatterns.md.
 */
#ifndef JUDGE_ANTIPATTERN_H
#define JUDGE_ANTIPATTERN_H

#include "base/mem.h"
#include "base/str.h"
#include "query/columns.h"

enum antipattern {
#define GROUPED(id_, ...) ANTIPATTERN_##id_,
#define OTHER(id_, ...) ANTIPATTERN_##id_,
#include "judge/antipattern.def"
	N_ANTIPATTERNS,
};

#define ANTIPATTERN_ROWS 8 /* events shown as evidence */

struct antipattern_spec {
	const char *name;    /* "tiny-write"; the historic ones as they were: "TightLoop" */
	const char *formula; /* of the confidence; ends without a stop */
	const char *meaning, *remedy;
	uint64_t least;    /* of calls, below which there is no finding */
	uint64_t least_ns; /* that these calls took together; 0: any */
};
extern const struct antipattern_spec antipattern_specs[N_ANTIPATTERNS];

/* N_ANTIPATTERNS: no such name. */
enum antipattern antipattern_by_name(const char *name);

struct antipattern_hit {
	double confidence;       /* 0 to 1 */
	uint64_t n, n_of;        /* calls (or what is counted); of so many */
	uint64_t cost_ns;        /* they took */
	const char *where;       /* whose they are: "process 2 (/usr/bin/make), <cwd>/log" */
	const char *text;        /* a sentence with the numbers */
	const char *fingerprint; /* the same for the same finding in another run: 16 digits */
	size_t rows[ANTIPATTERN_ROWS]; /* the first of them */
	size_t n_rows;
};

struct antipattern_hits {
	struct antipattern_hit *items; /* the surest first; all of the arena */
	size_t n;
	uint64_t n_looked, n_applied; /* events; of them: could have been part of one */
	const char *lack; /* what the trace does not tell, so that more may be there; NULL */
};

/* The columns that columns_new() must be told of. */
uint64_t antipattern_columns(enum antipattern which);
/* ERR_UNSURE when the trace cannot tell. */
MUST_CHECK int antipattern_find(struct antipattern_hits *out, struct arena *arena,
	const struct columns *c, enum antipattern which, struct err *err);

/* What it is and how it is found: plain text, or a section of Markdown for each. */
void antipattern_explain(struct str *out, enum antipattern which);
void antipatterns_markdown(struct str *out);

#endif
