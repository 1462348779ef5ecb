/* SPDX-License-Identifier: MIT */
/* present.c - output that tells when it was made */

#include "gate/present.h"

#include "base/str.h"

#include <string.h>
#include <time.h>

static const struct form {
	const char *format; /* of strftime(3) */
	bool is_minute;
} forms[] = {
	{ "%b %e %H:%M", true },
	{ "%Y-%m-%d %H:%M", true },
	{ "%Y-%m-%dT%H:%M", true },
	{ "%H:%M", true },
	{ "%Y-%m-%d", false },
	{ "%Y/%m/%d", false },
	{ "%Y%m%d", false },
	{ "%d.%m.%Y", false },
	{ "%d/%b/%Y", false },
	{ "%d %b %Y", false },
	{ "%d-%b-%Y", false },
	{ "%e %b %Y", false },
	{ "%b %d, %Y", false },
	{ "%b %e, %Y", false },
	{ "%d %B %Y", false },
	{ "%B %d, %Y", false },
	{ "%a %b %e", false },
	{ "%a %d %b", false },
};

static bool
is_digit_or_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A day with a time behind it, which was the same in all recordings, is not that of a clock. */
static bool
has_time_behind(const char *at)
{
	return *at && strchr(" -_", *at) && is_digit(at[1]) && is_digit(at[2]) &&
	       (at[3] == ':' || is_digit(at[3]));
}

/* Where the word stands, not as a part of a longer one; NULL: nowhere. */
static const char *
find_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		char before = at > text ? at[-1] : ' ', behind = at[n];

		if (!is_digit_or_letter(before) && before != ':' &&
			!is_digit_or_letter(behind) && behind != ':' &&
			!has_time_behind(at + n))
			return at;
	}
	return NULL;
}

static const char *
place_of(struct arena *arena, const struct effect *e, const char *text, const char *at)
{
	size_t row = 1;

	for (const char *p = text; p < at; p++)
		row += *p == '\n';
	return arena_printf(
		arena, "%s%s line %zu", e->kind == EFFECT_STREAM ? "" : "file ", e->key, row);
}

/* Digits for digits, letters for letters: "\d{4}-\d\d-\d\d". */
static const char *
pattern_for(struct arena *arena, const char *text)
{
	AUTO(str_done) struct str s = { 0 };

	str_add(&s, "\\b");
	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			str_add(&s, "\\d");
		else if (is_digit_or_letter(*text))
			str_add(&s, "[A-Za-z]");
		else if (*text == ' ' && text[1] >= '1' && text[1] <= '9' &&
			 !(text[2] >= '0' && text[2] <= '9'))
			str_add(&s, " "), str_add(&s, "[ \\d]?");
		else
			str_addf(&s, "%s%c", strchr(".+*?", *text) ? "\\" : "", *text);
	str_add(&s, "\\b");
	return arena_printf(arena, "{ pattern = '%s', with = \"<date>\" }", s.data);
}

struct search {
	struct arena *arena;
	const struct golden *golden;
	struct present *out;
};

static bool
find_text(const struct search *s, const char *text, bool is_minute)
{
	for (size_t i = 0; i < s->golden->n_effects; i++) {
		const struct effect *e = &s->golden->effects[i];
		const struct value *v = effect_value(e, "text");
		const char *at = v && v->kind == VALUE_TEXT ? find_word(v->text, text) : NULL;

		if (!at)
			continue;
		*s->out = (struct present){ place_of(s->arena, e, v->text, at),
			arena_strdup(s->arena, text), pattern_for(s->arena, text), is_minute };
		return true;
	}
	return false;
}

static bool
find_at(const struct search *s, time_t when, bool is_minute)
{
	struct tm here, utc;
	char text[64];

	localtime_r(&when, &here);
	gmtime_r(&when, &utc);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (forms[i].is_minute != is_minute)
			continue;
		if (strftime(text, sizeof text, forms[i].format, &utc) &&
			find_text(s, text, is_minute))
			return true;
		if (strftime(text, sizeof text, forms[i].format, &here) &&
			find_text(s, text, is_minute))
			return true;
	}
	return false;
}

/* Smaller ones are as likely to be another number. */
#define LEAST_PID 1000

bool
present_find_pid(
	struct present *out, struct arena *arena, const struct golden *golden, pid_t pid)
{
	struct search s = { arena, golden, out };

	if (pid < LEAST_PID || !find_text(&s, arena_printf(arena, "%d", (int)pid), false))
		return false;
	out->redact = "{ pattern = '\\b[1-9]\\d{3,6}\\b', with = \"<parent>\" }";
	return true;
}

bool
present_find(struct present *out, struct arena *arena, const struct golden *golden,
	uint64_t first_s, uint64_t last_s)
{
	struct search s = { arena, golden, out };

	if (!first_s)
		return false;
	/* What tells the minute tells the day as well, and is dealt with by waiting. */
	for (uint64_t t = first_s; t / 60 <= last_s / 60; t += 60)
		if (find_at(&s, (time_t)t, true))
			return true;
	return find_at(&s, (time_t)first_s, false);
}
