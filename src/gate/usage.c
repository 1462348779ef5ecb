/* SPDX-License-Identifier: MIT */
/*
 * usage.c - entries of redact and ignore_paths: how often each was used
 *
 * One that is never used hides nothing today, and may hide tomorrow what nobody thinks of then.
 */

#include "gate/inner.h"

#include <inttypes.h>

struct entry {
	const char *key, *text;
	struct pos at;
	uint64_t n_used;
};

static void
tell(struct gate *g, const struct entry *e, struct verdict *v)
{
	struct finding f = { .level = FINDING_NOTE,
		.rule_id = "renacer/used",
		.subject = v->target,
		.at = e->at };

	if (e->n_used && !g->opts->verbose)
		return;
	if (e->n_used) {
		f.text = arena_printf(g->arena, "%s '%s' was used %" PRIu64 " times", e->key,
			e->text, e->n_used);
	} else {
		f.level = FINDING_WARNING;
		f.rule_id = "renacer/unused";
		f.text = arena_printf(g->arena, "%s '%s' was never used", e->key, e->text);
		f.hint = "remove it, or mend its pattern";
	}
	verdict_add_finding(v, g->arena, &f);
}

void
usage_tell(struct gate *g, const struct target *target, struct verdict *v)
{
	if (v->kind != VERDICT_PASS && v->kind != VERDICT_FAIL)
		return;
	for (size_t i = 0; i < target->n_redactions; i++) {
		const struct redaction *r = &target->redactions[i];

		tell(g, &(struct entry){ "redact", r->source, r->at, r->n_used }, v);
	}
	for (size_t i = 0; i < target->n_ignore_paths; i++) {
		const struct ignored *p = &target->ignore_paths[i];

		tell(g, &(struct entry){ "ignore_paths", p->glob, p->at, p->n_used }, v);
	}
}
