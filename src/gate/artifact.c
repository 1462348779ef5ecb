/* SPDX-License-Identifier: MIT */
/*
 * artifact.c - what a run leaves in the directory of --artifacts when it did not pass
 *
 * NAME.rtrace, NAME.stdout, NAME.stderr; NAME.2.rtrace and so on for later runs; NAME.golden is
 * what the run would have as its golden.
 */

#include "gate/inner.h"

#include "base/file.h"
#include "gate/again.h"
#include "gate/budgets.h"
#include "gate/perturb.h"
#include "store/golden.h"

#include <unistd.h>

static const char *
path_in(struct arena *arena, const char *dir, const char *target, uint32_t nr,
	const char *ending)
{
	if (nr > 1)
		return arena_printf(arena, "%s/%s.%u.%s", dir, target, nr, ending);
	return arena_printf(arena, "%s/%s.%s", dir, target, ending);
}

static const char *
path_of(struct gate *g, const struct target *target, uint32_t nr, const char *ending)
{
	return path_in(g->arena, g->opts->artifacts, target->name, nr, ending);
}

const char *
gate_trace_path(struct arena *arena, const char *dir, const char *target, uint32_t nr)
{
	return path_in(arena, dir, target, nr, "rtrace");
}

/* Only a task that stands still at its calls can be held up there, or its stack followed. */
static enum capture_backend
backend_for(const struct gate *g, unsigned perturbed)
{
	enum capture_backend wish = gate_backend(g);

	return wish == BACKEND_EBPF && (g->stacks || g->unseen || (perturbed & PERTURB_SLOW))
		       ? BACKEND_PTRACE
		       : wish;
}

int
gate_run_perturbed(struct gate *g, const struct target *target, uint32_t nr, unsigned perturbed,
	struct run *out, struct err *err)
{
	struct run_opts opts = {
		.backend = backend_for(g, perturbed),
		.grant = g->opts->grant,
		.grant_nr = g->opts->grant_nr,
		.all_calls = g->all_calls || budgets_need_all_calls(target),
		.stacks = g->stacks,
		.listings = g->listings,
		.keep_sandbox = !g->stacks && g->opts->keep_sandboxes,
		.perturbed = perturbed,
		.tape = g->tape,
		.is_interrupted = g->opts->is_interrupted,
		.arg = g->opts->arg,
	};

	if (g->opts->traces && nr)
		opts.trace_path = gate_trace_path(g->arena, g->opts->traces, target->name, nr);
	if (g->opts->artifacts && nr) {
		if (dir_make(g->opts->artifacts, 0755, err) < 0)
			return err_wrap(err, "artifacts");
		opts.trace_path = path_of(g, target, nr, "rtrace");
		opts.stdout_path = path_of(g, target, nr, "stdout");
		opts.stderr_path = path_of(g, target, nr, "stderr");
	}
	return again_run(out, g->config, target, &opts, err);
}

void
artifacts_remove(struct gate *g, const struct target *target, uint32_t nr)
{
	static const char *const endings[] = { "stdout", "stderr", "rtrace" };
	size_t n = ARRAY_LEN(endings) - (g->opts->traces != NULL);

	for (size_t i = 0; g->opts->artifacts && i < n; i++)
		unlink(path_of(g, target, nr, endings[i]));
}

void
artifacts_pending(
	struct gate *g, const struct target *target, struct run *run, struct verdict *v)
{
	struct err err = { 0 };
	struct finding note = { .level = FINDING_NOTE,
		.rule_id = "renacer/artifacts",
		.subject = target->name,
		.at = target->at };
	const char *path;
	bool written;

	if (!g->opts->artifacts)
		return;
	path = path_of(g, target, 1, "golden");
	note_numbers(g, target, run->golden, run);
	if (run->timed_out || run->interrupted || run->disagreement ||
		!trace_is_complete(&run->footer)) {
		note.text = arena_printf(g->arena, "its trace and output are in '%s'",
			shown_path(g, g->opts->artifacts));
	} else if (golden_save(run->golden, path, g->config->zst_above, &written, &err) < 0) {
		note.level = FINDING_WARNING;
		note.text =
			arena_printf(g->arena, "the run's golden was not kept: %s", err.text);
		err_drop(&err); /* said in the note; the verdict stands without it */
	} else {
		note.text =
			arena_printf(g->arena, "its trace, output and new golden are in '%s'",
				shown_path(g, g->opts->artifacts));
	}
	verdict_add_finding(v, g->arena, &note);
}
