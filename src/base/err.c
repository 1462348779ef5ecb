/* SPDX-License-Identifier: MIT */
/* err.c - failures: what, where, and what to do now */

#include "base/err.h"

#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static char *
format(const char *fmt, va_list ap)
{
	struct str s = { 0 };

	str_addv(&s, fmt, ap);
	return str_take(&s);
}

void
err_done(struct err *err)
{
	mem_free(err->text);
	mem_free(err->hint);
	mem_free(err->place);
	*err = (struct err){ 0 };
}

void
err_drop(struct err *err)
{
	err_done(err);
}

int
err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	err_done(err); /* after formatting: the old text may be among the arguments */
	err->text = text;
	return -1;
}

int
err_sys(struct err *err, const char *fmt, ...)
{
	int sys = errno;
	struct str s = { 0 };
	va_list ap;

	va_start(ap, fmt);
	str_addv(&s, fmt, ap);
	va_end(ap);
	str_addf(&s, ": %s", strerror(sys));
	err_done(err);
	err->text = str_take(&s);
	err->sys = sys;
	return -1;
}

/* Moves *text over one character; adds what takes as many columns on a terminal: tabs stay, so
 * that the caret's blanks advance as the line above does. */
static void
add_same_width(struct str *s, const char **text, const char *end, char filler)
{
	size_t len;
	unsigned columns = utf8_columns(*text, (size_t)(end - *text), &len);

	if (**text == '\t' && filler == ' ')
		str_add_char(s, '\t');
	else
		for (unsigned i = 0; i < columns; i++)
			str_add_char(s, filler);
	*text += len;
}

static char *
place_of(struct pos at)
{
	struct str s = { 0 };
	const char *p = at.line, *end;
	size_t caret;

	str_add_printable(&s, at.file, strlen(at.file));
	if (at.row)
		str_addf(&s, ":%u:%u", at.row, at.column);
	if (!at.row || !at.line)
		return str_take(&s);
	end = p + strlen(p);
	str_addf(&s, "\n%5u | ", at.row);
	str_add_printable(&s, at.line, strlen(at.line));
	str_add(&s, "\n      | ");
	for (uint32_t i = 1; i < at.column && p < end; i++)
		add_same_width(&s, &p, end, ' ');
	caret = s.n;
	for (uint32_t i = 0; i < at.width && p < end; i++)
		add_same_width(&s, &p, end, '~');
	if (s.n == caret)
		str_add_char(&s, '^');
	s.data[caret] = '^';
	return str_take(&s);
}

int
err_at(struct err *err, struct pos at, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	err_done(err);
	err->text = text;
	err->kind = ERR_USAGE;
	if (at.file)
		err->place = place_of(at);
	return -1;
}

int
err_wrap(struct err *err, const char *fmt, ...)
{
	struct str s = { 0 };
	va_list ap;

	va_start(ap, fmt);
	str_addv(&s, fmt, ap);
	va_end(ap);
	if (err->text)
		str_addf(&s, ": %s", err->text);
	mem_free(err->text);
	err->text = str_take(&s);
	return -1;
}

int
err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;
	char *hint;

	va_start(ap, fmt);
	hint = format(fmt, ap);
	va_end(ap);
	mem_free(err->hint);
	err->hint = hint;
	return -1;
}

int
err_as(struct err *err, enum err_kind kind)
{
	err->kind = kind;
	return -1;
}

/* Messages carry names from anywhere; none may reach the terminal as a command. */
static void
add_line(struct str *s, const char *before, const char *text)
{
	str_add(s, before);
	str_add_printable(s, text, strlen(text));
	str_add_char(s, '\n');
}

void
err_print(const struct err *err, const char *program, FILE *out)
{
	AUTO(str_done) struct str s = { 0 };
	const char *line;

	if (!err->text)
		return;
	line = err->place ? strchrnul(err->place, '\n') : "";
	if (err->place)
		str_add_n(&s, err->place, (size_t)(line - err->place));
	else
		str_add(&s, program);
	add_line(&s, ": ", err->text);
	if (*line)
		str_addf(&s, "%s\n", line + 1);
	if (err->hint)
		add_line(&s, "hint: ", err->hint);
	fwrite(str_text(&s), 1, s.n, out);
}
