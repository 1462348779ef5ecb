/* SPDX-License-Identifier: MIT */
/* token.c - the words of an expression */
#include "query/token.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Signs, longer ones first; `instead`: what is meant by signs of other languages. */
static const struct {
	const char *text, *instead;
} signs[] = {
	{ "==", NULL },
	{ "!=", NULL },
	{ "!~", NULL },
	{ "=~", NULL },
	{ "<=", NULL },
	{ ">=", NULL },
	{ "<>", "!=" },
	{ "&&", "and" },
	{ "||", "or" },
	{ "**", NULL },
	{ "..", NULL },
	{ "(", NULL },
	{ ")", NULL },
	{ "{", NULL },
	{ "}", NULL },
	{ "[", "{ … }" },
	{ "]", "{ … }" },
	{ ",", NULL },
	{ "<", NULL },
	{ ">", NULL },
	{ "~", NULL },
	{ "+", NULL },
	{ "-", NULL },
	{ "*", NULL },
	{ "/", NULL },
	{ "=", "==" },
	{ "!", "not" },
	{ "&", "and" },
	{ "|", "or" },
	{ "%", "mod" },
};

#define SECOND 1000000000LL
#define KIB 1024LL

static const struct {
	const char *name;
	enum expr_type type;
	int64_t scale;
} units[] = {
	{ "ns", EXPR_TIME, 1 },
	{ "us", EXPR_TIME, 1000 },
	{ "µs", EXPR_TIME, 1000 },
	{ "ms", EXPR_TIME, 1000000 },
	{ "s", EXPR_TIME, SECOND },
	{ "min", EXPR_TIME, 60 * SECOND },
	{ "h", EXPR_TIME, 3600 * SECOND },
	{ "B", EXPR_NUMBER, 1 },
	{ "KiB", EXPR_NUMBER, KIB },
	{ "MiB", EXPR_NUMBER, KIB *KIB },
	{ "GiB", EXPR_NUMBER, KIB *KIB *KIB },
	{ "TiB", EXPR_NUMBER, KIB *KIB *KIB *KIB },
	{ "kB", EXPR_NUMBER, 1000 },
	{ "MB", EXPR_NUMBER, 1000000 },
	{ "GB", EXPR_NUMBER, 1000000000 },
	{ "TB", EXPR_NUMBER, 1000000000000 },
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static uint32_t
points(const char *text, size_t n)
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* The place of bytes of the text: in the user's line where the text stands in it as it is, else
 * in the text's own lines. */
static struct pos
place(const struct lexer *l, size_t at, size_t n)
{
	const char *within = l->base.line && !strchr(l->text, '\n') && *l->text
				     ? strstr(l->base.line, l->text)
				     : NULL;
	struct pos p = l->base;
	size_t row = 0;
	const char *end;

	p.width = points(l->text + at, n);
	if (within) {
		p.column = points(l->base.line, (size_t)(within - l->base.line) + at) + 1;
		return p;
	}
	for (size_t i = at; i > 0; i--)
		if (l->text[i - 1] == '\n') {
			row = i;
			break;
		}
	p.row = 1;
	for (size_t i = 0; i < row; i++)
		p.row += l->text[i] == '\n';
	p.column = points(l->text + row, at - row) + 1;
	end = strchrnul(l->text + row, '\n');
	p.line = arena_strndup(l->arena, l->text + row, (size_t)(end - l->text) - row);
	p.width = points(l->text + at, MIN(n, (size_t)(end - l->text) - at));
	p.file = l->base.file ? arena_printf(l->arena, "%s:%u: expression", l->base.file,
					l->base.row)
			      : "expression";
	return p;
}

int
lexer_error(const struct lexer *l, struct err *err, size_t at, size_t n, const char *fmt, ...)
{
	AUTO(str_done) struct str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	return err_at(err, place(l, at, n), "%s", str_text(&text));
}

static int
bad_unit(struct lexer *l, struct token *t, const char *unit, struct err *err)
{
	lexer_error(l, err, t->at, t->n, "'%s' is no unit", unit);
	return err_hint(err, "ns us ms s min h, B KiB MiB GiB TiB kB MB GB TB, or %%");
}

/* digits[.digits], from which `point` is how many stand behind the point. */
static int
whole(struct lexer *l, struct token *t, const char *digits, int64_t scale, struct err *err)
{
	__int128 value = 0, divisor = 1;
	bool behind = false;

	for (const char *p = digits; *p; p++) {
		if (*p == '.') {
			behind = true;
			continue;
		}
		value = value * 10 + (*p - '0');
		divisor *= behind ? 10 : 1;
		if (value > (__int128)1 << 100 || divisor > (__int128)1 << 100)
			return lexer_error(
				l, err, t->at, t->n, "the number has too many digits");
		if (!behind && value > INT64_MAX)
			return lexer_error(l, err, t->at, t->n,
				"the number is larger than %lld", (long long)INT64_MAX);
	}
	/* Trailing zeros behind the point are digits all the same. */
	while (divisor > 1 && value % 10 == 0) {
		value /= 10;
		divisor /= 10;
	}
	if (divisor > INT64_MAX || value > INT64_MAX)
		return lexer_error(l, err, t->at, t->n, "the number has too many digits");
	value *= scale;
	if (value % divisor != 0)
		return lexer_error(l, err, t->at, t->n, "the number is no whole number of %s",
			t->type == EXPR_TIME ? "nanoseconds" : "bytes");
	value /= divisor;
	if (value > INT64_MAX)
		return lexer_error(l, err, t->at, t->n, "the number is larger than %lld",
			(long long)INT64_MAX);
	t->number = (int64_t)value;
	return 0;
}

static int
with_unit(
	struct lexer *l, struct token *t, const char *digits, const char *unit, struct err *err)
{
	bool is_real = strchr(digits, '.') != NULL;

	if (strcmp(unit, "%") == 0 || (!*unit && is_real)) {
		t->type = EXPR_REAL;
		t->real = strtod(digits, NULL) / (*unit ? 100 : 1);
		return 0;
	}
	t->type = EXPR_NUMBER;
	if (!*unit)
		return whole(l, t, digits, 1, err);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(units[i].name, unit) == 0) {
			t->type = units[i].type;
			return whole(l, t, digits, units[i].scale, err);
		}
	return bad_unit(l, t, unit, err);
}

static int
hexadecimal(struct lexer *l, struct token *t, struct err *err)
{
	uint64_t value = 0;
	size_t n = 2;

	for (char c; (c = l->text[t->at + n]) && (is_digit(c) || is_letter(c)); n++) {
		int digit = is_digit(c)                          ? c - '0'
			    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								 : -1;

		if (digit < 0 || value > (uint64_t)INT64_MAX >> 4)
			return lexer_error(
				l, err, t->at, n + 1, "no hexadecimal number of 63 bits");
		value = value << 4 | (unsigned)digit;
	}
	if (n == 2)
		return lexer_error(l, err, t->at, n, "no hexadecimal number of 63 bits");
	t->type = EXPR_NUMBER;
	t->number = (int64_t)value;
	t->n = n;
	l->at += n;
	return 0;
}

static int
number(struct lexer *l, struct token *t, struct err *err)
{
	AUTO(str_done) struct str digits = { 0 }, unit = { 0 };
	const char *p = l->text + l->at;

	t->kind = TOKEN_NUMBER;
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		return hexadecimal(l, t, err);
	for (; is_digit(*p) || *p == '_'; p++)
		if (*p != '_')
			str_add_char(&digits, *p);
	if (*p == '.' && is_digit(p[1]))
		for (str_add_char(&digits, *p++); is_digit(*p); p++)
			str_add_char(&digits, *p);
	while (is_letter(*p) || (unsigned char)*p >= 0x80 || (*p == '%' && !unit.n))
		str_add_char(&unit, *p++);
	t->n = (size_t)(p - l->text) - t->at;
	l->at = t->at + t->n;
	return with_unit(l, t, str_text(&digits), str_text(&unit), err);
}

/* Percentiles have a point in their name: p99.9. */
static size_t
name_length(const char *text)
{
	size_t n = 0, digits = 0;

	while (is_letter(text[n]) || is_digit(text[n]))
		n++;
	if (text[0] != 'p')
		return n;
	while (is_digit(text[1 + digits]))
		digits++;
	if (digits && 1 + digits == n && text[n] == '.' && is_digit(text[n + 1]))
		for (n++; is_digit(text[n]);)
			n++;
	return n;
}

static int
hex_digit(char c)
{
	return is_digit(c)                          ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

/* Behind a backslash; moves *p to the last character that belongs to it. */
static bool
unescape(const char **p, struct str *out)
{
	static const char from[] = "nrt\"'\\", to[] = "\n\r\t\"'\\";
	const char *found = **p ? strchr(from, **p) : NULL;
	int high, low;

	if (found) {
		str_add_char(out, to[found - from]);
		return true;
	}
	if (**p != 'x')
		return false;
	high = hex_digit((*p)[1]);
	low = high < 0 ? -1 : hex_digit((*p)[2]); /* the text may end before it */
	if (low < 0)
		return false;
	str_add_char(out, (char)(high * 16 + low));
	*p += 2;
	return out->data[out->n - 1] != '\0';
}

/* "…" with escapes, '…' without any: good for patterns. */
static int
text(struct lexer *l, struct token *t, struct err *err)
{
	AUTO(str_done) struct str out = { 0 };
	const char *p = l->text + l->at + 1, *escape;
	char quote = p[-1];

	for (; *p != quote; p++) {
		if (!*p || *p == '\n')
			return lexer_error(
				l, err, t->at, 1, "the text is not closed by %c", quote);
		if (*p != '\\' || quote == '\'') {
			str_add_char(&out, *p);
			continue;
		}
		escape = p++;
		if (!unescape(&p, &out)) {
			lexer_error(l, err, (size_t)(escape - l->text), 2,
				"no such escape in a text");
			return err_hint(err, "\\n \\r \\t \\\" \\\\ \\xNN (not \\x00); in '…' "
					     "a backslash is one");
		}
	}
	t->kind = TOKEN_TEXT;
	t->n = (size_t)(p + 1 - l->text) - t->at;
	t->text = arena_strndup(l->arena, str_text(&out), out.n);
	l->at += t->n;
	return 0;
}

static int
sign(struct lexer *l, struct token *t, struct err *err)
{
	const char *p = l->text + l->at;

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (!str_has_prefix(p, signs[i].text))
			continue;
		t->kind = TOKEN_SIGN;
		t->text = signs[i].text;
		t->n = strlen(signs[i].text);
		l->at += t->n;
		if (!signs[i].instead)
			return 0;
		lexer_error(l, err, t->at, t->n, "'%s' is no operator here", t->text);
		return err_hint(err, "write %s", signs[i].instead);
	}
	return lexer_error(l, err, t->at, MAX(utf8_len(p, strnlen(p, 4)), (size_t)1),
		"a character that has no meaning here");
}

int
lexer_next(struct lexer *l, struct token *out, struct err *err)
{
	const char *p;

	l->at += strspn(l->text + l->at, " \t\r\n");
	p = l->text + l->at;
	*out = (struct token){ .kind = TOKEN_END, .at = l->at };
	if (!*p)
		return 0;
	if (is_digit(*p))
		return number(l, out, err);
	if (*p == '"' || *p == '\'')
		return text(l, out, err);
	if (!is_letter(*p))
		return sign(l, out, err);
	out->kind = TOKEN_NAME;
	out->n = name_length(p);
	out->text = arena_strndup(l->arena, p, out->n);
	l->at += out->n;
	return 0;
}
