/* SPDX-License-Identifier: MIT */
/*
 * merge.c - several recordings of one target into one golden
 *
 * An effect that all recordings have with equal values is required, one that some have is
 * optional. Numbers of things (programs, connections) that varied become open. Whatever else
 * varies makes the target unstable: there is nothing that a later run could be held to.
 */
#include "effects/effects.h"

#include "base/map.h"
#include "base/mem.h"
#include "effects/settle.h"
#include "effects/unite.h"

#include <stdio.h>
#include <string.h>

/* The same effect in each recording; NULL: it has none. */
struct row {
	const struct effect **in; /* n_runs */
	size_t n;                 /* how many have it */
};

struct merge {
	struct golden *out;
	struct golden *const *runs;
	size_t n_runs, n_unstable, limit;
	struct str *report;
	struct arena *arena;
	struct map *rows;
};

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

static void
say_unstable(struct merge *m, const struct effect *e, const char *what)
{
	if (m->n_unstable++ < m->limit)
		str_addf(m->report, "%s %s: %s\n", effect_kind_names[e->kind], e->key, what);
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
say_field(struct merge *m, const struct effect *e, const char *name, const struct value *a,
	const struct value *b)
{
	AUTO(str_done) struct str what = { 0 };

	str_addf(&what, "%s differs between recordings: ", name);
	put_value(&what, a);
	str_add(&what, " and ");
	put_value(&what, b);
	say_unstable(m, e, what.data);
}

/* The value of this field that differs from the first one's in another recording. */
static const struct value *
other_value(const struct merge *m, const struct row *row, const struct value *v, bool *differs)
{
	*differs = false;
	for (size_t i = 0; i < m->n_runs; i++) {
		const struct value *w = row->in[i] ? effect_value(row->in[i], v->name) : v;

		if (w && value_is_equal(v, w))
			continue;
		*differs = true;
		return w;
	}
	return NULL;
}

static const struct effect *
first_of(const struct merge *m, const struct row *row)
{
	for (size_t i = 0; i < m->n_runs; i++)
		if (row->in[i])
			return row->in[i];
	return NULL;
}

static void
copy_value(struct golden *g, struct effect *e, const struct value *v)
{
	switch (v->kind) {
	case VALUE_TEXT:
		effect_text(g, e, v->name, v->text);
		break;
	case VALUE_NUMBER:
		effect_number(g, e, v->name, v->number);
		break;
	case VALUE_BOOL:
		effect_bool(g, e, v->name, v->number);
		break;
	case VALUE_LIST:
		effect_list(g, e, v->name, v->list, v->n_list);
		break;
	}
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
			say_field(m, first, v->name, NULL, v);
			return;
		}
}

static void
add_row(struct merge *m, const struct row *row)
{
	const struct effect *first = first_of(m, row);
	struct effect *e = golden_add(m->out, first->kind, first->key);
	char what[64];

	e->n_runs = (uint32_t)row->n;
	if (row->n < m->n_runs &&
		(first->kind == EFFECT_EXIT || first->kind == EFFECT_STREAM)) {
		snprintf(what, sizeof what, "seen in %zu of %zu recordings", row->n, m->n_runs);
		say_unstable(m, first, what);
	}
	for (size_t k = 0; k < first->n_values; k++) {
		const struct value *v = &first->values[k], *other;
		bool differs;

		other = other_value(m, row, v, &differs);
		if (differs && other && may_be_open(v)) {
			effect_text(m->out, e, v->name, "varies");
			continue;
		}
		if (differs)
			say_field(m, first, v->name, v, other);
		copy_value(m->out, e, v);
	}
	check_extra(m, row, first);
}

static void
add_to_rows(struct merge *m, size_t run, const struct effect *e)
{
	AUTO(str_done) struct str key = { 0 };
	struct row *row;
	void **slot;

	str_addf(&key, "%d %s", e->kind, e->key);
	slot = map_text(m->rows, key.data);
	row = *slot;
	if (!row) {
		row = *slot = arena_alloc(m->arena, sizeof *row);
		row->in = arena_array(m->arena, m->n_runs, sizeof(struct effect *));
	}
	row->n += !row->in[run];
	row->in[run] = e;
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
compare_calls(struct merge *m, const char *task, const struct golden *a, const struct golden *b)
{
	size_t n_a, n_b, from_a = calls_from(a, task, &n_a), from_b = calls_from(b, task, &n_b);
	const struct effect none = { .kind = EFFECT_CALL, .key = task };

	for (size_t i = 0; i < MIN(n_a, n_b); i++)
		if (!effects_are_equal(&a->effects[from_a + i], &b->effects[from_b + i])) {
			say_field(m, &a->effects[from_a + i], "a call",
				effect_value(&a->effects[from_a + i], "call"),
				effect_value(&b->effects[from_b + i], "call"));
			return;
		}
	if (n_a != n_b)
		say_unstable(m, &none, "the number of calls differs between recordings");
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
				copy_value(m->out, e, &g->effects[i].values[k]);
		}
		for (size_t r = 0; r < m->n_runs; r++)
			if (m->runs[r] != g)
				compare_calls(m, key, g, m->runs[r]);
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

static const char *const *
copy_argv(struct arena *arena, const char *const *argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	return copy_words(arena, argv, n);
}

static void
copy_head(struct golden *out, const struct golden *from, size_t n_runs)
{
	out->format = from->format;
	out->table = from->table;
	out->target = arena_strdup(out->arena, from->target);
	out->argv = copy_argv(out->arena, from->argv);
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

int
effects_merge(struct golden **out, struct golden *const *runs, size_t n_runs, size_t *unstable,
	struct str *report, size_t limit, struct err *err)
{
	AUTO(golden_free) struct golden *g = golden_new();
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(map_free) struct map *rows = map_new();
	struct merge m = { g, runs, n_runs, 0, limit, report, arena, rows };
	size_t at = 0;
	void *value;

	if (n_runs == 0)
		return err_set(err, "no recordings to merge");
	settle_runs(runs, n_runs);
	copy_head(g, runs[0], n_runs);
	for (size_t r = 0; r < n_runs; r++) {
		if (runs[r]->profile != g->profile || runs[r]->table != g->table)
			return err_set(err, "the recordings are of different profiles");
		for (size_t i = 0; i < runs[r]->n_effects; i++)
			if (runs[r]->effects[i].kind != EFFECT_CALL)
				add_to_rows(&m, r, &runs[r]->effects[i]);
	}
	while (map_next(rows, &at, NULL, NULL, &value))
		add_row(&m, value);
	merge_calls(&m);
	golden_sort(g);
	*unstable = m.n_unstable;
	*out = TAKE(g);
	return 0;
}
