/* SPDX-License-Identifier: MIT */
/*
 * json.h - JSON (RFC 8259), strict: a writer, a pull reader, and a small tree on top of it
 *
 * Strict: valid UTF-8 only, no NaN, no duplicate keys in a tree, numbers kept exactly or
 * refused. Writer and reader work in memory that does not grow with the document.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/*
 * The writer puts commas, colons and quotes. Strings must be UTF-8; what is not becomes U+FFFD.
 * indent 0: everything on one line; else so many blanks a level.
 */
struct json_writer {
	struct str *out; /* borrowed */
	unsigned indent;
	unsigned depth;
	uint64_t has_items; /* a bit a level */
	uint64_t is_inline; /* a bit a level: this one stays on its line */
	uint64_t is_object; /* a bit a level */
	bool after_key;
};

#define JSON_DEPTH 60       /* what the writer can nest */
#define JSON_DEPTH_READ 512 /* what the reader accepts */

void json_begin(struct json_writer *w, char bracket); /* '{' or '['; '(' is '[' on one line */
void json_end(struct json_writer *w, char bracket);
void json_key(struct json_writer *w, const char *key);
void json_text(struct json_writer *w, const char *text); /* NULL writes null */
void json_text_n(struct json_writer *w, const char *text, size_t n);
void json_int(struct json_writer *w, int64_t value);
void json_uint(struct json_writer *w, uint64_t value);
void json_double(struct json_writer *w, double value); /* shortest that reads back; finite */
void json_bool(struct json_writer *w, bool value);
void json_null(struct json_writer *w);

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_DOUBLE,
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT
};

/* JSON_INT holds what fits int64_t or uint64_t (is_unsigned: above INT64_MAX, the value is
 * (uint64_t)integer). number is set for both kinds of number. */
struct json {
	enum json_kind kind;
	const char *key; /* in an object; ends in NUL, may hold NULs */
	size_t n_key;
	struct json *next, *first; /* sibling; first child */
	size_t n;                  /* children, or bytes of text */
	const char *text;          /* ends in NUL; may hold NULs */
	int64_t integer;
	double number;
	bool truth, is_unsigned;
	size_t offset; /* of the value in the document */
};

/* Everything is borrowed from the arena. Errors name the byte offset. Refused beside what is
 * not JSON: a key twice in one object, an integer beyond 64 bits, a number
 * beyond double. */
MUST_CHECK int json_parse(
	struct json **out, struct arena *arena, const char *text, size_t n, struct err *err);
/* NULL: absent, or not an object. */
const struct json *json_get(const struct json *object, const char *key);

/*
 * The pull reader, for documents of any size: feed blocks, take tokens.
 */
enum json_token {
	JSON_MORE, /* feed it more, or say it is the end */
	JSON_BEGIN_OBJECT,
	JSON_END_OBJECT,
	JSON_BEGIN_ARRAY,
	JSON_END_ARRAY,
	JSON_KEY,
	JSON_STRING,
	JSON_NUMBER, /* text as written */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NIL,
	JSON_DONE,
	JSON_ERROR,
};

struct json_reader;
struct json_reader *json_reader_new(void);
void json_reader_free(struct json_reader *r);
AUTO_DEFINE(struct json_reader *, json_reader_free)
/* The block is copied; is_last says that no more follows. */
void json_reader_feed(struct json_reader *r, const char *block, size_t n, bool is_last);
/* text (unescaped) is borrowed until the next call; JSON_ERROR fills err with the offset. */
enum json_token json_reader_next(
	struct json_reader *r, const char **text, size_t *n, struct err *err);
/* Where the token last given began, in bytes from the start of the document. */
uint64_t json_reader_offset(const struct json_reader *r);

#endif
