/* SPDX-License-Identifier: MIT */
/* merge_learn.c - what varies between recordings only in spans that can be typed */
#include "effects/merge.h"

#include "base/map.h"
#include "base/mem.h"
#include "effects/settle.h"

#include <string.h>

/* Fields that follow from the text. */
static const char *const content_fields[] = { "text", "bytes", "size", "digest", "sha256" };

bool
merge_is_content(const char *field)
{
	for (size_t i = 0; i < ARRAY_LEN(content_fields); i++)
		if (strcmp(content_fields[i], field) == 0)
			return true;
	return false;
}

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = e ? effect_value(e, name) : NULL;

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

/* The texts of all recordings; NULL: one has none, or the effect itself is not in all. */
static const char **
texts_of(const struct merge *m, const struct row *row)
{
	const char **texts = arena_array(m->arena, m->n_runs, sizeof *texts);

	for (size_t r = 0; r < m->n_runs; r++) {
		texts[r] = text_of(row->in[r], "text");
		if (!texts[r])
			return NULL;
	}
	return texts;
}

static bool
are_equal(const char *const *texts, size_t n)
{
	for (size_t r = 1; r < n; r++)
		if (strcmp(texts[r], texts[0]) != 0)
			return false;
	return true;
}

/* The digest of content that nobody kept. */
static const struct value *
digest_of(const struct effect *e)
{
	const struct value *v = effect_value(e, "digest");

	return v ? v : effect_value(e, "sha256");
}

/* A glob over the names that a run gives; NULL: it is no path. */
static const char *
glob_for(const struct merge *m, const struct effect *e)
{
	AUTO(str_done) struct str glob = { 0 };

	if (e->kind != EFFECT_PATH)
		return NULL;
	for (const char *p = e->key; *p;) {
		size_t n = str_has_prefix(p, "<tmp:") ? strcspn(p, ">") : 0;

		if (n) {
			str_add_char(&glob, '*');
			p += n + (p[n] == '>');
			continue;
		}
		if (strchr("*?[\\", *p))
			str_add_char(&glob, '\\');
		str_add_char(&glob, *p++);
	}
	return arena_strdup(m->result->arena, str_text(&glob));
}

/* Content without a text that differs: one sentence, however many fields tell of it. */
static bool
say_unknown_content(struct merge *m, const struct row *row)
{
	const struct effect *first = merge_first(m, row);
	const struct value *digest = digest_of(first);

	for (uint32_t r = 0; digest && r < m->n_runs; r++) {
		const struct value *other = row->in[r] ? digest_of(row->in[r]) : digest;

		if (other && value_is_equal(digest, other))
			continue;
		merge_say(m, first,
			"its content differs, and is too long, or no text, to learn from", r)
			->ignore = glob_for(m, first);
		return true;
	}
	return false;
}

static void
put_content(struct merge *m, const struct effect *first, struct effect *e, const char *text)
{
	for (size_t i = 0; i < first->n_values; i++) {
		const struct value *v = &first->values[i];

		if (!merge_is_content(v->name))
			continue;
		if (v->kind == VALUE_TEXT)
			effect_text(m->out, e, v->name, v->text);
		else
			effect_number(m->out, e, v->name, v->number);
	}
	template_settle(m->out, e, text);
}

static const char *
thing_of(struct arena *arena, const struct effect *e)
{
	return e->kind == EFFECT_STREAM
		       ? e->key
		       : arena_printf(arena, "%s %s", effect_kind_names[e->kind], e->key);
}

/* The first that is not as the first. */
static uint32_t
other_of(const char *const *texts, size_t n)
{
	uint32_t r = 1;

	while (r + 1 < n && strcmp(texts[r], texts[0]) == 0)
		r++;
	return r;
}

/* True: learned or said. False: there is nothing to learn. */
static bool
learn_content(struct merge *m, const struct row *row, struct effect *e, size_t *n_holes)
{
	const struct effect *first = merge_first(m, row);
	const char **texts = texts_of(m, row);
	AUTO(str_done) struct str out = { 0 };
	struct unlearned why;
	size_t n = m->learning.n;

	if (!texts)
		return !text_of(first, "text") && say_unknown_content(m, row);
	if (are_equal(texts, m->n_runs) && !learn_is_faint(texts[0]))
		return false;
	if (settle_is_order(texts, m->n_runs)) {
		merge_say(m, first,
			"tells drawn names in another order than they were made in, and not in "
			"that of their letters",
			other_of(texts, m->n_runs))
			->is_order = true;
		return true;
	}
	if (learn_text(&m->learning, thing_of(m->result->arena, first), texts, &out, &why)) {
		if (m->learning.n == n)
			return false;
		*n_holes += m->learning.n - n;
		put_content(m, first, e, str_text(&out));
	} else {
		merge_say(m, first, why.reason, why.other)->redact =
			learn_advice(&m->learning, texts);
	}
	return true;
}

static void
put_words(struct merge *m, const struct row *row, struct effect *e)
{
	if (row->words)
		effect_list(m->out, e, "argv", row->words, row->n_words);
}

static const char *
escaped(struct arena *arena, const char *text)
{
	AUTO(str_done) struct str s = { 0 };

	template_put_literal(&s, text, strlen(text));
	return arena_strdup(arena, str_text(&s));
}

bool
merge_learn(struct merge *m, const struct row *row, struct effect *e)
{
	size_t n_holes = row->n_holes;
	bool is_done = learn_content(m, row, e, &n_holes);
	const char *text = text_of(merge_first(m, row), "text");

	if (!n_holes)
		return is_done;
	put_words(m, row, e);
	if (!row->key)
		e->key = escaped(m->out->arena, e->key);
	if (!is_done && text) {
		put_content(m, merge_first(m, row), e, escaped(m->out->arena, text));
		is_done = true;
	}
	effect_number(m->out, e, "holes", (int64_t)n_holes);
	return is_done;
}

/*
 * Keys.
 */
static void
put_place(struct str *out, const struct effect *e)
{
	str_addf(out, "%d %s", e->kind, e->key);
}

/* How many recordings have each key. */
static struct map *
count_keys(const struct merge *m)
{
	struct map *counts = map_new();

	for (size_t r = 0; r < m->n_runs; r++)
		for (size_t i = 0; i < m->runs[r]->n_effects; i++) {
			AUTO(str_done) struct str place = { 0 };
			void **slot;

			put_place(&place, &m->runs[r]->effects[i]);
			slot = map_text(counts, place.data);
			*slot = (void *)((uintptr_t)*slot + 1);
		}
	return counts;
}

static uint32_t
count_of(const struct map *counts, const struct effect *e)
{
	AUTO(str_done) struct str place = { 0 };

	put_place(&place, e);
	return (uint32_t)(uintptr_t)map_get_text(counts, place.data);
}

static bool
may_have_name(const struct effect *e)
{
	return e->kind == EFFECT_EXEC || e->kind == EFFECT_PATH || e->kind == EFFECT_READ;
}

static bool
learn_from(struct merge *m, const char *thing, const char *const *texts, struct str *out)
{
	struct unlearned why;

	return learn_text(&m->learning, thing, texts, out, &why);
}

/* Can the key of b, of recording r, be that of a, of the first, with other values in spans? */
static bool
is_like(struct merge *m, const struct effect *a, const struct effect *b, size_t r)
{
	struct learning two = {
		.arena = m->arena, .set = m->learning.set, .n_runs = 2, .is_trial = true
	};
	struct golden *runs[2] = { m->runs[0], m->runs[r] };
	const char *const keys[] = { a->key, b->key };
	AUTO(str_done) struct str out = { 0 };
	struct unlearned why;
	bool ok;

	if (a->kind != b->kind || map_get_number(m->renamed, (uint64_t)(uintptr_t)b))
		return false;
	two.runs = runs;
	ok = learn_text(&two, "", keys, &out, &why);
	learning_done(&two);
	return ok;
}

/* One effect of each recording that is like this one. */
static bool
find_likes(struct merge *m, const struct map *counts, const struct effect *e,
	const struct effect **likes)
{
	likes[0] = e;
	for (size_t r = 1; r < m->n_runs; r++) {
		const struct golden *g = m->runs[r];
		size_t i = 0;

		while (i < g->n_effects && (count_of(counts, &g->effects[i]) == m->n_runs ||
						   !is_like(m, e, &g->effects[i], r)))
			i++;
		if (i == g->n_effects)
			return false;
		likes[r] = &g->effects[i];
	}
	return true;
}

/* The words of the command line, each a template. False: they cannot be. */
static bool
learn_words(struct merge *m, const struct effect *const *likes, struct renamed *to)
{
	const struct value *first = effect_value(likes[0], "argv");
	const char **words, **texts = arena_array(m->arena, m->n_runs, sizeof *texts);
	size_t n_items = m->learning.n, n_weak = m->learning.n_weak;
	uint64_t n_bytes = m->learning.n_bytes, n_weak_bytes = m->learning.n_weak_bytes;

	if (!first || first->kind != VALUE_LIST)
		return true;
	words = arena_array(m->arena, first->n_list, sizeof *words);
	for (size_t i = 0; i < first->n_list; i++) {
		AUTO(str_done) struct str out = { 0 };

		for (size_t r = 0; r < m->n_runs; r++) {
			const struct value *v = effect_value(likes[r], "argv");

			if (!v || v->kind != VALUE_LIST || v->n_list != first->n_list)
				return false;
			texts[r] = v->list[i];
		}
		if (!learn_from(m, "", texts, &out))
			return false;
		words[i] = arena_strdup(m->arena, str_text(&out));
	}
	to->words = words;
	to->n_words = first->n_list;
	/* They were told with the key. */
	m->learning.n = n_items;
	m->learning.n_weak = n_weak;
	m->learning.n_bytes = n_bytes;
	m->learning.n_weak_bytes = n_weak_bytes;
	return true;
}

static void
learn_key(struct merge *m, const struct map *counts, const struct effect *e)
{
	const struct effect **likes = arena_array(m->arena, m->n_runs, sizeof *likes);
	const char **keys = arena_array(m->arena, m->n_runs, sizeof *keys);
	struct renamed *renamed = arena_alloc(m->arena, sizeof *renamed);
	AUTO(str_done) struct str out = { 0 };
	struct learning was = m->learning;

	if (!find_likes(m, counts, e, likes))
		return;
	for (size_t r = 0; r < m->n_runs; r++)
		keys[r] = likes[r]->key;
	if (!learn_from(m, e->kind == EFFECT_EXEC ? "command line" : "name", keys, &out))
		return;
	renamed->n_holes = m->learning.n - was.n;
	renamed->key = arena_strdup(m->arena, str_text(&out));
	if (!learn_words(m, likes, renamed)) {
		m->learning.n = was.n;
		m->learning.n_weak = was.n_weak;
		m->learning.n_bytes = was.n_bytes;
		m->learning.n_weak_bytes = was.n_weak_bytes;
		return;
	}
	for (size_t r = 0; r < m->n_runs; r++)
		*map_number(m->renamed, (uint64_t)(uintptr_t)likes[r]) = renamed;
}

/* Two effects with one template would be one: then neither is learned. */
static void
drop_doubles(struct merge *m)
{
	AUTO(map_free) struct map *keys = map_new();
	size_t at = 0;
	void *value;

	while (map_next(m->renamed, &at, NULL, NULL, &value))
		if (value) {
			void **slot = map_text(keys, ((struct renamed *)value)->key);

			if (*slot && *slot != value)
				((struct renamed *)*slot)->n_holes =
					((struct renamed *)value)->n_holes = 0;
			*slot = value;
		}
	for (size_t r = 0; r < m->n_runs; r++)
		for (size_t i = 0; i < m->runs[r]->n_effects; i++) {
			uint64_t key = (uint64_t)(uintptr_t)&m->runs[r]->effects[i];
			const struct renamed *renamed = map_get_number(m->renamed, key);

			if (renamed && !renamed->n_holes)
				map_remove(m->renamed, &key, sizeof key);
		}
}

#define MOST_KEYS 100 /* beyond that it is no longer about names that vary */

/* All that lies in the directory where the two part. */
static const char *
common_glob(const struct merge *m, const struct effect *a, const struct effect *b)
{
	size_t n = 0, end = 0;

	for (; a->key[n] && a->key[n] == b->key[n]; n++)
		if (a->key[n] == '/')
			end = n;
	return end ? arena_printf(m->result->arena, "%.*s/**", (int)end, a->key) : NULL;
}

/* Each recording has an effect of this kind that no other has: a name varies, and "seen in one
 * of three" would only hide that. */
static void
say_varying_names(struct merge *m, const struct map *counts, enum effect_kind kind)
{
	const struct effect **own = arena_array(m->arena, m->n_runs, sizeof *own);
	AUTO(str_done) struct str what = { 0 };

	for (size_t r = 0; r < m->n_runs; r++) {
		for (size_t i = 0; i < m->runs[r]->n_effects && !own[r]; i++) {
			const struct effect *e = &m->runs[r]->effects[i];

			if (e->kind == kind && count_of(counts, e) == 1 &&
				!map_get_number(m->renamed, (uint64_t)(uintptr_t)e))
				own[r] = e;
		}
		if (!own[r])
			return;
	}
	str_add(&what, "is in one recording only, as '");
	str_add_printable(&what, own[1]->key, MIN(strlen(own[1]->key), (size_t)200));
	str_add(&what, "' is in another: a name that is another each time");
	merge_say(m, own[0], what.data, 1)->ignore =
		kind == EFFECT_PATH ? common_glob(m, own[0], own[1]) : NULL;
}

void
merge_keys(struct merge *m)
{
	AUTO(map_free) struct map *counts = NULL;
	const struct golden *g = m->runs[0];
	size_t n = 0;

	if (m->n_runs < 2)
		return;
	counts = count_keys(m);
	for (size_t i = 0; i < g->n_effects; i++)
		if (may_have_name(&g->effects[i]) &&
			count_of(counts, &g->effects[i]) < m->n_runs && n++ < MOST_KEYS)
			learn_key(m, counts, &g->effects[i]);
	drop_doubles(m);
	say_varying_names(m, counts, EFFECT_PATH);
	say_varying_names(m, counts, EFFECT_EXEC);
	say_varying_names(m, counts, EFFECT_NET);
}

void
merge_finish(struct merge *m, uint64_t n_text)
{
	struct merged *to = m->result;

	to->learned = arena_dup(
		to->arena, m->learning.items, m->learning.n * sizeof *m->learning.items);
	to->n_learned = m->learning.n;
	to->excess = learn_excess(&m->learning, n_text);
	if (to->n_unstable) {
		struct unstable *items = to->unstable;

		to->unstable = arena_dup(to->arena, items, to->n_unstable * sizeof *items);
		mem_free(items);
	}
	learning_done(&m->learning);
}
