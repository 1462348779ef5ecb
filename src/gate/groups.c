/* SPDX-License-Identifier: MIT */
/*
 * groups.c - [[cluster]] files: which system calls belong together
 *
 * Files of this form are older than we are, and have texts for people under keys of their own:
 * a key that we do not know and that holds a text is a remark, unless it looks like one of
 * ours.
 */

#include "gate/groups.h"

#include "base/file.h"
#include "base/map.h"
#include "base/str.h"
#include "decode/decode.h"
#include "gate/paths.h"

#include <string.h>

#define FILE_LIMIT (1 << 20)
#define MOST_THRESHOLD 1000000

struct filter {
	const char *path, *argument;
};

static const struct key filter_keys[] = {
	{ "fd_path_pattern", KEY_TEXT, .offset = offsetof(struct filter, path) },
	{ "arg_contains", KEY_TEXT, .offset = offsetof(struct filter, argument) },
	{ .name = NULL },
};

static int
read_filter(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct key_context inner = { k->arena,
		arena_printf(k->arena, "'args_filter' of %s", k->where), k->arg };
	struct filter filter = { 0 };
	char *path;

	if (v->kind != TOML_TABLE)
		return key_wrong_kind(k, v, "a table", err);
	if (keys_read(&inner, filter_keys, v, &filter, err) < 0)
		return -1;
	if (filter.argument) {
		err_at(err, toml_get(v, "arg_contains")->key_at,
			"'arg_contains' in %s cannot be honoured: arguments are no texts here",
			k->where);
		return err_hint(err,
			"fd_path_pattern asks for paths, and 'where' of a rule for "
			"whatever an expression can tell");
	}
	if (!filter.path)
		return 0;
	path = arena_strdup(k->arena, filter.path + strspn(filter.path, "*"));
	for (size_t n = strlen(path); n && path[n - 1] == '*'; n--)
		path[n - 1] = '\0';
	if (strpbrk(path, "*?[")) {
		err_at(err, toml_get(v, "fd_path_pattern")->at,
			"'fd_path_pattern' in %s may have '*' at its ends only", k->where);
		return err_hint(err, "it is what the path must contain");
	}
	if (*path)
		*(const char **)field = path;
	return 0;
}

struct group_texts {
	struct call_group group;
	const char *const *calls;
	size_t n_calls;
};

#define FIELD(name) .offset = offsetof(struct group_texts, group.name)
static const struct key group_keys[] = {
	{ "name", KEY_TEXT, FIELD(name), .required = true },
	{ "description", KEY_TEXT, FIELD(description) },
	{ "syscalls", KEY_TEXTS, .offset = offsetof(struct group_texts, calls),
		.n_offset = offsetof(struct group_texts, n_calls), .required = true },
	{ "expected_for_transpiler", KEY_BOOL, FIELD(is_expected) },
	{ "anomaly_threshold", KEY_FLOAT, FIELD(threshold), .max = MOST_THRESHOLD },
	{ "severity", KEY_CHOICE, FIELD(severity), .choices = severity_names },
	{ "args_filter", KEY_OWN, FIELD(path), .read = read_filter },
	{ .name = NULL },
};
#undef FIELD

static bool
is_ours(const char *name)
{
	for (const struct key *key = group_keys; key->name; key++)
		if (strcmp(key->name, name) == 0)
			return true;
	return false;
}

static bool
looks_like_ours(const char *name)
{
	const char *names[ARRAY_LEN(group_keys)] = { NULL };

	for (size_t i = 0; group_keys[i].name; i++)
		names[i] = group_keys[i].name;
	return key_nearest(names, name);
}

/* The table without its remarks, in place: keys_read() refuses the rest. */
static void
drop_remarks(struct config *c, struct toml *table)
{
	struct toml **at = &table->first;

	while (*at) {
		struct toml *item = *at;

		if (item->kind != TOML_STRING || is_ours(item->key) ||
			looks_like_ours(item->key)) {
			at = &item->next;
			continue;
		}
		config_note(c, item->key_at, "'%s' is a remark: nothing goes by it", item->key);
		*at = item->next;
		table->n--;
	}
}

static void
note_twice(struct config *c, const struct call_groups *groups, struct group_texts *g,
	const struct toml *table)
{
	const struct toml *list = toml_get(table, "syscalls");
	const struct toml *item = list->first;

	for (size_t i = 0; i < g->n_calls; i++, item = item->next) {
		for (size_t k = 0; k < groups->n; k++)
			if (groups_of(&(struct call_groups){ &groups->items[k], 1 },
				    g->calls[i])) {
				config_note(c, item->at,
					"'%s' is in the cluster '%s', too: it counts in each",
					g->calls[i], groups->items[k].name);
				break;
			}
		if (!decode_spec_by_name(g->calls[i]))
			config_note(c, item->at,
				"'%s' is no system call: nothing of the cluster '%s' comes by "
				"it",
				g->calls[i], g->group.name);
	}
}

static int
read_group(struct config *c, struct call_groups *groups, struct toml *table, struct err *err)
{
	const struct toml *name = toml_get(table, "name");
	struct key_context k = { c->arena,
		arena_printf(c->arena, "[[cluster]] '%s'",
			name && name->kind == TOML_STRING ? name->text : "(without a name)"),
		c };
	struct group_texts g = { .group = { .severity = SEVERITY_MEDIUM, .at = table->at } };
	struct call_group *items = (struct call_group *)groups->items;

	drop_remarks(c, table);
	if (keys_read(&k, group_keys, table, &g, err) < 0)
		return -1;
	if (!g.n_calls)
		return err_at(err, toml_get(table, "syscalls")->at, "'syscalls' in %s is empty",
			k.where);
	if (group_by_name(groups, g.group.name)) {
		err_at(err, table->at, "a second %s", k.where);
		return err_hint(err, "the first is in line %u",
			group_by_name(groups, g.group.name)->at.row);
	}
	note_twice(c, groups, &g, table);
	g.group.calls = g.calls;
	g.group.n_calls = g.n_calls;
	items[groups->n++] = g.group;
	return 0;
}

static int
read_groups(struct config *c, const struct toml *document, struct err *err)
{
	struct call_groups *groups = arena_alloc(c->arena, sizeof *groups);
	struct toml *list = document->first;

	for (struct toml *item = document->first; item; item = item->next)
		if (strcmp(item->key, "cluster") != 0) {
			err_at(err, item->key_at, "unknown key '%s' in a file of clusters",
				item->key);
			return err_hint(err, "write [[cluster]]");
		}
	if (!list || list->kind != TOML_ARRAY || !list->n)
		return err_at(err, document->at, "a file of clusters has no [[cluster]]");
	if (list->n > GROUPS_MAX)
		return err_at(
			err, list->key_at, "more than %u clusters are too many", GROUPS_MAX);
	groups->items = arena_array(c->arena, list->n, sizeof *groups->items);
	for (struct toml *table = list->first; table; table = table->next) {
		if (table->kind != TOML_TABLE)
			return err_at(err, table->at, "'cluster' must hold tables, not a %s",
				toml_kind_name(table->kind));
		if (read_group(c, groups, table, err) < 0)
			return -1;
	}
	c->groups = groups;
	return 0;
}

int
groups_read(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	struct config *c = field;
	struct toml *document;
	const char *path, *shown;
	struct err inner = { 0 };

	if (key_text(k, &shown, v, err) < 0)
		return -1;
	path = paths_join(c->arena, c->dir, shown);
	if (file_read(&text, path, FILE_LIMIT, &inner) < 0) {
		err_at(err, v->at, "'clusters': %s", inner.text);
		err_done(&inner);
		return -1;
	}
	if (toml_parse(&document, c->arena, arena_strdup(c->arena, shown),
		    arena_dup(c->arena, str_text(&text), text.n + 1), text.n, err) < 0)
		return -1;
	return read_groups(c, document, err);
}
