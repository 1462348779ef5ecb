/* SPDX-License-Identifier: MIT */
/* context.c - what one program hands to the next in its environment */
#include "base/context.h"

#include <string.h>

#define SIZE 55 /* of version 00 */
#define FLAGS 3 /* that have a meaning */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_hex(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hex_digit(text[i]) < 0)
			return false;
	return true;
}

/* n digits; all zero stands for none. */
static bool
read_id(char *out, const char *text, size_t n)
{
	if (!is_hex(text, n) || strspn(text, "0") >= n)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
trace_parent_read(struct trace_parent *out, const char *text, size_t n)
{
	struct trace_parent p = { .flags = 0 };
	char room[SIZE + 1];

	while (n && is_blank(text[n - 1]))
		n--;
	for (; n && is_blank(*text); n--)
		text++;
	if (n < SIZE)
		return false;
	memcpy(room, text, SIZE); /* strspn() below needs an end */
	room[SIZE] = '\0';
	if (room[2] != '-' || room[35] != '-' || room[52] != '-' || !is_hex(room, 2) ||
		memcmp(room, "ff", 2) == 0 || !is_hex(room + 53, 2))
		return false;
	/* Version 00 ends here; later ones may go on behind a dash. */
	if (n > SIZE && (memcmp(room, "00", 2) == 0 || text[SIZE] != '-'))
		return false;
	if (!read_id(p.trace_id, room + 3, 32) || !read_id(p.parent_id, room + 36, 16))
		return false;
	p.flags =
		(uint8_t)(((unsigned)hex_digit(room[53]) << 4 | (unsigned)hex_digit(room[54])) &
			  FLAGS);
	*out = p;
	return true;
}

void
trace_parent_put(struct str *out, const struct trace_parent *parent)
{
	str_addf(out, "00-%s-%s-%02x", parent->trace_id, parent->parent_id, parent->flags);
}

bool
lamport_read(uint64_t *out, const char *text)
{
	uint64_t n = 0;

	if (!*text || (*text == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > (UINT64_MAX >> 1) / 10)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	*out = n;
	return true;
}
