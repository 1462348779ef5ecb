/* SPDX-License-Identifier: MIT */
/*
 * output_map_inner.h - the maps themselves; for output_map.c and the files that hold one
 */
#ifndef JUDGE_OUTPUT_MAP_INNER_H
#define JUDGE_OUTPUT_MAP_INNER_H

#include "judge/output_map.h"

/* What a map looked at in one text, as it was written there (borrowed from that text), and the
 * form that it got in the other one. */
struct spelling {
	const char *text;
	size_t n;
	size_t form_at, n_form;
	const char *form; /* set when the new text is whole */
};

struct spellings {
	struct spelling *items;
	size_t n, capacity;
};

/* The form is what was appended to out from form_at on. */
void spellings_add(
	struct spellings *s, const char *text, size_t n, const struct str *out, size_t form_at);

/* Each appends the text in its one form and notes what it looked at. */
void map_bool_case(struct str *out, const char *text, size_t n, struct spellings *seen);
void map_py_repr_quotes(struct str *out, const char *text, size_t n, struct spellings *seen);
void map_debug_wrapper(struct str *out, const char *text, size_t n, struct spellings *seen);
void map_json(struct str *out, const char *text, size_t n, struct spellings *seen);
void map_sorted_lines(struct str *out, const char *text, size_t n, struct spellings *seen);
void map_trailing_newline(struct str *out, const char *text, size_t n, struct spellings *seen);

/* Gives the run the golden's spelling of numbers that are near enough; how many. */
size_t map_float_tolerance(
	const struct output_map *map, const struct str *golden, struct str *run);

/* How many lines of the one are not in the other, in order. */
size_t lines_unlike(const struct str *golden, const struct str *run);

/* Can a value begin at text[at], end before it? What stands around decides. */
bool value_may_begin(const char *text, size_t at);
bool value_may_end(const char *text, size_t n, size_t at);
/* The length of the quoted literal that begins at text[at]; 0: none does. */
size_t literal_length(const char *text, size_t n, size_t at);

/* A decimal number in its one form: "-1.5", "100", "1e-30"; the sign of a zero is kept. False:
 * not a number, or an exponent that is out of all bounds. */
bool decimal_add(struct str *out, const char *text, size_t n);

#endif
