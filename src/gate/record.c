/* SPDX-License-Identifier: MIT */
/*
 * record.c - one target's golden, from several runs that agree
 *
 * Nothing is written unless every run ended by itself as expected, was traced without a hole,
 * and did the same as the others.
 */

#include "gate/inner.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/fingerprint.h"
#include "store/golden.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_LIMIT 10 /* sentences on what differed between runs */

static bool
refuse_exit(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	const char *tail = *run->stderr_tail ? run->stderr_tail : run->stdout_tail;

	verdict_set(g, v, VERDICT_FAIL, "renacer/record/exit",
		arena_printf(g->arena, "not recorded: it exited %d, expect_exit is %d",
			run_exit(run), target->expect_exit),
		*tail ? arena_printf(g->arena, "it printed:\n%s", tail) : NULL,
		arena_printf(
			g->arena, "when that is right, %s", say_expect_exit(g, run_exit(run))));
	return false;
}

/* May this run become part of a golden? */
static bool
is_fit(struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	const char *why = run->disagreement;

	if (!run_is_whole(g, target, run, v))
		return false;
	if (!trace_is_complete(&run->footer))
		why = run->footer.reason[0] ? run->footer.reason : "the trace is incomplete";
	if (why) {
		verdict_set(g, v, VERDICT_INCONCLUSIVE, "renacer/inconclusive",
			arena_printf(g->arena, "not recorded: %s", why), NULL,
			run->footer.n_rings ? "set io_uring = \"deny\" in its [[target]]"
					    : NULL);
		return false;
	}
	if (!run->footer.n_calls || !run->golden->n_effects) {
		verdict_set(g, v, VERDICT_ERROR, "renacer/record/empty",
			arena_printf(g->arena, "not recorded: %s was seen",
				run->footer.n_calls ? "no effect" : "no call"),
			NULL, NULL);
		return false;
	}
	return run_exit(run) == target->expect_exit || refuse_exit(g, target, run, v);
}

static bool
refuse_unstable(struct gate *g, const struct target *target, uint32_t n_runs, size_t unstable,
	const struct str *report, struct verdict *v)
{
	verdict_set(g, v, VERDICT_FLAKY, "renacer/record/unstable",
		arena_printf(g->arena, "not recorded: %zu effect%s differed between %u runs",
			unstable, unstable == 1 ? "" : "s", n_runs),
		arena_strdup(g->arena, str_text(report)),
		target->sandbox
			? "make the program repeat itself, or add ignore_paths or redact "
			  "to its [[target]]"
			: "set sandbox = true in its [[target]], or add ignore_paths or "
			  "redact");
	return false;
}

static bool
merge(struct gate *g, const struct target *target, const struct run *runs, uint32_t n,
	struct golden **out, struct verdict *v)
{
	struct golden **goldens = arena_array(g->arena, n, sizeof *goldens);
	AUTO(str_done) struct str report = { 0 };
	struct err err = { 0 };
	size_t unstable = 0;

	for (uint32_t i = 0; i < n; i++)
		goldens[i] = runs[i].golden;
	if (effects_merge(out, goldens, n, &unstable, &report, REPORT_LIMIT, &err) < 0) {
		verdict_from_err(v, g->arena, &err);
		err_done(&err);
		return false;
	}
	return !unstable || refuse_unstable(g, target, n, unstable, &report, v);
}

static void
save(struct gate *g, const struct target *target, const struct run *runs, uint32_t n,
	struct golden *golden, struct verdict *v)
{
	const struct fingerprint *f = &runs[0].golden->fingerprint;
	struct arena *a = golden->arena;
	struct err err = { 0 };
	const char *slash = strrchr(target->golden, '/'), *said;
	bool written;

	golden->fingerprint =
		(struct fingerprint){ arena_strdup(a, f->arch), arena_strdup(a, f->libc),
			arena_strdup(a, f->interpreter), arena_strdup(a, f->build_id) };
	if (dir_make(arena_strndup(a, target->golden, (size_t)(slash - target->golden)), 0755,
		    &err) < 0 ||
		golden_save(golden, target->golden, g->config->zst_above, &written, &err) < 0) {
		verdict_from_err(v, g->arena, &err);
		err_done(&err);
		return;
	}
	said = say_effects(g->arena, golden);
	v->golden_runs = n;
	v->n_compared = golden->n_effects;
	v->text = arena_printf(g->arena, "%s: %u run%s, %llu calls, %zu effect%s%s%s",
		written ? "recorded" : "unchanged", n, n == 1 ? "" : "s",
		(unsigned long long)runs[0].footer.n_calls, golden->n_effects,
		golden->n_effects == 1 ? "" : "s", *said ? ": " : "", said);
}

/* How many were run; the last one may have failed, which the verdict then says. */
static uint32_t
run_all(struct gate *g, const struct target *target, struct run *runs, uint32_t n,
	struct verdict *v)
{
	struct err err = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		v->n_runs = i + 1;
		if (gate_run(g, target, i + 1, &runs[i], &err) < 0) {
			verdict_from_err(v, g->arena, &err);
			err_done(&err);
			return i + 1;
		}
		v->time_ns += runs[i].time_ns;
		if (!is_fit(g, target, &runs[i], v))
			return i + 1;
	}
	return n;
}

static bool
has_golden(struct gate *g, const struct target *target, struct verdict *v)
{
	const char *why =
		target->equivalent_to
			? "nothing to record: it is compared with the run of another target"
		: target->expects_fail ? "nothing to record: expect = \"fail\" needs the "
					 "golden of a program that is right"
				       : NULL;

	if (!why)
		return true;
	v->kind = VERDICT_SKIP;
	v->text = arena_strdup(g->arena, why);
	return false;
}

void
record_target(struct gate *g, const struct target *target, struct verdict *out)
{
	uint32_t n = g->opts->runs ? g->opts->runs : target->record_runs, n_done;
	struct run *runs = arena_array(g->arena, n, sizeof *runs);
	AUTO(golden_free) struct golden *golden = NULL;

	*out = verdict_begin(g, target);
	out->expects_fail = false; /* it is about the recording */
	if (!has_golden(g, target, out))
		return;
	out->kind = VERDICT_PASS;
	n_done = run_all(g, target, runs, n, out);
	if (out->kind == VERDICT_PASS && merge(g, target, runs, n, &golden, out))
		save(g, target, runs, n, golden, out);
	for (uint32_t i = 0; i < n_done; i++) {
		if (out->kind == VERDICT_PASS)
			artifacts_remove(g, target, i + 1);
		if (i + 1 == n_done)
			verdict_keep(g, out, &runs[i]);
		run_done(&runs[i]);
	}
}
