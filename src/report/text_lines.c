/* SPDX-License-Identifier: MIT */
/* text_lines.c - words, sentences and blocks of lines on a terminal */

#include "report/text.h"

#include "report/clean.h"

#include <string.h>

void
text_colored(struct text *t, enum text_color color, const char *text)
{
	static const char *const codes[] = { [TEXT_RED] = "\033[31m",
		[TEXT_GREEN] = "\033[32m",
		[TEXT_YELLOW] = "\033[33m",
		[TEXT_BOLD] = "\033[1m",
		[TEXT_DIM] = "\033[2m" };

	if (!t->opts->color || color == TEXT_PLAIN) {
		str_add(t->out, text);
		return;
	}
	str_add(t->out, codes[color]);
	str_add(t->out, text);
	str_add(t->out, "\033[0m");
}

void
text_clean(struct text *t, enum text_color color, const char *text)
{
	text_colored(t, color, clean(&t->room, text, LINE_LIMIT, CLEAN_LINE));
}

static size_t
count_columns(const char *text, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

void
text_wrapped(struct text *t, enum text_color color, const char *text, size_t column)
{
	AUTO(str_done) struct str all = { 0 };
	AUTO(str_done) struct str broken = { 0 };
	const char *word = clean(&all, text, LINE_LIMIT, CLEAN_LINE);

	while (*word) {
		size_t n = strcspn(word + 1, " ") + 1; /* with the blank before it */
		size_t columns = count_columns(word, n);

		/* Never before "::": at the start of a line runners take it for a command. */
		if (t->opts->width > 2 * TEXT_INDENT && *word == ' ' &&
			column + columns > t->opts->width && strncmp(word + 1, "::", 2) != 0) {
			str_addf(&broken, "\n%*s", TEXT_INDENT, "");
			column = TEXT_INDENT;
			word++, n--, columns--;
		}
		str_add_n(&broken, word, n);
		column += columns;
		word += n;
	}
	text_colored(t, color, str_text(&broken));
}

static enum text_color
line_color(const char *line)
{
	if (str_has_prefix(line, "---") || str_has_prefix(line, "+++"))
		return TEXT_BOLD;
	return *line == '-'   ? TEXT_RED
	       : *line == '+' ? TEXT_GREEN
	       : *line == '@' ? TEXT_YELLOW
			      : TEXT_PLAIN;
}

void
text_block(struct text *t, const char *text)
{
	AUTO(str_done) struct str all = { 0 };
	const char *line = clean(&all, text, TEXT_LIMIT, CLEAN_LINES);

	while (*line) {
		const char *end = strchrnul(line, '\n');

		str_clear(&t->room);
		str_add_n(&t->room, line, (size_t)(end - line));
		str_add(t->out, "       | ");
		text_colored(t, line_color(line), str_text(&t->room));
		str_add_char(t->out, '\n');
		line = *end ? end + 1 : end;
	}
}

void
text_labelled(struct text *t, const char *label, const char *text)
{
	if (!text)
		return;
	str_addf(t->out, "       %-8s ", label);
	text_clean(t, TEXT_PLAIN, text);
	str_add_char(t->out, '\n');
}
