/* SPDX-License-Identifier: MIT */
/* migrate.c - goldens in the words of an older version, said in today's */
#include "judge/migrate.h"

#include "base/mem.h"
#include "base/regex.h"
#include "judge/judge.h"

#include <string.h>

/* Runs with one change each: so many of each sort, spread over the golden. */
#define MOST_PROBES 200

#define PROFILE_ANY N_PROFILES
#define EFFECT_ANY N_EFFECT_KINDS
#define KEY ""

static const struct version_row rows[] = {
#define RECORD(to_, profile_, kind_, key_, why_)                                               \
	{ to_, (int)PROFILE_##profile_, (int)EFFECT_##kind_, NULL, key_, why_ },
#define RENAME(to_, kind_, field_, old_, now_)                                                 \
	{ to_, (int)PROFILE_ANY, (int)EFFECT_##kind_, field_, old_, now_ },
#include "judge/versions.def"
#undef RECORD
#undef RENAME
};

const struct version_table versions = { TABLE_VERSION, rows, ARRAY_LEN(rows) };

static bool
is_about(const struct version_row *row, const struct golden *g, const struct effect *e)
{
	return row->to > g->table &&
	       (row->profile == N_PROFILES || row->profile == (int)g->profile) &&
	       (row->kind == N_EFFECT_KINDS || row->kind == (int)e->kind);
}

/* Says which effects need a new recording. */
static bool
must_record(const struct golden *g, const struct version_table *table, struct str *report)
{
	bool any = false;

	for (size_t i = 0; i < table->n; i++) {
		const struct version_row *row = &table->rows[i];
		size_t n = 0;

		for (size_t k = 0; k < g->n_effects && !row->field; k++)
			n += is_about(row, g, &g->effects[k]) &&
			     glob_matches(row->old, g->effects[k].key);
		if (n)
			str_addf(report, "version %u: %s (%zu effect%s)\n", row->to, row->now,
				n, n == 1 ? "" : "s");
		any |= n > 0;
	}
	return any;
}

/* The new word for a text of that field, the text itself when it has none. Renames of several
 * versions follow each other as the rows do. */
static const char *
renamed(const struct golden *g, const struct version_table *table, const struct effect *e,
	const char *field, const char *text)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct version_row *row = &table->rows[i];

		if (row->field && strcmp(row->field, field) == 0 && is_about(row, g, e) &&
			strcmp(row->old, text) == 0)
			text = row->now;
	}
	return text;
}

static void
say_rename(struct str *report, const struct effect *e, const char *field, const char *old,
	const char *now)
{
	if (report && old != now)
		str_addf(report, "%s %s: %s '%s' is '%s' now\n", effect_kind_names[e->kind],
			e->key, *field ? field : "key", old, now);
}

static void
copy_effect(struct golden *to, const struct golden *from, const struct version_table *table,
	const struct effect *e, struct str *report)
{
	const char *key = renamed(from, table, e, KEY, e->key);
	struct effect *copy = golden_add(to, e->kind, key);

	copy->n_runs = e->n_runs;
	copy->place = e->place;
	copy->line = e->line;
	say_rename(report, e, KEY, e->key, key);
	for (size_t i = 0; i < e->n_values; i++) {
		const struct value *v = &e->values[i];
		const char *text = v->kind == VALUE_TEXT
					   ? renamed(from, table, e, v->name, v->text)
					   : NULL;

		if (text)
			say_rename(report, e, v->name, v->text, text);
		effect_copy(to, copy, v, text);
	}
}

/* What budgets are held against: numbers of calls mean the same in all versions. */
static void
copy_numbers(struct golden *to, const struct golden *g)
{
	for (size_t i = 0; i < g->n_numbers; i++) {
		const struct golden_number *from = &g->numbers[i];
		struct golden_number *number = golden_number_add(to, from->name);

		number->low = from->low;
		number->high = from->high;
		number->n_by = from->n_by;
		number->by = from->n_by ? arena_words(to->arena, from->by) : NULL;
	}
}

/* Its head; the effects are still to come. */
static struct golden *
copy_head(const struct golden *g, uint32_t table)
{
	struct golden *copy = golden_new();

	copy->format = g->format;
	copy->table = table;
	copy->target = arena_strdup(copy->arena, g->target);
	copy->argv = arena_words(copy->arena, g->argv);
	copy->profile = g->profile;
	copy->n_runs = g->n_runs;
	copy->temps = arena_words(copy->arena, g->temps);
	copy->n_temps = g->n_temps;
	copy->fingerprint = (struct fingerprint){
		arena_strdup(copy->arena, g->fingerprint.arch),
		arena_strdup(copy->arena, g->fingerprint.libc),
		arena_strdup(copy->arena, g->fingerprint.interpreter),
		arena_strdup(copy->arena, g->fingerprint.build_id),
	};
	copy_numbers(copy, g);
	return copy;
}

enum migrated
migrate_golden(struct golden **out, const struct golden *old, const struct version_table *table,
	struct str *report)
{
	struct golden *g;

	*out = NULL;
	if (old->table == table->version)
		return MIGRATE_SAME;
	if (must_record(old, table, report))
		return MIGRATE_RECORD;
	g = copy_head(old, table->version);
	for (size_t i = 0; i < old->n_effects; i++)
		copy_effect(g, old, table, &old->effects[i], report);
	golden_sort(g);
	*out = g;
	return MIGRATE_REWORDED;
}

/* What a probe does to its copy of a golden. */
enum probe { PROBE_NONE, PROBE_DROP, PROBE_VALUE, PROBE_KEY, N_PROBES };

static void
spoil(struct golden *g, struct effect *e, enum probe probe)
{
	struct value *v = e->n_values ? &e->values[e->n_values - 1] : NULL;

	if (probe == PROBE_KEY)
		e->key = arena_printf(g->arena, "%s (elsewhere)", e->key);
	if (probe != PROBE_VALUE || !v)
		return;
	v->number = v->kind == VALUE_BOOL ? !v->number : v->number + 1;
	if (v->kind == VALUE_TEXT)
		v->text = arena_printf(g->arena, "%s (another)", v->text);
	if (v->kind == VALUE_LIST)
		v->n_list = 0;
}

/* The golden as a run would give it, changed at one place. */
static struct golden *
make_run(const struct golden *g, size_t at, enum probe probe)
{
	static const struct version_table nothing = { 0 };
	struct golden *run = copy_head(g, g->table);

	for (size_t i = 0; i < g->n_effects; i++) {
		if (i == at && probe == PROBE_DROP)
			continue;
		copy_effect(run, g, &nothing, &g->effects[i], NULL);
		if (i == at)
			spoil(run, &run->effects[run->n_effects - 1], probe);
	}
	return run;
}

static int
count_differences(
	size_t *n, const struct golden *golden, const struct golden *run, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct differences found;

	if (judge_compare(&found, arena, golden, run, NULL, err) < 0)
		return -1;
	*n = found.n;
	return 0;
}

/* One run in both wordings. */
static int
probe_both(const struct golden *old, const struct golden *now,
	const struct version_table *table, size_t at, enum probe probe, struct err *err)
{
	AUTO(golden_free) struct golden *before = make_run(old, at, probe);
	AUTO(golden_free) struct golden *after = NULL;
	size_t n_before, n_after;

	if (migrate_golden(&after, before, table, NULL) != MIGRATE_REWORDED)
		return err_set(err, "a changed run could not be reworded");
	if (count_differences(&n_before, old, before, err) < 0 ||
		count_differences(&n_after, now, after, err) < 0)
		return -1;
	if ((n_before == 0) == (n_after == 0) && (probe != PROBE_NONE || n_after == 0))
		return 0;
	return err_set(err,
		"a run that differs in %s %s would %s by the old words and %s by the new ones",
		probe == PROBE_NONE ? "nothing" : effect_kind_names[old->effects[at].kind],
		probe == PROBE_NONE ? "" : old->effects[at].key, n_before ? "fail" : "pass",
		n_after ? "fail" : "pass");
}

int
migrate_verify(const struct golden *old, const struct golden *now,
	const struct version_table *table, size_t *n_probes, struct err *err)
{
	size_t step = old->n_effects / MOST_PROBES + 1;

	*n_probes = 1;
	if (now->n_effects != old->n_effects)
		return err_set(err, "%zu effects became %zu", old->n_effects, now->n_effects);
	if (probe_both(old, now, table, 0, PROBE_NONE, err) < 0)
		return -1;
	for (int probe = PROBE_DROP; probe < N_PROBES; probe++)
		for (size_t at = 0; at < old->n_effects; at += step, (*n_probes)++)
			if (probe_both(old, now, table, at, (enum probe)probe, err) < 0)
				return -1;
	return 0;
}
