/* SPDX-License-Identifier: MIT */
/* template.c - texts with typed holes: written, read, matched */
#include "effects/template.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static const char opens[] = "\xe2\x9f\xa8", closes[] = "\xe2\x9f\xa9"; /* U+27E8, U+27E9 */
#define N_MARK (sizeof opens - 1)

static bool
is_mark(const char *text, size_t n, const char *mark)
{
	return n >= N_MARK && memcmp(text, mark, N_MARK) == 0;
}

void
template_put_literal(struct str *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		const char *hit = memmem(text + i, n - i, opens, N_MARK);
		size_t end = hit ? (size_t)(hit - text) + N_MARK : n;

		str_add_n(out, text + i, end - i);
		if (hit)
			str_add(out, opens);
		i = end;
	}
}

void
template_put_hole(struct str *out, const struct hole *hole)
{
	str_addf(out, "%s%s", opens, hole_rows[hole->row].name);
	if (hole->size)
		str_addf(out, " %u", hole->size);
	if (hole->fill == FILL_FRONT)
		str_addf(out, " >%u", hole->width);
	else if (hole->fill == FILL_BEHIND)
		str_addf(out, " <%u", hole->width);
	else if (hole->fill == FILL_UNKNOWN)
		str_addf(out, " %u+%u", hole->n_blanks, hole->width);
	str_add(out, closes);
}

/* A number of up to six digits without a zero in front; 0: none. */
static uint32_t
read_size(const char **p)
{
	uint32_t n = 0;

	if (**p == '0')
		return 0;
	for (int i = 0; i < 6 && **p >= '0' && **p <= '9'; i++)
		n = n * 10 + (uint32_t)(*(*p)++ - '0');
	return n;
}

static bool
read_extra(struct hole *out, const char **p)
{
	if (**p == '>' || **p == '<') {
		out->fill = *(*p)++ == '>' ? FILL_FRONT : FILL_BEHIND;
		out->width = read_size(p);
		return out->width;
	}
	out->size = read_size(p);
	if (**p != '+')
		return out->size && (hole_rows[out->row].bits & HOLE_SIZED);
	(*p)++;
	out->fill = FILL_UNKNOWN;
	out->n_blanks = out->size;
	out->size = 0;
	out->width = read_size(p);
	return out->n_blanks && out->width;
}

size_t
template_read_hole(struct hole *out, const char *text)
{
	const char *p = text + N_MARK;
	size_t n;

	*out = (struct hole){ 0 };
	if (!str_has_prefix(text, opens))
		return 0;
	n = strcspn(p, " \n\xe2");
	out->row = hole_row_by_name(p, n);
	if (out->row == n_hole_rows)
		return 0;
	p += n;
	if (*p == ' ') {
		p++;
		if (!read_extra(out, &p))
			return 0;
	}
	if ((hole_rows[out->row].bits & HOLE_SIZED) && !out->size)
		return 0;
	return str_has_prefix(p, closes) ? (size_t)(p - text) + N_MARK : 0;
}

int
template_count(const char *text)
{
	int n = 0;

	for (const char *p = strstr(text, opens); p; p = strstr(p, opens)) {
		struct hole hole;
		size_t length;

		if (str_has_prefix(p + N_MARK, opens)) {
			p += 2 * N_MARK;
			continue;
		}
		length = template_read_hole(&hole, p);
		if (!length)
			return -1;
		n++;
		p += length;
	}
	return n;
}

void
template_say(struct str *out, const struct hole *hole)
{
	str_add(out, hole_rows[hole->row].words);
	if (hole->size)
		str_addf(out, " of %s%u characters", hole->size < 20 ? "about " : "",
			hole->size);
	if (hole->fill == FILL_FRONT || hole->fill == FILL_BEHIND)
		str_addf(out, " in a column of %u", hole->width);
}

/*
 * Matching.
 */
static int
compare_pids(const void *x, const void *y)
{
	const int32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static bool
is_own_pid(const struct template_of *of, const char *text)
{
	int32_t pid = (int32_t)strtol(text, NULL, 10);

	return !of->n_pids ||
	       bsearch(&pid, of->pids, of->n_pids, sizeof pid, compare_pids) != NULL;
}

#define LEEWAY 4

static bool
has_size(const struct hole *hole, size_t n)
{
	bool is_firm = hole->size >= HOLE_FIRM_SIZE || (hole_rows[hole->row].bits & HOLE_LAST);
	size_t leeway = is_firm ? 0 : LEEWAY;

	return !hole->size || (n + leeway >= hole->size && n <= hole->size + leeway);
}

static bool
fills(const struct hole *hole, size_t n_blanks, size_t n)
{
	size_t width = hole->width;

	switch (hole->fill) {
	case FILL_NONE:
		return true;
	case FILL_UNKNOWN:
		if (n_blanks == hole->n_blanks)
			return true;
		width += hole->n_blanks;
		break;
	case FILL_FRONT:
	case FILL_BEHIND:
		break;
	}
	return n_blanks + n == width || (n >= width && n_blanks <= 1);
}

static size_t
count_blanks(const char *text, size_t n, size_t at)
{
	size_t i = at;

	while (i < n && text[i] == ' ')
		i++;
	return i - at;
}

/* The end of what fills the hole, when something does from `at` on; SIZE_MAX: nothing. */
static size_t
fill(const struct template_of *of, const struct hole *hole, const char *text, size_t n,
	size_t at)
{
	bool is_front = hole->fill == FILL_FRONT || hole->fill == FILL_UNKNOWN;
	size_t n_blanks = is_front ? count_blanks(text, n, at) : 0, length;

	at += n_blanks;
	length = hole_length(of->set, hole->row, text, n, at);
	if (!length || !has_size(hole, length))
		return SIZE_MAX;
	if ((hole_rows[hole->row].bits & HOLE_OWN_PID) && !is_own_pid(of, text + at))
		return SIZE_MAX;
	at += length;
	if (hole->fill == FILL_BEHIND) {
		n_blanks = count_blanks(text, n, at);
		at += n_blanks;
	}
	return fills(hole, n_blanks, length) ? at : SIZE_MAX;
}

/* misfit: the hole that nothing fills, when that is why they do not match; NULL: not asked. */
static bool
match(const struct template_of *of, const struct template_pair *p,
	struct template_misfit *misfit)
{
	const char *template = p->template;
	size_t i = 0, at = 0;

	while (i < p->n_template) {
		struct hole hole;
		size_t length, end;

		if (!is_mark(template + i, p->n_template - i, opens)) {
			if (at >= p->n || template[i++] != p->text[at++])
				return false;
			continue;
		}
		if (is_mark(template + i + N_MARK, p->n_template - i - N_MARK, opens)) {
			if (!is_mark(p->text + at, p->n - at, opens))
				return false;
			i += 2 * N_MARK;
			at += N_MARK;
			continue;
		}
		length = template_read_hole(&hole, template + i);
		if (!length)
			return false;
		i += length;
		end = fill(of, &hole, p->text, p->n, at);
		if (end == SIZE_MAX && misfit)
			*misfit = (struct template_misfit){ true, hole, at };
		if (end == SIZE_MAX)
			return false;
		at = end;
	}
	return at == p->n;
}

bool
template_matches(const struct template_of *of, const char *template, size_t n_template,
	const char *text, size_t n)
{
	return match(of, &(struct template_pair){ template, n_template, text, n }, NULL);
}

struct template_misfit
template_find_misfit(const struct template_of *of, const struct template_pair *p)
{
	struct template_misfit misfit = { 0 };

	(void)match(of, p, &misfit);
	return misfit;
}

void
template_each(const char *text, void (*visit)(void *arg, size_t row, const struct hole *hole),
	void *arg)
{
	size_t row = 1;

	for (const char *p = text; *p;) {
		struct hole hole;
		size_t length = template_read_hole(&hole, p);

		if (str_has_prefix(p, opens) && str_has_prefix(p + N_MARK, opens)) {
			p += 2 * N_MARK;
			continue;
		}
		row += *p == '\n';
		if (length)
			visit(arg, row, &hole);
		p += length ? length : 1;
	}
}

/*
 * Line by line.
 */
struct rows {
	const char **at; /* one more than there are: where the last one ends */
	size_t n;
};

static size_t
length_of(const struct rows *r, size_t i)
{
	return (size_t)(r->at[i + 1] - r->at[i]);
}

static struct rows
cut(const char *text)
{
	struct rows r = { 0 };
	size_t capacity = 0;

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		r.at = mem_grow(r.at, r.n, &capacity, sizeof *r.at);
		r.at[r.n++] = p;
	}
	r.at = mem_grow(r.at, r.n, &capacity, sizeof *r.at);
	r.at[r.n] = text + strlen(text);
	return r;
}

struct applying {
	const struct template_of *of;
	struct rows template, text;
	size_t *holed; /* the lines of the template that have holes */
	size_t n_holed;
};

static bool
row_matches(const struct applying *a, size_t of_template, size_t of_text)
{
	return of_template < a->template.n &&
	       template_matches(a->of, a->template.at[of_template],
		       length_of(&a->template, of_template), a->text.at[of_text],
		       length_of(&a->text, of_text));
}

/* Of a text with lines too many or too few: lines with holes are looked for near by. */
#define MOST_TRIES 200

/* Which line of the template this one is: the one at its place, the one as far from the end, or
 * else one with holes. SIZE_MAX: none. */
static size_t
line_for(const struct applying *a, size_t i)
{
	size_t from_end = i + a->template.n - a->text.n;

	if (row_matches(a, i, i))
		return i;
	if (i + a->template.n >= a->text.n && row_matches(a, from_end, i))
		return from_end;
	for (size_t k = 0; k < MIN(a->n_holed, (size_t)MOST_TRIES); k++)
		if (row_matches(a, a->holed[k], i))
			return a->holed[k];
	return SIZE_MAX;
}

void
template_apply(
	const struct template_of *of, struct str *out, const char *template, const char *text)
{
	struct applying a = { of, cut(template), cut(text), NULL, 0 };

	a.holed = mem_array(a.template.n + 1, sizeof *a.holed);
	for (size_t i = 0; i < a.template.n; i++)
		if (memmem(a.template.at[i], length_of(&a.template, i), opens, N_MARK))
			a.holed[a.n_holed++] = i;
	for (size_t i = 0; i < a.text.n; i++) {
		size_t k = line_for(&a, i);

		if (k == SIZE_MAX)
			template_put_literal(out, a.text.at[i], length_of(&a.text, i));
		else
			str_add_n(out, a.template.at[k], length_of(&a.template, k));
	}
	mem_free(a.holed);
	mem_free(a.template.at);
	mem_free(a.text.at);
}
