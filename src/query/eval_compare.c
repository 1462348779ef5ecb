/* SPDX-License-Identifier: MIT */
/* eval_compare.c - questions about numbers, for every row of a chunk: comparisons, sets, nulls
 */
#include "query/eval.h"

#include <math.h>
#include <string.h>

#define COMPARE(test)                                                                          \
	EACH (i)                                                                               \
	out[i] = (uint8_t)(a[i] == NO_VALUE ? NULL_ : (test) ? YES : NO)

static void
compare_constant(enum compare_op op, const int64_t *a, int64_t b, uint8_t *out)
{
	switch (op) {
	case OP_EQ:
		COMPARE(a[i] == b);
		break;
	case OP_NE:
		COMPARE(a[i] != b);
		break;
	case OP_LT:
		COMPARE(a[i] < b);
		break;
	case OP_LE:
		COMPARE(a[i] <= b);
		break;
	case OP_GT:
		COMPARE(a[i] > b);
		break;
	case OP_GE:
		COMPARE(a[i] >= b);
		break;
	}
}

/* What a chunk's least and largest value tell: every row answers the same. */
static bool
is_settled(const struct eval *ev, const struct node *column, enum compare_op op, int64_t b,
	size_t chunk, uint8_t *answer)
{
	const struct source *s = &column_sources[column->column];
	const struct chunk *c = &ev->c->vector[s->vectors[0]].chunks[chunk];
	bool least = numbers_compare(op, c->least, b);

	if (s->has_attribute || c->has_gaps || c->least > c->largest)
		return false;
	if (op == OP_EQ || op == OP_NE) {
		if (c->least != c->largest && c->least <= b && b <= c->largest)
			return false;
	} else if (least != numbers_compare(op, c->largest, b)) {
		return false;
	}
	*answer = least ? YES : NO;
	return true;
}

static int
compare_with_scalar(struct eval *ev, const struct node *a, enum compare_op op,
	const struct node *scalar, size_t chunk, uint8_t *out, struct err *err)
{
	struct expr_value b;
	int64_t *numbers;
	uint8_t answer;
	int rc;

	if (eval_scalar(ev, scalar, &b, err) < 0)
		return -1;
	if (b.is_null) {
		memset(out, NULL_, ROWS_PER_CHUNK);
		return 0;
	}
	if (a->kind == NODE_COLUMN && is_settled(ev, a, op, b.number, chunk, &answer)) {
		memset(out, answer, ROWS_PER_CHUNK);
		return 0;
	}
	numbers = room_take(ev);
	rc = eval_numbers(ev, a, chunk, numbers, err);
	if (rc == 0)
		compare_constant(op, numbers, b.number, out);
	room_give(ev, numbers);
	return rc;
}

static int
compare_numbers(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	const struct node *a = n->children[0], *b = n->children[1];
	enum compare_op op = (enum compare_op)n->op;
	int64_t *left, *right;
	int rc;

	if (!b->is_row)
		return compare_with_scalar(ev, a, op, b, chunk, out, err);
	if (!a->is_row)
		return compare_with_scalar(ev, b, op_turned(op), a, chunk, out, err);
	left = room_take(ev);
	right = room_take(ev);
	rc = eval_numbers(ev, a, chunk, left, err);
	if (rc == 0)
		rc = eval_numbers(ev, b, chunk, right, err);
	for (size_t i = 0; rc == 0 && i < ROWS_PER_CHUNK; i++)
		out[i] = left[i] == NO_VALUE || right[i] == NO_VALUE ? NULL_
			 : numbers_compare(op, left[i], right[i])    ? YES
								     : NO;
	room_give(ev, right);
	room_give(ev, left);
	return rc;
}

/* Whole numbers on the left, fractions on the right, or fractions on both sides. */
static int
compare_reals(struct eval *ev, const struct node *a, enum compare_op op, const struct node *b,
	size_t chunk, uint8_t *out, struct err *err)
{
	int64_t *whole = room_take(ev);
	double *left = room_take(ev), *right = room_take(ev);
	bool is_exact = a->type != EXPR_REAL;
	int rc = is_exact ? eval_numbers(ev, a, chunk, whole, err)
			  : eval_reals(ev, a, chunk, left, err);

	if (rc == 0)
		rc = eval_reals(ev, b, chunk, right, err);
	for (size_t i = 0; rc == 0 && i < ROWS_PER_CHUNK; i++) {
		if (isnan(right[i]) || (is_exact ? whole[i] == NO_VALUE : isnan(left[i])))
			out[i] = NULL_;
		else
			out[i] = (is_exact ? number_real_compare(op, whole[i], right[i])
					   : reals_compare(op, left[i], right[i]))
					 ? YES
					 : NO;
	}
	room_give(ev, right);
	room_give(ev, left);
	room_give(ev, whole);
	return rc;
}

static int
compare_truths(
	struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	uint8_t *right = room_take(ev);
	int rc = eval_truth(ev, n->children[0], chunk, out, err);

	if (rc == 0)
		rc = eval_truth(ev, n->children[1], chunk, right, err);
	EACH (i)
		out[i] = rc < 0 || !out[i] || !right[i]             ? NULL_
			 : (out[i] == right[i]) == (n->op == OP_EQ) ? YES
								    : NO;
	room_give(ev, right);
	return rc;
}

int
eval_compare(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	const struct node *a = n->children[0], *b = n->children[1];
	enum compare_op op = (enum compare_op)n->op;

	if (a->type == EXPR_BOOL)
		return compare_truths(ev, n, chunk, out, err);
	if (b->type == EXPR_REAL)
		return compare_reals(ev, a, op, b, chunk, out, err);
	if (a->type == EXPR_REAL)
		return compare_reals(ev, b, op_turned(op), a, chunk, out, err);
	return compare_numbers(ev, n, chunk, out, err);
}

int
eval_among(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	int64_t *numbers = room_take(ev);
	int rc = eval_numbers(ev, n->children[0], chunk, numbers, err);

	EACH (i)
		out[i] = rc < 0 || numbers[i] == NO_VALUE ? NULL_ : n->is_negated ? YES : NO;
	for (size_t k = 0; rc == 0 && k < n->n_items; k++) {
		int64_t low = n->items[k].low, high = n->items[k].high;

		EACH (i)
			if (numbers[i] >= low && numbers[i] <= high)
				out[i] = n->is_negated ? NO : YES;
	}
	room_give(ev, numbers);
	return rc;
}

/* All texts of a column: none is there? */
static void
column_is_null(struct eval *ev, enum column column, size_t chunk, uint8_t *out)
{
	int64_t *values = room_take(ev);

	memset(out, YES, ROWS_PER_CHUNK);
	for (unsigned k = 0; k < column_sources[column].n; k++) {
		load_column(ev->c, column, k, chunk, values);
		EACH (i)
			out[i] = values[i] == NO_VALUE ? out[i] : NO;
	}
	room_give(ev, values);
}

int
eval_is_null(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	const struct node *what = n->children[0];
	double *reals;
	int rc = 0;

	if (what->kind == NODE_COLUMN) {
		column_is_null(ev, what->column, chunk, out);
	} else if (what->type == EXPR_REAL) {
		reals = room_take(ev);
		rc = eval_reals(ev, what, chunk, reals, err);
		EACH (i)
			out[i] = isnan(reals[i]) ? YES : NO;
		room_give(ev, reals);
	} else {
		int64_t *numbers = room_take(ev);

		rc = eval_numbers(ev, what, chunk, numbers, err);
		EACH (i)
			out[i] = numbers[i] == NO_VALUE ? YES : NO;
		room_give(ev, numbers);
	}
	if (n->is_negated)
		EACH (i)
			out[i] = answer_not(out[i]);
	return rc;
}

/* Two columns of texts: numbers of equal texts are equal. */
int
eval_same(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out)
{
	enum column a = n->children[0]->column, b = n->children[1]->column;
	int64_t *left = room_take(ev), *right = room_take(ev);

	memset(out, NULL_, ROWS_PER_CHUNK);
	for (unsigned x = 0; x < column_sources[a].n; x++) {
		load_column(ev->c, a, x, chunk, left);
		for (unsigned y = 0; y < column_sources[b].n; y++) {
			load_column(ev->c, b, y, chunk, right);
			EACH (i) {
				if (left[i] == NO_VALUE || right[i] == NO_VALUE)
					continue;
				if (left[i] == right[i])
					out[i] = YES;
				else if (out[i] == NULL_)
					out[i] = NO;
			}
		}
	}
	room_give(ev, right);
	room_give(ev, left);
	if (n->is_negated)
		EACH (i)
			out[i] = answer_not(out[i]);
	return 0;
}
