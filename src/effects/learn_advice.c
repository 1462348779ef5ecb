/* SPDX-License-Identifier: MIT */
/* learn_advice.c - redactions for what cannot be learned: made up, tried, and only then told */
#include "effects/learn.h"

#include "base/mem.h"
#include "base/regex.h"

#include <string.h>

#define MOST_ROUNDS 5
#define CONTEXT 24 /* bytes of what stands before or behind */
#define WITH "<varies>"

/* What differs of one line, in all recordings. */
struct span {
	const char *const *lines;
	const size_t *n; /* bytes of each, no newline */
	size_t n_runs, before, behind;
};

static bool
is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c >= 0x80;
}

static size_t
common(const struct span *s, bool from_end)
{
	const char *a = s->lines[0];
	size_t most = s->n[0];

	for (size_t r = 1; r < s->n_runs; r++) {
		const char *b = s->lines[r];
		size_t i = 0;

		while (i < MIN(most, s->n[r]) &&
			(from_end ? a[s->n[0] - 1 - i] == b[s->n[r] - 1 - i] : a[i] == b[i]))
			i++;
		most = i;
	}
	return most;
}

/* Only whole words differ. */
static void
find_span(struct span *s)
{
	const char *a = s->lines[0];

	s->before = common(s, false);
	while (s->before && is_word((unsigned char)a[s->before - 1]))
		s->before--;
	s->behind = common(s, true);
	for (size_t r = 0; r < s->n_runs; r++)
		s->behind = MIN(s->behind, s->n[r] - s->before);
	while (s->behind && is_word((unsigned char)a[s->n[0] - s->behind]))
		s->behind--;
}

/* As a pattern that stands for just these bytes; it must fit between single quotes. */
static void
put_escaped(struct str *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f || c == '\'')
			str_addf(out, "\\x%02x", c);
		else if (strchr("\\.^$*+?()[]{}|#", c))
			str_addf(out, "\\%c", c);
		else
			str_add_char(out, (char)c);
	}
}

struct contents {
	bool words_only, has_blanks, can_be_empty, one_length;
};

static struct contents
contents_of(const struct span *s)
{
	struct contents c = { .words_only = true, .one_length = true };

	for (size_t r = 0; r < s->n_runs; r++) {
		size_t n = s->n[r] - s->before - s->behind;

		c.can_be_empty |= n == 0;
		c.one_length &= s->n[r] == s->n[0];
		for (size_t i = 0; i < n; i++) {
			unsigned char b = (unsigned char)s->lines[r][s->before + i];

			c.words_only &= is_word(b) && b < 0x80;
			c.has_blanks |= b == ' ' || b == '\t';
		}
	}
	return c;
}

static void
put_middle(struct str *out, const struct span *s, const struct contents *c)
{
	size_t n = s->n[0] - s->before - s->behind;

	if (!s->before && !s->behind)
		str_addf(out, "[\\w-]{%zu}", n);
	else
		str_addf(out, "%s%s%s",
			c->has_blanks   ? "."
			: c->words_only ? "[\\w-]"
					: "\\S",
			c->can_be_empty ? "*" : "+", c->has_blanks && s->behind ? "?" : "");
}

/* A pattern that finds the span by what stands around it. False: nothing does. */
static bool
put_pattern(struct str *out, const struct span *s)
{
	const char *a = s->lines[0];
	size_t n_before = MIN(s->before, (size_t)CONTEXT);
	size_t n_behind = MIN(s->behind, (size_t)CONTEXT);
	struct contents c = contents_of(s);

	if (!s->before && !s->behind && !(c.words_only && c.one_length))
		return false;
	str_add(out, "(?m)");
	if (s->before) {
		str_addf(out, "(?<=%s", n_before == s->before ? "^" : "");
		put_escaped(out, a + s->before - n_before, n_before);
		str_add_char(out, ')');
	} else {
		str_add_char(out, '^');
	}
	put_middle(out, s, &c);
	if (s->behind && (!s->before || c.has_blanks)) {
		str_add(out, "(?=");
		put_escaped(out, a + s->n[0] - s->behind, n_behind);
		str_addf(out, "%s)", n_behind == s->behind ? "$" : "");
	} else if (!s->behind) {
		str_add_char(out, '$');
	}
	return true;
}

static const char *
line_at(const char *text, size_t row, size_t *n)
{
	for (size_t i = 1; i < row; i++)
		text += strcspn(text, "\n") + 1;
	*n = strcspn(text, "\n");
	return text;
}

static char *
replace_all(struct arena *arena, const struct regex *pattern, const char *text, bool *any)
{
	AUTO(str_done) struct str out = { 0 };
	size_t n = strlen(text), from = 0, start, end;

	while (from <= n && regex_find(pattern, text, n, from, &start, &end, NULL)) {
		*any = true;
		str_add_n(&out, text + from, start - from);
		str_add(&out, WITH);
		if (end == start && end < n)
			str_add_char(&out, text[end]);
		from = end + (end == start);
	}
	str_add_n(&out, text + MIN(from, n), n - MIN(from, n));
	return arena_strdup(arena, str_text(&out));
}

/* Redacts one line's span in all texts; false: no pattern does. */
static bool
redact_line(
	struct arena *arena, const char **texts, size_t n_runs, size_t row, struct str *advice)
{
	const char **lines = arena_array(arena, n_runs, sizeof *lines);
	size_t *n = arena_array(arena, n_runs, sizeof *n);
	struct span span = { lines, n, n_runs, 0, 0 };
	AUTO(str_done) struct str pattern = { 0 };
	AUTO(regex_free) struct regex *regex = NULL;
	struct err err = { 0 };
	bool any = false;

	for (size_t r = 0; r < n_runs; r++)
		lines[r] = line_at(texts[r], row, &n[r]);
	find_span(&span);
	if (!put_pattern(&pattern, &span))
		return false;
	if (regex_new(&regex, pattern.data, &err) < 0) {
		err_done(&err); /* odd bytes in a text: then there is no advice */
		return false;
	}
	for (size_t r = 0; r < n_runs; r++)
		texts[r] = replace_all(arena, regex, texts[r], &any);
	str_addf(advice, "%s{ pattern = '%s', with = \"" WITH "\" }", advice->n ? ", " : "",
		pattern.data);
	return any;
}

const char *
learn_advice(const struct learning *l, const char *const *texts)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str advice = { 0 };
	const char **now = arena_array(arena, l->n_runs, sizeof *now);

	memcpy(now, texts, l->n_runs * sizeof *now);
	for (int round = 0; round <= MOST_ROUNDS; round++) {
		struct learning scratch = {
			.arena = arena, .set = l->set, .runs = l->runs, .n_runs = l->n_runs
		};
		AUTO(str_done) struct str out = { 0 };
		struct unlearned why;
		bool ok = learn_text(&scratch, "", now, &out, &why);

		learning_done(&scratch);
		if (ok)
			return advice.n ? arena_strdup(l->arena, advice.data) : NULL;
		if (!why.row || !redact_line(arena, now, l->n_runs, why.row, &advice))
			return NULL;
	}
	return NULL;
}
