/* SPDX-License-Identifier: MIT */
/*
 * fuzz_json.c - any bytes: what the tree takes is written again and read as the same; the
 * reader gives the same tokens for whole documents and for small blocks
 */

#include "base/json.h"

#include <string.h>

static void
write_tree(struct json_writer *w, const struct json *node)
{
	switch (node->kind) {
	case JSON_NULL:
		json_null(w);
		return;
	case JSON_BOOL:
		json_bool(w, node->truth);
		return;
	case JSON_INT:
		if (node->is_unsigned)
			json_uint(w, (uint64_t)node->integer);
		else
			json_int(w, node->integer);
		return;
	case JSON_DOUBLE:
		json_double(w, node->number);
		return;
	case JSON_TEXT:
		json_text_n(w, node->text, node->n);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	json_begin(w, node->kind == JSON_OBJECT ? '{' : '[');
	for (const struct json *child = node->first; child; child = child->next) {
		if (node->kind == JSON_OBJECT)
			json_key(w, child->key);
		write_tree(w, child);
	}
	json_end(w, node->kind == JSON_OBJECT ? '}' : ']');
}

static bool
can_be_written(const struct json *node, unsigned depth)
{
	if (depth == JSON_DEPTH)
		return false;
	for (const struct json *child = node->first; child; child = child->next)
		if ((child->key && strlen(child->key) != child->n_key) ||
			!can_be_written(child, depth + 1))
			return false;
	return true;
}

static void
check_round_trip(const struct json *root)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str first = { 0 }, second = { 0 };
	struct json_writer w = { .out = &first, .indent = 1 },
			   v = { .out = &second, .indent = 1 };
	struct err err = { 0 };
	struct json *again = NULL;

	if (!can_be_written(root, 0))
		return;
	write_tree(&w, root);
	if (json_parse(&again, arena, first.data, first.n, &err) < 0)
		assert(!"what was written is not JSON");
	write_tree(&v, again);
	assert(first.n == second.n && memcmp(first.data, second.data, first.n) == 0);
}

static void
add_tokens(struct str *out, const uint8_t *data, size_t n, size_t block)
{
	AUTO(json_reader_free) struct json_reader *r = json_reader_new();
	struct err err = { 0 };
	enum json_token token;
	size_t fed = 0;

	do {
		const char *text;
		size_t n_text, part = MIN(block, n - fed);

		token = json_reader_next(r, &text, &n_text, &err);
		if (token == JSON_MORE) {
			json_reader_feed(r, (const char *)data + fed, part, fed + part == n);
			fed += part;
			continue;
		}
		str_addf(out, "%d@%llu", token, (unsigned long long)json_reader_offset(r));
		if (token == JSON_KEY || token == JSON_STRING || token == JSON_NUMBER)
			str_add_n(out, text, n_text);
	} while (token != JSON_DONE && token != JSON_ERROR);
	str_add(out, err.text ? err.text : "");
	err_done(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str whole = { 0 }, parts = { 0 };
	struct err err = { 0 };
	struct json *root = NULL;

	if (json_parse(&root, arena, (const char *)data, n, &err) < 0)
		assert(err.text);
	else
		check_round_trip(root);
	err_done(&err);
	add_tokens(&whole, data, n, n + 1);
	add_tokens(&parts, data, n, n % 7 + 1);
	assert(whole.n == parts.n && memcmp(whole.data, parts.data, whole.n) == 0);
	return 0;
}
