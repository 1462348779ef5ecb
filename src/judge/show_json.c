/* SPDX-License-Identifier: MIT */
/* show_json.c - two JSON documents compared value by value, whatever their blanks and key order
 */

#include "judge/show.h"

#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "judge/align.h"

#include <string.h>

#define MOST_VALUES 12
#define LARGEST (128 << 10) /* looking up keys is quadratic */

struct walk {
	struct str out;
	struct str first; /* what is said of the first */
	struct str path;  /* a JSON pointer */
	size_t n;         /* values that differ */
};

static void
add_short(struct str *out, const struct json *j)
{
	static const char *const names[] = {
		[JSON_NULL] = "null", [JSON_ARRAY] = "an array", [JSON_OBJECT] = "an object"
	};

	if (!j)
		str_add(out, "nothing");
	else if (j->kind == JSON_BOOL)
		str_add(out, j->truth ? "true" : "false");
	else if (j->kind == JSON_INT && j->is_unsigned)
		str_addf(out, "%llu", (unsigned long long)j->integer);
	else if (j->kind == JSON_INT)
		str_addf(out, "%lld", (long long)j->integer);
	else if (j->kind == JSON_DOUBLE)
		str_addf(out, "%.17g", j->number);
	else if (j->kind == JSON_TEXT)
		str_add_quoted(out, j->text, j->n, 60);
	else
		str_addf(out, "%s of %zu", names[j->kind], j->n);
}

/* "/users/3/name: "a" -> "b"", "/users/3: 7 is new", "/users/3: 7 is missing" */
static void
report(struct walk *w, const struct json *wanted, const struct json *found)
{
	size_t start = w->out.n;

	if (w->n++ >= MOST_VALUES)
		return;
	str_add(&w->out, w->path.n ? str_text(&w->path) : "the whole");
	str_add(&w->out, ": ");
	add_short(&w->out, wanted ? wanted : found);
	if (wanted && found) {
		str_add(&w->out, " -> ");
		add_short(&w->out, found);
	} else {
		str_add(&w->out, found ? " is new" : " is missing");
	}
	if (w->n == 1)
		str_add(&w->first, w->out.data + start);
	str_add_char(&w->out, '\n');
}

/* A step of a JSON pointer (RFC 6901), printable. */
static void
add_key(struct str *path, const char *key)
{
	AUTO(str_done) struct str shown = { 0 };

	str_add_printable(&shown, key, MIN(strlen(key), (size_t)60));
	str_add_char(path, '/');
	for (const char *p = str_text(&shown); *p; p++) {
		if (*p == '~' || *p == '/')
			str_add(path, *p == '~' ? "~0" : "~1");
		else
			str_add_char(path, *p);
	}
}

static void compare(struct walk *w, const struct json *wanted, const struct json *found);

static void
compare_below(struct walk *w, const struct json *wanted, const struct json *found, size_t i)
{
	size_t before = w->path.n;

	if (wanted && wanted->key)
		add_key(&w->path, wanted->key);
	else if (found && found->key)
		add_key(&w->path, found->key);
	else
		str_addf(&w->path, "/%zu", i);
	if (wanted && found)
		compare(w, wanted, found);
	else
		report(w, wanted, found);
	str_cut(&w->path, before);
}

static void
compare_objects(struct walk *w, const struct json *wanted, const struct json *found)
{
	for (const struct json *j = wanted->first; j; j = j->next)
		compare_below(w, j, json_get(found, j->key), 0);
	for (const struct json *j = found->first; j; j = j->next)
		if (!json_get(wanted, j->key))
			compare_below(w, NULL, j, 0);
}

/* The same text for the same value, whatever its blanks and the order of its keys was. */
static void
add_canonical(struct str *out, const struct json *j)
{
	const struct json *last = NULL;

	if (j->kind != JSON_OBJECT && j->kind != JSON_ARRAY) {
		str_addf(out, "%d ", (int)j->kind);
		if (j->kind == JSON_TEXT)
			str_add_n(out, j->text, j->n);
		else
			add_short(out, j);
		return;
	}
	str_addf(out, "%d %zu(", (int)j->kind, j->n);
	for (size_t i = 0; i < j->n; i++) {
		const struct json *next = NULL;

		/* Quadratic in the keys of one object, as looking them up is. */
		for (const struct json *k = j->kind == JSON_OBJECT ? j->first : NULL; k;
			k = k->next)
			if ((!last || strcmp(k->key, last->key) > 0) &&
				(!next || strcmp(k->key, next->key) < 0))
				next = k;
		if (j->kind == JSON_ARRAY)
			next = last ? last->next : j->first;
		if (!next)
			break;
		str_addf(out, "%s:", j->kind == JSON_OBJECT ? next->key : "");
		add_canonical(out, next);
		str_add_char(out, ',');
		last = next;
	}
	str_add_char(out, ')');
}

struct elements {
	const struct json **items;
	uint32_t *ids;
};

static struct elements
number(struct map *map, const struct json *array)
{
	AUTO(str_done) struct str text = { 0 };
	struct elements e = { mem_array(array->n, sizeof *e.items),
		mem_array(array->n, sizeof *e.ids) };
	size_t i = 0;

	for (const struct json *j = array->first; j; j = j->next, i++) {
		void **slot;

		str_clear(&text);
		add_canonical(&text, j);
		slot = map_slot(map, str_text(&text), text.n);
		if (!*slot)
			*slot = (void *)(uintptr_t)map_count(map);
		e.items[i] = j;
		e.ids[i] = (uint32_t)(uintptr_t)*slot;
	}
	return e;
}

/* Elements that came or went do not make those behind them differ. Places are those of the
 * found side; of what is missing, of the wanted one. */
static void
compare_arrays(struct walk *w, const struct json *wanted, const struct json *found)
{
	AUTO(map_free) struct map *map = map_new();
	struct elements a = number(map, wanted), b = number(map, found);
	AUTO(hunks_done) struct hunks hunks = { 0 };

	align(&hunks, a.ids, wanted->n, b.ids, found->n, 0);
	for (size_t i = 0; i < hunks.n; i++) {
		const struct hunk *h = &hunks.items[i];
		size_t both = MIN(h->n_a, h->n_b);

		for (size_t k = 0; k < both; k++)
			compare_below(w, a.items[h->a + k], b.items[h->b + k], h->b + k);
		for (size_t k = both; k < h->n_a; k++)
			compare_below(w, a.items[h->a + k], NULL, h->a + k);
		for (size_t k = both; k < h->n_b; k++)
			compare_below(w, NULL, b.items[h->b + k], h->b + k);
	}
	mem_free(a.items);
	mem_free(a.ids);
	mem_free(b.items);
	mem_free(b.ids);
}

static bool
is_equal(const struct json *a, const struct json *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return a->truth == b->truth;
	case JSON_INT:
		return a->integer == b->integer && a->is_unsigned == b->is_unsigned;
	case JSON_DOUBLE:
		return a->number == b->number;
	case JSON_TEXT:
		return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
	default:
		return false;
	}
}

static void
compare(struct walk *w, const struct json *wanted, const struct json *found)
{
	if (wanted->kind == JSON_OBJECT && found->kind == JSON_OBJECT)
		compare_objects(w, wanted, found);
	else if (wanted->kind == JSON_ARRAY && found->kind == JSON_ARRAY)
		compare_arrays(w, wanted, found);
	else if (!is_equal(wanted, found))
		report(w, wanted, found);
}

/* NULL: not a JSON object or array. */
static struct json *
parse(struct arena *arena, const char *text, size_t n)
{
	struct json *out = NULL;
	struct err err = { 0 };

	if (n > LARGEST)
		return NULL;
	if (json_parse(&out, arena, text, n, &err) < 0) {
		err_drop(&err); /* then it is shown as text */
		return NULL;
	}
	return out->kind == JSON_OBJECT || out->kind == JSON_ARRAY ? out : NULL;
}

bool
show_json_diff(struct json_diff *out, struct arena *arena, const char *wanted, size_t n_wanted,
	const char *found, size_t n_found)
{
	AUTO(arena_free) struct arena *scratch = arena_new();
	struct json *a = parse(scratch, wanted, n_wanted);
	struct json *b = a ? parse(scratch, found, n_found) : NULL;
	struct walk w = { 0 };

	*out = (struct json_diff){ 0 };
	if (!b)
		return false;
	compare(&w, a, b);
	if (!w.n)
		str_add(&w.out, "the same JSON values, written differently\n");
	else if (w.n > MOST_VALUES)
		str_addf(&w.out, "… %zu values differ in all\n", w.n);
	out->n = w.n;
	out->text = arena_strdup(arena, str_text(&w.out));
	out->first = arena_strdup(arena, str_text(&w.first));
	str_done(&w.out);
	str_done(&w.path);
	str_done(&w.first);
	return true;
}
