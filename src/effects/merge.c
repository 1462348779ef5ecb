/* SPDX-License-Identifier: MIT */
/*
 * merge.c - several recordings of one target into one golden
 *
 * An effect that all recordings have with equal values is required, one that some have is
 * optional. Numbers of things (programs, connections) that varied become open, texts and names
 * that varied in spans of known types become templates. Whatever else varies makes the target
 * unstable: there is nothing that a later run could be held to.
 */
#include "effects/merge.h"

#include "base/map.h"
#include "base/mem.h"
#include "effects/learn.h"
#include "effects/settle.h"
#include "effects/unite.h"

#include <stdio.h>
#include <string.h>

/* Field names whose numbers may be open. */
static const char *const open_fields[] = { "count", "connections" };

static bool
may_be_open(const struct value *v)
{
	for (size_t i = 0; v->kind == VALUE_NUMBER && i < ARRAY_LEN(open_fields); i++)
		if (strcmp(v->name, open_fields[i]) == 0)
			return true;
	return false;
}

struct unstable *
merge_say(struct merge *m, const struct effect *e, const char *what, uint32_t run)
{
	struct merged *to = m->result;

	to->unstable = mem_grow(
		to->unstable, to->n_unstable, &m->n_unstable_room, sizeof *to->unstable);
	to->unstable[to->n_unstable] = (struct unstable){
		.sentence = arena_printf(
			to->arena, "%s %s: %s", effect_kind_names[e->kind], e->key, what),
		.run = run,
	};
	return &to->unstable[to->n_unstable++];
}

/* A value for a sentence: short and printable. */
static void
put_value(struct str *out, const struct value *v)
{
	AUTO(str_done) struct str text = { 0 };

	if (!v) {
		str_add(out, "none");
		return;
	}
	if (v->kind == VALUE_TEXT)
		str_add(&text, v->text);
	else if (v->kind == VALUE_LIST)
		for (size_t i = 0; i < v->n_list; i++)
			str_addf(&text, "%s%s", i ? " " : "", v->list[i]);
	else
		str_addf(&text, "%lld", (long long)v->number);
	str_add_quoted(out, str_text(&text), text.n, 40);
}

static void
say_field(struct merge *m, const struct effect *e, const struct value *a, const struct value *b,
	uint32_t run)
{
	const char *name;
	AUTO(str_done) struct str what = { 0 };

	assert(a || b);
	name = a ? a->name : b->name;
	str_addf(&what, "%s differs between recordings: ", name);
	put_value(&what, a);
	str_add(&what, " and ");
	put_value(&what, b);
	merge_say(m, e, what.data, run);
}

/* The value of this field that differs from the first one's in another recording. */
static const struct value *
other_value(const struct merge *m, const struct row *row, const struct value *v, bool *differs,
	uint32_t *run)
{
	*differs = false;
	for (size_t i = 0; i < m->n_runs; i++) {
		const struct value *w = row->in[i] ? effect_value(row->in[i], v->name) : v;

		if (w && value_is_equal(v, w))
			continue;
		*differs = true;
		*run = (uint32_t)i;
		return w;
	}
	return NULL;
}

const struct effect *
merge_first(const struct merge *m, const struct row *row)
{
	for (size_t i = 0; i < m->n_runs; i++)
		if (row->in[i])
			return row->in[i];
	return NULL;
}

/* A field that only a later recording has. */
static void
check_extra(struct merge *m, const struct row *row, const struct effect *first)
{
	for (size_t i = 0; i < m->n_runs; i++)
		for (size_t k = 0; row->in[i] && k < row->in[i]->n_values; k++) {
			const struct value *v = &row->in[i]->values[k];

			if (effect_value(first, v->name))
				continue;
			say_field(m, first, NULL, v, (uint32_t)i);
			return;
		}
}

/* The first recording that has not got it. */
static uint32_t
run_without(const struct merge *m, const struct row *row)
{
	size_t i = 0;

	while (i < m->n_runs && row->in[i])
		i++;
	return (uint32_t)i;
}

static void
add_values(struct merge *m, const struct row *row, struct effect *e, bool has_content)
{
	const struct effect *first = merge_first(m, row);

	for (size_t k = 0; k < first->n_values; k++) {
		const struct value *v = &first->values[k], *other;
		uint32_t run = 0;
		bool differs;

		if ((has_content && merge_is_content(v->name)) ||
			(row->words && strcmp(v->name, "argv") == 0))
			continue;
		other = other_value(m, row, v, &differs, &run);
		if (differs && other && may_be_open(v)) {
			effect_text(m->out, e, v->name, "varies");
			continue;
		}
		if (differs)
			say_field(m, first, v, other, run);
		effect_copy(m->out, e, v, NULL);
	}
}

static void
add_row(struct merge *m, const struct row *row)
{
	const struct effect *first = merge_first(m, row);
	struct effect *e = golden_add(m->out, first->kind, row->key ? row->key : first->key);
	char what[64];
	bool has_content;

	e->n_runs = (uint32_t)row->n;
	if (row->n < m->n_runs &&
		(first->kind == EFFECT_EXIT || first->kind == EFFECT_STREAM)) {
		snprintf(what, sizeof what, "seen in %zu of %zu recordings", row->n, m->n_runs);
		merge_say(m, first, what, run_without(m, row));
	}
	has_content = merge_learn(m, row, e);
	add_values(m, row, e, has_content);
	check_extra(m, row, first);
}

/* Keys that varied are the same effect once they are one template. */
static void
add_to_rows(struct merge *m, size_t run, const struct effect *e)
{
	AUTO(str_done) struct str key = { 0 };
	const struct renamed *renamed = map_get_number(m->renamed, (uint64_t)(uintptr_t)e);
	struct row *row;
	void **slot;

	str_addf(&key, "%d%s%s", e->kind, renamed ? "~" : " ", renamed ? renamed->key : e->key);
	slot = map_text(m->rows, key.data);
	row = *slot;
	if (!row) {
		row = *slot = arena_alloc(m->arena, sizeof *row);
		row->in = arena_array(m->arena, m->n_runs, sizeof(struct effect *));
	}
	row->n += !row->in[run];
	row->in[run] = e;
	if (renamed) {
		row->key = renamed->key;
		row->words = renamed->words;
		row->n_words = renamed->n_words;
		row->n_holes = renamed->n_holes;
	}
}

/* Of profile strict: the calls of one task, which are compared in order. */
static size_t
calls_from(const struct golden *g, const char *task, size_t *n)
{
	size_t from = 0;

	while (from < g->n_effects && (g->effects[from].kind != EFFECT_CALL ||
					      strcmp(g->effects[from].key, task) != 0))
		from++;
	*n = 0;
	while (from + *n < g->n_effects && g->effects[from + *n].kind == EFFECT_CALL &&
		strcmp(g->effects[from + *n].key, task) == 0)
		(*n)++;
	return from;
}

static void
compare_calls(struct merge *m, const char *task, const struct golden *a, uint32_t run)
{
	const struct golden *b = m->runs[run];
	size_t n_a, n_b, from_a = calls_from(a, task, &n_a), from_b = calls_from(b, task, &n_b);
	const struct effect none = { .kind = EFFECT_CALL, .key = task };

	for (size_t i = 0; i < MIN(n_a, n_b); i++)
		if (!effects_are_equal(&a->effects[from_a + i], &b->effects[from_b + i])) {
			say_field(m, &a->effects[from_a + i],
				effect_value(&a->effects[from_a + i], "call"),
				effect_value(&b->effects[from_b + i], "call"), run);
			return;
		}
	if (n_a != n_b)
		merge_say(m, &none, "the number of calls differs between recordings", run);
}

/* Tasks of any recording; the calls of the first recording that has the task are kept. */
static void
merge_calls(struct merge *m)
{
	AUTO(map_free) struct map *tasks = map_new();
	size_t at = 0;
	const void *key;
	void *value;

	for (size_t r = 0; r < m->n_runs; r++)
		for (size_t i = 0; i < m->runs[r]->n_effects; i++)
			if (m->runs[r]->effects[i].kind == EFFECT_CALL &&
				!map_get_text(tasks, m->runs[r]->effects[i].key))
				*map_text(tasks, m->runs[r]->effects[i].key) = m->runs[r];
	while (map_next(tasks, &at, &key, NULL, &value)) {
		const struct golden *g = value;
		size_t n, from = calls_from(g, key, &n);

		for (size_t i = from; i < from + n; i++) {
			struct effect *e = golden_add(m->out, EFFECT_CALL, key);

			e->n_runs = (uint32_t)m->n_runs;
			e->seq = g->effects[i].seq;
			e->place = g->effects[i].place;
			for (size_t k = 0; k < g->effects[i].n_values; k++)
				effect_copy(m->out, e, &g->effects[i].values[k], NULL);
		}
		for (size_t r = 0; r < m->n_runs; r++)
			if (m->runs[r] != g)
				compare_calls(m, key, g, (uint32_t)r);
	}
}

static const char *const *
copy_words(struct arena *arena, const char *const *words, size_t n)
{
	const char **copy = arena_array(arena, n + 1, sizeof *copy);

	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(arena, words[i]);
	return copy;
}

static void
copy_head(struct golden *out, const struct golden *from, size_t n_runs)
{
	out->format = from->format;
	out->table = from->table;
	out->target = arena_strdup(out->arena, from->target);
	out->argv = arena_words(out->arena, from->argv);
	out->profile = from->profile;
	out->n_runs = (uint32_t)n_runs;
	out->temps = copy_words(out->arena, from->temps, from->n_temps);
	out->n_temps = from->n_temps;
	out->fingerprint = (struct fingerprint){
		arena_strdup(out->arena, from->fingerprint.arch),
		arena_strdup(out->arena, from->fingerprint.libc),
		arena_strdup(out->arena, from->fingerprint.interpreter),
		arena_strdup(out->arena, from->fingerprint.build_id),
	};
}

static int
fill_rows(struct merge *m, struct err *err)
{
	for (size_t r = 0; r < m->n_runs; r++) {
		if (m->runs[r]->profile != m->out->profile ||
			m->runs[r]->table != m->out->table)
			return err_set(err, "the recordings are of different profiles");
		golden_sort(m->runs[r]);
	}
	merge_keys(m);
	for (size_t r = 0; r < m->n_runs; r++)
		for (size_t i = 0; i < m->runs[r]->n_effects; i++)
			if (m->runs[r]->effects[i].kind != EFFECT_CALL)
				add_to_rows(m, r, &m->runs[r]->effects[i]);
	return 0;
}

/* Bytes of all texts that a golden holds. */
static uint64_t
text_bytes(const struct golden *g)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->n_effects; i++) {
		const struct value *v = effect_value(&g->effects[i], "text");

		n += v && v->kind == VALUE_TEXT ? strlen(v->text) : 0;
	}
	return n;
}

int
effects_merge(struct golden **out, struct golden *const *runs, size_t n_runs,
	struct merged *result, struct err *err)
{
	AUTO(golden_free) struct golden *g = golden_new();
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(map_free) struct map *rows = map_new();
	AUTO(map_free) struct map *renamed = map_new();
	AUTO(hole_set_free) struct hole_set *set = hole_set_new();
	struct merge m = { .out = g,
		.runs = runs,
		.n_runs = n_runs,
		.result = result,
		.arena = arena,
		.rows = rows,
		.renamed = renamed,
		.learning = {
			.arena = result->arena, .set = set, .runs = runs, .n_runs = n_runs } };
	size_t at = 0;
	void *value;

	if (n_runs == 0)
		return err_set(err, "no recordings to merge");
	settle_runs(runs, n_runs);
	copy_head(g, runs[0], n_runs);
	if (fill_rows(&m, err) < 0)
		return -1;
	while (map_next(rows, &at, NULL, NULL, &value))
		add_row(&m, value);
	merge_calls(&m);
	golden_sort(g);
	merge_finish(&m, text_bytes(runs[0]));
	*out = TAKE(g);
	return 0;
}
