/* SPDX-License-Identifier: MIT */
/* show.c - where two texts or two pieces of binary data part */

#include "judge/show.h"

#include "base/str.h"
#include "judge/lines.h"

#include <string.h>

#define QUOTE_WIDTH 72
#define LINE_WIDTH 200
#define MOST_LINES 120
#define CONTEXT 3
#define HEX_ROW 16
#define MOST_HEX_ROWS 24

static bool
is_inside_char(const char *text, size_t n, size_t at)
{
	return at < n && ((unsigned char)text[at] & 0xc0) == 0x80;
}

/* The part of a text around one byte that is shown. */
struct window {
	size_t from, n;
};

static struct window
window_around(const char *text, size_t n, size_t at, size_t width)
{
	struct window w = { 0, n };
	size_t end;

	if (n <= width)
		return w;
	w.from = at > width / 2 ? MIN(at - width / 2, n - width) : 0;
	/* A few steps at most: a text of stray bytes must not be searched to its end. */
	for (int i = 0; i < 3 && is_inside_char(text, n, w.from); i++)
		w.from++;
	end = MIN(w.from + width, n);
	for (int i = 0; i < 3 && is_inside_char(text, n, end); i++)
		end--;
	w.n = end - w.from;
	return w;
}

static void
add_window(struct str *out, const char *text, size_t n, size_t at, size_t width)
{
	struct window w = window_around(text, n, at, width);

	str_add(out, w.from ? "…" : "");
	str_add_printable(out, text + w.from, w.n);
	str_add(out, w.from + w.n < n ? "…" : "");
}

const char *
show_quoted(struct arena *arena, const char *text, size_t n, size_t at, size_t width)
{
	AUTO(str_done) struct str s = { 0 };

	str_add_char(&s, '\'');
	add_window(&s, text, n, at, width);
	str_add_char(&s, '\'');
	return arena_strdup(arena, str_text(&s));
}

static size_t
first_difference(const struct line *a, const struct line *b)
{
	size_t i = 0;

	while (i < a->n && i < b->n && a->text[i] == b->text[i])
		i++;
	return i;
}

/*
 * Characters that look alike.
 */
#define MOST_POINTS 4

static uint32_t
code_point(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c = len == 1   ? p[0]
		     : len == 2 ? p[0] & 0x1fu
		     : len == 3 ? p[0] & 0x0fu
				: p[0] & 7u;

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* The characters of [from, to): "U+0065 U+0301"; bytes that are none as they are. */
static void
add_points(struct str *out, const char *text, size_t from, size_t to)
{
	if (from >= to)
		str_add(out, "nothing");
	for (size_t n = 0; from < to; n++) {
		size_t len = utf8_len(text + from, to - from);

		if (n == MOST_POINTS) {
			str_add(out, " …");
			return;
		}
		if (len)
			str_addf(out, "%sU+%04X", n ? " " : "", code_point(text + from, len));
		else
			str_addf(out, "%s\\x%02x", n ? " " : "", (unsigned char)text[from]);
		from += len ? len : 1;
	}
}

static bool
is_ascii(const char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/* Does a combining character follow, so that what differs is the letter before it, too? */
static bool
is_joined(const char *text, size_t n, size_t at)
{
	return at < n && !is_ascii(text, at, at + 1);
}

const char *
show_code_points(struct arena *arena, const char *wanted, size_t n_wanted, const char *found,
	size_t n_found)
{
	size_t at = 0, end = 0, most = MIN(n_wanted, n_found);
	AUTO(str_done) struct str s = { 0 };

	while (at < most && wanted[at] == found[at])
		at++;
	while (end < most - at && wanted[n_wanted - 1 - end] == found[n_found - 1 - end])
		end++;
	while (at > 0 &&
		(is_inside_char(wanted, n_wanted, at) || is_inside_char(found, n_found, at)))
		at--;
	while (end > 0 && (is_inside_char(wanted, n_wanted, n_wanted - end) ||
				  is_inside_char(found, n_found, n_found - end)))
		end--;
	if (is_ascii(wanted, at, n_wanted - end) && is_ascii(found, at, n_found - end))
		return "";
	if (at > 0 && is_ascii(wanted, at - 1, at) &&
		(at == n_wanted - end || at == n_found - end) &&
		(is_joined(wanted, n_wanted, at) || is_joined(found, n_found, at)))
		at--;
	str_add(&s, " (");
	add_points(&s, found, at, n_found - end);
	str_add(&s, ", the golden has ");
	add_points(&s, wanted, at, n_wanted - end);
	str_add_char(&s, ')');
	return arena_strdup(arena, str_text(&s));
}

static const char *
quoted_line(struct arena *arena, const struct line *line, size_t at)
{
	return show_quoted(arena, line->text, line->n, at, QUOTE_WIDTH);
}

static const char *
line_range(struct arena *arena, size_t first, size_t n)
{
	return n == 1 ? arena_printf(arena, "line %zu", first + 1)
		      : arena_printf(arena, "lines %zu to %zu", first + 1, first + n);
}

/* In characters; of the first nothing needs to be said. */
static const char *
column_words(struct arena *arena, const struct line *line, size_t at)
{
	size_t column = 1;

	for (size_t i = 1; i <= at; i++)
		column += !is_inside_char(line->text, line->n, i);
	return column > 1 ? arena_printf(arena, " from column %zu on", column) : "";
}

/* Both sides have a line there. */
static void
say_changed(struct parting *out, struct arena *arena, const struct lines *l, size_t at_a,
	size_t at_b)
{
	const struct line *a = &l->a[at_a], *b = &l->b[at_b];
	size_t at = first_difference(a, b);

	out->wanted = quoted_line(arena, a, at);
	out->found = quoted_line(arena, b, at);
	if (a->n == b->n && at == a->n)
		out->words = arena_printf(arena, "line %zu %s: %s", at_b + 1,
			b->has_newline ? "ends in a newline, the golden's does not"
				       : "does not end in a newline, the golden's does",
			out->found);
	else if (a->n > QUOTE_WIDTH || b->n > QUOTE_WIDTH)
		out->words = arena_printf(arena,
			"line %zu differs from byte %zu on: wanted %s, found %s%s", at_b + 1,
			at + 1, out->wanted, out->found,
			show_code_points(arena, a->text, a->n, b->text, b->n));
	else
		out->words = arena_printf(arena, "line %zu differs%s: wanted %s, found %s%s",
			at_b + 1, column_words(arena, b, at), out->wanted, out->found,
			show_code_points(arena, a->text, a->n, b->text, b->n));
}

/* One text ends with its first line here, the other goes on: what it goes on with is the news.
 */
static struct hunk
beyond_the_end(const struct lines *l, struct hunk h)
{
	const struct line *a = &l->a[h.a], *b = &l->b[h.b];
	bool is_same = h.n_a && h.n_b && a->n == b->n && first_difference(a, b) == a->n;

	if (is_same && h.n_a + h.n_b > 2)
		return (struct hunk){ h.a + 1, h.n_a - 1, h.b + 1, h.n_b - 1 };
	return h;
}

static void
say_hunk(struct parting *out, struct arena *arena, const struct lines *l, const struct hunk *h)
{
	if (h->n_a && h->n_b) {
		say_changed(out, arena, l, h->a, h->b);
	} else if (h->n_a) {
		out->wanted = quoted_line(arena, &l->a[h->a], 0);
		out->words = arena_printf(arena, "%s of the golden %s missing: %s%s",
			line_range(arena, h->a, h->n_a), h->n_a == 1 ? "is" : "are",
			out->wanted, h->n_a == 1 ? "" : " …");
	} else {
		out->found = quoted_line(arena, &l->b[h->b], 0);
		out->words = arena_printf(arena, "%s %s not in the golden: %s%s",
			line_range(arena, h->b, h->n_b), h->n_b == 1 ? "is" : "are", out->found,
			h->n_b == 1 ? "" : " …");
	}
}

bool
show_parting(struct parting *out, struct arena *arena, const char *wanted, size_t n_wanted,
	const char *found, size_t n_found)
{
	AUTO(lines_done) struct lines l = { 0 };
	struct hunk first;
	size_t more;

	*out = (struct parting){ 0 };
	lines_align(&l, wanted, n_wanted, found, n_found);
	if (!l.hunks.n)
		return false;
	first = beyond_the_end(&l, l.hunks.items[0]);
	say_hunk(out, arena, &l, &first);
	more = l.hunks.n - 1;
	if (more)
		out->words = arena_printf(arena, "%s (and %zu more place%s)", out->words, more,
			more == 1 ? "" : "s");
	return true;
}

/*
 * The unified diff.
 */
struct diff {
	struct str *out;
	size_t n_lines; /* written so far */
};

static bool
is_full(const struct diff *d)
{
	return d->n_lines >= MOST_LINES;
}

static void
add_line(struct diff *d, char sign, const struct line *line, size_t at)
{
	if (is_full(d))
		return;
	d->n_lines++;
	str_add_char(d->out, sign);
	add_window(d->out, line->text, line->n, at, LINE_WIDTH);
	str_add(d->out, line->has_newline ? "\n" : "\n\\ no newline at the end\n");
}

/* Lines that stand for each other are cut at the same place, where they part. */
static size_t
part_at(const struct lines *l, const struct hunk *h, size_t i)
{
	return i < h->n_a && i < h->n_b ? first_difference(&l->a[h->a + i], &l->b[h->b + i])
					: 0;
}

static void
add_changes(struct diff *d, const struct lines *l, const struct hunk *h)
{
	for (size_t i = 0; i < h->n_a && !is_full(d); i++)
		add_line(d, '-', &l->a[h->a + i], part_at(l, h, i));
	for (size_t i = 0; i < h->n_b && !is_full(d); i++)
		add_line(d, '+', &l->b[h->b + i], part_at(l, h, i));
}

/* The index behind the last hunk that shares its context with hunk i. */
static size_t
group_end(const struct hunks *h, size_t i)
{
	while (i + 1 < h->n &&
		h->items[i + 1].a - (h->items[i].a + h->items[i].n_a) <= 2 * CONTEXT)
		i++;
	return i + 1;
}

static void
add_group(struct diff *d, const struct lines *l, size_t from, size_t to)
{
	const struct hunk *first = &l->hunks.items[from], *last = &l->hunks.items[to - 1];
	size_t before = MIN(first->a, (size_t)CONTEXT);
	size_t end_a = last->a + last->n_a, end_b = last->b + last->n_b;
	size_t after = MIN(l->n_a - end_a, (size_t)CONTEXT);
	size_t a = first->a - before, b = first->b - before;
	size_t n_a = end_a + after - a, n_b = end_b + after - b;

	/* As diff(1): an empty range is named by the line before it. */
	str_addf(d->out, "@@ -%zu,%zu +%zu,%zu @@\n", a + (n_a > 0), n_a, b + (n_b > 0), n_b);
	for (size_t i = from; i < to && !is_full(d); i++) {
		const struct hunk *h = &l->hunks.items[i];

		for (; a < h->a; a++)
			add_line(d, ' ', &l->a[a], 0);
		add_changes(d, l, h);
		a = h->a + h->n_a;
	}
	for (size_t i = 0; i < after; i++)
		add_line(d, ' ', &l->a[end_a + i], 0);
}

const char *
show_text_diff(struct arena *arena, const char *wanted, size_t n_wanted, const char *found,
	size_t n_found)
{
	AUTO(lines_done) struct lines l = { 0 };
	AUTO(str_done) struct str s = { 0 };
	struct diff d = { &s, 0 };
	size_t removed = 0, added = 0;

	lines_align(&l, wanted, n_wanted, found, n_found);
	if (!l.hunks.n)
		return "";
	str_add(&s, "--- golden\n+++ run\n");
	for (size_t i = 0; i < l.hunks.n && !is_full(&d); i = group_end(&l.hunks, i))
		add_group(&d, &l, i, group_end(&l.hunks, i));
	for (size_t i = 0; i < l.hunks.n; i++) {
		removed += l.hunks.items[i].n_a;
		added += l.hunks.items[i].n_b;
	}
	if (is_full(&d))
		str_addf(&s, "… cut here: %zu lines removed and %zu added in all\n", removed,
			added);
	return arena_strdup(arena, str_text(&s));
}

/*
 * Binary data.
 */
static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : 0;
}

static unsigned char
byte_at(const char *hex, size_t i)
{
	return (unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
}

static void
add_hex_row(struct str *out, char sign, const char *hex, size_t n, size_t at)
{
	size_t end = MIN(n, at + HEX_ROW);

	if (at >= n)
		return;
	str_addf(out, "%c%08zx ", sign, at);
	for (size_t i = at; i < at + HEX_ROW; i++) {
		if (i < end)
			str_addf(out, " %02x", byte_at(hex, i));
		else
			str_add(out, "   ");
	}
	str_add(out, "  |");
	for (size_t i = at; i < end; i++) {
		unsigned char c = byte_at(hex, i);

		str_add_char(out, c >= ' ' && c < 0x7f ? (char)c : '.');
	}
	str_add(out, "|\n");
}

static bool
row_is_equal(const char *a, size_t n_a, const char *b, size_t n_b, size_t at)
{
	size_t len_a = MIN(n_a - MIN(n_a, at), (size_t)HEX_ROW);
	size_t len_b = MIN(n_b - MIN(n_b, at), (size_t)HEX_ROW);

	return len_a == len_b && memcmp(a + 2 * at, b + 2 * at, 2 * len_a) == 0;
}

const char *
show_hex_diff(struct arena *arena, const char *wanted, const char *found, size_t *first)
{
	size_t n_a = strlen(wanted) / 2, n_b = strlen(found) / 2, rows = 0, at = 0;
	AUTO(str_done) struct str s = { 0 };

	while (at < n_a && at < n_b && byte_at(wanted, at) == byte_at(found, at))
		at++;
	*first = at;
	str_add(&s, "--- golden\n+++ run\n");
	for (at = at / HEX_ROW * HEX_ROW; at < MAX(n_a, n_b); at += HEX_ROW) {
		if (row_is_equal(wanted, n_a, found, n_b, at))
			continue;
		if (rows++ == MOST_HEX_ROWS) {
			str_add(&s, "… cut here\n");
			break;
		}
		add_hex_row(&s, '-', wanted, n_a, at);
		add_hex_row(&s, '+', found, n_b, at);
	}
	return arena_strdup(arena, str_text(&s));
}
