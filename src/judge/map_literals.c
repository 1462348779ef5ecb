/* SPDX-License-Identifier: MIT */
/*
 * map_literals.c - py_repr_quotes and debug_wrapper: how values are quoted and wrapped
 *
 * A literal is what a value could be: quoted on one line, with escapes that Python or Rust
 * write, and with nothing beside its quotes that a word could continue. An apostrophe in a word
 * is none, and so nothing is changed by one.
 */

#include "base/mem.h"
#include "judge/output_map_inner.h"

#include <string.h>

/*
 * Escapes.
 */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits up to n_most; the number of them, 0 when there are fewer than n_least. */
static size_t
read_hex(const char *text, size_t n, size_t n_least, size_t n_most, uint32_t *value)
{
	size_t i = 0;

	*value = 0;
	for (; i < MIN(n, n_most) && hex_digit(text[i]) >= 0; i++)
		*value = *value << 4 | (uint32_t)hex_digit(text[i]);
	return i < n_least ? 0 : i;
}

/* An escape that gives a code: \0 \xHH \uHHHH \UHHHHHHHH \u{H…}; its length, 0: none. */
static size_t
code_escape(const char *text, size_t n, uint32_t *code)
{
	static const struct {
		char letter;
		size_t n_digits;
	} rows[] = { { 'x', 2 }, { 'u', 4 }, { 'U', 8 } };
	size_t digits;

	*code = 0;
	if (n < 2)
		return 0;
	if (text[1] == '0')
		return 2;
	if (n > 3 && text[1] == 'u' && text[2] == '{') {
		digits = read_hex(text + 3, n - 3, 1, 6, code);
		return digits && 3 + digits < n && text[3 + digits] == '}' ? digits + 4 : 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (text[1] == rows[i].letter) {
			digits = read_hex(
				text + 2, n - 2, rows[i].n_digits, rows[i].n_digits, code);
			return digits && *code <= 0x10ffff ? digits + 2 : 0;
		}
	return 0;
}

/* The length of the escape at text, 0: not one that we know. */
static size_t
escape_length(const char *text, size_t n)
{
	uint32_t code;

	if (n >= 2 && text[1] && strchr("\\'\"nrt", text[1]))
		return 2;
	return code_escape(text, n, &code);
}

size_t
literal_length(const char *text, size_t n, size_t at)
{
	char quote = text[at];
	size_t i = at + 1, step;

	if ((quote != '"' && quote != '\'') || !value_may_begin(text, at))
		return 0;
	while (i < n && text[i] != quote) {
		if (text[i] == '\n')
			return 0;
		step = text[i] == '\\' ? escape_length(text + i, n - i) : 1;
		if (!step)
			return 0;
		i += step;
	}
	return i < n && value_may_end(text, n, i + 1) ? i + 1 - at : 0;
}

/* In double quotes; escaped in it: what was, but single quotes, and double quotes always. Codes
 * as JSON writes them, so that JSON stays JSON. */
static void
literal_add(struct str *out, const char *text, size_t n)
{
	uint32_t code;

	str_add_char(out, '"');
	for (size_t i = 1; i + 1 < n;) {
		size_t step = text[i] == '\\' ? code_escape(text + i, n - i, &code) : 0;

		if (step) {
			str_addf(out, code < 0x10000 ? "\\u%04x" : "\\u{%x}", code);
			i += step;
			continue;
		}
		if (text[i] == '\\' && text[i + 1] != '\'' && text[i + 1] != '"')
			str_add_char(out, text[i++]);
		else if (text[i] == '\\')
			i++;
		if (text[i] == '"')
			str_add_char(out, '\\');
		str_add_char(out, text[i++]);
	}
	str_add_char(out, '"');
}

void
map_py_repr_quotes(struct str *out, const char *text, size_t n, struct spellings *seen)
{
	for (size_t at = 0; at < n;) {
		size_t len = literal_length(text, n, at), form_at = out->n;

		if (len) {
			literal_add(out, text + at, len);
			spellings_add(seen, text + at, len, out, form_at);
		} else {
			str_add_char(out, text[at]);
			len = 1;
		}
		at += len;
	}
}

/*
 * Wrappers.
 */
enum content { ANY, LITERAL, NUMBER, TRUTH };

static const struct wrapper {
	const char *name;
	enum content content;
} wrappers[] = {
	{ "Some", ANY },
	{ "Ok", ANY },
	{ "String", LITERAL },
	{ "Number", NUMBER },
	{ "Bool", TRUTH },
};

#define DEPTH_MOST 100
#define NO_PARTNER UINT32_MAX

struct unwrap {
	struct str *out;
	const char *text;
	size_t n;
	uint32_t *closes; /* of each opening bracket: where its partner is, on the same line */
	struct spellings *seen;
};

/* Pairs the brackets of every line, those inside literals left out. Lines in which they do not
 * nest have none beyond the place where they fail to. */
static void
pair_brackets(struct unwrap *u)
{
	AUTO(mem_free) uint32_t *open = mem_array(u->n + 1, sizeof *open);
	size_t depth = 0, len;

	memset(u->closes, 0xff, u->n * sizeof *u->closes);
	for (size_t at = 0; at < u->n; at += len ? len : 1) {
		char c = u->text[at], partner = c == ')' ? '(' : c == ']' ? '[' : '{';

		len = literal_length(u->text, u->n, at);
		if (c == '\n')
			depth = 0;
		else if (c == '(' || c == '[' || c == '{')
			open[depth++] = (uint32_t)at;
		else if (c == ')' || c == ']' || c == '}') {
			if (depth && u->text[open[depth - 1]] == partner)
				u->closes[open[--depth]] = (uint32_t)at;
			else
				depth = 0;
		}
	}
}

static bool
is_truth(const char *text, size_t n)
{
	return (n == 4 && memcmp(text, "true", 4) == 0) ||
	       (n == 5 && memcmp(text, "false", 5) == 0);
}

static bool
fits(const struct unwrap *u, enum content content, size_t from, size_t end)
{
	AUTO(str_done) struct str ignored = { 0 };
	const char *text = u->text + from;

	switch (content) {
	case ANY:
		return end > from && text[0] != ' ' && u->text[end - 1] != ' ';
	case LITERAL:
		return *text == '"' && literal_length(u->text, u->n, from) == end - from;
	case NUMBER:
		return decimal_add(&ignored, text, end - from);
	case TRUTH:
		return is_truth(text, end - from);
	}
	return false;
}

/* The wrapper at text[at], and where its closing bracket is; NULL: none is there. */
static const struct wrapper *
wrapper_at(const struct unwrap *u, size_t at, size_t *closes)
{
	if (!value_may_begin(u->text, at))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++) {
		const struct wrapper *w = &wrappers[i];
		size_t len = strlen(w->name);

		if (u->n - at <= len || memcmp(u->text + at, w->name, len) != 0 ||
			u->text[at + len] != '(' || u->closes[at + len] == NO_PARTNER)
			continue;
		*closes = u->closes[at + len];
		if (value_may_end(u->text, u->n, *closes + 1) &&
			fits(u, w->content, at + len + 1, *closes))
			return w;
	}
	return NULL;
}

/* around: the wrapper that holds text[from … end) and nothing else; NULL: none does. One of the
 * same name right inside stays: an option in an option is not an option. */
static void
unwrap(struct unwrap *u, size_t from, size_t end, const struct wrapper *around, unsigned depth)
{
	for (size_t at = from, len; at < end; at += len) {
		size_t closes = 0, inner;
		const struct wrapper *w;
		bool stays;

		len = literal_length(u->text, u->n, at);
		w = len || depth == DEPTH_MOST ? NULL : wrapper_at(u, at, &closes);
		if (!w) {
			len = len ? MIN(len, end - at) : 1;
			str_add_n(u->out, u->text + at, len);
			continue;
		}
		inner = at + strlen(w->name) + 1;
		len = closes + 1 - at;
		stays = w == around && at == from && closes + 1 == end;
		if (stays)
			str_add_n(u->out, u->text + at, inner - at);
		else
			spellings_add(u->seen, u->text + at, len, u->out, u->out->n);
		unwrap(u, inner, closes, w, depth + 1);
		if (stays)
			str_add_char(u->out, ')');
	}
}

void
map_debug_wrapper(struct str *out, const char *text, size_t n, struct spellings *seen)
{
	AUTO(mem_free) uint32_t *closes = mem_array(n + 1, sizeof *closes);
	struct unwrap u = { out, text, n, closes, seen };

	if (n >= NO_PARTNER) { /* far beyond what is kept of any text */
		str_add_n(out, text, n);
		return;
	}
	pair_brackets(&u);
	unwrap(&u, 0, n, NULL, 0);
}
