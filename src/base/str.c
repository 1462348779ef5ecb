/* SPDX-License-Identifier: MIT */
/* str.c - text of unknown length: a growing buffer, quoting, UTF-8 */

#include "base/str.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static void
reserve(struct str *s, size_t more)
{
	size_t need;

	assert(!__builtin_add_overflow(s->n, more, &need) && need < SIZE_MAX / 4);
	if (s->data && need + 1 <= s->capacity)
		return;
	s->capacity = MAX(need + 1, MAX(s->capacity * 2, (size_t)32));
	s->data = mem_resize(s->data, s->capacity, 1);
}

char *
str_room(struct str *s, size_t n)
{
	reserve(s, n);
	return s->data + s->n;
}

void
str_grown(struct str *s, size_t n)
{
	assert(n < s->capacity - s->n);
	s->n += n;
	s->data[s->n] = '\0';
}

void
str_add_n(struct str *s, const void *data, size_t n)
{
	reserve(s, n);
	if (n)
		memcpy(s->data + s->n, data, n);
	s->n += n;
	s->data[s->n] = '\0';
}

void
str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void
str_add_char(struct str *s, char c)
{
	reserve(s, 1);
	s->data[s->n++] = c;
	s->data[s->n] = '\0';
}

void
str_addv(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	reserve(s, 32);
	n = vsnprintf(s->data + s->n, s->capacity - s->n, fmt, ap);
	assert(n >= 0);
	if ((size_t)n >= s->capacity - s->n) {
		reserve(s, (size_t)n);
		vsnprintf(s->data + s->n, (size_t)n + 1, fmt, again);
	}
	s->n += (size_t)n;
	va_end(again);
}

void
str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_addv(s, fmt, ap);
	va_end(ap);
}

/* Digits are made from the last to the first. */
static void
add_digits(struct str *s, uint64_t value, unsigned base, const char *prefix)
{
	char room[20], *at = room + sizeof room;

	do {
		*--at = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	str_add(s, prefix);
	str_add_n(s, at, (size_t)(room + sizeof room - at));
}

void
str_add_uint(struct str *s, uint64_t value)
{
	add_digits(s, value, 10, "");
}

void
str_add_int(struct str *s, int64_t value)
{
	add_digits(s, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0 ? "-" : "");
}

void
str_add_hex(struct str *s, uint64_t value)
{
	add_digits(s, value, 16, value ? "0x" : "");
}

void
str_clear(struct str *s)
{
	str_cut(s, 0);
}

void
str_cut(struct str *s, size_t n)
{
	assert(n <= s->n);
	s->n = n;
	if (s->data)
		s->data[n] = '\0';
}

void
str_done(struct str *s)
{
	mem_free(s->data);
	*s = (struct str){ 0 };
}

char *
str_take(struct str *s)
{
	char *text;

	reserve(s, 0);
	s->data[s->n] = '\0';
	text = s->data;
	*s = (struct str){ 0 };
	return text;
}

const char *
str_text(const struct str *s)
{
	return s->data ? s->data : "";
}

void
str_add_quoted(struct str *s, const void *data, size_t n, size_t limit)
{
	static const char named[] = "\nn\tt\rr\ff\vv\"\"\\\\";
	const unsigned char *p = data;
	size_t shown = MIN(n, limit);

	str_add_char(s, '"');
	for (size_t i = 0; i < shown; i++) {
		const char *name = p[i] ? strchr(named, p[i]) : NULL;

		if (name && (name - named) % 2)
			name = NULL; /* the letter after an escape, not the escaped */
		if (name) {
			str_add_char(s, '\\');
			str_add_char(s, name[1]);
		} else if (p[i] >= ' ' && p[i] < 0x7f) {
			str_add_char(s, (char)p[i]);
		} else {
			/* Short octal unless a digit follows, which would be read as part of
			 * it. */
			bool digit = i + 1 < shown && p[i + 1] >= '0' && p[i + 1] <= '7';

			str_addf(s, digit ? "\\%03o" : "\\%o", p[i]);
		}
	}
	str_add(s, n > limit ? "\"..." : "\"");
}

size_t
utf8_len(const void *data, size_t n)
{
	/* Unicode 15, table 3-7: well-formed UTF-8 byte sequences. */
	const unsigned char *p = data;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
utf8_is_valid(const void *data, size_t n)
{
	const char *p = data;
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		len = utf8_len(p + i, n - i);
		if (!len)
			return false;
	}
	return true;
}

/* C0 (tab is the caller's), DEL, C1, and the direction overrides that make text lie. */
static bool
is_control(const unsigned char *p, size_t len)
{
	if (len == 1)
		return p[0] < ' ' || p[0] == 0x7f;
	if (len == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (len == 3 && p[0] == 0xe2 && p[1] == 0x80)
		return (p[2] >= 0x8e && p[2] <= 0x8f) || (p[2] >= 0xa8 && p[2] <= 0xae);
	if (len == 3 && p[0] == 0xe2 && p[1] == 0x81)
		return p[2] >= 0xa6 && p[2] <= 0xa9;
	return false;
}

static void
add_cleaned(struct str *s, const void *data, size_t n, bool tab_stays, bool double_backslash)
{
	const unsigned char *p = data;
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		len = utf8_len(p + i, n - i);
		if (len && (!is_control(p + i, len) || (tab_stays && p[i] == '\t'))) {
			str_add_n(s, p + i, len);
			if (double_backslash && p[i] == '\\')
				str_add_char(s, '\\');
			continue;
		}
		len = len ? len : 1;
		for (size_t k = 0; k < len; k++)
			str_addf(s, "\\x%02x", p[i + k]);
	}
}

void
str_add_printable(struct str *s, const void *data, size_t n)
{
	add_cleaned(s, data, n, true, false);
}

void
str_add_escaped(struct str *s, const void *data, size_t n)
{
	add_cleaned(s, data, n, false, true);
}

bool
str_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
str_has_suffix(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

size_t
str_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	AUTO(mem_free) size_t *rows = mem_array(3 * (m + 1), sizeof *rows);
	size_t *before = rows, *last = rows + m + 1, *now = rows + 2 * (m + 1);

	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *oldest = before;

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			now[j] = MIN(MIN(last[j], now[j - 1]) + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = MIN(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[m];
}

void
str_add_one_line(struct str *s, const char *text)
{
	bool is_first = true;

	while (*text) {
		size_t n_blanks = strspn(text, " \t\r\n"), n;

		if (!memchr(text, '\n', n_blanks))
			str_add_n(s, text, n_blanks);
		else if (!is_first && text[n_blanks])
			str_add_char(s, ' ');
		text += n_blanks;
		n = strcspn(text, " \t\r\n");
		str_add_n(s, text, n);
		text += n;
		is_first = false;
	}
}
