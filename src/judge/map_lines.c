/* SPDX-License-Identifier: MIT */
/* map_lines.c - sorted_lines and trailing_newline */

#include "base/mem.h"
#include "judge/lines.h"
#include "judge/output_map_inner.h"

#include <stdlib.h>
#include <string.h>

static int
compare_lines(const void *x, const void *y)
{
	const struct spelling *a = x, *b = y;
	int order = memcmp(a->text, b->text, MIN(a->n, b->n));

	return order ? order : (a->n > b->n) - (a->n < b->n);
}

/* Whether the text ends in a newline is a property of the text, not of the line that happens to
 * be the last. */
void
map_sorted_lines(struct str *out, const char *text, size_t n, struct spellings *seen)
{
	bool ends = n && text[n - 1] == '\n';

	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t len = end ? (size_t)(end - text) - at : n - at;

		spellings_add(seen, text + at, len, out, out->n);
		at += len + 1;
	}
	if (seen->n)
		qsort(seen->items, seen->n, sizeof *seen->items, compare_lines);
	for (size_t i = 0; i < seen->n; i++) {
		str_add_n(out, seen->items[i].text, seen->items[i].n);
		if (ends || i + 1 < seen->n)
			str_add_char(out, '\n');
	}
}

size_t
lines_unlike(const struct str *golden, const struct str *run)
{
	AUTO(lines_done) struct lines l = { 0 };
	size_t n_golden = 0, n_run = 0;

	lines_align(&l, str_text(golden), golden->n, str_text(run), run->n);
	for (size_t i = 0; i < l.hunks.n; i++) {
		n_golden += l.hunks.items[i].n_a;
		n_run += l.hunks.items[i].n_b;
	}
	return MAX(n_golden, n_run);
}

/* Exactly one, and only behind something. */
void
map_trailing_newline(struct str *out, const char *text, size_t n, struct spellings *seen)
{
	if (n > 1 && text[n - 1] == '\n' && text[n - 2] != '\n')
		spellings_add(seen, text + --n, 1, out, out->n);
	str_add_n(out, text, n);
}
