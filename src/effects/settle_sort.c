/* SPDX-License-Identifier: MIT */
/*
 * settle_sort.c - drawn names that are told in the order of their letters
 *
 * `ls` tells two drawn names in one order or the other, by chance. Which of them stands where
 * says nothing, but that they are sorted, and that each of them is there, does: in such a list
 * each name is <tmp:2|3 sorted>, or reversed, when it is one in every recording and the
 * recordings had the names in different orders.
 */
#include "effects/settle_list.h"

#include "base/mem.h"
#include "effects/unite.h"

#include <stdlib.h>
#include <string.h>

/* One text of all recordings. */
struct sorting {
	struct golden *const *runs;
	size_t n_runs;
	struct places *places; /* of each */
	size_t *list;          /* by place: another, nearer to the first one of its list */
	bool *varies;          /* by place: not the same in all */
	const char **instead;  /* by place */
	struct arena *arena;
};

static size_t
first_of(struct sorting *s, size_t place)
{
	while (s->list[place] != place)
		place = s->list[place];
	return place;
}

/* Places at which one name stands belong to one list. */
static void
join_places(struct sorting *s, struct map *seen, uint32_t number, size_t place)
{
	void **slot = map_number(seen, number);
	size_t a = first_of(s, place), b;

	if (!*slot) {
		*slot = (void *)(uintptr_t)(place + 1);
		return;
	}
	b = first_of(s, (uintptr_t)*slot - 1);
	s->list[MAX(a, b)] = MIN(a, b);
}

/* True: some place has not the same name in all. */
static bool
find_lists(struct sorting *s)
{
	AUTO(map_free) struct map *varying = map_new(), *constant = map_new();
	size_t n = s->places[0].n;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		s->list[i] = i;
		for (size_t r = 1; r < s->n_runs; r++)
			s->varies[i] |=
				s->places[r].items[i].number != s->places[0].items[i].number;
		any |= s->varies[i];
	}
	for (size_t i = 0; i < n && any; i++)
		for (size_t r = 0; r < s->n_runs; r++)
			join_places(s, s->varies[i] ? varying : constant,
				s->places[r].items[i].number, i);
	return any;
}

static int
compare_numbers(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* The places of one list, or of two, and the names there. */
struct extent {
	size_t *at, n, way;
	struct list names;
};

static void
find_extent(struct sorting *s, struct extent *e, size_t one, size_t other)
{
	size_t n = s->places[0].n;

	*e = (struct extent){ .at = arena_array(s->arena, n, sizeof *e->at) };
	e->names.numbers = arena_array(s->arena, n, sizeof *e->names.numbers);
	for (size_t i = 0; i < n; i++) {
		uint32_t number = s->places[0].items[i].number;
		size_t first = first_of(s, i);

		if (first != one && first != other)
			continue;
		e->at[e->n++] = i;
		if (!list_has(&e->names, number))
			e->names.numbers[e->names.n++] = number;
	}
	if (e->names.n)
		qsort(e->names.numbers, e->names.n, sizeof *e->names.numbers, compare_numbers);
}

/* Is it a list in all recordings? */
static bool
stands(const struct sorting *s, struct extent *e)
{
	if (e->names.n < 2 || e->names.n > LIST_MOST)
		return false;
	for (e->way = 0; e->way < LIST_WAYS; e->way++) {
		size_t r = 0;

		while (r < s->n_runs &&
			list_stands(s->runs[r], &s->places[r], e->at, e->n, &e->names, e->way))
			r++;
		if (r == s->n_runs)
			return true;
	}
	return false;
}

/* The list that begins at this place, if it is one. A name in the midst of it that fits belongs
 * to it, though it may have been in one place so far. */
static bool
settle_list(struct sorting *s, size_t first)
{
	AUTO(str_done) struct str words = { 0 };
	struct extent e, more;
	const char *instead;

	find_extent(s, &e, first, first);
	if (!stands(s, &e))
		return false;
	for (size_t i = e.at[0] + 1; i < e.at[e.n - 1]; i++) {
		size_t other = first_of(s, i);

		if (other == first)
			continue;
		find_extent(s, &more, first, other);
		if (!stands(s, &more))
			continue;
		s->list[other] = first;
		e = more;
	}
	list_put(&words, &e.names, e.way);
	instead = arena_strdup(s->arena, words.data);
	for (size_t i = 0; i < e.n; i++)
		s->instead[e.at[i]] = instead;
	return true;
}

/* True: s->instead says what is to stand where. */
static bool
settle_lists(struct sorting *s, const char *const *texts)
{
	size_t n;
	bool any = false;

	for (size_t r = 0; r < s->n_runs; r++)
		places_find(&s->places[r], texts[r]);
	n = s->places[0].n;
	for (size_t r = 0; r < s->n_runs; r++) {
		if (n < 2 || !places_alike(&s->places[0], &s->places[r]))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!s->places[r].items[i].number)
				return false;
	}
	s->list = arena_array(s->arena, n, sizeof *s->list);
	s->varies = arena_array(s->arena, n, sizeof *s->varies);
	s->instead = arena_array(s->arena, n, sizeof *s->instead);
	if (!find_lists(s))
		return false;
	for (size_t i = 0; i < n; i++)
		if (s->list[i] == i && s->varies[i])
			any |= settle_list(s, i);
	return any;
}

static void
drop_places(struct sorting *s)
{
	for (size_t r = 0; r < s->n_runs; r++) {
		mem_free(s->places[r].items);
		s->places[r] = (struct places){ 0 };
	}
}

static void
settle_text(void *arg, struct effect *const *same)
{
	struct sorting *s = arg;
	const char **texts = arena_array(s->arena, s->n_runs, sizeof *texts);
	AUTO(str_done) struct str out = { 0 };

	for (size_t r = 0; r < s->n_runs; r++)
		texts[r] = told_text(same[r])->text;
	if (settle_lists(s, texts))
		for (size_t r = 0; r < s->n_runs; r++) {
			places_put(&out, &s->places[r], s->instead);
			reword_content(s->runs[r], same[r], told_text(same[r]), str_text(&out));
		}
	drop_places(s);
}

static struct effect *
find_key(const struct golden *g, const struct effect *e)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == e->kind && strcmp(g->effects[i].key, e->key) == 0)
			return &g->effects[i];
	return NULL;
}

/* The key, or the words, of one command in all recordings. */
static bool
settle_words_of(struct sorting *s, struct effect *const *same, bool is_key, bool is_trial)
{
	const char **texts = arena_array(s->arena, s->n_runs, sizeof *texts);
	AUTO(str_done) struct str out = { 0 };
	bool any;

	for (size_t r = 0; r < s->n_runs; r++)
		texts[r] =
			is_key ? same[r]->key : command_join(s->arena, command_words(same[r]));
	any = settle_lists(s, texts);
	for (size_t r = 0; r < s->n_runs && any && !is_trial; r++) {
		places_put(&out, &s->places[r], s->instead);
		if (is_key)
			same[r]->key = arena_strdup(s->runs[r]->arena, str_text(&out));
		else
			command_put(s->runs[r], command_words(same[r]), str_text(&out));
	}
	drop_places(s);
	return any;
}

static void
settle_commands(struct sorting *s)
{
	struct effect **same = arena_array(s->arena, s->n_runs, sizeof *same);
	struct golden *first = s->runs[0];
	bool any = false;

	for (size_t i = 0; i < first->n_effects; i++) {
		bool in_all = true, alike = true;

		same[0] = &first->effects[i];
		if (!command_is(same[0]))
			continue;
		for (size_t r = 1; r < s->n_runs; r++)
			in_all &= find_key(s->runs[r], same[0]) != NULL;
		for (size_t r = 0; r < s->n_runs && alike && !in_all; r++) {
			same[r] = command_find(s->runs[r], &first->effects[i]);
			alike = same[r] != NULL;
		}
		if (in_all || !alike || !settle_words_of(s, same, false, true) ||
			!settle_words_of(s, same, true, false))
			continue;
		any |= settle_words_of(s, same, false, false);
	}
	for (size_t r = 0; r < s->n_runs && any; r++)
		golden_unite(s->runs[r]);
}

void
settle_sorted(struct golden *const *runs, size_t n_runs)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct sorting s = { .runs = runs, .n_runs = n_runs, .arena = arena };

	s.places = arena_array(arena, n_runs, sizeof *s.places);
	told_each(runs, n_runs, DRAWN_NAME, settle_text, &s);
	settle_commands(&s);
}

bool
settle_is_order(const char *const *texts, size_t n)
{
	struct places first, other;
	bool alike;

	places_find(&first, texts[0]);
	alike = first.n > 0;
	for (size_t i = 1; i < n && alike; i++) {
		places_find(&other, texts[i]);
		alike = places_alike(&first, &other);
		mem_free(other.items);
	}
	mem_free(first.items);
	return alike;
}
