/* SPDX-License-Identifier: MIT */
/* gate.c - which targets, in which order, and what the whole comes to */

#include "gate/gate.h"

#include "base/clock.h"
#include "base/regex.h"
#include "gate/inner.h"
#include "gate/key.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*target_fn)(struct gate *g, const struct target *target, struct verdict *out);

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

/* The targets asked for, in the order of the configuration; ends in NULL. */
static int
plan(struct gate *g, const struct target ***out, size_t *n, struct err *err)
{
	const struct config *c = g->config;
	bool *used = arena_array(g->arena, g->opts->n_patterns + 1, sizeof *used);

	if (!c->n_targets) {
		err_set(err, "'%s' has no [[target]]: nothing to run", c->path);
		err_hint(err, "add one with name = \"…\" and command = [\"…\"]");
		return err_as(err, ERR_USAGE);
	}
	if (c->jobs > 1) {
		err_set(err, "running %u targets at once is not supported yet", c->jobs);
		err_hint(err, "leave it at one job");
		return err_as(err, ERR_USAGE);
	}
	*out = arena_array(g->arena, c->n_targets + 1, sizeof **out);
	*n = 0;
	for (size_t i = 0; i < c->n_targets; i++)
		if (is_picked(g->opts, c->targets[i].name, used))
			(*out)[(*n)++] = &c->targets[i];
	for (size_t i = 0; i < g->opts->n_patterns; i++)
		if (!used[i])
			return unknown_target(g, g->opts->patterns[i], err);
	return 0;
}

static bool
is_bad(const struct verdict *v)
{
	return v->kind != VERDICT_PASS && v->kind != VERDICT_SKIP;
}

static void
tell(const struct gate *g, const struct target *target, size_t nr, size_t n,
	const struct verdict *verdict)
{
	if (g->opts->progress)
		g->opts->progress(g->opts->arg, target, nr, n, verdict != NULL, verdict);
}

static void
run_plan(struct gate *g, const struct target *const *targets, size_t n, target_fn function,
	struct verdicts *out)
{
	bool fail_fast = g->opts->fail_fast || g->config->fail_fast;

	out->items = arena_array(g->arena, n, sizeof *out->items);
	for (size_t i = 0; i < n; i++) {
		struct verdict *v = &out->items[out->n];

		tell(g, targets[i], i + 1, n, NULL);
		function(g, targets[i], v);
		out->n++;
		tell(g, targets[i], i + 1, n, v);
		if (fail_fast && is_bad(v))
			break;
		if (g->opts->is_interrupted && g->opts->is_interrupted(g->opts->arg))
			break;
	}
}

static int
run_gate(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, const char *command, target_fn function, struct err *err)
{
	struct gate g = { .config = config, .opts = opts, .arena = arena, .here = "/" };
	uint64_t began_ns = clock_monotonic_ns();
	const struct target **targets = NULL;
	char *here = getcwd(NULL, 0);
	size_t n = 0;

	if (here)
		g.here = arena_strdup(arena, here);
	free(here);
	*out = (struct verdicts){ .command = command, .started_ns = clock_wall_ns() };
	if (plan(&g, &targets, &n, err) < 0)
		return -1;
	run_plan(&g, targets, n, function, out);
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
gate_record(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err)
{
	const char *ci = getenv("CI");

	if (!opts->force_record && ci && (strcmp(ci, "true") == 0 || strcmp(ci, "1") == 0)) {
		err_set(err, "CI=%s: goldens are recorded by people and committed", ci);
		err_hint(err, "record at your desk; 'CI= renacer-gate record' if this is one");
		return err_as(err, ERR_USAGE);
	}
	return run_gate(out, arena, config, opts, "record", record_target, err);
}
