/* SPDX-License-Identifier: MIT */
/*
 * mark.c - which write made a byte of a stream
 *
 * Names in the text may have been replaced after the writes were noted. Then their bytes no
 * longer add up to the text, and nothing is said rather than something wrong.
 */

#include "judge/mark.h"

#include <inttypes.h>
#include <string.h>

static const char *
text_of(const struct effect *e)
{
	const struct value *v = e ? effect_value(e, "text") : NULL;

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

size_t
mark_parting(const struct effect *golden, const struct effect *run)
{
	const char *a = golden ? text_of(golden) : "", *b = text_of(run);
	size_t at = 0;

	if (!a || !b)
		return SIZE_MAX;
	while (a[at] && a[at] == b[at])
		at++;
	return at;
}

bool
mark_take(struct difference *d, struct arena *arena, uint64_t *seq, const struct effect *run,
	size_t at)
{
	const char *text = text_of(run);
	uint64_t end = 0, sum = 0;

	for (size_t i = 0; i < run->n_marks; i++)
		sum += run->marks[i].n;
	if (!text || !run->n_marks || at == SIZE_MAX || sum != strlen(text))
		return false;
	for (size_t i = 0; i < run->n_marks; i++) {
		const struct mark *m = &run->marks[i];

		end += m->n;
		if (end <= at && i + 1 < run->n_marks)
			continue;
		d->evidence = arena_printf(arena,
			"write of %" PRIu64 " byte%s from byte %" PRIu64 " on, by %s", m->n,
			m->n == 1 ? "" : "s", end - m->n + 1, m->by);
		*seq = m->seq;
		return true;
	}
	return false;
}
