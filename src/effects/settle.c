/* SPDX-License-Identifier: MIT */
/* settle.c - which names vary between runs of one program */
#include "effects/settle.h"

#include "base/mem.h"
#include "effects/path.h"
#include "effects/unite.h"

#include <stdlib.h>
#include <string.h>

#define KEY_LIMIT 4096

bool
settle_guess(
	struct rules *rules, const struct golden_made *made, const char *dir, struct temp *temp)
{
	const char *last = path_last(made->path), *at;
	AUTO(str_done) struct str word = { 0 };
	size_t length;

	if (!made->random || !*made->random)
		return false;
	str_addf(&word, "%s%s", made->prefix, made->random);
	at = strstr(last, word.data);
	if (!at)
		return false;
	length = strlen(made->random);
	/* A number has as many digits as it happens. */
	temp->length = strspn(made->random, "0123456789") == length ? 0 : length;
	rules_add(rules, dir, last, (size_t)(at - last) + strlen(made->prefix), length, temp);
	return true;
}

/* Words that tell when the run was; how many. */
static uint32_t
guess_times(const struct golden *run, const struct golden_made *made, struct rules *rules,
	const char *dir, struct arena *arena, uint32_t n_temps)
{
	const char *last = path_last(made->path);
	uint32_t found = 0;

	for (const char *at = last; *at;) {
		size_t n = 0;

		while (is_word_byte(at[n]))
			n++;
		if (n && is_time(run, at, n) && !rules_find(rules, at, n)) {
			struct temp *temp = arena_alloc(arena, sizeof *temp);

			*temp = (struct temp){ .id = n_temps + ++found, .length = n };
			rules_add(rules, dir, last, (size_t)(at - last), n, temp);
		}
		at += n ? n : 1;
	}
	return found;
}

static void
guess_all(struct golden *run, struct rules *rules, struct arena *arena)
{
	uint32_t n = 0;

	for (size_t i = 0; i < run->n_made; i++) {
		const struct golden_made *made = &run->made[i];
		struct temp *temp;
		const char *dir = arena_strndup(arena, made->path, path_parent(made->path));

		n += guess_times(run, made, rules, dir, arena, n);
		if (!made->random ||
			rules_find(rules,
				arena_printf(arena, "%s%s", made->prefix, made->random),
				strlen(made->prefix) + strlen(made->random)))
			continue;
		temp = arena_alloc(arena, sizeof *temp);
		temp->id = ++n;
		(void)settle_guess(rules, made, dir, temp);
	}
}

static size_t
depth_of(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* How a name looks. */
struct look {
	const char *text;
	size_t depth, nr;
};

static int
compare_looks(const void *x, const void *y)
{
	const struct look *a = x, *b = y;

	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	return (a->nr > b->nr) - (a->nr < b->nr);
}

/* How the names look that were replaced somewhere: directories first, else in the order in
 * which they were made. Of several that look alike a later run's are told apart by that order
 * alone. */
static void
note_temps(struct golden *g, struct rules *rules)
{
	AUTO(mem_free) struct look *looks = mem_array(g->n_made + 1, sizeof *looks);
	AUTO(map_free) struct map *seen = map_new();
	AUTO(str_done) struct str path = { 0 };
	const char **temps;
	size_t n = 0;

	for (size_t i = 0; i < g->n_made && map_count(rules->words); i++) {
		const char *from = g->made[i].path;
		void **slot;

		str_clear(&path);
		if (!reword(rules, &path, from, strlen(from), REWORD_LENGTHS) ||
			!strstr(path_last(path.data), "<tmp:") || strstr(path.data, "<tmp:0"))
			continue;
		slot = map_text(seen, path.data);
		if (*slot)
			continue;
		looks[n] =
			(struct look){ arena_strdup(g->arena, path.data), depth_of(from), n };
		*slot = &looks[n++];
	}
	if (n)
		qsort(looks, n, sizeof *looks, compare_looks);
	temps = arena_array(g->arena, n + 1, sizeof *temps);
	for (size_t i = 0; i < n; i++)
		temps[i] = looks[i].text;
	g->temps = temps;
	g->n_temps = n;
}

/* What people need not read is a digest. */
static void
cut_keys(struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++) {
		struct effect *e = &g->effects[i];
		struct digest d = { 0 };
		char hex[DIGEST_HEX];
		size_t cut = KEY_LIMIT, n = strlen(e->key);

		if (e->kind != EFFECT_EXEC || n <= cut)
			continue;
		digest_add(&d, e->key, n);
		digest_hex(&d, hex);
		while (cut > 0 && ((unsigned char)e->key[cut] & 0xc0) == 0x80)
			cut--;
		e->key = arena_printf(g->arena, "%.*s… %s", (int)cut, e->key, hex);
	}
}

/* Flows of streams and files have a text only for their names to be settled in it. */
static void
drop_flow_texts(struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++) {
		struct effect *e = &g->effects[i];
		size_t n = 0;

		if (e->kind != EFFECT_FLOW || str_has_prefix(e->key, "pipe "))
			continue;
		for (size_t k = 0; k < e->n_values; k++)
			if (strcmp(e->values[k].name, "text") != 0)
				e->values[n++] = e->values[k];
		e->n_values = n;
	}
}

static void
apply(struct golden *g, struct rules *rules)
{
	reword_golden(rules, g);
	note_temps(g, rules);
	rules_tell(rules, g);
	cut_keys(g);
	golden_unite(g);
	g->made = NULL;
	g->n_made = 0;
	g->is_raw = false;
}

void
effects_settle(struct golden *run, const struct golden *golden)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rules rules;
	uint32_t n_numbers = 0;

	if (!run->is_raw)
		return;
	rules_init(&rules, arena, &n_numbers);
	if (golden)
		settle_by_golden(run, &rules, golden, arena);
	else
		guess_all(run, &rules, arena);
	apply(run, &rules);
	rules_done(&rules);
	if (golden) {
		settle_words_by_golden(run, golden);
		settle_sorted_by_golden(run, golden);
	}
	drop_flow_texts(run);
}

void
settle_runs(struct golden *const *runs, size_t n_runs)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rules *rules = arena_array(arena, n_runs, sizeof *rules);
	uint32_t n_numbers = 0;

	for (size_t i = 0; i < n_runs; i++)
		if (n_runs == 1 || !runs[i]->is_raw)
			effects_settle(runs[i], NULL);
	if (n_runs < 2)
		return;
	for (size_t i = 0; i < n_runs; i++)
		rules_init(&rules[i], arena, &n_numbers);
	settle_pairs(runs, rules, n_runs, arena, NULL);
	rules_number(rules, runs, n_runs);
	for (size_t i = 0; i < n_runs; i++) {
		if (runs[i]->is_raw)
			apply(runs[i], &rules[i]);
		rules_done(&rules[i]);
	}
	settle_words(runs, n_runs);
	settle_sorted(runs, n_runs);
	for (size_t i = 0; i < n_runs; i++)
		drop_flow_texts(runs[i]);
}
