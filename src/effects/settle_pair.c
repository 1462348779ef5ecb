/* SPDX-License-Identifier: MIT */
/*
 * settle_pair.c - what varies between recordings: names paired by where, how and when they were
 * made
 *
 * Directory by directory, the upper ones first: a name that every recording has is chosen. The
 * others are sorted into groups of one form (the directory, the separators, the words that all
 * recordings share); the n-th of a group in one recording is the n-th in the others, or the one
 * with the same content where contents tell. The words in which such names differ are
 * temporary.
 */
#include "effects/settle.h"

#include "base/mem.h"
#include "effects/path.h"
#include "effects/settle_own.h"

#include <stdlib.h>
#include <string.h>

/* In how many recordings something was seen. */
struct seen {
	size_t n, last; /* last: number of the recording + 1 */
};

struct pairing {
	struct golden *const *runs;
	struct rules *rules;
	size_t n_runs;
	struct arena *arena;
	struct map **effects; /* by recording: path -> effect */
	uint32_t n_temps;
	struct chance *chance; /* NULL: nobody asks */
};

static size_t
word_length(const char *text)
{
	size_t n = 0;

	while (is_word_byte(text[n]))
		n++;
	return n;
}

static size_t
depth_of(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static void
see(struct pairing *p, struct map *map, const char *key, size_t run)
{
	void **slot = map_text(map, key);
	struct seen *s = *slot ? *slot : (*slot = arena_alloc(p->arena, sizeof *s));

	s->n += s->last != run + 1;
	s->last = run + 1;
}

static bool
is_in_all(const struct pairing *p, const struct map *map, const char *key)
{
	const struct seen *s = map_get_text(map, key);

	return s && s->n == p->n_runs;
}

static struct candidate *
new_candidate(struct pairing *p, size_t run, const struct golden_made *made)
{
	struct candidate *c = arena_alloc(p->arena, sizeof *c);
	AUTO(str_done) struct str parent = { 0 };
	size_t n = path_parent(made->path);
	const struct effect *e = map_get_text(p->effects[run], made->path);
	const struct value *sum = e ? effect_value(e, "sha256") : NULL;

	reword(&p->rules[run], &parent, made->path, n, REWORD_IDS);
	*c = (struct candidate){ .made = made,
		.run = run,
		.dir = arena_strndup(p->arena, made->path, n),
		.parent = arena_strdup(p->arena, str_text(&parent)),
		.last = path_last(made->path),
		.sum = sum ? sum->text : "" };
	return c;
}

static bool
has_time(const struct pairing *p, const struct candidate *c)
{
	for (const char *at = c->last; *at;) {
		size_t n = word_length(at);

		if (n && is_time(p->runs[c->run], at, n))
			return true;
		at += n ? n : 1;
	}
	return false;
}

/* One level of directories, all recordings; what all of them have is left out. */
static void
gather(struct pairing *p, size_t depth, struct members *out)
{
	AUTO(map_free) struct map *paths = map_new();
	struct members all = { 0 };

	for (size_t r = 0; r < p->n_runs; r++)
		for (size_t i = 0; i < p->runs[r]->n_made; i++) {
			const struct golden_made *made = &p->runs[r]->made[i];
			struct candidate *c;

			if (depth_of(made->path) != depth)
				continue;
			c = new_candidate(p, r, made);
			see(p, paths, arena_printf(p->arena, "%s/%s", c->parent, c->last), r);
			all.items = mem_grow(all.items, all.n, &all.capacity, sizeof c);
			all.items[all.n++] = c;
		}
	for (size_t i = 0; i < all.n; i++) {
		struct candidate *c = all.items[i];

		c->has_time = has_time(p, c);
		if (c->has_time || !is_in_all(p, paths,
					   arena_printf(p->arena, "%s/%s", c->parent, c->last)))
			all.items[out->n++] = c;
	}
	out->items = all.items;
}

/* The directory, and the name with its words taken out. */
static void
put_form(struct str *out, const struct candidate *c)
{
	str_addf(out, "%s/", c->parent);
	for (const char *p = c->last; *p;) {
		size_t n = word_length(p);

		str_add_char(out, n ? '\1' : *p);
		p += n ? n : 1;
	}
}

static const char *
word_key(struct pairing *p, const char *form, size_t nr, const char *word, size_t n)
{
	return arena_printf(p->arena, "%s\1%zu\1%.*s", form, nr, (int)n, word);
}

static void
see_words(struct pairing *p, struct map *words, const struct candidate *c)
{
	AUTO(str_done) struct str form = { 0 };
	size_t nr = 0;

	put_form(&form, c);
	for (const char *at = c->last; *at;) {
		size_t n = word_length(at);

		if (n)
			see(p, words, word_key(p, form.data, nr++, at, n), c->run);
		at += n ? n : 1;
	}
}

static struct group *
group_of(struct pairing *p, struct map *groups, const struct map *words,
	const struct candidate *c)
{
	AUTO(str_done) struct str form = { 0 }, key = { 0 };
	struct group *g;
	size_t nr = 0;
	void **slot;

	put_form(&form, c);
	str_add(&key, form.data);
	for (const char *at = c->last; *at;) {
		size_t n = word_length(at);

		if (n && !is_time(p->runs[c->run], at, n) &&
			is_in_all(p, words, word_key(p, form.data, nr, at, n)))
			str_addf(&key, "\1%zu\1%.*s", nr, (int)n, at);
		nr += n > 0;
		at += n ? n : 1;
	}
	slot = map_text(groups, key.data);
	if (!*slot) {
		g = *slot = arena_alloc(p->arena, sizeof *g);
		g->in = arena_array(p->arena, p->n_runs, sizeof *g->in);
	}
	return *slot;
}

static int
by_sum(const void *x, const void *y)
{
	const struct candidate *a = *(struct candidate *const *)x;
	const struct candidate *b = *(struct candidate *const *)y;
	int c = strcmp(a->sum, b->sum);

	return c ? c : (a->nr > b->nr) - (a->nr < b->nr);
}

static int
by_nr(const void *x, const void *y)
{
	const struct candidate *a = *(struct candidate *const *)x;
	const struct candidate *b = *(struct candidate *const *)y;

	return (a->nr > b->nr) - (a->nr < b->nr);
}

static void
sort_members(struct pairing *p, struct group *g, int (*compare)(const void *, const void *))
{
	for (size_t r = 0; r < p->n_runs; r++)
		if (g->in[r].n)
			qsort(g->in[r].items, g->in[r].n, sizeof *g->in[r].items, compare);
}

/* Contents that all recordings have say which is which, whoever came first. */
static void
order_group(struct pairing *p, struct group *g)
{
	bool tells = g->in[0].n > 1;

	sort_members(p, g, by_sum);
	for (size_t r = 1; r < p->n_runs && tells; r++) {
		tells = g->in[r].n == g->in[0].n;
		for (size_t i = 0; i < g->in[0].n && tells; i++)
			tells = strcmp(g->in[r].items[i]->sum, g->in[0].items[i]->sum) == 0;
	}
	if (!tells)
		sort_members(p, g, by_nr);
}

static bool
is_all_digits(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/*
 * How many bytes were drawn, when so many differ. A first byte that happens to be the same in
 * all recordings was drawn as well: makers draw 6, 8, 10, 12, 16, 20, … characters.
 */
static size_t
drawn_length(size_t differ)
{
	return differ <= 6    ? 6
	       : differ <= 12 ? differ + differ % 2
	       : differ <= 16 ? 16
			      : (differ + 3) / 4 * 4;
}

#define DIGITS_MEANT 6

/* The same word in each recording that has it: where what varies begins and how much does not
 * follow it. True: numbers do, and those have as many digits as it happens. A few digits, as
 * many in each recording, may be characters of any kind that were digits by chance. */
static bool
find_varying(
	const char *const *words, const size_t *n, size_t n_words, size_t *from, size_t *rest)
{
	size_t shortest = n[0], longest = n[0], head = 0, tail = 0, number;
	bool digits = true, same;

	for (size_t i = 1; i < n_words; i++) {
		shortest = MIN(shortest, n[i]);
		longest = MAX(longest, n[i]);
	}
	for (same = true; same && head < shortest; head += same)
		for (size_t i = 1; i < n_words; i++)
			same &= words[i][head] == words[0][head];
	for (same = true; same && head + tail < shortest; tail += same)
		for (size_t i = 1; i < n_words; i++)
			same &= words[i][n[i] - 1 - tail] == words[0][n[0] - 1 - tail];
	if (tail < 4)
		tail = 0; /* by accident */
	for (size_t i = 0; i < n_words; i++)
		digits &= is_all_digits(words[i] + head, n[i] - head - tail);
	number = head;
	while (digits && number > 0 && is_all_digits(words[0] + number - 1, 1))
		number--;
	digits &= shortest != longest || longest - tail - number >= DIGITS_MEANT;
	if (digits)
		head = number;
	else if (shortest == longest)
		head = MIN(
			head, longest - tail -
				      MIN(longest - tail, drawn_length(longest - tail - head)));
	*from = head;
	*rest = tail;
	return digits;
}

/* The names that are one and the same thing in the recordings that have it. */
struct pair {
	struct candidate **items;
	const char **words; /* where the next word of each begins */
	size_t *n;
	size_t n_items;
};

static struct temp *
temp_of(struct pairing *p, const struct pair *pair)
{
	struct temp *first =
		rules_find(&p->rules[pair->items[0]->run], pair->words[0], pair->n[0]);

	for (size_t i = 1; i < pair->n_items && first; i++)
		if (rules_find(&p->rules[pair->items[i]->run], pair->words[i], pair->n[i]) !=
			first)
			first = NULL;
	return first;
}

static void
add_rules(struct pairing *p, const struct pair *pair)
{
	struct temp *temp = temp_of(p, pair);
	size_t from, rest;
	bool same = true, times = true;

	for (size_t i = 0; i < pair->n_items; i++)
		times &= is_time(p->runs[pair->items[i]->run], pair->words[i], pair->n[i]);
	for (size_t i = 1; i < pair->n_items; i++)
		same &= pair->n[i] == pair->n[0] &&
			memcmp(pair->words[i], pair->words[0], pair->n[0]) == 0;
	if ((same && !times) || temp)
		return; /* chosen, or known */
	temp = arena_alloc(p->arena, sizeof *temp);
	temp->id = ++p->n_temps;
	temp->is_number =
		find_varying(pair->words, pair->n, pair->n_items, &from, &rest) && !times;
	if (times)
		from = rest = 0;
	for (size_t i = 0; i < pair->n_items; i++) {
		const struct candidate *c = pair->items[i];
		size_t length = pair->n[i] - from - rest;

		temp->length = i && length != temp->length ? 0 : length;
		/* A word has one alias: the first. */
		if (length && !rules_find(&p->rules[c->run], pair->words[i], pair->n[i]))
			rules_add(&p->rules[c->run], c->dir, c->last,
				(size_t)(pair->words[i] - c->last) + from, length, temp);
	}
}

static void
join(struct pairing *p, struct pair *pair)
{
	bool done = false;

	if (pair->n_items == 1 && !pair->items[0]->has_time) {
		struct candidate *c = pair->items[0];
		struct temp *temp = arena_alloc(p->arena, sizeof *temp);

		if (c->made->random && settle_guess(&p->rules[c->run], c->made, c->dir, temp))
			temp->id = ++p->n_temps;
		return;
	}
	while (!done) {
		for (size_t i = 0; i < pair->n_items; i++) {
			while (*pair->words[i] && !is_word_byte(*pair->words[i]))
				pair->words[i]++;
			pair->n[i] = word_length(pair->words[i]);
			done |= pair->n[i] == 0;
		}
		if (!done)
			add_rules(p, pair);
		for (size_t i = 0; i < pair->n_items; i++)
			pair->words[i] += pair->n[i];
	}
}

static void
join_group(struct pairing *p, struct group *g)
{
	struct pair pair = { arena_array(p->arena, p->n_runs, sizeof *pair.items),
		arena_array(p->arena, p->n_runs, sizeof *pair.words),
		arena_array(p->arena, p->n_runs, sizeof *pair.n), 0 };

	order_group(p, g);
	for (size_t k = 0;; k++) {
		pair.n_items = 0;
		for (size_t r = 0; r < p->n_runs; r++)
			if (k < g->in[r].n) {
				pair.words[pair.n_items] = g->in[r].items[k]->last;
				pair.items[pair.n_items++] = g->in[r].items[k];
			}
		if (!pair.n_items)
			break;
		join(p, &pair);
	}
}

static void
pair_level(struct pairing *p, size_t depth)
{
	AUTO(map_free) struct map *words = map_new(), *groups = map_new();
	struct members left = { 0 };
	size_t at = 0;
	void *value;

	gather(p, depth, &left);
	for (size_t i = 0; i < left.n; i++)
		see_words(p, words, left.items[i]);
	for (size_t i = 0; i < left.n; i++) {
		struct candidate *c = left.items[i];
		struct members *m = &group_of(p, groups, words, c)->in[c->run];

		c->nr = i;
		m->items = mem_grow(m->items, m->n, &m->capacity, sizeof c);
		m->items[m->n++] = c;
	}
	while (map_next(groups, &at, NULL, NULL, &value)) {
		struct group *g = value;

		join_group(p, g);
		if (p->chance)
			chance_note(p->chance, g, p->n_runs);
		for (size_t r = 0; r < p->n_runs; r++)
			mem_free(g->in[r].items);
	}
	mem_free(left.items);
}

void
settle_pairs(struct golden *const *runs, struct rules *rules, size_t n_runs,
	struct arena *arena, struct chance *chance)
{
	struct pairing p = {
		.runs = runs, .rules = rules, .n_runs = n_runs, .arena = arena, .chance = chance
	};
	size_t deepest = 0;

	p.effects = arena_array(arena, n_runs, sizeof *p.effects);
	for (size_t r = 0; r < n_runs; r++) {
		p.effects[r] = map_new();
		for (size_t i = 0; i < runs[r]->n_effects; i++)
			if (runs[r]->effects[i].kind == EFFECT_PATH)
				*map_text(p.effects[r], runs[r]->effects[i].key) =
					&runs[r]->effects[i];
		for (size_t i = 0; i < runs[r]->n_made; i++)
			deepest = MAX(deepest, depth_of(runs[r]->made[i].path));
	}
	for (size_t depth = 0; depth <= deepest; depth++)
		pair_level(&p, depth);
	for (size_t r = 0; r < n_runs; r++)
		map_free(p.effects[r]);
}
