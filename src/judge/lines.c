/* SPDX-License-Identifier: MIT */
/* lines.c - from text to numbered lines: equal lines get equal numbers */

#include "judge/lines.h"

#include "base/map.h"
#include "base/mem.h"

#include <string.h>

static struct line *
split(const char *text, size_t n, size_t *n_lines)
{
	struct line *lines = NULL;
	size_t capacity = 0, count = 0;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t len = end ? (size_t)(end - text) - at : n - at;

		lines = mem_grow(lines, count, &capacity, sizeof *lines);
		lines[count++] = (struct line){ text + at, len, end != NULL };
		at += len + (end != NULL);
	}
	*n_lines = count;
	return lines;
}

static uint32_t *
number(struct map *map, const struct line *lines, size_t n)
{
	uint32_t *numbers = mem_array(n, sizeof *numbers);

	for (size_t i = 0; i < n; i++) {
		void **slot = map_slot(map, lines[i].text, lines[i].n + lines[i].has_newline);

		if (!*slot) /* counted by now: the first gets 1, never NULL */
			*slot = (void *)(uintptr_t)map_count(map);
		numbers[i] = (uint32_t)(uintptr_t)*slot;
	}
	return numbers;
}

void
lines_align(struct lines *out, const char *a, size_t n_a, const char *b, size_t n_b)
{
	AUTO(map_free) struct map *map = map_new();
	uint32_t *numbers_a, *numbers_b;

	*out = (struct lines){ 0 };
	out->a = split(a, n_a, &out->n_a);
	out->b = split(b, n_b, &out->n_b);
	numbers_a = number(map, out->a, out->n_a);
	numbers_b = number(map, out->b, out->n_b);
	align(&out->hunks, numbers_a, out->n_a, numbers_b, out->n_b, 0);
	mem_free(numbers_a);
	mem_free(numbers_b);
}

void
lines_done(struct lines *l)
{
	mem_free(l->a);
	mem_free(l->b);
	hunks_done(&l->hunks);
	*l = (struct lines){ 0 };
}
