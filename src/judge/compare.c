/* SPDX-License-Identifier: MIT */
/*
 * compare.c - two effect lists: matched by kind and key, then value by value
 *
 * Keys should be unique, but nothing here relies on it: effects with one kind and key are a
 * bag, equal ones are paired first.
 */

#include "judge/compare.h"

#include "base/map.h"
#include "base/str.h"
#include "effects/template.h"
#include "judge/content.h"
#include "judge/derived.h"
#include "judge/imprint.h"
#include "judge/mapped.h"
#include "judge/mark.h"
#include "judge/output_map.h"
#include "judge/say.h"

#include <stdlib.h>
#include <string.h>

/* How early a difference is shown: by event, then the exit, which ends all events, then what
 * has none, then counts, which follow from the others. */
enum rank { RANK_EVENT, RANK_EXIT, RANK_NONE, RANK_COUNT };

struct found {
	struct difference d;
	size_t nr;
};

bool
compare_is_required(const struct golden *g, const struct effect *e)
{
	return e->n_runs >= g->n_runs;
}

void
compare_add(struct compare *c, struct difference d, uint64_t seq)
{
	if (d.run && !d.evidence)
		d.evidence = d.run->evidence;
	if (d.golden)
		d.golden_line = d.golden->line;
	c->found = mem_grow(c->found, c->n, &c->capacity, sizeof *c->found);
	d.seq = seq;
	imprint_take(&d);
	c->found[c->n] = (struct found){ .d = d, .nr = c->n };
	c->n++;
}

const struct difference *
compare_found(const struct compare *c, size_t i)
{
	assert(i < c->n);
	return &c->found[i].d;
}

static enum rank
rank_of(const struct difference *d)
{
	enum effect_kind kind = (d->run ? d->run : d->golden)->kind;

	return kind == EFFECT_EXIT    ? RANK_EXIT
	       : kind == EFFECT_COUNT ? RANK_COUNT
	       : d->seq               ? RANK_EVENT
				      : RANK_NONE;
}

static int
by_rank(const void *x, const void *y)
{
	const struct found *a = x, *b = y;
	const struct effect *e, *f;
	int order;

	if (rank_of(&a->d) != rank_of(&b->d))
		return rank_of(&a->d) < rank_of(&b->d) ? -1 : 1;
	if (a->d.seq != b->d.seq)
		return a->d.seq < b->d.seq ? -1 : 1;
	e = a->d.run ? a->d.run : a->d.golden;
	f = b->d.run ? b->d.run : b->d.golden;
	order = (e->kind > f->kind) - (e->kind < f->kind);
	if (!order)
		order = strcmp(e->key, f->key);
	return order ? order : (a->nr > b->nr) - (a->nr < b->nr);
}

/*
 * When something did not happen: known when the golden is fresh from a run, too. It belongs
 * behind the last effect before it that both runs have.
 */
static void
timeline_add(struct compare *c, uint64_t golden_seq, uint64_t run_seq)
{
	if (!golden_seq || !run_seq)
		return;
	c->timeline =
		mem_grow(c->timeline, c->n_timeline, &c->timeline_room, sizeof *c->timeline);
	c->timeline[c->n_timeline++] = (struct anchor){ golden_seq, run_seq };
}

static int
by_golden(const void *x, const void *y)
{
	const struct anchor *a = x, *b = y;

	return (a->golden > b->golden) - (a->golden < b->golden);
}

static uint64_t
moment_of(const struct compare *c, uint64_t golden_seq)
{
	uint64_t latest = 1;

	for (size_t lo = 0, hi = c->n_timeline; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->timeline[mid].golden > golden_seq) {
			hi = mid;
		} else {
			latest = c->timeline[mid].run;
			lo = mid + 1;
		}
	}
	return latest;
}

static void
timeline_place(struct compare *c)
{
	if (c->n_timeline)
		qsort(c->timeline, c->n_timeline, sizeof *c->timeline, by_golden);
	for (size_t i = 1; i < c->n_timeline; i++)
		c->timeline[i].run = MAX(c->timeline[i].run, c->timeline[i - 1].run);
	for (size_t i = 0; i < c->n; i++) {
		struct difference *d = &c->found[i].d;

		if (!d->seq && !d->run && d->golden->seq)
			d->seq = moment_of(c, d->golden->seq);
	}
}

/*
 * Values.
 */
static bool
values_are_equal(const struct value *a, const struct value *b)
{
	return a && b ? say_is_open(a, b) || value_is_equal(a, b) : a == b;
}

/* By itself: content is compared as a whole, and remarks are not part of the effect. */
static bool
is_compared(const char *field)
{
	return !content_is_field(field) && strcmp(field, "own") != 0;
}

/* What a runtime reads for itself, the other one may as well not. */
static bool
may_be_absent(const struct effect *e)
{
	const struct value *own = effect_value(e, "own");

	return e->kind == EFFECT_READ && own && own->kind == VALUE_BOOL && own->number;
}

static bool
field_differs(const struct effect *a, const struct effect *b, const char *field)
{
	return !values_are_equal(effect_value(a, field), effect_value(b, field));
}

static void
count_open(struct compare *c, const struct effect *golden, const struct effect *run)
{
	for (size_t i = 0; i < golden->n_values; i++) {
		const struct value *other = effect_value(run, golden->values[i].name);

		c->n_open += other && say_is_open(&golden->values[i], other);
	}
}

/* a is the golden's. counted: as mapped_is_equal() says. */
static bool
is_equal(struct compare *c, const struct effect *a, const struct effect *b, bool counted)
{
	if (!mapped_is_equal(c, a, b, counted))
		return false;
	for (size_t i = 0; i < a->n_values; i++)
		if (is_compared(a->values[i].name) && field_differs(a, b, a->values[i].name))
			return false;
	for (size_t i = 0; i < b->n_values; i++)
		if (is_compared(b->values[i].name) && !effect_value(a, b->values[i].name))
			return false;
	return true;
}

static void
add_field(struct compare *c, const struct effect *golden, const struct effect *run,
	const char *field)
{
	struct difference d = { .golden = golden, .run = run };

	say_changed(&d, c->arena, golden, run, field);
	compare_add(c, d, run->seq);
}

/* One difference for how it ended, or for what makes the rest moot; false: neither. */
static bool
differ_as_a_whole(struct compare *c, const struct effect *golden, const struct effect *run)
{
	const char *field;

	if (golden->kind == EFFECT_EXIT) {
		struct difference d = { .golden = golden, .run = run };

		say_exit(&d, c->arena, golden, run);
		compare_add(c, d, run->seq);
		return true;
	}
	for (size_t i = 0; (field = say_first_field(golden->kind, i)); i++)
		if (field_differs(golden, run, field)) {
			add_field(c, golden, run, field);
			return true;
		}
	return false;
}

static void
differ(struct compare *c, const struct effect *golden, const struct effect *run)
{
	if (differ_as_a_whole(c, golden, run))
		return;
	if (!mapped_is_equal(c, golden, run, false)) {
		struct difference d = { .golden = golden, .run = run };
		uint64_t seq = run->seq;

		mapped_explain(&d, c, golden, run);
		if (!c->opts->maps || !c->opts->maps->n) /* the first byte may be allowed */
			mark_take(&d, c->arena, &seq, run, mark_parting(golden, run));
		compare_add(c, d, seq);
	}
	for (size_t i = 0; i < golden->n_values; i++) {
		const char *field = golden->values[i].name;

		if (is_compared(field) && field_differs(golden, run, field))
			add_field(c, golden, run, field);
	}
	for (size_t i = 0; i < run->n_values; i++) {
		const char *field = run->values[i].name;

		if (is_compared(field) && !effect_value(golden, field))
			add_field(c, golden, run, field);
	}
}

/*
 * Effects on one side only.
 */
static void
add_removed(struct compare *c, const struct effect *golden)
{
	struct difference d = { .class = golden->kind == EFFECT_ORDER ? DIFF_ORDER
								      : DIFF_REMOVED,
		.golden = golden };

	d.sentence = say_removed(c->arena, golden);
	d.wanted = content_size(golden) >= 0 ? content_short(c->arena, golden) : NULL;
	compare_add(c, d, 0);
}

static void
add_added(struct compare *c, const struct effect *run)
{
	struct difference d = { .class = run->kind == EFFECT_ORDER ? DIFF_ORDER : DIFF_ADDED,
		.run = run };
	uint64_t seq = run->seq;

	d.sentence = say_added(c->arena, run);
	d.found = content_size(run) >= 0 ? content_short(c->arena, run) : NULL;
	mark_take(&d, c->arena, &seq, run, 0);
	compare_add(c, d, seq);
}

/* A required effect that the run, itself made of several, showed in some of them only. */
static void
add_seldom(struct compare *c, const struct effect *golden, const struct effect *run)
{
	struct difference d = { .class = DIFF_REMOVED, .golden = golden, .run = run };

	d.wanted = "in every run";
	d.found = arena_printf(c->arena, "in %u of %u runs", run->n_runs, c->run->n_runs);
	d.sentence = arena_printf(c->arena, "%s: %s only", say_thing(c->arena, run), d.found);
	compare_add(c, d, run->seq);
}

/*
 * Matching.
 */
struct bag {
	struct effects_list golden, run;
};

static void
list_add(struct effects_list *l, const struct effect *e)
{
	l->items = mem_grow(l->items, l->n, &l->capacity, sizeof *l->items);
	l->items[l->n++] = e;
}

static struct bag *
bag_of(struct map *bags, struct arena *arena, const struct effect *e)
{
	AUTO(str_done) struct str key = { 0 };
	void **slot;

	str_add_char(&key, (char)('a' + e->kind));
	str_add(&key, e->key);
	slot = map_slot(bags, str_text(&key), key.n);
	if (!*slot)
		*slot = arena_alloc(arena, sizeof(struct bag));
	return *slot;
}

static void
match_pair(struct compare *c, struct leftovers *left, const struct effect *golden,
	const struct effect *run)
{
	c->n_compared++;
	timeline_add(c, golden->seq, run->seq);
	count_open(c, golden, run);
	if (compare_is_required(c->golden, golden) && !compare_is_required(c->run, run))
		add_seldom(c, golden, run);
	if (is_equal(c, golden, run, true))
		return;
	list_add(&left->changed_golden, golden);
	list_add(&left->changed_run, run);
}

/* Equal ones first, so that a bag with one extra member differs in that one only. */
static void
match_equals(struct compare *c, struct leftovers *left, struct bag *bag)
{
	if (bag->golden.n == 1 && bag->run.n == 1)
		return;
	for (size_t i = 0; i < bag->golden.n; i++)
		for (size_t j = 0; j < bag->run.n && bag->golden.items[i]; j++)
			if (bag->run.items[j] &&
				is_equal(c, bag->golden.items[i], bag->run.items[j], false)) {
				match_pair(c, left, bag->golden.items[i], bag->run.items[j]);
				bag->golden.items[i] = bag->run.items[j] = NULL;
			}
}

static void
match_bag(struct compare *c, struct leftovers *left, struct bag *bag)
{
	size_t j = 0;

	match_equals(c, left, bag);
	for (size_t i = 0; i < bag->golden.n; i++) {
		const struct effect *golden = bag->golden.items[i];

		if (!golden)
			continue;
		while (j < bag->run.n && !bag->run.items[j])
			j++;
		if (j < bag->run.n)
			match_pair(c, left, golden, bag->run.items[j++]);
		else if (compare_is_required(c->golden, golden) && !may_be_absent(golden))
			list_add(&left->removed, golden);
		else
			c->n_optional++;
	}
	for (; j < bag->run.n; j++)
		if (bag->run.items[j] && !may_be_absent(bag->run.items[j]))
			list_add(&left->added, bag->run.items[j]);
}

static void
match_all(struct compare *c, struct leftovers *left)
{
	AUTO(map_free) struct map *bags = map_new();
	AUTO(arena_free) struct arena *scratch = arena_new();
	void *value;

	for (size_t i = 0; i < c->golden->n_effects; i++)
		list_add(&bag_of(bags, scratch, &c->golden->effects[i])->golden,
			&c->golden->effects[i]);
	for (size_t i = 0; i < c->run->n_effects; i++)
		list_add(&bag_of(bags, scratch, &c->run->effects[i])->run, &c->run->effects[i]);
	for (size_t at = 0; map_next(bags, &at, NULL, NULL, &value);) {
		struct bag *bag = value;
		const struct effect *any =
			bag->golden.n ? bag->golden.items[0] : bag->run.items[0];

		if (any->kind == EFFECT_CALL)
			calls_compare(c, &bag->golden, &bag->run);
		else
			match_bag(c, left, bag);
		mem_free(bag->golden.items);
		mem_free(bag->run.items);
	}
	c->n_compared += left->removed.n + left->added.n;
}

static void
explain(struct compare *c, const struct leftovers *left)
{
	for (size_t i = 0; i < left->changed_golden.n; i++)
		if (left->changed_golden.items[i])
			differ(c, left->changed_golden.items[i], left->changed_run.items[i]);
	for (size_t i = 0; i < left->removed.n; i++)
		if (left->removed.items[i])
			add_removed(c, left->removed.items[i]);
	for (size_t i = 0; i < left->added.n; i++)
		if (left->added.items[i])
			add_added(c, left->added.items[i]);
}

static int
check_comparable(const struct golden *golden, const struct golden *run, struct err *err)
{
	const char *target = *golden->target ? golden->target : "NAME";

	if (golden->profile != run->profile) {
		err_set(err, "the golden has profile '%s', the run '%s'",
			profile_names[golden->profile], profile_names[run->profile]);
		err_as(err, ERR_USAGE);
		return err_hint(err,
			"renacer-gate record %s, or ask for the profile it was recorded with",
			target);
	}
	if (golden->format == run->format && golden->table == run->table)
		return 0;
	err_set(err, "the golden has format %u and tables %u, this program makes %u and %u",
		golden->format, golden->table, run->format, run->table);
	err_as(err, ERR_UNSURE);
	return golden->table < run->table ? err_hint(err, "renacer-gate migrate")
					  : err_hint(err, "renacer-gate record %s", target);
}

static void
hand_out(struct differences *out, struct compare *c)
{
	timeline_place(c);
	if (c->n)
		qsort(c->found, c->n, sizeof *c->found, by_rank);
	out->items = arena_array(c->arena, c->n, sizeof *out->items);
	out->n = c->n;
	for (size_t i = 0; i < c->n; i++)
		out->items[i] = c->found[i].d;
	derived_mark(out->items, out->n);
	out->n_compared = c->n_compared;
	out->n_optional = c->n_optional;
	out->n_open = c->n_open;
	out->uses = arena_dup(c->arena, c->uses, c->n_uses * sizeof *c->uses);
	out->n_uses = c->n_uses;
	out->doubts = arena_dup(c->arena, c->doubts, c->n_doubts * sizeof *c->doubts);
	out->n_doubts = c->n_doubts;
	mem_free(c->uses);
	mem_free(c->doubts);
	mem_free(c->found);
	mem_free(c->timeline);
}

int
judge_compare(struct differences *out, struct arena *arena, const struct golden *golden,
	const struct golden *run, const struct compare_opts *opts, struct err *err)
{
	static const struct compare_opts none = { 0 };
	struct compare c = {
		.arena = arena, .golden = golden, .run = run, .opts = opts ? opts : &none
	};
	struct leftovers left = { 0 };
	const struct golden *view;

	if (check_comparable(golden, run, err) < 0)
		return -1;
	view = template_view(arena, golden, run);
	if (view)
		c.run = view;
	match_all(&c, &left);
	pairs_take(&c, &left);
	explain(&c, &left);
	mem_free(left.removed.items);
	mem_free(left.added.items);
	mem_free(left.changed_golden.items);
	mem_free(left.changed_run.items);
	*out = (struct differences){ 0 };
	hand_out(out, &c);
	return 0;
}
