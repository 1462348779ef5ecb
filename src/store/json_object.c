/* SPDX-License-Identifier: MIT */
/* json_object.c - where, behind what a program printed, the object of a trace begins */

#include "store/json_object.h"

#include <string.h>

/* Whether the object of the tool begins here; what a program prints may hold braces too. */
static bool
begins_object(const char *text, size_t n)
{
	static const char *const keys[] = { "\"version\"", "\"format\"", "\"binary\"",
		"\"trace_id\"", "\"process\"", "\"syscalls\"" };
	size_t i = 1;

	while (i < n && strchr(" \t\r\n", text[i]))
		i++;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		size_t length = strlen(keys[k]);

		if (n - i >= length && memcmp(text + i, keys[k], length) == 0)
			return true;
	}
	return false;
}

size_t
json_object_find(const char *text, size_t n)
{
	for (const char *p = text; (p = memchr(p, '{', n - (size_t)(p - text))); p++)
		if (begins_object(p, n - (size_t)(p - text)))
			return (size_t)(p - text);
	return SIZE_MAX;
}

void
json_object_drop_own_lines(struct str *printed)
{
	static const char own[] = "[renacer: ";
	struct str kept = { 0 };

	for (const char *p = printed->data, *end = p + printed->n; p < end;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop ? stop + 1 : end) - p);

		if (n < sizeof own || memcmp(p, own, sizeof own - 1) != 0)
			str_add_n(&kept, p, n);
		p += n;
	}
	str_done(printed);
	*printed = kept;
}
