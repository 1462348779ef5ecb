/* SPDX-License-Identifier: MIT */
/*
 * aggregate.c - one value from all the rows of a selection
 *
 * Percentiles are exact (nearest rank): the values are kept and the one of that rank is found
 * digit by digit. Sums are reckoned in 128 bits and must fit into 64 at the end.
 */
#include "query/eval.h"

#include <math.h>
#include <string.h>

/* What is gathered in one walk over the rows. */
struct gather {
	const struct node *n;
	struct expr_part *part;
	uint8_t *domain, *where, *truth;
	int64_t *keys; /* of values: whole numbers, or fractions in the same order */
	double *reals;
	uint8_t also;
	uint64_t n_base; /* rows of `where` */
	uint64_t n_no;   /* of `all`: rows that break it */
	__int128 sum;
	double real_sum;
	int64_t best;
	bool has_best;
	int64_t *kept; /* percentiles */
	uint32_t *rows;
	size_t n_kept, kept_capacity, rows_capacity;
	struct map *distinct; /* of numbers */
	uint8_t *texts;       /* of texts: which were seen */
};

/* Fractions as whole numbers in the same order: IEEE 754 but for the sign. */
static int64_t
key_of_real(double real)
{
	int64_t bits;

	real += 0.0; /* -0 */
	memcpy(&bits, &real, sizeof bits);
	return bits < 0 ? INT64_MIN - bits : bits;
}

static double
real_of_key(int64_t key)
{
	int64_t bits = key < 0 ? INT64_MIN - key : key;
	double real;

	memcpy(&real, &bits, sizeof real);
	return real;
}

static void
show(struct gather *g, size_t row)
{
	if (g->part->n_rows < EXPR_EVIDENCE)
		g->part->rows[g->part->n_rows++] = (uint32_t)row;
}

static void
take_best(struct gather *g, int64_t key, size_t row)
{
	bool is_better =
		!g->has_best || (g->n->aggregate == AGG_MIN ? key < g->best : key > g->best);

	if (is_better) {
		g->part->n_rows = 0;
		g->best = key;
		g->has_best = true;
	}
	if (key == g->best)
		show(g, row);
}

static void
keep(struct gather *g, int64_t key, size_t row)
{
	g->kept = mem_grow(g->kept, g->n_kept, &g->kept_capacity, sizeof *g->kept);
	g->rows = mem_grow(g->rows, g->n_kept, &g->rows_capacity, sizeof *g->rows);
	g->kept[g->n_kept] = key;
	g->rows[g->n_kept++] = (uint32_t)row;
}

static void
take_value(struct gather *g, int64_t key, double real, size_t row)
{
	g->part->n_matched++;
	switch (g->n->aggregate) {
	case AGG_MIN:
	case AGG_MAX:
		take_best(g, key, row);
		return;
	case AGG_PERCENTILE:
		keep(g, key, row);
		return;
	case AGG_DISTINCT:
		if (*map_number(g->distinct, (uint64_t)key) == NULL) {
			*map_number(g->distinct, (uint64_t)key) = g;
			show(g, row);
		}
		return;
	default:
		g->sum += key;
		g->real_sum += real;
		show(g, row);
	}
}

static int
take_values(struct eval *ev, struct gather *g, size_t chunk, struct err *err)
{
	const struct node *about = g->n->children[0];
	bool is_real = about->type == EXPR_REAL;

	ev->active = g->domain;
	if ((is_real ? eval_reals(ev, about, chunk, g->reals, err)
		     : eval_numbers(ev, about, chunk, g->keys, err)) < 0)
		return -1;
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
		if (!g->domain[i] || (is_real ? isnan(g->reals[i]) : g->keys[i] == NO_VALUE))
			continue;
		take_value(g, is_real ? key_of_real(g->reals[i]) : g->keys[i],
			is_real ? g->reals[i] : 0, chunk * ROWS_PER_CHUNK + i);
	}
	return 0;
}

static void
take_texts(struct eval *ev, struct gather *g, size_t chunk)
{
	enum column column = g->n->children[0]->column;
	uint8_t *any = room_take(ev);

	memset(any, 0, ROWS_PER_CHUNK);
	for (unsigned k = 0; k < column_sources[column].n; k++) {
		load_column(ev->c, column, k, chunk, g->keys);
		for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
			if (!g->domain[i] || g->keys[i] <= 0)
				continue;
			any[i] = 1;
			if (g->texts[g->keys[i]])
				continue;
			g->texts[g->keys[i]] = 1;
			g->sum++;
			show(g, chunk * ROWS_PER_CHUNK + i);
		}
	}
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++)
		g->part->n_matched += any[i];
	room_give(ev, any);
}

static void
count_answers(struct gather *g, size_t chunk)
{
	uint8_t wanted = g->n->aggregate == AGG_ALL ? NO : YES;
	uint64_t n_yes = 0, n_no = 0;

	for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
		uint8_t answer = g->domain[i] ? g->truth[i] : NULL_;

		n_yes += answer & 1;
		n_no += answer >> 1;
	}
	g->part->n_applied += n_yes + n_no;
	g->part->n_matched += n_yes;
	g->n_no += n_no;
	for (size_t i = 0; i < ROWS_PER_CHUNK && g->part->n_rows < EXPR_EVIDENCE &&
			   (wanted == YES ? n_yes : n_no);
		i++)
		if (g->domain[i] && g->truth[i] == wanted)
			show(g, chunk * ROWS_PER_CHUNK + i);
}

static int
take_truths(struct eval *ev, struct gather *g, size_t chunk, struct err *err)
{
	ev->active = g->domain;
	if (g->n->children[0]) {
		if (eval_truth(ev, g->n->children[0], chunk, g->truth, err) < 0)
			return -1;
	} else {
		memset(g->truth, YES, ROWS_PER_CHUNK);
	}
	count_answers(g, chunk);
	return 0;
}

/* The rows that `where` leaves. */
static int
narrow(struct eval *ev, struct gather *g, size_t chunk, struct err *err)
{
	g->part->n_looked += domain_load(ev->c, g->also, chunk, g->domain);
	if (g->n->children[1]) {
		ev->active = g->domain;
		if (eval_truth(ev, g->n->children[1], chunk, g->where, err) < 0)
			return -1;
		for (size_t i = 0; i < ROWS_PER_CHUNK; i++)
			g->domain[i] &= g->where[i] & 1;
	}
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++)
		g->n_base += g->domain[i];
	return 0;
}

static int
walk(struct eval *ev, struct gather *g, struct err *err)
{
	const struct node *about = g->n->children[0];
	size_t n_chunks = (ev->c->n_rows + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK;

	for (size_t chunk = 0; chunk < n_chunks; chunk++) {
		if (narrow(ev, g, chunk, err) < 0)
			return -1;
		if (g->n->aggregate <= AGG_SHARE) {
			if (take_truths(ev, g, chunk, err) < 0)
				return -1;
		} else if (about->type == EXPR_TEXT) {
			take_texts(ev, g, chunk);
		} else if (take_values(ev, g, chunk, err) < 0) {
			return -1;
		}
	}
	if (g->n->aggregate > AGG_SHARE)
		g->part->n_applied = g->n_base;
	return 0;
}

/* The key of rank k, from 0, one digit of 16 bits after the other. */
static int64_t
select_rank(const int64_t *keys, size_t n, uint64_t k)
{
	uint64_t prefix = 0, mask = 0;
	AUTO(mem_free) uint64_t *counts = mem_array(65536, sizeof *counts);

	for (int shift = 48; shift >= 0; shift -= 16) {
		uint64_t digit = 0;

		memset(counts, 0, 65536 * sizeof *counts);
		for (size_t i = 0; i < n; i++) {
			uint64_t key = (uint64_t)keys[i] ^ (uint64_t)1 << 63;

			if ((key & mask) == prefix)
				counts[key >> shift & 65535]++;
		}
		while (k >= counts[digit])
			k -= counts[digit++];
		prefix |= digit << shift;
		mask |= (uint64_t)65535 << shift;
	}
	return (int64_t)(prefix ^ (uint64_t)1 << 63);
}

static int64_t
percentile(struct gather *g)
{
	double rank = ceil(g->n->real * (double)g->n_kept - 1e-9);
	uint64_t k = rank < 1 ? 0 : MIN((uint64_t)rank, (uint64_t)g->n_kept) - 1;
	int64_t key = select_rank(g->kept, g->n_kept, k);

	for (size_t i = 0; i < g->n_kept && g->part->n_rows < EXPR_EVIDENCE; i++)
		if (g->kept[i] == key)
			show(g, g->rows[i]);
	return key;
}

static void
set_key(struct expr_value *out, int64_t key, enum expr_type type)
{
	out->number = type == EXPR_REAL ? 0 : key;
	out->real = type == EXPR_REAL ? real_of_key(key) : 0;
}

static int
too_large(const struct eval *ev, const struct node *n, struct err *err)
{
	return lexer_error(&ev->e->lexer, err, n->at, n->n, "the result is too large");
}

static int
set_sum(const struct eval *ev, const struct gather *g, struct expr_value *out, struct err *err)
{
	enum expr_type about = g->n->children[0]->type;

	if (about == EXPR_REAL) {
		out->real = g->real_sum;
		return isfinite(out->real) ? 0 : too_large(ev, g->n, err);
	}
	if (g->sum > INT64_MAX || g->sum <= INT64_MIN)
		return too_large(ev, g->n, err);
	out->number = (int64_t)g->sum;
	return 0;
}

static int
set_average(
	const struct eval *ev, const struct gather *g, struct expr_value *out, struct err *err)
{
	__int128 n = (__int128)g->part->n_matched, sum = g->sum;

	out->is_null = n == 0;
	if (out->is_null)
		return 0;
	if (g->n->children[0]->type == EXPR_REAL) {
		out->real = g->real_sum / (double)n;
		return isfinite(out->real) ? 0 : too_large(ev, g->n, err);
	}
	if (out->type == EXPR_TIME)
		out->number = (int64_t)((sum + (sum < 0 ? -n : n) / 2) / n);
	else
		out->real = (double)sum / (double)n;
	return 0;
}

static int
conclude(const struct eval *ev, struct gather *g, struct expr_value *out, struct err *err)
{
	const struct expr_part *part = g->part;

	*out = (struct expr_value){ .type = g->n->type };
	switch (g->n->aggregate) {
	case AGG_COUNT:
		out->number = (int64_t)part->n_matched;
		return 0;
	case AGG_EXISTS:
		out->truth = part->n_matched > 0;
		return 0;
	case AGG_ALL:
		out->is_null = part->n_applied == 0;
		out->truth = g->n_no == 0 && part->n_matched > 0;
		return 0;
	case AGG_SHARE:
		out->is_null = g->n_base == 0;
		out->real = out->is_null ? 0 : (double)part->n_matched / (double)g->n_base;
		return 0;
	case AGG_DISTINCT:
		out->number = g->distinct ? (int64_t)map_count(g->distinct) : (int64_t)g->sum;
		return 0;
	case AGG_SUM:
		return set_sum(ev, g, out, err);
	case AGG_AVG:
		return set_average(ev, g, out, err);
	case AGG_MIN:
	case AGG_MAX:
		out->is_null = !g->has_best;
		set_key(out, g->best, g->n->type);
		return 0;
	case AGG_PERCENTILE:
		out->is_null = g->n_kept == 0;
		if (!out->is_null)
			set_key(out, percentile(g), g->n->type);
		return 0;
	}
	return 0;
}

static void
gather_init(struct eval *ev, struct gather *g, const struct node *n)
{
	*g = (struct gather){ .n = n, .part = &ev->parts[n->part] };
	g->part->n_rows = 0;
	g->domain = room_take(ev);
	g->where = room_take(ev);
	g->truth = room_take(ev);
	g->keys = room_take(ev);
	g->reals = room_take(ev);
	for (size_t i = 0; i < n->n_children; i++)
		g->also |= n->children[i] ? n->children[i]->also : 0;
	if (n->aggregate != AGG_DISTINCT)
		return;
	assert(n->children[0]); /* only a count is of nothing */
	if (n->children[0]->type == EXPR_TEXT)
		g->texts = mem_alloc(ev->c->dict.n);
	else
		g->distinct = map_new();
}

static void
gather_done(struct eval *ev, struct gather *g)
{
	room_give(ev, g->reals);
	room_give(ev, g->keys);
	room_give(ev, g->truth);
	room_give(ev, g->where);
	room_give(ev, g->domain);
	mem_free(g->kept);
	mem_free(g->rows);
	mem_free(g->texts);
	map_free(g->distinct);
}

int
eval_aggregate(struct eval *ev, const struct node *n, struct expr_value *out, struct err *err)
{
	uint8_t *before = ev->active;
	struct gather g;
	int rc;

	gather_init(ev, &g, n);
	rc = walk(ev, &g, err);
	if (rc == 0)
		rc = conclude(ev, &g, out, err);
	if (rc == 0)
		g.part->value = *out;
	g.part->was_asked = true;
	gather_done(ev, &g);
	ev->active = before;
	return rc;
}
