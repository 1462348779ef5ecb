/* SPDX-License-Identifier: MIT */
/* output_maps.c - the output maps of a target, from renacer.toml and from options */

#include "gate/output_maps.h"

#include "judge/output_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of one stream or file; a golden holds it. */
#define TEXT_LIMIT 65536
#define TEXT_LIMIT_MAPPED ((size_t)4 << 20)

static const char parameter_hint[] =
	"{ float_tolerance = 1e-9 } is relative; { float_tolerance = "
	"{ relative = 1e-9, absolute = 1e-12 } } both";

/* -1: no such map. */
static int
kind_of(const char *name, size_t n)
{
	for (int i = 0; i < N_OUTPUT_MAPS; i++)
		if (strlen(output_map_names[i]) == n &&
			memcmp(output_map_names[i], name, n) == 0)
			return i;
	return -1;
}

static int
unknown_map(const char *name, struct err *err)
{
	const char *near = key_nearest(output_map_names, name);

	err_set(err, "unknown output map '%s'", name);
	return near ? err_hint(err, "did you mean '%s'?", near)
		    : err_hint(err, "bool_case, py_repr_quotes, debug_wrapper, "
				    "float_tolerance, json, sorted_lines, trailing_newline");
}

static int
check_tolerance(const struct output_map *map, struct err *err)
{
	double r = map->relative, a = map->absolute;

	if (!isfinite(r) || r < 0 || r > TOLERANCE_MOST || (r > 0 && r < TOLERANCE_LEAST))
		err_set(err, "a relative tolerance of %g is neither 0 nor from %g to %g", r,
			TOLERANCE_LEAST, TOLERANCE_MOST);
	else if (!isfinite(a) || a < 0)
		err_set(err, "an absolute tolerance of %g is not a number from 0 on", a);
	else
		return 0;
	return err_hint(err, "%s", parameter_hint);
}

static int
append(struct output_maps *maps, struct arena *arena, struct output_map map, struct err *err)
{
	struct output_map *more = arena_array(arena, maps->n + 1, sizeof *more);

	for (size_t i = 0; i < maps->n; i++)
		if (maps->items[i].kind == map.kind)
			return err_set(err, "the output map '%s' is there twice",
				output_map_names[map.kind]);
	if (maps->n)
		memcpy(more, maps->items, maps->n * sizeof *more);
	more[maps->n++] = map;
	maps->items = more;
	return 0;
}

/*
 * renacer.toml.
 */
static int
read_number(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	if (v->kind != TOML_FLOAT && v->kind != TOML_INTEGER)
		return key_wrong_kind(k, v, "a number", err);
	*(double *)field = v->number;
	return 0;
}

const struct key output_maps_tolerance_keys[] = {
	{ "relative", KEY_OWN, .offset = offsetof(struct output_map, relative),
		.read = read_number, .schema = SCHEMA_NUMBER },
	{ "absolute", KEY_OWN, .offset = offsetof(struct output_map, absolute),
		.read = read_number, .schema = SCHEMA_NUMBER },
	{ .name = NULL },
};

static int
read_tolerance(
	struct key_context *k, struct output_map *map, const struct toml *v, struct err *err)
{
	struct key_context inner = { k->arena, "'float_tolerance'", k->arg };

	if (v->kind == TOML_TABLE) {
		if (keys_read(&inner, output_maps_tolerance_keys, v, map, err) < 0)
			return -1;
		if (!v->n) {
			err_at(err, v->at, "'float_tolerance' has no tolerance");
			return err_hint(err, "%s", parameter_hint);
		}
	} else if (v->kind == TOML_FLOAT || v->kind == TOML_INTEGER) {
		map->relative = v->number;
	} else {
		key_wrong_kind(k, v, "a number or a table", err);
		return err_hint(err, "%s", parameter_hint);
	}
	return check_tolerance(map, err) < 0 ? key_place(err, v->at) : 0;
}

/* A name alone, or a table of one name and its parameter. */
static int
read_map(
	struct key_context *k, struct output_map *map, const struct toml *item, struct err *err)
{
	const struct toml *parameter = item->kind == TOML_TABLE ? item->first : NULL;
	const char *name = parameter ? parameter->key : item->text;
	int kind;

	if (item->kind != TOML_STRING && (!parameter || parameter->next)) {
		err_at(err, item->at, "an output map in %s is a name, or a table of one",
			k->where);
		return err_hint(err, "\"json\", or { float_tolerance = 1e-9 }");
	}
	map->at = parameter ? parameter->key_at : item->at;
	kind = kind_of(name, parameter ? parameter->n_key : item->n);
	if (kind < 0) {
		unknown_map(name, err);
		return key_place(err, map->at);
	}
	map->kind = (enum output_map_kind)kind;
	if (kind == MAP_FLOAT_TOLERANCE && parameter)
		return read_tolerance(k, map, parameter, err);
	if (kind == MAP_FLOAT_TOLERANCE) {
		err_at(err, map->at, "the output map 'float_tolerance' needs its tolerance");
		return err_hint(err, "%s", parameter_hint);
	}
	if (!parameter)
		return 0;
	err_at(err, parameter->at, "the output map '%s' takes no parameter", name);
	return err_hint(err, "write \"%s\"", name);
}

int
output_maps_read(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct output_maps *maps = field;

	if (v->kind != TOML_ARRAY)
		return key_wrong_kind(k, v, "an array of output maps", err);
	for (const struct toml *item = v->first; item; item = item->next) {
		struct output_map map = { 0 };

		if (read_map(k, &map, item, err) < 0)
			return -1;
		if (append(maps, k->arena, map, err) < 0)
			return key_place(err, map.at);
	}
	return 0;
}

/*
 * Options.
 */
static int
parse_number(double *out, const char *text, struct err *err)
{
	char *end;

	*out = strtod(text, &end);
	if (end != text && !*end)
		return 0;
	err_set(err, "'%s' is not a number", text);
	return err_hint(err, "--output-map float_tolerance=1e-9");
}

int
output_maps_add(
	struct output_maps *maps, struct arena *arena, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : strlen(text);
	int kind = kind_of(text, n);
	struct output_map map = { 0 };

	if (kind < 0)
		return unknown_map(arena_strndup(arena, text, n), err);
	map.kind = (enum output_map_kind)kind;
	if (equals && kind != MAP_FLOAT_TOLERANCE) {
		err_set(err, "the output map '%s' takes no parameter", output_map_names[kind]);
		return err_hint(err, "--output-map %s", output_map_names[kind]);
	}
	if (!equals && kind == MAP_FLOAT_TOLERANCE) {
		err_set(err, "the output map 'float_tolerance' needs its tolerance");
		return err_hint(err, "--output-map float_tolerance=1e-9");
	}
	if (equals && (parse_number(&map.relative, equals + 1, err) < 0 ||
			      check_tolerance(&map, err) < 0))
		return -1;
	return append(maps, arena, map, err);
}

bool
output_maps_fit(enum profile profile)
{
	return profile == PROFILE_EFFECTS || profile == PROFILE_TRANSPILE;
}

int
output_maps_add_all(struct output_maps *maps, struct arena *arena, const char *const *texts,
	size_t n, enum profile profile, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (output_maps_add(maps, arena, texts[i], err) < 0)
			return err_as(err, ERR_USAGE);
	if (!maps->n || output_maps_fit(profile))
		return 0;
	err_set(err, "output maps mean nothing to the profile '%s'", profile_names[profile]);
	err_hint(err, "--profile transpile, or effects");
	return err_as(err, ERR_USAGE);
}

size_t
output_maps_limit(const struct output_maps *maps, enum profile profile)
{
	return (maps && maps->n) || profile == PROFILE_TRANSPILE ? TEXT_LIMIT_MAPPED
								 : TEXT_LIMIT;
}

size_t
output_maps_text_limit(const struct config *c, const struct target *target)
{
	size_t limit = output_maps_limit(&target->output_maps, target->profile);

	for (size_t i = 0; i < c->n_targets; i++) {
		const struct target *t = &c->targets[i];

		if (t->output_maps.n && t->equivalent_to &&
			strcmp(t->equivalent_to, target->name) == 0)
			limit = TEXT_LIMIT_MAPPED;
	}
	return limit;
}
