/* SPDX-License-Identifier: MIT */
/*
 * learn_line.c - recordings of one line, aligned token by token
 *
 * A token is the longest span of any type, else a word, else one character. It owns the blanks
 * in front of it, for columns are filled with as many as the value leaves.
 */
#include "effects/learn_own.h"

#include "base/mem.h"

#include <string.h>

#define SAMPLE_WIDTH 40

struct token {
	const char *at;
	size_t n, n_blanks; /* n 0: the end of the line */
	uint64_t types;
};

struct tokens {
	struct token *items;
	size_t n, capacity;
};

/* The same line of every recording. */
struct line {
	struct learning *l;
	const char *where;
	struct tokens *runs; /* n_runs */
	size_t n;            /* tokens in each */
	size_t *rows;        /* of each token; n_hole_rows: it is no hole */
};

static bool
is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c >= 0x80;
}

/* What stands for a name, a process or a port: no number in it is one of the program's. */
static size_t
alias_length(const char *text, size_t n)
{
	static const char *const forms[] = { "<tmp:", "<pid:", "<port:" };
	const char *end = memchr(text, '>', n);

	for (size_t i = 0; end && i < ARRAY_LEN(forms); i++)
		if (n > strlen(forms[i]) && memcmp(text, forms[i], strlen(forms[i])) == 0)
			return (size_t)(end + 1 - text);
	return 0;
}

static void
lex(struct tokens *out, const struct hole_set *set, const char *text, size_t n)
{
	bool at_end = false;

	for (size_t at = 0; !at_end;) {
		struct token t = { .n_blanks = 0 };

		while (at + t.n_blanks < n && text[at + t.n_blanks] == ' ')
			t.n_blanks++;
		at += t.n_blanks;
		t.at = text + at;
		at_end = at == n;
		if (!at_end)
			t.n = alias_length(t.at, n - at);
		if (!at_end && !t.n && (at == 0 || !is_word((unsigned char)text[at - 1])))
			t.n = hole_longest(set, text, n, at, &t.types);
		if (!at_end && !t.n)
			do
				t.n++;
			while (is_word((unsigned char)*t.at) && at + t.n < n &&
				is_word((unsigned char)t.at[t.n]));
		out->items = mem_grow(out->items, out->n, &out->capacity, sizeof *out->items);
		out->items[out->n++] = t;
		at += t.n;
	}
}

static bool
is_same(const struct token *a, const struct token *b)
{
	return a->n == b->n && memcmp(a->at, b->at, a->n) == 0;
}

static const struct token *
token(const struct line *line, size_t run, size_t k)
{
	return &line->runs[run].items[k];
}

static bool
all_same(const struct line *line, size_t k)
{
	for (size_t r = 1; r < line->l->n_runs; r++)
		if (!is_same(token(line, 0, k), token(line, r, k)))
			return false;
	return true;
}

/*
 * Which type.
 */
struct alphabet {
	bool digits, lower, upper, points;
};

static struct alphabet
alphabet_of(const struct token *t)
{
	struct alphabet a = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		a.digits |= t->at[i] >= '0' && t->at[i] <= '9';
		a.lower |= t->at[i] >= 'a' && t->at[i] <= 'z';
		a.upper |= t->at[i] >= 'A' && t->at[i] <= 'Z';
		a.points |= t->at[i] == '.';
	}
	return a;
}

static bool
any_is_mixed(const struct line *line, size_t k, bool thoroughly)
{
	for (size_t r = 0; r < line->l->n_runs; r++) {
		struct alphabet a = alphabet_of(token(line, r, k));

		if (a.digits && (thoroughly ? a.lower && a.upper : a.lower || a.upper))
			return true;
	}
	return false;
}

static bool
are_own_pids(const struct line *line, size_t k, size_t row)
{
	for (size_t r = 0; r < line->l->n_runs; r++) {
		const struct golden *run = line->l->runs[r];
		const struct token *t = token(line, r, k);
		struct template_of of = { line->l->set, run->pids, run->n_pids };
		AUTO(str_done) struct str template = { 0 };

		template_put_hole(&template, &(struct hole){ .row = row });
		if (!template_matches(&of, template.data, template.n, t->at, t->n))
			return false;
	}
	return true;
}

static bool
have_size(const struct line *line, size_t k, size_t *longest)
{
	size_t shortest = SIZE_MAX;

	*longest = 0;
	for (size_t r = 0; r < line->l->n_runs; r++) {
		shortest = MIN(shortest, token(line, r, k)->n);
		*longest = MAX(*longest, token(line, r, k)->n);
	}
	return shortest == *longest;
}

/* A number that differs from the first in each of two runs, in which other things were changed,
 * hardly does so because of the changes. */
static bool
differs_by_itself(const struct line *line, size_t k)
{
	for (size_t r = 1; r < line->l->n_runs; r++)
		if (is_same(token(line, 0, k), token(line, r, k)))
			return false;
	return line->l->n_runs > 2 || line->l->is_trial;
}

static bool
may_be(const struct line *line, size_t k, size_t row)
{
	unsigned bits = hole_rows[row].bits;
	size_t longest;

	if ((bits & HOLE_OWN_PID) && !are_own_pids(line, k, row))
		return false;
	if ((bits & HOLE_MIXED) && !any_is_mixed(line, k, bits & HOLE_LAST))
		return false;
	if ((bits & HOLE_SIZED) && !have_size(line, k, &longest) &&
		((bits & HOLE_LAST) || longest >= HOLE_FIRM_SIZE))
		return false;
	return !(bits & HOLE_WEAK) || differs_by_itself(line, k);
}

static size_t
choose_row(const struct line *line, size_t k)
{
	uint64_t types = ~(uint64_t)0;
	size_t row = 0;

	for (size_t r = 0; r < line->l->n_runs; r++)
		types &= token(line, r, k)->types;
	while (row < n_hole_rows && !((types >> row & 1) && may_be(line, k, row)))
		row++;
	return row;
}

/*
 * Blanks.
 */
static bool
all_blanks_same(const struct line *line, size_t k)
{
	for (size_t r = 1; r < line->l->n_runs; r++)
		if (token(line, r, k)->n_blanks != token(line, 0, k)->n_blanks)
			return false;
	return true;
}

/* The blanks before token k fill up token `value` to one width. 0: they do not. */
static size_t
common_width(const struct line *line, size_t k, size_t value)
{
	size_t width = token(line, 0, k)->n_blanks + token(line, 0, value)->n;

	for (size_t r = 1; r < line->l->n_runs; r++)
		if (token(line, r, k)->n_blanks + token(line, r, value)->n != width)
			return 0;
	return width;
}

static bool
is_ragged(const struct line *line, size_t k)
{
	return line->rows[k] < n_hole_rows && (hole_rows[line->rows[k]].bits & HOLE_RAGGED);
}

/* How the hole k takes its blanks. False: they differ in a way that is not understood. */
static bool
choose_fill(const struct line *line, size_t k, struct hole *hole)
{
	const struct token *t = token(line, 0, k);
	size_t same;

	if (!all_blanks_same(line, k)) {
		hole->fill = FILL_FRONT;
		hole->width = (uint32_t)common_width(line, k, k);
		return is_ragged(line, k) && hole->width;
	}
	if (is_ragged(line, k) && have_size(line, k, &same) && t->n_blanks >= (k ? 2 : 1) &&
		hole->fill == FILL_NONE) {
		hole->fill = FILL_UNKNOWN;
		hole->n_blanks = (uint32_t)t->n_blanks;
		hole->width = (uint32_t)t->n;
	}
	return true;
}

/* Blanks behind hole k that fill it up; the next token then has none of its own. */
static bool
fills_behind(const struct line *line, size_t k, struct hole *hole)
{
	if (k + 1 >= line->n || all_blanks_same(line, k + 1) || !is_ragged(line, k) ||
		(is_ragged(line, k + 1) && common_width(line, k + 1, k + 1)))
		return false;
	hole->width = (uint32_t)common_width(line, k + 1, k);
	if (hole->width)
		hole->fill = FILL_BEHIND;
	return hole->width;
}

static void
note_hole(const struct line *line, size_t k, const struct hole *hole)
{
	struct learning *l = line->l;
	AUTO(str_done) struct str samples = { 0 };
	AUTO(str_done) struct str words = { 0 };
	bool is_weak = hole_rows[hole->row].bits & HOLE_WEAK;

	for (size_t r = 0; r < l->n_runs; r++) {
		const struct token *t = token(line, r, k);

		if (r && is_same(t, token(line, r - 1, k)))
			continue;
		str_add(&samples, r ? ", " : "");
		str_add_printable(&samples, t->at, MIN(t->n, (size_t)SAMPLE_WIDTH));
		str_add(&samples, t->n > SAMPLE_WIDTH ? "…" : "");
	}
	if (all_same(line, k))
		str_add(&samples, " each time, too short to be measured");
	template_say(&words, hole);
	l->items = mem_grow(l->items, l->n, &l->capacity, sizeof *l->items);
	l->items[l->n++] = (struct learned){ line->where, arena_strdup(l->arena, words.data),
		arena_strdup(l->arena, str_text(&samples)), is_weak };
	l->n_weak += is_weak;
	l->n_bytes += token(line, 0, k)->n;
	l->n_weak_bytes += is_weak ? token(line, 0, k)->n : 0;
}

static void
put_blanks(struct str *out, size_t n)
{
	while (n--)
		str_add_char(out, ' ');
}

/* False: token *bad is not understood. */
static bool
put_tokens(const struct line *line, struct str *out, size_t *bad)
{
	bool is_taken = false; /* the blanks in front, by the hole before */

	for (size_t k = 0; k < line->n; k++) {
		const struct token *t = token(line, 0, k);
		struct hole hole = { .row = line->rows[k] };
		bool takes_next;

		*bad = k;
		if (hole.row == n_hole_rows) {
			if (!is_taken && !all_blanks_same(line, k))
				return false;
			put_blanks(out, is_taken ? 0 : t->n_blanks);
			template_put_literal(out, t->at, t->n);
			is_taken = false;
			continue;
		}
		takes_next = fills_behind(line, k, &hole);
		if (takes_next ? !is_taken && !all_blanks_same(line, k)
			       : !is_taken && !choose_fill(line, k, &hole))
			return false;
		if (hole_rows[hole.row].bits & HOLE_SIZED) {
			size_t longest;

			have_size(line, k, &longest);
			hole.size = (uint32_t)longest;
		}
		if (!is_taken && hole.fill != FILL_FRONT && hole.fill != FILL_UNKNOWN)
			put_blanks(out, t->n_blanks);
		template_put_hole(out, &hole);
		note_hole(line, k, &hole);
		is_taken = takes_next;
	}
	return true;
}

/* So short that it was as good as not measured: "0.000s" each time says nothing of the next
 * time. All of it is zero but for a last digit, which is one of milliseconds, or up to 2. */
static bool
is_faint(const struct token *t, size_t row)
{
	size_t point = 0, last = 0;

	if (!(t->types >> row & 1))
		return false;
	while (point < t->n && t->at[point] != '.')
		point++;
	for (last = point; last + 1 < t->n && t->at[last + 1] >= '0' && t->at[last + 1] <= '9';)
		last++;
	if (last < point + 2)
		return false;
	for (size_t i = 0; i < last; i++)
		if (t->at[i] >= '1' && t->at[i] <= '9')
			return false;
	return last > point + 2 || t->at[last] <= '2';
}

bool
learn_is_faint(const char *text)
{
	return strstr(text, "0.00") || strstr(text, "0.01") || strstr(text, "0.02");
}

/* One type for each token that differs. */
static bool
choose_rows(struct line *line)
{
	size_t duration = hole_row_by_name("duration", strlen("duration"));

	for (size_t r = 1; r < line->l->n_runs; r++)
		if (line->runs[r].n != line->runs[0].n)
			return false;
	line->n = line->runs[0].n;
	line->rows = mem_array(line->n, sizeof *line->rows);
	for (size_t k = 0; k < line->n; k++) {
		line->rows[k] = n_hole_rows;
		if (all_same(line, k)) {
			if (is_faint(token(line, 0, k), duration))
				line->rows[k] = duration;
			continue;
		}
		line->rows[k] = choose_row(line, k);
		if (line->rows[k] == n_hole_rows)
			return false;
	}
	return true;
}

bool
learn_line(struct learning *l, const char *where, const struct piece *in, struct str *out)
{
	struct line line = { .l = l, .where = where };
	size_t bad, n_before = l->n;
	struct learning was = *l;
	bool ok;

	line.runs = mem_array(l->n_runs, sizeof *line.runs);
	for (size_t r = 0; r < l->n_runs; r++)
		lex(&line.runs[r], l->set, in[r].at, in[r].n);
	ok = choose_rows(&line) && put_tokens(&line, out, &bad);
	for (size_t r = 0; r < l->n_runs; r++)
		mem_free(line.runs[r].items);
	mem_free(line.runs);
	mem_free(line.rows);
	if (!ok) {
		l->n = n_before;
		l->n_weak = was.n_weak;
		l->n_bytes = was.n_bytes;
		l->n_weak_bytes = was.n_weak_bytes;
	}
	return ok;
}
