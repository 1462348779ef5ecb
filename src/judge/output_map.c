/* SPDX-License-Identifier: MIT */
/*
 * output_map.c - the list of maps, and how many places they made alike
 *
 * Places are counted by what the maps looked at: spellings that only one of the two texts has.
 * Were the same ones only in other places, those that changed places count.
 */

#include "judge/output_map.h"

#include "base/mem.h"
#include "judge/output_map_inner.h"

#include <stdlib.h>
#include <string.h>

const char *const output_map_names[N_OUTPUT_MAPS + 1] = {
	[MAP_BOOL_CASE] = "bool_case",
	[MAP_PY_REPR_QUOTES] = "py_repr_quotes",
	[MAP_DEBUG_WRAPPER] = "debug_wrapper",
	[MAP_FLOAT_TOLERANCE] = "float_tolerance",
	[MAP_JSON] = "json",
	[MAP_SORTED_LINES] = "sorted_lines",
	[MAP_TRAILING_NEWLINE] = "trailing_newline",
};

typedef void (*rewrite_fn)(struct str *out, const char *text, size_t n, struct spellings *seen);

static const rewrite_fn rewriters[N_OUTPUT_MAPS] = {
	[MAP_BOOL_CASE] = map_bool_case,
	[MAP_PY_REPR_QUOTES] = map_py_repr_quotes,
	[MAP_DEBUG_WRAPPER] = map_debug_wrapper,
	[MAP_JSON] = map_json,
	[MAP_SORTED_LINES] = map_sorted_lines,
	[MAP_TRAILING_NEWLINE] = map_trailing_newline,
};

void
spellings_add(
	struct spellings *s, const char *text, size_t n, const struct str *out, size_t form_at)
{
	s->items = mem_grow(s->items, s->n, &s->capacity, sizeof *s->items);
	s->items[s->n++] = (struct spelling){ text, n, form_at, out->n - form_at, NULL };
}

static void
set_forms(struct spellings *s, const struct str *out)
{
	for (size_t i = 0; i < s->n; i++)
		s->items[i].form = str_text(out) + s->items[i].form_at;
}

static int
compare_bytes(const char *a, size_t n_a, const char *b, size_t n_b)
{
	int order = memcmp(a, b, MIN(n_a, n_b));

	return order ? order : (n_a > n_b) - (n_a < n_b);
}

static int
compare_forms(const struct spelling *a, const struct spelling *b)
{
	return compare_bytes(a->form, a->n_form, b->form, b->n_form);
}

static int
compare_spellings(const void *x, const void *y)
{
	const struct spelling *a = x, *b = y;
	int order = compare_forms(a, b);

	return order ? order : compare_bytes(a->text, a->n, b->text, b->n);
}

static size_t
count_moved(const struct spellings *a, const struct spellings *b)
{
	size_t n = 0;

	for (size_t i = 0; i < MIN(a->n, b->n); i++)
		n += compare_spellings(&a->items[i], &b->items[i]) != 0;
	return n;
}

static void
sort(struct spellings *s)
{
	if (s->n)
		qsort(s->items, s->n, sizeof *s->items, compare_spellings);
}

/* Of what got one form in both texts: how many were written in another way. Both are sorted. */
static size_t
count_alike(const struct spellings *a, const struct spellings *b)
{
	size_t i = 0, j = 0, n = 0;

	while (i < a->n && j < b->n) {
		const struct spelling *form = &a->items[i];
		size_t from_a = i, from_b = j, n_same = 0;
		int order = compare_forms(form, &b->items[j]);

		i += order < 0;
		j += order > 0;
		if (order)
			continue;
		while ((i < a->n && !compare_forms(form, &a->items[i])) ||
			(j < b->n && !compare_forms(form, &b->items[j]))) {
			order = i == a->n   ? 1
				: j == b->n ? -1
					    : compare_spellings(&a->items[i], &b->items[j]);
			n_same += order == 0;
			i += order <= 0;
			j += order >= 0;
		}
		n += MIN(i - from_a, j - from_b) - n_same;
	}
	return n;
}

/* Of what was taken off: how much only one of the texts had. Both are sorted. */
static size_t
count_unlike(const struct spellings *a, const struct spellings *b)
{
	size_t i = 0, j = 0, only_a = 0, only_b = 0;

	while (i < a->n || j < b->n) {
		int order = i == a->n   ? 1
			    : j == b->n ? -1
					: compare_spellings(&a->items[i], &b->items[j]);

		only_a += order < 0;
		only_b += order > 0;
		i += order <= 0;
		j += order >= 0;
	}
	return MAX(only_a, only_b);
}

static bool
is_equal(const struct str *a, const struct str *b)
{
	return a->n == b->n && (!a->n || memcmp(a->data, b->data, a->n) == 0);
}

static void
replace(struct str *text, struct str *by)
{
	struct str old = *text;

	*text = *by;
	*by = old;
}

/* Maps that take something off: the other text may have nothing in its place. */
static bool
takes_off(enum output_map_kind kind)
{
	return kind == MAP_DEBUG_WRAPPER || kind == MAP_TRAILING_NEWLINE;
}

static size_t
apply_rewriter(enum output_map_kind kind, struct str *a, struct str *b)
{
	AUTO(str_done) struct str new_a = { 0 };
	AUTO(str_done) struct str new_b = { 0 };
	struct spellings seen_a = { 0 }, seen_b = { 0 };
	size_t n_moved, n;

	rewriters[kind](&new_a, str_text(a), a->n, &seen_a);
	rewriters[kind](&new_b, str_text(b), b->n, &seen_b);
	set_forms(&seen_a, &new_a);
	set_forms(&seen_b, &new_b);
	n_moved = count_moved(&seen_a, &seen_b);
	sort(&seen_a);
	sort(&seen_b);
	n = (takes_off(kind) ? count_unlike : count_alike)(&seen_a, &seen_b);
	if (!n && is_equal(&new_a, &new_b) && !is_equal(a, b))
		n = n_moved;
	replace(a, &new_a);
	replace(b, &new_b);
	mem_free(seen_a.items);
	mem_free(seen_b.items);
	return n;
}

static size_t
apply_sorting(struct str *a, struct str *b)
{
	size_t before = lines_unlike(a, b), after;

	apply_rewriter(MAP_SORTED_LINES, a, b);
	after = lines_unlike(a, b);
	return before > after ? before - after : 0;
}

size_t
output_map_apply(const struct output_map *map, struct str *golden, struct str *run)
{
	if (map->kind == MAP_FLOAT_TOLERANCE)
		return map_float_tolerance(map, golden, run);
	if (map->kind == MAP_SORTED_LINES)
		return apply_sorting(golden, run);
	return apply_rewriter(map->kind, golden, run);
}

bool
output_maps_apply(
	const struct output_maps *maps, struct str *golden, struct str *run, size_t *places)
{
	for (size_t i = 0; i < maps->n; i++)
		places[i] = output_map_apply(&maps->items[i], golden, run);
	return is_equal(golden, run);
}
