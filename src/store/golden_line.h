/* SPDX-License-Identifier: MIT */
/*
 * golden_line.h - one line of a golden's text: its fields, strictly, and its places for
 * messages
 *
 * For golden_parse.c and golden_number.c only. Everything here that fails fills parser.err with
 * the line and a caret.
 */
#ifndef STORE_GOLDEN_LINE_H
#define STORE_GOLDEN_LINE_H

#include "base/err.h"
#include "base/json.h"
#include "model/golden.h"

/* What is known between the lines, and the line in work. */
struct parser {
	struct golden *golden;
	struct arena *arena; /* of this line */
	const char *name;
	uint32_t row;
	const char *line; /* n bytes, no newline, ends in NUL */
	size_t n;
	struct value *open; /* a text whose lines are coming; NULL: none */
	struct str text;    /* of them */
	size_t n_lines;
	bool has_header, has_end;
	struct err *err;
};

/* The place of byte `offset` of the line; of the key of a value in it. */
struct pos line_place(struct parser *p, size_t offset, size_t width);
struct pos line_place_of(struct parser *p, const struct json *value);
/* The line as an object with one field at least; borrowed from parser.arena. */
MUST_CHECK int line_parse(struct parser *p, struct json **out);

/* Texts and lists are copied into the golden. */
MUST_CHECK int line_text(struct parser *p, const struct json *j, const char **out);
MUST_CHECK int line_list(struct parser *p, const struct json *j, const char ***out);
MUST_CHECK int line_u32(struct parser *p, const struct json *j, uint32_t max, uint32_t *out);
int line_wrong_kind(struct parser *p, const struct json *j, const char *wanted); /* -1 */
const char *line_kind_name(const struct json *j);                                /* "a list" */

/* The next field, *at, must have this name; *at moves on. */
MUST_CHECK int line_expect(
	struct parser *p, const struct json **at, const char *name, const struct json **out);
MUST_CHECK int line_expect_text(
	struct parser *p, const struct json **at, const char *name, const char **out);
/* A number of the run; they stand behind all effects, sorted by name. golden_number.c */
MUST_CHECK int number_parse(struct parser *p, const struct json *at);
MUST_CHECK int line_expect_end(struct parser *p, const struct json *at);

#endif
