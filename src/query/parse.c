/* SPDX-License-Identifier: MIT */
/*
 * parse.c - the grammar of expressions, one function a line of it
 *
 *	or    = and { "or" and }
 *	and   = not { "and" not }
 *	not   = "not" not | test
 *	test  = sum [ compare sum | ["not"] "in" set | match patterns ]
 *	sum   = product { ("+" | "-") product }
 *	product = sign { ("*" | "/" | "mod") sign }
 *	sign  = "-" sign | atom
 *	atom  = number | text | "true" | "false" | "null" | column | "(" or ")"
 *	      | function "(" [or] ["where" or] ")" | test-function "(" column "," patterns ")"
 */
#include "query/parse.h"

#include "base/mem.h"

#include <string.h>

int
parse_error(struct parser *p, struct err *err, const char *wanted)
{
	const struct token *t = &p->now;

	if (t->kind == TOKEN_END)
		return lexer_error(&p->e->lexer, err, t->at, 1,
			"the expression ends here: %s is "
			"missing",
			wanted);
	return lexer_error(&p->e->lexer, err, t->at, t->n, "%s is wanted here", wanted);
}

int
parse_advance(struct parser *p, struct err *err)
{
	p->before = p->now;
	return lexer_next(&p->e->lexer, &p->now, err);
}

bool
parse_is_sign(const struct parser *p, const char *sign)
{
	return p->now.kind == TOKEN_SIGN && strcmp(p->now.text, sign) == 0;
}

bool
parse_is_word(const struct parser *p, const char *word)
{
	return p->now.kind == TOKEN_NAME && strcmp(p->now.text, word) == 0;
}

int
parse_expect(struct parser *p, const char *sign, struct err *err)
{
	AUTO(str_done) struct str wanted = { 0 };

	if (parse_is_sign(p, sign))
		return parse_advance(p, err);
	str_addf(&wanted, "'%s'", sign);
	return parse_error(p, err, wanted.data);
}

/* A number with its minus, a text, or nothing. */
static int
read_literal(struct parser *p, struct node **out, struct err *err)
{
	const struct token t = p->now;
	struct node *n = node_new(p->e, NODE_LITERAL, t.at, t.n);

	n->type = t.kind == TOKEN_TEXT ? EXPR_TEXT : t.type;
	n->number = t.number;
	n->real = t.real;
	n->text = t.text;
	*out = n;
	return parse_advance(p, err);
}

static int
read_atom(struct parser *p, struct node **out, struct err *err)
{
	if (p->now.kind == TOKEN_NUMBER || p->now.kind == TOKEN_TEXT)
		return read_literal(p, out, err);
	if (p->now.kind == TOKEN_NAME)
		return parse_name(p, out, err);
	if (!parse_is_sign(p, "("))
		return parse_error(p, err, "a value");
	if (parse_advance(p, err) < 0 || parse_or(p, out, err) < 0)
		return -1;
	return parse_expect(p, ")", err);
}

static int
negate(struct parser *p, struct node **out, struct node *what, const struct token *sign,
	struct err *err)
{
	struct node *n = node_new(p->e, NODE_NEGATE, sign->at, what->at + what->n - sign->at);

	if (what->is_null || what->type == EXPR_BOOL || what->type == EXPR_TEXT)
		return node_error(p->e, err, what, "'-' takes a number or a time, this is %s",
			type_name(what));
	n->children = arena_alloc(p->e->arena, sizeof(struct node *));
	n->children[0] = what;
	n->n_children = 1;
	n->type = what->type;
	n->cost = 1;
	*out = n;
	return node_depth(p->e, n, err);
}

static int
read_sign(struct parser *p, struct node **out, struct err *err)
{
	const struct token sign = p->now;
	struct node *what = NULL;
	int rc;

	if (!parse_is_sign(p, "-"))
		return read_atom(p, out, err);
	if (++p->depth > EXPR_DEPTH_MAX)
		return lexer_error(&p->e->lexer, err, sign.at, sign.n,
			"the expression is nested deeper than %d levels", EXPR_DEPTH_MAX);
	rc = parse_advance(p, err) < 0 || read_sign(p, &what, err) < 0 ? -1 : 0;
	if (rc == 0) {
		assert(what);
		rc = negate(p, out, what, &sign, err);
	}
	p->depth--;
	return rc;
}

static int
read_product(struct parser *p, struct node **out, struct err *err)
{
	if (read_sign(p, out, err) < 0)
		return -1;
	while (parse_is_sign(p, "*") || parse_is_sign(p, "/") || parse_is_word(p, "mod")) {
		const struct token sign = p->now;
		struct node *right = NULL;
		enum node_kind kind = sign.text[0] == '*'   ? NODE_MULTIPLY
				      : sign.text[0] == '/' ? NODE_DIVIDE
							    : NODE_MOD;

		if (parse_advance(p, err) < 0 || read_sign(p, &right, err) < 0 ||
			node_arithmetic(p->e, out, kind, right, &sign, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_sum(struct parser *p, struct node **out, struct err *err)
{
	if (read_product(p, out, err) < 0)
		return -1;
	while (parse_is_sign(p, "+") || parse_is_sign(p, "-")) {
		const struct token sign = p->now;
		struct node *right = NULL;

		if (parse_advance(p, err) < 0 || read_product(p, &right, err) < 0 ||
			node_arithmetic(p->e, out,
				sign.text[0] == '+' ? NODE_ADD : NODE_SUBTRACT, right, &sign,
				err) < 0)
			return -1;
	}
	return 0;
}

static bool
is_comparison(const struct parser *p, enum compare_op *op)
{
	static const char *const compare[] = { [OP_EQ] = "==",
		[OP_NE] = "!=",
		[OP_LT] = "<",
		[OP_LE] = "<=",
		[OP_GT] = ">",
		[OP_GE] = ">=" };

	for (unsigned i = 0; i < ARRAY_LEN(compare); i++)
		if (parse_is_sign(p, compare[i])) {
			*op = (enum compare_op)i;
			return true;
		}
	return false;
}

static int
refuse_chain(struct parser *p, struct err *err)
{
	enum compare_op op;

	if (!is_comparison(p, &op))
		return 0;
	lexer_error(&p->e->lexer, err, p->now.at, p->now.n, "comparisons do not chain");
	return err_hint(err, "write a < b and b < c, or b in a..c");
}

static int
read_compare(struct parser *p, struct node **out, struct err *err)
{
	enum compare_op op;
	struct node *right = NULL;

	if (read_sum(p, out, err) < 0)
		return -1;
	if (is_comparison(p, &op)) {
		const struct token at = p->now;

		if (parse_advance(p, err) < 0 || read_sum(p, &right, err) < 0 ||
			node_compare(p->e, out, op, right, &at, err) < 0)
			return -1;
		return refuse_chain(p, err);
	}
	if (parse_is_sign(p, "~") || parse_is_sign(p, "!~") || parse_is_sign(p, "=~")) {
		const struct token at = p->now;

		return parse_advance(p, err) < 0 ? -1 : parse_patterns(p, out, &at, err);
	}
	if (parse_is_word(p, "in"))
		return parse_advance(p, err) < 0 ? -1 : parse_in(p, out, false, err);
	if (!parse_is_word(p, "not"))
		return 0;
	if (parse_advance(p, err) < 0)
		return -1;
	if (!parse_is_word(p, "in"))
		return parse_error(p, err, "'in'");
	return parse_advance(p, err) < 0 ? -1 : parse_in(p, out, true, err);
}

static int
read_not(struct parser *p, struct node **out, struct err *err)
{
	const struct token sign = p->now;
	struct node *what = NULL, *n;
	int rc = -1;

	if (!parse_is_word(p, "not"))
		return read_compare(p, out, err);
	if (++p->depth > EXPR_DEPTH_MAX)
		return lexer_error(&p->e->lexer, err, sign.at, sign.n,
			"the expression is nested deeper than %d levels", EXPR_DEPTH_MAX);
	if (parse_advance(p, err) == 0 && read_not(p, &what, err) == 0) {
		assert(what);
		n = node_new(p->e, NODE_NOT, sign.at, what->at + what->n - sign.at);
		n->children = arena_alloc(p->e->arena, sizeof(struct node *));
		n->children[0] = what;
		n->n_children = 1;
		*out = n;
		rc = node_logic(p->e, n, &sign, err);
	}
	p->depth--;
	return rc;
}

/* "and" and "or": any number of parts is one node. */
static int
read_list(struct parser *p, struct node **out, enum node_kind kind, struct err *err)
{
	const char *word = kind == NODE_AND ? "and" : "or";
	AUTO(mem_free) struct node **children = NULL;
	size_t n_children = 0, capacity = 0;
	struct token sign = { .text = word };
	struct node *n;

	for (;;) {
		children = mem_grow(children, n_children, &capacity, sizeof(struct node *));
		if ((kind == NODE_AND
				    ? read_not(p, &children[n_children++], err)
				    : read_list(p, &children[n_children++], NODE_AND, err)) < 0)
			return -1;
		if (!parse_is_word(p, word))
			break;
		sign = p->now;
		if (parse_advance(p, err) < 0)
			return -1;
	}
	*out = children[0];
	if (n_children == 1)
		return 0;
	n = node_new(p->e, kind, children[0]->at, p->before.at + p->before.n - children[0]->at);
	n->children = arena_dup(p->e->arena, children, n_children * sizeof(struct node *));
	n->n_children = n_children;
	*out = n;
	return node_logic(p->e, n, &sign, err);
}

int
parse_or(struct parser *p, struct node **out, struct err *err)
{
	int rc;

	if (++p->depth > EXPR_DEPTH_MAX)
		return lexer_error(&p->e->lexer, err, p->now.at, MAX(p->now.n, (size_t)1),
			"the expression is nested deeper than %d levels", EXPR_DEPTH_MAX);
	rc = read_list(p, out, NODE_OR, err);
	p->depth--;
	return rc;
}

static int
check_root(struct parser *p, const struct node *root, struct err *err)
{
	if (root->is_null)
		return node_error(p->e, err, root, "null is no question");
	if (root->type == EXPR_TEXT) {
		node_error(p->e, err, root, "a text is no question");
		return err_hint(err, "compare it: syscall == \"openat\"");
	}
	if (!root->is_row || root->type == EXPR_BOOL)
		return 0;
	node_error(p->e, err, root, "every event has %s of its own here", type_name(root));
	return err_hint(err, "compare it, or take sum(…), max(…), p99(…) of all");
}

int
parse(struct expr *e, struct err *err)
{
	struct parser p = { .e = e };
	struct node *root;

	if (parse_advance(&p, err) < 0)
		return -1;
	if (p.now.kind == TOKEN_END)
		return parse_error(&p, err, "a question");
	if (parse_or(&p, &root, err) < 0)
		return -1;
	if (p.now.kind != TOKEN_END) {
		lexer_error(&e->lexer, err, p.now.at, p.now.n,
			"the expression could end before this");
		return err_hint(err, "join questions with 'and' or 'or'");
	}
	if (check_root(&p, root, err) < 0)
		return -1;
	e->root = root;
	return 0;
}
