/* SPDX-License-Identifier: MIT */
/* json-writer.c - JSON text: commas, colons, quotes, indentation, numbers that read back */

#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_set(uint64_t bits, unsigned level)
{
	return bits >> level & 1;
}

static void
set(uint64_t *bits, unsigned level, bool value)
{
	*bits = (*bits & ~((uint64_t)1 << level)) | (uint64_t)value << level;
}

static void
new_line(struct json_writer *w)
{
	str_add_char(w->out, '\n');
	for (unsigned i = 0; i < w->depth * w->indent; i++)
		str_add_char(w->out, ' ');
}

/* What comes before an item: a comma when it is not the first, a new line or a blank. */
static void
separate(struct json_writer *w)
{
	bool spread = w->indent && !is_set(w->is_inline, w->depth);

	if (w->depth == 0)
		return;
	if (is_set(w->has_items, w->depth))
		str_add(w->out, w->indent && !spread ? ", " : ",");
	if (spread)
		new_line(w);
	set(&w->has_items, w->depth, true);
}

static void
before_value(struct json_writer *w)
{
	assert(w->after_key == is_set(w->is_object, w->depth) || w->depth == 0);
	if (!w->after_key)
		separate(w);
	w->after_key = false;
}

void
json_begin(struct json_writer *w, char bracket)
{
	bool is_object = bracket == '{';
	bool is_inline = bracket == '(' || (w->depth && is_set(w->is_inline, w->depth));

	assert(is_object || bracket == '[' || bracket == '(');
	assert(w->depth < JSON_DEPTH);
	before_value(w);
	str_add_char(w->out, is_object ? '{' : '[');
	w->depth++;
	set(&w->has_items, w->depth, false);
	set(&w->is_inline, w->depth, is_inline);
	set(&w->is_object, w->depth, is_object);
}

void
json_end(struct json_writer *w, char bracket)
{
	bool spread = w->indent && !is_set(w->is_inline, w->depth);
	bool has_items = is_set(w->has_items, w->depth);

	assert(w->depth > 0 && !w->after_key);
	assert(is_set(w->is_object, w->depth) == (bracket == '}'));
	w->depth--;
	if (spread && has_items)
		new_line(w);
	str_add_char(w->out, bracket == '}' ? '}' : ']');
}

static void
add_escape(struct str *out, unsigned char c)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *p = named; *p; p += 2)
		if ((unsigned char)*p == c) {
			str_add_char(out, '\\');
			str_add_char(out, p[1]);
			return;
		}
	str_addf(out, "\\u%04x", c);
}

static void
add_quoted(struct str *out, const char *text, size_t n)
{
	size_t clean = 0, len;

	str_add_char(out, '"');
	for (size_t i = 0; i < n; i += len) {
		unsigned char c = (unsigned char)text[i];

		len = c < 0x80 ? 1 : utf8_len(text + i, n - i);
		if (len > 1 || (len && c >= ' ' && c != '"' && c != '\\'))
			continue;
		str_add_n(out, text + clean, i - clean);
		if (len)
			add_escape(out, c);
		else
			str_add(out, "\xef\xbf\xbd"); /* U+FFFD */
		len = 1;
		clean = i + 1;
	}
	str_add_n(out, text + clean, n - clean);
	str_add_char(out, '"');
}

void
json_key(struct json_writer *w, const char *key)
{
	assert(w->depth > 0 && is_set(w->is_object, w->depth) && !w->after_key);
	separate(w);
	add_quoted(w->out, key, strlen(key));
	str_add(w->out, w->indent ? ": " : ":");
	w->after_key = true;
}

void
json_text_n(struct json_writer *w, const char *text, size_t n)
{
	before_value(w);
	add_quoted(w->out, n ? text : "", n);
}

void
json_text(struct json_writer *w, const char *text)
{
	if (text)
		json_text_n(w, text, strlen(text));
	else
		json_null(w);
}

void
json_int(struct json_writer *w, int64_t value)
{
	before_value(w);
	str_addf(w->out, "%lld", (long long)value);
}

void
json_uint(struct json_writer *w, uint64_t value)
{
	before_value(w);
	str_addf(w->out, "%llu", (unsigned long long)value);
}

/* A library may live in a program with another locale: there the decimal point is something
 * else, of one byte or more. */
static void
use_point(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (strchr("0123456789eE+-", *from))
			*to++ = *from;
		else if (to == text || to[-1] != '.')
			*to++ = '.';
	}
	*to = '\0';
}

void
json_double(struct json_writer *w, double value)
{
	char text[64];

	assert(isfinite(value));
	before_value(w);
	/* 17 digits always read back (IEEE 754 binary64); fewer often do. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	use_point(text);
	/* What was a double reads back as one. */
	str_add(w->out, text);
	if (!strpbrk(text, ".e"))
		str_add(w->out, ".0");
}

void
json_bool(struct json_writer *w, bool value)
{
	before_value(w);
	str_add(w->out, value ? "true" : "false");
}

void
json_null(struct json_writer *w)
{
	before_value(w);
	str_add(w->out, "null");
}
