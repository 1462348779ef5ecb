/* SPDX-License-Identifier: MIT */
/* reword.c - puts <tmp:N> in the place of what varies, wherever it stands in a golden */
#include "effects/reword.h"

#include "base/digest.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DRAWN_MIN 6   /* letters and digits: a word that does not stand there by accident */
#define DIGITS_MIN 9  /* a number that does not */
#define CONTEXT_MIN 3 /* bytes of a name beside what varies that make it one */

struct rule {
	struct rule *next; /* of the same word */
	struct temp *temp;
	size_t n_prefix, n_suffix; /* of the word: these bytes stay */
	bool anywhere;
	/* What must stand around the word: the rest of its name, and where it lies. */
	const char *dir, *before, *after;
};

bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

/* In UTC, where the runs of a gate are. */
static uint64_t
date_of(uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return 0;
	return (uint64_t)(tm.tm_year + 1900) * 10000 + (uint64_t)(tm.tm_mon + 1) * 100 +
	       (uint64_t)tm.tm_mday;
}

static uint64_t
number_of(const char *digits, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return value;
}

bool
is_time(const struct golden *run, const char *word, size_t n)
{
	uint64_t date;

	if (!run->first_s ||
		(n != 8 && n != 10 && n != 12 && n != 13 && n != 14 && n != 16 && n != 19))
		return false;
	for (size_t i = 0; i < n; i++)
		if (word[i] < '0' || word[i] > '9')
			return false;
	date = number_of(word, 8);
	if (n != 10 && n != 13 && n < 16)
		return date == date_of(run->first_s) || date == date_of(run->last_s);
	return number_of(word, 10) >= run->first_s && number_of(word, 10) <= run->last_s;
}

void
rules_init(struct rules *r, struct arena *arena, uint32_t *n_numbers)
{
	*r = (struct rules){ arena, map_new(), n_numbers };
}

void
rules_done(struct rules *r)
{
	map_free(r->words);
}

static bool
stands_alone(const char *text, size_t n)
{
	size_t digits = 0;

	while (digits < n && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	return n >= (digits == n ? DIGITS_MIN : DRAWN_MIN);
}

void
rules_add(struct rules *r, const char *dir, const char *last, size_t at, size_t n,
	struct temp *temp)
{
	size_t from = at, to = at + n;
	struct rule *rule = arena_alloc(r->arena, sizeof *rule);
	void **slot;

	while (from > 0 && is_word_byte(last[from - 1]))
		from--;
	while (is_word_byte(last[to]))
		to++;
	slot = map_slot(r->words, last + from, to - from);
	*rule = (struct rule){ .next = *slot,
		.temp = temp,
		.n_prefix = at - from,
		.n_suffix = to - (at + n),
		.anywhere = stands_alone(last + at, n),
		.dir = arena_strdup(r->arena, dir),
		.before = arena_strndup(r->arena, last, from),
		.after = arena_strdup(r->arena, last + to) };
	*slot = rule;
}

struct temp *
rules_find(const struct rules *r, const char *word, size_t n)
{
	const struct rule *rule = map_get(r->words, word, n);

	while (rule && !rule->anywhere)
		rule = rule->next;
	return rule ? rule->temp : NULL;
}

static int
compare_drawn(const void *x, const void *y)
{
	const struct golden_drawn *a = x, *b = y;

	return (a->number > b->number) - (a->number < b->number);
}

void
rules_tell(const struct rules *r, struct golden *g)
{
	size_t at = 0, room = 0, n_word;
	const void *word;
	void *value;

	while (map_next(r->words, &at, NULL, NULL, &value))
		for (const struct rule *rule = value; rule; rule = rule->next)
			room++;
	g->drawn = arena_array(g->arena, room, sizeof *g->drawn);
	for (at = 0; map_next(r->words, &at, &word, &n_word, &value);)
		for (const struct rule *rule = value; rule; rule = rule->next)
			if (rule->temp->number)
				g->drawn[g->n_drawn++] = (struct golden_drawn){
					rule->temp->number,
					arena_strndup(g->arena,
						(const char *)word + rule->n_prefix,
						n_word - rule->n_prefix - rule->n_suffix),
				};
	if (g->n_drawn)
		qsort(g->drawn, g->n_drawn, sizeof *g->drawn, compare_drawn);
}

/* Does the text end with `what` at n? */
static bool
ends_with(const char *text, size_t n, const char *what)
{
	size_t len = strlen(what);

	return n >= len && memcmp(text + n - len, what, len) == 0;
}

/* The word at from to to, with the rest of its name around it. */
static bool
fits(const struct rule *rule, const char *text, size_t n, size_t from, size_t to)
{
	size_t n_before = strlen(rule->before), n_after = strlen(rule->after), n_dir;
	size_t start = from - MIN(from, n_before);

	if (rule->anywhere)
		return true;
	if (!ends_with(text, from, rule->before) || n - to < n_after ||
		memcmp(text + to, rule->after, n_after) != 0)
		return false;
	if (n_after && is_word_byte(rule->after[n_after - 1]) && n > to + n_after &&
		is_word_byte(text[to + n_after]))
		return false;
	n_dir = strlen(rule->dir);
	if (start > n_dir && text[start - 1] == '/' && ends_with(text, start - 1, rule->dir))
		return true;
	if (n_before && start > 0 && is_word_byte(text[start - 1]) &&
		is_word_byte(rule->before[0]))
		return false;
	return n_before + rule->n_prefix + rule->n_suffix + n_after >= CONTEXT_MIN;
}

static void
put_temp(struct rules *r, struct str *out, struct temp *t, bool is_last, enum reword_how how)
{
	if (how == REWORD_NUMBERS && !t->number)
		t->number = ++*r->n_numbers;
	t->is_used |= how == REWORD_MARKS;
	str_addf(out, "<tmp:%u", how == REWORD_IDS || how == REWORD_MARKS ? t->id : t->number);
	if (how == REWORD_LENGTHS && is_last && t->is_number)
		str_add(out, "=#");
	else if (how == REWORD_LENGTHS && is_last && t->length)
		str_addf(out, "=%zu", t->length);
	str_add_char(out, '>');
}

bool
reword(struct rules *r, struct str *out, const char *text, size_t n, enum reword_how how)
{
	const char *slash = how == REWORD_LENGTHS ? memrchr(text, '/', n) : NULL;
	bool any = false;

	for (size_t i = 0, end; i < n; i = end) {
		const struct rule *rule;

		for (end = i; end < n && is_word_byte(text[end]); end++)
			;
		if (end == i) {
			str_add_char(out, text[end++]);
			continue;
		}
		rule = map_get(r->words, text + i, end - i);
		while (rule && !fits(rule, text, n, i, end))
			rule = rule->next;
		if (!rule) {
			str_add_n(out, text + i, end - i);
			continue;
		}
		str_add_n(out, text + i, rule->n_prefix);
		put_temp(r, out, rule->temp, slash && text + i > slash, how);
		str_add_n(out, text + end - rule->n_suffix, rule->n_suffix);
		any = true;
	}
	return any;
}

static struct value *
value_of(struct effect *e, const char *name)
{
	for (size_t i = 0; i < e->n_values; i++)
		if (strcmp(e->values[i].name, name) == 0)
			return &e->values[i];
	return NULL;
}

void
reword_content(struct golden *g, struct effect *e, struct value *v, const char *text)
{
	struct value *digest = value_of(e, "digest"), *sum = value_of(e, "sha256");
	struct value *bytes = value_of(e, "bytes"), *size = value_of(e, "size");
	size_t n = strlen(text);

	v->text = arena_strdup(g->arena, text);
	if (strcmp(v->name, "text") != 0)
		return;
	if (digest) {
		struct digest d = { 0 };
		char hex[DIGEST_HEX];

		digest_add(&d, text, n);
		digest_hex(&d, hex);
		digest->text = arena_strdup(g->arena, hex);
	}
	if (sum) {
		struct sha256 s;
		char hex[SHA256_HEX];

		sha256_init(&s);
		sha256_add(&s, text, n);
		sha256_done(&s, hex);
		sum->text = arena_strdup(g->arena, hex);
	}
	if (digest && bytes)
		bytes->number = (int64_t)n;
	if (sum && size)
		size->number = (int64_t)n;
}

static void
reword_list(struct rules *r, struct golden *g, struct value *v)
{
	const char **list = arena_array(g->arena, v->n_list, sizeof *list);
	AUTO(str_done) struct str out = { 0 };

	for (size_t i = 0; i < v->n_list; i++) {
		str_clear(&out);
		list[i] = v->list[i];
		if (reword(r, &out, list[i], strlen(list[i]), REWORD_NUMBERS))
			list[i] = arena_strdup(g->arena, str_text(&out));
	}
	v->list = list;
}

void
reword_golden(struct rules *r, struct golden *g)
{
	AUTO(str_done) struct str out = { 0 };

	if (map_count(r->words) == 0)
		return;
	for (size_t i = 0; i < g->n_effects; i++) {
		struct effect *e = &g->effects[i];

		str_clear(&out);
		if (reword(r, &out, e->key, strlen(e->key), REWORD_NUMBERS))
			e->key = arena_strdup(g->arena, str_text(&out));
		for (size_t k = 0; k < e->n_values; k++) {
			struct value *v = &e->values[k];

			str_clear(&out);
			if (v->kind == VALUE_LIST)
				reword_list(r, g, v);
			else if (v->kind == VALUE_TEXT &&
				 reword(r, &out, v->text, strlen(v->text), REWORD_NUMBERS))
				reword_content(g, e, v, str_text(&out));
		}
	}
}

static void
mark_used(struct rules *r, const struct golden *g)
{
	AUTO(str_done) struct str out = { 0 };

	for (size_t i = 0; i < g->n_effects && map_count(r->words); i++) {
		const struct effect *e = &g->effects[i];

		str_clear(&out);
		reword(r, &out, e->key, strlen(e->key), REWORD_MARKS);
		for (size_t k = 0; k < e->n_values; k++) {
			const struct value *v = &e->values[k];

			str_clear(&out);
			if (v->kind == VALUE_TEXT)
				reword(r, &out, v->text, strlen(v->text), REWORD_MARKS);
			for (size_t j = 0; v->kind == VALUE_LIST && j < v->n_list; j++)
				reword(r, &out, v->list[j], strlen(v->list[j]), REWORD_MARKS);
		}
	}
}

static int
compare_ids(const void *x, const void *y)
{
	const struct temp *a = *(struct temp *const *)x, *b = *(struct temp *const *)y;

	return (a->id > b->id) - (a->id < b->id);
}

void
rules_number(struct rules *rules, struct golden *const *runs, size_t n_runs)
{
	AUTO(mem_free) struct temp **temps = NULL;
	size_t n = 0, capacity = 0;

	for (size_t r = 0; r < n_runs; r++) {
		size_t at = 0;
		void *value;

		mark_used(&rules[r], runs[r]);
		while (map_next(rules[r].words, &at, NULL, NULL, &value))
			for (const struct rule *rule = value; rule; rule = rule->next) {
				temps = mem_grow(temps, n, &capacity, sizeof(struct temp *));
				temps[n++] = rule->temp;
			}
	}
	if (n)
		qsort(temps, n, sizeof *temps, compare_ids);
	for (size_t i = 0; i < n; i++)
		if (temps[i]->is_used && !temps[i]->number)
			temps[i]->number = ++*rules[0].n_numbers;
}
