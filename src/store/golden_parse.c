/* SPDX-License-Identifier: MIT */
/*
 * golden_parse.c - the text of a golden, strictly: what is not exactly right is an error with
 * its line
 *
 * Line by line: a header, effects in canonical order, below an effect the lines of its long
 * texts, an end with the number of lines. Memory grows with the golden, not with its JSON.
 */

#include "store/golden.h"

#include "base/digest.h"
#include "base/json.h"
#include "store/fields.h"
#include "store/golden_line.h"

#include <stdlib.h>
#include <string.h>

/* A version: of the format, or of the tables that give the words their meaning. Goldens with
 * older words are read, for `migrate`; comparing refuses them. */
static int
expect_version(struct parser *p, const struct json **at, const char *name, uint32_t oldest,
	uint32_t ours, uint32_t *out)
{
	const struct json *j;

	if (line_expect(p, at, name, &j) < 0 || line_u32(p, j, UINT32_MAX, out) < 0)
		return -1;
	if (*out >= oldest && *out <= ours)
		return 0;
	err_at(p->err, line_place_of(p, j), "'%s': %u, this program works with %u", name, *out,
		ours);
	return *out > ours ? err_hint(p->err, "use the version of renacer-gate that recorded "
					      "it, or a newer one")
			   : err_hint(p->err, "record it again: renacer-gate record");
}

static int
expect_profile(struct parser *p, const struct json **at)
{
	const struct json *j = *at;
	const char *name;

	if (line_expect_text(p, at, "profile", &name) < 0)
		return -1;
	for (int i = 0; i < N_PROFILES; i++)
		if (strcmp(profile_names[i], name) == 0) {
			p->golden->profile = (enum profile)i;
			return 0;
		}
	return err_at(p->err, line_place_of(p, j), "unknown profile '%s'", name);
}

static int
expect_fingerprint(struct parser *p, const struct json **at)
{
	struct fingerprint *f = &p->golden->fingerprint;
	const struct json *j;

	if (line_expect(p, at, "fingerprint", &j) < 0)
		return -1;
	if (j->kind != JSON_OBJECT)
		return line_wrong_kind(p, j, "an object");
	j = j->first;
	if (line_expect_text(p, &j, "arch", &f->arch) < 0 ||
		line_expect_text(p, &j, "libc", &f->libc) < 0 ||
		line_expect_text(p, &j, "interpreter", &f->interpreter) < 0 ||
		line_expect_text(p, &j, "build_id", &f->build_id) < 0)
		return -1;
	return line_expect_end(p, j);
}

/* Names that vary; a golden without any does not have the key. */
static int
take_temps(struct parser *p, const struct json **at)
{
	const struct json *j = *at;
	const char **list;

	if (!j || strcmp(j->key, "temps") != 0)
		return 0;
	if (line_expect(p, at, "temps", &j) < 0 || line_list(p, j, &list) < 0)
		return -1;
	p->golden->temps = list;
	while (list[p->golden->n_temps])
		p->golden->n_temps++;
	return 0;
}

static int
parse_header(struct parser *p, const struct json *at)
{
	struct golden *g = p->golden;
	const struct json *j;
	const char **argv = NULL;

	if (expect_version(p, &at, "renacer_golden", GOLDEN_FORMAT, GOLDEN_FORMAT, &g->format) <
			0 ||
		expect_version(p, &at, "tables", 1, TABLE_VERSION, &g->table) < 0 ||
		line_expect_text(p, &at, "target", &g->target) < 0 ||
		line_expect(p, &at, "argv", &j) < 0 || line_list(p, j, &argv) < 0 ||
		expect_profile(p, &at) < 0 || line_expect(p, &at, "runs", &j) < 0 ||
		line_u32(p, j, UINT32_MAX, &g->n_runs) < 0 || expect_fingerprint(p, &at) < 0 ||
		take_temps(p, &at) < 0)
		return -1;
	g->argv = argv;
	p->has_header = true;
	return line_expect_end(p, at);
}

static int
set_value(struct parser *p, const struct json *j, struct value *v)
{
	const char **list;

	switch (j->kind) {
	case JSON_TEXT:
		v->kind = VALUE_TEXT;
		return line_text(p, j, &v->text);
	case JSON_NULL: /* its lines follow */
		v->kind = VALUE_TEXT;
		v->text = NULL;
		return 0;
	case JSON_INT:
		if (j->is_unsigned)
			return err_at(
				p->err, line_place_of(p, j), "'%s': beyond 63 bits", j->key);
		v->kind = VALUE_NUMBER;
		v->number = j->integer;
		return 0;
	case JSON_BOOL:
		v->kind = VALUE_BOOL;
		v->number = j->truth;
		return 0;
	case JSON_ARRAY:
		v->kind = VALUE_LIST;
		v->n_list = j->n;
		if (line_list(p, j, &list) < 0)
			return -1;
		v->list = list;
		return 0;
	default:
		return line_wrong_kind(p, j, "text, a whole number, a truth value or a list");
	}
}

static int
unknown_field(struct parser *p, const struct json *j)
{
	const char *near = field_near(j->key);

	err_at(p->err, line_place_of(p, j), "unknown field '%s'", j->key);
	return near ? err_hint(p->err, "did you mean '%s'?", near) : -1;
}

static int
add_values(struct parser *p, struct effect *e, const struct json *at)
{
	struct arena *arena = p->golden->arena;
	size_t n = 0, last = 0;

	for (const struct json *j = at; j; j = j->next)
		n++;
	e->values = arena_array(arena, n, sizeof *e->values);
	for (; at; at = at->next) {
		struct value *v = &e->values[e->n_values];
		size_t i = field_place(at->key);

		if (i == n_fields)
			return unknown_field(p, at);
		if (e->n_values++ && i < last)
			return err_at(p->err, line_place_of(p, at),
				"field '%s' must stand before '%s'", at->key,
				fields[last].name);
		last = i;
		v->name = arena_intern(arena, at->key, strlen(at->key));
		if (set_value(p, at, v) < 0)
			return -1;
		if (!field_takes(&fields[i], v))
			return err_at(p->err, line_place_of(p, at), "'%s' cannot be %s",
				at->key, line_kind_name(at));
	}
	return 0;
}

/* Effects stand in the one order that golden_sort() makes, none twice. */
static int
check_order(struct parser *p, const struct effect *e)
{
	const struct golden *g = p->golden;
	const struct effect *before = g->n_effects > 1 ? e - 1 : NULL;
	int c = 0;

	if (before)
		c = before->kind != e->kind
			    ? (e->kind > before->kind) - (e->kind < before->kind)
			    : strcmp(e->key, before->key);
	if (!before || c > 0 || (c == 0 && e->kind == EFFECT_CALL))
		return 0;
	if (c == 0)
		return err_at(p->err, line_place(p, 0, 1),
			"%s '%s' stands here twice (line %u)", effect_kind_names[e->kind],
			e->key, before->line);
	return err_at(p->err, line_place(p, 0, 1),
		"%s '%s' must stand before %s '%s' (line %u)", effect_kind_names[e->kind],
		e->key, effect_kind_names[before->kind], before->key, before->line);
}

static int
find_kind(struct parser *p, const struct json *j, enum effect_kind *out)
{
	const char *name;

	if (line_text(p, j, &name) < 0)
		return -1;
	for (int i = 0; i < N_EFFECT_KINDS; i++)
		if (strcmp(effect_kind_names[i], name) == 0) {
			*out = (enum effect_kind)i;
			return 0;
		}
	return err_at(p->err, line_place_of(p, j), "unknown kind of effect '%s'", name);
}

/* The next text whose lines are to come. */
static void
find_open(struct parser *p, struct value *from)
{
	struct golden *g = p->golden;
	struct effect *e = g->n_effects ? &g->effects[g->n_effects - 1] : NULL;

	p->open = NULL;
	for (; e && from < e->values + e->n_values && !p->open; from++)
		if (from->kind == VALUE_TEXT && !from->text)
			p->open = from;
	str_clear(&p->text);
	p->n_lines = 0;
}

static int
parse_effect(struct parser *p, const struct json *at)
{
	struct golden *g = p->golden;
	struct effect *e;
	enum effect_kind kind = EFFECT_EXIT;
	const char *key;

	if (find_kind(p, at, &kind) < 0)
		return -1;
	at = at->next;
	if (line_expect_text(p, &at, "key", &key) < 0)
		return -1;
	e = golden_add(g, kind, key);
	e->line = p->row;
	e->n_runs = g->n_runs;
	if (at && strcmp(at->key, "runs") == 0) {
		if (g->n_runs < 2)
			return err_at(p->err, line_place_of(p, at),
				"'runs' in a golden of one recording");
		if (line_u32(p, at, g->n_runs - 1, &e->n_runs) < 0)
			return -1;
		at = at->next;
	}
	if (add_values(p, e, at) < 0 || check_order(p, e) < 0)
		return -1;
	find_open(p, e->values);
	return 0;
}

/* Every line of a text but its last ends in a newline, and has no other. */
static int
parse_text(struct parser *p, const struct json *at)
{
	const char *newline, *text;

	if (line_text(p, at, &text) < 0 || line_expect_end(p, at->next) < 0)
		return -1;
	if (p->n_lines && p->text.data[p->text.n - 1] != '\n')
		return err_at(p->err, line_place(p, 0, 1),
			"the line above does not end in \\n, so no line of '%s' can follow",
			at->key);
	newline = strchr(text, '\n');
	if (!*text || (newline && newline[1]))
		return err_at(p->err, line_place_of(p, at), "'%s': expected one line", at->key);
	str_add(&p->text, text);
	p->n_lines++;
	return 0;
}

/* The open text has all its lines: something else follows. */
static int
finish_text(struct parser *p)
{
	struct value *v = p->open;

	if (p->n_lines < 2)
		return err_at(p->err, line_place(p, 0, 1),
			"expected a line of '%s' (two at least): {\"%s\":\"…\"}", v->name,
			v->name);
	v->text = arena_strdup(p->golden->arena, str_text(&p->text));
	find_open(p, v + 1);
	return 0;
}

/* What people read must be what is compared: the text is the one that the digest stands for. */
static int
check_content(struct parser *p, const struct effect *e)
{
	const struct value *text = effect_value(e, "text");
	const struct value *digest = effect_value(e, "digest");
	const struct value *sum = effect_value(e, "sha256");
	struct digest join = { 0 };
	struct sha256 sha;
	char join_hex[DIGEST_HEX], sha_hex[SHA256_HEX];

	if (!text || text->kind != VALUE_TEXT || (!digest && !sum))
		return 0;
	digest_add(&join, text->text, strlen(text->text));
	digest_hex(&join, join_hex);
	sha256_init(&sha);
	sha256_add(&sha, text->text, strlen(text->text));
	sha256_done(&sha, sha_hex);
	if ((!digest || strcmp(digest->text, join_hex) == 0) &&
		(!sum || strcmp(sum->text, sha_hex) == 0))
		return 0;
	err_at(p->err, (struct pos){ .file = p->name, .row = e->line, .column = 1 },
		"%s '%s': its '%s' is not that of its text", effect_kind_names[e->kind], e->key,
		digest ? "digest" : "sha256");
	return err_hint(p->err, "a text cannot be edited by itself: record the target again");
}

/* The number of lines above: a part that got lost in a merge or an edit is noticed. */
static int
parse_end(struct parser *p, const struct json *at)
{
	if (at->kind != JSON_INT)
		return line_wrong_kind(p, at, "a whole number");
	if (line_expect_end(p, at->next) < 0)
		return -1;
	if (at->is_unsigned || at->integer != p->row - 1) {
		err_at(p->err, line_place_of(p, at), "%lld lines announced, %u are here",
			(long long)at->integer, p->row - 1);
		return err_hint(p->err,
			"lines are missing or were added; if that is meant, write {\"end\":%u}",
			p->row - 1);
	}
	if (p->golden->n_effects == 0)
		return err_at(
			p->err, line_place(p, 0, 1), "a golden without effects says nothing");
	p->has_end = true;
	for (size_t i = 0; i < p->golden->n_effects; i++)
		if (check_content(p, &p->golden->effects[i]) < 0)
			return -1;
	return 0;
}

static int
parse_object(struct parser *p, const struct json *at)
{
	if (!p->has_header)
		return parse_header(p, at);
	if (p->open && strcmp(at->key, p->open->name) == 0)
		return parse_text(p, at);
	while (p->open)
		if (finish_text(p) < 0)
			return -1;
		else if (p->open && strcmp(at->key, p->open->name) == 0)
			return parse_text(p, at);
	if (strcmp(at->key, "effect") == 0 && !p->golden->n_numbers)
		return parse_effect(p, at);
	if (strcmp(at->key, "number") == 0)
		return number_parse(p, at);
	if (strcmp(at->key, "end") == 0)
		return parse_end(p, at);
	err_at(p->err, line_place_of(p, at), "expected %s or the end, found '%s'",
		p->golden->n_numbers ? "a number" : "an effect", at->key);
	return field_place(at->key) < n_fields
		       ? err_hint(p->err,
				 "lines of text stand below an effect that says "
				 "\"%s\":null",
				 at->key)
		       : -1;
}

static int
refuse_conflict(struct parser *p)
{
	static const char *const markers[] = { "<<<<<<<", "|||||||", "=======", ">>>>>>>" };

	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		if (str_has_prefix(p->line, markers[i])) {
			err_at(p->err, line_place(p, 0, 7), "a merge conflict");
			return err_hint(p->err, "take either side as it is, then record the "
						"target again and look at the difference");
		}
	return 0;
}

static int
take_line(struct parser *p)
{
	struct json *object;

	if (p->has_end)
		return err_at(p->err, line_place(p, 0, 1), "a line behind the end");
	if (refuse_conflict(p) < 0)
		return -1;
	if (p->n && p->line[p->n - 1] == '\r') {
		err_at(p->err, line_place(p, p->n - 1, 1), "a line that ends in CR LF");
		return err_hint(p->err, "write '*.golden -text' into .gitattributes and check "
					"the file out again");
	}
	if (strlen(p->line) != p->n)
		return err_at(p->err, line_place(p, strlen(p->line), 1), "a NUL byte");
	if (p->n == 0)
		return err_at(p->err, line_place(p, 0, 1), "an empty line");
	if (!p->has_header && !str_has_prefix(p->line, "{\"renacer_golden\":"))
		return err_at(p->err, line_place(p, 0, 1),
			"not a golden: its first line begins with {\"renacer_golden\":");
	return line_parse(p, &object) < 0 ? -1 : parse_object(p, object->first);
}

static int
parse_lines(struct parser *p, const char *text, size_t n)
{
	AUTO(str_done) struct str line = { 0 };
	const char *end = text + n;
	int rc = 0;

	while (text < end && rc == 0) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		AUTO(arena_free) struct arena *arena = arena_new();

		p->row++;
		p->arena = arena;
		p->n = (size_t)((newline ? newline : end) - text);
		str_clear(&line);
		str_add_n(&line, text, p->n);
		p->line = line.data;
		if (newline || p->has_end)
			rc = take_line(p);
		else if (!p->has_header && take_line(p) < 0)
			rc = -1; /* rather a foreign file than a cut one */
		else
			rc = err_at(p->err, line_place(p, p->n, 1), "cut inside this line");
		if (!newline)
			break;
		text = newline + 1;
	}
	return rc;
}

int
golden_parse(struct golden **out, const char *name, const char *text, size_t n, struct err *err)
{
	AUTO(golden_free) struct golden *g = golden_new();
	struct parser p = { .golden = g, .name = name, .err = err };
	int rc = parse_lines(&p, text, n);

	str_done(&p.text);
	if (rc < 0)
		return -1;
	if (!p.has_end) {
		err_at(err, (struct pos){ .file = name },
			p.row ? "cut: no end after line %u" : "an empty file is no golden",
			p.row);
		return err_hint(err, "restore it (git checkout), or record it again");
	}
	*out = TAKE(g);
	return 0;
}
