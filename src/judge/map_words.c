/* SPDX-License-Identifier: MIT */
/* map_words.c - bool_case: True and true, False and false, where they stand as values */

#include "judge/output_map_inner.h"

#include <string.h>

static bool
is_one_of(const char *set, char c)
{
	return c && strchr(set, c);
}

/* Behind "::" nothing is a value: it is the rest of a path. */
bool
value_may_begin(const char *text, size_t at)
{
	if (at == 0)
		return true;
	if (text[at - 1] == ':')
		return at < 2 || text[at - 2] != ':';
	return is_one_of(" \t\r\n([{<,=|;", text[at - 1]);
}

/* A stop or a colon ends a value when nothing follows that they could join it to. */
bool
value_may_end(const char *text, size_t n, size_t at)
{
	if (at >= n || is_one_of(" \t\r\n)]}>,|;", text[at]))
		return true;
	if (!is_one_of(".!?:", text[at]))
		return false;
	return at + 1 >= n || is_one_of(" \t\r\n", text[at + 1]) ||
	       (text[at] == ':' && text[at + 1] != ':');
}

struct word {
	const char *text;
	const char *form;
};

static const struct word words[] = {
	{ "True", "true" },
	{ "true", "true" },
	{ "False", "false" },
	{ "false", "false" },
};

static const struct word *
word_at(const char *text, size_t n, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].text);

		if (n - at >= len && memcmp(text + at, words[i].text, len) == 0 &&
			value_may_end(text, n, at + len))
			return &words[i];
	}
	return NULL;
}

void
map_bool_case(struct str *out, const char *text, size_t n, struct spellings *seen)
{
	size_t from = 0, form_at;

	for (size_t at = 0; at < n; at++) {
		const struct word *w;

		if (!is_one_of("TtFf", text[at]) || !value_may_begin(text, at))
			continue;
		w = word_at(text, n, at);
		if (!w)
			continue;
		str_add_n(out, text + from, at - from);
		form_at = out->n;
		str_add(out, w->form);
		spellings_add(seen, text + at, strlen(w->text), out, form_at);
		at += strlen(w->text) - 1;
		from = at + 1;
	}
	str_add_n(out, text + from, n - from);
}
