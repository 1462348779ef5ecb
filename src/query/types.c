/* SPDX-License-Identifier: MIT */
/* types.c - which operands an operator takes, and what comes of them */
#include "query/node.h"
#include "query/spelling.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct node *
node_new(struct expr *e, enum node_kind kind, size_t at, size_t n)
{
	struct node *node = arena_alloc(e->arena, sizeof *node);

	node->kind = kind;
	node->at = node->sign_at = at;
	node->n = node->n_sign = n;
	node->id = e->n_nodes++;
	node->depth = 1;
	return node;
}

int
node_error(const struct expr *e, struct err *err, const struct node *n, const char *fmt, ...)
{
	AUTO(str_done) struct str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	return lexer_error(&e->lexer, err, n->at, n->n, "%s", str_text(&text));
}

const char *
type_name(const struct node *n)
{
	static const char *const names[] = { "true or false", "a number", "a fraction",
		"a time", "a text" };

	if (n->is_null)
		return "null";
	if (n->kind == NODE_COLUMN && column_specs[n->column].type == COLUMN_IS_SET)
		return "a set of texts";
	return names[n->type];
}

static bool
is_numeric(const struct node *n)
{
	return n->type != EXPR_BOOL && n->type != EXPR_TEXT && !n->is_null;
}

int
node_depth(struct expr *e, struct node *n, struct err *err)
{
	for (size_t i = 0; i < n->n_children; i++) {
		const struct node *child = n->children[i];

		if (!child)
			continue;
		n->depth = MAX(n->depth, (uint8_t)(child->depth + 1));
		n->is_row |= child->is_row;
		n->can_fail |= child->can_fail;
		n->also |= child->also;
		n->columns |= child->columns;
		n->cost += child->cost;
	}
	if (n->depth > EXPR_DEPTH_MAX)
		return node_error(e, err, n, "the expression is nested deeper than %d levels",
			EXPR_DEPTH_MAX);
	return 0;
}

/* An operator over two operands, which covers both in the text. */
static struct node *
pair(struct expr *e, enum node_kind kind, struct node *left, struct node *right,
	const struct token *sign)
{
	struct node *n = node_new(e, kind, left->at, right->at + right->n - left->at);

	n->children = arena_array(e->arena, 2, sizeof(struct node *));
	n->children[0] = left;
	n->children[1] = right;
	n->n_children = 2;
	n->sign_at = sign->at;
	n->n_sign = sign->n;
	return n;
}

/* What each operator makes of the types left and right of it. */
static const struct {
	enum node_kind kind;
	enum expr_type left, right, type;
} arithmetic[] = {
	{ NODE_ADD, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER },
	{ NODE_ADD, EXPR_NUMBER, EXPR_REAL, EXPR_REAL },
	{ NODE_ADD, EXPR_REAL, EXPR_NUMBER, EXPR_REAL },
	{ NODE_ADD, EXPR_REAL, EXPR_REAL, EXPR_REAL },
	{ NODE_ADD, EXPR_TIME, EXPR_TIME, EXPR_TIME },
	{ NODE_MULTIPLY, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER },
	{ NODE_MULTIPLY, EXPR_NUMBER, EXPR_REAL, EXPR_REAL },
	{ NODE_MULTIPLY, EXPR_REAL, EXPR_NUMBER, EXPR_REAL },
	{ NODE_MULTIPLY, EXPR_REAL, EXPR_REAL, EXPR_REAL },
	{ NODE_MULTIPLY, EXPR_TIME, EXPR_NUMBER, EXPR_TIME },
	{ NODE_MULTIPLY, EXPR_NUMBER, EXPR_TIME, EXPR_TIME },
	{ NODE_MULTIPLY, EXPR_TIME, EXPR_REAL, EXPR_TIME },
	{ NODE_MULTIPLY, EXPR_REAL, EXPR_TIME, EXPR_TIME },
	{ NODE_DIVIDE, EXPR_NUMBER, EXPR_NUMBER, EXPR_REAL },
	{ NODE_DIVIDE, EXPR_NUMBER, EXPR_REAL, EXPR_REAL },
	{ NODE_DIVIDE, EXPR_REAL, EXPR_NUMBER, EXPR_REAL },
	{ NODE_DIVIDE, EXPR_REAL, EXPR_REAL, EXPR_REAL },
	{ NODE_DIVIDE, EXPR_TIME, EXPR_TIME, EXPR_REAL },
	{ NODE_DIVIDE, EXPR_TIME, EXPR_NUMBER, EXPR_TIME },
	{ NODE_DIVIDE, EXPR_TIME, EXPR_REAL, EXPR_TIME },
	{ NODE_MOD, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER },
	{ NODE_MOD, EXPR_TIME, EXPR_TIME, EXPR_TIME },
};

int
node_arithmetic(struct expr *e, struct node **left, enum node_kind kind, struct node *right,
	const struct token *sign, struct err *err)
{
	struct node *n = pair(e, kind, *left, right, sign);
	enum node_kind as = kind == NODE_SUBTRACT ? NODE_ADD : kind;

	for (size_t i = 0; i < ARRAY_LEN(arithmetic); i++) {
		if (arithmetic[i].kind != as || arithmetic[i].left != (*left)->type ||
			arithmetic[i].right != right->type || (*left)->is_null ||
			right->is_null)
			continue;
		n->type = arithmetic[i].type;
		n->can_fail = true;
		n->cost = 4;
		*left = n;
		return node_depth(e, n, err);
	}
	lexer_error(&e->lexer, err, sign->at, sign->n, "'%s' does not take %s and %s",
		sign->text, type_name(*left), type_name(right));
	if (is_numeric(*left) && is_numeric(right))
		return err_hint(err, "divide a time by a time to get a number: duration / 1ms");
	return -1;
}

static int
wrong_pair(struct expr *e, const struct node *left, const struct node *right,
	const struct token *sign, struct err *err)
{
	const struct node *column = left->kind == NODE_COLUMN ? left : right;

	lexer_error(&e->lexer, err, sign->at, sign->n, "'%s' does not compare %s with %s",
		sign->text, type_name(left), type_name(right));
	if (left->type == EXPR_TIME || right->type == EXPR_TIME)
		return err_hint(err, "times have units: 10ms, 1.5s, 0ns");
	if (column->kind == NODE_COLUMN && column->type == EXPR_TEXT)
		return err_hint(err, "'%s' is a text: put what it is compared with in quotes",
			column_specs[column->column].name);
	return -1;
}

static int
compare_null(struct expr *e, struct node **left, struct node *n, enum compare_op op,
	const struct token *sign, struct err *err)
{
	struct node *what = n->children[0]->is_null ? n->children[1] : n->children[0];

	if (op != OP_EQ && op != OP_NE) {
		lexer_error(&e->lexer, err, sign->at, sign->n, "'%s' does not take null",
			sign->text);
		return err_hint(err, "null is == or != to something");
	}
	if (what->is_null || (what->type == EXPR_BOOL) || what->kind == NODE_LITERAL)
		return node_error(e, err, what, "this is never null");
	n->kind = NODE_IS_NULL;
	n->children[0] = what;
	n->n_children = 1;
	n->is_negated = op == OP_NE;
	n->cost = 1;
	*left = n;
	return node_depth(e, n, err);
}

/* Texts: one side is a column, the other a column or a literal. */
static int
compare_texts(struct expr *e, struct node **left, struct node *n, enum compare_op op,
	const struct token *sign, struct err *err)
{
	struct node *a = n->children[0], *b = n->children[1];
	bool has_set =
		(a->kind == NODE_COLUMN && column_specs[a->column].type == COLUMN_IS_SET) ||
		(b->kind == NODE_COLUMN && column_specs[b->column].type == COLUMN_IS_SET);

	if (op != OP_EQ && op != OP_NE) {
		lexer_error(&e->lexer, err, sign->at, sign->n, "'%s' does not take texts",
			sign->text);
		return err_hint(err, "texts are compared by == != in ~ =~");
	}
	if (a->kind == NODE_LITERAL && b->kind == NODE_LITERAL)
		return lexer_error(&e->lexer, err, sign->at, sign->n,
			"two literal texts are compared: the answer is always the same");
	n->is_negated = op == OP_NE;
	if (a->kind == NODE_COLUMN && b->kind == NODE_COLUMN) {
		if (has_set)
			return lexer_error(&e->lexer, err, sign->at, sign->n,
				"a set of texts is compared with a literal text only");
		n->kind = NODE_SAME;
		n->cost = 4;
		*left = n;
		return node_depth(e, n, err);
	}
	n->kind = NODE_MATCH;
	n->op = MATCH_EQUAL;
	n->items = arena_alloc(e->arena, sizeof *n->items);
	n->items[0].text = a->kind == NODE_LITERAL ? a->text : b->text;
	n->items[0].low = (int64_t)(a->kind == NODE_LITERAL ? a : b)->at;
	n->items[0].high = (int64_t)(a->kind == NODE_LITERAL ? a : b)->n;
	n->n_items = 1;
	n->children[0] = a->kind == NODE_COLUMN ? a : b;
	n->n_children = 1;
	*left = n;
	return node_match(e, n, err);
}

int
node_compare(struct expr *e, struct node **left, enum compare_op op, struct node *right,
	const struct token *sign, struct err *err)
{
	struct node *a = *left, *n = pair(e, NODE_COMPARE, a, right, sign);

	n->type = EXPR_BOOL;
	n->op = op;
	if (a->is_null || right->is_null)
		return compare_null(e, left, n, op, sign, err);
	if (a->type == EXPR_TEXT && right->type == EXPR_TEXT)
		return compare_texts(e, left, n, op, sign, err);
	if (a->type == EXPR_TEXT || right->type == EXPR_TEXT ||
		(a->type == EXPR_TIME) != (right->type == EXPR_TIME) ||
		(a->type == EXPR_BOOL) != (right->type == EXPR_BOOL) ||
		(a->type == EXPR_BOOL && op != OP_EQ && op != OP_NE))
		return wrong_pair(e, a, right, sign, err);
	n->cost = 1;
	*left = n;
	return node_depth(e, n, err);
}

static int
compare_costs(const void *x, const void *y)
{
	const struct node *a = *(struct node *const *)x, *b = *(struct node *const *)y;
	/* What can fail stays behind what cannot, and in the order of the text. */
	unsigned one = a->can_fail ? UINT32_MAX : a->cost;
	unsigned two = b->can_fail ? UINT32_MAX : b->cost;

	if (one != two)
		return one < two ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

int
node_logic(struct expr *e, struct node *n, const struct token *sign, struct err *err)
{
	for (size_t i = 0; i < n->n_children; i++)
		if (n->children[i]->type != EXPR_BOOL || n->children[i]->is_null) {
			node_error(e, err, n->children[i],
				"'%s' takes true or false, this is %s", sign->text,
				type_name(n->children[i]));
			return err_hint(err, "compare it with something");
		}
	n->type = EXPR_BOOL;
	if (n->n_children > 1)
		qsort(n->children, n->n_children, sizeof(struct node *), compare_costs);
	return node_depth(e, n, err);
}

/* A name that nothing has. Of a path and an address more is known than of other texts. */
static int
check_spelling(struct expr *e, const struct node *n, struct item *item, struct err *err)
{
	enum column column = n->children[0]->column;
	bool is_glob = n->op == MATCH_GLOB, is_wrong = false;
	struct misspelling wrong;

	if (column == COLUMN_PEER && is_glob)
		item->text = peer_glob(e->arena, item->text);
	if (is_glob && glob_check(item->text, err) < 0) {
		AUTO(mem_free) char *why = mem_strdup(err->text);

		return lexer_error(
			&e->lexer, err, (size_t)item->low, (size_t)item->high, "%s", why);
	}
	if (!is_glob && n->op != MATCH_EQUAL)
		return 0;
	if (column == COLUMN_PEER)
		is_wrong = peer_is_misspelled(&wrong, e->arena, item->text, is_glob);
	else if (column == COLUMN_PATH || column == COLUMN_FROM || column == COLUMN_TO ||
		 column == COLUMN_EXEC)
		is_wrong = path_is_misspelled(&wrong, e->arena, item->text, is_glob);
	if (!is_wrong)
		return 0;
	lexer_error(&e->lexer, err, (size_t)item->low, (size_t)item->high,
		"no %s fits '%s': %s", column_specs[column].name, item->text, wrong.why);
	return wrong.hint ? err_hint(err, "%s", wrong.hint) : -1;
}

static int
check_word(struct expr *e, const struct node *n, const struct item *item, struct err *err)
{
	enum column column = n->children[0]->column;
	const char *near, *name = column_specs[column].name;

	if (n->op == MATCH_EQUAL && word_is_wrong(column, item->text, &near)) {
		lexer_error(&e->lexer, err, (size_t)item->low, (size_t)item->high,
			"no %s is called '%s'", name, item->text);
		return near ? err_hint(err, "did you mean \"%s\"?", near) : -1;
	}
	if (n->op != MATCH_EQUAL && pattern_is_vain(column, (enum match_op)n->op, item))
		return lexer_error(&e->lexer, err, (size_t)item->low, (size_t)item->high,
			"no %s fits '%s'", name, item->text);
	return 0;
}

int
node_match(struct expr *e, struct node *n, struct err *err)
{
	struct node *column = n->children[0];

	if (column->kind != NODE_COLUMN || column->type != EXPR_TEXT) {
		node_error(
			e, err, column, "a text is wanted here, this is %s", type_name(column));
		return err_hint(err, "a column like path, syscall or exec stands on the left");
	}
	n->type = EXPR_BOOL;
	n->cost = 2;
	for (size_t i = 0; i < n->n_items; i++) {
		struct item *item = &n->items[i];

		if (n->op == MATCH_REGEX) {
			if (regex_new(&item->regex, item->text, err) < 0) {
				AUTO(mem_free) char *why = mem_strdup(err->text);

				return lexer_error(&e->lexer, err, (size_t)item->low,
					(size_t)item->high, "%s", why);
			}
			e->regexes = mem_grow(e->regexes, e->n_regexes, &e->regexes_capacity,
				sizeof(struct regex *));
			e->regexes[e->n_regexes++] = item->regex;
			n->can_fail = true;
		}
		if (check_word(e, n, item, err) < 0 || check_spelling(e, n, item, err) < 0)
			return -1;
	}
	return node_depth(e, n, err);
}
