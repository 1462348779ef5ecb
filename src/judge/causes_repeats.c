/* SPDX-License-Identifier: MIT */
/*
 * causes_repeats.c - the same change in many places
 *
 * A change is known again by what was put in the place of what: the same value of the same
 * field, or the same words in texts, names and arguments that are otherwise unlike.
 */

#include "judge/causes.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/lines.h"

#include <ctype.h>
#include <string.h>

#define LARGEST ((size_t)64 << 10) /* of a text that is looked into */

struct piece {
	const char *text;
	size_t n;
};

/* What was put in the place of what. */
struct swap {
	struct piece old, new;
};

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c & 0x80;
}

/* The parts of two lines that differ, with the whole words they stand in when `words`. */
static struct swap
swap_of(struct piece a, struct piece b, bool words)
{
	size_t from = 0, end = 0, most = MIN(a.n, b.n);

	while (from < most && a.text[from] == b.text[from])
		from++;
	while (end < most - from && a.text[a.n - 1 - end] == b.text[b.n - 1 - end])
		end++;
	while (words && from > 0 && is_word(a.text[from - 1]))
		from--;
	while (words && end > 0 && is_word(a.text[a.n - end]))
		end--;
	return (struct swap){ { a.text + from, a.n - from - end },
		{ b.text + from, b.n - from - end } };
}

static bool
is_equal(struct piece a, struct piece b)
{
	return a.n == b.n && (!a.n || memcmp(a.text, b.text, a.n) == 0);
}

/* Is b what a becomes when every `old` in it is made `new`? */
static bool
makes(const struct swap *s, struct piece a, struct piece b)
{
	AUTO(str_done) struct str made = { 0 };

	for (size_t i = 0; i < a.n;) {
		if (s->old.n && a.n - i >= s->old.n &&
			memcmp(a.text + i, s->old.text, s->old.n) == 0) {
			str_add_n(&made, s->new.text, s->new.n);
			i += s->old.n;
		} else {
			str_add_char(&made, a.text[i++]);
		}
	}
	return is_equal((struct piece){ str_text(&made), made.n }, b);
}

static bool
explains(const struct swap *s, struct piece a, struct piece b)
{
	struct swap here = swap_of(a, b, false);

	if (s->old.n && makes(s, a, b))
		return true;
	return is_equal(here.old, s->old) && is_equal(here.new, s->new);
}

static void
add_swap(struct str *out, const struct swap *s)
{
	str_add(out, "swap\n");
	str_add_n(out, s->old.text, s->old.n);
	str_add_char(out, '\n');
	str_add_n(out, s->new.text, s->new.n);
}

static struct piece
piece_of(const struct line *l)
{
	return (struct piece){ l->text, l->n };
}

/* Does one exchange of words explain every line that differs? */
static bool
explains_all(const struct swap *s, const struct lines *l)
{
	for (size_t i = 0; i < l->hunks.n; i++) {
		const struct hunk *h = &l->hunks.items[i];

		if (h->n_a != h->n_b)
			return false;
		for (size_t j = 0; j < h->n_a; j++) {
			const struct line *a = &l->a[h->a + j], *b = &l->b[h->b + j];

			if (a->has_newline != b->has_newline ||
				!explains(s, piece_of(a), piece_of(b)))
				return false;
		}
	}
	return true;
}

static bool
change_of_texts(struct str *out, const char *wanted, const char *found)
{
	AUTO(lines_done) struct lines l = { 0 };
	const struct hunk *h;

	if (strlen(wanted) > LARGEST || strlen(found) > LARGEST)
		return false;
	lines_align(&l, wanted, strlen(wanted), found, strlen(found));
	if (!l.hunks.n || !l.hunks.items[0].n_a || !l.hunks.items[0].n_b)
		return false;
	h = &l.hunks.items[0];
	for (int words = 1; words >= 0; words--) {
		struct swap s = swap_of(piece_of(&l.a[h->a]), piece_of(&l.b[h->b]), words);

		if ((!s.old.n && !s.new.n) || (words && (!s.old.n || !s.new.n)) ||
			!explains_all(&s, &l))
			continue;
		add_swap(out, &s);
		return true;
	}
	return false;
}

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = effect_value(e, name);

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

/* One value of a field for another. */
static bool
change_of_values(struct str *out, const struct difference *d)
{
	const struct value *a = effect_value(d->golden, d->field);
	const struct value *b = effect_value(d->run, d->field);
	const struct value *sides[] = { a, b };

	str_addf(out, "field\n%d\n%s", (int)d->run->kind, d->field);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		const struct value *v = sides[i];

		str_add(out, v ? "\nis " : "\nnone");
		if (v && v->kind == VALUE_TEXT)
			str_add(out, v->text);
		else if (v && v->kind != VALUE_LIST)
			str_addf(out, "%lld", (long long)v->number);
		for (size_t j = 0; v && v->kind == VALUE_LIST && j < v->n_list; j++)
			str_addf(out, "%s\n", v->list[j]);
	}
	return a || b;
}

/* What the change is, in a form that is equal for equal changes; false: it is like no other. */
static bool
change_of(struct str *out, const struct difference *d)
{
	if (!d->golden || !d->run || !d->field || d->class == DIFF_COUNT ||
		d->class == DIFF_ORDER || d->run->kind == EFFECT_EXIT ||
		d->run->kind == EFFECT_CALL)
		return false;
	if (strcmp(d->field, "content") == 0) {
		const char *a = text_of(d->golden, "text"), *b = text_of(d->run, "text");

		return a && b && change_of_texts(out, a, b);
	}
	if (strcmp(d->field, "path") == 0 || strcmp(d->field, "argv") == 0)
		return change_of_texts(out, d->golden->key, d->run->key);
	if (strcmp(d->field, "target") == 0) {
		const char *a = text_of(d->golden, "target"), *b = text_of(d->run, "target");

		return a && b && change_of_texts(out, a, b);
	}
	return change_of_values(out, d);
}

struct group {
	size_t leader, n;
};

void
causes_repeats(struct causes *c)
{
	AUTO(map_free) struct map *groups = map_new();
	size_t at = 0;
	void *value;

	for (size_t i = 0; i < c->n; i++) {
		AUTO(str_done) struct str change = { 0 };
		struct group *g;
		void **slot;

		if (!causes_is_free(c, i) || !change_of(&change, c->d[i]))
			continue;
		slot = map_slot(groups, str_text(&change), change.n);
		if (!*slot)
			*slot = arena_dup(c->arena, &(struct group){ .leader = i }, sizeof *g);
		g = *slot;
		g->n++;
		causes_join(c, i, g->leader);
	}
	while (map_next(groups, &at, NULL, NULL, &value)) {
		const struct group *g = value;
		const char *title = c->title[g->leader];

		if (g->n > 1)
			c->title[g->leader] = arena_printf(c->arena,
				"%s (and the same change in %zu more place%s)",
				title ? title : c->d[g->leader]->sentence, g->n - 1,
				g->n == 2 ? "" : "s");
	}
}
