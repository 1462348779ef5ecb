/* SPDX-License-Identifier: MIT */
/*
 * node.h - an expression once it is read and its types are known; for the files of this room
 * only
 */
#ifndef QUERY_NODE_H
#define QUERY_NODE_H

#include "base/regex.h"
#include "query/token.h"

enum node_kind {
	NODE_LITERAL, /* number, time, real, bool, or null; of texts while it is being read */
	NODE_COLUMN,
	NODE_NOT,
	NODE_AND, /* n children */
	NODE_OR,
	NODE_NEGATE,
	NODE_ADD,
	NODE_SUBTRACT,
	NODE_MULTIPLY,
	NODE_DIVIDE,
	NODE_MOD,
	NODE_COMPARE, /* two numbers, times, reals; or two bools, for equality */
	NODE_AMONG,   /* a number among ranges */
	NODE_IS_NULL,
	NODE_MATCH, /* a column of texts against literals */
	NODE_SAME,  /* two columns of texts */
	NODE_AGGREGATE,
};

enum compare_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE };

enum match_op { MATCH_EQUAL, MATCH_GLOB, MATCH_REGEX, MATCH_PREFIX, MATCH_SUFFIX, MATCH_PART };

enum aggregate_kind {
	AGG_COUNT,
	AGG_EXISTS,
	AGG_ALL,
	AGG_SHARE,
	AGG_SUM,
	AGG_MIN,
	AGG_MAX,
	AGG_AVG,
	AGG_DISTINCT,
	AGG_PERCENTILE,
};

/* One member of a set: a range of numbers, or a text or pattern. */
struct item {
	int64_t low, high;
	const char *text;
	struct regex *regex;
};

enum {
	ALSO_LIFE = 1,   /* a column that only other events than calls have */
	ALSO_PIECES = 2, /* pieces of calls that are whole in another row */
};

struct node {
	enum node_kind kind;
	uint8_t op;          /* enum compare_op or match_op */
	enum expr_type type; /* of its value */
	bool is_row;         /* there is one value for each row; else one for all */
	bool is_null;        /* the literal null */
	bool is_negated;     /* != of texts, != null */
	bool can_fail;       /* overflow, division by zero, a pattern that gives up */
	uint8_t also;        /* rows beside calls, as the columns named say: ALSO_* */
	uint8_t depth;
	uint32_t id;            /* counted from 0 */
	size_t at, n;           /* its place in the text */
	size_t sign_at, n_sign; /* of an operator: its own */
	uint64_t columns;
	unsigned cost;
	enum column column;
	int64_t number; /* of literals: number, time, truth */
	double real;    /* of literals; of a percentile its share, 0 to 1 */
	const char *text;
	struct item *items;
	size_t n_items;
	struct node **children; /* of an aggregate: what it is about or NULL, where or NULL */
	size_t n_children;
	enum aggregate_kind aggregate;
	uint32_t part; /* of aggregates: from 0, in the order of the text */
};

struct expr {
	struct arena *arena;
	struct lexer lexer; /* for the places of errors */
	struct node *root;
	uint32_t n_nodes, n_parts;
	struct regex **regexes; /* owned */
	size_t n_regexes, regexes_capacity;
};

/* parse.c; the root is set on success. */
MUST_CHECK int parse(struct expr *e, struct err *err);

/* types.c: nodes made of others, when their types allow that. */
struct node *node_new(struct expr *e, enum node_kind kind, size_t at, size_t n);
MUST_CHECK int node_arithmetic(struct expr *e, struct node **left, enum node_kind kind,
	struct node *right, const struct token *sign, struct err *err);
MUST_CHECK int node_compare(struct expr *e, struct node **left, enum compare_op op,
	struct node *right, const struct token *sign, struct err *err);
MUST_CHECK int node_logic(
	struct expr *e, struct node *n, const struct token *sign, struct err *err);
/* texts: `n->items` against the column that `n->children[0]` is. */
MUST_CHECK int node_match(struct expr *e, struct node *n, struct err *err);
MUST_CHECK int node_depth(struct expr *e, struct node *n, struct err *err);
int node_error(const struct expr *e, struct err *err, const struct node *n, const char *fmt,
	...) PRINTF(4, 5);
const char *type_name(const struct node *n); /* "a time", "a text" */

/* words.c: closed sets of texts. True when a column has one and the text is not in it; *near is
 * then the nearest word, or NULL. */
bool word_is_wrong(enum column column, const char *text, const char **near);
/* Does the text fit? gave_up (may be NULL): set when a regular expression took too long. */
bool item_fits(enum match_op op, const struct item *item, const char *text, bool *gave_up);
/* Does the pattern fit none of the words that the column can have? */
bool pattern_is_vain(enum column column, enum match_op op, const struct item *item);
/* The nearest of the words that `next` gives until NULL; NULL: none is near. */
const char *word_near(const char *wrong, const char *(*next)(size_t i));

#endif
