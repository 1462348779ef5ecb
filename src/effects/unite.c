/* SPDX-License-Identifier: MIT */
/*
 * unite.c - one effect per key
 *
 * Different things can get the same canonical name: two temporary directories of one form, a
 * path reached through two roots. Keys are unique within a kind, so later ones get a number, in
 * the order of their values.
 */
#include "effects/unite.h"

#include "base/mem.h"

#include <string.h>

bool
effects_are_equal(const struct effect *a, const struct effect *b)
{
	if (a->kind != b->kind || a->n_values != b->n_values || strcmp(a->key, b->key) != 0)
		return false;
	for (size_t i = 0; i < a->n_values; i++)
		if (!value_is_equal(&a->values[i], &b->values[i]))
			return false;
	return true;
}

void
golden_unite(struct golden *g)
{
	size_t n = 0;
	unsigned number = 1;
	const char *key = NULL;

	golden_sort(g);
	for (size_t i = 0; i < g->n_effects; i++) {
		struct effect e = g->effects[i];
		const struct effect *last = i ? &g->effects[i - 1] : NULL;
		bool again = last && key && e.kind != EFFECT_CALL && last->kind == e.kind &&
			     strcmp(key, e.key) == 0;

		number = again ? number + 1 : 1;
		key = e.key;
		if (again && n) {
			struct effect was = g->effects[n - 1];

			was.key = key;
			if (effects_are_equal(&was, &e)) {
				number--;
				continue;
			}
			e.key = arena_printf(g->arena, "%s#%u", key, number);
		}
		g->effects[n++] = e;
	}
	g->n_effects = n;
	golden_sort(g);
}
