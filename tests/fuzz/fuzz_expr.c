/* SPDX-License-Identifier: MIT */
/*
 * fuzz_expr.c - any text as an expression: it is refused with a place, or it is answered, and
 * the answer is that of a plain scan
 */
#include "../plain_scan.h"
#include "query/expr.h"

#include <stdlib.h>
#include <string.h>

#define N_ROWS 5000 /* more than one chunk; the last one not full */

/* Nothing of a run is needed: the columns are filled as events would fill them. */
static void
fill(struct columns *c)
{
	static const char *const texts[] = { "write", "/etc/passwd", "<cwd>/a", "ENOENT", "",
		"file", "\xff", "SIGSEGV", "main" };
	static const int64_t numbers[] = { 0, 1, -1, 5, 4096, INT64_MAX, INT64_MIN + 1,
		NO_VALUE, NO_VALUE, 1000000000 };
	int64_t codes[ARRAY_LEN(texts)];
	uint64_t seed = 1;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		codes[i] = dict_add(&c->dict, texts[i], i == 2 ? "/box/w/a" : NULL);
	for (int i = 0; i < N_COLUMNS; i++)
		for (size_t key = 1; column_sources[i].has_attribute && key < 9; key++)
			attribute_set(&c->attribute[i], key,
				column_specs[i].type == COLUMN_IS_SET
					? (int64_t)(key * 37 % 127)
				: column_specs[i].type > COLUMN_IS_TIME ? codes[key % 9]
									: numbers[key]);
	for (size_t row = 0; row < N_ROWS; row++) {
		for (int v = 0; v < N_VECTORS; v++) {
			int64_t value = NO_VALUE;
			bool is_text = v == V_STATE || v == V_PATH || v == V_FROM ||
				       v == V_TO || v == V_PEER || v == V_ERRNO ||
				       v == V_REGION || v == V_MARK || v == V_SIGNAL;
			bool is_key = v == V_CALL || v == V_TASK || v == V_IMAGE ||
				      v == V_OBJECT || v == V_PLACE;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			if (seed >> 60 > 2)
				value = v == V_EVENT ? seed >> 40 & 1 ? c->call_event : codes[0]
					: v == V_ACCESS ? (int64_t)(seed >> 40 & 127)
					: is_text       ? codes[(seed >> 40) % ARRAY_LEN(codes)]
					: is_key        ? (int64_t)(1 + (seed >> 40) % 8)
						 : numbers[(seed >> 40) % ARRAY_LEN(numbers)];
			if (v == V_EVENT && value == NO_VALUE)
				value = c->call_event;
			vector_add(&c->vector[v], value);
		}
	}
	c->n_rows = N_ROWS;
	c->has_regions = true;
	for (int v = 0; v < N_VECTORS; v++)
		vector_seal(&c->vector[v]);
}

static bool
has_regex(const struct node *n)
{
	bool found = n->kind == NODE_MATCH && n->op == MATCH_REGEX;

	for (size_t i = 0; i < n->n_children && !found; i++)
		found = n->children[i] && has_regex(n->children[i]);
	return found;
}

static size_t
count_nodes(const struct node *n)
{
	size_t count = n->kind == NODE_AGGREGATE ? 50 : 1;

	for (size_t i = 0; i < n->n_children; i++)
		count += n->children[i] ? count_nodes(n->children[i]) : 0;
	return count;
}

static void
compare(const struct expr *e, const struct columns *c)
{
	struct plain plain = { .c = c };
	struct selection s = { 0 };
	struct err err = { 0 };
	uint64_t matched, applied;
	int rc = expr_select(&s, e, c, 100, &err);

	if (rc < 0 && (!err.text || !err.place))
		abort();
	/* The plain scan reckons aggregates once a row, and patterns as often. */
	if (count_nodes(e->root) < 20 && !has_regex(e->root)) {
		matched = plain_count(&plain, e, &applied);
		if ((rc < 0) != plain.has_failed)
			abort();
		if (rc == 0 && (matched != s.n_matched || applied != s.n_applied))
			abort();
	}
	selection_done(&s);
	err_done(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct columns *c;
	AUTO(str_done) struct str text = { 0 };
	AUTO(expr_free) struct expr *e = NULL;
	AUTO(expr_result_done) struct expr_result r = { 0 };
	struct err err = { 0 };

	if (!c) {
		c = columns_new(COLUMNS_ALL);
		fill(c);
		builder_free(TAKE(c->builder));
	}
	str_add_n(&text, data, n);
	if (expr_parse(&e, str_text(&text), (struct pos){ 0 }, &err) < 0) {
		if (!err.text || err.kind != ERR_USAGE)
			abort();
	} else if (expr_is_selection(e)) {
		compare(e, c);
	} else if (expr_evaluate(&r, e, c, &err) < 0 && !err.place) {
		abort();
	}
	err_done(&err);
	return 0;
}
