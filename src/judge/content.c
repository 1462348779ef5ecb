/* SPDX-License-Identifier: MIT */
/* content.c - which bytes an effect holds: told by size, digest, text or hex, seldom by all */

#include "judge/content.h"

#include "base/str.h"
#include "judge/misfit.h"
#include "judge/say.h"
#include "judge/show.h"

#include <inttypes.h>
#include <string.h>

enum meaning { MEANS_SIZE, MEANS_DIGEST, MEANS_BYTES };

static const struct content_field {
	const char *name;
	enum meaning meaning;
} fields[] = {
	{ "size", MEANS_SIZE },
	{ "bytes", MEANS_SIZE },
	{ "bytes_sent", MEANS_SIZE },
	{ "bytes_received", MEANS_SIZE },
	{ "opaque_bytes", MEANS_SIZE },
	{ "sha256", MEANS_DIGEST },
	{ "digest", MEANS_DIGEST },
	{ "text", MEANS_BYTES },
	{ "hex", MEANS_BYTES },
	{ "text_kept", MEANS_BYTES },
};

bool
content_is_field(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

/* The content value with that meaning, NULL when absent. */
static const struct value *
find(const struct effect *e, enum meaning meaning)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct value *v = effect_value(e, fields[i].name);

		if (v && fields[i].meaning == meaning)
			return v;
	}
	return NULL;
}

int64_t
content_size(const struct effect *e)
{
	const struct value *v = find(e, MEANS_SIZE);

	if (v && v->kind == VALUE_NUMBER)
		return v->number;
	v = effect_value(e, "text");
	return v && v->kind == VALUE_TEXT ? (int64_t)strlen(v->text) : -1;
}

bool
content_is_empty(const struct effect *e)
{
	return content_size(e) == 0;
}

bool
content_is_known(const struct effect *e)
{
	return find(e, MEANS_DIGEST) || find(e, MEANS_BYTES);
}

/* Both have the same digest by the same method. */
static bool
have_equal_digests(const struct effect *a, const struct effect *b)
{
	const struct value *x = find(a, MEANS_DIGEST), *y = find(b, MEANS_DIGEST);

	return x && y && value_is_equal(x, y);
}

bool
content_is_equal(const struct effect *a, const struct effect *b)
{
	if (!a || !b)
		return (!a || content_is_empty(a)) && (!b || content_is_empty(b));
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct value *x = effect_value(a, fields[i].name);
		const struct value *y = effect_value(b, fields[i].name);

		if (x && y && say_is_open(x, y))
			continue;
		if (x && y && !value_is_equal(x, y))
			return false;
		if (!x != !y && !(fields[i].meaning == MEANS_BYTES && have_equal_digests(a, b)))
			return false;
	}
	return true;
}

const char *
content_size_words(struct arena *arena, const struct effect *e)
{
	int64_t n = content_size(e);

	if (n < 0)
		return "an unknown number of bytes";
	return arena_printf(arena, "%" PRId64 " byte%s", n, n == 1 ? "" : "s");
}

/* The first line that says something: a panic of Rust begins with an empty one. */
static const char *
first_line(const char *text)
{
	const char *line = text + strspn(text, " \t\r\n");

	while (line > text && line[-1] != '\n')
		line--;
	return *line ? line : text;
}

const char *
content_short(struct arena *arena, const struct effect *e)
{
	const struct value *text = effect_value(e, "text");
	const char *line;

	if (text && text->kind == VALUE_TEXT) {
		line = first_line(text->text);
		return show_quoted(arena, line, strcspn(line, "\n"), 0, 60);
	}
	return content_size_words(arena, e);
}

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = effect_value(e, name);

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

static void
explain_texts(struct difference *d, struct arena *arena, const char *thing, const char *wanted,
	const char *found)
{
	size_t n_wanted = strlen(wanted), n_found = strlen(found);
	struct json_diff json;
	struct parting p;
	bool is_json = show_json_diff(&json, arena, wanted, n_wanted, found, n_found);

	show_parting(&p, arena, wanted, n_wanted, found, n_found);
	d->wanted = p.wanted;
	d->found = p.found;
	if (is_json && json.n)
		d->sentence = arena_printf(arena, "%s: %s%s", thing, json.first,
			json.n == 1 ? ""
				    : arena_printf(arena, " (and %zu more value%s)", json.n - 1,
					      json.n == 2 ? "" : "s"));
	else
		d->sentence = arena_printf(arena, "%s: %s%s", thing,
			is_json ? "the same JSON values, written differently: " : "", p.words);
	d->detail = arena_printf(arena, "%s%s", is_json && json.n > 1 ? json.text : "",
		show_text_diff(arena, wanted, n_wanted, found, n_found));
}

static void
explain_hex(struct difference *d, struct arena *arena, const char *thing, const char *wanted,
	const char *found)
{
	size_t first;

	d->detail = show_hex_diff(arena, wanted, found, &first);
	d->wanted = first < strlen(wanted) / 2
			    ? arena_printf(arena, "0x%.2s", wanted + 2 * first)
			    : "the end";
	d->found = first < strlen(found) / 2 ? arena_printf(arena, "0x%.2s", found + 2 * first)
					     : "the end";
	d->sentence = arena_printf(arena, "%s: byte %zu differs: wanted %s, found %s", thing,
		first + 1, d->wanted, d->found);
}

static bool
is_hex(const char *text)
{
	return text && strlen(text) % 2 == 0 &&
	       strspn(text, "0123456789abcdef") == strlen(text);
}

/* The bytes as hexadecimal digits, from whichever form is there; NULL: from neither. */
static const char *
hex_of(struct arena *arena, const struct effect *e)
{
	const char *text = text_of(e, "text"), *hex = text_of(e, "hex");
	AUTO(str_done) struct str s = { 0 };

	if (hex)
		return is_hex(hex) ? hex : NULL;
	if (!text)
		return NULL;
	for (; *text; text++)
		str_addf(&s, "%02x", (unsigned char)*text);
	return arena_strdup(arena, str_text(&s));
}

static const char *
digest_words(struct arena *arena, const struct effect *e)
{
	const struct value *v = find(e, MEANS_DIGEST);

	if (!v || v->kind != VALUE_TEXT)
		return "content not known";
	return arena_printf(
		arena, "%s %.16s%s", v->name, v->text, strlen(v->text) > 16 ? "…" : "");
}

/* Only sizes and digests are left to tell. */
static void
explain_sizes(struct difference *d, struct arena *arena, const char *thing,
	const struct effect *golden, const struct effect *run)
{
	if (content_size(golden) != content_size(run)) {
		d->wanted = content_size_words(arena, golden);
		d->found = content_size_words(arena, run);
		d->sentence = arena_printf(
			arena, "%s: %s, the golden has %s", thing, d->found, d->wanted);
		return;
	}
	d->wanted = digest_words(arena, golden);
	d->found = digest_words(arena, run);
	d->sentence = arena_printf(arena,
		"%s: other content of the same size (%s): %s, the "
		"golden has %s",
		thing, content_size_words(arena, run), d->found, d->wanted);
}

void
content_explain(struct difference *d, struct arena *arena, const struct effect *golden,
	const struct effect *run)
{
	const char *thing = say_thing(arena, run);
	const char *wanted = text_of(golden, "text"), *found = text_of(run, "text");
	const char *wanted_hex = hex_of(arena, golden), *found_hex = hex_of(arena, run);

	d->class = DIFF_BYTES;
	d->field = "content";
	if (wanted && found && strcmp(wanted, found) != 0) {
		const char *misfit = effect_value(golden, "holes")
					     ? misfit_words(arena, wanted, found)
					     : NULL;

		explain_texts(d, arena, thing, wanted, found);
		if (misfit)
			d->sentence = arena_printf(arena, "%s: %s", thing, misfit);
	} else if (wanted_hex && found_hex && strcmp(wanted_hex, found_hex) != 0)
		explain_hex(d, arena, thing, wanted_hex, found_hex);
	else
		explain_sizes(d, arena, thing, golden, run);
}
