/* SPDX-License-Identifier: MIT */
/*
 * show.h - two pieces of content side by side, so that a person sees where they part
 *
 * Everything comes out printable (control characters and invalid bytes as \xNN), bounded in
 * length whatever goes in, and lives in the arena given.
 */
#ifndef JUDGE_SHOW_H
#define JUDGE_SHOW_H

#include "base/mem.h"

struct str;

/* At most `width` bytes of the text, in single quotes, around byte `at`; what is cut off is
 * "…". */
const char *show_quoted(
	struct arena *arena, const char *text, size_t n, size_t at, size_t width);

/* Where two texts part, in words: "line 3 differs: wanted 'a', found 'b'". NULL: they are
 * equal. */
struct parting {
	const char *words;
	const char *wanted, *found; /* the lines, quoted; NULL: no such line */
};
bool show_parting(struct parting *out, struct arena *arena, const char *wanted, size_t n_wanted,
	const char *found, size_t n_found);

/* A unified diff with 3 lines of context; "" when equal. */
const char *show_text_diff(struct arena *arena, const char *wanted, size_t n_wanted,
	const char *found, size_t n_found);

/* The same for bytes written as hexadecimal digits. *first: the first byte that differs. */
const char *show_hex_diff(
	struct arena *arena, const char *wanted, const char *found, size_t *first);

/* When both are JSON objects or arrays: a line for each value that differs, by its JSON pointer
 * (RFC 6901), or that only the writing differs. false: not JSON on both sides. */
struct json_diff {
	size_t n;          /* values that differ */
	const char *text;  /* the lines */
	const char *first; /* the first line: "/users/3/name: "a" -> "b""; "" when n is 0 */
};
bool show_json_diff(struct json_diff *out, struct arena *arena, const char *wanted,
	size_t n_wanted, const char *found, size_t n_found);

/* Where two texts part and do not look it (letters composed otherwise, blanks of another kind,
 * nothing visible), the code points there: " (U+00E9, the golden has U+0065 U+0301)". "" when
 * what differs is plain ASCII on both sides. */
const char *show_code_points(struct arena *arena, const char *wanted, size_t n_wanted,
	const char *found, size_t n_found);

#endif
