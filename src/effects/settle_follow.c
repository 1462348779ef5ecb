/* SPDX-License-Identifier: MIT */
/*
 * settle_follow.c - lists of drawn names in a run, where its golden has some
 *
 * A run has <tmp:2|3 sorted> in the place of a name when its own list has just those names, and
 * sorted; else what it has stays, and is a difference.
 */
#include "effects/settle_list.h"

#include "base/mem.h"
#include "effects/unite.h"

#include <string.h>

/* What the golden has at each place, where the run's names stand as it says. */
static bool
follow(const struct golden *run, const struct places *own, const struct places *wanted,
	const char **instead, struct arena *arena)
{
	size_t *places = arena_array(arena, own->n, sizeof *places);
	bool any = false;

	for (size_t i = 0; i < own->n; i++) {
		const char *words = arena_strndup(
			arena, wanted->text + wanted->items[i].at, wanted->items[i].n);
		size_t n = 0, way;
		struct list set;

		if (instead[i] || wanted->items[i].number ||
			!list_read(&set, &way, words, arena))
			continue;
		for (size_t k = i; k < own->n; k++)
			if (wanted->items[k].n == wanted->items[i].n &&
				memcmp(wanted->text + wanted->items[k].at, words,
					wanted->items[k].n) == 0)
				places[n++] = k;
		if (!list_stands(run, own, places, n, &set, way))
			continue;
		for (size_t k = 0; k < n; k++)
			instead[places[k]] = words;
		any = true;
	}
	return any;
}

/* The run's command is the golden's, with names in the order that the golden says. */
static void
follow_command(struct golden *run, const struct effect *wanted)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str key = { 0 }, words = { 0 };
	struct effect *own = command_find(run, wanted);
	struct places mine[2], theirs[2];
	const char **instead[2];
	bool fits = own && command_words(wanted);

	if (!fits)
		return;
	for (size_t i = 0; i < 2; i++) {
		places_find(&mine[i], i ? command_join(arena, command_words(own)) : own->key);
		places_find(&theirs[i],
			i ? command_join(arena, command_words(wanted)) : wanted->key);
		instead[i] = arena_array(arena, mine[i].n, sizeof *instead[i]);
		fits &= places_alike(&mine[i], &theirs[i]) &&
			follow(run, &mine[i], &theirs[i], instead[i], arena);
	}
	if (fits) {
		places_put(&key, &mine[0], instead[0]);
		places_put(&words, &mine[1], instead[1]);
		own->key = arena_strdup(run->arena, str_text(&key));
		command_put(run, command_words(own), str_text(&words));
	}
	for (size_t i = 0; i < 2; i++) {
		mem_free(mine[i].items);
		mem_free(theirs[i].items);
	}
}

static void
follow_text(struct golden *run, const struct map *at, struct effect *own, const char *wanted)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str out = { 0 };
	struct places mine, theirs;
	const char **instead;

	places_find(&mine, told_text(own)->text);
	places_find(&theirs, wanted);
	instead = arena_array(arena, mine.n, sizeof *instead);
	if (places_alike(&mine, &theirs) && follow(run, &mine, &theirs, instead, arena)) {
		places_put(&out, &mine, instead);
		told_replace(run, at, own, str_text(&out));
	}
	mem_free(mine.items);
	mem_free(theirs.items);
}

void
settle_sorted_by_golden(struct golden *run, const struct golden *golden)
{
	AUTO(map_free) struct map *at = NULL;
	bool united = true;

	for (size_t i = 0; i < golden->n_effects && run->n_drawn > 1; i++) {
		const struct effect *e = &golden->effects[i];
		const struct value *wanted = told_text(e);
		struct effect *own;

		if (e->kind == EFFECT_EXEC && list_any(e->key)) {
			follow_command(run, e);
			united = false;
		}
		if (!wanted || !list_any(wanted->text))
			continue;
		if (!at)
			at = told_index(run, DRAWN_NAME);
		own = told_find(at, e);
		if (own)
			follow_text(run, at, own, wanted->text);
	}
	if (!united)
		golden_unite(run);
}
