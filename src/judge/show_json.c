/* SPDX-License-Identifier: MIT */
/* show_json.c - two JSON documents compared value by value, whatever their blanks and key order
 */

#include "judge/show.h"

#include "base/json.h"
#include "base/str.h"

#include <string.h>

#define MOST_VALUES 12
#define LARGEST (128 << 10) /* looking up keys is quadratic */

struct walk {
	struct str out;
	struct str path;
	size_t n; /* values that differ */
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

static void
report(struct walk *w, const struct json *wanted, const struct json *found)
{
	if (w->n++ >= MOST_VALUES)
		return;
	str_add(&w->out, str_text(&w->path));
	str_add(&w->out, ": wanted ");
	add_short(&w->out, wanted);
	str_add(&w->out, ", found ");
	add_short(&w->out, found);
	str_add_char(&w->out, '\n');
}

static void
add_key(struct str *path, const char *key)
{
	str_add_char(path, '.');
	str_add_printable(path, key, MIN(strlen(key), (size_t)60));
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
		str_addf(&w->path, "[%zu]", i);
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

static void
compare_arrays(struct walk *w, const struct json *wanted, const struct json *found)
{
	const struct json *a = wanted->first, *b = found->first;

	for (size_t i = 0; a || b; i++) {
		compare_below(w, a, b, i);
		a = a ? a->next : NULL;
		b = b ? b->next : NULL;
	}
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

const char *
show_json_diff(struct arena *arena, const char *wanted, size_t n_wanted, const char *found,
	size_t n_found)
{
	AUTO(arena_free) struct arena *scratch = arena_new();
	struct json *a = parse(scratch, wanted, n_wanted);
	struct json *b = a ? parse(scratch, found, n_found) : NULL;
	struct walk w = { 0 };
	char *text;

	if (!b)
		return NULL;
	str_add_char(&w.path, '$');
	compare(&w, a, b);
	if (!w.n)
		str_add(&w.out, "the same JSON values, written differently\n");
	else if (w.n > MOST_VALUES)
		str_addf(&w.out, "… %zu values differ in all\n", w.n);
	text = arena_strdup(arena, str_text(&w.out));
	str_done(&w.out);
	str_done(&w.path);
	return text;
}
