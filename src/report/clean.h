/* SPDX-License-Identifier: MIT */
/*
 * clean.h - any bytes into text that no reader can take for something else
 *
 * What a traced program wrote ends up in reports. Here it loses what would make XML or JSON
 * invalid, move a terminal's cursor, turn the direction of writing, or be taken for a command
 * by a CI runner.
 */
#ifndef REPORT_CLEAN_H
#define REPORT_CLEAN_H

#include "base/str.h"

enum clean_how {
	CLEAN_LINE,  /* newlines become a visible \n */
	CLEAN_LINES, /* newlines and tabs stay */
};

/* Appends at most about `limit` bytes of the text, then "…" when it was longer. Valid UTF-8
 * that can be seen stays as it is; control characters and stray bytes become \xNN, characters
 * that change the direction of writing and ones that XML 1.0 does not know \u{N}, and "##[",
 * with which runners mark commands, loses its bracket to \x5b. */
void clean_add(struct str *out, const char *text, size_t limit, enum clean_how how);
/* The same in a room that is cleared first; valid until the room changes. NULL gives "". */
const char *clean(struct str *room, const char *text, size_t limit, enum clean_how how);

#endif
