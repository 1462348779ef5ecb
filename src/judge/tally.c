/* SPDX-License-Identifier: MIT */
/* tally.c - how often each of some things happened, and the range of that in a golden */

#include "judge/tally.h"

#include "base/map.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare_items(const void *x, const void *y)
{
	const struct tally_item *a = x, *b = y;

	return strcmp(a->name, b->name);
}

void
tally_of(struct tally *out, struct arena *arena, const struct map *counts)
{
	const void *key;
	void *value;
	size_t at = 0, n;

	*out = (struct tally){ .items = arena_array(
				       arena, map_count(counts) + 1, sizeof *out->items) };
	while (map_next(counts, &at, &key, &n, &value)) {
		uint64_t count = *(const uint64_t *)value;

		if (!count)
			continue;
		out->sum += count;
		out->items[out->n++] =
			(struct tally_item){ arena_strndup(arena, key, n), count };
	}
	if (out->n)
		qsort(out->items, out->n, sizeof *out->items, compare_items);
}

static bool
scan_number(const char **p, uint64_t *out)
{
	char *end;

	if (**p < '0' || **p > '9')
		return false;
	errno = 0;
	*out = strtoull(*p, &end, 10);
	*p = end;
	return errno == 0;
}

static bool
scan_range(struct tally_range *out, struct arena *arena, const char *text)
{
	const char *p = strrchr(text, ' ');

	if (!p || p == text)
		return false;
	out->name = arena_strndup(arena, text, (size_t)(p++ - text));
	if (!scan_number(&p, &out->low))
		return false;
	out->high = out->low;
	if (*p == '-' && (p++, !scan_number(&p, &out->high)))
		return false;
	return !*p && out->low <= out->high;
}

bool
tally_ranges(struct tally_range **out, size_t *n, struct arena *arena,
	const struct golden_number *number)
{
	struct tally_range *r = arena_array(arena, number->n_by + 1, sizeof *r);

	for (size_t i = 0; i < number->n_by; i++)
		if (!scan_range(&r[i], arena, number->by[i]) ||
			(i && strcmp(r[i - 1].name, r[i].name) >= 0))
			return false;
	*out = r;
	*n = number->n_by;
	return true;
}

size_t
tally_join(struct tally_pair **out, struct arena *arena, const struct tally *t,
	const struct tally_range *ranges, size_t n_ranges)
{
	struct tally_pair *pairs = arena_array(arena, t->n + n_ranges + 1, sizeof *pairs);
	size_t i = 0, k = 0, n = 0;

	while (i < t->n || k < n_ranges) {
		int c = i == t->n       ? 1
			: k == n_ranges ? -1
					: strcmp(t->items[i].name, ranges[k].name);
		struct tally_pair *p = &pairs[n++];

		p->name = c <= 0 ? t->items[i].name : ranges[k].name;
		if (c <= 0)
			p->n = t->items[i++].n;
		if (c >= 0)
			p->range = ranges[k++];
	}
	*out = pairs;
	return n;
}

void
tally_note(struct golden *golden, const char *name, const struct tally *t)
{
	struct arena *a = golden->arena;
	bool is_new = !golden_number(golden, name);
	struct golden_number *number = golden_number_add(golden, name);
	struct tally_range *ranges = NULL;
	struct tally_pair *pairs;
	const char **by;
	size_t n_ranges = 0, n;

	if (!tally_ranges(&ranges, &n_ranges, a, number))
		return; /* never: it is ours, fresh */
	number->low = is_new ? t->sum : MIN(number->low, t->sum);
	number->high = MAX(number->high, t->sum);
	n = tally_join(&pairs, a, t, ranges, n_ranges);
	by = arena_array(a, n + 1, sizeof *by);
	for (size_t i = 0; i < n; i++) {
		const struct tally_pair *p = &pairs[i];
		uint64_t low = is_new ? p->n : MIN(p->range.low, p->n),
			 high = MAX(p->range.high, p->n);

		by[i] = low == high ? arena_printf(a, "%s %" PRIu64, p->name, low)
				    : arena_printf(
					      a, "%s %" PRIu64 "-%" PRIu64, p->name, low, high);
	}
	number->by = by;
	number->n_by = n;
}

double
tally_change(uint64_t n, uint64_t low, uint64_t high)
{
	uint64_t spread = high - low;

	if (__builtin_add_overflow(high, spread, &high))
		high = UINT64_MAX;
	low -= MIN(low, spread);
	if (n > high)
		return high ? (double)(n - high) / (double)high : INFINITY;
	return n < low ? -(double)(low - n) / (double)low : 0;
}
