/* SPDX-License-Identifier: MIT */
/*
 * parse.h - what the files share that read expressions; for the files of this room only
 */
#ifndef QUERY_PARSE_H
#define QUERY_PARSE_H

#include "query/node.h"

struct parser {
	struct expr *e;
	struct token now, before; /* before: the one that was taken last */
	unsigned depth;
};

MUST_CHECK int parse_advance(struct parser *p, struct err *err);
bool parse_is_sign(const struct parser *p, const char *sign);
bool parse_is_word(const struct parser *p, const char *word);
/* "… is wanted here", or "the expression ends here"; returns -1. */
int parse_error(struct parser *p, struct err *err, const char *wanted);
/* Takes this sign, and no other. */
MUST_CHECK int parse_expect(struct parser *p, const char *sign, struct err *err);
/* A whole expression, nested in another. */
MUST_CHECK int parse_or(struct parser *p, struct node **out, struct err *err);

/* At a name: a column, a function with what is in its brackets, true, false, null. */
MUST_CHECK int parse_name(struct parser *p, struct node **out, struct err *err);

/* Behind "in", "~" and its kin (sign); *left is what they ask about, then the whole question.
 */
MUST_CHECK int parse_in(struct parser *p, struct node **left, bool is_negated, struct err *err);
MUST_CHECK int parse_patterns(
	struct parser *p, struct node **left, const struct token *sign, struct err *err);
/* In the brackets of a question that has a name: "starts_with(column, patterns)". */
MUST_CHECK int parse_test(struct parser *p, struct node **out, const struct token *name,
	enum match_op op, struct err *err);

#endif
