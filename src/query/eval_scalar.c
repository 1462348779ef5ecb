/* SPDX-License-Identifier: MIT */
/* eval_scalar.c - values that are the same for all rows, and the room in which rows are
 * reckoned
 */
#include "query/eval.h"

#include <string.h>

struct room {
	struct room *next;
};

#define ROOM_BYTES (ROWS_PER_CHUNK * sizeof(int64_t))

void
eval_init(struct eval *ev, const struct expr *e, const struct columns *c)
{
	*ev = (struct eval){ .e = e, .c = c };
	ev->scalars = mem_array(e->n_nodes + 1, sizeof *ev->scalars);
	ev->tables = mem_array(e->n_nodes + 1, sizeof(uint8_t *));
	ev->parts = mem_array(e->n_parts + 1, sizeof *ev->parts);
}

void
eval_done(struct eval *ev)
{
	while (ev->rooms) {
		struct room *room = ev->rooms;

		ev->rooms = room->next;
		mem_free(room);
	}
	for (uint32_t i = 0; ev->tables && i < ev->e->n_nodes; i++)
		mem_free(ev->tables[i]);
	mem_free(ev->tables);
	mem_free(ev->scalars);
	mem_free(ev->parts);
	*ev = (struct eval){ 0 };
}

void *
room_take(struct eval *ev)
{
	struct room *room = ev->rooms;

	if (!room)
		return mem_alloc(ROOM_BYTES);
	ev->rooms = room->next;
	return room;
}

void
room_give(struct eval *ev, void *room)
{
	struct room *r = room;

	r->next = ev->rooms;
	ev->rooms = r;
}

/* Takes out the pieces among the rows of a chunk; how many they were. */
static size_t
drop_pieces(const struct columns *c, size_t chunk, uint8_t *out)
{
	size_t low = 0, high = c->n_pieces, first = chunk * ROWS_PER_CHUNK, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->pieces[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < c->n_pieces && c->pieces[low] < first + ROWS_PER_CHUNK; low++, n++)
		out[c->pieces[low] - first] = 0;
	return n;
}

size_t
domain_load(const struct columns *c, uint8_t also, size_t chunk, uint8_t *out)
{
	const struct vector *v = &c->vector[V_EVENT];
	size_t n = MIN(c->n_rows - chunk * ROWS_PER_CHUNK, (size_t)ROWS_PER_CHUNK), count = 0;

	memset(out, 0, ROWS_PER_CHUNK);
	memset(out, 1, n);
	if (also & ALSO_LIFE || (v->chunks[chunk].least == c->call_event &&
					v->chunks[chunk].largest == c->call_event)) {
		count = n;
	} else {
		for (size_t i = 0; i < n; i++) {
			out[i] = vector_get(v, chunk * ROWS_PER_CHUNK + i) == c->call_event;
			count += out[i];
		}
	}
	return also & ALSO_PIECES ? count : count - drop_pieces(c, chunk, out);
}

static double
as_real(const struct expr_value *v)
{
	return v->type == EXPR_REAL ? v->real : (double)v->number;
}

static int
fail(const struct eval *ev, const struct node *n, const char *why, struct err *err)
{
	return lexer_error(&ev->e->lexer, err, n->sign_at, n->n_sign, "%s", why);
}

static int
arithmetic(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	struct expr_value a, b;
	const char *why;
	double real;
	bool is_good;

	if (eval_scalar(ev, n->children[0], &a, err) < 0 ||
		eval_scalar(ev, n->children[1], &b, err) < 0)
		return -1;
	*out = (struct expr_value){ .type = n->type, .is_null = a.is_null || b.is_null };
	if (out->is_null)
		return 0;
	if (a.type != EXPR_REAL && b.type != EXPR_REAL && n->kind != NODE_DIVIDE)
		return number_apply(n->kind, a.number, b.number, &out->number, &why)
			       ? 0
			       : fail(ev, n, why, err);
	is_good = real_apply(n->kind, as_real(&a), as_real(&b), &real, &why);
	if (is_good && n->type == EXPR_REAL)
		out->real = real;
	else if (is_good)
		is_good = real_to_number(real, &out->number, &why);
	return is_good ? 0 : fail(ev, n, why, err);
}

static int
negate(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	if (eval_scalar(ev, n->children[0], out, err) < 0)
		return -1;
	out->number = -out->number;
	out->real = -out->real;
	return 0;
}

static bool
is_true(enum compare_op op, const struct expr_value *a, const struct expr_value *b)
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

static int
compare(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	struct expr_value a, b;

	if (eval_scalar(ev, n->children[0], &a, err) < 0 ||
		eval_scalar(ev, n->children[1], &b, err) < 0)
		return -1;
	*out = (struct expr_value){ .is_null = a.is_null || b.is_null };
	out->truth = !out->is_null && is_true((enum compare_op)n->op, &a, &b);
	return 0;
}

static int
among(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	struct expr_value a;
	bool found = false;

	if (eval_scalar(ev, n->children[0], &a, err) < 0)
		return -1;
	for (size_t i = 0; i < n->n_items; i++)
		found |= n->items[i].low <= a.number && a.number <= n->items[i].high;
	*out = (struct expr_value){ .is_null = a.is_null, .truth = found != n->is_negated };
	return 0;
}

/* Kleene's `and`, `or`; what is decided is not asked any more. */
static int
logic(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	bool decided = n->kind == NODE_OR;
	struct expr_value one;

	*out = (struct expr_value){ .truth = !decided };
	for (size_t i = 0; i < n->n_children; i++) {
		if (eval_scalar(ev, n->children[i], &one, err) < 0)
			return -1;
		if (!one.is_null && one.truth == decided) {
			*out = one;
			return 0;
		}
		out->is_null |= one.is_null;
	}
	return 0;
}

static int
is_null(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	struct expr_value one;

	if (eval_scalar(ev, n->children[0], &one, err) < 0)
		return -1;
	*out = (struct expr_value){ .truth = one.is_null != n->is_negated };
	return 0;
}

static int
invert(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	if (eval_scalar(ev, n->children[0], out, err) < 0)
		return -1;
	out->truth = !out->truth;
	return 0;
}

static int
reckon(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	switch (n->kind) {
	case NODE_LITERAL:
		*out = (struct expr_value){ .type = n->type,
			.truth = n->number,
			.number = n->number,
			.real = n->real };
		return 0;
	case NODE_NOT:
		return invert(ev, n, out, err);
	case NODE_AND:
	case NODE_OR:
		return logic(ev, n, out, err);
	case NODE_NEGATE:
		return negate(ev, n, out, err);
	case NODE_COMPARE:
		return compare(ev, n, out, err);
	case NODE_AMONG:
		return among(ev, n, out, err);
	case NODE_IS_NULL:
		return is_null(ev, n, out, err);
	case NODE_AGGREGATE:
		return eval_aggregate(ev, n, out, err);
	case NODE_ADD:
	case NODE_SUBTRACT:
	case NODE_MULTIPLY:
	case NODE_DIVIDE:
	case NODE_MOD:
		return arithmetic(ev, n, out, err);
	case NODE_COLUMN:
	case NODE_MATCH:
	case NODE_SAME:
		break; /* these are of rows */
	}
	assert(!"a node without a value of its own");
	return -1;
}

int
eval_scalar(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	struct scalar *s = &ev->scalars[n->id];

	if (!s->is_done) {
		if (reckon(ev, n, &s->value, err) < 0)
			return -1;
		s->is_done = true;
	}
	*out = s->value;
	return 0;
}
