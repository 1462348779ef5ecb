/* SPDX-License-Identifier: MIT */
/*
 * glob.c - shell patterns over whole paths
 *
 * Two marks to come back to, one for the last * and one for the last **: what an earlier one
 * could take, a later one can take as well, so no more are needed and the time is bounded by
 * the product of the lengths (times the longest component).
 */

#include "base/regex.h"

#include "base/str.h"

#include <string.h>

/* The character at p, by UTF-8; a byte that is none stands for itself, above all characters. */
static uint32_t
next_char(const char **p)
{
	uint32_t c = (unsigned char)**p;
	size_t len;

	if (c > 0 && c < 0x80) { /* nearly all there are */
		(*p)++;
		return c;
	}
	len = utf8_len(*p, strnlen(*p, 4));
	(*p)++;
	if (len == 0)
		return 0x110000 + c;
	if (len > 1)
		c &= 0xffu >> (len + 1);
	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)*(*p)++ & 0x3f);
	return c;
}

/* *glob stands behind a '['. 1 or 0: matches or not, *glob behind the ']'; -1: there is no ']',
 * the bracket is an ordinary character. A slash is never in a class. */
static int
match_class(const char **glob, uint32_t c)
{
	const char *p = *glob;
	bool negated = *p == '!' || *p == '^', found = false;

	p += negated;
	for (const char *first = p; *p != ']' || p == first;) {
		uint32_t low, high;

		if (!*p)
			return -1;
		if (*p == '\\' && p[1])
			p++;
		low = high = next_char(&p);
		if (*p == '-' && p[1] && p[1] != ']') {
			p += 1 + (p[1] == '\\' && p[2]);
			high = next_char(&p);
		}
		found |= low <= c && c <= high;
	}
	*glob = p + 1;
	return found != negated && c != '/';
}

/* One element of the pattern that is not a star, against one character. */
static bool
match_one(const char **glob, const char **path)
{
	uint32_t c = next_char(path);
	int in_class;

	if (**glob == '?') {
		(*glob)++;
		return c != '/';
	}
	if (**glob == '[') {
		const char *p = *glob + 1;

		in_class = match_class(&p, c);
		if (in_class >= 0) {
			*glob = p;
			return in_class;
		}
	}
	if (**glob == '\\' && (*glob)[1])
		(*glob)++;
	return next_char(glob) == c;
}

struct mark {
	const char *glob, *path; /* go on here; glob NULL: no mark */
};

/* Components may be left out: in a/[**]/b also one slash, in a/[**] also the slash before. */
static bool
is_component(const char *start, const char *glob, const char *after)
{
	return (glob == start || glob[-1] == '/') && (*after == '/' || *after == '\0');
}

bool
glob_matches(const char *glob, const char *path)
{
	const char *start = glob;
	struct mark one = { 0 }, many = { 0 };
	bool by_component = false;

	for (;;) {
		if (glob[0] == '*' && glob[1] == '*') {
			const char *after = glob + strspn(glob, "*");

			by_component = is_component(start, glob, after) && *after;
			glob = after + by_component;
			many = (struct mark){ glob, path };
			one.glob = NULL;
			continue;
		}
		if (*glob == '*') {
			one = (struct mark){ ++glob, path };
			continue;
		}
		/* a/[**] matches a itself: the slash and the rest stand for nothing. */
		if (!*path && (!*glob || strcmp(glob, "/**") == 0))
			return true;
		if (*path && *glob && match_one(&glob, &path))
			continue;
		if (one.glob && *one.path && *one.path != '/') {
			one.path++;
			glob = one.glob;
			path = one.path;
		} else if (many.glob && *many.path) {
			many.path++;
			if (by_component) {
				many.path = strchr(many.path - 1, '/');
				if (!many.path)
					return false;
				many.path++;
			}
			one.glob = NULL;
			glob = many.glob;
			path = many.path;
		} else {
			return false;
		}
	}
}

int
glob_check(const char *glob, struct err *err)
{
	const char *close;

	if (!*glob)
		return err_set(err, "an empty pattern matches nothing");
	for (const char *p = glob; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '[') {
			/* A ']' that comes first, or behind '!', stands for itself. */
			close = p + 1 + (p[1] == '!' || p[1] == '^');
			close = *close ? strchr(close + 1, ']') : NULL;
			if (!close)
				return err_set(
					err, "the bracket in '%s' is never closed", glob);
			p = close;
		}
	}
	return 0;
}
