/* SPDX-License-Identifier: MIT */
/* schema.c - the JSON Schema of renacer.toml, made from the tables that its reader goes by */

#include "gate/schema.h"

#include "base/json.h"
#include "gate/historic.h"
#include "gate/known.h"
#include "gate/budgets.h"
#include "gate/output_maps.h"
#include "gate/packs.h"
#include "gate/setting.h"
#include "gate/target.h"
#include "judge/output_map.h"
#include "judge/rule_text.h"

#include <string.h>

/* What rows cannot say; schema fragments of keys refer to these by name. */
static const struct {
	const char *name, *text;
} fragments[] = {
	{ "name", "{\"type\": \"string\", \"maxLength\": 100, \"pattern\": "
		  "\"^[A-Za-z0-9_][A-Za-z0-9._-]*$\"}" },
	{ "argv", "{\"type\": \"array\", \"minItems\": 1, \"items\": [" SCHEMA_PATTERN "], "
		  "\"additionalItems\": " SCHEMA_TEXT "}" },
	{ "shell", "{\"type\": \"string\", \"pattern\": \"[^ \\\\t\\\\n]\"}" },
	{ "variables", "{\"type\": \"object\", \"additionalProperties\": " SCHEMA_TEXT ", "
		       "\"propertyNames\": {\"pattern\": \"^[^=\\\\u0000]+$\"}}" },
	{ "duration", "{\"type\": \"string\", \"pattern\": "
		      "\"^0*[1-9][0-9]*(ns|us|ms|s|m|h)$\"}" },
	{ "size", "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, "
		  "{\"type\": \"string\", \"pattern\": "
		  "\"^[0-9]+(B|kB|MB|GB|KiB|MiB|GiB)?$\"}]}" },
	{ "difference", "{\"type\": \"string\", \"pattern\": \"\\\\[[0-9a-f]{16}\\\\]$\"}" },
	{ "redactions", "{\"type\": \"array\", \"items\": " SCHEMA_REF("redaction") "}" },
	{ "targets", "{\"type\": \"array\", \"items\": " SCHEMA_REF("target") "}" },
	{ "assertions", "{\"type\": \"array\", \"items\": " SCHEMA_REF("assertion") "}" },
	{ "includes", "{\"type\": \"array\", \"items\": {\"anyOf\": [" SCHEMA_PATTERN
		      ", " SCHEMA_REF("included") "]}}" },
	BUDGET_SCHEMAS,
	{ "knowns", "{\"type\": \"array\", \"items\": " SCHEMA_REF("known") "}" },
};

static void
put(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_text(w, text);
}

/* Fragments are kept as text and written in the form of the rest. */
static void
put_tree(struct json_writer *w, const struct json *j)
{
	switch (j->kind) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		json_begin(w, j->kind == JSON_OBJECT ? '{' : '[');
		for (const struct json *child = j->first; child; child = child->next) {
			if (j->kind == JSON_OBJECT)
				json_key(w, child->key);
			put_tree(w, child);
		}
		json_end(w, j->kind == JSON_OBJECT ? '}' : ']');
		break;
	case JSON_TEXT:
		json_text(w, j->text);
		break;
	case JSON_BOOL:
		json_bool(w, j->truth);
		break;
	case JSON_INT:
		json_int(w, j->integer);
		break;
	case JSON_DOUBLE:
		json_double(w, j->number);
		break;
	case JSON_NULL:
		json_null(w);
		break;
	}
}

static void
put_fragment(struct json_writer *w, const char *text)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct json *tree = NULL;
	struct err err = { 0 };
	int rc = json_parse(&tree, arena, text, strlen(text), &err);

	assert(rc == 0); /* it is ours */
	if (rc == 0)
		put_tree(w, tree);
}

static void
put_choices(struct json_writer *w, const char *const *choices)
{
	json_begin(w, '{');
	json_key(w, "enum");
	json_begin(w, '(');
	for (; *choices; choices++)
		json_text(w, *choices);
	json_end(w, ']');
	json_end(w, '}');
}

static void
put_range(struct json_writer *w, const struct key *key)
{
	json_begin(w, '{');
	put(w, "type", key->kind == KEY_FLOAT ? "number" : "integer");
	json_key(w, "minimum");
	json_int(w, key->min);
	json_key(w, "maximum");
	json_int(w, key->max);
	json_end(w, '}');
}

/* The value of one key. */
static void
put_value(struct json_writer *w, const struct key *key)
{
	static const char *const shapes[] = {
		[KEY_BOOL] = "{\"type\": \"boolean\"}",
		[KEY_TEXT] = SCHEMA_PATTERN,
		[KEY_DURATION] = SCHEMA_REF("duration"),
		[KEY_SIZE] = SCHEMA_REF("size"),
		[KEY_TEXTS] = SCHEMA_NAMES,
		[KEY_VARIABLES] = SCHEMA_REF("variables"),
		[KEY_LATER] = "false",
	};

	if (key->choices)
		put_choices(w, key->choices);
	else if (key->schema)
		put_fragment(w, key->schema);
	else if (key->kind == KEY_NUMBER || key->kind == KEY_FLOAT)
		put_range(w, key);
	else
		put_fragment(w, shapes[key->kind]);
}

static void
put_keys(struct json_writer *w, const struct key *keys)
{
	bool any = false;

	put(w, "type", "object");
	json_key(w, "additionalProperties");
	json_bool(w, false);
	json_key(w, "properties");
	json_begin(w, '{');
	for (const struct key *key = keys; key->name; key++) {
		json_key(w, key->name);
		put_value(w, key);
		any |= key->required;
	}
	json_end(w, '}');
	if (!any)
		return;
	json_key(w, "required");
	json_begin(w, '(');
	for (const struct key *key = keys; key->name; key++)
		if (key->required)
			json_text(w, key->name);
	json_end(w, ']');
}

static void
put_table(struct json_writer *w, const char *name, const struct key *keys)
{
	json_key(w, name);
	json_begin(w, '{');
	put_keys(w, keys);
	json_end(w, '}');
}

static void
put_required(struct json_writer *w, const char *a, const char *b)
{
	json_begin(w, '{');
	json_key(w, "required");
	json_begin(w, '(');
	json_text(w, a);
	if (b)
		json_text(w, b);
	json_end(w, ']');
	json_end(w, '}');
}

/* Something to run, and no two keys that exclude each other. */
static void
put_target(struct json_writer *w)
{
	json_key(w, "target");
	json_begin(w, '{');
	put_keys(w, target_keys);
	json_key(w, "anyOf");
	json_begin(w, '[');
	put_required(w, "command", NULL);
	put_required(w, "shell", NULL);
	json_end(w, ']');
	json_key(w, "allOf");
	json_begin(w, '[');
	for (const struct key_conflict *pair = target_conflicts; pair->a; pair++) {
		json_begin(w, '{');
		json_key(w, "not");
		put_required(w, pair->a, pair->b);
		json_end(w, '}');
	}
	json_end(w, ']');
	json_end(w, '}');
}

static void
put_reports(struct json_writer *w)
{
	json_key(w, "reports");
	json_begin(w, '{');
	put(w, "type", "object");
	json_key(w, "additionalProperties");
	json_bool(w, false);
	json_key(w, "properties");
	json_begin(w, '{');
	for (const char *const *format = setting_report_formats; *format; format++) {
		json_key(w, *format);
		put_fragment(w, SCHEMA_PATTERN);
	}
	json_end(w, '}');
	json_end(w, '}');
}

/* Names, except of the one that has a parameter. */
static void
put_output_maps(struct json_writer *w)
{
	json_key(w, "output_maps");
	json_begin(w, '{');
	put(w, "type", "array");
	json_key(w, "items");
	json_begin(w, '{');
	json_key(w, "anyOf");
	json_begin(w, '[');
	json_begin(w, '{');
	json_key(w, "enum");
	json_begin(w, '(');
	for (int i = 0; i < N_OUTPUT_MAPS; i++)
		if (i != MAP_FLOAT_TOLERANCE)
			json_text(w, output_map_names[i]);
	json_end(w, ']');
	json_end(w, '}');
	put_fragment(w,
		"{\"type\": \"object\", \"additionalProperties\": false, \"required\": "
		"[\"float_tolerance\"], \"properties\": {\"float_tolerance\": {\"anyOf\": "
		"[" SCHEMA_NUMBER ", " SCHEMA_REF("tolerance") "]}}}");
	json_end(w, ']');
	json_end(w, '}');
	json_end(w, '}');
}

static void
put_definitions(struct json_writer *w)
{
	const struct key *keys;
	const char *name;

	json_key(w, "definitions");
	json_begin(w, '{');
	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		json_key(w, fragments[i].name);
		put_fragment(w, fragments[i].text);
	}
	put_table(w, "gate", setting_keys);
	put_table(w, "environment", setting_environment_keys);
	put_table(w, "included", pack_wish_keys);
	put_reports(w);
	put_target(w);
	put_table(w, "budget", budget_keys);
	put_table(w, "redaction", target_redact_keys);
	put_output_maps(w);
	put_table(w, "tolerance", output_maps_tolerance_keys);
	put_table(w, "known", known_keys);
	for (size_t i = 0; (keys = historic_keys(i, &name)); i++)
		put_table(w, name, keys);
	json_key(w, "assertion");
	rules_schema(w);
	json_end(w, '}');
}

void
schema_write(struct str *out)
{
	struct json_writer w = { .out = out, .indent = 2 };

	json_begin(&w, '{');
	put(&w, "$schema", "http://json-schema.org/draft-07/schema#");
	put(&w, "title", "renacer.toml");
	put(&w, "description",
		"What renacer-gate runs, under which conditions, and what must hold.");
	put_keys(&w, config_keys);
	put_definitions(&w);
	json_end(&w, '}');
	str_add_char(out, '\n');
}
