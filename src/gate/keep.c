/* SPDX-License-Identifier: MIT */
/* keep.c - verdicts begun, set, and made to outlive the run that they are about */

#include "gate/inner.h"

#include "gate/carry.h"
#include "gate/paths.h"

const char *
shown_path(const struct gate *g, const char *path)
{
	const char *below = *path ? paths_below(g->here, path) : NULL;

	return below && *below ? below : path;
}

struct verdict
verdict_begin(struct gate *g, const struct target *target)
{
	return (struct verdict){
		.target = target->name,
		.expects_fail = target->expects_fail,
		.profile = target->profile,
		.golden_path = target->equivalent_to ? NULL : shown_path(g, target->golden),
		.config_path = *g->config->path ? shown_path(g, g->config->path) : NULL,
		.command = say_command(g->arena, target),
		.at = target->at,
	};
}

void
verdict_set(struct gate *g, struct verdict *v, enum verdict_kind kind, const char *rule_id,
	const char *text, const char *detail, const char *hint)
{
	v->kind = kind;
	v->text = text;
	v->sum.is_made = false; /* this sentence stays */
	verdict_add_finding(v, g->arena,
		&(struct finding){
			.level = kind == VERDICT_PASS || kind == VERDICT_SKIP ? FINDING_NOTE
				 : kind == VERDICT_INCONCLUSIVE || kind == VERDICT_FLAKY
					 ? FINDING_WARNING
					 : FINDING_ERROR,
			.rule_id = rule_id,
			.subject = v->target,
			.text = text,
			.detail = detail,
			.hint = hint,
			.at = v->at,
		});
}

void
verdict_keep(struct gate *g, struct verdict *v, const struct run *run)
{
	struct luggage luggage = luggage_in_arena(g->arena);

	v->facts = run->facts;
	if (v->kind != VERDICT_PASS && run->stderr_tail && *run->stderr_tail)
		v->output = run->stderr_tail;
	verdict_carry(v, &luggage);
	if (run->sandbox)
		verdict_add_finding(v, g->arena,
			&(struct finding){ .level = FINDING_NOTE,
				.rule_id = "renacer/sandbox",
				.subject = v->target,
				.text = arena_printf(
					g->arena, "the sandbox is kept: %s", run->sandbox),
				.at = v->at });
}

/* The target met something that works only untraced, and may well wait for it. */
static bool
is_our_doing(const struct run *run)
{
	return run->footer.n_untraceable && run->footer.reason[0];
}

bool
run_is_whole(
	struct gate *g, const struct target *target, const struct run *run, struct verdict *v)
{
	if (run->interrupted) {
		verdict_set(
			g, v, VERDICT_ERROR, "renacer/interrupted", "interrupted", NULL, NULL);
		return false;
	}
	if (!run->timed_out)
		return true;
	if (is_our_doing(run)) {
		verdict_set(g, v, VERDICT_INCONCLUSIVE, "renacer/timeout",
			arena_printf(g->arena, "timed out after %s, and %s",
				say_duration(g->arena, target->timeout_ns), run->footer.reason),
			NULL, NULL);
		return false;
	}
	verdict_set(g, v, VERDICT_FAIL, "renacer/timeout",
		arena_printf(g->arena,
			"timed out after %s; it and everything it had started were killed",
			say_duration(g->arena, target->timeout_ns)),
		*run->stdout_tail
			? arena_printf(g->arena, "it had printed:\n%s", run->stdout_tail)
			: NULL,
		"find out what it waits for, or set timeout = \"…\" in its [[target]]");
	return false;
}
