/* SPDX-License-Identifier: MIT */
/* hole.c - the types of varying spans, compiled and tried */
#include "effects/hole.h"

#include "base/mem.h"
#include "base/regex.h"
#include "base/str.h"

#include <string.h>

/* A name with '-' is no identifier, so rows go by their place. */
const struct hole_row hole_rows[] = {
#define HOLE(name_, words_, bits_, pattern_) { #name_, words_, bits_, pattern_ },
#include "effects/hole.def"
#undef HOLE
};
const size_t n_hole_rows = ARRAY_LEN(hole_rows);
_Static_assert(ARRAY_LEN(hole_rows) <= 64, "sets of types are bits of a number");

struct hole_set {
	struct regex *patterns[ARRAY_LEN(hole_rows)];
};

struct hole_set *
hole_set_new(void)
{
	struct hole_set *set = mem_alloc(sizeof *set);

	for (size_t i = 0; i < n_hole_rows; i++) {
		AUTO(str_done) struct str pattern = { 0 };
		struct err err = { 0 };
		int rc;

		str_addf(&pattern, "\\G(?<![A-Za-z0-9_])%s(?![A-Za-z0-9_])",
			hole_rows[i].pattern);
		rc = regex_new(&set->patterns[i], pattern.data, &err);
		assert(rc == 0); /* the table is ours */
		err_done(&err);
	}
	return set;
}

void
hole_set_free(struct hole_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < n_hole_rows; i++)
		regex_free(set->patterns[i]);
	mem_free(set);
}

size_t
hole_length(const struct hole_set *set, size_t row, const char *text, size_t n, size_t at)
{
	size_t end;

	assert(row < n_hole_rows);
	if (!regex_find(set->patterns[row], text, n, at, NULL, &end, NULL))
		return 0;
	return end - at;
}

static bool
is_plain(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n &&
		((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'z') ||
			(text[i] >= 'A' && text[i] <= 'Z')))
		i++;
	return i == n;
}

size_t
hole_longest(const struct hole_set *set, const char *text, size_t n, size_t at, uint64_t *types)
{
	size_t longest = 0;

	*types = 0;
	for (size_t i = 0; i < n_hole_rows; i++) {
		size_t length;

		/* What has a form of its own is not part of a random word. */
		if ((hole_rows[i].bits & HOLE_LAST) && longest && !is_plain(text + at, longest))
			continue;
		length = hole_length(set, i, text, n, at);
		if (length > longest)
			*types = 0;
		if (length && length >= longest) {
			longest = length;
			*types |= (uint64_t)1 << i;
		}
	}
	return longest;
}

size_t
hole_row_by_name(const char *name, size_t n)
{
	size_t i = 0;

	while (i < n_hole_rows &&
		(strlen(hole_rows[i].name) != n || memcmp(hole_rows[i].name, name, n) != 0))
		i++;
	return i;
}
