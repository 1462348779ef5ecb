/* SPDX-License-Identifier: MIT */
/* lines.c - canonical calls as the lines of a task, and what is folded among them */
#include "effects/lines.h"

#include <string.h>

#define LONGEST_BLOCK 12 /* lines of a loop that copies */

static bool
is_alike(const struct line *a, const struct line *b)
{
	return a->text == b->text && a->kind == b->kind && a->has_bytes == b->has_bytes &&
	       (!a->has_bytes || a->bytes == b->bytes) && !a->is_exec;
}

void
lines_add(struct lines *to, const struct line *line)
{
	struct line *last = to->n ? &to->items[to->n - 1] : NULL;

	if (last && is_alike(last, line)) {
		last->n += line->n;
		last->n_before += line->n_before;
		return;
	}
	to->items = mem_grow(to->items, to->n, &to->capacity, sizeof *to->items);
	to->items[to->n++] = *line;
}

/* The last size lines are the same as the size lines before them, and how often such a block
 * comes depends on how bytes arrive. */
static bool
repeats(const struct lines *l, size_t size)
{
	const struct line *a = l->items + l->n - 2 * size, *b = a + size;
	bool any = false;

	for (size_t i = 0; i < size; i++) {
		if (!is_alike(&a[i], &b[i]))
			return false;
		any |= a[i].is_elastic;
	}
	return any;
}

static void
fold_tail(struct lines *l)
{
	for (size_t size = 1; size <= LONGEST_BLOCK && 2 * size <= l->n; size++) {
		if (!repeats(l, size))
			continue;
		for (size_t i = l->n - size; i < l->n; i++) {
			l->items[i - size].n_before += l->items[i].n_before + l->items[i].n;
			l->items[i - size].is_elastic = true;
		}
		l->n -= size;
		size = 0;
	}
}

void
lines_fold(struct lines *lines)
{
	struct lines out = { 0 };

	for (size_t i = 0; i < lines->n; i++) {
		lines_add(&out, &lines->items[i]);
		fold_tail(&out);
	}
	mem_free(lines->items);
	lines->items = out.items;
	lines->n = out.n;
	lines->capacity = out.capacity;
}

void
lines_free(struct lines *lines)
{
	if (!lines)
		return;
	mem_free(lines->items);
	mem_free(lines);
}
