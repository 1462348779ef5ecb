/* SPDX-License-Identifier: MIT */
/*
 * err.h - failures: what, where, and what to do now
 *
 * A function that can fail returns -1 and fills a struct err that its caller owns
 * (`struct err err = { 0 };`, err_done() frees). Callers add what they know with err_wrap().
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/base.h"

#include <stdio.h>

/* What kind of failure; `cli` has the one table from these to the exit status. */
enum err_kind {
	ERR_TOOL,    /* we could not do our work: 3 */
	ERR_USAGE,   /* the command line or the configuration is wrong: 2 */
	ERR_MISSING, /* a golden is not there: 5 */
	ERR_UNSURE,  /* what was seen is not enough to judge: 4 */
};

/* A place in a text the user wrote. Strings are borrowed from whoever read the text. */
struct pos {
	const char *file;
	uint32_t row, column; /* from 1; column counts code points; row 0: the whole file */
	uint32_t width;       /* of the token, in code points; 0 counts as 1 */
	const char *line;     /* the line without its newline; NULL: not known */
};

struct err {
	enum err_kind kind;
	int sys;     /* errno of the cause, 0 when none */
	char *text;  /* owned; NULL: no error was set */
	char *hint;  /* owned */
	char *place; /* owned: file:row:column, the line and the caret, ready to print */
};

/* All return -1, so that a caller can `return err_set(…)`. Setting an err that is already set
 * replaces it. The kind of err_set and err_sys is ERR_TOOL, of err_at ERR_USAGE; err_as changes
 * the kind of an err just set. */
int err_set(struct err *err, const char *fmt, ...) PRINTF(2, 3);
int err_sys(struct err *err, const char *fmt, ...) PRINTF(2, 3); /* adds ": " strerror(errno) */
int err_at(struct err *err, struct pos at, const char *fmt, ...) PRINTF(3, 4);
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3); /* "outer: inner" */
int err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);
int err_as(struct err *err, enum err_kind kind);
static inline bool
err_is_set(const struct err *err)
{
	return err->text != NULL;
}
/* Forgets an error on purpose; say why in a comment beside the call. */
void err_drop(struct err *err);
void err_done(struct err *err);
/* "program: text", the place with its caret, "hint: …"; nothing when no error is set. */
void err_print(const struct err *err, const char *program, FILE *out);

#endif
