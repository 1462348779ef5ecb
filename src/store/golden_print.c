/* SPDX-License-Identifier: MIT */
/*
 * golden_print.c - a golden as text: JSON Lines for people who read a pull request
 *
 * A line holds one effect. A text of several lines stands below its effect, a line for a line,
 * so that a diff shows the one that changed. Characters that cannot be seen are written \uXXXX:
 * what looks the same is the same.
 */

#include "store/golden.h"

#include "base/json.h"
#include "store/fields.h"

#include <stdlib.h>
#include <string.h>

/* Unicode 15: controls, format characters, blanks other than U+0020, fillers, what has no
 * meaning of its own; in order. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x7f, 0xa0 },
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x61c, 0x61c },
	{ 0x115f, 0x1160 },
	{ 0x1680, 0x1680 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x2000, 0x200f },
	{ 0x2028, 0x202f },
	{ 0x205f, 0x206f },
	{ 0x2800, 0x2800 },
	{ 0x3000, 0x3000 },
	{ 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff },
	{ 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0x10ffff },
};

static uint32_t
code_point(const char *p, size_t len)
{
	static const uint8_t first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (uint8_t)p[0] & first_bits[len];

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((uint8_t)p[i] & 0x3f);
	return c;
}

static bool
is_hidden(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(hidden) && hidden[i].first <= c; i++)
		if (c <= hidden[i].last)
			return true;
	return false;
}

static void
add_escape(struct str *out, uint32_t c)
{
	if (c < 0x10000)
		str_addf(out, "\\u%04x", c);
	else
		str_addf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

/* Outside of strings a line of JSON is printable ASCII, so everything hidden is in one. */
static void
add_line(struct str *out, const struct str *line)
{
	size_t len, clean = 0;

	for (size_t i = 0; i < line->n; i += len) {
		uint8_t byte = (uint8_t)line->data[i];
		uint32_t c;

		len = 1;
		if (byte < 0x7f)
			continue;
		len = utf8_len(line->data + i, line->n - i);
		assert(len); /* the writer lets nothing else through */
		c = code_point(line->data + i, len);
		if (!is_hidden(c))
			continue;
		str_add_n(out, line->data + clean, i - clean);
		add_escape(out, c);
		clean = i + len;
	}
	str_add_n(out, line->data + clean, line->n - clean);
	str_add_char(out, '\n');
}

static void
put_list(struct json_writer *w, const char *const *list, size_t n)
{
	json_begin(w, '(');
	for (size_t i = 0; i < n; i++)
		json_text(w, list[i]);
	json_end(w, ']');
}

static void
put_text_field(struct json_writer *w, const char *name, const char *text)
{
	json_key(w, name);
	json_text(w, text ? text : "");
}

static void
put_fingerprint(struct json_writer *w, const struct fingerprint *f)
{
	json_key(w, "fingerprint");
	json_begin(w, '{');
	put_text_field(w, "arch", f->arch);
	put_text_field(w, "libc", f->libc);
	put_text_field(w, "interpreter", f->interpreter);
	put_text_field(w, "build_id", f->build_id);
	json_end(w, '}');
}

static void
put_header(struct json_writer *w, const struct golden *g)
{
	size_t n_argv = 0;

	while (g->argv[n_argv])
		n_argv++;
	json_begin(w, '{');
	json_key(w, "renacer_golden");
	json_uint(w, g->format);
	json_key(w, "tables");
	json_uint(w, g->table);
	put_text_field(w, "target", g->target);
	json_key(w, "argv");
	put_list(w, g->argv, n_argv);
	put_text_field(w, "profile", profile_names[g->profile]);
	json_key(w, "runs");
	json_uint(w, g->n_runs);
	put_fingerprint(w, &g->fingerprint);
	if (g->n_temps) {
		json_key(w, "temps");
		put_list(w, g->temps, g->n_temps);
	}
	json_end(w, '}');
}

/* Text with a newline before its end: it goes below. */
static bool
has_lines(const struct value *v)
{
	const char *newline = v->kind == VALUE_TEXT ? strchr(v->text, '\n') : NULL;

	return newline && newline[1];
}

static void
put_value(struct json_writer *w, const struct value *v)
{
	json_key(w, v->name);
	switch (v->kind) {
	case VALUE_TEXT:
		json_text(w, has_lines(v) ? NULL : v->text); /* null: its lines follow */
		break;
	case VALUE_NUMBER:
		json_int(w, v->number);
		break;
	case VALUE_BOOL:
		json_bool(w, v->number);
		break;
	case VALUE_LIST:
		put_list(w, v->list, v->n_list);
		break;
	}
}

static void
put_effect(struct json_writer *w, const struct effect *e, uint32_t n_runs)
{
	json_begin(w, '{');
	put_text_field(w, "effect", effect_kind_names[e->kind]);
	put_text_field(w, "key", e->key);
	if (e->n_runs < n_runs) {
		json_key(w, "runs");
		json_uint(w, e->n_runs);
	}
	for (size_t i = 0; i < e->n_values; i++)
		put_value(w, &e->values[i]);
	json_end(w, '}');
}

static void
put_number(struct json_writer *w, const struct golden_number *number)
{
	json_begin(w, '{');
	put_text_field(w, "number", number->name);
	json_key(w, "low");
	json_uint(w, number->low);
	json_key(w, "high");
	json_uint(w, number->high);
	if (number->n_by) {
		json_key(w, "by");
		put_list(w, number->by, number->n_by);
	}
	json_end(w, '}');
}

static void
print_lines(struct str *out, struct str *line, const struct value *v)
{
	for (const char *p = v->text, *end; *p; p = end) {
		struct json_writer w = { .out = line };

		end = strchr(p, '\n');
		end = end ? end + 1 : p + strlen(p);
		str_clear(line);
		json_begin(&w, '{');
		json_key(&w, v->name);
		json_text_n(&w, p, (size_t)(end - p));
		json_end(&w, '}');
		add_line(out, line);
	}
}

static size_t
count_lines(const struct str *text, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < text->n; i++)
		n += text->data[i] == '\n';
	return n;
}

static int
compare_places(const void *x, const void *y)
{
	const struct value *a = x, *b = y;
	size_t i = field_place(a->name), k = field_place(b->name);

	return i != k ? (i > k) - (i < k) : strcmp(a->name, b->name);
}

void
golden_print(struct str *out, struct golden *g)
{
	AUTO(str_done) struct str line = { 0 };
	struct json_writer w = { .out = &line };
	size_t start = out->n;

	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].n_values)
			qsort(g->effects[i].values, g->effects[i].n_values,
				sizeof(struct value), compare_places);
	golden_sort(g);
	put_header(&w, g);
	add_line(out, &line);
	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		str_clear(&line);
		w = (struct json_writer){ .out = &line };
		put_effect(&w, e, g->n_runs);
		add_line(out, &line);
		for (size_t k = 0; k < e->n_values; k++)
			if (has_lines(&e->values[k]))
				print_lines(out, &line, &e->values[k]);
	}
	for (size_t i = 0; i < g->n_numbers; i++) {
		str_clear(&line);
		w = (struct json_writer){ .out = &line };
		put_number(&w, &g->numbers[i]);
		add_line(out, &line);
	}
	str_addf(out, "{\"end\":%zu}\n", count_lines(out, start));
}
