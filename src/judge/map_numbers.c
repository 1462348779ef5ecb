/* SPDX-License-Identifier: MIT */
/*
 * map_numbers.c - float_tolerance, and decimal numbers in one form
 *
 * Two texts are laid side by side line by line, by all that is not a number; only then are
 * numbers compared, each with the one in its place. Whole numbers are not floats: two of them
 * are equal when they are the same.
 */

#include "base/mem.h"
#include "judge/lines.h"
#include "judge/output_map_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_MOST 20 /* digits before or after the point that are written out */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
count_digits(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && is_digit(text[i]))
		i++;
	return i;
}

/* The parts of [+-]digits[.digits][e[+-]digits]; .5 is a number, 5. is not. */
struct parts {
	size_t whole, n_whole, fraction, n_fraction, exponent, n_exponent, n;
	bool is_negative, is_exponent_negative;
};

static bool
parse_parts(struct parts *out, const char *text, size_t n)
{
	struct parts p = { 0 };
	size_t at = 0, sign, digits;

	if (n && (text[0] == '-' || text[0] == '+'))
		p.is_negative = text[at++] == '-';
	p.whole = at;
	p.n_whole = count_digits(text + at, n - at);
	at += p.n_whole;
	if (at < n && text[at] == '.') {
		p.fraction = at + 1;
		p.n_fraction = count_digits(text + at + 1, n - at - 1);
		at += p.n_fraction ? p.n_fraction + 1 : 0;
	}
	if (!p.n_whole && !p.n_fraction)
		return false;
	if (at < n && (text[at] | 0x20) == 'e') {
		sign = at + 1 < n && (text[at + 1] == '-' || text[at + 1] == '+');
		digits = count_digits(text + at + 1 + sign, n - at - 1 - sign);
		p.is_exponent_negative = sign && text[at + 1] == '-';
		p.exponent = at + 1 + sign;
		p.n_exponent = digits;
		at += digits ? 1 + sign + digits : 0;
	}
	p.n = at;
	*out = p;
	return true;
}

/* False: out of all bounds. */
static bool
exponent_of(const struct parts *p, const char *text, int64_t *out)
{
	size_t zeros = 0;

	*out = 0;
	while (zeros < p->n_exponent && text[p->exponent + zeros] == '0')
		zeros++;
	if (p->n_exponent - zeros > 15)
		return false;
	for (size_t i = zeros; i < p->n_exponent; i++)
		*out = *out * 10 + (text[p->exponent + i] - '0');
	*out = (p->is_exponent_negative ? -*out : *out) - (int64_t)p->n_fraction;
	return true;
}

/* digits × 10^exponent, written out when that is not long. */
static void
write_decimal(struct str *out, const char *digits, size_t n, int64_t exponent)
{
	int64_t point = (int64_t)n + exponent;

	if (exponent >= 0 && point <= PLAIN_MOST) {
		str_add_n(out, digits, n);
		for (int64_t i = 0; i < exponent; i++)
			str_add_char(out, '0');
	} else if (exponent < 0 && point > 0) {
		str_add_n(out, digits, (size_t)point);
		str_add_char(out, '.');
		str_add_n(out, digits + point, n - (size_t)point);
	} else if (exponent < 0 && point > -PLAIN_MOST) {
		str_add(out, "0.");
		for (int64_t i = point; i < 0; i++)
			str_add_char(out, '0');
		str_add_n(out, digits, n);
	} else {
		str_add_n(out, digits, n);
		str_add_char(out, 'e');
		str_add_int(out, exponent);
	}
}

bool
decimal_add(struct str *out, const char *text, size_t n)
{
	AUTO(str_done) struct str digits = { 0 };
	struct parts p;
	int64_t exponent;
	size_t zeros = 0;

	if (!parse_parts(&p, text, n) || p.n != n || !exponent_of(&p, text, &exponent))
		return false;
	str_add_n(&digits, text + p.whole, p.n_whole);
	str_add_n(&digits, text + p.fraction, p.n_fraction);
	while (digits.n && digits.data[digits.n - 1] == '0') {
		str_cut(&digits, digits.n - 1);
		exponent++;
	}
	while (zeros < digits.n && digits.data[zeros] == '0')
		zeros++;
	if (p.is_negative)
		str_add_char(out, '-');
	if (digits.n)
		write_decimal(out, digits.data + zeros, digits.n - zeros, exponent);
	else
		str_add_char(out, '0');
	return true;
}

/*
 * Numbers in a text.
 */
struct number {
	size_t at, n, line;
	bool is_float, is_nan;
};

struct numbers {
	struct number *items;
	size_t n, capacity;
	struct str rest; /* the text with a mark for each number */
};

/* What may stand before a number beside what may before any value: signs of money and of
 * roughness. A colon behind a digit makes a time. */
static bool
number_may_begin(const char *text, size_t at)
{
	if (at && (text[at - 1] == '$' || text[at - 1] == '~'))
		return true;
	if (at > 1 && text[at - 1] == ':' && is_digit(text[at - 2]))
		return false;
	return value_may_begin(text, at);
}

static bool
number_may_end(const char *text, size_t n, size_t at)
{
	if (at < n && text[at] == '%')
		at++;
	if (at + 1 < n && text[at] == ':' && is_digit(text[at + 1]))
		return false;
	return value_may_end(text, n, at);
}

static bool
nan_at(struct number *out, const char *text, size_t n, size_t at)
{
	if (n - at < 3 ||
		(memcmp(text + at, "nan", 3) != 0 && memcmp(text + at, "NaN", 3) != 0))
		return false;
	*out = (struct number){ .at = at, .n = 3, .is_float = true, .is_nan = true };
	return true;
}

static bool
number_at(struct number *out, const char *text, size_t n, size_t at)
{
	struct parts p;
	char c = text[at];

	if (!is_digit(c) && c != '-' && c != '+' && c != '.' && c != 'n' && c != 'N')
		return false;
	if (!number_may_begin(text, at))
		return false;
	if (!nan_at(out, text, n, at)) {
		if (!parse_parts(&p, text + at, n - at))
			return false;
		*out = (struct number){
			.at = at, .n = p.n, .is_float = p.n_fraction || p.n_exponent
		};
	}
	return number_may_end(text, n, at + out->n);
}

static void
find_numbers(struct numbers *out, const char *text, size_t n)
{
	size_t line = 0;

	for (size_t at = 0; at < n;) {
		struct number found;

		if (!number_at(&found, text, n, at)) {
			line += text[at] == '\n';
			str_add_char(&out->rest, text[at++]);
			continue;
		}
		found.line = line;
		out->items = mem_grow(out->items, out->n, &out->capacity, sizeof *out->items);
		out->items[out->n++] = found;
		str_add_char(&out->rest, '\x01');
		at += found.n;
	}
}

static void
numbers_done(struct numbers *n)
{
	mem_free(n->items);
	str_done(&n->rest);
}

/*
 * Nearness.
 */
static bool
is_same_decimal(const char *a, size_t n_a, const char *b, size_t n_b)
{
	AUTO(str_done) struct str x = { 0 };
	AUTO(str_done) struct str y = { 0 };

	if (!decimal_add(&x, a, n_a) || !decimal_add(&y, b, n_b))
		return false;
	return strcmp(str_text(&x), str_text(&y)) == 0 ||
	       (strcmp(str_text(&x) + (*x.data == '-'), "0") == 0 &&
		       strcmp(str_text(&y) + (*y.data == '-'), "0") == 0);
}

static long double
value_of(const char *text, size_t n)
{
	AUTO(str_done) struct str copy = { 0 };

	str_add_n(&copy, text, n);
	return strtold(copy.data, NULL);
}

static bool
is_near(const struct output_map *map, const char *a, const struct number *x, const char *b,
	const struct number *y)
{
	long double u, v, allowed;

	if (!x->is_float && !y->is_float)
		return false;
	if (x->is_nan || y->is_nan)
		return x->is_nan && y->is_nan;
	if (is_same_decimal(a + x->at, x->n, b + y->at, y->n))
		return true;
	u = value_of(a + x->at, x->n);
	v = value_of(b + y->at, y->n);
	if (!isfinite(u) || !isfinite(v))
		return false;
	allowed = fmaxl((long double)map->absolute,
		(long double)map->relative * fmaxl(fabsl(u), fabsl(v)));
	return allowed > 0 && fabsl(u - v) <= allowed;
}

/*
 * Both texts side by side.
 */
struct sides {
	const struct output_map *map;
	const char *a, *b;
	struct numbers in_a, in_b;
	size_t next_a, next_b; /* numbers not looked at yet */
	bool *is_near;         /* by number of b */
	size_t *partner;       /* and which one of a it is near to */
	size_t n_near;
};

static size_t
count_in_line(const struct numbers *n, size_t *next, size_t line)
{
	size_t count = 0;

	while (*next < n->n && n->items[*next].line < line)
		++*next;
	while (*next + count < n->n && n->items[*next + count].line == line)
		count++;
	return count;
}

static void
compare_lines(struct sides *s, size_t line_a, size_t line_b)
{
	size_t n_a = count_in_line(&s->in_a, &s->next_a, line_a);
	size_t n_b = count_in_line(&s->in_b, &s->next_b, line_b);

	for (size_t i = 0; n_a == n_b && i < n_a; i++) {
		const struct number *x = &s->in_a.items[s->next_a + i];
		const struct number *y = &s->in_b.items[s->next_b + i];

		assert(s->in_a.items && s->in_b.items); /* n_a of them are left */
		if ((x->n == y->n && memcmp(s->a + x->at, s->b + y->at, x->n) == 0) ||
			!is_near(s->map, s->a, x, s->b, y))
			continue;
		s->is_near[s->next_b + i] = true;
		s->partner[s->next_b + i] = s->next_a + i;
		s->n_near++;
	}
}

static void
compare_all(struct sides *s)
{
	AUTO(lines_done) struct lines l = { 0 };
	size_t a = 0, b = 0;

	lines_align(&l, str_text(&s->in_a.rest), s->in_a.rest.n, str_text(&s->in_b.rest),
		s->in_b.rest.n);
	for (size_t i = 0; i <= l.hunks.n; i++) {
		const struct hunk *h = i < l.hunks.n ? &l.hunks.items[i] : NULL;

		for (; a < (h ? h->a : l.n_a); a++, b++)
			compare_lines(s, a, b);
		if (h) {
			a = h->a + h->n_a;
			b = h->b + h->n_b;
		}
	}
}

static void
write_run(struct str *out, const struct sides *s, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < s->in_b.n; i++) {
		const struct number *y = &s->in_b.items[i], *x;

		if (!s->is_near[i])
			continue;
		x = &s->in_a.items[s->partner[i]];
		str_add_n(out, s->b + from, y->at - from);
		str_add_n(out, s->a + x->at, x->n);
		from = y->at + y->n;
	}
	str_add_n(out, s->b + from, n - from);
}

size_t
map_float_tolerance(const struct output_map *map, const struct str *golden, struct str *run)
{
	AUTO(str_done) struct str old = *run;
	struct sides s = { .map = map, .a = str_text(golden), .b = str_text(&old) };

	*run = (struct str){ 0 };
	find_numbers(&s.in_a, s.a, golden->n);
	find_numbers(&s.in_b, s.b, old.n);
	s.is_near = mem_array(s.in_b.n, sizeof *s.is_near);
	s.partner = mem_array(s.in_b.n, sizeof *s.partner);
	compare_all(&s);
	write_run(run, &s, old.n);
	numbers_done(&s.in_a);
	numbers_done(&s.in_b);
	mem_free(s.is_near);
	mem_free(s.partner);
	return s.n_near;
}
