/* SPDX-License-Identifier: MIT */
/* finish.c - the end of a run: all that was seen, as the golden of it */
#include "effects/effects.h"

#include "effects/alias.h"
#include "effects/facts.h"
#include "effects/flows.h"
#include "effects/launch.h"
#include "effects/loader.h"
#include "effects/made.h"
#include "effects/hold.h"
#include "effects/order.h"
#include "effects/out.h"
#include "effects/process.h"
#include "effects/region.h"
#include "effects/table.h"

#include <stdlib.h>
#include <string.h>

/* Descriptors of tasks that never ended are closed, so that sockets tell what they did. */
static void
close_all(struct effects *fx)
{
	for (size_t i = 0; i < fx->n_tasks; i++) {
		struct task *t = fx->tasks[i];

		if (!t)
			continue;
		table_drop(fx, t->table);
		t->table = table_new();
	}
}

/* The first program's words, canonical. */
static const char *const *
canonical_argv(struct effects *fx, struct golden *g)
{
	size_t n = 0;
	const char **argv;

	while (fx->header.argv[n])
		n++;
	argv = arena_array(g->arena, n + 1, sizeof *argv);
	for (size_t i = 0; i < n; i++) {
		AUTO(str_done) struct str word = { 0 };
		AUTO(str_done) struct str clean = { 0 };

		alias_word(fx, &word, fx->header.argv[i], false);
		redact(fx, &word);
		str_add_escaped(&clean, str_text(&word), word.n);
		argv[i] = arena_strdup(g->arena, str_text(&clean));
	}
	return argv;
}

static void
fill(struct effects *fx, struct golden *g)
{
	struct out o = { .fx = fx, .golden = g };
	enum profile profile = fx->opts.profile;
	size_t n_kept = 0;

	out_exit(&o);
	out_execs(&o);
	out_streams(&o);
	out_paths(&o);
	out_nets(&o);
	out_deeds(&o);
	out_left(&o);
	out_tries(&o);
	out_reads(&o);
	out_orders(&o);
	flows_settle(fx);
	if (flows_wanted(fx))
		out_flows(&o);
	if (profile == PROFILE_STRICT)
		out_calls(&o);
	if (fx->opts.regions)
		regions_fill(&o);
	out_counts(&o);
	for (size_t i = 0; i < g->n_effects; i++)
		if (profile != PROFILE_COUNTS || g->effects[i].kind == EFFECT_COUNT)
			g->effects[n_kept++] = g->effects[i];
	g->n_effects = n_kept;
	str_done(&o.text);
}

static int
compare_pids(const void *x, const void *y)
{
	const int32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static void
note_pids(const struct effects *fx, struct golden *g)
{
	int32_t *pids = arena_array(g->arena, map_count(fx->by_pid), sizeof *pids);
	size_t at = 0, n = 0;
	const void *key;

	while (map_next(fx->by_pid, &at, &key, NULL, NULL)) {
		uint64_t pid;

		memcpy(&pid, key, sizeof pid);
		pids[n++] = (int32_t)pid;
	}
	qsort(pids, n, sizeof *pids, compare_pids);
	g->pids = pids;
	g->n_pids = n;
}

int
effects_finish(struct effects *fx, const struct trace_footer *footer, struct golden **out,
	struct err *err)
{
	AUTO(golden_free) struct golden *g = golden_new();

	if (fx->is_finished)
		return err_set(err, "the effects were finished already");
	held_flush(fx);
	if (!fx->first) {
		err_set(err, "no task was seen: nothing was traced");
		return err_as(err, ERR_UNSURE);
	}
	fx->is_finished = true;
	close_all(fx);
	processes_sort(fx);
	g->profile = fx->opts.profile;
	g->target = arena_strdup(g->arena, fx->opts.target ? fx->opts.target : "");
	g->argv = canonical_argv(fx, g);
	if (fx->header.machine)
		g->fingerprint.arch = arena_strdup(g->arena, fx->header.machine);
	note_pids(fx, g);
	launch_settle(fx);
	loader_settle(fx);
	fill(fx, g);
	facts_fill(fx, footer);
	made_fill(fx, g);
	if (!fx->opts.keep_names)
		effects_settle(g, NULL);
	*out = TAKE(g);
	return 0;
}
