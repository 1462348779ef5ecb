/* SPDX-License-Identifier: MIT */
/* misfit.c - what stands in a text where a golden has a hole of another type */

#include "judge/misfit.h"

#include "base/str.h"
#include "effects/template.h"
#include "judge/show.h"

#include <string.h>

#define WORD_WIDTH 40

static const char *
say(struct arena *arena, const struct template_misfit *m, const struct template_pair *p,
	size_t row)
{
	AUTO(str_done) struct str type = { 0 };
	const char *word = p->text + m->at;
	size_t rest = p->n - m->at, n;

	rest -= rest && word[rest - 1] == '\n';
	n = strcspn(word, " \t,;)]}\"\n");
	n = n ? MIN(n, rest) : rest;
	template_say(&type, &m->hole);
	return arena_printf(arena, "line %zu has %s where the golden has %s", row,
		n ? show_quoted(arena, word, n, 0, WORD_WIDTH) : "nothing", type.data);
}

const char *
misfit_words(struct arena *arena, const char *wanted, const char *found)
{
	AUTO(hole_set_free) struct hole_set *set = hole_set_new();
	struct template_of of = { .set = set };
	size_t row = 1;

	while (*wanted && *found) {
		struct template_pair p = { wanted, strcspn(wanted, "\n"), found,
			strcspn(found, "\n") };
		struct template_misfit m;

		p.n_template += wanted[p.n_template] == '\n';
		p.n += found[p.n] == '\n';
		if (p.n != p.n_template || memcmp(wanted, found, p.n) != 0) {
			m = template_find_misfit(&of, &p);
			return m.is_one ? say(arena, &m, &p, row) : NULL;
		}
		wanted += p.n_template;
		found += p.n;
		row++;
	}
	return NULL;
}
