/* SPDX-License-Identifier: MIT */
/* packs.c - rule packs: how an include names one, and where it lies */

#include "gate/packs.h"

#include "base/regex.h"
#include "base/str.h"
#include "gate/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
add_glob(struct key_context *k, struct rule_targets *targets, const struct toml *item,
	struct err *err)
{
	const char *glob;

	if (key_text(k, &glob, item, err) < 0)
		return -1;
	if (glob_check(glob, err) < 0)
		return key_place(err, item->at);
	targets->globs[targets->n++] = glob;
	return 0;
}

static int
read_targets(struct key_context *k, const struct toml *value, void *field, struct err *err)
{
	struct rule_targets *targets = arena_alloc(k->arena, sizeof *targets);
	bool is_list = value->kind == TOML_ARRAY && value->n;

	*(struct rule_targets **)field = targets;
	targets->at = value->at;
	targets->globs = arena_array(k->arena, value->n + 1, sizeof *targets->globs);
	if (value->kind == TOML_STRING)
		return add_glob(k, targets, value, err);
	if (!is_list)
		return key_wrong_kind(
			k, value, "a glob over names of targets, or an array of them", err);
	for (const struct toml *item = value->first; item; item = item->next)
		if (add_glob(k, targets, item, err) < 0)
			return -1;
	return 0;
}

const struct key pack_wish_keys[] = {
	{ "path", KEY_TEXT, offsetof(struct pack_wish, path), .required = true },
	{ "target", KEY_OWN, offsetof(struct pack_wish, targets), .read = read_targets,
		.schema = "{\"anyOf\": [" SCHEMA_PATTERN
			  ", {\"type\": \"array\", \"minItems\": 1, "
			  "\"items\": " SCHEMA_PATTERN "}]}" },
	{ .name = NULL },
};

int
pack_wish_read(
	struct key_context *k, struct pack_wish *out, const struct toml *item, struct err *err)
{
	struct key_context inner = { k->arena, "an include", k->arg };

	*out = (struct pack_wish){ .at = item->at };
	if (item->kind == TOML_TABLE)
		return keys_read(&inner, pack_wish_keys, item, out, err);
	if (item->kind != TOML_STRING)
		return key_wrong_kind(
			k, item, "a path, or a table with 'path' and 'target'", err);
	return key_text(k, &out->path, item, err);
}

bool
pack_is_empty(const struct toml *document)
{
	const struct toml *rules = toml_get(document, "assertion");
	const struct toml *others = toml_get(document, "include");

	return !(rules && rules->n) && !(others && others->n);
}

/* The directory that our program lies in; NULL: not known. */
static const char *
program_dir(struct arena *arena)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	return slash ? arena_strndup(arena, path, (size_t)(slash - path)) : NULL;
}

static bool
is_dir(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

const char *
pack_dir(struct arena *arena, size_t i)
{
	static const char *const places[] = { "../share/renacer/assertions", "../assertions",
		"/usr/local/share/renacer/assertions", "/usr/share/renacer/assertions" };
	const char *dir = program_dir(arena);

	for (size_t k = 0; k < ARRAY_LEN(places); k++) {
		const char *path = dir || places[k][0] == '/'
					   ? paths_join(arena, dir ? dir : "/", places[k])
					   : NULL;

		if (path && is_dir(path) && i-- == 0)
			return path;
	}
	return NULL;
}

static const char *
real_path(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = real ? arena_strdup(arena, real) : NULL;
	int was = errno;

	free(real);
	errno = was;
	return copy;
}

/* "assertions/NAME.toml" -> "NAME.toml" */
static const char *
name_of_ours(const char *path)
{
	static const char prefix[] = "assertions/";
	const char *name = path + strlen(prefix);

	if (!str_has_prefix(path, prefix) || strchr(name, '/') ||
		!str_has_suffix(name, ".toml"))
		return NULL;
	return name;
}

static int
not_found(struct arena *arena, const struct pack_wish *wish, struct err *err)
{
	const char *dir = name_of_ours(wish->path) ? pack_dir(arena, 0) : NULL;

	err_at(err, wish->at, "rule pack '%s': %s", wish->path, strerror(errno));
	if (errno == EISDIR)
		return err_hint(err, "name the files in it, one by one");
	return dir ? err_hint(err, "it is not among those of renacer-gate either: ls %s", dir)
		   : -1;
}

/* Can it be read as a file? errno says why not. */
static bool
is_readable(const char *path)
{
	if (access(path, R_OK) < 0)
		return false;
	errno = EISDIR;
	return !is_dir(path);
}

int
pack_find(const char **out, struct arena *arena, const struct pack_wish *wish,
	const char *shown, struct err *err)
{
	const char *slash = strrchr(shown, '/'), *name = name_of_ours(wish->path), *dir;
	const char *path = wish->path[0] == '/' || !slash
				   ? wish->path
				   : arena_printf(arena, "%.*s/%s", (int)(slash - shown), shown,
					     wish->path);

	*out = path;
	if (is_readable(path))
		return 0;
	if (errno != ENOENT)
		return not_found(arena, wish, err);
	for (size_t i = 0; name && (dir = pack_dir(arena, i)); i++) {
		*out = arena_printf(arena, "%s/%s", dir, name);
		if (is_readable(*out))
			return 0;
	}
	errno = ENOENT;
	return not_found(arena, wish, err);
}

const char *
pack_named(struct arena *arena, const char *name, const char *shown)
{
	struct pack_wish wish = { .path = arena_printf(arena, "assertions/%s.toml", name) };
	struct err err = { 0 };
	const char *dir, *path;

	if (shown && pack_find(&path, arena, &wish, shown, &err) == 0)
		return path;
	if (err_is_set(&err))
		err_drop(&err); /* there is none of that name */
	for (size_t i = 0; (dir = pack_dir(arena, i)); i++) {
		path = arena_printf(arena, "%s/%s.toml", dir, name);
		if (real_path(arena, path))
			return path;
	}
	return NULL;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *
pack_names(struct arena *arena, size_t *n)
{
	const char *dir = pack_dir(arena, 0);
	DIR *d = dir ? opendir(dir) : NULL;
	AUTO(mem_free) const char **names = NULL;
	struct dirent *entry;
	size_t capacity = 0;

	*n = 0;
	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' || !str_has_suffix(entry->d_name, ".toml"))
			continue;
		names = mem_grow(names, *n, &capacity, sizeof *names);
		names[(*n)++] = arena_strndup(
			arena, entry->d_name, strlen(entry->d_name) - strlen(".toml"));
	}
	if (d)
		closedir(d);
	if (!*n)
		return NULL;
	qsort(names, *n, sizeof *names, compare_names);
	return arena_dup(arena, names, *n * sizeof *names);
}
