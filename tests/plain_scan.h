/* SPDX-License-Identifier: MIT */
/*
 * plain_scan.h - an expression answered in the plainest way: row by row, node by node, text by
 * text. What the evaluator of chunks is compared with, in its answers and in its speed.
 */
#ifndef TESTS_PLAIN_SCAN_H
#define TESTS_PLAIN_SCAN_H

#include "query/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plain {
	const struct columns *c;
	bool has_failed;
	const struct node *last; /* the aggregate that was reckoned last: not once a row */
	struct expr_value last_value;
};

static inline struct expr_value plain_row(struct plain *p, const struct node *n, size_t row);

static inline bool
plain_fits(struct plain *p, const struct node *n, const char *text)
{
	bool gave_up = false, fits = false;

	for (size_t i = 0; i < n->n_items && !fits; i++)
		fits = item_fits((enum match_op)n->op, &n->items[i], text, &gave_up);
	p->has_failed |= gave_up;
	return fits;
}

static inline struct expr_value
plain_match(struct plain *p, const struct node *n, size_t row)
{
	struct expr_value v = { .type = EXPR_BOOL, .is_null = true };
	const char *text;

	for (unsigned i = 0; (text = columns_text(p->c, n->children[0]->column, row, i)); i++) {
		uint32_t nr = column_specs[n->children[0]->column].type == COLUMN_IS_SET
				      ? 0
				      : dict_find(&p->c->dict, text);
		const char *other = nr ? p->c->dict.entries[nr].other : NULL;

		v.is_null = false;
		v.truth |= plain_fits(p, n, text) || (other && plain_fits(p, n, other));
	}
	v.truth = !v.is_null && v.truth != n->is_negated;
	return v;
}

static inline struct expr_value
plain_same(struct plain *p, const struct node *n, size_t row)
{
	struct expr_value v = { .type = EXPR_BOOL, .is_null = true };
	const char *a, *b;

	for (unsigned i = 0; (a = columns_text(p->c, n->children[0]->column, row, i)); i++)
		for (unsigned k = 0; (b = columns_text(p->c, n->children[1]->column, row, k));
			k++) {
			v.is_null = false;
			v.truth |= strcmp(a, b) == 0;
		}
	v.truth = !v.is_null && v.truth != n->is_negated;
	return v;
}

static inline double
plain_real(const struct expr_value *v)
{
	return v->type == EXPR_REAL ? v->real : (double)v->number;
}

static inline struct expr_value
plain_arithmetic(struct plain *p, const struct node *n, size_t row)
{
	struct expr_value a = plain_row(p, n->children[0], row);
	struct expr_value b = plain_row(p, n->children[1], row);
	struct expr_value v = { .type = n->type, .is_null = a.is_null || b.is_null };
	const char *why;
	double real;

	if (v.is_null)
		return v;
	if (a.type != EXPR_REAL && b.type != EXPR_REAL && n->kind != NODE_DIVIDE)
		v.is_null = !number_apply(n->kind, a.number, b.number, &v.number, &why);
	else if (!real_apply(n->kind, plain_real(&a), plain_real(&b), &real, &why))
		v.is_null = true;
	else if (n->type == EXPR_REAL)
		v.real = real;
	else
		v.is_null = !real_to_number(real, &v.number, &why);
	p->has_failed |= v.is_null;
	return v;
}

static inline bool
plain_compared(enum compare_op op, const struct expr_value *a, const struct expr_value *b)
{
	if (a->type == EXPR_BOOL)
		return (a->truth == b->truth) == (op == OP_EQ);
	if (a->type == EXPR_REAL && b->type == EXPR_REAL)
		return reals_compare(op, a->real, b->real);
	if (b->type == EXPR_REAL)
		return number_real_compare(op, a->number, b->real);
	if (a->type == EXPR_REAL)
		return number_real_compare(op_turned(op), b->number, a->real);
	return numbers_compare(op, a->number, b->number);
}

static inline struct expr_value
plain_compare(struct plain *p, const struct node *n, size_t row)
{
	struct expr_value a = plain_row(p, n->children[0], row);
	struct expr_value b = plain_row(p, n->children[1], row);
	struct expr_value v = { .type = EXPR_BOOL, .is_null = a.is_null || b.is_null };

	v.truth = !v.is_null && plain_compared((enum compare_op)n->op, &a, &b);
	return v;
}

static inline struct expr_value
plain_among(struct plain *p, const struct node *n, size_t row)
{
	struct expr_value a = plain_row(p, n->children[0], row);
	struct expr_value v = { .type = EXPR_BOOL, .is_null = a.is_null };

	for (size_t i = 0; i < n->n_items; i++)
		v.truth |= n->items[i].low <= a.number && a.number <= n->items[i].high;
	v.truth = !v.is_null && v.truth != n->is_negated;
	return v;
}

static inline struct expr_value
plain_is_null(struct plain *p, const struct node *n, size_t row)
{
	const struct node *what = n->children[0];
	struct expr_value v = { .type = EXPR_BOOL };
	bool null;

	if (what->kind == NODE_COLUMN && column_specs[what->column].type > COLUMN_IS_TIME)
		null = !columns_text(p->c, what->column, row, 0);
	else
		null = plain_row(p, what, row).is_null;
	v.truth = null != n->is_negated;
	return v;
}

static inline struct expr_value
plain_logic(struct plain *p, const struct node *n, size_t row)
{
	bool decided = n->kind == NODE_OR;
	struct expr_value v = { .type = EXPR_BOOL, .truth = !decided };

	for (size_t i = 0; i < n->n_children; i++) {
		struct expr_value one = plain_row(p, n->children[i], row);

		if (!one.is_null && one.truth == decided)
			return one;
		v.is_null |= one.is_null;
	}
	return v;
}

/* The aggregates but sums of fractions, whose order of adding shows. */
static inline int
plain_compare_values(const void *x, const void *y)
{
	const struct expr_value *a = x, *b = y;

	if (a->type == EXPR_REAL)
		return (a->real > b->real) - (a->real < b->real);
	return (a->number > b->number) - (a->number < b->number);
}

/* What an aggregate looks at. */
struct plain_seen {
	struct expr_value *values;
	size_t n_base, n_values, n_yes, n_no;
	__int128 sum;
	double real;
};

static inline void
plain_see(struct plain *p, const struct node *n, struct plain_seen *seen)
{
	const struct node *about = n->children[0], *where = n->children[1];
	bool life = ((about ? about->also : 0) | (where ? where->also : 0)) & ALSO_LIFE;

	for (size_t row = 0; row < p->c->n_rows; row++) {
		struct expr_value v = { .truth = true };

		if (!life && strcmp(columns_text(p->c, COLUMN_EVENT, row, 0), "call") != 0)
			continue;
		if (where) {
			v = plain_row(p, where, row);
			if (v.is_null || !v.truth)
				continue;
		}
		seen->n_base++;
		if (about && about->type == EXPR_TEXT)
			continue;
		v = about ? plain_row(p, about, row) : (struct expr_value){ .truth = true };
		if (v.is_null)
			continue;
		seen->values[seen->n_values++] = v;
		seen->n_yes += v.truth;
		seen->n_no += !v.truth;
		seen->sum += v.number;
		seen->real += v.real;
	}
}

static inline void
plain_average(const struct node *n, const struct plain_seen *seen, struct expr_value *out)
{
	__int128 n_values = (__int128)seen->n_values;
	__int128 half = (seen->sum < 0 ? -n_values : n_values) / 2;
	enum expr_type type = n->children[0]->type;

	if (!n_values)
		return;
	if (type == EXPR_TIME)
		out->number = (int64_t)((seen->sum + half) / n_values);
	else
		out->real =
			(type == EXPR_REAL ? seen->real : (double)seen->sum) / (double)n_values;
}

static inline void
plain_ranked(const struct node *n, const struct plain_seen *seen, struct expr_value *out)
{
	double rank = ceil(n->real * (double)seen->n_values - 1e-9);
	size_t at = n->aggregate == AGG_MIN   ? 0
		    : n->aggregate == AGG_MAX ? seen->n_values - 1
		    : rank < 1                ? 0
					      : (size_t)rank - 1;

	if (!seen->n_values)
		return;
	if (n->type == EXPR_REAL)
		out->real = seen->values[at].real;
	else
		out->number = seen->values[at].number;
}

static inline int64_t
plain_distinct(const struct plain_seen *seen)
{
	int64_t n = 0;

	for (size_t i = 0; i < seen->n_values; i++)
		n += !i || plain_compare_values(&seen->values[i], &seen->values[i - 1]) != 0;
	return n;
}

static inline struct expr_value
plain_aggregate(struct plain *p, const struct node *n)
{
	struct plain_seen seen = { .values = mem_array(
					   p->c->n_rows + 1, sizeof(struct expr_value)) };
	struct expr_value out = { .type = n->type };

	plain_see(p, n, &seen);
	if (n->aggregate > AGG_SHARE && seen.n_values)
		qsort(seen.values, seen.n_values, sizeof *seen.values, plain_compare_values);
	out.is_null = seen.n_values == 0 && n->aggregate != AGG_COUNT &&
		      n->aggregate != AGG_EXISTS && n->aggregate != AGG_SUM &&
		      n->aggregate != AGG_DISTINCT;
	switch (n->aggregate) {
	case AGG_COUNT:
		out.number = (int64_t)seen.n_yes;
		break;
	case AGG_EXISTS:
		out.truth = seen.n_yes > 0;
		break;
	case AGG_ALL:
		out.truth = seen.n_no == 0;
		break;
	case AGG_SHARE:
		out.is_null = seen.n_base == 0;
		out.real = seen.n_base ? (double)seen.n_yes / (double)seen.n_base : 0;
		break;
	case AGG_SUM:
		p->has_failed |=
			n->type != EXPR_REAL && (seen.sum > INT64_MAX || seen.sum <= INT64_MIN);
		out.number = (int64_t)seen.sum;
		out.real = seen.real;
		break;
	case AGG_AVG:
		plain_average(n, &seen, &out);
		break;
	case AGG_MIN:
	case AGG_MAX:
	case AGG_PERCENTILE:
		plain_ranked(n, &seen, &out);
		break;
	case AGG_DISTINCT:
		out.number = plain_distinct(&seen);
		break;
	}
	mem_free(seen.values);
	return out;
}

static inline struct expr_value
plain_row(struct plain *p, const struct node *n, size_t row)
{
	struct expr_value v = { .type = n->type };

	switch (n->kind) {
	case NODE_LITERAL:
		v.truth = n->number;
		v.number = n->number;
		v.real = n->real;
		return v;
	case NODE_COLUMN:
		v.number = columns_number(p->c, n->column, row);
		v.is_null = v.number == COLUMN_NULL;
		return v;
	case NODE_NOT:
		v = plain_row(p, n->children[0], row);
		v.truth = !v.truth;
		return v;
	case NODE_NEGATE:
		v = plain_row(p, n->children[0], row);
		v.number = v.is_null ? 0 : -v.number;
		v.real = -v.real;
		return v;
	case NODE_AND:
	case NODE_OR:
		return plain_logic(p, n, row);
	case NODE_COMPARE:
		return plain_compare(p, n, row);
	case NODE_AMONG:
		return plain_among(p, n, row);
	case NODE_IS_NULL:
		return plain_is_null(p, n, row);
	case NODE_MATCH:
		return plain_match(p, n, row);
	case NODE_SAME:
		return plain_same(p, n, row);
	case NODE_AGGREGATE:
		if (p->last != n) {
			p->last_value = plain_aggregate(p, n);
			p->last = n;
		}
		return p->last_value;
	default:
		return plain_arithmetic(p, n, row);
	}
}

/* How many rows match; *applied: to how many the question applies. */
static inline uint64_t
plain_count(struct plain *p, const struct expr *e, uint64_t *applied)
{
	uint64_t n = 0;

	*applied = 0;
	for (size_t row = 0; row < p->c->n_rows; row++) {
		struct expr_value v;

		if (!(e->root->also & ALSO_LIFE) &&
			strcmp(columns_text(p->c, COLUMN_EVENT, row, 0), "call") != 0)
			continue;
		v = plain_row(p, e->root, row);
		*applied += !v.is_null;
		n += !v.is_null && v.truth;
	}
	return n;
}

#endif
