/* SPDX-License-Identifier: MIT */
/*
 * eval_match.c - columns of texts against literals: each distinct text is asked once, rows are
 * looked up by its number
 */
#include "query/eval.h"

#include <string.h>

static uint8_t
ask_text(const struct node *n, const char *text, bool *gave_up)
{
	for (size_t i = 0; i < n->n_items; i++)
		if (item_fits((enum match_op)n->op, &n->items[i], text, gave_up))
			return YES;
	return NO;
}

/* Does one of the texts that a column's number stands for fit? */
static uint8_t
ask(const struct eval *ev, const struct node *n, int64_t value, bool *gave_up)
{
	enum column column = n->children[0]->column;
	const struct dict_entry *entry;

	if (value == NO_VALUE || value <= 0)
		return NULL_;
	if (column_specs[column].type != COLUMN_IS_SET) {
		entry = &ev->c->dict.entries[value];
		if (ask_text(n, entry->text, gave_up) == YES)
			return YES;
		return entry->other ? ask_text(n, entry->other, gave_up) : NO;
	}
	for (unsigned bit = 0; bit < set_words(column); bit++)
		if (value >> bit & 1 && set_word(column, bit) &&
			ask_text(n, set_word(column, bit), gave_up) == YES)
			return YES;
	return NO;
}

static int
give_up(const struct eval *ev, const struct node *n, struct err *err)
{
	return lexer_error(&ev->e->lexer, err, n->at, n->n,
		"the pattern took too long on one of the texts");
}

static size_t
n_numbers(const struct eval *ev, enum column column)
{
	const struct source *s = &column_sources[column];
	const struct vector *v = &ev->c->vector[s->vectors[0]];
	int64_t largest = 0;

	if (!s->has_attribute)
		return column_specs[column].type == COLUMN_IS_SET
			       ? (size_t)1 << set_words(column)
			       : ev->c->dict.n;
	for (size_t i = 0; i < v->n_chunks; i++)
		largest = MAX(largest, v->chunks[i].largest);
	return (size_t)largest + 1;
}

/* Keys of an attribute are few: all are asked at once. Other texts when they are met. */
static int
make_table(struct eval *ev, const struct node *n, struct err *err)
{
	enum column column = n->children[0]->column;
	const struct attribute *a = &ev->c->attribute[column];
	size_t count = n_numbers(ev, column);
	uint8_t *table = mem_alloc(count + 1);
	bool gave_up = false;

	ev->tables[n->id] = table;
	memset(table, UNKNOWN, count);
	table[0] = NULL_;
	for (size_t key = 1; column_sources[column].has_attribute && key < count; key++)
		table[key] = key < a->n ? ask(ev, n, a->values[key], &gave_up) : NULL_;
	return gave_up ? give_up(ev, n, err) : 0;
}

static int
ask_unknown(struct eval *ev, const struct node *n, const struct vector *v, size_t chunk,
	uint8_t *out, struct err *err)
{
	uint8_t *table = ev->tables[n->id], seen = 0;
	bool gave_up = false;

	for (size_t i = 0; i < ROWS_PER_CHUNK; i++)
		seen |= (uint8_t)(out[i] & out[i] >> 1);
	if (!seen)
		return 0;
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
		int64_t value;

		if (out[i] != UNKNOWN)
			continue;
		value = vector_get(v, chunk * ROWS_PER_CHUNK + i);
		if (table[value] == UNKNOWN)
			table[value] = ask(ev, n, value, &gave_up);
		out[i] = table[value];
	}
	return gave_up ? give_up(ev, n, err) : 0;
}

/* One of several texts fits: YES; else one does not: NO. */
static void
join(uint8_t *out, const uint8_t *more)
{
	for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
		uint8_t both = out[i] | more[i];

		out[i] = (uint8_t)(both - ((both == (YES | NO)) << 1));
	}
}

int
eval_match(struct eval *ev, const struct node *n, size_t chunk, uint8_t *out, struct err *err)
{
	const struct source *s = &column_sources[n->children[0]->column];
	uint8_t *more = NULL;
	int rc = 0;

	if (!ev->tables[n->id] && make_table(ev, n, err) < 0)
		return -1;
	for (unsigned i = 0; rc == 0 && i < s->n; i++) {
		const struct vector *v = &ev->c->vector[s->vectors[i]];
		uint8_t *to = i ? more : out;

		if (i && v->chunks[chunk].least > v->chunks[chunk].largest)
			continue; /* nothing but gaps */
		if (i && !more)
			to = more = room_take(ev);
		vector_map(v, chunk, ev->tables[n->id], NULL_, to);
		rc = ask_unknown(ev, n, v, chunk, to, err);
		if (i)
			join(out, to);
	}
	if (more)
		room_give(ev, more);
	if (n->is_negated)
		for (size_t i = 0; i < ROWS_PER_CHUNK; i++)
			out[i] = answer_not(out[i]);
	return rc;
}
