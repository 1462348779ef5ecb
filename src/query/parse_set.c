/* SPDX-License-Identifier: MIT */
/* parse_set.c - what stands right of "in" and "~": texts, patterns, numbers, ranges */
#include "query/parse.h"

#include "base/mem.h"

#include <string.h>

/* "{" literal { "," literal } "}" of texts, or one. */
static int
read_texts(struct parser *p, struct node *n, bool may_be_one, struct err *err)
{
	size_t capacity = 0;
	AUTO(mem_free) struct item *items = NULL;
	bool is_set = parse_is_sign(p, "{");

	if (!is_set && !(may_be_one && p->now.kind == TOKEN_TEXT))
		return parse_error(
			p, err, may_be_one ? "a pattern in quotes, or { … }" : "{ … }");
	if (is_set && parse_advance(p, err) < 0)
		return -1;
	do {
		if (parse_is_sign(p, ",") && parse_advance(p, err) < 0)
			return -1;
		if (p->now.kind != TOKEN_TEXT)
			return parse_error(p, err, "a text in quotes");
		items = mem_grow(items, n->n_items, &capacity, sizeof *items);
		items[n->n_items++] = (struct item){ (int64_t)p->now.at, (int64_t)p->now.n,
			p->now.text, NULL };
		if (parse_advance(p, err) < 0)
			return -1;
	} while (is_set && parse_is_sign(p, ","));
	n->items = arena_dup(p->e->arena, items, n->n_items * sizeof *items);
	return is_set ? parse_expect(p, "}", err) : 0;
}

static struct node *
match_node(struct parser *p, struct node *column, enum match_op op, const struct token *sign)
{
	struct node *n = node_new(p->e, NODE_MATCH, column->at, 0);

	n->children = arena_alloc(p->e->arena, sizeof(struct node *));
	n->children[0] = column;
	n->n_children = 1;
	n->op = (uint8_t)op;
	n->sign_at = sign->at;
	n->n_sign = sign->n;
	return n;
}

int
parse_patterns(struct parser *p, struct node **left, const struct token *sign, struct err *err)
{
	bool is_regex = strcmp(sign->text, "=~") == 0;
	struct node *n = match_node(p, *left, is_regex ? MATCH_REGEX : MATCH_GLOB, sign);

	if (read_texts(p, n, true, err) < 0)
		return -1;
	n->is_negated = strcmp(sign->text, "!~") == 0;
	n->n = p->before.at + p->before.n - n->at;
	*left = n;
	return node_match(p->e, n, err);
}

/* One number or time of a set. */
static int
read_bound(struct parser *p, int64_t *out, enum expr_type type, struct err *err)
{
	bool is_minus = parse_is_sign(p, "-");

	if (is_minus && parse_advance(p, err) < 0)
		return -1;
	if (p->now.kind != TOKEN_NUMBER || p->now.type != type)
		return parse_error(
			p, err, type == EXPR_TIME ? "a time with its unit" : "a whole number");
	*out = is_minus ? -p->now.number : p->now.number;
	return parse_advance(p, err);
}

static int
read_range(struct parser *p, struct item *out, enum expr_type type, struct err *err)
{
	size_t at = p->now.at;

	if (read_bound(p, &out->low, type, err) < 0)
		return -1;
	out->high = out->low;
	if (!parse_is_sign(p, ".."))
		return 0;
	if (parse_advance(p, err) < 0 || read_bound(p, &out->high, type, err) < 0)
		return -1;
	if (out->low > out->high)
		return lexer_error(&p->e->lexer, err, at, p->before.at + p->before.n - at,
			"the range ends before it begins");
	return 0;
}

static int
read_numbers(struct parser *p, struct node *n, enum expr_type type, struct err *err)
{
	size_t capacity = 0;
	AUTO(mem_free) struct item *items = NULL;
	bool is_set = parse_is_sign(p, "{");

	if (is_set && parse_advance(p, err) < 0)
		return -1;
	do {
		if (parse_is_sign(p, ",") && parse_advance(p, err) < 0)
			return -1;
		items = mem_grow(items, n->n_items, &capacity, sizeof *items);
		if (read_range(p, &items[n->n_items++], type, err) < 0)
			return -1;
	} while (is_set && parse_is_sign(p, ","));
	n->items = arena_dup(p->e->arena, items, n->n_items * sizeof *items);
	n->cost = 1 + (unsigned)n->n_items;
	return is_set ? parse_expect(p, "}", err) : 0;
}

int
parse_in(struct parser *p, struct node **left, bool is_negated, struct err *err)
{
	struct node *n = match_node(p, *left, MATCH_EQUAL, &p->before);
	int rc;

	n->is_negated = is_negated;
	if ((*left)->type == EXPR_TEXT) {
		rc = read_texts(p, n, false, err);
	} else if ((*left)->type == EXPR_NUMBER || (*left)->type == EXPR_TIME) {
		n->kind = NODE_AMONG;
		n->type = EXPR_BOOL;
		rc = read_numbers(p, n, (*left)->type, err);
	} else {
		return lexer_error(&p->e->lexer, err, p->before.at, p->before.n,
			"'in' does not take %s on its left", type_name(*left));
	}
	if (rc < 0)
		return -1;
	n->n = p->before.at + p->before.n - n->at;
	*left = n;
	return n->kind == NODE_MATCH ? node_match(p->e, n, err) : node_depth(p->e, n, err);
}

int
parse_test(struct parser *p, struct node **out, const struct token *name, enum match_op op,
	struct err *err)
{
	struct node *column, *n;

	if (parse_or(p, &column, err) < 0 || parse_expect(p, ",", err) < 0)
		return -1;
	n = match_node(p, column, op, name);
	n->at = name->at;
	if (read_texts(p, n, true, err) < 0 || parse_expect(p, ")", err) < 0)
		return -1;
	n->n = p->before.at + p->before.n - n->at;
	*out = n;
	return node_match(p->e, n, err);
}
