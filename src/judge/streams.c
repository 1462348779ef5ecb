/* SPDX-License-Identifier: MIT */
/* streams.c - bytes that went to the other standard stream: one change, not two */

#include "judge/compare.h"

#include "base/str.h"
#include "judge/content.h"
#include "judge/lines.h"
#include "judge/mark.h"
#include "judge/mapped.h"
#include "judge/say.h"
#include "judge/show.h"

#include <string.h>

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = e ? effect_value(e, name) : NULL;

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

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
	const struct effect *from = golden->out ? golden->out : golden->err;
	const struct effect *to = golden->out ? run->err : run->out;
	struct difference d = {
		.class = DIFF_ARGUMENT, .golden = from, .run = to, .field = "stream"
	};

	assert(from && to); /* something differs, and each is the other's equal */
	d.wanted = from->key;
	d.found = to->key;
	if (golden->out && golden->err)
		d.sentence = "stdout and stderr are swapped: what was meant for one went to "
			     "the other";
	else
		d.sentence = arena_printf(c->arena, "%s went to %s instead of %s",
			content_short(c->arena, to), d.found, d.wanted);
	compare_add(c, d, to->seq);
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

/* Where these lines stand in the text, at the start of one; NULL: nowhere. */
static const char *
find_lines(const char *text, const char *lines)
{
	const char *at = strstr(text, lines);

	while (at && at > text && at[-1] != '\n')
		at = strstr(at + 1, lines);
	return at;
}

/* The stream as if it did not hold the n bytes at `at`: only its text is known then. */
static const struct effect *
without(struct arena *arena, const struct effect *stream, const char *at, size_t n)
{
	const char *text = text_of(stream, "text");
	struct effect *rest = arena_dup(arena, stream, sizeof *stream);

	rest->n_values = 1;
	rest->values = arena_alloc(arena, sizeof *rest->values);
	rest->values->name = "text";
	rest->values->kind = VALUE_TEXT;
	rest->values->text = arena_printf(arena, "%.*s%s", (int)(at - text), text, at + n);
	return rest;
}

/* What the stream is compared with from now on; NULL: it needs no more comparing. */
static void
replace_run(struct leftovers *l, const struct effect *run, const struct effect *rest)
{
	for (size_t i = 0; i < l->changed_run.n; i++)
		if (l->changed_run.items[i] == run) {
			l->changed_run.items[i] = rest;
			if (!rest)
				l->changed_golden.items[i] = NULL;
		}
	for (size_t i = 0; i < l->added.n; i++)
		if (l->added.items[i] == run)
			l->added.items[i] = rest;
}

static void
add_moved(struct compare *c, const struct effect *from, const struct effect *to,
	const struct str *gone, size_t first, size_t at)
{
	uint64_t seq = to->seq;
	struct difference d = { .class = DIFF_ARGUMENT,
		.golden = from,
		.run = to,
		.field = "stream",
		.wanted = from->key,
		.found = to->key };

	d.sentence = arena_printf(c->arena, "line %zu of %s, %s, went to %s instead", first,
		from->key, show_quoted(c->arena, gone->data, strcspn(gone->data, "\n"), 0, 72),
		to->key);
	d.detail = show_text_diff(c->arena, gone->data, gone->n, "", 0);
	mark_take(&d, c->arena, &seq, to, at);
	compare_add(c, d, seq);
}

struct sides {
	const struct effect *golden, *run;
};

/* Lines of the golden's `from` that the run wrote to its `to` instead. What else differs in
 * `to` is told without them. */
static bool
take_moved(struct compare *c, struct leftovers *l, struct sides from, struct sides to)
{
	const char *before = text_or_nothing(from.golden), *after = text_or_nothing(from.run);
	const char *wanted = text_or_nothing(to.golden), *found = text_or_nothing(to.run), *at;
	AUTO(str_done) struct str gone = { 0 };
	const struct effect *rest;
	size_t first = 0;

	if (!before || !after || !wanted || !found || !from.golden || !to.run)
		return false;
	if (!one_sided_lines(&gone, &first, before, after) || find_lines(wanted, gone.data))
		return false;
	at = find_lines(found, gone.data);
	if (!at)
		return false;
	add_moved(c, from.golden, to.run, &gone, first, (size_t)(at - found));
	rest = without(c->arena, to.run, at, gone.n);
	replace_run(l, to.run, strcmp(text_of(rest, "text"), wanted) == 0 ? NULL : rest);
	replace_run(l, from.run, NULL);
	forget(&l->removed, from.golden);
	return true;
}

void
streams_take(struct compare *c, struct leftovers *l)
{
	struct streams golden = streams_of(c->golden), run = streams_of(c->run);

	if (mapped_is_equal(c, golden.out, run.out, false) ||
		mapped_is_equal(c, golden.err, run.err, false))
		return; /* a move changes both */
	if (is_swapped(&golden, &run)) {
		add_swapped(c, &golden, &run);
		forget_streams(l);
	} else if (!take_moved(c, l, (struct sides){ golden.out, run.out },
			   (struct sides){ golden.err, run.err })) {
		take_moved(c, l, (struct sides){ golden.err, run.err },
			(struct sides){ golden.out, run.out });
	}
}
