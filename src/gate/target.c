/* SPDX-License-Identifier: MIT */
/* target.c - the [[target]] tables of renacer.toml */

#include "gate/target.h"

#include "base/map.h"
#include "base/regex.h"
#include "base/str.h"
#include "gate/budgets.h"
#include "gate/key.h"
#include "gate/output_maps.h"
#include "gate/paths.h"
#include "gate/scan.h"
#include "gate/setting.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Names become file names of goldens and artifacts on any file system. */
static int
read_name(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	const char *name, *bad;

	if (key_text(k, &name, v, err) < 0)
		return -1;
	bad = name +
	      strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	if (*name && !*bad && *name != '.' && *name != '-' && strlen(name) <= 100) {
		*(const char **)field = name;
		return 0;
	}
	err_at(err, v->at, "'%s' cannot be the name of a target: it becomes a file name", name);
	return err_hint(err,
		"up to 100 letters, digits, '_', '-', '.', and neither '-' nor '.' "
		"in front");
}

static const char *const outcomes[] = { "pass", "fail", NULL };

static int
read_expect(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	int chosen;

	if (key_choice(k, &chosen, v, outcomes, err) < 0)
		return -1;
	*(bool *)field = chosen == 1;
	return 0;
}

static int
read_argv(struct key_context *k, const char *const **out, size_t *n, const struct toml *v,
	struct err *err)
{
	const char **argv;
	size_t i = 0;

	if (v->kind == TOML_STRING) {
		key_wrong_kind(k, v, "an array of strings", err);
		return err_hint(err, "for a shell's line write shell = \"…\"");
	}
	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of strings", err);
	argv = arena_array(k->arena, v->n + 1, sizeof *argv);
	for (const struct toml *item = v->first; item; item = item->next)
		if (key_text(k, &argv[i++], item, err) < 0)
			return -1;
	if (!i || !*argv[0])
		return err_at(err, v->at, "'%s' in %s names no program", v->key, k->where);
	*out = argv;
	if (n)
		*n = i;
	return 0;
}

static int
read_command(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct target *t = field;

	return read_argv(k, &t->argv, NULL, v, err);
}

static int
read_setup(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct target *t = field;

	return read_argv(k, &t->setup, &t->n_setup, v, err);
}

static int
read_shell(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct target *t = field;
	const char **argv = arena_array(k->arena, 4, sizeof *argv);

	if (key_text(k, &t->shell, v, err) < 0)
		return -1;
	if (!t->shell[strspn(t->shell, " \t\n")])
		return err_at(err, v->at, "'shell' in %s names no program", k->where);
	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = t->shell;
	t->argv = argv;
	return 0;
}

/* Standard input may hold any byte. */
static int
read_stdin(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct target *t = field;

	if (v->kind != TOML_STRING)
		return key_wrong_kind(k, v, "a string", err);
	t->stdin_text = v->text;
	t->n_stdin = v->n;
	return 0;
}

static int
read_ignore_paths(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct target *t = field;
	struct ignored *globs;
	size_t n = 0;

	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of path patterns", err);
	globs = arena_array(k->arena, v->n + 1, sizeof *globs);
	for (const struct toml *item = v->first; item; item = item->next, n++) {
		if (key_text(k, &globs[n].glob, item, err) < 0)
			return -1;
		if (glob_check(globs[n].glob, err) < 0)
			return key_place(err, item->at);
		globs[n].at = item->at;
	}
	t->ignore_paths = globs;
	t->n_ignore_paths = n;
	return 0;
}

struct redact_row {
	const char *pattern, *with;
};

static int
read_with(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	return key_text(k, field, v, err); /* may be empty: what matches vanishes */
}

const struct key target_redact_keys[] = {
	{ "pattern", KEY_TEXT, .offset = offsetof(struct redact_row, pattern),
		.required = true },
	{ "with", KEY_OWN, .offset = offsetof(struct redact_row, with), .read = read_with,
		.required = true, .schema = SCHEMA_TEXT },
	{ .name = NULL },
};

static int
read_redaction(
	struct key_context *k, struct redaction *out, const struct toml *item, struct err *err)
{
	struct config *c = k->arg;
	struct key_context inner = { k->arena,
		arena_printf(k->arena, "'redact' of %s", k->where), c };
	struct redact_row row = { 0 };
	struct regex *regex;

	if (item->kind != TOML_TABLE) {
		key_wrong_kind(k, item, "a table", err);
		return err_hint(err, "write { pattern = '…', with = \"…\" }");
	}
	if (keys_read(&inner, target_redact_keys, item, &row, err) < 0)
		return -1;
	if (regex_new(&regex, row.pattern, err) < 0)
		return key_place(err, toml_get(item, "pattern")->at);
	c->regexes = mem_grow(c->regexes, c->n_regexes, &c->regexes_room, sizeof(void *));
	c->regexes[c->n_regexes++] = regex;
	*out = (struct redaction){ .pattern = regex,
		.with = row.with,
		.source = row.pattern,
		.at = toml_get(item, "pattern")->at };
	return 0;
}

static int
read_redact(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct target *t = field;
	size_t n = 0;

	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of tables", err);
	t->redactions = arena_array(k->arena, v->n, sizeof *t->redactions);
	for (const struct toml *item = v->first; item; item = item->next)
		if (read_redaction(k, &t->redactions[n++], item, err) < 0)
			return -1;
	t->n_redactions = n;
	return 0;
}

/* "data/" and "." are what is inside; "data" is the directory itself. */
static bool
is_contents(const char *text)
{
	return str_has_suffix(text, "/") || str_has_suffix(text, "/.") ||
	       strcmp(text, ".") == 0 || strcmp(text, "..") == 0 || str_has_suffix(text, "/..");
}

static int
read_fixtures(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	const struct config *c = k->arg;
	struct target *t = field;
	const char *text, *below;
	size_t n = 0;

	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of paths", err);
	t->fixtures = arena_array(k->arena, v->n, sizeof *t->fixtures);
	for (const struct toml *item = v->first; item; item = item->next, n++) {
		if (key_text(k, &text, item, err) < 0)
			return -1;
		t->fixtures[n].from = paths_join(k->arena, c->dir, text);
		below = paths_below(c->dir, t->fixtures[n].from);
		if (is_contents(text))
			below = "";
		t->fixtures[n].to = below ? below : paths_last(t->fixtures[n].from);
	}
	t->n_fixtures = n;
	return 0;
}

#define FIELD(name) .offset = offsetof(struct target, name)
const struct key target_keys[] = {
	{ "name", KEY_OWN, FIELD(name), .read = read_name, .required = true,
		.schema = SCHEMA_REF("name") },
	{ "command", KEY_OWN, .read = read_command, .schema = SCHEMA_REF("argv") },
	{ "shell", KEY_OWN, .read = read_shell, .schema = SCHEMA_REF("shell") },
	{ "stdin", KEY_OWN, .read = read_stdin, .schema = SCHEMA_TEXT },
	{ "stdin_file", KEY_TEXT, FIELD(stdin_file) },
	{ "env", KEY_VARIABLES, FIELD(env), .n_offset = offsetof(struct target, n_env) },
	{ "cwd", KEY_TEXT, FIELD(cwd) },
	{ "sandbox", KEY_BOOL, FIELD(sandbox) },
	{ "fixtures", KEY_OWN, .read = read_fixtures, .schema = SCHEMA_NAMES },
	{ "setup", KEY_OWN, .read = read_setup, .schema = SCHEMA_REF("argv") },
	{ "expect_exit", KEY_NUMBER, FIELD(expect_exit), .max = 255 },
	{ "expect", KEY_OWN, FIELD(expects_fail), .read = read_expect, .choices = outcomes },
	{ "profile", KEY_OWN, FIELD(profile), .read = setting_profile,
		.choices = profile_names },
	{ "timeout", KEY_DURATION, FIELD(timeout_ns) },
	{ "linger", KEY_DURATION, FIELD(linger_ns) },
	{ "runs", KEY_NUMBER, FIELD(runs), .min = 1, .max = 1000 },
	{ "record_runs", KEY_NUMBER, FIELD(record_runs), .min = 1, .max = 1000 },
	{ "retries", KEY_NUMBER, FIELD(retries), .max = 100 },
	{ "golden", KEY_TEXT, FIELD(golden) },
	{ "ignore_paths", KEY_OWN, .read = read_ignore_paths, .schema = SCHEMA_PATTERNS },
	{ "redact", KEY_OWN, .read = read_redact, .schema = SCHEMA_REF("redactions") },
	{ "equivalent_to", KEY_TEXT, FIELD(equivalent_to) },
	{ "io_uring", KEY_OWN, FIELD(deny_io_uring), .read = setting_io_uring,
		.choices = setting_io_uring_names },
	{ "aslr", KEY_BOOL, FIELD(aslr) },
	{ "output_maps", KEY_OWN, FIELD(output_maps), .read = output_maps_read,
		.schema = SCHEMA_REF("output_maps") },
	{ "budget", KEY_OWN, .read = budgets_read, .schema = SCHEMA_REF("budget") },
	{ .name = NULL },
};
#undef FIELD

const struct key_conflict target_conflicts[] = {
	{ "command", "shell" },
	{ "stdin", "stdin_file" },
	{ "equivalent_to", "golden" },
	{ NULL, NULL },
};

static bool
is_there(const char *path, mode_t type, int *why)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		*why = errno;
		return false;
	}
	*why = type == S_IFDIR ? ENOTDIR : EISDIR;
	return !type || (st.st_mode & S_IFMT) == type;
}

/* What a setup command or the build makes cannot be there yet: then the run will tell. */
static int
check_paths(const struct target *t, const struct config *c, const struct toml *table,
	struct err *err)
{
	const struct toml *v = toml_get(table, "fixtures");
	int why;

	if (t->setup || c->build)
		return 0;
	for (size_t i = 0; i < t->n_fixtures; i++)
		if (!is_there(t->fixtures[i].from, 0, &why)) {
			v = v->first;
			while (i--)
				v = v->next;
			return err_at(err, v->at, "fixture '%s': %s", v->text, strerror(why));
		}
	v = toml_get(table, "stdin_file");
	if (v && t->stdin_file && !is_there(t->stdin_file, S_IFREG, &why))
		return err_at(err, v->at, "stdin_file '%s': %s", v->text, strerror(why));
	v = toml_get(table, "cwd");
	if (v && !t->sandbox && !is_there(t->cwd, S_IFDIR, &why))
		return err_at(err, v->at, "cwd '%s': %s", v->text, strerror(why));
	return 0;
}

static int
settle_cwd(struct target *t, struct config *c, const struct toml *table, struct err *err)
{
	const struct toml *v = toml_get(table, "cwd");
	const char *inside;

	if (!t->sandbox) {
		t->cwd = paths_join(c->arena, c->dir, v ? t->cwd : ".");
		return 0;
	}
	if (!v) {
		t->cwd = "";
		return 0;
	}
	inside = paths_below("/sandbox", paths_join(c->arena, "/sandbox", t->cwd));
	if (t->cwd[0] == '/' || !inside) {
		err_at(err, v->at, "cwd '%s' is not inside the sandbox", t->cwd);
		return err_hint(err, "a path relative to the sandbox, as cwd = \"examples\"");
	}
	t->cwd = inside;
	return 0;
}

static int
settle(struct target *t, struct config *c, const struct toml *table, struct err *err)
{
	const struct toml *v;

	if (!t->argv) {
		err_at(err, t->at, "[[target]] '%s' has nothing to run", t->name);
		return err_hint(err, "add command = [\"program\", \"argument\"]");
	}
	v = toml_get(table, "fixtures");
	if (v && !t->sandbox) {
		err_at(err, v->key_at, "'fixtures' in [[target]] '%s' need a sandbox", t->name);
		return err_hint(err, "add sandbox = true");
	}
	if (settle_cwd(t, c, table, err) < 0)
		return -1;
	if (t->stdin_file)
		t->stdin_file = paths_join(c->arena, c->dir, t->stdin_file);
	t->golden = t->golden ? paths_join(c->arena, c->dir, t->golden)
			      : arena_printf(c->arena, "%s/%s.golden", c->golden_dir, t->name);
	v = toml_get(table, "output_maps");
	if (t->output_maps.n && !output_maps_fit(t->profile)) {
		err_at(err, v->key_at, "'output_maps' mean nothing to the profile '%s'",
			profile_names[t->profile]);
		return err_hint(err, "profile = \"transpile\", or \"effects\"");
	}
	v = toml_get(table, "equivalent_to");
	if (v)
		t->equivalent_at = v->at;
	return check_paths(t, c, table, err);
}

int
target_read(struct target *out, struct config *c, const struct toml *table, struct err *err)
{
	const struct toml *name = toml_get(table, "name");
	struct key_context k = { c->arena, "[[target]]", c };

	if (name && name->kind == TOML_STRING)
		k.where = arena_printf(c->arena, "[[target]] '%s'", name->text);
	*out = c->defaults;
	out->at = table->key ? table->key_at : table->at;
	if (keys_read(&k, target_keys, table, out, err) < 0 ||
		keys_conflict(&k, target_conflicts, table, err) < 0)
		return -1;
	return settle(out, c, table, err);
}

const struct target *
target_by_name(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_targets; i++)
		if (strcmp(c->targets[i].name, name) == 0)
			return &c->targets[i];
	return NULL;
}

static int
check_equivalent(const struct config *c, const struct target *t, struct err *err)
{
	const struct target *other = target_by_name(c, t->equivalent_to);
	const char **names, *near;

	if (other && other != t && !other->equivalent_to)
		return 0;
	err_at(err, t->equivalent_at, "[[target]] '%s' cannot be equivalent to '%s'%s", t->name,
		t->equivalent_to,
		!other       ? ": there is no such target"
		: other == t ? ": that is the target itself"
			     : ": that one has no golden of its own");
	if (other)
		return err_hint(err, "name a target that is compared with a golden");
	names = arena_array(c->arena, c->n_targets + 1, sizeof *names);
	for (size_t i = 0; i < c->n_targets; i++)
		names[i] = c->targets[i].name;
	near = key_nearest(names, t->equivalent_to);
	return near ? err_hint(err, "did you mean '%s'?", near) : -1;
}

int
targets_check(const struct config *c, struct err *err)
{
	AUTO(map_free) struct map *names = map_new();
	AUTO(map_free) struct map *goldens = map_new();
	const struct target *other;

	for (size_t i = 0; i < c->n_targets; i++) {
		struct target *t = &c->targets[i];

		other = map_get_text(names, t->name);
		if (other) {
			err_at(err, t->at, "a second [[target]] '%s'", t->name);
			return err_hint(
				err, "the first is at %s:%u", other->at.file, other->at.row);
		}
		*map_text(names, t->name) = t;
		if (t->equivalent_to || t->expects_fail) /* they write none */
			continue;
		other = map_get_text(goldens, t->golden);
		if (other)
			return err_at(err, t->at,
				"[[target]] '%s' and '%s' would share the golden '%s'",
				other->name, t->name, t->golden);
		*map_text(goldens, t->golden) = t;
	}
	for (size_t i = 0; i < c->n_targets; i++)
		if (c->targets[i].equivalent_to && check_equivalent(c, &c->targets[i], err) < 0)
			return -1;
	return 0;
}
