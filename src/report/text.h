/* SPDX-License-Identifier: MIT */
/*
 * text.h - what the files share that write the report for people at a terminal
 *
 * Text that came from a target never starts a line: runners take a line that starts with "::"
 * for a command.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "report/formats.h"

#define TEXT_INDENT 7

enum text_color { TEXT_PLAIN, TEXT_RED, TEXT_GREEN, TEXT_YELLOW, TEXT_BOLD, TEXT_DIM };

struct text {
	struct str *out;
	const struct report_opts *opts;
	struct str room;
	bool has_scores; /* of selftest and calibrate */
};

/* text_lines.c: words, sentences and blocks, of any bytes but for the first. */
void text_colored(struct text *t, enum text_color color, const char *ours);
void text_clean(struct text *t, enum text_color color, const char *text);
/* A sentence, broken at blanks where the terminal ends; `column` is where it starts. */
void text_wrapped(struct text *t, enum text_color color, const char *text, size_t column);
/* Several lines, each behind a bar. */
void text_block(struct text *t, const char *text);
/* A line "label text"; NULL: none. */
void text_labelled(struct text *t, const char *label, const char *text);

/* text_findings.c: what is wrong, and what to do about it. */
void text_findings(struct text *t, const struct verdict *v);
/* A pass may still carry warnings, or the differences that it was meant to have. */
void text_remarks(struct text *t, const struct verdict *v);

#endif
