/* SPDX-License-Identifier: MIT */
/*
 * pairs.c - one change that shows in two places
 *
 * A file that was written under another name is not one file missing and another too many; a
 * program with another argument is not another program, and a message on the wrong stream is
 * not a change of two streams.
 */

#include "judge/compare.h"

#include "judge/content.h"
#include "judge/say.h"

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

void
pairs_take(struct compare *c, struct leftovers *l)
{
	for (size_t i = 0; i < ARRAY_LEN(pairings); i++)
		take_pairs(c, l, &pairings[i]);
	streams_take(c, l);
}
