/* SPDX-License-Identifier: MIT */
/* golden.c - what one run amounts to, in canonical form */

#include "model/golden.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const profile_names[N_PROFILES + 1] = {
	[PROFILE_STRICT] = "strict",
	[PROFILE_IO] = "io",
	[PROFILE_EFFECTS] = "effects",
	[PROFILE_TRANSPILE] = "transpile",
	[PROFILE_COUNTS] = "counts",
};

const char *const effect_kind_names[N_EFFECT_KINDS] = {
	[EFFECT_EXIT] = "exit",
	[EFFECT_STREAM] = "stream",
	[EFFECT_PATH] = "path",
	[EFFECT_EXEC] = "exec",
	[EFFECT_NET] = "net",
	[EFFECT_SIGNAL] = "signal",
	[EFFECT_PRIVILEGE] = "privilege",
	[EFFECT_READ] = "read",
	[EFFECT_ORDER] = "order",
	[EFFECT_FLOW] = "flow",
	[EFFECT_CALL] = "call",
	[EFFECT_COUNT] = "count",
};

struct golden *
golden_new(void)
{
	struct golden *g = mem_alloc(sizeof *g);
	static const char *const no_argv[] = { NULL };

	g->arena = arena_new();
	g->format = GOLDEN_FORMAT;
	g->table = TABLE_VERSION;
	g->target = "";
	g->argv = no_argv;
	g->profile = PROFILE_EFFECTS;
	g->n_runs = 1;
	g->fingerprint = (struct fingerprint){ "", "", "", "" };
	return g;
}

void
golden_free(struct golden *g)
{
	if (!g)
		return;
	arena_free(g->arena);
	mem_free(g->effects);
	mem_free(g);
}

struct golden *
golden_share(const struct golden *g)
{
	struct golden *to = golden_new();
	struct arena *arena = to->arena;

	*to = *g;
	to->arena = arena;
	to->capacity = g->n_effects;
	to->effects = mem_array(g->n_effects + 1, sizeof *to->effects);
	for (size_t i = 0; i < g->n_effects; i++) {
		struct effect *e = &to->effects[i];

		*e = g->effects[i];
		e->values = arena_dup(arena, e->values, e->n_values * sizeof *e->values);
	}
	return to;
}

struct effect *
golden_add(struct golden *g, enum effect_kind kind, const char *key)
{
	struct effect *e;

	g->effects = mem_grow(g->effects, g->n_effects, &g->capacity, sizeof *g->effects);
	e = &g->effects[g->n_effects++];
	*e = (struct effect){ .kind = kind, .key = arena_strdup(g->arena, key), .n_runs = 1 };
	return e;
}

static struct value *
add_value(struct golden *g, struct effect *e, const char *name, enum value_kind kind)
{
	struct value *more = arena_array(g->arena, e->n_values + 1, sizeof *more);

	if (e->n_values)
		memcpy(more, e->values, e->n_values * sizeof *more);
	e->values = more;
	more += e->n_values++;
	*more = (struct value){ .name = arena_intern(g->arena, name, strlen(name)),
		.kind = kind };
	return more;
}

void
effect_text(struct golden *g, struct effect *e, const char *name, const char *text)
{
	add_value(g, e, name, VALUE_TEXT)->text = arena_strdup(g->arena, text);
}

void
effect_number(struct golden *g, struct effect *e, const char *name, int64_t number)
{
	add_value(g, e, name, VALUE_NUMBER)->number = number;
}

void
effect_bool(struct golden *g, struct effect *e, const char *name, bool truth)
{
	add_value(g, e, name, VALUE_BOOL)->number = truth;
}

void
effect_list(
	struct golden *g, struct effect *e, const char *name, const char *const *list, size_t n)
{
	const char **copy = arena_array(g->arena, n, sizeof *copy);
	struct value *v = add_value(g, e, name, VALUE_LIST);

	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(g->arena, list[i]);
	v->list = copy;
	v->n_list = n;
}

void
effect_copy(struct golden *g, struct effect *e, const struct value *v, const char *text)
{
	switch (v->kind) {
	case VALUE_TEXT:
		effect_text(g, e, v->name, text ? text : v->text);
		break;
	case VALUE_NUMBER:
		effect_number(g, e, v->name, v->number);
		break;
	case VALUE_BOOL:
		effect_bool(g, e, v->name, v->number);
		break;
	case VALUE_LIST:
		effect_list(g, e, v->name, v->list, v->n_list);
		break;
	}
}

const struct value *
effect_value(const struct effect *e, const char *name)
{
	for (size_t i = 0; i < e->n_values; i++)
		if (strcmp(e->values[i].name, name) == 0)
			return &e->values[i];
	return NULL;
}

static int
compare_values(const struct value *a, const struct value *b)
{
	int c = strcmp(a->name, b->name);

	if (c == 0)
		c = (a->kind > b->kind) - (a->kind < b->kind);
	if (c != 0)
		return c;
	switch (a->kind) {
	case VALUE_TEXT:
		return strcmp(a->text, b->text);
	case VALUE_NUMBER:
	case VALUE_BOOL:
		return (a->number > b->number) - (a->number < b->number);
	case VALUE_LIST:
		for (size_t i = 0; i < a->n_list && i < b->n_list && c == 0; i++)
			c = strcmp(a->list[i], b->list[i]);
		return c ? c : (a->n_list > b->n_list) - (a->n_list < b->n_list);
	}
	return 0;
}

bool
value_is_equal(const struct value *a, const struct value *b)
{
	return compare_values(a, b) == 0;
}

static int
compare_effects(const void *x, const void *y)
{
	const struct effect *a = x, *b = y;
	int c = (a->kind > b->kind) - (a->kind < b->kind);

	if (c == 0)
		c = strcmp(a->key, b->key);
	/* A fresh run has places, a loaded golden has lines. */
	if (c == 0 && a->kind == EFFECT_CALL)
		c = (a->place > b->place) - (a->place < b->place);
	if (c == 0 && a->kind == EFFECT_CALL)
		return (a->line > b->line) - (a->line < b->line);
	for (size_t i = 0; c == 0 && i < a->n_values && i < b->n_values; i++)
		c = compare_values(&a->values[i], &b->values[i]);
	return c ? c : (a->n_values > b->n_values) - (a->n_values < b->n_values);
}

void
golden_sort(struct golden *g)
{
	if (g->n_effects)
		qsort(g->effects, g->n_effects, sizeof *g->effects, compare_effects);
}

const struct golden_number *
golden_number(const struct golden *g, const char *name)
{
	for (size_t i = 0; i < g->n_numbers; i++)
		if (strcmp(g->numbers[i].name, name) == 0)
			return &g->numbers[i];
	return NULL;
}

struct golden_number *
golden_number_add(struct golden *g, const char *name)
{
	struct golden_number *more;
	size_t at = 0;

	while (at < g->n_numbers && strcmp(g->numbers[at].name, name) < 0)
		at++;
	if (at < g->n_numbers && strcmp(g->numbers[at].name, name) == 0)
		return &g->numbers[at];
	more = arena_array(g->arena, g->n_numbers + 1, sizeof *more);
	if (at)
		memcpy(more, g->numbers, at * sizeof *more);
	more[at] = (struct golden_number){ .name = arena_strdup(g->arena, name) };
	if (at < g->n_numbers)
		memcpy(more + at + 1, g->numbers + at, (g->n_numbers - at) * sizeof *more);
	g->numbers = more;
	g->n_numbers++;
	return &more[at];
}
