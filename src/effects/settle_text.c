/* SPDX-License-Identifier: MIT */
/* settle_text.c - texts of effects, found again in other recordings */
#include "effects/settle_text.h"

#include "base/mem.h"

#include <string.h>

struct value *
told_text(const struct effect *e)
{
	for (size_t i = 0; e && e->kind != EFFECT_CALL && i < e->n_values; i++)
		if (e->values[i].kind == VALUE_TEXT && strcmp(e->values[i].name, "text") == 0)
			return &e->values[i];
	return NULL;
}

static void *
look_up(const struct map *index, enum effect_kind kind, const char *key, const char *more)
{
	AUTO(str_done) struct str name = { 0 };

	str_addf(&name, "%d %s%s", (int)kind, key, more);
	return map_get_text(index, name.data);
}

struct effect *
told_find(const struct map *index, const struct effect *e)
{
	return look_up(index, e->kind, e->key, "");
}

struct map *
told_index(struct golden *g, const char *holding)
{
	struct map *index = map_new();

	for (size_t i = 0; i < g->n_effects; i++) {
		AUTO(str_done) struct str key = { 0 };
		const struct value *text = told_text(&g->effects[i]);

		if (!text || !strstr(text->text, holding))
			continue;
		str_addf(&key, "%d %s", (int)g->effects[i].kind, g->effects[i].key);
		*map_text(index, key.data) = &g->effects[i];
	}
	return index;
}

/* Fills in same; false: one has none, or all have the same. */
static bool
find_differing(struct effect **same, struct map *const *index, size_t n_runs, const char *key)
{
	bool differ = false;

	for (size_t r = 0; r < n_runs; r++) {
		same[r] = map_get_text(index[r], key);
		if (!same[r])
			return false;
		differ |= strcmp(told_text(same[r])->text, told_text(same[0])->text) != 0;
	}
	return differ;
}

void
told_each(struct golden *const *runs, size_t n_runs, const char *holding,
	void (*settle)(void *arg, struct effect *const *same), void *arg)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct effect **same = arena_array(arena, n_runs, sizeof *same);
	struct map **index = arena_array(arena, n_runs, sizeof *index);
	const void *key;
	void *value;

	for (size_t r = 0; r < n_runs; r++)
		index[r] = told_index(runs[r], holding);
	for (size_t i = 0; map_next(index[0], &i, &key, NULL, &value);)
		if (find_differing(same, index, n_runs, key))
			settle(arg, same);
	for (size_t r = 0; r < n_runs; r++)
		map_free(index[r]);
}

void
told_replace(struct golden *run, const struct map *index, struct effect *own, const char *text)
{
	static const char *const directions[] = { " in", " out" };

	for (size_t i = 0; i < ARRAY_LEN(directions); i++) {
		struct effect *flow = look_up(index, EFFECT_FLOW, own->key, directions[i]);

		if (flow && strcmp(told_text(flow)->text, told_text(own)->text) == 0)
			reword_content(run, flow, told_text(flow), text);
	}
	reword_content(run, own, told_text(own), text);
}
