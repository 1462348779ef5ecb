/* SPDX-License-Identifier: MIT */
/*
 * key.h - a TOML table read strictly by a table of keys
 *
 * One reader does kinds, ranges, choices, missing and unknown keys, and keys that exclude each
 * other; what a row cannot say, the row's function does.
 */
#ifndef GATE_KEY_H
#define GATE_KEY_H

#include "base/err.h"
#include "base/mem.h"
#include "base/toml.h"

enum key_kind {
	KEY_BOOL,     /* bool */
	KEY_TEXT,     /* const char *, no NUL inside, not empty */
	KEY_NUMBER,   /* uint32_t, min to max */
	KEY_FLOAT,    /* double; a whole number is one, too */
	KEY_DURATION, /* uint64_t nanoseconds, more than none */
	KEY_SIZE,     /* size_t bytes; a number or a text with a unit */
	KEY_CHOICE,   /* int: index into choices */
	KEY_TEXTS,    /* const char *const *, and size_t at n_offset; not empty; ends in NULL */
	KEY_VARIABLES, /* a table of texts, as "NAME=value"; stored like KEY_TEXTS */
	KEY_OWN,       /* read() does it; kind of value checked there */
	KEY_CHECKED,   /* read by somebody else: known, and nothing more */
	KEY_LATER,     /* known and not supported yet: an error */
};

struct key_context {
	struct arena *arena;
	const char *where; /* "[[target]] 'greet'": for messages */
	void *arg;         /* for read() */
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t offset, n_offset;
	bool required;
	int64_t min, max;           /* KEY_NUMBER, KEY_FLOAT */
	const char *const *choices; /* KEY_CHOICE; ends in NULL. Of KEY_OWN: for the schema */
	int (*read)(
		struct key_context *k, const struct toml *value, void *field, struct err *err);
	/* What read() takes, as JSON Schema, for editors; NULL where kind or choices say it.
	 * May refer to gate/schema.c's definitions. */
	const char *schema;
};

/* Shapes of values, for struct key.schema. */
#define SCHEMA_REF(name) "{\"$ref\": \"#/definitions/" name "\"}"
#define SCHEMA_TEXT "{\"type\": \"string\"}"
#define SCHEMA_NUMBER "{\"type\": \"number\"}"
#define SCHEMA_PATTERN "{\"type\": \"string\", \"minLength\": 1}"
#define SCHEMA_DATE "{\"type\": \"string\", \"format\": \"date\"}"
#define SCHEMA_NAMES "{\"type\": \"array\", \"items\": " SCHEMA_TEXT "}"
#define SCHEMA_PATTERNS "{\"type\": \"array\", \"items\": " SCHEMA_PATTERN "}"

/* Of the whole file; here because config.h is for those who read no TOML. In config.c. */
extern const struct key config_keys[];

struct key_conflict {
	const char *a, *b;
};

/* Fills the fields of *out that the table names and leaves the others. keys end with name NULL.
 */
MUST_CHECK int keys_read(struct key_context *k, const struct key *keys,
	const struct toml *table, void *out, struct err *err);
/* The first pair of which both are there is an error at the second; pairs end with a NULL. */
MUST_CHECK int keys_conflict(const struct key_context *k, const struct key_conflict *pairs,
	const struct toml *table, struct err *err);

/* The pieces, for read() functions. key_wrong_kind() always returns -1. */
int key_wrong_kind(const struct key_context *k, const struct toml *value, const char *wanted,
	struct err *err);
MUST_CHECK int key_text(const struct key_context *k, const char **out, const struct toml *value,
	struct err *err);
/* *out is the index of the value's text among the choices, which end in NULL. */
MUST_CHECK int key_choice(struct key_context *k, int *out, const struct toml *value,
	const char *const *choices, struct err *err);
/* A table of texts as "NAME=value", ending in NULL. */
MUST_CHECK int key_variables(struct key_context *k, const char *const **out, size_t *n,
	const struct toml *value, struct err *err);
/* Turns the text of an err without a place into one at the value; the hint stays. */
int key_place(struct err *err, struct pos at);
/* The nearest of the names for "did you mean"; NULL when none is near. */
const char *key_nearest(const char *const *names, const char *text);

#endif
