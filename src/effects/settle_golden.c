/* SPDX-License-Identifier: MIT */
/*
 * settle_golden.c - a run's temporary names, as the golden numbers them
 *
 * The golden says how they look. A name of the run that the golden has as it is was chosen; of
 * the others the one with the golden's content is taken, else the first that fits and is told
 * of in the run: the golden has no number for what nothing tells of. What fits nothing stays as
 * it is, and is a difference.
 */
#include "effects/settle.h"

#include "base/mem.h"
#include "effects/path.h"

#include <stdlib.h>
#include <string.h>

#define HOLES_MAX 8     /* in one name */
#define DIGITS SIZE_MAX /* as a length: digits only, however many */

/* What a part of a pattern stands for. */
struct hole {
	uint32_t number;
	const char *text;
	size_t n;
};

struct match {
	struct golden *run;
	struct rules *rules;
	struct arena *arena;
	struct map *raws;      /* number -> text */
	struct map *numbers;   /* text -> number */
	struct map *golden_at; /* path -> its effect in the golden */
	struct map *run_at;
	struct map *told; /* words that stand anywhere in the run's effects */
	bool *is_taken;   /* of run->made */
	struct hole holes[HOLES_MAX];
	size_t n_holes;
};

/* "<tmp:7>", "<tmp:7=6>" or "<tmp:7=#>"; the length of that, 0: it is none. */
static size_t
read_hole(const char *p, uint32_t *number, size_t *length)
{
	const char *start = p;
	char *end;

	if (!str_has_prefix(p, "<tmp:"))
		return 0;
	*number = (uint32_t)strtoul(p + 5, &end, 10);
	*length = 0;
	if (*end == '=' && end[1] == '#') {
		*length = DIGITS;
		end += 2;
	} else if (*end == '=') {
		*length = strtoul(end + 1, &end, 10);
	}
	return *end == '>' && *number ? (size_t)(end + 1 - start) : 0;
}

static bool fits(struct match *m, const char *pattern, const char *name);

/* n bytes of the name stand for the hole, the rest for the rest of the pattern. */
static bool
fits_with(struct match *m, uint32_t number, const char *rest, const char *name, size_t n)
{
	size_t before = m->n_holes;

	for (size_t i = 0; i < before; i++)
		if (m->holes[i].number == number)
			return m->holes[i].n == n && memcmp(m->holes[i].text, name, n) == 0 &&
			       fits(m, rest, name + n);
	if (before == HOLES_MAX || map_get(m->numbers, name, n))
		return false; /* this text has another number */
	m->holes[m->n_holes++] = (struct hole){ number, name, n };
	if (fits(m, rest, name + n))
		return true;
	m->n_holes = before;
	return false;
}

static bool
fits(struct match *m, const char *pattern, const char *name)
{
	uint32_t number;
	size_t length, n, n_hole = read_hole(pattern, &number, &length);
	const char *raw;

	if (!n_hole)
		return *pattern == *name && (!*name || fits(m, pattern + 1, name + 1));
	pattern += n_hole;
	raw = map_get_number(m->raws, number);
	if (raw)
		return str_has_prefix(name, raw) && fits(m, pattern, name + strlen(raw));
	for (n = 0;
		length == DIGITS ? name[n] >= '0' && name[n] <= '9' : is_word_byte(name[n]);)
		n++;
	if (length && length != DIGITS)
		return n >= length && fits_with(m, number, pattern, name, length);
	for (; n > 0; n--)
		if (fits_with(m, number, pattern, name, n))
			return true;
	return false;
}

/* The directory with what is known put in; false: something in it is not. */
static bool
expand(struct match *m, struct str *out, const char *pattern, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t number;
		size_t length, n_hole = read_hole(pattern + i, &number, &length);
		const char *raw = n_hole ? map_get_number(m->raws, number) : NULL;

		if (n_hole && !raw)
			return false;
		if (raw)
			str_add(out, raw);
		else
			str_add_char(out, pattern[i]);
		i += n_hole ? n_hole : 1;
	}
	return true;
}

static const char *
sum_of(const struct map *at, const char *path)
{
	const struct effect *e = map_get_text(at, path);
	const struct value *v = e ? effect_value(e, "sha256") : NULL;

	return v ? v->text : e ? "" : NULL;
}

/* As it stands in the effects: without lengths. */
static const char *
key_of(struct match *m, const char *pattern)
{
	AUTO(str_done) struct str key = { 0 };

	while (*pattern) {
		uint32_t number;
		size_t length, n = read_hole(pattern, &number, &length);

		if (n)
			str_addf(&key, "<tmp:%u>", number);
		else
			str_add_char(&key, *pattern);
		pattern += n ? n : 1;
	}
	return arena_strdup(m->arena, str_text(&key));
}

/* Is a word told of in which the name of this last component, which fits, varies? */
static bool
is_told(const struct match *m, const char *last)
{
	for (size_t i = 0; i < m->n_holes; i++) {
		const char *from = m->holes[i].text, *to = from + m->holes[i].n;

		while (from > last && is_word_byte(from[-1]))
			from--;
		while (is_word_byte(*to))
			to++;
		if (map_get(m->told, from, (size_t)(to - from)))
			return true;
	}
	return false;
}

static void
take(struct match *m, size_t at, const char *dir, const char *pattern)
{
	const char *last = path_last(m->run->made[at].path);

	m->n_holes = 0;
	(void)fits(m, pattern, last); /* it did: now its holes are here */
	m->is_taken[at] = true;
	for (size_t i = 0; i < m->n_holes; i++) {
		const struct hole *h = &m->holes[i];
		struct temp *temp = arena_alloc(m->arena, sizeof *temp);

		temp->number = temp->id = h->number;
		temp->length = h->n;
		*map_number(m->raws, h->number) = arena_strndup(m->arena, h->text, h->n);
		*map_slot(m->numbers, h->text, h->n) = temp;
		rules_add(m->rules, dir, last, (size_t)(h->text - last), h->n, temp);
	}
}

static void
match_pattern(struct match *m, const char *pattern)
{
	size_t n_dir = path_parent(pattern), best = 0;
	int best_score = -1;
	const char *wanted = sum_of(m->golden_at, key_of(m, pattern));
	AUTO(str_done) struct str dir = { 0 };

	if (!expand(m, &dir, pattern, n_dir))
		return;
	for (size_t i = 0; i < m->run->n_made && best_score < 3; i++) {
		const char *path = m->run->made[i].path, *sum;
		int score;

		m->n_holes = 0;
		if (m->is_taken[i] || path_parent(path) != dir.n ||
			memcmp(path, str_text(&dir), dir.n) != 0 ||
			map_get_text(m->golden_at, path) ||
			!fits(m, path_last(pattern), path_last(path)))
			continue;
		sum = sum_of(m->run_at, path);
		score = (sum && wanted ? strcmp(sum, wanted) == 0 : sum == wanted) ? 2 : 0;
		score += is_told(m, path_last(path));
		if (score > best_score)
			best = i;
		best_score = MAX(score, best_score);
	}
	if (best_score >= 0)
		take(m, best, str_text(&dir), path_last(pattern));
}

static void
index_paths(struct map *at, const struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == EFFECT_PATH)
			*map_text(at, g->effects[i].key) = &g->effects[i];
}

static void
tell_words(struct map *told, const char *text)
{
	while (*text) {
		size_t n = 0;

		while (is_word_byte(text[n]))
			n++;
		if (n)
			*map_slot(told, text, n) = told;
		text += n ? n : 1;
	}
}

static void
tell_all(struct map *told, const struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		tell_words(told, e->key);
		for (size_t k = 0; k < e->n_values; k++) {
			const struct value *v = &e->values[k];

			if (v->kind == VALUE_TEXT)
				tell_words(told, v->text);
			for (size_t j = 0; v->kind == VALUE_LIST && j < v->n_list; j++)
				tell_words(told, v->list[j]);
		}
	}
}

void
settle_by_golden(struct golden *run, struct rules *rules, const struct golden *golden,
	struct arena *arena)
{
	AUTO(map_free) struct map *raws = map_new(), *numbers = map_new();
	AUTO(map_free) struct map *golden_at = map_new(), *run_at = map_new();
	AUTO(map_free) struct map *told = map_new();
	struct match m = { .run = run,
		.rules = rules,
		.arena = arena,
		.raws = raws,
		.numbers = numbers,
		.golden_at = golden_at,
		.run_at = run_at,
		.told = told,
		.is_taken = arena_array(arena, run->n_made, sizeof *m.is_taken) };

	index_paths(golden_at, golden);
	index_paths(run_at, run);
	if (golden->n_temps)
		tell_all(told, run);
	for (size_t i = 0; i < golden->n_temps; i++)
		match_pattern(&m, golden->temps[i]);
}
