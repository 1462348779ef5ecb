/* SPDX-License-Identifier: MIT */
/*
 * rule.c - [[assertion]] tables, read by tables: the keys of each type are rows
 *
 * Types that cannot be judged yet are known by name, so that a file that holds one disabled
 * still loads; enabled they are an error, never a rule that passes.
 */

#include "judge/rule.h"

#include "base/str.h"

#include <inttypes.h>
#include <string.h>

#define YEAR_MS 31536000000

enum key_kind {
	KEY_TEXT,
	KEY_BOOL,
	KEY_UINT,
	KEY_SHARE,
	KEY_REGEX,
	KEY_CALL_REGEX,
	KEY_CHOICE
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t offset;
	bool is_required;
	int64_t low, high;          /* KEY_UINT */
	const char *const *choices; /* KEY_CHOICE: ends in NULL; its index is stored */
};

#define AT(field) offsetof(struct rule, field)

static const char *const tracking_modes[] = { "allocations", "rss", NULL };
static const char *const anti_patterns[] = { "GodProcess", "TightLoop", "PcieBottleneck",
	NULL };

/* clang-format off */
static const struct key common_keys[] = {
	{ "name", KEY_TEXT, AT(name), true, 0, 0, NULL },
	{ "type", KEY_TEXT, AT(type), true, 0, 0, NULL },
	{ "fail_on_violation", KEY_BOOL, AT(fails), false, 0, 0, NULL },
	{ "enabled", KEY_BOOL, AT(is_enabled), false, 0, 0, NULL },
	{ "target", KEY_TEXT, AT(target), false, 0, 0, NULL },
	{ 0 },
};

static const struct key critical_path_keys[] = {
	{ "max_duration_ms", KEY_UINT, AT(max), true, 1, YEAR_MS, NULL },
	{ "trace_name_pattern", KEY_REGEX, AT(pattern), false, 0, 0, NULL },
	{ 0 },
};

static const struct key span_count_keys[] = {
	{ "max_spans", KEY_UINT, AT(max), true, 0, INT64_MAX, NULL },
	{ "span_name_pattern", KEY_CALL_REGEX, AT(pattern), false, 0, 0, NULL },
	{ 0 },
};

static const struct key memory_usage_keys[] = {
	{ "max_bytes", KEY_UINT, AT(max), true, 1, INT64_MAX, NULL },
	{ "tracking_mode", KEY_CHOICE, AT(tracking), false, 0, 0, tracking_modes },
	{ 0 },
};

static const struct key anti_pattern_keys[] = {
	{ "pattern", KEY_CHOICE, AT(anti_pattern), true, 0, 0, anti_patterns },
	{ "threshold", KEY_SHARE, AT(threshold), true, 0, 0, NULL },
	{ "process_name_pattern", KEY_REGEX, AT(pattern), false, 0, 0, NULL },
	{ 0 },
};

static const struct key custom_keys[] = {
	{ "expression", KEY_TEXT, AT(expression), true, 0, 0, NULL },
	{ 0 },
};

static const struct type_row {
	const char *name;
	enum rule_kind kind;
	const struct key *keys; /* NULL: not defined yet */
	bool is_supported;
} types[] = {
	{ "critical_path", RULE_CRITICAL_PATH, critical_path_keys, true },
	{ "span_count", RULE_SPAN_COUNT, span_count_keys, true },
	{ "memory_usage", RULE_MEMORY_USAGE, memory_usage_keys, true },
	{ "anti_pattern", RULE_ANTI_PATTERN, anti_pattern_keys, false },
	{ "custom", RULE_CUSTOM, custom_keys, false },
	{ "count", RULE_LATER, NULL, false },
	{ "never", RULE_LATER, NULL, false },
	{ "exists", RULE_LATER, NULL, false },
	{ "before", RULE_LATER, NULL, false },
	{ "latency", RULE_LATER, NULL, false },
	{ "coverage", RULE_LATER, NULL, false },
};
/* clang-format on */

/* What one reading carries. */
struct reading {
	struct rule *rule;
	struct arena *arena;
	const struct toml *table;
	rule_names_fn names;
	struct err *err;
};

static const char *
shown_name(const struct reading *r)
{
	const struct toml *name = toml_get(r->table, "name");

	return name && name->kind == TOML_STRING ? name->text : "(without a name)";
}

/* The nearest of some names, NULL when none is near. */
struct nearest {
	const char *wanted, *name;
	size_t distance;
};

static void
consider(struct nearest *n, const char *name)
{
	size_t distance = str_distance(n->wanted, name);

	if (distance <= MAX(strlen(n->wanted) / 3, (size_t)1) && distance < n->distance) {
		n->name = name;
		n->distance = distance;
	}
}

static int
hint_nearest(struct err *err, const struct nearest *n)
{
	return n->name ? err_hint(err, "did you mean '%s'?", n->name) : -1;
}

/*
 * One value.
 */
static int
wrong_kind(const struct reading *r, const struct toml *v, const char *wanted)
{
	return err_at(r->err, v->at, "'%s' in [[assertion]] '%s' must be %s, not %s", v->key,
		shown_name(r), wanted, toml_kind_name(v->kind));
}

static int
read_text(const struct reading *r, const struct key *key, const struct toml *v)
{
	const char **place = (const char **)((char *)r->rule + key->offset);

	if (v->kind != TOML_STRING)
		return wrong_kind(r, v, "a string");
	if (!v->n)
		return err_at(r->err, v->at, "'%s' in [[assertion]] '%s' is empty", v->key,
			shown_name(r));
	if (strlen(v->text) != v->n)
		return err_at(r->err, v->at, "'%s' in [[assertion]] '%s' holds a NUL", v->key,
			shown_name(r));
	*place = arena_strdup(r->arena, v->text);
	return 0;
}

static int
read_bool(const struct reading *r, const struct key *key, const struct toml *v)
{
	if (v->kind != TOML_BOOL)
		return wrong_kind(r, v, "true or false");
	*(bool *)((char *)r->rule + key->offset) = v->truth;
	return 0;
}

static int
read_uint(const struct reading *r, const struct key *key, const struct toml *v)
{
	if (v->kind != TOML_INTEGER)
		return wrong_kind(r, v, "a whole number");
	if (v->integer < key->low || v->integer > key->high)
		return err_at(r->err, v->at,
			"'%s' in [[assertion]] '%s' must be %" PRId64 " to %" PRId64
			", not %" PRId64,
			v->key, shown_name(r), key->low, key->high, v->integer);
	*(uint64_t *)((char *)r->rule + key->offset) = (uint64_t)v->integer;
	return 0;
}

static int
read_share(const struct reading *r, const struct key *key, const struct toml *v)
{
	if (v->kind != TOML_FLOAT && v->kind != TOML_INTEGER)
		return wrong_kind(r, v, "a number");
	if (!(v->number >= 0 && v->number <= 1)) /* not a number included */
		return err_at(r->err, v->at,
			"'%s' in [[assertion]] '%s' must be 0.0 to 1.0, not %g", v->key,
			shown_name(r), v->number);
	*(double *)((char *)r->rule + key->offset) = v->number;
	return 0;
}

static int
read_choice(const struct reading *r, const struct key *key, const struct toml *v)
{
	struct nearest near = { v->text, NULL, SIZE_MAX };
	AUTO(str_done) struct str all = { 0 };

	if (v->kind != TOML_STRING)
		return wrong_kind(r, v, "a string");
	for (uint32_t i = 0; key->choices[i]; i++) {
		if (strcmp(v->text, key->choices[i]) == 0) {
			*(uint32_t *)((char *)r->rule + key->offset) = i;
			return 0;
		}
		consider(&near, key->choices[i]);
		str_addf(&all, "%s'%s'", i ? ", " : "", key->choices[i]);
	}
	err_at(r->err, v->at, "'%s' in [[assertion]] '%s' must be one of %s, not '%s'", v->key,
		shown_name(r), str_text(&all), v->text);
	return hint_nearest(r->err, &near);
}

static int
read_regex(const struct reading *r, const struct key *key, const struct toml *v)
{
	struct err inner = { 0 };

	if (read_text(r, key, v) < 0)
		return -1;
	if (regex_new(&r->rule->compiled, v->text, &inner) == 0)
		return 0;
	err_at(r->err, v->at, "'%s' in [[assertion]] '%s': %s", v->key, shown_name(r),
		inner.text);
	if (inner.hint)
		err_hint(r->err, "%s", inner.hint);
	err_done(&inner);
	return -1;
}

bool
rule_matches_call(const struct rule *rule, const char *name, bool *gave_up)
{
	static const char prefix[] = "syscall:";
	AUTO(str_done) struct str span = { 0 };

	*gave_up = false;
	if (!rule->compiled)
		return true;
	str_add(&span, prefix);
	str_add(&span, name);
	return regex_find(rule->compiled, name, strlen(name), 0, NULL, NULL, gave_up) ||
	       (!*gave_up &&
		       regex_find(rule->compiled, span.data, span.n, 0, NULL, NULL, gave_up));
}

/* A pattern that no syscall can ever match would make a budget that nothing can exceed. */
static int
read_call_regex(const struct reading *r, const struct key *key, const struct toml *v)
{
	struct nearest near = { v->text, NULL, SIZE_MAX };
	bool gave_up;

	if (read_regex(r, key, v) < 0)
		return -1;
	if (str_has_prefix(near.wanted, "syscall:"))
		near.wanted += strlen("syscall:");
	for (size_t i = 0; r->names && r->names(i); i++) {
		if (rule_matches_call(r->rule, r->names(i), &gave_up))
			return 0;
		consider(&near, r->names(i));
	}
	if (!r->names)
		return 0;
	err_at(r->err, v->at,
		"'%s' in [[assertion]] '%s' matches no system call there is: '%s'", v->key,
		shown_name(r), v->text);
	if (near.name)
		return hint_nearest(r->err, &near);
	return err_hint(r->err, "it is searched in 'syscall:NAME' and in 'NAME', such as "
				"'syscall:openat' and 'openat'");
}

static int (*const readers[])(
	const struct reading *r, const struct key *key, const struct toml *v) = {
	[KEY_TEXT] = read_text,
	[KEY_BOOL] = read_bool,
	[KEY_UINT] = read_uint,
	[KEY_SHARE] = read_share,
	[KEY_REGEX] = read_regex,
	[KEY_CALL_REGEX] = read_call_regex,
	[KEY_CHOICE] = read_choice,
};

/*
 * The whole table.
 */
static const struct key *
find_key(const struct key *keys, const char *name)
{
	for (; keys && keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static int
unknown_key(const struct reading *r, const struct type_row *type, const struct toml *v)
{
	struct nearest near = { v->key, NULL, SIZE_MAX };

	for (const struct key *k = common_keys; k->name; k++)
		consider(&near, k->name);
	for (const struct key *k = type->keys; k && k->name; k++)
		consider(&near, k->name);
	err_at(r->err, v->key_at, "unknown key '%s' in [[assertion]] '%s' of type '%s'", v->key,
		shown_name(r), type->name);
	return hint_nearest(r->err, &near);
}

static int
read_keys(const struct reading *r, const struct type_row *type)
{
	for (const struct toml *v = r->table->first; v; v = v->next) {
		const struct key *key = find_key(common_keys, v->key);

		if (!key)
			key = find_key(type->keys, v->key);
		if (!key && type->keys)
			return unknown_key(r, type, v);
		if (key && readers[key->kind](r, key, v) < 0)
			return -1;
	}
	return 0;
}

static int
check_required(const struct reading *r, const struct key *keys)
{
	for (; keys && keys->name; keys++)
		if (keys->is_required && !toml_get(r->table, keys->name))
			return err_at(r->err, r->table->at, "[[assertion]] '%s' lacks '%s'",
				shown_name(r), keys->name);
	return 0;
}

static const struct type_row *
find_type(const struct reading *r)
{
	const struct toml *v = toml_get(r->table, "type");
	struct nearest near = { NULL, NULL, SIZE_MAX };

	if (!v) {
		err_at(r->err, r->table->at, "[[assertion]] '%s' lacks 'type'", shown_name(r));
		err_hint(r->err, "type = \"span_count\", \"critical_path\" or "
				 "\"memory_usage\"");
		return NULL;
	}
	if (v->kind != TOML_STRING) {
		wrong_kind(r, v, "a string");
		return NULL;
	}
	near.wanted = v->text;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strcmp(types[i].name, v->text) == 0)
			return &types[i];
		consider(&near, types[i].name);
	}
	err_at(r->err, v->at, "unknown type '%s' in [[assertion]] '%s'", v->text,
		shown_name(r));
	hint_nearest(r->err, &near);
	return NULL;
}

/* Before its keys: whoever mends those would learn only then that it was for nothing. */
static int
check_support(const struct reading *r, const struct type_row *type)
{
	const struct toml *enabled = toml_get(r->table, "enabled");

	if (type->is_supported || (enabled && enabled->kind == TOML_BOOL && !enabled->truth))
		return 0;
	err_at(r->err, toml_get(r->table, "type")->at,
		"[[assertion]] '%s': type '%s' is not supported yet", shown_name(r),
		type->name);
	return err_hint(r->err, "enabled = false keeps the rule in the file and skips it");
}

static int
read_all(const struct reading *r)
{
	const struct type_row *type = find_type(r);

	if (!type || check_support(r, type) < 0)
		return -1;
	r->rule->kind = type->kind;
	if (read_keys(r, type) < 0 || check_required(r, common_keys) < 0)
		return -1;
	return check_required(r, type->keys);
}

int
rule_read(struct rule **out, struct arena *arena, const struct toml *table, rule_names_fn names,
	struct err *err)
{
	struct rule *rule = arena_alloc(arena, sizeof *rule);
	struct reading r = { rule, arena, table, names, err };

	if (table->kind != TOML_TABLE)
		return err_at(err, table->at, "[[assertion]] must be a table, not %s",
			toml_kind_name(table->kind));
	rule->at = table->at;
	rule->fails = rule->is_enabled = true;
	if (read_all(&r) < 0) {
		rule_done(rule);
		return -1;
	}
	*out = rule;
	return 0;
}

void
rule_done(struct rule *rule)
{
	if (!rule)
		return;
	regex_free(rule->compiled);
	rule->compiled = NULL;
}

const char *
rule_name(const struct rule *rule)
{
	return rule->name;
}

const char *
rule_type(const struct rule *rule)
{
	return rule->type;
}

struct pos
rule_at(const struct rule *rule)
{
	return rule->at;
}

bool
rule_applies(const struct rule *rule, const char *target)
{
	return !rule->target || glob_matches(rule->target, target);
}

bool
rule_is_enabled(const struct rule *rule)
{
	return rule->is_enabled;
}

bool
rule_needs_all_calls(const struct rule *rule)
{
	return rule->is_enabled && rule->kind == RULE_SPAN_COUNT;
}

bool
rule_needs_memory_calls(const struct rule *rule)
{
	return rule->is_enabled && rule->kind == RULE_MEMORY_USAGE &&
	       rule->tracking == TRACK_ALLOCATIONS;
}
