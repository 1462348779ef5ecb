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
#include "query/node.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct expr *e;
	struct token now, before; /* before: the one that was taken last */
	unsigned depth;
};

static const struct {
	const char *name;
	enum aggregate_kind kind;
} aggregates[] = {
	{ "count", AGG_COUNT },
	{ "exists", AGG_EXISTS },
	{ "any", AGG_EXISTS },
	{ "all", AGG_ALL },
	{ "share", AGG_SHARE },
	{ "sum", AGG_SUM },
	{ "min", AGG_MIN },
	{ "max", AGG_MAX },
	{ "avg", AGG_AVG },
	{ "distinct", AGG_DISTINCT },
};

static const struct {
	const char *name;
	enum match_op op;
} tests[] = {
	{ "starts_with", MATCH_PREFIX },
	{ "ends_with", MATCH_SUFFIX },
	{ "contains", MATCH_PART },
};

static const char *const words[] = { "and", "or", "not", "in", "mod", "where", "true", "false",
	"null" };

static int read_or(struct parser *p, struct node **out, struct err *err);

static int
error_here(struct parser *p, struct err *err, const char *wanted)
{
	const struct token *t = &p->now;

	if (t->kind == TOKEN_END)
		return lexer_error(&p->e->lexer, err, t->at, 1,
			"the expression ends here: %s is "
			"missing",
			wanted);
	return lexer_error(&p->e->lexer, err, t->at, t->n, "%s is wanted here", wanted);
}

static int
advance(struct parser *p, struct err *err)
{
	p->before = p->now;
	return lexer_next(&p->e->lexer, &p->now, err);
}

static bool
is_sign(const struct parser *p, const char *sign)
{
	return p->now.kind == TOKEN_SIGN && strcmp(p->now.text, sign) == 0;
}

static bool
is_word(const struct parser *p, const char *word)
{
	return p->now.kind == TOKEN_NAME && strcmp(p->now.text, word) == 0;
}

static int
expect(struct parser *p, const char *sign, struct err *err)
{
	AUTO(str_done) struct str wanted = { 0 };

	if (is_sign(p, sign))
		return advance(p, err);
	str_addf(&wanted, "'%s'", sign);
	return error_here(p, err, wanted.data);
}

static const char *
next_name(size_t i)
{
	size_t n = N_COLUMNS;

	if (i < n)
		return column_specs[i].name;
	if (i - n < ARRAY_LEN(aggregates))
		return aggregates[i - n].name;
	n += ARRAY_LEN(aggregates);
	if (i - n < ARRAY_LEN(tests))
		return tests[i - n].name;
	n += ARRAY_LEN(tests);
	return i - n < ARRAY_LEN(words) ? words[i - n] : NULL;
}

static int
unknown_name(struct parser *p, const struct token *name, struct err *err)
{
	const char *near = word_near(name->text, next_name);

	lexer_error(&p->e->lexer, err, name->at, name->n, "there is no column or function '%s'",
		name->text);
	if (near)
		return err_hint(err, "did you mean '%s'? (texts stand in quotes)", near);
	return err_hint(err, "texts stand in quotes; renacer query --help lists the columns");
}

static int
column_node(struct parser *p, struct node **out, const struct token *name, struct err *err)
{
	static const enum expr_type types[] = { [COLUMN_IS_NUMBER] = EXPR_NUMBER,
		[COLUMN_IS_TIME] = EXPR_TIME,
		[COLUMN_IS_TEXT] = EXPR_TEXT,
		[COLUMN_IS_PATH] = EXPR_TEXT,
		[COLUMN_IS_SET] = EXPR_TEXT };

	for (int i = 0; i < N_COLUMNS; i++) {
		struct node *n;

		if (strcmp(column_specs[i].name, name->text) != 0)
			continue;
		n = node_new(p->e, NODE_COLUMN, name->at, name->n);
		n->column = (enum column)i;
		n->type = types[column_specs[i].type];
		n->is_row = true;
		n->needs_life = column_specs[i].rows == COLUMN_OF_LIFE;
		n->columns = COLUMN_BIT(i);
		n->cost = 1;
		*out = n;
		return 0;
	}
	return unknown_name(p, name, err);
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
	return advance(p, err);
}

/* "{" literal { "," literal } "}" of texts, or one. */
static int
read_texts(struct parser *p, struct node *n, bool may_be_one, struct err *err)
{
	size_t capacity = 0;
	AUTO(mem_free) struct item *items = NULL;
	bool is_set = is_sign(p, "{");

	if (!is_set && !(may_be_one && p->now.kind == TOKEN_TEXT))
		return error_here(
			p, err, may_be_one ? "a pattern in quotes, or { … }" : "{ … }");
	if (is_set && advance(p, err) < 0)
		return -1;
	do {
		if (is_sign(p, ",") && advance(p, err) < 0)
			return -1;
		if (p->now.kind != TOKEN_TEXT)
			return error_here(p, err, "a text in quotes");
		items = mem_grow(items, n->n_items, &capacity, sizeof *items);
		items[n->n_items++] = (struct item){ (int64_t)p->now.at, (int64_t)p->now.n,
			p->now.text, NULL };
		if (advance(p, err) < 0)
			return -1;
	} while (is_set && is_sign(p, ","));
	n->items = arena_dup(p->e->arena, items, n->n_items * sizeof *items);
	return is_set ? expect(p, "}", err) : 0;
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

static int
read_patterns(struct parser *p, struct node **left, const struct token *sign, struct err *err)
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
	bool is_minus = is_sign(p, "-");

	if (is_minus && advance(p, err) < 0)
		return -1;
	if (p->now.kind != TOKEN_NUMBER || p->now.type != type)
		return error_here(
			p, err, type == EXPR_TIME ? "a time with its unit" : "a whole number");
	*out = is_minus ? -p->now.number : p->now.number;
	return advance(p, err);
}

static int
read_range(struct parser *p, struct item *out, enum expr_type type, struct err *err)
{
	size_t at = p->now.at;

	if (read_bound(p, &out->low, type, err) < 0)
		return -1;
	out->high = out->low;
	if (!is_sign(p, ".."))
		return 0;
	if (advance(p, err) < 0 || read_bound(p, &out->high, type, err) < 0)
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
	bool is_set = is_sign(p, "{");

	if (is_set && advance(p, err) < 0)
		return -1;
	do {
		if (is_sign(p, ",") && advance(p, err) < 0)
			return -1;
		items = mem_grow(items, n->n_items, &capacity, sizeof *items);
		if (read_range(p, &items[n->n_items++], type, err) < 0)
			return -1;
	} while (is_set && is_sign(p, ","));
	n->items = arena_dup(p->e->arena, items, n->n_items * sizeof *items);
	n->cost = 1 + (unsigned)n->n_items;
	return is_set ? expect(p, "}", err) : 0;
}

static int
read_in(struct parser *p, struct node **left, bool is_negated, struct err *err)
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

static int
aggregate_types(struct parser *p, struct node *n, struct err *err)
{
	struct node *about = n->children[0], *where = n->children[1];
	bool asks = n->aggregate <= AGG_SHARE;

	if (!about && n->aggregate != AGG_COUNT)
		return lexer_error(&p->e->lexer, err, n->at, n->n, "'%s' of what?", n->text);
	if (about && asks && about->type != EXPR_BOOL) {
		node_error(p->e, err, about,
			"'%s' takes a question about each event, this is %s", n->text,
			type_name(about));
		return err_hint(err, "compare it with something: %s(… == …)", n->text);
	}
	if (about && !asks && n->aggregate != AGG_DISTINCT &&
		(about->type == EXPR_BOOL || about->type == EXPR_TEXT)) {
		node_error(p->e, err, about, "'%s' takes numbers or times, this is %s", n->text,
			type_name(about));
		return err_hint(err, "count(…) counts events, distinct(…) different texts");
	}
	if (n->aggregate == AGG_DISTINCT &&
		(about->type == EXPR_BOOL ||
			(about->kind == NODE_COLUMN &&
				column_specs[about->column].type == COLUMN_IS_SET) ||
			(about->type == EXPR_TEXT && about->kind != NODE_COLUMN)))
		return node_error(p->e, err, about,
			"'distinct' takes texts, numbers or times, this is %s",
			type_name(about));
	if (about && !about->is_row)
		return node_error(p->e, err, about, "this is the same for every event");
	if (where && (where->type != EXPR_BOOL || !where->is_row))
		return node_error(p->e, err, where,
			"'where' takes a question about each event, this is %s",
			type_name(where));
	return 0;
}

static void
aggregate_type(struct node *n)
{
	enum expr_type about = n->children[0] ? n->children[0]->type : EXPR_BOOL;

	switch (n->aggregate) {
	case AGG_COUNT:
	case AGG_DISTINCT:
		n->type = EXPR_NUMBER;
		return;
	case AGG_EXISTS:
	case AGG_ALL:
		n->type = EXPR_BOOL;
		return;
	case AGG_SHARE:
		n->type = EXPR_REAL;
		return;
	case AGG_AVG:
		n->type = about == EXPR_TIME ? EXPR_TIME : EXPR_REAL;
		return;
	case AGG_SUM:
	case AGG_MIN:
	case AGG_MAX:
	case AGG_PERCENTILE:
		n->type = about;
		return;
	}
}

/* Behind the opening bracket. */
static int
read_aggregate(struct parser *p, struct node **out, struct node *n, struct err *err)
{
	uint32_t part = p->e->n_parts++;

	n->children = arena_array(p->e->arena, 2, sizeof(struct node *));
	n->n_children = 2;
	if (!is_sign(p, ")") && !is_word(p, "where") && read_or(p, &n->children[0], err) < 0)
		return -1;
	if (is_word(p, "where") &&
		(advance(p, err) < 0 || read_or(p, &n->children[1], err) < 0))
		return -1;
	if (expect(p, ")", err) < 0)
		return -1;
	n->n = p->before.at + p->before.n - n->at;
	n->part = part;
	if (aggregate_types(p, n, err) < 0 || node_depth(p->e, n, err) < 0)
		return -1;
	aggregate_type(n);
	n->is_row = false;
	n->needs_life = false; /* what its own events are is its own matter */
	n->can_fail = true;
	n->cost = 0;
	*out = n;
	return 0;
}

static int
read_test(struct parser *p, struct node **out, const struct token *name, enum match_op op,
	struct err *err)
{
	struct node *column, *n;

	if (read_or(p, &column, err) < 0 || expect(p, ",", err) < 0)
		return -1;
	n = match_node(p, column, op, name);
	n->at = name->at;
	if (read_texts(p, n, true, err) < 0 || expect(p, ")", err) < 0)
		return -1;
	n->n = p->before.at + p->before.n - n->at;
	*out = n;
	return node_match(p->e, n, err);
}

/* p50, p99.9: between 0 and 100. */
static bool
is_percentile(const char *name, double *share)
{
	char *end;

	if (name[0] != 'p' || name[1] < '0' || name[1] > '9')
		return false;
	*share = strtod(name + 1, &end) / 100;
	return !*end && *share > 0 && *share <= 1;
}

static int
read_function(struct parser *p, struct node **out, const struct token *name, struct err *err)
{
	struct node *n;
	double share;

	if (advance(p, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		if (strcmp(tests[i].name, name->text) == 0)
			return read_test(p, out, name, tests[i].op, err);
	n = node_new(p->e, NODE_AGGREGATE, name->at, name->n);
	n->text = name->text;
	if (is_percentile(name->text, &share)) {
		n->aggregate = AGG_PERCENTILE;
		n->real = share;
		return read_aggregate(p, out, n, err);
	}
	for (size_t i = 0; i < ARRAY_LEN(aggregates); i++)
		if (strcmp(aggregates[i].name, name->text) == 0) {
			n->aggregate = aggregates[i].kind;
			return read_aggregate(p, out, n, err);
		}
	return unknown_name(p, name, err);
}

static int
read_name(struct parser *p, struct node **out, struct err *err)
{
	const struct token name = p->now;
	struct node *n;
	double share;

	if (advance(p, err) < 0)
		return -1;
	if (is_sign(p, "("))
		return read_function(p, out, &name, err);
	if (strcmp(name.text, "true") == 0 || strcmp(name.text, "false") == 0 ||
		strcmp(name.text, "null") == 0) {
		*out = n = node_new(p->e, NODE_LITERAL, name.at, name.n);
		n->is_null = name.text[0] == 'n';
		n->type = EXPR_BOOL;
		n->number = name.text[0] == 't';
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], name.text) == 0)
			return lexer_error(&p->e->lexer, err, name.at, name.n,
				"a value is wanted here, not '%s'", name.text);
	for (size_t i = 0; i < ARRAY_LEN(aggregates) + ARRAY_LEN(tests); i++)
		if (strcmp(next_name(N_COLUMNS + i), name.text) == 0 ||
			is_percentile(name.text, &share)) {
			lexer_error(&p->e->lexer, err, name.at, name.n, "'%s' is a function",
				name.text);
			return err_hint(err, "write %s(…)", name.text);
		}
	return column_node(p, out, &name, err);
}

static int
read_atom(struct parser *p, struct node **out, struct err *err)
{
	if (p->now.kind == TOKEN_NUMBER || p->now.kind == TOKEN_TEXT)
		return read_literal(p, out, err);
	if (p->now.kind == TOKEN_NAME)
		return read_name(p, out, err);
	if (!is_sign(p, "("))
		return error_here(p, err, "a value");
	if (advance(p, err) < 0 || read_or(p, out, err) < 0)
		return -1;
	return expect(p, ")", err);
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
	struct node *what;
	int rc;

	if (!is_sign(p, "-"))
		return read_atom(p, out, err);
	if (++p->depth > EXPR_DEPTH_MAX)
		return lexer_error(&p->e->lexer, err, sign.at, sign.n,
			"the expression is nested deeper than %d levels", EXPR_DEPTH_MAX);
	rc = advance(p, err) < 0 || read_sign(p, &what, err) < 0
		     ? -1
		     : negate(p, out, what, &sign, err);
	p->depth--;
	return rc;
}

static int
read_product(struct parser *p, struct node **out, struct err *err)
{
	if (read_sign(p, out, err) < 0)
		return -1;
	while (is_sign(p, "*") || is_sign(p, "/") || is_word(p, "mod")) {
		const struct token sign = p->now;
		struct node *right;
		enum node_kind kind = sign.text[0] == '*'   ? NODE_MULTIPLY
				      : sign.text[0] == '/' ? NODE_DIVIDE
							    : NODE_MOD;

		if (advance(p, err) < 0 || read_sign(p, &right, err) < 0 ||
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
	while (is_sign(p, "+") || is_sign(p, "-")) {
		const struct token sign = p->now;
		struct node *right;

		if (advance(p, err) < 0 || read_product(p, &right, err) < 0 ||
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
		if (is_sign(p, compare[i])) {
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
	struct node *right;

	if (read_sum(p, out, err) < 0)
		return -1;
	if (is_comparison(p, &op)) {
		const struct token at = p->now;

		if (advance(p, err) < 0 || read_sum(p, &right, err) < 0 ||
			node_compare(p->e, out, op, right, &at, err) < 0)
			return -1;
		return refuse_chain(p, err);
	}
	if (is_sign(p, "~") || is_sign(p, "!~") || is_sign(p, "=~")) {
		const struct token at = p->now;

		return advance(p, err) < 0 ? -1 : read_patterns(p, out, &at, err);
	}
	if (is_word(p, "in"))
		return advance(p, err) < 0 ? -1 : read_in(p, out, false, err);
	if (!is_word(p, "not"))
		return 0;
	if (advance(p, err) < 0)
		return -1;
	if (!is_word(p, "in"))
		return error_here(p, err, "'in'");
	return advance(p, err) < 0 ? -1 : read_in(p, out, true, err);
}

static int
read_not(struct parser *p, struct node **out, struct err *err)
{
	const struct token sign = p->now;
	struct node *what, *n;
	int rc = -1;

	if (!is_word(p, "not"))
		return read_compare(p, out, err);
	if (++p->depth > EXPR_DEPTH_MAX)
		return lexer_error(&p->e->lexer, err, sign.at, sign.n,
			"the expression is nested deeper than %d levels", EXPR_DEPTH_MAX);
	if (advance(p, err) == 0 && read_not(p, &what, err) == 0) {
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
		if (!is_word(p, word))
			break;
		sign = p->now;
		if (advance(p, err) < 0)
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

static int
read_or(struct parser *p, struct node **out, struct err *err)
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

	if (advance(&p, err) < 0)
		return -1;
	if (p.now.kind == TOKEN_END)
		return error_here(&p, err, "a question");
	if (read_or(&p, &root, err) < 0)
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
