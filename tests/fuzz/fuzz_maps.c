/* SPDX-License-Identifier: MIT */
/*
 * fuzz_maps.c - an output map never equates texts that differ in what it does not name
 *
 * The input is a byte that chooses a map, a byte that says how long the first text is, that
 * text, and edits that make the second one of it. What a map may take away is taken out of both
 * texts in a cruder way; what is left must be equal when the map says so.
 */

#include "judge/output_map.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const words[] = { "true", "True", "false", "False", "\"", "'", "\\", "Some(",
	"Ok(", ")", "1.0", "1", "1e0", "10", "nan", "NaN", "{", "}", "[", "]", ",", ":", " ",
	"\n", "\\n", "\\x41", "\\u0041", "-0", "0", "0.0", "null", "String(", "Number(",
	"Bool(", "a", "B" };

/* Three bytes an edit: where, what, which. */
static void
edit(struct str *out, const struct str *from, const uint8_t *edits, size_t n)
{
	str_add_n(out, str_text(from), from->n);
	for (size_t i = 0; i + 3 <= n; i += 3) {
		AUTO(str_done) struct str tail = { 0 };
		size_t at = edits[i] % (out->n + 1);
		size_t cut = MIN((size_t)(edits[i + 1] & 7), out->n - at);
		const char *word = words[edits[i + 2] % ARRAY_LEN(words)];

		str_add_n(&tail, str_text(out) + at + cut, out->n - at - cut);
		str_cut(out, at);
		str_add(out, edits[i + 1] & 8 ? "" : word);
		str_add_n(out, str_text(&tail), tail.n);
	}
}

/* Bytes that each map may add, take away or change. */
static const char *const free_bytes[N_OUTPUT_MAPS] = {
	[MAP_BOOL_CASE] = "",
	[MAP_PY_REPR_QUOTES] = "'\"\\xuU{}0123456789abcdefABCDEF",
	[MAP_DEBUG_WRAPPER] = "SomeOkStringNumberBool()",
	[MAP_FLOAT_TOLERANCE] = "+-.0123456789eEnaN",
	[MAP_JSON] = " \t\r\n\\/+-.0123456789eEuabcdefABCDEFnrt",
	[MAP_SORTED_LINES] = "",
	[MAP_TRAILING_NEWLINE] = "",
};

static int
compare_bytes(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

static void
put_rest(struct str *out, enum output_map_kind kind, const struct str *s)
{
	size_t n = s->n;

	if (kind == MAP_TRAILING_NEWLINE && n > 1 && s->data[n - 1] == '\n')
		n--;
	for (size_t i = 0; i < n; i++) {
		char c = s->data[i];
		bool is_wide = kind == MAP_JSON && c & 0x80; /* may stand escaped */

		if (kind == MAP_BOOL_CASE && (c == 'T' || c == 'F'))
			c |= 0x20;
		if (!is_wide && (!c || !strchr(free_bytes[kind], c)))
			str_add_char(out, c);
	}
	if (out->n && (kind == MAP_JSON || kind == MAP_SORTED_LINES))
		qsort(out->data, out->n, 1, compare_bytes);
}

static bool
is_equal(const struct str *a, const struct str *b)
{
	return a->n == b->n && (!a->n || memcmp(a->data, b->data, a->n) == 0);
}

/* Does the map make them equal? */
static bool
equates(const struct output_map *map, const struct str *a, const struct str *b, size_t *places)
{
	AUTO(str_done) struct str x = { 0 }, y = { 0 };
	struct output_maps maps = { map, 1 };

	str_add_n(&x, str_text(a), a->n);
	str_add_n(&y, str_text(b), b->n);
	return output_maps_apply(&maps, &x, &y, places);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(str_done) struct str a = { 0 }, b = { 0 }, rest_a = { 0 }, rest_b = { 0 };
	struct output_map map = { .relative = 1e-9 };
	size_t n_text, places = 0;
	bool equal;

	if (n < 2)
		return 0;
	map.kind = (enum output_map_kind)(data[0] % N_OUTPUT_MAPS);
	n_text = MIN((size_t)data[1], n - 2);
	str_add_n(&a, data + 2, n_text);
	edit(&b, &a, data + 2 + n_text, n - 2 - n_text);
	assert(equates(&map, &a, &a, &places) && places == 0);
	equal = equates(&map, &a, &b, &places);
	assert(equates(&map, &b, &a, &places) == equal);
	if (!equal)
		return 0;
	assert(places > 0 || is_equal(&a, &b));
	put_rest(&rest_a, map.kind, &a);
	put_rest(&rest_b, map.kind, &b);
	assert(is_equal(&rest_a, &rest_b));
	return 0;
}
