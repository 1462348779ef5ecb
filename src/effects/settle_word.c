/* SPDX-License-Identifier: MIT */
/*
 * settle_word.c - numbers of processes in texts that do not say that they are some
 *
 * `echo $$` prints a number, and so does `seq`. A number stands for a process when every
 * recording has the number of that same process there, and not all of them the same number; or
 * when the golden says so and the run has that process's number there.
 */
#include "effects/settle.h"
#include "effects/settle_text.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* A word, an alias, or one byte that is neither. */
static size_t
piece_length(const char *p)
{
	size_t n = 0;

	if (str_has_prefix(p, "<pid:") && p[strcspn(p, ">")])
		return strcspn(p, ">") + 1;
	while (is_word_byte(p[n]))
		n++;
	return n ? n : 1;
}

static int
compare_raw(const void *key, const void *item)
{
	return strcmp(key, ((const struct golden_word *)item)->raw);
}

/* What the number is in this run; NULL: nothing. */
static const char *
alias_of(const struct golden *g, const char *text, size_t n)
{
	const struct golden_word *w;
	char room[16];

	if (n == 0 || n >= sizeof room || !g->n_words)
		return NULL;
	memcpy(room, text, n);
	room[n] = '\0';
	w = bsearch(room, g->words, g->n_words, sizeof *w, compare_raw);
	return w ? w->alias : NULL;
}

static bool
is_same(const char *a, size_t n_a, const char *b, size_t n_b)
{
	return n_a == n_b && memcmp(a, b, n_a) == 0;
}

/* One text of all recordings, piece by piece. */
struct walk {
	struct golden *const *runs;
	const char **at;
	size_t *n;
	struct str *out;
	size_t n_runs;
};

/* The process that the pieces stand for; NULL: not one, or the same number in all. */
static const char *
shared_alias(const struct walk *w)
{
	const char *alias = alias_of(w->runs[0], w->at[0], w->n[0]);
	bool varies = false;

	for (size_t r = 1; r < w->n_runs && alias; r++) {
		const char *other = alias_of(w->runs[r], w->at[r], w->n[r]);

		if (!other || strcmp(other, alias) != 0)
			return NULL;
		varies |= !is_same(w->at[r], w->n[r], w->at[0], w->n[0]);
	}
	return varies ? alias : NULL;
}

/* Lines that differ in length do not matter to those below them. */
static void
align_lines(struct walk *w)
{
	bool any = false;

	for (size_t r = 0; r < w->n_runs; r++)
		any |= *w->at[r] == '\n';
	for (size_t r = 0; r < w->n_runs && any; r++) {
		size_t n = strcspn(w->at[r], "\n");

		str_add_n(&w->out[r], w->at[r], n);
		w->at[r] += n;
	}
}

static bool
step(struct walk *w, bool *changed)
{
	const char *alias;
	bool more = true;

	align_lines(w);
	for (size_t r = 0; r < w->n_runs; r++) {
		w->n[r] = *w->at[r] ? piece_length(w->at[r]) : 0;
		more &= w->n[r] > 0;
	}
	if (!more)
		return false;
	alias = shared_alias(w);
	for (size_t r = 0; r < w->n_runs; r++) {
		if (alias)
			str_add(&w->out[r], alias);
		else
			str_add_n(&w->out[r], w->at[r], w->n[r]);
		w->at[r] += w->n[r];
	}
	*changed |= alias != NULL;
	return true;
}

static void
settle_text(void *arg, struct effect *const *effects)
{
	struct walk *w = arg;
	bool changed = false;

	for (size_t r = 0; r < w->n_runs; r++) {
		w->at[r] = told_text(effects[r])->text;
		str_clear(&w->out[r]);
	}
	while (step(w, &changed))
		;
	for (size_t r = 0; r < w->n_runs && changed; r++) {
		str_add(&w->out[r], w->at[r]);
		reword_content(
			w->runs[r], effects[r], told_text(effects[r]), str_text(&w->out[r]));
	}
}

void
settle_words(struct golden *const *runs, size_t n_runs)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct walk w = { .runs = runs,
		.n_runs = n_runs,
		.at = arena_array(arena, n_runs, sizeof *w.at),
		.n = arena_array(arena, n_runs, sizeof *w.n),
		.out = arena_array(arena, n_runs, sizeof *w.out) };

	told_each(runs, n_runs, "", settle_text, &w);
	for (size_t r = 0; r < n_runs; r++)
		str_done(&w.out[r]);
}

/* The run's text with what the golden has for its numbers; false: there is none. */
static bool
follow(const struct golden *run, const char *text, const char *golden, struct str *out)
{
	bool changed = false, is_told;
	const char *alias;
	size_t n, n_golden;

	while (*text && *golden) {
		/* Lines that differ otherwise do not matter to those below them. */
		if (*text == '\n' && *golden != '\n') {
			golden += strcspn(golden, "\n");
			continue;
		}
		n = *golden == '\n' ? strcspn(text, "\n") : 0;
		if (n) {
			str_add_n(out, text, n);
			text += n;
			continue;
		}
		n = piece_length(text);
		n_golden = piece_length(golden);
		alias = alias_of(run, text, n);
		is_told = alias && is_same(alias, strlen(alias), golden, n_golden);
		if (is_told)
			str_add(out, alias);
		else
			str_add_n(out, text, n);
		changed |= is_told;
		text += n;
		golden += n_golden;
	}
	str_add(out, text);
	return changed;
}

void
settle_words_by_golden(struct golden *run, const struct golden *golden)
{
	AUTO(map_free) struct map *at = told_index(run, "");

	for (size_t i = 0; i < golden->n_effects && run->n_words; i++) {
		const struct effect *e = &golden->effects[i];
		const struct value *wanted = effect_value(e, "text");
		AUTO(str_done) struct str out = { 0 };
		struct effect *own;

		if (!wanted || wanted->kind != VALUE_TEXT || !strstr(wanted->text, "<pid:"))
			continue;
		own = told_find(at, e);
		if (!own || !follow(run, told_text(own)->text, wanted->text, &out))
			continue;
		told_replace(run, at, own, str_text(&out));
	}
}
