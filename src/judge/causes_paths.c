/* SPDX-License-Identifier: MIT */
/* causes_paths.c - trees that are missing, new or elsewhere; permission bits that a umask takes
 */

#include "judge/causes.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/say.h"

#include <stdlib.h>
#include <string.h>

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = e ? effect_value(e, name) : NULL;

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

static bool
is_dir(const struct effect *e)
{
	const char *type = text_of(e, "type");

	return type && strcmp(type, "dir") == 0;
}

static void
add_members(struct causes *c, size_t leader, size_t n, const char *what)
{
	if (n)
		c->title[leader] = arena_printf(c->arena, "%s (with %zu path%s %s)",
			c->d[leader]->sentence, n, n == 1 ? "" : "s", what);
}

static size_t
count_under(const struct causes *c, size_t leader)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += i != leader && causes_root(c, i) == leader;
	return n;
}

/*
 * What lies below a directory that is missing, or new.
 */
static void
join_parents(struct causes *c, const struct map *dirs, enum difference_class class)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *key = causes_effect(c->d[i])->key;
		size_t n = strlen(key);

		if (!causes_is(c->d[i], EFFECT_PATH, class))
			continue;
		while (n > 0 && causes_is_free(c, i)) {
			const size_t *parent;

			while (n > 0 && key[n - 1] != '/')
				n--;
			if (n-- < 2)
				break;
			parent = map_get(dirs, key, n);
			if (parent)
				causes_join(c, i, *parent);
		}
	}
}

static void
join_trees(struct causes *c, enum difference_class class)
{
	AUTO(map_free) struct map *dirs = map_new();
	size_t at = 0;
	void *value;

	for (size_t i = 0; i < c->n; i++)
		if (causes_is(c->d[i], EFFECT_PATH, class) && is_dir(causes_effect(c->d[i])))
			*map_text(dirs, causes_effect(c->d[i])->key) =
				arena_dup(c->arena, &i, sizeof i);
	if (!map_count(dirs))
		return;
	join_parents(c, dirs, class);
	while (map_next(dirs, &at, NULL, NULL, &value)) {
		size_t leader = *(size_t *)value;

		if (causes_is_free(c, leader))
			add_members(c, leader, count_under(c, leader), "below it");
	}
}

void
causes_trees(struct causes *c)
{
	join_trees(c, DIFF_REMOVED);
	join_trees(c, DIFF_ADDED);
}

/*
 * What was written below another directory.
 */
static bool
is_rename(const struct difference *d)
{
	return d->golden && d->run && d->golden->kind == EFFECT_PATH && d->field &&
	       strcmp(d->field, "path") == 0;
}

/* How much is left of both names without the last parts that they share. */
static void
strip(const char *a, const char *b, size_t *n_a, size_t *n_b)
{
	size_t i = 0, whole = 0;

	*n_a = strlen(a);
	*n_b = strlen(b);
	while (i < *n_a && i < *n_b && a[*n_a - 1 - i] == b[*n_b - 1 - i]) {
		i++;
		if (a[*n_a - i] == '/')
			whole = i;
	}
	*n_a -= whole;
	*n_b -= whole;
}

struct move {
	size_t leader, n;
	const char *from, *to;
	bool is_whole; /* the leader is the directory itself */
};

static struct move *
move_of(struct causes *c, struct map *moves, size_t i)
{
	const char *a = c->d[i]->golden->key, *b = c->d[i]->run->key;
	AUTO(str_done) struct str key = { 0 };
	struct move *m;
	size_t n_a, n_b;
	void **slot;

	strip(a, b, &n_a, &n_b);
	str_add_n(&key, a, n_a);
	str_add_char(&key, '\n');
	str_add_n(&key, b, n_b);
	slot = map_slot(moves, str_text(&key), key.n);
	if (!*slot) {
		m = *slot = arena_alloc(c->arena, sizeof *m);
		m->leader = i;
		m->from = arena_strndup(c->arena, a, n_a);
		m->to = arena_strndup(c->arena, b, n_b);
	}
	m = *slot;
	if (!a[n_a] && !b[n_b]) {
		m->leader = i;
		m->is_whole = true;
	}
	m->n++;
	return m;
}

static void
say_move(struct causes *c, const struct move *m)
{
	const char *from = say_text(c->arena, m->from), *to = say_text(c->arena, m->to);

	if (m->is_whole)
		add_members(c, m->leader, m->n - 1, "below it");
	else
		c->title[m->leader] = arena_printf(c->arena,
			"%zu paths below %s were written below %s instead", m->n, from, to);
}

void
causes_moves(struct causes *c)
{
	AUTO(map_free) struct map *moves = map_new();
	struct move **of = mem_array(c->n, sizeof *of);
	size_t at = 0;
	void *value;

	for (size_t i = 0; i < c->n; i++)
		if (is_rename(c->d[i]) && causes_is_free(c, i))
			of[i] = move_of(c, moves, i);
	for (size_t i = 0; i < c->n; i++)
		if (of[i] && of[i]->leader != i)
			causes_join(c, i, of[i]->leader);
	while (map_next(moves, &at, NULL, NULL, &value))
		if (((struct move *)value)->n > 1)
			say_move(c, value);
	mem_free(of);
}

/*
 * Permission bits: a umask takes the same ones from whatever is made.
 */
struct bits {
	unsigned golden, run;
};

static bool
bits_of(struct bits *out, const struct difference *d)
{
	const char *a = text_of(d->golden, "mode"), *b = text_of(d->run, "mode");

	if (!d->golden || !d->run || !a || !b || !d->field || strcmp(d->field, "mode") != 0)
		return false;
	out->golden = (unsigned)strtoul(a, NULL, 8);
	out->run = (unsigned)strtoul(b, NULL, 8);
	return true;
}

/* The bits that one side lacks, if it is always the same side and the same mask explains all.
 */
static unsigned
common_mask(const struct causes *c, bool is_tighter, size_t *n)
{
	unsigned mask = 0;
	struct bits m;

	*n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (bits_of(&m, c->d[i])) {
			mask |= is_tighter ? m.golden & ~m.run : m.run & ~m.golden;
			(*n)++;
		}
	for (size_t i = 0; i < c->n; i++)
		if (bits_of(&m, c->d[i]) && (is_tighter ? m.run != (m.golden & ~mask)
							: m.golden != (m.run & ~mask)))
			return 0;
	return mask & 0777;
}

void
causes_umask(struct causes *c)
{
	size_t n, leader = c->n;
	bool is_tighter = true;
	unsigned mask = common_mask(c, is_tighter, &n);
	struct bits m;

	if (!mask)
		mask = common_mask(c, is_tighter = false, &n);
	if (!mask || n < 2)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (!bits_of(&m, c->d[i]) || !causes_is_free(c, i))
			continue;
		leader = MIN(leader, i);
		causes_join(c, i, leader);
	}
	if (leader < c->n)
		c->title[leader] = arena_printf(c->arena,
			"%s (the permission bits %04o are %s %zu paths, as by another umask)",
			c->d[leader]->sentence, mask,
			is_tighter ? "missing from" : "more than in the golden on", n);
}
