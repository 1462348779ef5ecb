/* SPDX-License-Identifier: MIT */
/*
 * rule_schema.c - what the table of rule types says, for editors: the JSON Schema of one
 * [[assertion]]
 *
 * Each type is one alternative, told by its `type`, so that an editor offers the keys of that
 * type and no others.
 */

#include "judge/rule_text.h"

#include "judge/rule.h"

#include <string.h>

/* The rows of this file that are the same for every key of a kind. */
static const struct {
	const char *type;
	const char *format; /* NULL: none */
} shapes[N_RULE_KEY_KINDS] = {
	[RULE_KEY_TEXT] = { "string", NULL },
	[RULE_KEY_BOOL] = { "boolean", NULL },
	[RULE_KEY_UINT] = { "integer", NULL },
	[RULE_KEY_SHARE] = { "number", NULL },
	[RULE_KEY_MS] = { "number", NULL },
	[RULE_KEY_REGEX] = { "string", "regex" },
	[RULE_KEY_CALL_REGEX] = { "string", "regex" },
	[RULE_KEY_CHOICE] = { "string", NULL },
	[RULE_KEY_GLOBS] = { "array", NULL },
	[RULE_KEY_SELECTOR] = { "string", NULL },
	[RULE_KEY_TRUTH] = { "string", NULL },
};

static void
put_text(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_text(w, text);
}

static void
put_number(struct json_writer *w, const char *key, double number)
{
	json_key(w, key);
	json_double(w, number);
}

static void
put_range(struct json_writer *w, const struct rule_key *key)
{
	if (key->kind == RULE_KEY_UINT) {
		json_key(w, "minimum");
		json_int(w, key->low);
		json_key(w, "maximum");
		json_int(w, key->high);
	} else if (key->kind == RULE_KEY_SHARE) {
		put_number(w, key->low ? "exclusiveMinimum" : "minimum", 0);
		put_number(w, key->high ? "exclusiveMaximum" : "maximum", 1);
	} else if (key->kind == RULE_KEY_MS) {
		put_number(w, "exclusiveMinimum", 0);
	}
}

static void
put_items(struct json_writer *w, const struct rule_key *key)
{
	if (key->kind == RULE_KEY_GLOBS) {
		json_key(w, "minItems");
		json_int(w, 1);
		json_key(w, "items");
		json_begin(w, '{');
		put_text(w, "type", "string");
		json_key(w, "minLength");
		json_int(w, 1);
		json_end(w, '}');
	} else if (key->kind == RULE_KEY_CHOICE) {
		json_key(w, "enum");
		json_begin(w, '(');
		for (size_t i = 0; key->choices[i]; i++)
			json_text(w, key->choices[i]);
		json_end(w, ']');
	} else if (strcmp(shapes[key->kind].type, "string") == 0) {
		json_key(w, "minLength");
		json_int(w, 1);
	}
}

static void
put_key(struct json_writer *w, const struct rule_key *key, enum rule_kind kind)
{
	json_key(w, key->name);
	json_begin(w, '{');
	if (strcmp(key->name, "type") == 0) {
		put_text(w, "const", rule_types[kind].name);
	} else {
		put_text(w, "type", shapes[key->kind].type);
		if (shapes[key->kind].format)
			put_text(w, "format", shapes[key->kind].format);
		put_range(w, key);
		put_items(w, key);
	}
	put_text(w, "description", key->meaning);
	json_end(w, '}');
}

static void
put_required(struct json_writer *w, enum rule_kind kind)
{
	json_key(w, "required");
	json_begin(w, '(');
	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_keys[i].is_required && rule_key_is_of(&rule_keys[i], kind))
			json_text(w, rule_keys[i].name);
	json_end(w, ']');
}

/* At least one of some keys. */
static void
put_one_of(struct json_writer *w, const struct rule_one_of *one)
{
	json_key(w, "anyOf");
	json_begin(w, '[');
	for (size_t i = 0; one->keys[i]; i++) {
		json_begin(w, '{');
		json_key(w, "required");
		json_begin(w, '(');
		json_text(w, one->keys[i]);
		json_end(w, ']');
		json_end(w, '}');
	}
	json_end(w, ']');
}

/* A type that is not judged yet may stand there disabled. */
static void
put_disabled(struct json_writer *w)
{
	json_begin(w, '{');
	json_key(w, "properties");
	json_begin(w, '{');
	json_key(w, "enabled");
	json_begin(w, '{');
	json_key(w, "const");
	json_bool(w, false);
	json_end(w, '}');
	json_end(w, '}');
	json_key(w, "required");
	json_begin(w, '(');
	json_text(w, "enabled");
	json_end(w, ']');
	json_end(w, '}');
}

static void
put_type(struct json_writer *w, enum rule_kind kind)
{
	json_begin(w, '{');
	put_text(w, "title", rule_types[kind].name);
	put_text(w, "description", rule_types[kind].meaning);
	put_text(w, "type", "object");
	json_key(w, "additionalProperties");
	json_bool(w, false);
	put_required(w, kind);
	json_key(w, "properties");
	json_begin(w, '{');
	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_key_is_of(&rule_keys[i], kind))
			put_key(w, &rule_keys[i], kind);
	json_end(w, '}');
	for (size_t i = 0; i < n_rule_one_ofs; i++)
		if (rule_one_ofs[i].kind == kind)
			put_one_of(w, &rule_one_ofs[i]);
	if (!rule_kind_is_judged(kind)) {
		json_key(w, "allOf");
		json_begin(w, '[');
		put_disabled(w);
		json_end(w, ']');
	}
	json_end(w, '}');
}

void
rules_schema(struct json_writer *w)
{
	json_begin(w, '{');
	json_key(w, "oneOf");
	json_begin(w, '[');
	for (size_t i = 0; i < N_RULE_KINDS; i++)
		put_type(w, (enum rule_kind)i);
	json_end(w, ']');
	json_end(w, '}');
}
