/* SPDX-License-Identifier: MIT */
/*
 * suspects.c - what one run shows unlike the golden, and the next one need not
 *
 * Something that an unchanged program does in a share p of its runs is in none of six
 * recordings and in each of six runs with (1-p)^6 p^6, which is 1 in 4096 at the most.
 */

#include "judge/rule_own.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define N_STEADY 3 /* runs, where nothing seems to depend on chance */

static int
compare_names(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

bool
suspects_had(const struct suspects *before, const char *name)
{
	return !before || bsearch(&name, before->names, before->n, sizeof name, compare_names);
}

static void
note_gone(struct suspects *out, const struct suspects *before, const struct map *kept)
{
	out->n_gone = before->n_gone;
	out->gone = before->gone;
	for (size_t i = 0; i < before->n; i++) {
		const char *name = before->names[i];

		if (map_get_text(kept, name))
			continue;
		if (!out->n_gone++)
			out->gone = name + strspn(name, "+-=");
	}
}

bool
judging_has_turns(const struct judging *j)
{
	return j->facts->n_processes + j->facts->n_threads > 1;
}

const struct suspects *
suspects_new(const struct judging *j, const struct map *kept, bool may_vary)
{
	struct suspects *s = arena_alloc(j->arena, sizeof *s);
	const char **names = arena_array(j->arena, map_count(kept) + 1, sizeof *names);
	const void *key;
	size_t at = 0, len;

	s->n_runs = j->before ? j->before->n_runs + 1 : 1;
	while (map_next(kept, &at, &key, &len, NULL))
		names[s->n++] = arena_strndup(j->arena, key, len);
	if (s->n)
		qsort(names, s->n, sizeof *names, compare_names);
	s->names = names;
	if (j->before)
		note_gone(s, j->before, kept);
	s->n_wanted = may_vary || s->n_gone || judging_has_turns(j) ? N_CERTAIN : N_STEADY;
	if (j->before)
		s->n_wanted = MAX(s->n_wanted, j->before->n_wanted);
	return s;
}

void
suspects_conclude(const struct judging *j, const struct suspects *s, const char *what)
{
	if (j->out->kind == VERDICT_FAIL && !j->unseen && s->n_runs < s->n_wanted)
		j->out->suspects = s;
	if (s->n_gone)
		j->out->chance = arena_printf(j->arena,
			"%zu %s%s unlike the golden came in one run and not in another, such "
			"as %s",
			s->n_gone, what, s->n_gone == 1 ? "" : "s", s->gone);
}
