/* SPDX-License-Identifier: MIT */
/* paths.c - paths as text */

#include "gate/paths.h"

#include "base/str.h"

#include <string.h>

static void
drop_last(struct str *out)
{
	const char *slash = memrchr(out->data, '/', out->n);

	str_cut(out, slash ? (size_t)(slash - out->data) : 0);
}

static void
add_components(struct str *out, const char *path)
{
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 0 || (n == 1 && path[0] == '.'))
			continue;
		if (n == 2 && path[0] == '.' && path[1] == '.') {
			if (out->n)
				drop_last(out);
			continue;
		}
		str_add_char(out, '/');
		str_add_n(out, path, n);
	}
}

const char *
paths_join(struct arena *arena, const char *dir, const char *path)
{
	AUTO(str_done) struct str s = { 0 };

	if (path[0] != '/')
		add_components(&s, dir);
	add_components(&s, path);
	return s.n ? arena_strndup(arena, s.data, s.n) : "/";
}

const char *
paths_below(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	if (strcmp(dir, "/") == 0)
		return path + 1;
	if (strncmp(dir, path, n) != 0 || (path[n] != '/' && path[n] != '\0'))
		return NULL;
	return path[n] ? path + n + 1 : path + n;
}

const char *
paths_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}
