/* SPDX-License-Identifier: MIT */
/*
 * eval.h - answering an expression, a chunk of rows at a time; for the files of this room only
 *
 * The answer for a row is a byte: NULL_, YES or NO, so that Kleene's `and` and `or` are bit
 * operations over arrays. What a text answers to is found out once for each distinct text, and
 * rows are looked up by number.
 */
#ifndef QUERY_EVAL_H
#define QUERY_EVAL_H

#include "query/inner.h"
#include "query/node.h"

enum answer { NULL_ = 0, YES = 1, NO = 2, UNKNOWN = 3 /* a text that was not asked yet */ };

/* Each row of a chunk; compilers make vector instructions of what stands behind. */
#define EACH(i) for (size_t i = 0; i < ROWS_PER_CHUNK; i++)

struct scalar {
	bool is_done;
	struct expr_value value;
};

struct room; /* a buffer that is free */

struct eval {
	const struct expr *e;
	const struct columns *c;
	struct scalar *scalars; /* by node.id */
	uint8_t **tables;       /* by node.id, of NODE_MATCH: answers by number of the vector */
	struct expr_part *parts; /* by node.part */
	uint8_t *active;         /* of the chunk at hand: rows in which an error counts */
	struct room *rooms;
};

void eval_init(struct eval *ev, const struct expr *e, const struct columns *c);
void eval_done(struct eval *ev);
/* Room for ROWS_PER_CHUNK numbers, reals or answers. */
void *room_take(struct eval *ev);
void room_give(struct eval *ev, void *room);

/* One value for all rows. */
MUST_CHECK int eval_scalar(
	struct eval *ev, const struct node *n, struct expr_value *out, struct err *err);
/* The same for every row of a chunk. */
MUST_CHECK int eval_truth(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err);
MUST_CHECK int eval_numbers(
	struct eval *ev, const struct node *n, size_t chunk, int64_t *out, struct err *err);
MUST_CHECK int eval_reals(
	struct eval *ev, const struct node *n, size_t chunk, double *out, struct err *err);
MUST_CHECK int eval_match(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err);
MUST_CHECK int eval_compare(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err);
MUST_CHECK int eval_among(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err);
MUST_CHECK int eval_is_null(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err);
MUST_CHECK int eval_same(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out);
MUST_CHECK int eval_aggregate(
	struct eval *ev, const struct node *n, struct expr_value *out, struct err *err);
/* A column's values, or numbers of its texts, of its nth vector. */
void load_column(
	const struct columns *c, enum column column, unsigned nth, size_t chunk, int64_t *out);

/* The rows of a chunk that a selection looks at: 1, others 0. Calls, and what `also` says. */
size_t domain_load(const struct columns *c, uint8_t also, size_t chunk, uint8_t *out);

/* Arithmetic, the same for rows and for scalars. False: the result is none, *why says why. */
bool number_apply(enum node_kind kind, int64_t a, int64_t b, int64_t *out, const char **why);
bool real_apply(enum node_kind kind, double a, double b, double *out, const char **why);
bool real_to_number(double value, int64_t *out, const char **why);
bool numbers_compare(enum compare_op op, int64_t a, int64_t b);
/* A whole number against a fraction, exactly. */
bool number_real_compare(enum compare_op op, int64_t a, double b);
bool reals_compare(enum compare_op op, double a, double b);
/* x op y is y turned(op) x. */
enum compare_op op_turned(enum compare_op op);

static inline uint8_t
answer_not(uint8_t a)
{
	return (uint8_t)((a & 1) << 1 | a >> 1);
}

#endif
