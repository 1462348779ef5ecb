/* SPDX-License-Identifier: MIT */
/* settle_list.c - lists of drawn names: where names stand in a text, and whether they are
 * sorted */
#include "effects/settle_list.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *const ways[LIST_WAYS] = { "sorted", "reversed" };

void
places_find(struct places *out, const char *text)
{
	*out = (struct places){ .text = text };
	for (const char *p = strstr(text, DRAWN_NAME); p; p = strstr(p + 1, DRAWN_NAME)) {
		const char *close = strchr(p, '>');
		char *end;
		uint32_t number = (uint32_t)strtoul(p + 5, &end, 10);

		if (!close || (p >= text + 2 && p[-1] == '>' && p[-2] == '<'))
			continue; /* <<>tmp: is what a program said itself */
		out->items = mem_grow(out->items, out->n, &out->capacity, sizeof *out->items);
		out->items[out->n++] = (struct place_in){ (size_t)(p - text),
			(size_t)(close + 1 - p), end == close ? number : 0 };
	}
}

bool
places_alike(const struct places *a, const struct places *b)
{
	size_t at = 0, other = 0;

	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		size_t n = a->items[i].at - at;

		if (b->items[i].at - other != n ||
			memcmp(a->text + at, b->text + other, n) != 0)
			return false;
		at = a->items[i].at + a->items[i].n;
		other = b->items[i].at + b->items[i].n;
	}
	return strcmp(a->text + at, b->text + other) == 0;
}

static int
compare_drawn(const void *key, const void *item)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct golden_drawn *)item)->number;

	return (a > b) - (a < b);
}

static const char *
raw_of(const struct golden *g, uint32_t number)
{
	const struct golden_drawn *d = g->n_drawn ? bsearch(&number, g->drawn, g->n_drawn,
							    sizeof *g->drawn, compare_drawn)
						  : NULL;

	return d ? d->raw : NULL;
}

bool
list_has(const struct list *set, uint32_t number)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->numbers[i] == number)
			return true;
	return false;
}

/* Do the names at these places, so many at a time as there are, stand as `way` says? */
bool
list_stands(const struct golden *g, const struct places *s, const size_t *places, size_t n,
	const struct list *set, size_t way)
{
	if (!set->n || n % set->n != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t number = s->items[places[i]].number;
		const char *before, *raw;
		int order;

		if (!list_has(set, number))
			return false;
		if (i % set->n == 0)
			continue;
		before = raw_of(g, s->items[places[i - 1]].number);
		raw = raw_of(g, number);
		order = before && raw ? strcmp(before, raw) : 0;
		if (way == 0 ? order >= 0 : order <= 0)
			return false;
	}
	return true;
}

/* "<tmp:2-4|7 sorted>" */
void
list_put(struct str *out, const struct list *set, size_t way)
{
	str_add(out, DRAWN_NAME);
	for (size_t i = 0, end; i < set->n; i = end) {
		for (end = i + 1;
			end < set->n && set->numbers[end] == set->numbers[end - 1] + 1;)
			end++;
		str_addf(out, "%s%u", i ? "|" : "", set->numbers[i]);
		if (end > i + 1)
			str_addf(out, "%c%u", end > i + 2 ? '-' : '|', set->numbers[end - 1]);
	}
	str_addf(out, " %s>", ways[way]);
}

#define LIST_MOST 4096

/* False: it is none that list_put() has written. */
bool
list_read(struct list *out, size_t *way, const char *text, struct arena *arena)
{
	const char *p = text + strlen(DRAWN_NAME);
	char *end;

	*out = (struct list){ arena_array(arena, LIST_MOST, sizeof *out->numbers), 0 };
	for (uint32_t from = 0;; p = end + 1) {
		uint32_t number = (uint32_t)strtoul(p, &end, 10);

		if (end == p || !number)
			return false;
		for (from = from ? from : number; from <= number && out->n < LIST_MOST; from++)
			out->numbers[out->n++] = from;
		from = *end == '-' ? number + 1 : 0;
		if (*end != '-' && *end != '|')
			break;
	}
	for (*way = 0; *way < LIST_WAYS; ++*way)
		if (*end == ' ' && str_has_prefix(end + 1, ways[*way]) &&
			end[1 + strlen(ways[*way])] == '>')
			return true;
	return false;
}

void
places_put(struct str *out, const struct places *s, const char *const *instead)
{
	size_t at = 0;

	str_clear(out);
	for (size_t i = 0; i < s->n; i++) {
		str_add_n(out, s->text + at, s->items[i].at - at);
		if (instead[i])
			str_add(out, instead[i]);
		else
			str_add_n(out, s->text + s->items[i].at, s->items[i].n);
		at = s->items[i].at + s->items[i].n;
	}
	str_add(out, s->text + at);
}

bool
list_any(const char *text)
{
	return strstr(text, " sorted>") || strstr(text, " reversed>");
}

/*
 * Command lines: a shell's `*` puts names in order, and the line is the program's key.
 */
#define BETWEEN "\1" /* words; none holds that, it would be escaped */

struct value *
command_words(const struct effect *e)
{
	for (size_t i = 0; i < e->n_values; i++)
		if (e->values[i].kind == VALUE_LIST && strcmp(e->values[i].name, "argv") == 0)
			return &e->values[i];
	return NULL;
}

const char *
command_join(struct arena *arena, const struct value *words)
{
	AUTO(str_done) struct str s = { 0 };

	for (size_t i = 0; i < words->n_list; i++)
		str_addf(&s, "%s" BETWEEN, words->list[i]);
	return arena_strdup(arena, str_text(&s));
}

void
command_put(struct golden *g, struct value *words, const char *text)
{
	const char **list = arena_array(g->arena, words->n_list, sizeof *list);

	for (size_t i = 0; i < words->n_list; i++) {
		size_t n = strcspn(text, BETWEEN);

		list[i] = arena_strndup(g->arena, text, n);
		text += n + (text[n] != '\0');
	}
	words->list = list;
}

bool
command_is(const struct effect *e)
{
	return e->kind == EFFECT_EXEC && command_words(e) && strstr(e->key, DRAWN_NAME);
}

static bool
keys_are_alike(const struct effect *a, const struct effect *b)
{
	struct places x, y;
	bool alike;

	places_find(&x, a->key);
	places_find(&y, b->key);
	alike = x.n > 1 && places_alike(&x, &y);
	mem_free(x.items);
	mem_free(y.items);
	return alike;
}

/* The one command of the run that is this one but for which names stand where. */
struct effect *
command_find(const struct golden *g, const struct effect *e)
{
	struct effect *found = NULL;

	for (size_t i = 0; i < g->n_effects; i++)
		if (command_is(&g->effects[i]) && keys_are_alike(&g->effects[i], e)) {
			if (found)
				return NULL;
			found = &g->effects[i];
		}
	return found;
}
