/* SPDX-License-Identifier: MIT */
/*
 * expr.h - questions about the events of a run: docs/expressions.md
 *
 * An expression is either a selection, a predicate over one event (`syscall == "openat" and
 * errno
 * == "ENOENT"`), or a value made of aggregates over selections (`count(family == "write") <=
 * 10`). It has no loops: its cost is at most the number of its operators times the number of
 * rows, and its length and depth are limited.
 *
 * Three answers: true, false, and null, "does not apply" (the path of getpid). `and`, `or` and
 * `not` are Kleene's; a row is selected when the answer is true. What is counted besides: how
 * many rows were looked at and to how many the question applied, so that nobody takes "nothing
 * was found" for "nothing was there".
 *
 * A selection looks at calls only, unless it names a column that other events have and calls
 * have not (`event`, `signal`, `status`, …).
 */
#ifndef QUERY_EXPR_H
#define QUERY_EXPR_H

#include "query/columns.h"

#define EXPR_LENGTH_MAX 16384 /* bytes */
#define EXPR_DEPTH_MAX 64
#define EXPR_EVIDENCE 8 /* rows shown as evidence of a value */

struct expr;

enum expr_type {
	EXPR_BOOL,
	EXPR_NUMBER, /* a whole number of 64 bits; bytes are numbers */
	EXPR_REAL,   /* a fraction: of division, avg, share */
	EXPR_TIME,   /* whole nanoseconds */
	EXPR_TEXT,
};

/* at: where the text begins, for messages; at.file NULL: the text stands for itself, and is
 * shown with its own rows and columns. at.line may be NULL. Names, types, patterns, limits:
 * every error is one here, ERR_USAGE, with its place. The text is copied. */
MUST_CHECK int expr_parse(struct expr **out, const char *text, struct pos at, struct err *err);
void expr_free(struct expr *e);
AUTO_DEFINE(struct expr *, expr_free)

const char *expr_text(const struct expr *e);
bool expr_is_selection(const struct expr *e); /* else it is a value */
enum expr_type expr_type(const struct expr *e);
uint64_t expr_columns(const struct expr *e); /* that columns_new() must be told of */

/* What a selection found. */
struct selection {
	uint64_t n_looked;  /* rows of the kind it looks at: all calls, or all events */
	uint64_t n_applied; /* of them: the answer was true or false */
	uint64_t n_matched; /* of them: true */
	uint32_t *rows;     /* the first n_rows matches, ascending; owned: selection_done() */
	size_t n_rows;
};

/* At most `limit` rows are kept; all are counted. Errors: a column that the trace does not have
 * (ERR_UNSURE); a number too large, a division by zero, a pattern that took too long
 * (ERR_USAGE, with place). An error in a row counts only where the rest of the expression
 * leaves it open. */
MUST_CHECK int expr_select(struct selection *out, const struct expr *e, const struct columns *c,
	size_t limit, struct err *err);
void selection_done(struct selection *s);
static inline void
selection_done_auto(struct selection *s)
{
	selection_done(s);
}

/* How many events leave a question of the expression open that reads function, file or line,
 * because these are not known of a call that a program made: of stripped programs, code made at
 * run time, files compiled without -g. 0 without such a question. Errors as expr_select(). */
MUST_CHECK int expr_places_open(
	uint64_t *n, const struct expr *e, const struct columns *c, struct err *err);

struct expr_value {
	enum expr_type type;
	bool is_null; /* nothing that could be told: the average of no rows */
	bool truth;
	int64_t number; /* and time */
	double real;
	const char *text; /* borrowed from the columns */
};

/* One aggregate of a value: where it stands and what it rests on. */
struct expr_part {
	bool was_asked;   /* false: the rest of the expression decided without it */
	const char *text; /* "count(errno == \"ENOENT\")"; borrowed from the expression */
	struct expr_value value;
	uint64_t n_looked, n_applied, n_matched;
	/* Rows that show it: the first matches; of `all` the first that break it; of min, max
	 * and percentiles those that have it. */
	uint32_t rows[EXPR_EVIDENCE];
	size_t n_rows;
};

struct expr_result {
	struct expr_value value;
	struct expr_part *parts; /* in the order of the text; owned: expr_result_done() */
	size_t n_parts;
};

/* Of a value. Errors as expr_select(). A null value is no failure here: whoever judges must not
 * take it for true or for false. */
MUST_CHECK int expr_evaluate(struct expr_result *out, const struct expr *e,
	const struct columns *c, struct err *err);
void expr_result_done(struct expr_result *r);
static inline void
expr_result_done_auto(struct expr_result *r)
{
	expr_result_done(r);
}
/* "12", "3.5ms", "0.25", "true", "nothing". */
void expr_value_text(struct str *out, const struct expr_value *value);

#endif
