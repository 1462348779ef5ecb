/* SPDX-License-Identifier: MIT */
/* watch.h - what is kept of a run for the rules of its target, beside its golden */
#ifndef GATE_WATCH_H
#define GATE_WATCH_H

#include "gate/config.h"
#include "query/columns.h"

struct watch {
	struct rule_needs needs;
	struct columns *columns; /* NULL: no rule asks; the caller's, from watch_begin() on */
};

void watch_needs(struct watch *w, const struct config *config, const struct target *target);
/* In place of effects_new() and effects_finish(). */
struct effects *watch_begin(
	struct watch *w, const struct trace_header *header, struct effects_opts *opts);
MUST_CHECK int watch_end(struct watch *w, struct effects *fx, const struct trace_footer *footer,
	struct golden **out, struct err *err);

#endif
