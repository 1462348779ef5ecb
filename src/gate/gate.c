/* SPDX-License-Identifier: MIT */
/* gate.c - which targets, in which order, and what the whole comes to */

#include "gate/gate.h"

#include "base/clock.h"
#include "base/regex.h"
#include "gate/compare_ref.h"
#include "gate/key.h"
#include "gate/sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
is_picked(const struct gate_opts *opts, const char *name, bool *used)
{
	bool picked = !opts->n_patterns;

	for (size_t i = 0; i < opts->n_patterns; i++) {
		if (!glob_matches(opts->patterns[i], name))
			continue;
		used[i] = true;
		picked = true;
	}
	return picked;
}

static int
unknown_target(struct gate *g, const char *pattern, struct err *err)
{
	const struct config *c = g->config;
	const char **names = arena_array(g->arena, c->n_targets + 1, sizeof *names), *near;

	for (size_t i = 0; i < c->n_targets; i++)
		names[i] = c->targets[i].name;
	near = key_nearest(names, pattern);
	err_set(err, "no target '%s' in '%s'", pattern, c->path);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	return err_as(err, ERR_USAGE);
}

/* The targets asked for. */
static int
make_plan(struct plan *out, struct gate *g, struct err *err)
{
	const struct config *c = g->config;
	bool *used = arena_array(g->arena, g->opts->n_patterns + 1, sizeof *used);

	if (!c->n_targets) {
		err_set(err, "'%s' has no [[target]]: nothing to run", c->path);
		err_hint(err, "add one with name = \"…\" and command = [\"…\"]");
		return err_as(err, ERR_USAGE);
	}
	*out = (struct plan){ .gate = g,
		.targets = arena_array(g->arena, c->n_targets, sizeof(void *)),
		.verdicts = arena_array(g->arena, c->n_targets, sizeof *out->verdicts),
		.is_done = arena_array(g->arena, c->n_targets, sizeof *out->is_done) };
	for (size_t i = 0; i < c->n_targets; i++)
		if (is_picked(g->opts, c->targets[i].name, used))
			out->targets[out->n++] = &c->targets[i];
	for (size_t i = 0; i < g->opts->n_patterns; i++)
		if (!used[i])
			return unknown_target(g, g->opts->patterns[i], err);
	return 0;
}

bool
plan_ends_with(const struct plan *p, const struct verdict *v)
{
	bool fail_fast = p->gate->opts->fail_fast || p->gate->config->fail_fast;

	return fail_fast && v->kind != VERDICT_PASS && v->kind != VERDICT_SKIP;
}

void
plan_tell(const struct plan *p, size_t nr, bool done)
{
	const struct gate_opts *opts = p->gate->opts;

	if (opts->progress)
		opts->progress(opts->arg, p->targets[nr], nr + 1, p->n, done,
			done ? &p->verdicts[nr] : NULL);
}

bool
plan_is_interrupted(const struct plan *p)
{
	const struct gate_opts *opts = p->gate->opts;

	return opts->is_interrupted && opts->is_interrupted(opts->arg);
}

static void
run_in_order(struct plan *p, target_fn function)
{
	for (size_t nr = 0; nr < p->n && !plan_is_interrupted(p); nr++) {
		plan_tell(p, nr, false);
		function(p->gate, p->targets[nr], &p->verdicts[nr]);
		p->is_done[nr] = true;
		plan_tell(p, nr, true);
		if (plan_ends_with(p, &p->verdicts[nr]))
			break;
	}
}

static int
run_gate(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, const char *command, target_fn function, struct err *err)
{
	struct gate g = { .config = config, .opts = opts, .arena = arena, .here = "/" };
	uint64_t began_ns = clock_monotonic_ns();
	char *here = getcwd(NULL, 0);
	struct plan plan = { 0 };

	if (here)
		g.here = arena_strdup(arena, here);
	free(here);
	*out = (struct verdicts){ .command = command, .started_ns = clock_wall_ns() };
	if (make_plan(&plan, &g, err) < 0)
		return -1;
	sandbox_remove_leftovers();
	if (config->jobs > 1 && plan.n > 1)
		jobs_run(&plan, config->jobs, function);
	else
		run_in_order(&plan, function);
	/* Without those that fail-fast or an interrupt left out. */
	out->items = plan.verdicts;
	for (size_t i = 0; i < plan.n; i++)
		if (plan.is_done[i])
			out->items[out->n++] = plan.verdicts[i];
	if (opts->compare_ref && compare_ref(out, &g, err) < 0)
		return -1;
	out->time_ns = clock_monotonic_ns() - began_ns;
	out->exit_status = verdicts_exit(out);
	return 0;
}

int
gate_check(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err)
{
	return run_gate(out, arena, config, opts, "check", check_target, err);
}

int
gate_selftest(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err)
{
	return run_gate(out, arena, config, opts, "selftest", selftest_target, err);
}

int
gate_calibrate(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err)
{
	return run_gate(out, arena, config, opts, "calibrate", calibrate_target, err);
}

int
gate_record(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err)
{
	const char *ci = getenv("CI");

	if (ci && (strcmp(ci, "true") == 0 || strcmp(ci, "1") == 0)) {
		err_set(err, "CI=%s: goldens are recorded by people and committed", ci);
		err_hint(err, "record at your desk; 'CI= renacer-gate record' if this is one");
		return err_as(err, ERR_USAGE);
	}
	return run_gate(out, arena, config, opts, "record", record_target, err);
}
