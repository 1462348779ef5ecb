/* SPDX-License-Identifier: MIT */
/* fuzz_toml.c - any bytes: a tree whose every node has a place, or an error with one */

#include "base/toml.h"

#include <string.h>

static void
check(const struct toml *node)
{
	size_t n = 0;

	for (const struct toml *child = node->first; child; child = child->next, n++) {
		assert(child->parent == node);
		assert(child->at.row && child->at.column && child->at.width && child->at.line);
		if (node->kind == TOML_TABLE) {
			assert(child->key && strlen(child->key) <= child->n_key);
			assert(child->key_at.row && child->key_at.line);
		}
		check(child);
	}
	if (node->kind == TOML_TABLE || node->kind == TOML_ARRAY)
		assert(n == node->n);
	if (node->kind == TOML_STRING)
		assert(node->text[node->n] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err err = { 0 };
	struct toml *root = NULL;

	if (toml_parse(&root, arena, "fuzz", (const char *)data, n, &err) < 0)
		assert(!root && err.text && err.place);
	else
		check(root);
	err_done(&err);
	return 0;
}
