/* SPDX-License-Identifier: MIT */
/* redact.c - what the user wants hidden, taken out of texts */

#include "base/regex.h"
#include "effects/effects.h"

/* True when the pattern was found. */
static bool
apply(struct redaction *r, struct str *text, bool *gave_up)
{
	AUTO(str_done) struct str out = { 0 };
	size_t from = 0, start, end;
	bool any = false;

	while (from <= text->n &&
		regex_find(r->pattern, str_text(text), text->n, from, &start, &end, gave_up)) {
		str_add_n(&out, text->data + from, start - from);
		str_add(&out, r->with);
		r->n_used++;
		any = true;
		if (end == start && end < text->n)
			str_add_char(&out, text->data[end]);
		from = end + (end == start);
	}
	if (from > text->n)
		from = text->n;
	str_add_n(&out, str_text(text) + from, text->n - from);
	str_clear(text);
	str_add_n(text, str_text(&out), out.n);
	return any;
}

bool
redactions_apply(struct redaction *list, size_t n, struct str *text, bool *gave_up)
{
	bool any = false, one;

	if (gave_up)
		*gave_up = false;
	for (size_t i = 0; i < n; i++) {
		one = false;
		any |= apply(&list[i], text, &one);
		if (gave_up)
			*gave_up |= one;
	}
	return any;
}
