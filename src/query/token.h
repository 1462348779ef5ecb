/* SPDX-License-Identifier: MIT */
/*
 * token.h - the words of an expression
 */
#ifndef QUERY_TOKEN_H
#define QUERY_TOKEN_H

#include "base/mem.h"
#include "query/expr.h"

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	size_t at, n; /* where it stands in the text, in bytes */
	/* Of names, texts (unescaped) and signs ("==", "("): in the arena. */
	const char *text;
	enum expr_type type; /* of numbers: EXPR_NUMBER, EXPR_TIME or EXPR_REAL */
	int64_t number;
	double real;
};

struct lexer {
	struct arena *arena;
	const char *text;
	size_t at;
	struct pos base; /* where the text begins */
};

/* An error at bytes [at, at + n) of the text; returns -1. */
int lexer_error(const struct lexer *l, struct err *err, size_t at, size_t n, const char *fmt,
	...) PRINTF(5, 6);
MUST_CHECK int lexer_next(struct lexer *l, struct token *out, struct err *err);

#endif
