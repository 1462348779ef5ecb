/* SPDX-License-Identifier: MIT */
/* note.c - what a configuration says and nothing goes by */

#include "base/str.h"
#include "gate/config.h"

#include <stdarg.h>
#include <string.h>

void
config_note(struct config *c, struct pos at, const char *fmt, ...)
{
	struct config_note *more = arena_array(c->arena, c->n_notes + 1, sizeof *more);
	AUTO(str_done) struct str text = { 0 };
	va_list args;

	if (c->n_notes)
		memcpy(more, c->notes, c->n_notes * sizeof *more);
	va_start(args, fmt);
	str_addv(&text, fmt, args);
	va_end(args);
	more[c->n_notes++] =
		(struct config_note){ at, arena_strdup(c->arena, str_text(&text)) };
	c->notes = more;
}
