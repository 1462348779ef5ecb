/* SPDX-License-Identifier: MIT */
/* align.c - the shortest edit script, or a good one when that is too dear */

#include "judge/align.h"

#include "base/map.h"
#include "base/mem.h"

#include <string.h>

#define USUAL_WORK 20000000
#define MOST_EDITS 2000 /* memory: 4 bytes times the square */

/* A piece of both sequences, already without equal ends. */
struct piece {
	const uint32_t *a, *b;
	size_t at_a, at_b; /* where it stands in the whole */
	size_t n_a, n_b;
};

void
hunks_done(struct hunks *h)
{
	mem_free(h->items);
	*h = (struct hunks){ 0 };
}

/* Grows the last hunk when the new one touches it. */
static void
add_hunk(struct hunks *out, struct hunk h)
{
	struct hunk *last = out->n ? &out->items[out->n - 1] : NULL;

	if (!h.n_a && !h.n_b)
		return;
	if (last && last->a + last->n_a == h.a && last->b + last->n_b == h.b) {
		last->n_a += h.n_a;
		last->n_b += h.n_b;
		return;
	}
	out->items = mem_grow(out->items, out->n, &out->capacity, sizeof *out->items);
	out->items[out->n++] = h;
}

static struct piece
trim(struct piece p)
{
	while (p.n_a && p.n_b && *p.a == *p.b) {
		p.a++, p.b++;
		p.at_a++, p.at_b++;
		p.n_a--, p.n_b--;
	}
	while (p.n_a && p.n_b && p.a[p.n_a - 1] == p.b[p.n_b - 1])
		p.n_a--, p.n_b--;
	return p;
}

/* The furthest x on each diagonal, one row per number of edits: row d holds 2 d + 1 of them. */
struct history {
	int32_t **rows;
	size_t n, capacity;
};

static void
history_done(struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		mem_free(h->rows[i]);
	mem_free(h->rows);
}

/* Where diagonal k stands after d edits, before following equal elements. */
static int32_t
step_onto(const int32_t *before, int32_t d, int32_t k)
{
	/* before[i + d - 1] is diagonal i, from -(d - 1) to d - 1. */
	if (k == -d || (k != d && before[k - 1 + d - 1] < before[k + 1 + d - 1]))
		return before[k + 1 + d - 1];
	return before[k - 1 + d - 1] + 1;
}

/* True when the end was reached; the last row then is that of the shortest script. */
static bool
search(struct history *h, const struct piece *p, size_t work)
{
	int32_t n_a = (int32_t)p->n_a, n_b = (int32_t)p->n_b;

	for (int32_t d = 0; d <= MOST_EDITS; d++) {
		int32_t *row = mem_array(2 * (size_t)d + 1, sizeof *row);

		h->rows = mem_grow(h->rows, h->n, &h->capacity, sizeof *h->rows);
		h->rows[h->n++] = row;
		for (int32_t k = -d; k <= d; k += 2) {
			int32_t x = d ? step_onto(h->rows[d - 1], d, k) : 0;

			while (x < n_a && x - k < n_b && p->a[x] == p->b[x - k]) {
				x++;
				if (!work--)
					return false;
			}
			row[k + d] = x;
			if (x >= n_a && x - k >= n_b)
				return true;
			if (!work--)
				return false;
		}
	}
	return false;
}

/* Walks back from the end; edits come out last first. */
static void
walk_back(struct hunks *out, const struct history *h, const struct piece *p)
{
	int32_t x = (int32_t)p->n_a, y = (int32_t)p->n_b;
	struct hunk *edits = mem_array(h->n, sizeof *edits);
	size_t n = 0;

	for (int32_t d = (int32_t)h->n - 1; d > 0; d--) {
		const int32_t *before = h->rows[d - 1];
		int32_t k = x - y;
		bool is_add =
			k == -d || (k != d && before[k - 1 + d - 1] < before[k + 1 + d - 1]);
		int32_t from_k = is_add ? k + 1 : k - 1;
		int32_t from_x = before[from_k + d - 1];

		x = from_x;
		y = from_x - from_k;
		edits[n++] = (struct hunk){ p->at_a + (size_t)x, !is_add, p->at_b + (size_t)y,
			is_add };
	}
	while (n)
		add_hunk(out, edits[--n]);
	mem_free(edits);
}

/*
 * The fixed points of the dear case: elements that occur once in a and once in b, thinned to
 * the longest run that is in order on both sides.
 */
struct point {
	size_t a, b;
	size_t before; /* index of the one before it in its chain, SIZE_MAX: none */
};

struct seen {
	size_t n_a, n_b, at_b;
};

static size_t
common_points(struct point *points, const struct piece *p)
{
	AUTO(map_free) struct map *map = map_new();
	struct seen *all = mem_array(p->n_a + p->n_b, sizeof *all);
	size_t n_seen = 0, n = 0;

	for (size_t i = 0; i < p->n_a + p->n_b; i++) {
		bool is_a = i < p->n_a;
		void **slot = map_number(map, is_a ? p->a[i] : p->b[i - p->n_a]);
		struct seen *s;

		if (!*slot)
			*slot = &all[n_seen++];
		s = *slot;
		if (is_a) {
			s->n_a++;
		} else {
			s->n_b++;
			s->at_b = i - p->n_a;
		}
	}
	for (size_t i = 0; i < p->n_a; i++) {
		const struct seen *s = map_get_number(map, p->a[i]);

		if (s->n_a == 1 && s->n_b == 1)
			points[n++] = (struct point){ i, s->at_b, SIZE_MAX };
	}
	mem_free(all);
	return n;
}

/* Patience sorting: the index of the last point of the longest chain growing in b. */
static size_t
longest_chain(struct point *points, size_t n)
{
	size_t *tails = mem_array(n, sizeof *tails), n_tails = 0, last;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = n_tails;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (points[tails[middle]].b < points[i].b)
				low = middle + 1;
			else
				high = middle;
		}
		points[i].before = low ? tails[low - 1] : SIZE_MAX;
		tails[low] = i;
		n_tails = MAX(n_tails, low + 1);
	}
	last = n_tails ? tails[n_tails - 1] : SIZE_MAX;
	mem_free(tails);
	return last;
}

/* What lies between two fixed points, less the equal elements at its ends. */
static void
add_gap(struct hunks *out, const struct piece *p, struct hunk gap)
{
	struct piece t = trim((struct piece){ p->a + gap.a, p->b + gap.b, p->at_a + gap.a,
		p->at_b + gap.b, gap.n_a, gap.n_b });

	add_hunk(out, (struct hunk){ t.at_a, t.n_a, t.at_b, t.n_b });
}

static void
align_by_points(struct hunks *out, const struct piece *p)
{
	struct point *points = mem_array(p->n_a, sizeof *points);
	size_t n = common_points(points, p), at = longest_chain(points, n), a = 0, b = 0;
	size_t *chain = mem_array(n, sizeof *chain), n_chain = 0;

	for (; at != SIZE_MAX; at = points[at].before)
		chain[n_chain++] = at;
	while (n_chain) {
		const struct point *next = &points[chain[--n_chain]];

		add_gap(out, p, (struct hunk){ a, next->a - a, b, next->b - b });
		a = next->a + 1;
		b = next->b + 1;
	}
	add_gap(out, p, (struct hunk){ a, p->n_a - a, b, p->n_b - b });
	mem_free(chain);
	mem_free(points);
}

void
align(struct hunks *out, const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
	size_t work)
{
	struct piece p = trim((struct piece){ a, b, 0, 0, n_a, n_b });
	struct history history = { 0 };

	*out = (struct hunks){ 0 };
	if (!p.n_a || !p.n_b)
		add_hunk(out, (struct hunk){ p.at_a, p.n_a, p.at_b, p.n_b });
	else if (p.n_a < INT32_MAX / 2 && p.n_b < INT32_MAX / 2 &&
		 search(&history, &p, work ? work : USUAL_WORK))
		walk_back(out, &history, &p);
	else
		align_by_points(out, &p);
	history_done(&history);
}
