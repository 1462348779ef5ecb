/* SPDX-License-Identifier: MIT */
/*
 * calls.c - profile strict: the calls of one task, aligned
 *
 * Two calls are the same when all their values but the number of repeats are. A stretch of
 * calls that was replaced is one difference, with its neighbours for context.
 */

#include "judge/compare.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/align.h"
#include "judge/say.h"
#include "judge/show.h"

#include <inttypes.h>
#include <string.h>

#define MOST_SHOWN 20 /* calls of one side of one difference */
#define CONTEXT 3
#define SENTENCE_WIDTH 120
#define LINE_WIDTH 240

/* The calls of both sides, as numbers that are equal when the calls are. */
struct sequences {
	struct compare *c;
	const struct effect *const *a, *const *b;
	uint32_t *ids_a, *ids_b;
	size_t n_a, n_b;
	struct hunks hunks;
	bool *is_taken; /* by hunk */
};

static bool
is_repeats(const struct value *v)
{
	return strcmp(v->name, "count") == 0;
}

/* The call as decoded: its first text. */
static const char *
whole_text(const struct effect *e)
{
	for (size_t i = 0; i < e->n_values; i++)
		if (e->values[i].kind == VALUE_TEXT)
			return e->values[i].text;
	return "(a call without text)";
}

/* In quotes, as much as a sentence bears, around byte `at`. */
static const char *
quoted(struct arena *arena, const struct effect *e, size_t at)
{
	const char *text = whole_text(e);

	return show_quoted(arena, text, strlen(text), at, SENTENCE_WIDTH);
}

static const char *
call_text(struct arena *arena, const struct effect *e)
{
	return quoted(arena, e, 0);
}

static void
identity(struct str *out, const struct effect *e)
{
	str_clear(out);
	for (size_t i = 0; i < e->n_values; i++) {
		const struct value *v = &e->values[i];

		if (is_repeats(v))
			continue;
		str_addf(out, "%s=", v->name);
		/* Whole texts: two long calls that part late are not the same. */
		if (v->kind == VALUE_TEXT)
			str_add(out, v->text);
		else if (v->kind == VALUE_LIST)
			for (size_t j = 0; j < v->n_list; j++)
				str_addf(out, "%s;", v->list[j]);
		else
			str_addf(out, "%" PRId64, v->number);
		str_add_char(out, '\n');
	}
}

static uint32_t *
number(struct map *map, const struct effects_list *list)
{
	AUTO(str_done) struct str text = { 0 };
	uint32_t *ids = mem_array(list->n, sizeof *ids);

	for (size_t i = 0; i < list->n; i++) {
		void **slot;

		identity(&text, list->items[i]);
		slot = map_slot(map, str_text(&text), text.n);
		if (!*slot)
			*slot = (void *)(uintptr_t)map_count(map);
		ids[i] = (uint32_t)(uintptr_t)*slot;
	}
	return ids;
}

static void
add_shown(struct str *out, struct arena *arena, char sign, const struct effect *const *calls,
	size_t from, size_t n, size_t at)
{
	for (size_t i = 0; i < MIN(n, (size_t)MOST_SHOWN); i++) {
		const struct value *v = effect_value(calls[from + i], "count");
		const char *whole = whole_text(calls[from + i]);
		const char *text =
			show_quoted(arena, whole, strlen(whole), i ? 0 : at, LINE_WIDTH);

		str_addf(out, "%c%.*s", sign, (int)strlen(text) - 2, text + 1);
		if (v && v->kind == VALUE_NUMBER && v->number != 1)
			str_addf(out, "  × %" PRId64, v->number);
		str_add_char(out, '\n');
	}
	if (n > MOST_SHOWN)
		str_addf(out, "%c… %zu more\n", sign, n - MOST_SHOWN);
}

/* Where the first calls of both sides part, so that a long one is shown there. */
static size_t
part_at(const struct sequences *s, const struct hunk *h)
{
	const char *a = h->n_a ? whole_text(s->a[h->a]) : "";
	const char *b = h->n_b ? whole_text(s->b[h->b]) : "";
	size_t at = 0;

	while (a[at] && a[at] == b[at])
		at++;
	return *a && *b ? at : 0;
}

static const char *
show_hunk(const struct sequences *s, const struct hunk *h)
{
	AUTO(str_done) struct str out = { 0 };
	struct arena *arena = s->c->arena;
	size_t before = MIN(h->a, (size_t)CONTEXT), end = h->a + h->n_a, at = part_at(s, h);

	str_addf(&out, "--- golden\n+++ run\n@@ -%zu,%zu +%zu,%zu @@\n", h->a + 1, h->n_a,
		h->b + 1, h->n_b);
	add_shown(&out, arena, ' ', s->a, h->a - before, before, 0);
	add_shown(&out, arena, '-', s->a, h->a, h->n_a, at);
	add_shown(&out, arena, '+', s->b, h->b, h->n_b, at);
	add_shown(&out, arena, ' ', s->a, end, MIN(s->n_a - end, (size_t)CONTEXT), 0);
	return arena_strdup(arena, str_text(&out));
}

/* The part before the result: "read(3, …)"; the whole when there is none. */
static size_t
without_result(const char *text)
{
	const char *at = NULL;

	for (const char *p = strstr(text, " = "); p; p = strstr(p + 1, " = "))
		at = p;
	return at ? (size_t)(at - text) : strlen(text);
}

static enum difference_class
class_of(const struct sequences *s, const struct hunk *h)
{
	const char *a, *b;

	if (!h->n_a || !h->n_b)
		return h->n_a ? DIFF_REMOVED : DIFF_ADDED;
	a = whole_text(s->a[h->a]);
	b = whole_text(s->b[h->b]);
	if (h->n_a == 1 && h->n_b == 1 && without_result(a) == without_result(b) &&
		strncmp(a, b, without_result(a)) == 0)
		return DIFF_RESULT;
	return DIFF_ARGUMENT;
}

static const char *
calls_words(struct arena *arena, const struct effect *const *calls, size_t from, size_t n,
	size_t at)
{
	const char *text = quoted(arena, calls[from], at);

	return n == 1 ? text : arena_printf(arena, "%zu calls from %s on", n, text);
}

/* After which call of the run it happened. */
static const char *
place_of(const struct sequences *s, size_t b)
{
	if (!b)
		return "at the start";
	return arena_printf(s->c->arena, "after %s", call_text(s->c->arena, s->b[b - 1]));
}

static uint64_t
seq_near(const struct sequences *s, size_t b)
{
	return b < s->n_b ? s->b[b]->seq : b ? s->b[b - 1]->seq + 1 : 0;
}

static void
add_hunk(const struct sequences *s, const struct hunk *h)
{
	struct arena *arena = s->c->arena;
	struct difference d = { .class = class_of(s, h),
		.golden = h->n_a ? s->a[h->a] : NULL,
		.run = h->n_b ? s->b[h->b] : NULL };
	const char *thing = say_thing(arena, d.run ? d.run : d.golden);

	d.wanted = h->n_a ? calls_words(arena, s->a, h->a, h->n_a, part_at(s, h)) : NULL;
	d.found = h->n_b ? calls_words(arena, s->b, h->b, h->n_b, part_at(s, h)) : NULL;
	if (d.class == DIFF_REMOVED)
		d.sentence = arena_printf(arena, "%s: %s missing %s: %s", thing,
			h->n_a == 1 ? "a call is" : "calls are", place_of(s, h->b), d.wanted);
	else if (d.class == DIFF_ADDED)
		d.sentence = arena_printf(arena, "%s: %s not in the golden, %s: %s", thing,
			h->n_b == 1 ? "a call is" : "calls are", place_of(s, h->b), d.found);
	else
		d.sentence = arena_printf(
			arena, "%s: wanted %s, found %s", thing, d.wanted, d.found);
	d.detail = show_hunk(s, h);
	compare_add(s->c, d, seq_near(s, h->b));
}

/*
 * The same calls missing here and too many there: they moved.
 */
static bool
is_same_stretch(const struct sequences *s, const struct hunk *gone, const struct hunk *come)
{
	return gone->n_a && !gone->n_b && !come->n_a && come->n_b == gone->n_a &&
	       memcmp(s->ids_a + gone->a, s->ids_b + come->b, gone->n_a * sizeof *s->ids_a) ==
		       0;
}

static void
add_move(const struct sequences *s, const struct hunk *gone, const struct hunk *come)
{
	struct arena *arena = s->c->arena;
	bool is_later = come->b > gone->b;
	struct difference d = { .class = DIFF_ORDER,
		.golden = s->a[gone->a],
		.run = s->b[come->b],
		.field = "order" };

	d.wanted =
		gone->a ? arena_printf(arena, "after %s", call_text(arena, s->a[gone->a - 1]))
			: "at the start";
	d.found = place_of(s, come->b);
	d.sentence = arena_printf(arena, "%s: %s came %s than in the golden: %s, not %s",
		say_thing(arena, d.run), calls_words(arena, s->b, come->b, come->n_b, 0),
		is_later ? "later" : "earlier", d.found, d.wanted);
	d.detail = arena_printf(arena, "%s%s", show_hunk(s, gone), show_hunk(s, come));
	compare_add(s->c, d, seq_near(s, MIN(gone->b, come->b)));
}

/* Hunks looked at for each one: a bound on the work, not on what is found. */
#define MOST_AHEAD 200

static bool
take_move(struct sequences *s, size_t i)
{
	const struct hunk *h = s->hunks.items;

	for (size_t j = i + 1; j < MIN(s->hunks.n, i + MOST_AHEAD); j++) {
		if (s->is_taken[j])
			continue;
		if (is_same_stretch(s, &h[i], &h[j]))
			add_move(s, &h[i], &h[j]);
		else if (is_same_stretch(s, &h[j], &h[i]))
			add_move(s, &h[j], &h[i]);
		else
			continue;
		s->is_taken[j] = true;
		return true;
	}
	return false;
}

/* Calls that only some recordings had may be missing. */
static bool
is_optional(const struct sequences *s, const struct hunk *h)
{
	if (h->n_b)
		return false;
	for (size_t i = h->a; i < h->a + h->n_a; i++)
		if (compare_is_required(s->c->golden, s->a[i]))
			return false;
	s->c->n_optional += h->n_a;
	return true;
}

static void
compare_repeats(
	const struct sequences *s, const struct effect *golden, const struct effect *run)
{
	const struct value *a = effect_value(golden, "count"), *b = effect_value(run, "count");
	struct difference d = {
		.class = DIFF_COUNT, .golden = golden, .run = run, .field = "count"
	};

	s->c->n_compared++;
	if (a && b && say_is_open(a, b))
		s->c->n_open++;
	else if (a && b ? !value_is_equal(a, b) : a != b) {
		d.wanted = a ? say_value(s->c->arena, a) : "1";
		d.found = b ? say_value(s->c->arena, b) : "1";
		d.sentence =
			arena_printf(s->c->arena, "%s: %s %s times in a row, the golden has %s",
				say_thing(s->c->arena, run), call_text(s->c->arena, run),
				d.found, d.wanted);
		compare_add(s->c, d, run->seq);
	}
}

static void
compare_kept(const struct sequences *s)
{
	size_t a = 0, b = 0;

	for (size_t i = 0; i <= s->hunks.n; i++) {
		const struct hunk *h = i < s->hunks.n ? &s->hunks.items[i] : NULL;

		for (; a < (h ? h->a : s->n_a); a++, b++)
			compare_repeats(s, s->a[a], s->b[b]);
		if (h) {
			a = h->a + h->n_a;
			b = h->b + h->n_b;
		}
	}
}

void
calls_compare(
	struct compare *c, const struct effects_list *golden, const struct effects_list *run)
{
	AUTO(map_free) struct map *map = map_new();
	struct sequences s = {
		.c = c, .a = golden->items, .b = run->items, .n_a = golden->n, .n_b = run->n
	};

	s.ids_a = number(map, golden);
	s.ids_b = number(map, run);
	align(&s.hunks, s.ids_a, s.n_a, s.ids_b, s.n_b, 0);
	s.is_taken = mem_array(s.hunks.n, sizeof *s.is_taken);
	compare_kept(&s);
	for (size_t i = 0; i < s.hunks.n; i++) {
		const struct hunk *h = &s.hunks.items[i];

		if (s.is_taken[i] || is_optional(&s, h))
			continue;
		c->n_compared += MAX(h->n_a, h->n_b);
		if (!take_move(&s, i))
			add_hunk(&s, h);
	}
	mem_free(s.ids_a);
	mem_free(s.ids_b);
	mem_free(s.is_taken);
	hunks_done(&s.hunks);
}
