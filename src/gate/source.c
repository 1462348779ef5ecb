/* SPDX-License-Identifier: MIT */
/*
 * source.c - the source lines of what a verdict shows, from a second run when it has failed
 *
 * Following the stack of every call costs more than tracing it, so that it is only done for
 * rules that ask for functions and lines, and for who has to find out what went wrong.
 */

#include "gate/source.h"

#include "gate/paths.h"
#include "judge/origin.h"

#include <sys/stat.h>
#include <unistd.h>

static bool
is_readable_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
}

/* As compilers name sources: absolute, or relative to where the project's root was. */
static void
shorten(void *arg, struct origin *origin)
{
	struct gate *g = arg;
	const char *path, *below;

	if (!origin->at.file)
		return;
	path = paths_join(g->arena, g->here, origin->at.file);
	below = paths_below(g->here, path);
	if (!below || !*below || !is_readable_file(path))
		return;
	origin->at.file = below;
	origin->is_ours = true;
}

static bool
is_worth_a_run(const struct gate *g, const struct target *target, const struct run *run,
	const struct verdict *v)
{
	uint32_t n_runs = g->opts->runs ? g->opts->runs : target->runs;
	enum source_lines wish = g->config->source_lines;
	bool may = target->sandbox ? wish != SOURCE_LINES_NEVER : wish == SOURCE_LINES_ALWAYS;

	/* Without a sandbox a run that comes later would find what ours left. */
	return may && n_runs == 1 && !target->retries && v->kind == VERDICT_FAIL &&
	       !run->timed_out && !run->interrupted && !run->facts->has_stacks &&
	       origins_are_missing(v) &&
	       !(g->opts->is_interrupted && g->opts->is_interrupted(g->opts->arg));
}

/* What columns have lent goes with them, before the verdict does. */
static void
keep(void *arg, struct origin *origin)
{
	struct arena *arena = arg;

	origin->function = arena_strdup(arena, origin->function);
	origin->at.file = arena_strdup(arena, origin->at.file);
}

static void
judge_again(struct gate *g, const struct target *target, const struct reference *r,
	struct verdict *v)
{
	struct verdict second = verdict_begin(g, target);
	struct run run = { 0 };
	struct err err = { 0 };
	int rc;

	g->stacks = true;
	rc = gate_run(g, target, 0, &run, &err);
	g->stacks = false;
	if (rc == 0)
		rc = judge_run(g, target, r, &run, &second, &err);
	if (rc == 0 && second.kind == VERDICT_FAIL && run.columns) {
		origins_from_columns(&second, run.columns);
		origins_each(&second, keep, g->arena);
		origins_from_verdict(v, &second);
	}
	err_drop(&err); /* the verdict stands as it is, without lines */
	run_done(&run);
}

void
source_fill(struct gate *g, const struct target *target, const struct reference *r,
	const struct run *run, struct verdict *v)
{
	if (!run->facts)
		return;
	if (run->columns && run->facts->has_stacks)
		origins_from_columns(v, run->columns);
	if (is_worth_a_run(g, target, run, v))
		judge_again(g, target, r, v);
	origins_each(v, shorten, g);
}
