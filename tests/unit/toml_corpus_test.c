/* SPDX-License-Identifier: MIT */
/*
 * toml_corpus_test.c - the documents of toml-test for TOML 1.0.0, valid and invalid
 *
 * Wanted values are JSON: a table is an object, an array an array, a scalar an object of type
 * and value, both text. Compared as that project does: floats as numbers, times to the
 * millisecond.
 */

#include "unit/test.h"

#include "base/file.h"
#include "base/json.h"
#include "base/toml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CORPUS "tests/data/toml-test/"
#define N_VALID 210
#define N_INVALID 499

static const char *const tags[] = {
	[TOML_TABLE] = NULL,
	[TOML_ARRAY] = NULL,
	[TOML_STRING] = "string",
	[TOML_INTEGER] = "integer",
	[TOML_FLOAT] = "float",
	[TOML_BOOL] = "bool",
	[TOML_DATETIME] = "datetime",
	[TOML_DATETIME_LOCAL] = "datetime-local",
	[TOML_DATE] = "date-local",
	[TOML_TIME] = "time-local",
};

/* T for t and blank, Z for +00:00, seconds to three digits, cut and not rounded. */
static void
normalise_time(struct str *out, const char *text)
{
	size_t n = strlen(text), fraction = strcspn(text, "."), after;

	for (size_t i = 0; i < MIN(fraction, n); i++)
		str_add_char(out, text[i] == ' ' || text[i] == 't' ? 'T' : text[i]);
	after = fraction;
	if (text[fraction] == '.') {
		size_t digits = strspn(text + fraction + 1, "0123456789");

		for (size_t i = 0; i < 3; i++)
			str_add_char(out, i < digits ? text[fraction + 1 + i] : '0');
		after = fraction + 1 + digits;
		str_add(out, text + after);
	}
	if (str_has_suffix(out->data, "+00:00") || str_has_suffix(out->data, "-00:00")) {
		str_cut(out, out->n - 6);
		str_add_char(out, 'Z');
	}
	if (str_has_suffix(out->data, "z"))
		out->data[out->n - 1] = 'Z';
}

static bool
is_same_float(double number, const char *text)
{
	double wanted = strtod(text, NULL);

	return isnan(wanted) ? isnan(number) : wanted == number;
}

static bool
is_same_time(const char *a, const char *b)
{
	AUTO(str_done) struct str left = { 0 }, right = { 0 };

	normalise_time(&left, a);
	normalise_time(&right, b);
	return strcmp(left.data, right.data) == 0;
}

static bool
is_same_scalar(const struct toml *node, const struct json *json)
{
	const struct json *type = json_get(json, "type"), *value = json_get(json, "value");

	if (!type || !value || !tags[node->kind] || strcmp(type->text, tags[node->kind]) != 0)
		return false;
	switch (node->kind) {
	case TOML_STRING:
		return node->n == value->n && memcmp(node->text, value->text, node->n) == 0;
	case TOML_INTEGER:
		return node->integer == strtoll(value->text, NULL, 10);
	case TOML_FLOAT:
		return is_same_float(node->number, value->text);
	case TOML_BOOL:
		return strcmp(value->text, node->truth ? "true" : "false") == 0;
	default:
		return is_same_time(node->text, value->text);
	}
}

/* Keys may hold NULs, so not toml_get(). */
static const struct toml *
child_of(const struct toml *table, const struct json *wanted)
{
	const struct toml *child = table->first;

	while (child && (child->n_key != wanted->n_key ||
				memcmp(child->key, wanted->key, wanted->n_key) != 0))
		child = child->next;
	return child;
}

static bool
is_same(const struct toml *node, const struct json *json)
{
	const struct toml *element = node->first;

	if (node->kind != TOML_TABLE && node->kind != TOML_ARRAY)
		return is_same_scalar(node, json);
	if (node->n != json->n ||
		json->kind != (node->kind == TOML_TABLE ? JSON_OBJECT : JSON_ARRAY))
		return false;
	for (const struct json *wanted = json->first; wanted; wanted = wanted->next) {
		if (node->kind == TOML_TABLE)
			element = child_of(node, wanted);
		if (!element || !is_same(element, wanted))
			return false;
		element = element->next;
	}
	return true;
}

/* Every node below knows a place inside the document, and its line. */
static void
assert_has_places(const struct toml *node, const char *path, uint32_t n_lines)
{
	for (const struct toml *child = node->first; child; child = child->next) {
		if (!child->at.row || !child->at.column || !child->at.line ||
			child->at.row > n_lines)
			fail_msg("%s: a value without a place", path);
		if (node->kind == TOML_TABLE && (!child->key_at.row || !child->key_at.line))
			fail_msg("%s: key %s without a place", path, child->key);
		assert_has_places(child, path, n_lines);
	}
}

static void
read_corpus_file(struct str *out, const char *path)
{
	struct err err = { 0 };

	str_clear(out);
	str_add(out, "");
	if (file_read(out, path, 0, &err) < 0)
		fail_msg("%s (run from the root of the repository)", err.text);
}

static uint32_t
count_lines(const struct str *s)
{
	uint32_t n = 1;

	for (size_t i = 0; i < s->n; i++)
		n += s->data[i] == '\n';
	return n;
}

static void
check_valid(const char *path)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str text = { 0 }, wanted = { 0 }, json_path = { 0 };
	struct err err = { 0 };
	struct toml *node = NULL;
	struct json *json = NULL;

	str_add_n(&json_path, path, strlen(path) - strlen("toml"));
	str_add(&json_path, "json");
	read_corpus_file(&text, path);
	read_corpus_file(&wanted, json_path.data);
	if (toml_parse(&node, arena, path, text.data, text.n, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	if (json_parse(&json, arena, wanted.data, wanted.n, &err) < 0)
		fail_msg("%s: %s", json_path.data, err.text);
	if (!is_same(node, json))
		fail_msg("%s: not the value of %s", path, json_path.data);
	assert_has_places(node, path, count_lines(&text));
}

static void
check_invalid(const char *path)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str text = { 0 }, place = { 0 };
	struct err err = { 0 };
	struct toml *node = NULL;

	read_corpus_file(&text, path);
	if (toml_parse(&node, arena, path, text.data, text.n, &err) == 0)
		fail_msg("%s: was taken", path);
	str_addf(&place, "%s:", path);
	if (!err.text || !err.place || !str_has_prefix(err.place, place.data) ||
		!strstr(err.place, "^"))
		fail_msg("%s: no place in: %s", path, err.text);
	assert_null(node);
	err_done(&err);
}

/* Runs what the list names below the prefix; returns how many. */
static size_t
each_listed(const char *prefix, void (*check)(const char *path))
{
	AUTO(str_done) struct str list = { 0 };
	char *rest, *line;
	size_t n = 0;

	read_corpus_file(&list, CORPUS "files-toml-1.0.0");
	rest = list.data;
	while ((line = strsep(&rest, "\n"))) {
		AUTO(str_done) struct str path = { 0 };

		if (!str_has_prefix(line, prefix) || !str_has_suffix(line, ".toml"))
			continue;
		str_addf(&path, CORPUS "%s", line);
		check(path.data);
		n++;
	}
	return n;
}

static void
every_valid_document_has_its_value(void **state)
{
	(void)state;
	assert_int_equal(each_listed("valid/", check_valid), N_VALID);
}

static void
every_invalid_document_is_refused_with_a_place(void **state)
{
	(void)state;
	assert_int_equal(each_listed("invalid/", check_invalid), N_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_valid_document_has_its_value),
		cmocka_unit_test(every_invalid_document_is_refused_with_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
