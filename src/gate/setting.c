/* SPDX-License-Identifier: MIT */
/* setting.c - the [gate] table of renacer.toml */

#include "gate/setting.h"

#include "base/clock.h"
#include "gate/groups.h"
#include "gate/paths.h"

#include <string.h>

const char *const setting_report_formats[] = { "junit", "sarif", "json", "markdown", "text",
	NULL };

static const char *const source_lines_names[] = { "never", "sandbox", "always", NULL };
const char *const setting_io_uring_names[] = { "allow", "deny", NULL };

/* The locale and zone of no place; the hash seed that lets Python's sets repeat; and no
 * bytecode caches, whose writing depends on what ran before. */
static const char *const default_set[] = { "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1",
	"PYTHONHASHSEED=0", "TZ=UTC", NULL };
static const char *const default_inherit[] = { "PATH", NULL };

void
setting_defaults(struct config *c)
{
	c->inherit = default_inherit;
	c->n_inherit = ARRAY_LEN(default_inherit) - 1;
	c->set = default_set;
	c->n_set = ARRAY_LEN(default_set) - 1;
	c->jobs = 1;
	c->source_lines = SOURCE_LINES_SANDBOX;
	c->zst_above = 256 * 1024;
	c->backend = BACKEND_AUTO;
	c->defaults = (struct target){
		.profile = PROFILE_EFFECTS,
		.timeout_ns = 60ull * NS_PER_S,
		.linger_ns = 5ull * NS_PER_S,
		.runs = 1,
		.record_runs = 3,
	};
}

int
setting_profile(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	int chosen;

	if (key_choice(k, &chosen, v, profile_names, err) < 0)
		return -1;
	*(enum profile *)field = (enum profile)chosen;
	return 0;
}

int
setting_io_uring(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	int chosen;

	if (key_choice(k, &chosen, v, setting_io_uring_names, err) < 0)
		return -1;
	*(bool *)field = chosen == 1;
	return 0;
}

void
setting_add_report(struct config *c, const char *format, const char *path)
{
	struct report_wish *more = arena_array(c->arena, c->n_reports + 1, sizeof *more);

	if (c->n_reports)
		memcpy(more, c->reports, c->n_reports * sizeof *more);
	more[c->n_reports++] = (struct report_wish){ format, path };
	c->reports = more;
}

static int
read_backend(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	int chosen;

	if (key_choice(k, &chosen, v, capture_backend_names, err) < 0)
		return -1;
	*(enum capture_backend *)field = (enum capture_backend)chosen;
	return 0;
}

static int
read_source_lines(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	int chosen;

	if (key_choice(k, &chosen, v, source_lines_names, err) < 0)
		return -1;
	*(enum source_lines *)field = (enum source_lines)chosen;
	return 0;
}

static int
read_reports(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct config *c = field;
	const char *path, *near;
	const char *const *format;

	if (v->kind != TOML_TABLE)
		return key_wrong_kind(k, v, "a table of format = \"path\"", err);
	for (const struct toml *item = v->first; item; item = item->next) {
		for (format = setting_report_formats; *format; format++)
			if (strcmp(*format, item->key) == 0)
				break;
		if (!*format) {
			near = key_nearest(setting_report_formats, item->key);
			err_at(err, item->key_at, "unknown report format '%s'", item->key);
			return near ? err_hint(err, "did you mean '%s'?", near)
				    : err_hint(err, "junit, sarif, json, markdown or text");
		}
		if (key_text(k, &path, item, err) < 0)
			return -1;
		if (!*path)
			return err_at(err, item->at, "the path of the report is empty");
		setting_add_report(c, *format,
			strcmp(path, "-") == 0 ? path : paths_join(c->arena, c->dir, path));
	}
	return 0;
}

/* Names only: a value given here would be lost. */
static int
read_inherit(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct config *c = field;
	const char **names;
	size_t n = 0;

	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of names", err);
	names = arena_array(k->arena, v->n + 1, sizeof *names);
	for (const struct toml *item = v->first; item; item = item->next, n++) {
		if (key_text(k, &names[n], item, err) < 0)
			return -1;
		if (*names[n] && !strchr(names[n], '='))
			continue;
		err_at(err, item->at, "'%s' cannot be the name of a variable", names[n]);
		return err_hint(err, "to give a value use set = { NAME = \"value\" }");
	}
	c->inherit = names;
	c->n_inherit = n;
	return 0;
}

/* What the configuration sets comes behind the defaults, and so wins. */
static int
read_set(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct config *c = field;
	const char *const *mine;
	const char **all;
	size_t n;

	if (key_variables(k, &mine, &n, v, err) < 0)
		return -1;
	all = arena_array(k->arena, c->n_set + n + 1, sizeof *all);
	memcpy(all, c->set, c->n_set * sizeof *all);
	memcpy(all + c->n_set, mine, n * sizeof *all);
	c->set = all;
	c->n_set += n;
	return 0;
}

#define FIELD(name) .offset = offsetof(struct config, name)
const struct key setting_environment_keys[] = {
	{ "inherit", KEY_OWN, .read = read_inherit, .schema = SCHEMA_NAMES },
	{ "set", KEY_OWN, .read = read_set, .schema = SCHEMA_REF("variables") },
	{ "aslr", KEY_BOOL, FIELD(defaults.aslr) },
	{ .name = NULL },
};

static int
read_environment(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct key_context inner = { k->arena, "[gate.environment]", k->arg };

	if (v->kind != TOML_TABLE)
		return key_wrong_kind(k, v, "a table", err);
	return keys_read(&inner, setting_environment_keys, v, field, err);
}

const struct key setting_keys[] = {
	{ "golden_dir", KEY_TEXT, FIELD(golden_dir) },
	{ "profile", KEY_OWN, FIELD(defaults.profile), .read = setting_profile,
		.choices = profile_names },
	{ "timeout", KEY_DURATION, FIELD(defaults.timeout_ns) },
	{ "linger", KEY_DURATION, FIELD(defaults.linger_ns) },
	{ "jobs", KEY_NUMBER, FIELD(jobs), .min = 1, .max = 64 },
	{ "runs", KEY_NUMBER, FIELD(defaults.runs), .min = 1, .max = 1000 },
	{ "record_runs", KEY_NUMBER, FIELD(defaults.record_runs), .min = 1, .max = 1000 },
	{ "retries", KEY_NUMBER, FIELD(defaults.retries), .max = 100 },
	{ "reports", KEY_OWN, .read = read_reports, .schema = SCHEMA_REF("reports") },
	{ "zst_above", KEY_SIZE, FIELD(zst_above) },
	{ "clusters", KEY_OWN, .read = groups_read, .schema = SCHEMA_PATTERN },
	{ "build", KEY_TEXTS, FIELD(build), .n_offset = offsetof(struct config, n_build) },
	{ "io_uring", KEY_OWN, FIELD(defaults.deny_io_uring), .read = setting_io_uring,
		.choices = setting_io_uring_names },
	{ "backend", KEY_OWN, FIELD(backend), .read = read_backend,
		.choices = capture_backend_names },
	{ "source_lines", KEY_OWN, FIELD(source_lines), .read = read_source_lines,
		.choices = source_lines_names },
	{ "environment", KEY_OWN, .read = read_environment,
		.schema = SCHEMA_REF("environment") },
	{ .name = NULL },
};
#undef FIELD

int
setting_read(struct config *c, const struct toml *table, struct err *err)
{
	struct key_context k = { c->arena, "[gate]", c };

	return keys_read(&k, setting_keys, table, c, err);
}
