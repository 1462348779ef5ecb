/* SPDX-License-Identifier: MIT */
/* maps.c - /proc/PID/maps as mappings (proc_pid_maps(5)) */

#include "symbol/maps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The kernel writes a newline in a path as \012, and nothing else in another way. */
static const char *
unescape(struct arena *arena, const char *path, size_t n)
{
	char *copy = arena_strndup(arena, path, n), *to = copy;

	for (const char *from = copy; *from;) {
		bool newline = strncmp(from, "\\012", 4) == 0;

		*to++ = newline ? '\n' : *from;
		from += newline ? 4 : 1;
	}
	*to = '\0';
	return copy;
}

static bool
parse_line(struct symbol_mapping *out, struct arena *arena, const char *line, size_t n)
{
	char access[5];
	int path_at = 0;

	/* start-end perms offset dev inode path */
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*x:%*x %*u%n", &out->start,
		    &out->end, access, &out->offset, &path_at) < 4 ||
		!path_at || (size_t)path_at > n || out->start >= out->end)
		return false;
	while ((size_t)path_at < n && line[path_at] == ' ')
		path_at++;
	out->is_exec = strlen(access) == 4 && access[2] == 'x';
	out->path = (size_t)path_at < n ? unescape(arena, line + path_at, n - (size_t)path_at)
					: NULL;
	return true;
}

size_t
maps_parse(struct symbol_mapping **out, struct arena *arena, const char *text)
{
	size_t n_lines = 1, n = 0, len;

	for (const char *p = text; *p; p++)
		n_lines += *p == '\n';
	*out = arena_array(arena, n_lines, sizeof **out);
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		n += parse_line(&(*out)[n], arena, text, len);
	}
	return n;
}
