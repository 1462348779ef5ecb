/* SPDX-License-Identifier: MIT */
/* config.c - renacer.toml, read strictly: the file, its rule packs, what ties them together */

#include "gate/config.h"

#include "base/file.h"
#include "base/map.h"
#include "base/regex.h"
#include "base/str.h"
#include "decode/decode.h"
#include "gate/historic.h"
#include "gate/key.h"
#include "gate/known.h"
#include "gate/paths.h"
#include "gate/setting.h"
#include "gate/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_LIMIT (16u << 20) /* no configuration is larger */

/* One file on the way to the one that is being read: for cycles of includes. */
struct including {
	const struct including *by;
	const char *path; /* real */
};

struct loader {
	struct config *config;
	struct map *done;  /* real paths of packs read */
	struct map *names; /* of rules, to the rule */
	size_t rules_room;
};

static int read_pack(struct loader *l, const struct toml *item, const char *shown,
	const struct including *by, struct err *err);

static int
parse_file(struct toml **out, struct arena *arena, const char *path, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	if (file_read(&text, path, CONFIG_LIMIT, err) < 0)
		return err_as(err, ERR_USAGE);
	return toml_parse(out, arena, arena_strdup(arena, path),
		arena_dup(arena, str_text(&text), text.n + 1), text.n, err);
}

static int
read_includes(struct loader *l, const struct toml *document, const char *shown,
	const struct including *by, struct err *err)
{
	const struct toml *list = toml_get(document, "include");
	struct key_context k = { l->config->arena,
		by->by ? "the rule pack" : "the configuration", l };

	if (!list)
		return 0;
	if (list->kind != TOML_ARRAY)
		return key_wrong_kind(&k, list, "an array of paths", err);
	for (const struct toml *item = list->first; item; item = item->next)
		if (read_pack(l, item, shown, by, err) < 0)
			return -1;
	return 0;
}

/* All syscall names of all machines we know; holes are "unknown", which no pattern means. */
static const char *
syscall_name(size_t i)
{
	enum { NUMBERS = 1024 };

	if (i >= NUMBERS * (size_t)N_ARCHES)
		return NULL;
	return decode_spec((enum arch)(i / NUMBERS), (uint32_t)(i % NUMBERS))->name;
}

static int
add_rule(struct loader *l, const struct toml *table, struct err *err)
{
	struct config *c = l->config;
	struct rule *rule, *first;
	void **slot;

	if (rule_read(&rule, c->arena, table, syscall_name, err) < 0)
		return -1;
	c->rules.items =
		mem_grow(c->rules.items, c->rules.n, &l->rules_room, sizeof(struct rule *));
	c->rules.items[c->rules.n++] = rule;
	slot = map_text(l->names, rule_name(rule));
	first = *slot;
	if (first) {
		err_at(err, rule_at(rule), "a second [[assertion]] '%s'", rule_name(rule));
		return err_hint(
			err, "the first is at %s:%u", rule_at(first).file, rule_at(first).row);
	}
	*slot = rule;
	return 0;
}

/* Walks [[name]]; what is not an array of tables is told how it is written. */
static int
each_table(const struct toml *document, const char *name,
	int (*visit)(struct loader *l, const struct toml *table, struct err *err),
	struct loader *l, struct err *err)
{
	const struct toml *list = toml_get(document, name);

	if (!list)
		return 0;
	if (list->kind != TOML_ARRAY) {
		err_at(err, list->key_at, "'%s' must be an array of tables, not a %s", name,
			toml_kind_name(list->kind));
		return err_hint(err, "write [[%s]]", name);
	}
	for (const struct toml *table = list->first; table; table = table->next) {
		if (table->kind != TOML_TABLE)
			return err_at(err, table->at, "'%s' must hold tables, not a %s", name,
				toml_kind_name(table->kind));
		if (visit(l, table, err) < 0)
			return -1;
	}
	return 0;
}

static int
refuse_known(struct key_context *k, const struct toml *value, void *field, struct err *err)
{
	(void)k, (void)field;
	err_at(err, value->first ? value->first->at : value->at,
		"[[known]] does not stand in a rule pack");
	return err_hint(err, "accepted differences are those of one project: renacer.toml");
}

static const struct key pack_keys[] = {
	{ .name = "include", .kind = KEY_CHECKED, .schema = SCHEMA_NAMES },
	{ .name = "assertion", .kind = KEY_CHECKED, .schema = SCHEMA_REF("assertions") },
	{ "known", KEY_OWN, .read = refuse_known },
	{ .name = NULL },
};

static int
read_pack(struct loader *l, const struct toml *item, const char *shown,
	const struct including *by, struct err *err)
{
	struct arena *arena = l->config->arena;
	struct key_context k = { arena, "a rule pack: only [[assertion]] may stand there", l };
	struct including here = { by, NULL };
	struct toml *document = NULL;
	const char *text, *slash = strrchr(shown, '/');
	char *path, *real;

	if (key_text(&k, &text, item, err) < 0)
		return -1;
	path = text[0] == '/' || !slash
		       ? arena_strdup(arena, text)
		       : arena_printf(arena, "%.*s/%s", (int)(slash - shown), shown, text);
	real = realpath(path, NULL);
	if (!real)
		return err_at(err, item->at, "rule pack '%s': %s", text, strerror(errno));
	here.path = arena_strdup(arena, real);
	free(real);
	for (; by; by = by->by)
		if (strcmp(by->path, here.path) == 0)
			return err_at(err, item->at, "'%s' includes itself", text);
	if (map_get_text(l->done, here.path))
		return 0;
	*map_text(l->done, here.path) = l;
	if (parse_file(&document, arena, path, err) < 0)
		return -1;
	if (keys_read(&k, pack_keys, document, NULL, err) < 0 ||
		read_includes(l, document, path, &here, err) < 0)
		return -1;
	return each_table(document, "assertion", add_rule, l, err);
}

static int
read_gate(struct key_context *k, const struct toml *value, void *field, struct err *err)
{
	if (value->kind != TOML_TABLE)
		return key_wrong_kind(k, value, "a table", err);
	return setting_read(field, value, err);
}

/* Read in a pass of their own, because targets take their defaults from [gate]. */
const struct key config_keys[] = {
	{ .name = "include", .kind = KEY_CHECKED, .schema = SCHEMA_NAMES },
	{ "gate", KEY_OWN, .read = read_gate, .schema = SCHEMA_REF("gate") },
	{ .name = "target", .kind = KEY_CHECKED, .schema = SCHEMA_REF("targets") },
	{ .name = "assertion", .kind = KEY_CHECKED, .schema = SCHEMA_REF("assertions") },
	{ .name = "known", .kind = KEY_CHECKED, .schema = SCHEMA_REF("knowns") },
	{ .name = "semantic_equivalence",
		.kind = KEY_CHECKED,
		.schema = SCHEMA_REF("semantic_equivalence") },
	{ .name = "lamport_clock", .kind = KEY_CHECKED, .schema = SCHEMA_REF("lamport_clock") },
	{ .name = "compression", .kind = KEY_CHECKED, .schema = SCHEMA_REF("compression") },
	{ .name = "otlp", .kind = KEY_CHECKED, .schema = SCHEMA_REF("otlp") },
	{ .name = "ci", .kind = KEY_CHECKED, .schema = SCHEMA_REF("ci") },
	{ .name = NULL },
};

static int
add_target(struct loader *l, const struct toml *table, struct err *err)
{
	struct config *c = l->config;

	if (!c->targets)
		c->targets = arena_array(c->arena, table->parent->n, sizeof *c->targets);
	if (target_read(&c->targets[c->n_targets], c, table, err) < 0)
		return -1;
	c->n_targets++;
	return 0;
}

/* A rule whose `target` names nobody would never be asked. */
static int
check_rules(const struct config *c, struct err *err)
{
	for (size_t i = 0; i < c->rules.n && c->n_targets; i++) {
		const struct rule *rule = c->rules.items[i];
		size_t n = 0;

		for (size_t j = 0; j < c->n_targets; j++)
			n += rule_applies(rule, c->targets[j].name);
		if (n)
			continue;
		err_at(err, rule_at(rule), "[[assertion]] '%s' applies to no target",
			rule_name(rule));
		return err_hint(err, "its target is a glob over names: the first is '%s'",
			c->targets[0].name);
	}
	return 0;
}

static int
read_document(struct loader *l, const struct toml *document, const char *shown, struct err *err)
{
	struct config *c = l->config;
	struct key_context k = { c->arena, "the configuration", c };
	struct including top = { NULL, c->path };

	if (keys_read(&k, config_keys, document, c, err) < 0)
		return -1;
	c->golden_dir = paths_join(c->arena, c->dir, c->golden_dir ? c->golden_dir : "golden");
	if (read_includes(l, document, shown, &top, err) < 0 ||
		each_table(document, "target", add_target, l, err) < 0 ||
		each_table(document, "assertion", add_rule, l, err) < 0 ||
		historic_read(c, document, err) < 0)
		return -1;
	if (targets_check(c, err) < 0 || known_read(c, document, err) < 0)
		return -1;
	return check_rules(c, err);
}

static struct config *
config_new(void)
{
	struct config *c = mem_alloc(sizeof *c);

	c->arena = arena_new();
	c->path = c->dir = "";
	setting_defaults(c);
	return c;
}

void
config_free(struct config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_regexes; i++)
		regex_free(c->regexes[i]);
	mem_free(c->regexes);
	for (size_t i = 0; i < c->rules.n; i++)
		rule_done(c->rules.items[i]);
	mem_free(c->rules.items);
	arena_free(c->arena);
	mem_free(c);
}

static void
set_path(struct config *c, const char *real)
{
	const char *slash = strrchr(real, '/');

	c->path = arena_strdup(c->arena, real);
	c->dir = slash == real ? "/" : arena_strndup(c->arena, real, (size_t)(slash - real));
}

int
config_load(struct config **out, const char *path, struct err *err)
{
	return config_load_for(out, path, NULL, err);
}

int
config_load_for(struct config **out, const char *path, const char *dir, struct err *err)
{
	AUTO(config_free) struct config *c = config_new();
	AUTO(map_free) struct map *done = map_new();
	AUTO(map_free) struct map *names = map_new();
	struct loader loader = { c, done, names, 0 };
	struct toml *document = NULL;
	char *real = realpath(path, NULL);

	if (!real) {
		err_sys(err, "open configuration '%s'", path);
		return err_as(err, ERR_USAGE);
	}
	set_path(c, real);
	free(real);
	if (dir)
		c->dir = arena_strdup(c->arena, dir);
	if (parse_file(&document, c->arena, path, err) < 0)
		return -1;
	if (read_document(&loader, document, path, err) < 0)
		return -1;
	*out = TAKE(c);
	return 0;
}

int
config_find(char **out, const char *dir, struct err *err)
{
	AUTO(str_done) struct str up = { 0 };
	AUTO(str_done) struct str path = { 0 };
	struct stat here, root;

	if (stat("/", &root) < 0)
		return err_sys(err, "look at '/'");
	str_add(&up, strcmp(dir, ".") == 0 ? "" : dir);
	if (up.n && up.data[up.n - 1] != '/')
		str_add_char(&up, '/');
	for (;;) {
		str_clear(&path);
		str_addf(&path, "%srenacer.toml", str_text(&up));
		if (stat(path.data, &here) == 0 && !S_ISDIR(here.st_mode)) {
			*out = str_take(&path);
			return 0;
		}
		if (stat(up.n ? up.data : ".", &here) < 0)
			return err_sys(err, "look for renacer.toml from '%s'", dir);
		if (here.st_dev == root.st_dev && here.st_ino == root.st_ino)
			break;
		str_add(&up, "../");
	}
	err_set(err, "no renacer.toml in '%s' or a directory above", dir);
	err_hint(err,
		"docs/renacer-toml.md has one to begin with; --config names another place, "
		"--golden FILE does without");
	return err_as(err, ERR_USAGE);
}

/* "golden/greet.golden.zst" is the golden of "greet". */
static const char *
ad_hoc_name(struct arena *arena, const char *golden)
{
	char *name = arena_strdup(arena, paths_last(golden));

	if (str_has_suffix(name, ".zst"))
		name[strlen(name) - 4] = '\0';
	if (str_has_suffix(name, ".golden") && strlen(name) > 7)
		name[strlen(name) - 7] = '\0';
	return name;
}

struct config *
config_ad_hoc(const char *golden, const char *const *argv, enum profile profile, uint32_t runs,
	int expect_exit)
{
	struct config *c = config_new();
	struct target *t = arena_alloc(c->arena, sizeof *t);
	char *here = realpath(".", NULL);
	const char **copy;
	size_t n = 0;

	c->dir = here ? arena_strdup(c->arena, here) : "/";
	free(here);
	while (argv[n])
		n++;
	copy = arena_array(c->arena, n + 1, sizeof *copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(c->arena, argv[i]);
	*t = c->defaults;
	t->name = ad_hoc_name(c->arena, golden);
	t->argv = copy;
	t->cwd = c->dir;
	t->profile = profile;
	t->expect_exit = expect_exit;
	if (runs)
		t->runs = t->record_runs = runs;
	t->golden = paths_join(c->arena, c->dir, golden);
	c->golden_dir = c->dir;
	c->targets = t;
	c->n_targets = 1;
	return c;
}
