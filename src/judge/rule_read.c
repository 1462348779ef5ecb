/* SPDX-License-Identifier: MIT */
/*
 * rule_read.c - [[assertion]] tables, read strictly by the rows of rules.def
 *
 * Types that cannot be judged yet are known by name, so that a file that holds one disabled
 * still loads; enabled they are an error, never a rule that passes.
 */

#include "judge/rule.h"

#include "base/str.h"
#include "query/spelling.h"

#include <inttypes.h>
#include <string.h>

#define MOST_MS 31536000000.0 /* a year */

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
read_text(const struct reading *r, const struct rule_key *key, const struct toml *v)
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
read_bool(const struct reading *r, const struct rule_key *key, const struct toml *v)
{
	if (v->kind != TOML_BOOL)
		return wrong_kind(r, v, "true or false");
	*(bool *)((char *)r->rule + key->offset) = v->truth;
	return 0;
}

static int
read_uint(const struct reading *r, const struct rule_key *key, const struct toml *v)
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
read_share(const struct reading *r, const struct rule_key *key, const struct toml *v)
{
	if (v->kind != TOML_FLOAT && v->kind != TOML_INTEGER)
		return wrong_kind(r, v, "a number");
	if (!(v->number >= 0 && v->number <= 1)) /* not a number included */
		return err_at(r->err, v->at,
			"'%s' in [[assertion]] '%s' must be 0.0 to 1.0, not %g", v->key,
			shown_name(r), v->number);
	if ((key->low && v->number == 0) || (key->high && v->number == 1))
		return err_at(r->err, v->at,
			"'%s' in [[assertion]] '%s' is %g: nothing could break the rule",
			v->key, shown_name(r), v->number);
	*(double *)((char *)r->rule + key->offset) = v->number;
	return 0;
}

static int
read_choice(const struct reading *r, const struct rule_key *key, const struct toml *v)
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
read_regex(const struct reading *r, const struct rule_key *key, const struct toml *v)
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

/* A pattern that no syscall can ever match would make a budget that nothing can exceed. */
static int
read_call_regex(const struct reading *r, const struct rule_key *key, const struct toml *v)
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

static int
read_ms(const struct reading *r, const struct rule_key *key, const struct toml *v)
{
	if (v->kind != TOML_FLOAT && v->kind != TOML_INTEGER)
		return wrong_kind(r, v, "a number of milliseconds");
	if (!(v->number > 0 && v->number <= MOST_MS)) /* not a number included */
		return err_at(r->err, v->at,
			"'%s' in [[assertion]] '%s' must be more than 0 and at most %.0f, not "
			"%g",
			v->key, shown_name(r), MOST_MS, v->number);
	*(double *)((char *)r->rule + key->offset) = v->number;
	return 0;
}

/* A glob that nothing can match would forbid nothing. NULL: see r->err. */
static const char *
glob_text(const struct reading *r, const struct toml *list, const struct toml *item)
{
	bool is_peer = r->rule->kind == RULE_NETWORK_POLICY;
	const char *text = arena_strdup(r->arena, item->text);
	struct misspelling wrong;
	struct err inner = { 0 };

	if (is_peer)
		text = peer_glob(r->arena, text);
	if (glob_check(text, &inner) < 0) {
		err_at(r->err, item->at, "'%s' in [[assertion]] '%s': %s", list->key,
			shown_name(r), inner.text);
		err_done(&inner);
		return NULL;
	}
	if (is_peer ? !peer_is_misspelled(&wrong, r->arena, text, true)
		    : !path_is_misspelled(&wrong, r->arena, text, true))
		return text;
	err_at(r->err, item->at, "'%s' in [[assertion]] '%s': '%s' matches nothing: %s",
		list->key, shown_name(r), item->text, wrong.why);
	if (wrong.hint)
		err_hint(r->err, "%s", wrong.hint);
	return NULL;
}

static int
read_globs(const struct reading *r, const struct rule_key *key, const struct toml *v)
{
	struct globs *globs = (struct globs *)((char *)r->rule + key->offset);
	const char **items;

	if (v->kind != TOML_ARRAY)
		return wrong_kind(r, v, "an array of globs");
	if (!v->n)
		return err_at(r->err, v->at, "'%s' in [[assertion]] '%s' is empty", v->key,
			shown_name(r));
	items = arena_array(r->arena, v->n, sizeof *items);
	for (const struct toml *item = v->first; item; item = item->next) {
		if (item->kind != TOML_STRING)
			return err_at(r->err, item->at,
				"an item of '%s' in [[assertion]] '%s' must be a glob, not %s",
				v->key, shown_name(r), toml_kind_name(item->kind));
		if (!item->n || strlen(item->text) != item->n)
			return err_at(r->err, item->at,
				"an item of '%s' in [[assertion]] '%s' is %s", v->key,
				shown_name(r), item->n ? "a text with a NUL" : "empty");
		items[globs->n] = glob_text(r, v, item);
		if (!items[globs->n++])
			return -1;
	}
	globs->items = items;
	return 0;
}

/* Where the text begins behind its quotes. */
static struct pos
inside_quotes(struct pos at)
{
	const char *p = at.line && strlen(at.line) >= at.column ? at.line + at.column - 1 : "";
	uint32_t n = str_has_prefix(p, "\"\"\"") || str_has_prefix(p, "'''") ? 3 : 1;

	if (*p == '"' || *p == '\'')
		at.column += n;
	return at;
}

static int
parse_expression(const struct reading *r, struct selector *s, bool is_selection)
{
	AUTO(str_done) struct str line = { 0 };

	if (expr_parse(&s->expr, s->text, inside_quotes(s->at), r->err) < 0)
		return -1;
	str_add_one_line(&line, s->text);
	s->said = arena_strdup(r->arena, str_text(&line));
	if (is_selection && !expr_is_selection(s->expr)) {
		err_at(r->err, s->at,
			"an expression over single events is wanted in [[assertion]] '%s', "
			"not one over the run",
			shown_name(r));
		return err_hint(r->err, "type = \"custom\" takes such a one");
	}
	if (!is_selection && (expr_is_selection(s->expr) || expr_type(s->expr) != EXPR_BOOL)) {
		err_at(r->err, s->at,
			"what must be true of the run is wanted in [[assertion]] '%s'",
			shown_name(r));
		return err_hint(r->err, "such as count(syscall == 'openat') <= 10");
	}
	return 0;
}

static int
read_expression(const struct reading *r, const struct rule_key *key, const struct toml *v)
{
	struct selector *s = (struct selector *)((char *)r->rule + key->offset);
	struct rule_key text = *key;

	text.offset += offsetof(struct selector, text);
	if (read_text(r, &text, v) < 0)
		return -1;
	s->at = v->at;
	return parse_expression(r, s, key->kind == RULE_KEY_SELECTOR);
}

static int (*const readers[N_RULE_KEY_KINDS])(
	const struct reading *r, const struct rule_key *key, const struct toml *v) = {
	[RULE_KEY_TEXT] = read_text,
	[RULE_KEY_BOOL] = read_bool,
	[RULE_KEY_UINT] = read_uint,
	[RULE_KEY_SHARE] = read_share,
	[RULE_KEY_MS] = read_ms,
	[RULE_KEY_REGEX] = read_regex,
	[RULE_KEY_CALL_REGEX] = read_call_regex,
	[RULE_KEY_CHOICE] = read_choice,
	[RULE_KEY_GLOBS] = read_globs,
	[RULE_KEY_SELECTOR] = read_expression,
	[RULE_KEY_TRUTH] = read_expression,
};

/*
 * The whole table.
 */
static int
unknown_key(const struct reading *r, enum rule_kind kind, const struct toml *v)
{
	struct nearest near = { v->key, NULL, SIZE_MAX };

	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_key_is_of(&rule_keys[i], kind))
			consider(&near, rule_keys[i].name);
	err_at(r->err, v->key_at, "unknown key '%s' in [[assertion]] '%s' of type '%s'", v->key,
		shown_name(r), rule_types[kind].name);
	if (near.name)
		return hint_nearest(r->err, &near);
	return err_hint(
		r->err, "renacer-gate explain %s lists its keys", rule_types[kind].name);
}

static int
read_keys(const struct reading *r, enum rule_kind kind)
{
	for (const struct toml *v = r->table->first; v; v = v->next) {
		const struct rule_key *key = rule_key_find(kind, v->key);

		if (!key || strlen(v->key) != v->n_key)
			return unknown_key(r, kind, v);
		if (readers[key->kind](r, key, v) < 0)
			return -1;
		r->rule->given |= UINT64_C(1) << (key - rule_keys);
	}
	return 0;
}

static int
check_required(const struct reading *r, enum rule_kind kind)
{
	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_keys[i].is_required && rule_key_is_of(&rule_keys[i], kind) &&
			!toml_get(r->table, rule_keys[i].name))
			return err_at(r->err, r->table->at, "[[assertion]] '%s' lacks '%s'",
				shown_name(r), rule_keys[i].name);
	return 0;
}

static int
check_one_of(const struct reading *r, const struct rule_one_of *one)
{
	AUTO(str_done) struct str names = { 0 };

	for (size_t i = 0; one->keys[i]; i++) {
		if (toml_get(r->table, one->keys[i]))
			return 0;
		str_addf(&names, "%s'%s'", !i ? "" : (one->keys[i + 1] ? ", " : " or "),
			one->keys[i]);
	}
	return err_at(r->err, r->table->at, "[[assertion]] '%s' lacks %s", shown_name(r),
		str_text(&names));
}

/* What single keys cannot tell. */
static int
check_sense(const struct reading *r)
{
	const struct rule *rule = r->rule;
	const struct toml *max = toml_get(r->table, "max");

	for (size_t i = 0; i < n_rule_one_ofs; i++)
		if (rule_one_ofs[i].kind == rule->kind && check_one_of(r, &rule_one_ofs[i]) < 0)
			return -1;
	if (rule->kind == RULE_COUNT && max && max->integer == 0) {
		err_at(r->err, max->at,
			"'max' in [[assertion]] '%s' is 0: what must not happen selects "
			"nothing",
			shown_name(r));
		return err_hint(r->err, "write type = \"never\" without max");
	}
	if (!max)
		max = toml_get(r->table, "max_bytes");
	if (max && rule->min > rule->max)
		return err_at(r->err, max->at,
			"'%s' in [[assertion]] '%s' is less than the least that is allowed",
			max->key, shown_name(r));
	return 0;
}

static int
read_type(const struct reading *r, enum rule_kind *out)
{
	const struct toml *v = toml_get(r->table, "type");
	struct nearest near = { NULL, NULL, SIZE_MAX };

	if (!v) {
		err_at(r->err, r->table->at, "[[assertion]] '%s' lacks 'type'", shown_name(r));
		return err_hint(r->err, "renacer-gate explain lists the types");
	}
	if (v->kind != TOML_STRING)
		return wrong_kind(r, v, "a string");
	*out = rule_kind_find(v->text);
	if (*out < N_RULE_KINDS && strlen(v->text) == v->n)
		return 0;
	near.wanted = v->text;
	for (size_t i = 0; i < N_RULE_KINDS; i++)
		consider(&near, rule_types[i].name);
	err_at(r->err, v->at, "unknown type '%s' in [[assertion]] '%s'", v->text,
		shown_name(r));
	if (near.name)
		return hint_nearest(r->err, &near);
	return err_hint(r->err, "renacer-gate explain lists the types");
}

/* Before its keys: whoever mends those would learn only then that it was for nothing. */
static int
check_support(const struct reading *r, enum rule_kind kind)
{
	const struct toml *enabled = toml_get(r->table, "enabled");

	if (rule_kind_is_judged(kind) ||
		(enabled && enabled->kind == TOML_BOOL && !enabled->truth))
		return 0;
	err_at(r->err, toml_get(r->table, "type")->at,
		"[[assertion]] '%s': type '%s' is not supported yet", shown_name(r),
		rule_types[kind].name);
	return err_hint(r->err, "enabled = false keeps the rule in the file and skips it");
}

/* What holds where a key is absent; rules.def says the same in words. */
static void
set_defaults(struct rule *rule)
{
	static const uint32_t scopes[N_RULE_KINDS] = {
		[RULE_BETWEEN] = PER_PROCESS,
		[RULE_WITHIN] = PER_PROCESS,
	};
	static const double shares[N_RULE_KINDS] = {
		[RULE_SEQUENCE] = 0.3,
		[RULE_TIME_ATTRIBUTION] = 0.05,
	};

	rule->is_enabled = rule->flag = true;
	rule->fails = rule->kind != RULE_TIME_ATTRIBUTION;
	rule->per = scopes[rule->kind];
	rule->share = shares[rule->kind] > 0 ? shares[rule->kind] : 1;
	rule->max = rule->kind == RULE_FD_LEAK || rule->kind == RULE_SEQUENCE ? 0 : UINT64_MAX;
	rule->min = rule->kind == RULE_SEQUENCE ? 3 : rule->kind == RULE_EXISTS;
}

static int
read_all(const struct reading *r)
{
	enum rule_kind kind = N_RULE_KINDS;

	if (read_type(r, &kind) < 0 || check_support(r, kind) < 0)
		return -1;
	assert(kind < N_RULE_KINDS);
	r->rule->kind = kind;
	set_defaults(r->rule);
	if (read_keys(r, kind) < 0 || check_required(r, kind) < 0)
		return -1;
	return check_sense(r);
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
	if (read_all(&r) < 0) {
		rule_done(rule);
		return -1;
	}
	*out = rule;
	return 0;
}
