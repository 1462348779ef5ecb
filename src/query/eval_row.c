/* SPDX-License-Identifier: MIT */
/* eval_row.c - the value of an expression for every row of a chunk */
#include "query/eval.h"

#include <math.h>
#include <string.h>

static int
fail(const struct eval *ev, const struct node *n, size_t row, const char *why, struct err *err)
{
	int64_t seq = vector_get(&ev->c->vector[V_SEQ], row);

	return lexer_error(&ev->e->lexer, err, n->sign_at, n->n_sign, "%s, in event %lld", why,
		(long long)seq);
}

void
load_column(
	const struct columns *c, enum column column, unsigned nth, size_t chunk, int64_t *out)
{
	const struct source *s = &column_sources[column];
	const struct attribute *a = &c->attribute[column];

	vector_load(&c->vector[s->vectors[nth]], chunk, out);
	if (!s->has_attribute)
		return;
	EACH (i)
		out[i] = out[i] >= 0 && (size_t)out[i] < a->n ? a->values[out[i]] : NO_VALUE;
}

/* Operands of arithmetic on whole numbers; times by fractions are reckoned as fractions. */
static bool
is_whole(const struct node *n)
{
	return n->kind != NODE_DIVIDE && n->children[0]->type != EXPR_REAL &&
	       n->children[1]->type != EXPR_REAL;
}

static int
whole_arithmetic(
	struct eval *ev, const struct node *n, size_t chunk, int64_t *out, struct err *err)
{
	int64_t *right = room_take(ev);
	const char *why;
	int rc = eval_numbers(ev, n->children[0], chunk, out, err);

	if (rc == 0)
		rc = eval_numbers(ev, n->children[1], chunk, right, err);
	for (size_t i = 0; rc == 0 && i < ROWS_PER_CHUNK; i++) {
		int64_t value = NO_VALUE;

		if (out[i] != NO_VALUE && right[i] != NO_VALUE &&
			!number_apply(n->kind, out[i], right[i], &value, &why)) {
			if (ev->active[i])
				rc = fail(ev, n, chunk * ROWS_PER_CHUNK + i, why, err);
			value = NO_VALUE;
		}
		out[i] = value;
	}
	room_give(ev, right);
	return rc;
}

static int
real_arithmetic(
	struct eval *ev, const struct node *n, size_t chunk, double *out, struct err *err)
{
	double *right = room_take(ev);
	const char *why;
	int rc = eval_reals(ev, n->children[0], chunk, out, err);

	if (rc == 0)
		rc = eval_reals(ev, n->children[1], chunk, right, err);
	for (size_t i = 0; rc == 0 && i < ROWS_PER_CHUNK; i++) {
		double value = NAN;

		if (!isnan(out[i]) && !isnan(right[i]) &&
			!real_apply(n->kind, out[i], right[i], &value, &why)) {
			if (ev->active[i])
				rc = fail(ev, n, chunk * ROWS_PER_CHUNK + i, why, err);
			value = NAN;
		}
		out[i] = value;
	}
	room_give(ev, right);
	return rc;
}

/* A time that fractions had a part in. */
static int
rounded(struct eval *ev, const struct node *n, size_t chunk, int64_t *out, struct err *err)
{
	double *reals = room_take(ev);
	const char *why;
	int rc = real_arithmetic(ev, n, chunk, reals, err);

	for (size_t i = 0; rc == 0 && i < ROWS_PER_CHUNK; i++) {
		out[i] = NO_VALUE;
		if (!isnan(reals[i]) && !real_to_number(reals[i], &out[i], &why) &&
			ev->active[i])
			rc = fail(ev, n, chunk * ROWS_PER_CHUNK + i, why, err);
	}
	room_give(ev, reals);
	return rc;
}

int
eval_numbers(struct eval *ev, const struct node *n, size_t chunk, int64_t *out, struct err *err)
{
	struct expr_value value;

	if (!n->is_row) {
		if (eval_scalar(ev, n, &value, err) < 0)
			return -1;
		EACH (i)
			out[i] = value.is_null ? NO_VALUE : value.number;
		return 0;
	}
	if (n->kind == NODE_COLUMN) {
		load_column(ev->c, n->column, 0, chunk, out);
		return 0;
	}
	if (n->kind != NODE_NEGATE)
		return is_whole(n) ? whole_arithmetic(ev, n, chunk, out, err)
				   : rounded(ev, n, chunk, out, err);
	if (eval_numbers(ev, n->children[0], chunk, out, err) < 0)
		return -1;
	EACH (i)
		out[i] = out[i] == NO_VALUE ? NO_VALUE : -out[i];
	return 0;
}

static int
numbers_as_reals(
	struct eval *ev, const struct node *n, size_t chunk, double *out, struct err *err)
{
	int64_t *numbers = room_take(ev);
	int rc = eval_numbers(ev, n, chunk, numbers, err);

	EACH (i)
		out[i] = rc < 0 || numbers[i] == NO_VALUE ? NAN : (double)numbers[i];
	room_give(ev, numbers);
	return rc;
}

int
eval_reals(struct eval *ev, const struct node *n, size_t chunk, double *out, struct err *err)
{
	struct expr_value value;

	if (n->type != EXPR_REAL)
		return numbers_as_reals(ev, n, chunk, out, err);
	if (!n->is_row) {
		if (eval_scalar(ev, n, &value, err) < 0)
			return -1;
		EACH (i)
			out[i] = value.is_null ? NAN : value.real;
		return 0;
	}
	if (n->kind != NODE_NEGATE)
		return real_arithmetic(ev, n, chunk, out, err);
	if (eval_reals(ev, n->children[0], chunk, out, err) < 0)
		return -1;
	EACH (i)
		out[i] = -out[i];
	return 0;
}

/* Is the answer NO (of `and`), or YES (of `or`), in every row? Then the rest does not matter.
 */
static bool
is_decided(const uint8_t *answers, uint8_t decided)
{
	uint8_t other = 0;

	EACH (i)
		other |= answers[i] ^ decided;
	return !other;
}

static void
join_answers(enum node_kind kind, uint8_t *out, const uint8_t *more)
{
	if (kind == NODE_AND)
		EACH (i)
			out[i] =
				(uint8_t)((out[i] & more[i] & YES) | ((out[i] | more[i]) & NO));
	else
		EACH (i)
			out[i] =
				(uint8_t)(((out[i] | more[i]) & YES) | (out[i] & more[i] & NO));
}

/* The active rows whose answer is not decided yet. */
static bool
mark_open(const struct eval *ev, const uint8_t *answers, uint8_t decided, uint8_t *open)
{
	uint8_t any = 0;

	EACH (i) {
		open[i] = (uint8_t)(ev->active[i] & (answers[i] != decided));
		any |= open[i];
	}
	return any;
}

/* The parts behind the first; those that can fail only where the answer is still open. */
static int
more_logic(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	uint8_t decided = n->kind == NODE_AND ? NO : YES;
	uint8_t *more = room_take(ev), *open = room_take(ev), *before = ev->active;
	int rc = 0;

	for (size_t k = 1; rc == 0 && k < n->n_children && !is_decided(out, decided); k++) {
		if (n->children[k]->can_fail) {
			if (!mark_open(ev, out, decided, open))
				continue;
			ev->active = open;
		}
		rc = eval_truth(ev, n->children[k], chunk, more, err);
		ev->active = before;
		if (rc == 0)
			join_answers(n->kind, out, more);
	}
	room_give(ev, open);
	room_give(ev, more);
	return rc;
}

static int
scalar_truth(struct eval *ev, const struct node *n, uint8_t *out, struct err *err)
{
	struct expr_value value;

	if (eval_scalar(ev, n, &value, err) < 0)
		return -1;
	memset(out, value.is_null ? NULL_ : value.truth ? YES : NO, ROWS_PER_CHUNK);
	return 0;
}

int
eval_truth(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	if (!n->is_row)
		return scalar_truth(ev, n, out, err);
	switch (n->kind) {
	case NODE_AND:
	case NODE_OR:
		if (eval_truth(ev, n->children[0], chunk, out, err) < 0)
			return -1;
		return more_logic(ev, n, chunk, out, err);
	case NODE_NOT:
		if (eval_truth(ev, n->children[0], chunk, out, err) < 0)
			return -1;
		EACH (i)
			out[i] = answer_not(out[i]);
		return 0;
	case NODE_COMPARE:
		return eval_compare(ev, n, chunk, out, err);
	case NODE_AMONG:
		return eval_among(ev, n, chunk, out, err);
	case NODE_IS_NULL:
		return eval_is_null(ev, n, chunk, out, err);
	case NODE_MATCH:
		return eval_match(ev, n, chunk, out, err);
	case NODE_SAME:
		return eval_same(ev, n, chunk, out);
	default:
		break;
	}
	assert(!"a node that has no truth");
	return -1;
}
