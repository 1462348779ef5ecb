/* SPDX-License-Identifier: MIT */
/* clean.c - which characters may be shown */

#include "report/clean.h"

#include <string.h>

static uint32_t
code_point(const char *text, size_t len)
{
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)text[0] & first_bits[len];

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	return c;
}

/* Ranges that are valid UTF-8 and must not come through: C1 controls; marks, embeddings and
 * isolates of the bidirectional algorithm (Unicode annex 9); line and paragraph separators; the
 * byte order mark; the noncharacters that XML 1.0, section 2.2, leaves out. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x80, 0x9f },
	{ 0x61c, 0x61c },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2066, 0x2069 },
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },
	{ 0xfffe, 0xffff },
	{ 0xe0000, 0xe007f },
};

static bool
is_hidden(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	/* The last two of each plane are noncharacters, too. */
	return (c & 0xfffe) == 0xfffe;
}

static void
add_ascii(struct str *out, unsigned char c, enum clean_how how)
{
	if (c >= ' ' && c != 0x7f)
		str_add_char(out, (char)c);
	else if (how == CLEAN_LINES && (c == '\n' || c == '\t'))
		str_add_char(out, (char)c);
	else if (c == '\n')
		str_add(out, "\\n");
	else if (c == '\t')
		str_add_char(out, ' ');
	else
		str_addf(out, "\\x%02x", c);
}

/* Adds one character; returns its length. */
static size_t
add_one(struct str *out, const char *text, size_t n, enum clean_how how)
{
	size_t len = utf8_len(text, n);
	uint32_t c;

	if (!len) {
		str_addf(out, "\\x%02x", (unsigned char)*text);
		return 1;
	}
	if (len == 1) {
		add_ascii(out, (unsigned char)*text, how);
		return 1;
	}
	c = code_point(text, len);
	if (is_hidden(c))
		str_addf(out, "\\u{%x}", c);
	else
		str_add_n(out, text, len);
	return len;
}

/* What a runner takes for a command: "##[" anywhere, "::" at the start of a line, blanks aside.
 * Returns how many bytes it took, 0: it is none. */
static size_t
add_defused(struct str *out, const char *text, bool at_start)
{
	if (strncmp(text, "##[", 3) == 0) {
		str_add(out, "##\\x5b");
		return 3;
	}
	if (at_start && strncmp(text, "::", 2) == 0) {
		str_add(out, "\\x3a:");
		return 2;
	}
	return 0;
}

void
clean_add(struct str *out, const char *text, size_t limit, enum clean_how how)
{
	size_t n = text ? strnlen(text, limit + 4) : 0, at = 0;
	bool at_start = how == CLEAN_LINES;

	while (at < n && at < limit) {
		size_t taken = add_defused(out, text + at, at_start);

		if (how == CLEAN_LINES)
			at_start = text[at] == '\n' ||
				   (at_start && (text[at] == ' ' || text[at] == '\t'));
		at += taken ? taken : add_one(out, text + at, n - at, how);
	}
	if (at < n)
		str_add(out, "…");
}

const char *
clean(struct str *room, const char *text, size_t limit, enum clean_how how)
{
	str_clear(room);
	clean_add(room, text, limit, how);
	return str_text(room);
}
