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
#include "gate/packs.h"
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
	const char *path;                   /* real */
	const struct rule_targets *targets; /* that it is for; NULL: all */
};

/* A pack that was read. */
struct pack {
	struct pos at; /* of the include */
	const struct rule_targets *targets;
	struct pack *before;
};

struct loader {
	struct config *config;
	struct map *done;                   /* real paths of packs read, to struct pack */
	struct pack *last;                  /* of them */
	const struct rule_targets *targets; /* of the file that is being read */
	struct map *names;                  /* of rules, to the rule */
	size_t rules_room;
};

static int read_pack(struct loader *l, struct key_context *k, const struct toml *item,
	const char *shown, const struct including *by, struct err *err);

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
		if (read_pack(l, &k, item, shown, by, err) < 0)
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
	rule_confine(rule, l->targets);
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
	{ .name = "include", .kind = KEY_CHECKED, .schema = SCHEMA_REF("includes") },
	{ .name = "assertion", .kind = KEY_CHECKED, .schema = SCHEMA_REF("assertions") },
	{ "known", KEY_OWN, .read = refuse_known },
	{ .name = NULL },
};

/* Read before: once is enough, but not for other targets than those that it was read for. */
static int
is_done(struct loader *l, const struct pack_wish *wish, const struct including *here,
	struct err *err)
{
	const struct pack *pack = map_get_text(l->done, here->path);

	if (!pack)
		return 0;
	if (!pack->targets && !here->targets)
		return 1;
	err_at(err, wish->at, "'%s' is included a second time, with 'target'", wish->path);
	return err_hint(err,
		"the first is at %s:%u: name all its targets there, target = [\"a\", \"b-*\"]",
		pack->at.file, pack->at.row);
}

static void
note_pack(struct loader *l, const struct pack_wish *wish, const struct including *here)
{
	struct pack *pack = arena_alloc(l->config->arena, sizeof *pack);

	*pack = (struct pack){ wish->at, here->targets, l->last };
	*map_text(l->done, here->path) = l->last = pack;
}

static int
read_pack_file(
	struct loader *l, const char *path, const struct including *here, struct err *err)
{
	struct key_context k = { l->config->arena,
		"a rule pack: only [[assertion]] may stand there", l };
	struct toml *document = NULL;

	if (parse_file(&document, l->config->arena, path, err) < 0)
		return -1;
	if (keys_read(&k, pack_keys, document, NULL, err) < 0 ||
		read_includes(l, document, path, here, err) < 0)
		return -1;
	if (pack_is_empty(document))
		return err_at(err, document->at, "rule pack '%s' has no [[assertion]]", path);
	l->targets = here->targets;
	return each_table(document, "assertion", add_rule, l, err);
}

static int
read_pack(struct loader *l, struct key_context *k, const struct toml *item, const char *shown,
	const struct including *by, struct err *err)
{
	struct arena *arena = l->config->arena;
	struct including here = { by, NULL, by->targets };
	struct pack_wish wish;
	const char *path;
	char *real;
	int rc;

	if (pack_wish_read(k, &wish, item, err) < 0 ||
		pack_find(&path, arena, &wish, shown, err) < 0)
		return -1;
	real = realpath(path, NULL);
	if (!real)
		return err_at(err, wish.at, "rule pack '%s': %s", wish.path, strerror(errno));
	here.path = arena_strdup(arena, real);
	free(real);
	if (wish.targets) {
		wish.targets->outer = by->targets;
		here.targets = wish.targets;
	}
	for (; by; by = by->by)
		if (strcmp(by->path, here.path) == 0)
			return err_at(err, wish.at, "'%s' includes itself", wish.path);
	rc = is_done(l, &wish, &here, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	note_pack(l, &wish, &here);
	return read_pack_file(l, path, &here, err);
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
	{ .name = "include", .kind = KEY_CHECKED, .schema = SCHEMA_REF("includes") },
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

static size_t
count_targets(const struct config *c, const char *glob)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_targets; i++)
		n += glob_matches(glob, c->targets[i].name);
	return n;
}

/* Nor may an include be for nobody. */
static int
check_packs(const struct loader *l, struct err *err)
{
	const struct config *c = l->config;

	for (const struct pack *p = l->last; p && c->n_targets; p = p->before) {
		const struct rule_targets *t = p->targets;

		for (size_t i = 0; t && i < t->n; i++) {
			if (count_targets(c, t->globs[i]))
				continue;
			err_at(err, t->at, "'%s' matches the name of no target", t->globs[i]);
			return err_hint(err,
				"it is a glob over names of targets: the first is '%s'",
				c->targets[0].name);
		}
	}
	return 0;
}

/* A rule whose `target` names nobody would never be asked. */
static int
check_rules(const struct config *c, struct err *err)
{
	for (size_t i = 0; i < c->rules.n; i++) {
		const struct rule *rule = c->rules.items[i];
		size_t n = 0;

		if (rule_check_groups(rule, c->groups, err) < 0)
			return -1;
		for (size_t j = 0; j < c->n_targets; j++)
			n += rule_applies(rule, c->targets[j].name);
		if (n || !c->n_targets)
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
	struct including top = { NULL, c->path, NULL };

	if (keys_read(&k, config_keys, document, c, err) < 0)
		return -1;
	if (!c->golden_dir)
		c->golden_dir = historic_golden_dir(document);
	c->golden_dir = paths_join(c->arena, c->dir, c->golden_dir ? c->golden_dir : "golden");
	if (read_includes(l, document, shown, &top, err) < 0)
		return -1;
	l->targets = NULL;
	if (each_table(document, "target", add_target, l, err) < 0 ||
		each_table(document, "assertion", add_rule, l, err) < 0 ||
		historic_read(c, document, err) < 0)
		return -1;
	if (targets_check(c, err) < 0 || known_read(c, document, err) < 0)
		return -1;
	if (check_packs(l, err) < 0)
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
	struct loader loader = { .config = c, .done = done, .names = names };
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
