/* SPDX-License-Identifier: MIT */
/* known.c - the [[known]] tables of renacer.toml, read strictly */

#include "gate/known.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"
#include "gate/key.h"
#include "gate/target.h"

#include <string.h>
#include <time.h>

static int
read_target(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	const struct config *c = k->arg;
	const char **names, *near;

	if (key_text(k, field, v, err) < 0)
		return -1;
	if (target_by_name(c, v->text))
		return 0;
	names = arena_array(k->arena, c->n_targets + 1, sizeof *names);
	for (size_t i = 0; i < c->n_targets; i++)
		names[i] = c->targets[i].name;
	near = key_nearest(names, v->text);
	err_at(err, v->at, "there is no target '%s'", v->text);
	return near ? err_hint(err, "did you mean '%s'?", near) : -1;
}

static int
read_difference(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	if (key_text(k, field, v, err) < 0)
		return -1;
	if (known_imprint(v->text))
		return 0;
	err_at(err, v->at,
		"'difference' does not end in the imprint of a difference: "
		"[16 hexadecimal digits]");
	return err_hint(err, "copy it from a report: renacer-gate -v prints the whole table");
}

static int
read_expires(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	if (v->kind == TOML_DATE) {
		*(const char **)field = v->text;
		return 0;
	}
	key_wrong_kind(k, v, "a date", err);
	return err_hint(err, "write it without quotes: expires = 2027-03-01");
}

#define FIELD(name) .offset = offsetof(struct known, name)
const struct key known_keys[] = {
	{ "target", KEY_OWN, FIELD(target), .read = read_target, .required = true,
		.schema = SCHEMA_PATTERN },
	{ "difference", KEY_OWN, FIELD(difference), .read = read_difference, .required = true,
		.schema = SCHEMA_REF("difference") },
	{ "reason", KEY_TEXT, FIELD(reason), .required = true },
	{ "owner", KEY_TEXT, FIELD(owner), .required = true },
	{ "expires", KEY_OWN, FIELD(expires), .read = read_expires, .required = true,
		.schema = SCHEMA_DATE },
	{ .name = NULL },
};
#undef FIELD

static int
add(struct config *c, struct map *seen, const struct toml *table, struct err *err)
{
	struct key_context k = { c->arena, "[[known]]", c };
	struct known *known = &c->knowns.items[c->knowns.n], *other;
	AUTO(str_done) struct str key = { 0 };
	void **slot;

	*known = (struct known){ .at = table->key ? table->key_at : table->at };
	if (keys_read(&k, known_keys, table, known, err) < 0)
		return -1;
	str_addf(&key, "%s\n%s", known->target, known_imprint(known->difference));
	slot = map_slot(seen, str_text(&key), key.n);
	other = *slot;
	if (other) {
		err_at(err, known->at, "a second [[known]] for this difference of '%s'",
			known->target);
		return err_hint(err, "the first is at %s:%u", other->at.file, other->at.row);
	}
	*slot = known;
	c->knowns.n++;
	return 0;
}

int
known_read(struct config *c, const struct toml *document, struct err *err)
{
	const struct toml *list = toml_get(document, "known");
	AUTO(map_free) struct map *seen = map_new();

	if (!list)
		return 0;
	if (list->kind != TOML_ARRAY) {
		err_at(err, list->key_at, "'known' must be an array of tables, not a %s",
			toml_kind_name(list->kind));
		return err_hint(err, "write [[known]]");
	}
	c->knowns.items = arena_array(c->arena, list->n + 1, sizeof *c->knowns.items);
	for (const struct toml *table = list->first; table; table = table->next) {
		if (table->kind != TOML_TABLE)
			return err_at(err, table->at, "'known' must hold tables, not a %s",
				toml_kind_name(table->kind));
		if (add(c, seen, table, err) < 0)
			return -1;
	}
	return 0;
}

const char *
known_today(struct arena *arena)
{
	time_t now = (time_t)(clock_wall_ns() / NS_PER_S);
	struct tm tm = { 0 };

	gmtime_r(&now, &tm);
	return arena_printf(
		arena, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}
