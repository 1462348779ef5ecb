/* SPDX-License-Identifier: MIT */
/*
 * spelling.c - how names of files and addresses are spelled in a table, and so which patterns
 * nothing can ever match
 */
#include "query/spelling.h"

#include "base/str.h"

#include <string.h>

#define GLOB_SIGNS "*?[\\"

/* How much of it stands for itself. */
static size_t
literal_head(const char *pattern, bool is_glob)
{
	return is_glob ? strcspn(pattern, GLOB_SIGNS) : strlen(pattern);
}

/* Could a text that begins with `head` of n bytes begin with `start`, or the other way round?
 */
static bool
may_begin(const char *head, size_t n, const char *start)
{
	return strncmp(head, start, MIN(n, strlen(start))) == 0;
}

static bool
may_begin_any(const char *head, size_t n, const char *const *starts, size_t n_starts)
{
	for (size_t i = 0; i < n_starts; i++)
		if (may_begin(head, n, starts[i]))
			return true;
	return false;
}

static bool
misspelled(struct misspelling *out, const char *why, const char *hint)
{
	*out = (struct misspelling){ why, hint };
	return true;
}

/* Between slashes nothing is empty, "." or "..". */
static bool
has_detour(const char *pattern)
{
	return strstr(pattern, "//") || strstr(pattern, "/./") || strstr(pattern, "/../") ||
	       str_has_suffix(pattern, "/.") || str_has_suffix(pattern, "/..");
}

bool
path_is_misspelled(
	struct misspelling *out, struct arena *arena, const char *pattern, bool is_glob)
{
	static const char *const starts[] = { "/", "<cwd>", "<home>", "<tmp>", "<sandbox>" };
	size_t head = literal_head(pattern, is_glob), n = strlen(pattern);

	if (!n)
		return misspelled(out, "no path is empty", NULL);
	if (has_detour(pattern))
		return misspelled(out, "paths are told without '//', '/.' and '/..'", NULL);
	if (n > 1 && pattern[n - 1] == '/')
		return misspelled(out, "no path ends in a slash",
			arena_printf(arena, "'%s**' is all that lies there", pattern));
	/* A star does not cross a slash, and all but the directories themselves have one. */
	if (may_begin_any(pattern, head, starts, ARRAY_LEN(starts)) &&
		(pattern[0] == '<' || strchr(pattern, '/') || strstr(pattern, "**")))
		return false;
	if (pattern[0] == '~' || pattern[0] == '$')
		return misspelled(
			out, "nobody replaces '~' and variables", "write <home>/… or <cwd>/…");
	if (pattern[0] == '<')
		return misspelled(out, "paths are absolute",
			"only <cwd>, <home>, <tmp> and <sandbox> stand for a directory");
	pattern += str_has_prefix(pattern, "./") ? strlen("./") : 0;
	return misspelled(out, "paths are absolute",
		is_glob ? arena_printf(arena, "'**/%s' is that name anywhere", pattern)
			: arena_printf(arena, "~ \"**/%s\" is that name anywhere", pattern));
}

static bool
inet_is_misspelled(struct misspelling *out, const char *rest, bool is_glob)
{
	if (rest[strspn(rest, "0123456789.:" GLOB_SIGNS "]!^-")])
		return misspelled(out, "calls know addresses and ports by their numbers",
			"a range is a glob: inet:10.*; a host is each of its addresses");
	if (!strchr(rest, ':') && !(is_glob && strpbrk(rest, "*?[")))
		return misspelled(out, "an address has a port", "any port is ':*'");
	return false;
}

bool
peer_is_misspelled(
	struct misspelling *out, struct arena *arena, const char *pattern, bool is_glob)
{
	static const char *const starts[] = { "inet:", "inet6:[",
		"unix:", "netlink:", "family-" };
	static const char *const paths[] = { "/", "@", "<cwd>", "<home>", "<tmp>",
		"<sandbox>" };
	size_t head = literal_head(pattern, is_glob);
	const char *rest;

	if (!*pattern)
		return misspelled(out, "no address is empty", NULL);
	if (!may_begin_any(pattern, head, starts, ARRAY_LEN(starts)))
		return misspelled(out,
			"addresses begin with inet:, inet6:[, unix:, netlink: or family-",
			"such as 'inet:127.0.0.1:80', 'inet6:[::1]:80', 'unix:/run/x'");
	if (str_has_prefix(pattern, "inet:"))
		return inet_is_misspelled(out, pattern + strlen("inet:"), is_glob);
	if (!str_has_prefix(pattern, "unix:"))
		return false;
	rest = pattern + strlen("unix:");
	if (may_begin_any(rest, literal_head(rest, is_glob), paths, ARRAY_LEN(paths)))
		return false;
	return misspelled(out, "the path of a socket is absolute, or begins with '@'",
		arena_printf(arena, "%s'unix:**/%s' is that name anywhere", is_glob ? "" : "~ ",
			rest));
}

const char *
peer_glob(struct arena *arena, const char *pattern)
{
	static const char start[] = "inet6:[";
	const char *rest = pattern + strlen(start);

	if (!str_has_prefix(pattern, start) || *rest == '[')
		return pattern;
	return arena_printf(arena, "inet6:\\[%s", rest);
}
