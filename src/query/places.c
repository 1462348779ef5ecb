/* SPDX-License-Identifier: MIT */
/* places.c - calls that leave a question open, because nobody knows where they were made */

#include "query/eval.h"

#include <string.h>

/* Whether the place of that row lacks what the question reads. */
static bool
is_gap(const struct columns *c, const struct node *question, size_t row)
{
	int64_t key = vector_get(&c->vector[V_PLACE], row);
	int64_t gaps = key > 0 && (size_t)key < c->gaps.n ? c->gaps.values[key] : 0;

	if (gaps <= 0)
		return false;
	if (question->columns & COLUMN_BIT(COLUMN_FUNCTION) && gaps & PLACE_GAP_FUNCTION)
		return true;
	return question->columns & COLUMNS_OF_STACKS & ~COLUMN_BIT(COLUMN_FUNCTION) &&
	       gaps & PLACE_GAP_FILE;
}

/* Of a value (distinct(function)) each row that has none is open. */
static int
count_open(uint64_t *n, struct eval *ev, const struct node *question, struct err *err)
{
	size_t n_chunks = (ev->c->n_rows + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK;
	uint8_t *domain = room_take(ev), *truth = room_take(ev);
	int rc = 0;

	memset(truth, NULL_, ROWS_PER_CHUNK);
	for (size_t chunk = 0; rc == 0 && chunk < n_chunks; chunk++) {
		domain_load(ev->c, question->also, chunk, domain);
		ev->active = domain;
		if (question->type == EXPR_BOOL)
			rc = eval_truth(ev, question, chunk, truth, err);
		for (size_t i = 0; rc == 0 && i < ROWS_PER_CHUNK; i++)
			*n += domain[i] && truth[i] == NULL_ &&
			      is_gap(ev->c, question, chunk * ROWS_PER_CHUNK + i);
	}
	room_give(ev, truth);
	room_give(ev, domain);
	return rc;
}

static int
look(uint64_t *n, struct eval *ev, const struct node *node, struct err *err)
{
	if (!node || !(node->columns & COLUMNS_OF_STACKS))
		return 0;
	if (node->is_row)
		return count_open(n, ev, node, err);
	for (size_t i = 0; i < node->n_children; i++)
		if (look(n, ev, node->children[i], err) < 0)
			return -1;
	return 0;
}

int
expr_places_open(uint64_t *n, const struct expr *e, const struct columns *c, struct err *err)
{
	struct eval ev;
	int rc;

	*n = 0;
	if (!columns_keep(c, V_PLACE) || !c->has_stacks)
		return 0;
	eval_init(&ev, e, c);
	rc = look(n, &ev, e->root, err);
	eval_done(&ev);
	return rc;
}
