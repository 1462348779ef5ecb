/* SPDX-License-Identifier: MIT */
/* again.c - a run whose trace has holes that it would not have under ptrace */

#include "gate/again.h"

#include "base/mem.h"
#include "base/str.h"
#include "gate/inner.h"

bool
again_is_due(const struct run *run)
{
	const struct trace_footer *f = &run->footer;
	bool has_holes = f->n_lost || f->n_escaped || f->n_untraceable || run->disagreement;

	return run->backend == BACKEND_EBPF && has_holes && !f->was_cut && !run->interrupted &&
	       !run->timed_out;
}

/* What was missing in the first run. */
static void
add_holes(struct str *out, const struct run *run)
{
	const struct trace_footer *f = &run->footer;
	const char *why = f->reason[0]        ? f->reason
			  : run->disagreement ? run->disagreement
					      : "the trace had holes";

	str_addf(out, "under ebpf %s", why);
}

/* The times of both count: that is how long it took. */
static int
repeat(struct run *run, const struct config *config, const struct target *target,
	const struct run_opts *opts, struct err *err)
{
	struct run_opts how = *opts;
	struct run second = { 0 };

	how.backend = BACKEND_PTRACE;
	if (how.tape)
		tape_clear(how.tape);
	if (run_target(&second, config, target, &how, err) < 0) {
		run_done(&second);
		return -1;
	}
	second.time_ns += run->time_ns;
	mem_free(second.why);
	second.why = mem_strdup("under ebpf something of it was lost");
	run_done(run);
	*run = second;
	return 0;
}

int
again_run(struct run *out, const struct config *config, const struct target *target,
	const struct run_opts *opts, struct err *err)
{
	AUTO(str_done) struct str said = { 0 };
	AUTO(str_done) struct str holes = { 0 };
	struct err failed = { 0 };

	if (run_target(out, config, target, opts, err) < 0)
		return -1;
	if (!again_is_due(out))
		return 0;
	add_holes(&holes, out);
	if (repeat(out, config, target, opts, &failed) == 0)
		str_addf(&said, "taken again under ptrace: %s", str_text(&holes));
	else
		str_addf(&said, "%s, and it could not be taken again under ptrace: %s",
			str_text(&holes), failed.text);
	err_done(&failed); /* said; the verdict on the first run is inconclusive */
	out->again = str_take(&said);
	return 0;
}

bool
again_may_differ(const struct run *run)
{
	return run->backend == BACKEND_EBPF && run->footer.n_seen_stops && !run->interrupted &&
	       !run->timed_out;
}

static void
add_note(struct gate *g, const struct target *target, const char *text, struct verdict *v)
{
	const struct finding note = { .level = FINDING_NOTE,
		.rule_id = "renacer/again",
		.subject = target->name,
		.text = text,
		.at = target->at };

	verdict_add_finding(v, g->arena, &note);
}

void
again_note_stops(struct gate *g, const struct target *target, uint32_t n, struct verdict *v)
{
	v->basis.again = arena_printf(g->arena,
		"taken again under ptrace: under ebpf it did not pass, and the target could "
		"see %u time%s that it was stopped",
		n, n == 1 ? "" : "s");
	add_note(g, target, v->basis.again, v);
}

void
again_note(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	if (run->again)
		add_note(g, target, arena_strdup(g->arena, run->again), v);
}
