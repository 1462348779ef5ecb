/* SPDX-License-Identifier: MIT */
/* json-tree.c - a small document as a tree, on top of the reader */

#include "base/json.h"

#include "base/map.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW_KEYS 8 /* so many are compared with each other; more go into a map */

struct level {
	struct json *node, *last; /* last: its newest child */
};

struct builder {
	struct arena *arena;
	struct json_reader *reader;
	struct level levels[JSON_DEPTH_READ + 1]; /* levels[0]: holds the root */
	unsigned depth;
	const char *key; /* read, its value not yet */
	size_t n_key;
};

static int
fail(const struct builder *b, struct err *err, const char *what, const char *text)
{
	AUTO(str_done) struct str shown = { 0 };

	str_add_printable(&shown, text, strlen(text));
	return err_set(err, "byte %llu: %s '%s'",
		(unsigned long long)json_reader_offset(b->reader), what, str_text(&shown));
}

/* The text is a JSON number; what it is locally called is not asked. */
static bool
read_double(const char *text, double *out)
{
	*out = strtod_l(text, NULL, newlocale(LC_ALL_MASK, "C", NULL));
	return isfinite(*out);
}

static int
set_number(struct builder *b, struct json *node, const char *text, struct err *err)
{
	bool is_integer = !strpbrk(text, ".eE");

	node->kind = is_integer ? JSON_INT : JSON_DOUBLE;
	if (!read_double(text, &node->number))
		return fail(b, err, "number out of range:", text);
	if (!is_integer)
		return 0;
	errno = 0;
	node->integer = strtoll(text, NULL, 10);
	if (errno && *text != '-') {
		errno = 0;
		node->integer = (int64_t)strtoull(text, NULL, 10);
		node->is_unsigned = true;
	}
	return errno ? fail(b, err, "integer beyond 64 bits:", text) : 0;
}

static struct json *
add_node(struct builder *b, enum json_kind kind)
{
	struct json *node = arena_alloc(b->arena, sizeof *node);
	struct level *level = &b->levels[b->depth];

	*node = (struct json){
		.kind = kind,
		.key = b->key,
		.n_key = b->key ? b->n_key : 0,
		.offset = (size_t)json_reader_offset(b->reader),
	};
	b->key = NULL;
	assert(level->node); /* the holder's at depth 0, else that of the bracket */
	if (level->last)
		level->last->next = node;
	else
		level->node->first = node;
	level->last = node;
	level->node->n++;
	return node;
}

static bool
is_key(const struct json *member, const char *key, size_t n)
{
	return member->n_key == n && memcmp(member->key, key, n) == 0;
}

static const char *
key_twice(const struct json *object)
{
	AUTO(map_free) struct map *seen = NULL;

	if (object->n <= FEW_KEYS) {
		for (const struct json *a = object->first; a; a = a->next)
			for (const struct json *c = a->next; c; c = c->next)
				if (is_key(a, c->key, c->n_key))
					return c->key;
		return NULL;
	}
	seen = map_new();
	for (struct json *a = object->first; a; a = a->next) {
		void **slot = map_slot(seen, a->key, a->n_key);

		if (*slot)
			return a->key;
		*slot = a;
	}
	return NULL;
}

static int
leave(struct builder *b, struct err *err)
{
	const struct json *node = b->levels[b->depth--].node;
	const char *key;

	assert(node);
	key = node->kind == JSON_OBJECT ? key_twice(node) : NULL;

	return key ? fail(b, err, "this object has twice the key", key) : 0;
}

static int
take(struct builder *b, enum json_token token, const char *text, size_t n, struct err *err)
{
	struct json *node;

	switch (token) {
	case JSON_BEGIN_OBJECT:
	case JSON_BEGIN_ARRAY:
		node = add_node(b, token == JSON_BEGIN_OBJECT ? JSON_OBJECT : JSON_ARRAY);
		b->levels[++b->depth] = (struct level){ .node = node };
		return 0;
	case JSON_END_OBJECT:
	case JSON_END_ARRAY:
		return leave(b, err);
	case JSON_KEY:
		b->key = arena_strndup(b->arena, text, n);
		b->n_key = n;
		return 0;
	case JSON_STRING:
		node = add_node(b, JSON_TEXT);
		node->text = arena_strndup(b->arena, text, n);
		node->n = n;
		return 0;
	case JSON_NUMBER:
		return set_number(b, add_node(b, JSON_INT), text, err);
	case JSON_TRUE:
	case JSON_FALSE:
		add_node(b, JSON_BOOL)->truth = token == JSON_TRUE;
		return 0;
	case JSON_NIL:
		add_node(b, JSON_NULL);
		return 0;
	default:
		assert(!"the end and errors are the caller's");
		return -1;
	}
}

int
json_parse(struct json **out, struct arena *arena, const char *text, size_t n, struct err *err)
{
	AUTO(json_reader_free) struct json_reader *reader = json_reader_new();
	struct json holder = { .kind = JSON_ARRAY };
	struct builder b = { .arena = arena, .reader = reader };
	enum json_token token;
	const char *token_text;
	size_t token_n;

	b.levels[0].node = &holder;
	json_reader_feed(reader, text, n, true);
	for (;;) {
		token = json_reader_next(reader, &token_text, &token_n, err);
		if (token == JSON_DONE)
			break;
		if (token == JSON_ERROR || take(&b, token, token_text, token_n, err) < 0)
			return -1;
	}
	*out = holder.first;
	return 0;
}

const struct json *
json_get(const struct json *object, const char *key)
{
	size_t n = strlen(key);

	if (!object || object->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *child = object->first; child; child = child->next)
		if (is_key(child, key, n))
			return child;
	return NULL;
}
