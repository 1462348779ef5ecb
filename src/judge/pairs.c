/* SPDX-License-Identifier: MIT */
/*
 * pairs.c - one change that shows in two places
 *
 * A file that was written under another name is not one file missing and another too many; a
 * program with another argument is not another program, and a message on the wrong stream is
 * not a change of two streams.
 */

#include "judge/compare.h"

#include "base/str.h"
#include "judge/content.h"
#include "judge/lines.h"
#include "judge/say.h"
#include "judge/show.h"

#include <string.h>

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = e ? effect_value(e, name) : NULL;

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

static bool
texts_are_equal(const struct effect *a, const struct effect *b, const char *name)
{
	const char *x = text_of(a, name), *y = text_of(b, name);

	return x && y && strcmp(x, y) == 0;
}

/*
 * Files under another name.
 */
static bool
is_same_file(const struct effect *a, const struct effect *b)
{
	if (!a || !b || a->kind != EFFECT_PATH || b->kind != EFFECT_PATH)
		return false;
	if (!texts_are_equal(a, b, "type"))
		return false;
	if (texts_are_equal(a, b, "target"))
		return true;
	return content_is_known(a) && content_is_known(b) && content_is_equal(a, b);
}

/* What differs besides the name: "mode: 0644, the golden has 0600", a line each. */
static const char *
other_fields(struct arena *arena, const struct effect *golden, const struct effect *run)
{
	const char *text = NULL;

	for (size_t i = 0; i < run->n_values; i++) {
		const struct value *b = &run->values[i], *a = effect_value(golden, b->name);

		if (content_is_field(b->name) || strcmp(b->name, "argv") == 0 ||
			(a && value_is_equal(a, b)))
			continue;
		text = arena_printf(arena, "%s%s: %s, the golden has %s\n", text ? text : "",
			b->name, say_value(arena, b), a ? say_value(arena, a) : "none");
	}
	return text;
}

static void
add_renamed(struct compare *c, const struct effect *golden, const struct effect *run)
{
	struct difference d = { .class = DIFF_ARGUMENT,
		.golden = golden,
		.run = run,
		.field = "path",
		.wanted = say_text(c->arena, golden->key),
		.found = say_text(c->arena, run->key) };

	d.sentence = arena_printf(c->arena, "%s was written as %s instead of %s",
		say_thing(c->arena, golden), d.found, d.wanted);
	d.detail = other_fields(c->arena, golden, run);
	compare_add(c, d, run->seq);
}

/*
 * Programs with other arguments.
 */
static bool
is_same_program(const struct effect *a, const struct effect *b)
{
	return a && b && a->kind == EFFECT_EXEC && b->kind == EFFECT_EXEC &&
	       texts_are_equal(a, b, "path");
}

static void
add_other_arguments(struct compare *c, const struct effect *golden, const struct effect *run)
{
	struct difference d = { .class = DIFF_ARGUMENT,
		.golden = golden,
		.run = run,
		.field = "argv",
		.wanted = say_text(c->arena, golden->key),
		.found = say_text(c->arena, run->key) };

	d.sentence = arena_printf(c->arena,
		"%s was executed with other arguments: wanted '%s', found '%s'",
		say_thing(c->arena, run), d.wanted, d.found);
	d.detail = other_fields(c->arena, golden, run);
	compare_add(c, d, run->seq);
}

/*
 * Both: one effect on each side that must be the same, and no other that could be.
 */
struct pairing {
	bool (*is_same)(const struct effect *a, const struct effect *b);
	void (*add)(struct compare *c, const struct effect *golden, const struct effect *run);
};

static const struct pairing pairings[] = {
	{ is_same_file, add_renamed },
	{ is_same_program, add_other_arguments },
};

/* The one entry of the list that is the same, NULL: none or several. */
static const struct effect **
only_same(const struct pairing *p, const struct effects_list *list, const struct effect *e)
{
	const struct effect **only = NULL;

	for (size_t i = 0; i < list->n; i++) {
		if (!p->is_same(e, list->items[i]))
			continue;
		if (only)
			return NULL;
		only = &list->items[i];
	}
	return only;
}

/* Quadratic in what is left over; lists this long are no longer about one effect. */
#define MOST_LEFT 500

static void
take_pairs(struct compare *c, struct leftovers *l, const struct pairing *p)
{
	if (l->removed.n > MOST_LEFT || l->added.n > MOST_LEFT)
		return;
	for (size_t i = 0; i < l->removed.n; i++) {
		const struct effect **other = only_same(p, &l->added, l->removed.items[i]);

		if (!other || only_same(p, &l->removed, *other) != &l->removed.items[i])
			continue;
		p->add(c, l->removed.items[i], *other);
		l->removed.items[i] = *other = NULL;
	}
}

/*
 * Bytes on the other stream.
 */
struct streams {
	const struct effect *out, *err; /* NULL: nothing was written */
};

static struct streams
streams_of(const struct golden *g)
{
	struct streams s = { 0 };

	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		if (e->kind != EFFECT_STREAM || content_is_empty(e))
			continue;
		if (strcmp(e->key, "stdout") == 0)
			s.out = e;
		else if (strcmp(e->key, "stderr") == 0)
			s.err = e;
	}
	return s;
}

static void
forget(struct effects_list *list, const struct effect *e)
{
	for (size_t i = 0; e && i < list->n; i++)
		if (list->items[i] == e)
			list->items[i] = NULL;
}

/* Takes the standard streams out of everything that is left over. */
static void
forget_streams(struct leftovers *l)
{
	struct effects_list *pair[] = { &l->changed_golden, &l->changed_run, &l->removed,
		&l->added };

	for (size_t i = 0; i < ARRAY_LEN(pair); i++)
		for (size_t j = 0; j < pair[i]->n; j++) {
			const struct effect *e = pair[i]->items[j];

			if (e && e->kind == EFFECT_STREAM &&
				(strcmp(e->key, "stdout") == 0 ||
					strcmp(e->key, "stderr") == 0))
				forget(pair[i], e);
		}
}

static bool
are_known(const struct effect *a, const struct effect *b)
{
	return (!a || content_is_known(a)) && (!b || content_is_known(b));
}

static bool
is_swapped(const struct streams *golden, const struct streams *run)
{
	return are_known(golden->out, golden->err) && are_known(run->out, run->err) &&
	       content_is_equal(golden->out, run->err) &&
	       content_is_equal(golden->err, run->out) &&
	       !content_is_equal(golden->out, run->out);
}

static void
add_swapped(struct compare *c, const struct streams *golden, const struct streams *run)
{
	const struct effect *e = golden->out ? golden->out : golden->err;
	struct difference d = { .class = DIFF_ARGUMENT,
		.golden = e,
		.run = golden->out ? run->err : run->out,
		.field = "stream",
		.wanted = e->key,
		.found = golden->out ? "stderr" : "stdout" };

	if (golden->out && golden->err) {
		d.sentence = "stdout and stderr are swapped: what was meant for one went to "
			     "the other";
	} else {
		d.sentence = arena_printf(c->arena, "%s went to %s instead of %s",
			content_short(c->arena, d.run), d.found, d.wanted);
	}
	compare_add(c, d, d.run->seq);
}

/* The lines that only one side has, when nothing was put in their place. */
static bool
one_sided_lines(struct str *out, size_t *first, const char *longer, const char *shorter)
{
	AUTO(lines_done) struct lines l = { 0 };

	lines_align(&l, longer, strlen(longer), shorter, strlen(shorter));
	for (size_t i = 0; i < l.hunks.n; i++) {
		const struct hunk *h = &l.hunks.items[i];

		if (h->n_b)
			return false;
		for (size_t j = h->a; j < h->a + h->n_a; j++)
			str_add_n(out, l.a[j].text, l.a[j].n + l.a[j].has_newline);
	}
	if (l.hunks.n)
		*first = l.hunks.items[0].a + 1;
	return l.hunks.n > 0;
}

static const char *
text_or_nothing(const struct effect *e)
{
	return e ? text_of(e, "text") : "";
}

/* Lines of the golden's `from` that the run wrote to its `to` instead. */
static bool
add_moved(struct compare *c, const struct effect *golden_from, const struct effect *run_from,
	const struct effect *golden_to, const struct effect *run_to)
{
	const char *a = text_or_nothing(golden_from), *b = text_or_nothing(run_from);
	const char *x = text_or_nothing(golden_to), *y = text_or_nothing(run_to);
	AUTO(str_done) struct str gone = { 0 };
	AUTO(str_done) struct str come = { 0 };
	size_t first = 0, place = 0;
	struct difference d = {
		.class = DIFF_ARGUMENT, .golden = golden_from, .run = run_to, .field = "stream"
	};

	if (!a || !b || !x || !y || !golden_from || !run_to)
		return false;
	if (!one_sided_lines(&gone, &first, a, b) || !one_sided_lines(&come, &place, y, x) ||
		strcmp(str_text(&gone), str_text(&come)) != 0)
		return false;
	d.wanted = golden_from->key;
	d.found = run_to->key;
	d.sentence = arena_printf(c->arena, "line %zu of %s, %s, went to %s instead", first,
		golden_from->key,
		show_quoted(c->arena, gone.data, strcspn(gone.data, "\n"), 0, 72), run_to->key);
	d.detail = show_text_diff(c->arena, a, strlen(a), b, strlen(b));
	compare_add(c, d, run_to->seq);
	return true;
}

static void
take_streams(struct compare *c, struct leftovers *l)
{
	struct streams golden = streams_of(c->golden), run = streams_of(c->run);

	if (content_is_equal(golden.out, run.out) || content_is_equal(golden.err, run.err))
		return; /* a move changes both */
	if (is_swapped(&golden, &run))
		add_swapped(c, &golden, &run);
	else if (!add_moved(c, golden.out, run.out, golden.err, run.err) &&
		 !add_moved(c, golden.err, run.err, golden.out, run.out))
		return;
	forget_streams(l);
}

void
pairs_take(struct compare *c, struct leftovers *l)
{
	for (size_t i = 0; i < ARRAY_LEN(pairings); i++)
		take_pairs(c, l, &pairings[i]);
	take_streams(c, l);
}
