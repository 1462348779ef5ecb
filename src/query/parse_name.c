/* SPDX-License-Identifier: MIT */
/* parse_name.c - what a name stands for: a column, a function, an aggregate and its type */
#include "query/parse.h"

#include <stdlib.h>
#include <string.h>

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

static uint8_t
also_of(enum column column)
{
	if (column == COLUMN_STATE)
		return ALSO_PIECES;
	return column_specs[column].rows == COLUMN_OF_LIFE ? ALSO_LIFE : 0;
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
		n->also = also_of((enum column)i);
		n->columns = COLUMN_BIT(i);
		n->cost = 1;
		*out = n;
		return 0;
	}
	return unknown_name(p, name, err);
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
	if (!parse_is_sign(p, ")") && !parse_is_word(p, "where") &&
		parse_or(p, &n->children[0], err) < 0)
		return -1;
	if (parse_is_word(p, "where") &&
		(parse_advance(p, err) < 0 || parse_or(p, &n->children[1], err) < 0))
		return -1;
	if (parse_expect(p, ")", err) < 0)
		return -1;
	n->n = p->before.at + p->before.n - n->at;
	n->part = part;
	if (aggregate_types(p, n, err) < 0 || node_depth(p->e, n, err) < 0)
		return -1;
	aggregate_type(n);
	n->is_row = false;
	n->also = 0; /* what its own events are is its own matter */
	n->can_fail = true;
	n->cost = 0;
	*out = n;
	return 0;
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

	if (parse_advance(p, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		if (strcmp(tests[i].name, name->text) == 0)
			return parse_test(p, out, name, tests[i].op, err);
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

int
parse_name(struct parser *p, struct node **out, struct err *err)
{
	const struct token name = p->now;
	struct node *n;
	double share;

	if (parse_advance(p, err) < 0)
		return -1;
	if (parse_is_sign(p, "("))
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
