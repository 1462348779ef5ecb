/* SPDX-License-Identifier: MIT */
/* golden_line.c - one line of a golden's text: its fields, strictly */

#include "store/golden_line.h"

#include <stdlib.h>
#include <string.h>

#define CARET_MAX 150 /* a longer line is shown up to here, its caret left out beyond */

/* The place of byte `offset` of the line. */
struct pos
line_place(struct parser *p, size_t offset, size_t width)
{
	struct pos at = { .file = p->name, .row = p->row, .column = 1, .line = p->line };

	for (size_t i = 0; i < offset && i < p->n; i++)
		at.column += ((uint8_t)p->line[i] & 0xc0) != 0x80;
	at.width = (uint32_t)MIN(width, (size_t)40);
	if (p->n <= CARET_MAX)
		return at;
	at.line = at.column + at.width > CARET_MAX - 20
			  ? NULL
			  : arena_printf(p->arena, "%.*s …", CARET_MAX, p->line);
	return at;
}

/* Where the key of this value stands, or the value itself when it is written oddly. */
struct pos
line_place_of(struct parser *p, const struct json *value)
{
	const char *key = arena_printf(p->arena, "\"%s\"", value->key ? value->key : "");
	size_t n = strlen(key), offset = MIN(value->offset, p->n);

	for (size_t i = offset; value->key && i-- > 0;)
		if (offset - i <= n + 8 && offset - i >= n && memcmp(p->line + i, key, n) == 0)
			return line_place(p, i, n);
	return line_place(p, offset, 1);
}

/* Names are compared as C strings from here on. */
static int
check_keys(struct parser *p, const struct json *object)
{
	for (const struct json *j = object->first; j; j = j->next)
		if ((j->key && strlen(j->key) != j->n_key) || check_keys(p, j) < 0)
			return err_at(p->err, line_place(p, j->offset, 1),
				"a NUL in the name of a field");
	return 0;
}

int
line_parse(struct parser *p, struct json **out)
{
	static const char prefix[] = "byte ";
	const char *text;
	char *rest;
	size_t offset;

	if (json_parse(out, p->arena, p->line, p->n, p->err) == 0) {
		if ((*out)->kind == JSON_OBJECT && (*out)->first)
			return check_keys(p, *out);
		return err_at(p->err, line_place(p, 0, 1), "expected an object with fields");
	}
	/* The parser names the byte; people want the column. */
	text = p->err->text;
	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return err_at(p->err, line_place(p, 0, 1), "%s", arena_strdup(p->arena, text));
	offset = strtoull(text + strlen(prefix), &rest, 10);
	rest = arena_strdup(p->arena, str_has_prefix(rest, ": ") ? rest + 2 : rest);
	return err_at(p->err, line_place(p, offset, 1), "%s", rest);
}

const char *
line_kind_name(const struct json *j)
{
	static const char *const names[] = { [JSON_NULL] = "null",
		[JSON_BOOL] = "a truth value",
		[JSON_INT] = "a whole number",
		[JSON_DOUBLE] = "a fraction",
		[JSON_TEXT] = "text",
		[JSON_ARRAY] = "a list",
		[JSON_OBJECT] = "an object" };

	return names[j->kind];
}

int
line_wrong_kind(struct parser *p, const struct json *j, const char *wanted)
{
	return err_at(p->err, line_place_of(p, j), "'%s': expected %s, found %s", j->key,
		wanted, line_kind_name(j));
}

int
line_text(struct parser *p, const struct json *j, const char **out)
{
	if (j->kind != JSON_TEXT)
		return line_wrong_kind(p, j, "text");
	if (strlen(j->text) != j->n)
		return err_at(p->err, line_place_of(p, j), "'%s': a NUL in the text", j->key);
	*out = arena_strdup(p->golden->arena, j->text);
	return 0;
}

int
line_list(struct parser *p, const struct json *j, const char ***out)
{
	const char **list;
	size_t n = 0;

	if (j->kind != JSON_ARRAY)
		return line_wrong_kind(p, j, "a list of texts");
	list = arena_array(p->golden->arena, j->n + 1, sizeof *list);
	for (const struct json *item = j->first; item; item = item->next) {
		if (item->kind != JSON_TEXT || strlen(item->text) != item->n)
			return err_at(p->err, line_place(p, item->offset, 1),
				"'%s': expected a list of texts, found %s in it", j->key,
				line_kind_name(item));
		list[n++] = arena_strdup(p->golden->arena, item->text);
	}
	*out = list;
	return 0;
}

int
line_u32(struct parser *p, const struct json *j, uint32_t max, uint32_t *out)
{
	if (j->kind != JSON_INT)
		return line_wrong_kind(p, j, "a whole number");
	if (j->is_unsigned || j->integer < 1 || j->integer > max)
		return err_at(
			p->err, line_place_of(p, j), "'%s': expected 1 to %u", j->key, max);
	*out = (uint32_t)j->integer;
	return 0;
}

int
line_expect(struct parser *p, const struct json **at, const char *name, const struct json **out)
{
	const struct json *j = *at;

	if (!j)
		return err_at(p->err, line_place(p, p->n ? p->n - 1 : 0, 1),
			"expected the field '%s', found the end of the line", name);
	if (strcmp(j->key, name) != 0)
		return err_at(p->err, line_place_of(p, j),
			"expected the field '%s', found '%s'", name, j->key);
	*out = j;
	*at = j->next;
	return 0;
}

int
line_expect_text(struct parser *p, const struct json **at, const char *name, const char **out)
{
	const struct json *j;

	return line_expect(p, at, name, &j) < 0 ? -1 : line_text(p, j, out);
}

int
line_expect_end(struct parser *p, const struct json *at)
{
	return at ? err_at(p->err, line_place_of(p, at), "unknown field '%s'", at->key) : 0;
}
