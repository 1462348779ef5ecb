/* SPDX-License-Identifier: MIT */
/*
 * toml.h - TOML 1.0.0 with the place of every key and value
 *
 * toml++ parses (base/toml.cc, the only C++ here); what comes out is plain C in the caller's
 * arena. Keys keep the order of the file.
 */
#ifndef BASE_TOML_H
#define BASE_TOML_H

#include "base/err.h"
#include "base/mem.h"

enum toml_kind {
	TOML_TABLE,
	TOML_ARRAY,
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATETIME, /* offset date-time */
	TOML_DATETIME_LOCAL,
	TOML_DATE,
	TOML_TIME,
};

struct toml {
	enum toml_kind kind;
	struct pos at;   /* of the value; of a table its header, or the key that made it */
	const char *key; /* in a table: its key; else NULL. Ends in NUL, may hold NULs */
	size_t n_key;    /* bytes */
	struct pos key_at;
	struct toml *parent, *next; /* next sibling */
	struct toml *first;         /* table, array: children */
	size_t n;                   /* table, array: how many; string: bytes */
	const char *text; /* string (may hold NULs); dates and times as RFC 3339 text */
	int64_t integer;
	double number; /* float, and integer as float */
	bool truth;
};

/* text must be the whole document, n bytes; name is for messages. All is borrowed from the
 * arena. Nested deeper than 128, in values or in one dotted key, is an error. */
MUST_CHECK int toml_parse(struct toml **out, struct arena *arena, const char *name,
	const char *text, size_t n, struct err *err);
/* NULL: absent, or not a table. */
const struct toml *toml_get(const struct toml *table, const char *key);
const char *toml_kind_name(enum toml_kind kind); /* "string", "array", … */

#endif
