/* SPDX-License-Identifier: MIT */
/* key.c - a TOML table read strictly by a table of keys */

#include "gate/key.h"

#include "base/str.h"
#include "gate/scan.h"

#include <string.h>

#define FIELD(type, base, offset) (*(type *)((char *)(base) + (offset)))

int
key_place(struct err *err, struct pos at)
{
	AUTO(mem_free) char *text = TAKE(err->text);
	AUTO(mem_free) char *hint = TAKE(err->hint);

	err_at(err, at, "%s", text ? text : "unknown error");
	return hint ? err_hint(err, "%s", hint) : -1;
}

/* "a string", "an array": what people read in a message. */
static const char *
article(const char *noun)
{
	return strchr("aeiou", noun[0]) ? "an" : "a";
}

/* An item of an array is called by the array's name. */
static const char *
name_of(const struct toml *value)
{
	if (value->key)
		return value->key;
	return value->parent && value->parent->key ? value->parent->key : "an item";
}

int
key_wrong_kind(const struct key_context *k, const struct toml *value, const char *wanted,
	struct err *err)
{
	const char *found = toml_kind_name(value->kind);

	return err_at(err, value->at, "%s'%s' in %s must be %s, not %s %s",
		value->key ? "" : "an item of ", name_of(value), k->where, wanted,
		article(found), found);
}

int
key_text(const struct key_context *k, const char **out, const struct toml *value,
	struct err *err)
{
	const char *name = name_of(value);

	if (value->kind != TOML_STRING)
		return err_at(err, value->at, "'%s' in %s must be a string, not %s %s", name,
			k->where, article(toml_kind_name(value->kind)),
			toml_kind_name(value->kind));
	if (!memchr(value->text, '\0', value->n)) {
		*out = value->text;
		return 0;
	}
	err_at(err, value->at, "'%s' in %s must not hold a NUL byte", name, k->where);
	return -1;
}

const char *
key_nearest(const char *const *names, const char *text)
{
	const char *best = NULL;
	size_t limit = MAX(strlen(text) / 3, (size_t)1) + 1, distance;

	for (; *names; names++) {
		distance = str_distance(*names, text);
		if (distance < limit) {
			limit = distance;
			best = *names;
		}
	}
	return best;
}

/* Of two texts that share their beginning: "wall" of "wall_time". */
static const char *
key_of_same_stem(const char *const *names, const char *text)
{
	for (; *names; names++)
		if (strlen(*names) >= 3 && strlen(text) >= 3 &&
			(str_has_prefix(text, *names) || str_has_prefix(*names, text)))
			return *names;
	return NULL;
}

static int
unknown_key(const struct key_context *k, const struct key *keys, const struct toml *item,
	struct err *err)
{
	AUTO(str_done) struct str all = { 0 };
	const char *names[64], *near;
	size_t n = 0;

	for (; keys->name; keys++) {
		assert(n + 1 < ARRAY_LEN(names));
		names[n++] = keys->name;
	}
	names[n] = NULL;
	near = key_nearest(names, item->key);
	if (!near)
		near = key_of_same_stem(names, item->key);
	err_at(err, item->key_at, "unknown key '%s' in %s", item->key, k->where);
	if (near)
		return err_hint(err, "did you mean '%s'?", near);
	for (size_t i = 0; i < n; i++)
		str_addf(&all, "%s%s", i ? ", " : "", names[i]);
	return err_hint(err, "its keys: %s", str_text(&all));
}

static int
read_bool(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	if (v->kind != TOML_BOOL)
		return key_wrong_kind(k, v, "true or false", err);
	FIELD(bool, out, key->offset) = v->truth;
	return 0;
}

static int
read_text(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	const char *text;

	if (key_text(k, &text, v, err) < 0)
		return -1;
	if (!*text)
		return err_at(err, v->at, "'%s' in %s is empty", v->key, k->where);
	FIELD(const char *, out, key->offset) = text;
	return 0;
}

static int
read_number(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	if (v->kind != TOML_INTEGER)
		return key_wrong_kind(k, v, "a whole number", err);
	if (v->integer < key->min || v->integer > key->max)
		return err_at(err, v->at, "'%s' in %s must be from %lld to %lld, not %lld",
			v->key, k->where, (long long)key->min, (long long)key->max,
			(long long)v->integer);
	FIELD(uint32_t, out, key->offset) = (uint32_t)v->integer;
	return 0;
}

static int
read_float(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	if (v->kind != TOML_INTEGER && v->kind != TOML_FLOAT)
		return key_wrong_kind(k, v, "a number", err);
	if (!(v->number >= (double)key->min && v->number <= (double)key->max))
		return err_at(err, v->at, "'%s' in %s must be from %lld to %lld", v->key,
			k->where, (long long)key->min, (long long)key->max);
	FIELD(double, out, key->offset) = v->number;
	return 0;
}

static int
read_duration(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	uint64_t ns;

	if (v->kind != TOML_STRING)
		return key_wrong_kind(k, v, "a duration as \"30s\"", err);
	if (scan_duration(&ns, v->text, err) < 0)
		return key_place(err, v->at);
	if (!ns)
		return err_at(
			err, v->at, "'%s' in %s must be longer than nothing", v->key, k->where);
	FIELD(uint64_t, out, key->offset) = ns;
	return 0;
}

static int
read_size(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	uint64_t bytes = (uint64_t)v->integer;

	if (v->kind != TOML_STRING && v->kind != TOML_INTEGER)
		return key_wrong_kind(k, v, "a size as \"64MiB\" or a number of bytes", err);
	if (v->kind == TOML_INTEGER && v->integer < 0)
		return err_at(err, v->at, "'%s' in %s must not be negative", v->key, k->where);
	if (v->kind == TOML_STRING && scan_size(&bytes, v->text, err) < 0)
		return key_place(err, v->at);
	FIELD(size_t, out, key->offset) = bytes;
	return 0;
}

int
key_choice(struct key_context *k, int *out, const struct toml *v, const char *const *choices,
	struct err *err)
{
	const char *text, *near;
	AUTO(str_done) struct str all = { 0 };

	if (key_text(k, &text, v, err) < 0)
		return -1;
	for (int i = 0; choices[i]; i++) {
		if (strcmp(choices[i], text) == 0) {
			*out = i;
			return 0;
		}
		str_addf(&all, "%s\"%s\"", i ? ", " : "", choices[i]);
	}
	near = key_nearest(choices, text);
	err_at(err, v->at, "'%s' in %s cannot be \"%s\"", v->key, k->where, text);
	return near ? err_hint(err, "did you mean \"%s\"?", near)
		    : err_hint(err, "one of %s", all.data);
}

static int
read_choice(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	return key_choice(k, &FIELD(int, out, key->offset), v, key->choices, err);
}

static int
read_texts(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	const char **items;
	size_t n = 0;

	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of strings", err);
	items = arena_array(k->arena, v->n + 1, sizeof *items);
	for (const struct toml *item = v->first; item; item = item->next)
		if (key_text(k, &items[n++], item, err) < 0)
			return -1;
	FIELD(const char *const *, out, key->offset) = items;
	FIELD(size_t, out, key->n_offset) = n;
	return 0;
}

int
key_variables(struct key_context *k, const char *const **out, size_t *n, const struct toml *v,
	struct err *err)
{
	const char **items, *text;
	size_t i = 0;

	if (v->kind != TOML_TABLE)
		return key_wrong_kind(k, v, "a table of strings", err);
	items = arena_array(k->arena, v->n + 1, sizeof *items);
	for (const struct toml *item = v->first; item; item = item->next) {
		if (!*item->key || strchr(item->key, '=') || strlen(item->key) != item->n_key)
			return err_at(err, item->key_at,
				"'%s' in %s cannot be the name of a variable", item->key,
				k->where);
		if (key_text(k, &text, item, err) < 0)
			return -1;
		items[i++] = arena_printf(k->arena, "%s=%s", item->key, text);
	}
	*out = items;
	*n = i;
	return 0;
}

static int
read_variables(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	return key_variables(k, &FIELD(const char *const *, out, key->offset),
		&FIELD(size_t, out, key->n_offset), v, err);
}

static int
read_own(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	return key->read(k, v, (char *)out + key->offset, err);
}

static int
read_checked(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	(void)k, (void)key, (void)v, (void)out, (void)err;
	return 0;
}

static int
read_later(struct key_context *k, const struct key *key, const struct toml *v, void *out,
	struct err *err)
{
	(void)out;
	err_at(err, v->key_at, "'%s' in %s is not supported yet", key->name, k->where);
	return err_hint(err, "remove it; it would have no effect");
}

typedef int (*read_fn)(struct key_context *k, const struct key *key, const struct toml *v,
	void *out, struct err *err);
static const read_fn readers[] = {
	[KEY_BOOL] = read_bool,
	[KEY_TEXT] = read_text,
	[KEY_NUMBER] = read_number,
	[KEY_FLOAT] = read_float,
	[KEY_DURATION] = read_duration,
	[KEY_SIZE] = read_size,
	[KEY_CHOICE] = read_choice,
	[KEY_TEXTS] = read_texts,
	[KEY_VARIABLES] = read_variables,
	[KEY_OWN] = read_own,
	[KEY_CHECKED] = read_checked,
	[KEY_LATER] = read_later,
};
_Static_assert(ARRAY_LEN(readers) == KEY_LATER + 1, "one reader for each kind of key");
_Static_assert(sizeof(int) == sizeof(enum key_kind), "enums are stored as int");

int
keys_read(struct key_context *k, const struct key *keys, const struct toml *table, void *out,
	struct err *err)
{
	const struct key *key;

	for (const struct toml *item = table->first; item; item = item->next) {
		for (key = keys; key->name && strcmp(key->name, item->key) != 0; key++)
			;
		if (!key->name || strlen(item->key) != item->n_key)
			return unknown_key(k, keys, item, err);
		if (readers[key->kind](k, key, item, out, err) < 0)
			return -1;
	}
	for (key = keys; key->name; key++)
		if (key->required && !toml_get(table, key->name))
			return err_at(err, table->key ? table->key_at : table->at,
				"%s lacks '%s'", k->where, key->name);
	return 0;
}

int
keys_conflict(const struct key_context *k, const struct key_conflict *pairs,
	const struct toml *table, struct err *err)
{
	const struct toml *a, *b;

	for (; pairs->a; pairs++) {
		a = toml_get(table, pairs->a);
		b = toml_get(table, pairs->b);
		if (!a || !b)
			continue;
		err_at(err, b->key_at, "'%s' and '%s' in %s exclude each other", pairs->a,
			pairs->b, k->where);
		return err_hint(err, "keep one of them");
	}
	return 0;
}
