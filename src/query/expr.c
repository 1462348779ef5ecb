/* SPDX-License-Identifier: MIT */
/* expr.c - questions about the events of a run, from their text to their answer */
#include "query/expr.h"

#include "query/eval.h"

#include <math.h>
#include <string.h>

int
expr_parse(struct expr **out, const char *text, struct pos at, struct err *err)
{
	AUTO(expr_free) struct expr *e = mem_alloc(sizeof *e);

	e->arena = arena_new();
	e->lexer = (struct lexer){ .arena = e->arena, .text = arena_strdup(e->arena, text) };
	e->lexer.base = at;
	e->lexer.base.file = arena_strdup(e->arena, at.file);
	e->lexer.base.line = arena_strdup(e->arena, at.line);
	if (strlen(text) > EXPR_LENGTH_MAX) {
		err_set(err, "the expression has %zu bytes; the limit is %d", strlen(text),
			EXPR_LENGTH_MAX);
		return err_as(err, ERR_USAGE);
	}
	if (!utf8_is_valid(text, strlen(text))) {
		err_set(err, "the expression is not valid UTF-8");
		err_hint(err, "write other bytes as \\xNN");
		return err_as(err, ERR_USAGE);
	}
	if (parse(e, err) < 0)
		return -1;
	*out = TAKE(e);
	return 0;
}

void
expr_free(struct expr *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->n_regexes; i++)
		regex_free(e->regexes[i]);
	mem_free(e->regexes);
	arena_free(e->arena);
	mem_free(e);
}

const char *
expr_text(const struct expr *e)
{
	return e->lexer.text;
}

bool
expr_is_selection(const struct expr *e)
{
	return e->root->is_row;
}

enum expr_type
expr_type(const struct expr *e)
{
	return e->root->type;
}

uint64_t
expr_columns(const struct expr *e)
{
	return e->root->columns;
}

/* Every column that is asked for must be told by the trace. */
static int
check_columns(
	const struct expr *e, const struct node *n, const struct columns *c, struct err *err)
{
	const char *lack = n->kind == NODE_COLUMN ? columns_lack(c, n->column) : NULL;

	if (lack) {
		node_error(e, err, n, "'%s' cannot be told: %s", column_specs[n->column].name,
			lack);
		if (COLUMN_BIT(n->column) & COLUMNS_OF_STACKS)
			err_hint(err,
				"record it with its stacks: renacer record -k -o FILE -- CMD");
		return err_as(err, ERR_UNSURE);
	}
	for (size_t i = 0; i < n->n_children; i++)
		if (n->children[i] && check_columns(e, n->children[i], c, err) < 0)
			return -1;
	return 0;
}

static void
take_matches(struct selection *out, const uint8_t *domain, const uint8_t *truth, size_t chunk,
	size_t limit, size_t *capacity)
{
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
		uint8_t answer = domain[i] ? truth[i] : NULL_;

		out->n_applied += answer != NULL_;
		out->n_matched += answer & 1;
	}
	if (out->n_rows >= limit || out->n_matched == out->n_rows)
		return;
	for (size_t i = 0; i < ROWS_PER_CHUNK && out->n_rows < limit; i++) {
		if (!domain[i] || truth[i] != YES)
			continue;
		out->rows = mem_grow(out->rows, out->n_rows, capacity, sizeof *out->rows);
		out->rows[out->n_rows++] = (uint32_t)(chunk * ROWS_PER_CHUNK + i);
	}
}

static int
select_rows(struct selection *out, struct eval *ev, size_t limit, struct err *err)
{
	const struct node *root = ev->e->root;
	size_t n_chunks = (ev->c->n_rows + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK, capacity = 0;
	uint8_t *domain = room_take(ev), *truth = room_take(ev);
	int rc = 0;

	for (size_t chunk = 0; rc == 0 && chunk < n_chunks; chunk++) {
		out->n_looked += domain_load(ev->c, root->also, chunk, domain);
		ev->active = domain;
		rc = eval_truth(ev, root, chunk, truth, err);
		if (rc == 0)
			take_matches(out, domain, truth, chunk, limit, &capacity);
	}
	room_give(ev, truth);
	room_give(ev, domain);
	return rc;
}

int
expr_select(struct selection *out, const struct expr *e, const struct columns *c, size_t limit,
	struct err *err)
{
	struct selection found = { 0 };
	struct eval ev;
	int rc;

	assert(e->root->is_row && !c->builder);
	if (check_columns(e, e->root, c, err) < 0)
		return -1;
	eval_init(&ev, e, c);
	rc = select_rows(&found, &ev, limit, err);
	eval_done(&ev);
	if (rc < 0)
		selection_done(&found);
	else
		*out = found;
	return rc;
}

void
selection_done(struct selection *s)
{
	mem_free(s->rows);
	*s = (struct selection){ 0 };
}

/* The texts of the aggregates, as they were written. */
static void
name_parts(const struct expr *e, const struct node *n, struct expr_part *parts)
{
	if (n->kind == NODE_AGGREGATE)
		parts[n->part].text = arena_strndup(e->arena, e->lexer.text + n->at, n->n);
	for (size_t i = 0; i < n->n_children; i++)
		if (n->children[i])
			name_parts(e, n->children[i], parts);
}

int
expr_evaluate(
	struct expr_result *out, const struct expr *e, const struct columns *c, struct err *err)
{
	struct expr_value value;
	struct eval ev;
	int rc;

	assert(!e->root->is_row && !c->builder);
	if (check_columns(e, e->root, c, err) < 0)
		return -1;
	eval_init(&ev, e, c);
	name_parts(e, e->root, ev.parts);
	rc = eval_scalar(&ev, e->root, &value, err);
	if (rc == 0)
		*out = (struct expr_result){ value, TAKE(ev.parts), e->n_parts };
	eval_done(&ev);
	return rc;
}

void
expr_result_done(struct expr_result *r)
{
	mem_free(r->parts);
	*r = (struct expr_result){ 0 };
}

static void
put_time(struct str *out, int64_t ns)
{
	static const struct {
		const char *name;
		uint64_t scale;
		int digits;
	} units[] = { { "s", 1000000000, 9 }, { "ms", 1000000, 6 }, { "us", 1000, 3 },
		{ "ns", 1, 0 } };
	uint64_t rest = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	size_t i = 0;

	while (i < ARRAY_LEN(units) - 1 && rest < units[i].scale)
		i++;
	str_addf(out, "%s%llu", ns < 0 ? "-" : "", (unsigned long long)(rest / units[i].scale));
	rest %= units[i].scale;
	if (rest) {
		str_addf(out, ".%0*llu", units[i].digits, (unsigned long long)rest);
		while (out->data[out->n - 1] == '0')
			str_cut(out, out->n - 1);
	}
	str_add(out, units[i].name);
}

void
expr_value_text(struct str *out, const struct expr_value *value)
{
	if (value->is_null) {
		str_add(out, "nothing");
		return;
	}
	switch (value->type) {
	case EXPR_BOOL:
		str_add(out, value->truth ? "true" : "false");
		return;
	case EXPR_NUMBER:
		str_add_int(out, value->number);
		return;
	case EXPR_REAL:
		str_addf(out, "%.6g", value->real);
		return;
	case EXPR_TIME:
		put_time(out, value->number);
		return;
	case EXPR_TEXT:
		str_add(out, value->text ? value->text : "");
		return;
	}
}
