/* SPDX-License-Identifier: MIT */
/*
 * str.h - text of unknown length: a growing buffer, quoting, UTF-8
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/base.h"

#include <stdarg.h>

/* `struct str s = { 0 };` is an empty text. data is NULL or ends in NUL (not counted in n); the
 * text itself may hold NULs. Owned by whoever declared it: str_done(). */
struct str {
	char *data;
	size_t n, capacity;
};

void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const void *data, size_t n);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) PRINTF(2, 3);
void str_addv(struct str *s, const char *fmt, va_list ap);
/* As "%llu", "%lld" and "%#llx", several times as fast. */
void str_add_uint(struct str *s, uint64_t value);
void str_add_int(struct str *s, int64_t value);
void str_add_hex(struct str *s, uint64_t value);
/* Room for n bytes behind the text, for others to write to; then how many they wrote. */
char *str_room(struct str *s, size_t n);
void str_grown(struct str *s, size_t n);
void str_clear(struct str *s);         /* empty, memory kept */
void str_cut(struct str *s, size_t n); /* to its first n bytes */
void str_done(struct str *s);
char *str_take(struct str *s); /* the text, owned by the caller (mem_free); s is empty after */
const char *str_text(const struct str *s); /* never NULL */
static inline void
str_done_auto(struct str *s)
{
	str_done(s);
}

/* As strace quotes: "…" with \n \t \" \\ and octal for what is not printable ASCII; after
 * `limit` bytes the quote ends and "..." follows. */
void str_add_quoted(struct str *s, const void *data, size_t n, size_t limit);
/* Makes any bytes into UTF-8 that is safe to print on a terminal: valid text stays as it is,
 * control characters (tab aside) and invalid bytes become \xNN, a backslash \\ stays. */
void str_add_printable(struct str *s, const void *data, size_t n);
/* The canonical form of a name: reversible. Invalid bytes and controls as \xNN, '\' as '\\'. */
void str_add_escaped(struct str *s, const void *data, size_t n);

/* The length in bytes (1 to 4) of the valid UTF-8 character at data, 0 when there is none. */
size_t utf8_len(const void *data, size_t n);
bool utf8_is_valid(const void *data, size_t n);
/* How many columns a terminal gives to the first character as str_add_printable() writes it: 0
 * for a combining mark, 2 for wide East Asian text, 4 and more for what becomes \xNN; a tab
 * counts as 1. *len: its bytes, 1 for what is not valid; n > 0. */
unsigned utf8_columns(const void *data, size_t n, size_t *len);

/* Blanks with a newline among them become one, at either end none. */
void str_add_one_line(struct str *s, const char *text);

bool str_has_prefix(const char *text, const char *prefix);
bool str_has_suffix(const char *text, const char *suffix);
/* How many edits (insert, delete, replace, swap) apart; for "did you mean". */
size_t str_distance(const char *a, const char *b);

#endif
