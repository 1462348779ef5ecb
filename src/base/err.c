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

/* The line with tabs kept, so that the caret's blanks and the line's advance alike. */
static char *
place_of(struct pos at)
{
	struct str s = { 0 };
	const char *p;

	if (!at.row) {
		str_addf(&s, "%s", at.file);
		return str_take(&s);
	}
	str_addf(&s, "%s:%u:%u", at.file, at.row, at.column);
	if (!at.line)
		return str_take(&s);
	str_addf(&s, "\n%5u | ", at.row);
	str_add_printable(&s, at.line, strlen(at.line));
	str_add(&s, "\n      | ");
	p = at.line;
	for (uint32_t i = 1; i < at.column && *p; i++) {
		str_add_char(&s, *p == '\t' ? '\t' : ' ');
		for (p++; ((unsigned char)*p & 0xc0) == 0x80; p++)
			;
	}
	str_add_char(&s, '^');
	for (uint32_t i = 1; i < at.width; i++)
		str_add_char(&s, '~');
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

void
err_print(const struct err *err, const char *program, FILE *out)
{
	const char *line;

	if (!err->text)
		return;
	if (!err->place) {
		fprintf(out, "%s: %s\n", program, err->text);
	} else {
		line = strchrnul(err->place, '\n');
		fprintf(out, "%.*s: %s%s\n", (int)(line - err->place), err->place, err->text,
			line);
	}
	if (err->hint)
		fprintf(out, "hint: %s\n", err->hint);
}
