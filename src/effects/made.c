/* SPDX-License-Identifier: MIT */
/* made.c - what a run gave names to, and the numbers that it was given */
#include "effects/made.h"

#include "effects/alias.h"
#include "effects/left.h"
#include "effects/listing.h"
#include "effects/names.h"
#include "effects/out.h"
#include "effects/path.h"
#include "effects/process.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000u

/* Made or tried, or looked for in vain where temporary things live: `mktemp -u`. */
static bool
is_candidate(const struct effects *fx, const struct name *n)
{
	const char *tmp = fx->header.tmp;

	return n->maker || n->was_tried ||
	       (n->existed == EXISTED_NO && tmp && path_is_below(n->path, tmp, strlen(tmp)));
}

static void
fill_made(struct effects *fx, struct golden *g)
{
	AUTO(str_done) struct str path = { 0 };
	AUTO(mem_free) struct name **names = NULL;
	size_t n;

	names = out_names(fx, &n);
	g->made = arena_array(g->arena, n + left_count(fx), sizeof *g->made);
	for (size_t i = 0; i < n; i++) {
		const struct name *name = names[i];

		if (name_existed(fx, name) == EXISTED_YES || !is_candidate(fx, name))
			continue;
		str_clear(&path);
		alias_made_path(fx, &path, name);
		g->made[g->n_made++] = (struct golden_made){
			.path = arena_strdup(g->arena, str_text(&path)),
			.random = arena_strdup(g->arena, name->random),
			.prefix = arena_strdup(g->arena, name->random_prefix),
			.from_seq = name->from_seq,
			.to_seq = name->to_seq,
		};
		listing_fill(fx, name, g, &g->made[g->n_made - 1]);
	}
}

static int
compare_words(const void *x, const void *y)
{
	const struct golden_word *a = x, *b = y;

	return strcmp(a->raw, b->raw);
}

static void
fill_words(struct effects *fx, struct golden *g)
{
	g->words = arena_array(g->arena, fx->n_tasks, sizeof *g->words);
	for (size_t i = 0; i < fx->n_tasks; i++) {
		AUTO(str_done) struct str alias = { 0 };
		const struct task *t = fx->tasks[i];

		if (!t || map_get_number(fx->by_pid, (uint32_t)t->tid) != t)
			continue;
		str_add(&alias, "<pid:");
		task_place(&alias, t);
		str_add_char(&alias, '>');
		g->words[g->n_words++] = (struct golden_word){
			.raw = arena_printf(g->arena, "%d", t->tid),
			.alias = arena_strdup(g->arena, alias.data),
		};
	}
	if (g->n_words)
		qsort(g->words, g->n_words, sizeof *g->words, compare_words);
}

void
made_fill(struct effects *fx, struct golden *g)
{
	uint64_t start_ns = fx->header.started_ns;

	g->is_raw = true;
	if (start_ns) {
		g->first_s = start_ns / SECOND_NS - 1; /* it was noted when it had begun */
		g->last_s = (start_ns + fx->last_ns) / SECOND_NS + 1;
	}
	fill_made(fx, g);
	left_fill(fx, g);
	fill_words(fx, g);
}
