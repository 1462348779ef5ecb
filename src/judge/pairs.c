/* SPDX-License-Identifier: MIT */
/*
 * pairs.c - one change that shows in two places
 *
 * A file that was written under another name is not one file missing and another too many; a
 * program with another argument is not another program, and a message on the wrong stream is
 * not a change of two streams.
 */

#include "judge/compare.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/content.h"
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

	d.sentence = arena_printf(c->arena, "%s was written as %s instead of %s%s",
		say_thing(c->arena, golden), d.found, d.wanted,
		show_code_points(c->arena, golden->key, strlen(golden->key), run->key,
			strlen(run->key)));
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
		"%s was executed with other arguments: wanted '%s', found '%s'%s",
		say_thing(c->arena, run), d.wanted, d.found,
		show_code_points(c->arena, golden->key, strlen(golden->key), run->key,
			strlen(run->key)));
	d.detail = other_fields(c->arena, golden, run);
	compare_add(c, d, run->seq);
}

/*
 * Both: one effect on each side that must be the same, and no other that could be.
 */
struct pairing {
	bool (*is_same)(const struct effect *a, const struct effect *b);
	/* Equal for effects that may be the same; nothing: for no other. */
	void (*identity)(struct str *out, const struct effect *e);
	void (*add)(struct compare *c, const struct effect *golden, const struct effect *run);
};

static void
file_identity(struct str *out, const struct effect *e)
{
	static const char *const whole[] = { "target", "sha256", "digest", "text", "hex" };

	if (e->kind != EFFECT_PATH || !text_of(e, "type"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (text_of(e, whole[i])) {
			str_addf(out, "%s %s %s", text_of(e, "type"), whole[i],
				text_of(e, whole[i]));
			return;
		}
}

static void
program_identity(struct str *out, const struct effect *e)
{
	if (e->kind == EFFECT_EXEC && text_of(e, "path"))
		str_add(out, text_of(e, "path"));
}

static const struct pairing pairings[] = {
	{ is_same_file, file_identity, add_renamed },
	{ is_same_program, program_identity, add_other_arguments },
};

/* Those of one identity: how many, and the last of them. */
struct alike {
	size_t n_removed, n_added;
	size_t removed, added;
};

static void
sort_alike(struct map *map, struct arena *arena, const struct pairing *p,
	const struct effects_list *list, bool is_added)
{
	AUTO(str_done) struct str identity = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		struct alike *a;
		void **slot;

		str_clear(&identity);
		if (list->items[i])
			p->identity(&identity, list->items[i]);
		if (!identity.n)
			continue;
		slot = map_slot(map, identity.data, identity.n);
		if (!*slot)
			*slot = arena_alloc(arena, sizeof *a);
		a = *slot;
		*(is_added ? &a->added : &a->removed) = i;
		(*(is_added ? &a->n_added : &a->n_removed))++;
	}
}

static void
take_pair(struct compare *c, struct leftovers *l, const struct pairing *p, size_t removed,
	size_t added)
{
	p->add(c, l->removed.items[removed], l->added.items[added]);
	l->removed.items[removed] = l->added.items[added] = NULL;
}

static void
take_pairs(struct compare *c, struct leftovers *l, const struct pairing *p)
{
	AUTO(map_free) struct map *map = map_new();
	AUTO(arena_free) struct arena *scratch = arena_new();
	size_t at = 0;
	void *value;

	sort_alike(map, scratch, p, &l->removed, false);
	sort_alike(map, scratch, p, &l->added, true);
	while (map_next(map, &at, NULL, NULL, &value)) {
		const struct alike *a = value;

		if (a->n_removed == 1 && a->n_added == 1 &&
			p->is_same(l->removed.items[a->removed], l->added.items[a->added]))
			take_pair(c, l, p, a->removed, a->added);
	}
}

/*
 * Trees that moved: what is under the same name in both, however many others are like it.
 */
static bool
is_same_in_tree(const struct effect *a, const struct effect *b)
{
	return is_same_file(a, b) ||
	       (texts_are_equal(a, b, "type") && strcmp(text_of(a, "type"), "dir") == 0);
}

/* The directories that a renamed file left and came to: both names without the last parts that
 * they share. false: only its own name changed. */
static bool
tree_of(const struct difference *d, size_t *n_from, size_t *n_to)
{
	const char *a, *b;
	size_t i = 0;

	if (!d->field || strcmp(d->field, "path") != 0)
		return false;
	a = d->golden->key;
	b = d->run->key;
	*n_from = strlen(a);
	*n_to = strlen(b);
	for (size_t n_a = *n_from, n_b = *n_to; i < n_a && i < n_b;) {
		if (a[n_a - 1 - i] != b[n_b - 1 - i])
			break;
		if (a[n_a - 1 - i++] == '/') {
			*n_from = n_a - i;
			*n_to = n_b - i;
		}
	}
	return *n_from < strlen(a) && *n_from && *n_to;
}

static void
take_tree(struct compare *c, struct leftovers *l, const struct map *added, const char *from,
	const char *to)
{
	size_t n = strlen(from);

	for (size_t i = 0; i < l->removed.n; i++) {
		const struct effect *e = l->removed.items[i];
		AUTO(str_done) struct str key = { 0 };
		const size_t *other;

		if (!e || e->kind != EFFECT_PATH || strncmp(e->key, from, n) != 0 ||
			(e->key[n] && e->key[n] != '/'))
			continue;
		str_addf(&key, "%s%s", to, e->key + n);
		other = map_get_text(added, key.data);
		if (other && l->added.items[*other] &&
			is_same_in_tree(e, l->added.items[*other]))
			take_pair(c, l, &pairings[0], i, *other);
	}
}

static void
take_trees(struct compare *c, struct leftovers *l)
{
	AUTO(map_free) struct map *added = map_new();
	AUTO(map_free) struct map *done = map_new();
	AUTO(arena_free) struct arena *scratch = arena_new();
	size_t n = c->n, n_from, n_to;

	for (size_t i = 0; i < l->added.n; i++)
		if (l->added.items[i] && l->added.items[i]->kind == EFFECT_PATH)
			*map_text(added, l->added.items[i]->key) =
				arena_dup(scratch, &i, sizeof i);
	for (size_t i = 0; i < n; i++) {
		const struct difference *d = compare_found(c, i);
		const char *from, *to;
		void **slot;

		if (!tree_of(d, &n_from, &n_to))
			continue;
		from = arena_strndup(scratch, d->golden->key, n_from);
		to = arena_strndup(scratch, d->run->key, n_to);
		slot = map_text(done, arena_printf(scratch, "%s\n%s", from, to));
		if (!*slot)
			take_tree(c, l, added, from, to);
		*slot = done;
	}
}

void
pairs_take(struct compare *c, struct leftovers *l)
{
	for (size_t i = 0; i < ARRAY_LEN(pairings); i++)
		take_pairs(c, l, &pairings[i]);
	take_trees(c, l);
	streams_take(c, l);
}
