/* SPDX-License-Identifier: MIT */
/*
 * spelling.h - how names of files and addresses are spelled in a table, and so which patterns
 * nothing can ever match
 *
 * A rule with such a pattern forbids nothing: it is an error where it is written. What is said
 * here is certain; a pattern that passes may still match nothing.
 */
#ifndef QUERY_SPELLING_H
#define QUERY_SPELLING_H

#include "base/mem.h"
#include "query/columns.h"

/* Why nothing is spelled so. */
struct misspelling {
	const char *why;  /* ends a sentence about the pattern: "…: paths are absolute" */
	const char *hint; /* NULL: none */
};

/* False: it may match. The texts are the arena's. is_glob: else it is the whole name. */
bool path_is_misspelled(
	struct misspelling *out, struct arena *arena, const char *pattern, bool is_glob);
bool peer_is_misspelled(
	struct misspelling *out, struct arena *arena, const char *pattern, bool is_glob);

/* The bracket of "inet6:[::1]:80" is no set of characters. The arena's, or the pattern itself.
 */
const char *peer_glob(struct arena *arena, const char *pattern);

#endif
