/* SPDX-License-Identifier: MIT */
/*
 * regex.h - regular expressions (PCRE2, bytes, match and depth limits set) and path globs
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include "base/err.h"

struct regex;

/* A pattern that does not compile is an error that names the column; the caller adds the place.
 */
MUST_CHECK int regex_new(struct regex **out, const char *pattern, struct err *err);
void regex_free(struct regex *r);
AUTO_DEFINE(struct regex *, regex_free)

/* Searches text from byte `from`. True: *start and *end are the match (either may be NULL).
 * A match that exceeds the limits counts as none and sets *gave_up (may be NULL). */
bool regex_find(const struct regex *r, const char *text, size_t n, size_t from, size_t *start,
	size_t *end, bool *gave_up);

/* Shell globs over whole paths: ? and * stay within a component and match a leading dot too,
 * [a-z] [!a-z], \ makes the next character ordinary; {a,b} is not special. ** crosses slashes;
 * where it is a whole component it stands for any number of them, none included: the directory
 * a matches a/[**], and a/b matches a/[**]/b (without the brackets). */
bool glob_matches(const char *glob, const char *path);
/* A pattern that nothing can match, or whose bracket is never closed: an error without a place.
 */
MUST_CHECK int glob_check(const char *glob, struct err *err);

#endif
