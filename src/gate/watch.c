/* SPDX-License-Identifier: MIT */
/* watch.c - what is kept of a run for the rules of its target, beside its golden */

#include "gate/watch.h"

void
watch_needs(struct watch *w, const struct config *config, const struct target *target)
{
	*w = (struct watch){ .columns = NULL };
	for (size_t i = 0; i < config->rules.n; i++)
		if (rule_applies(config->rules.items[i], target->name) ||
			(target->stands_for &&
				rule_applies(config->rules.items[i], target->stands_for)))
			rule_needs(config->rules.items[i], &w->needs);
}

struct effects *
watch_begin(struct watch *w, const struct trace_header *header, struct effects_opts *opts)
{
	opts->peak_memory |= w->needs.peak_memory;
	opts->critical |= w->needs.critical;
	opts->clocks |= w->needs.clocks;
	opts->leaks |= w->needs.leaks;
	if (w->needs.columns) {
		w->columns = columns_new(w->needs.columns);
		columns_watch(w->columns, opts);
	}
	return effects_new(header, opts);
}

int
watch_end(struct watch *w, struct effects *fx, const struct trace_footer *footer,
	struct golden **out, struct err *err)
{
	if (effects_finish(fx, footer, out, err) < 0)
		return -1;
	return w->columns ? columns_finish(w->columns, footer, err) : 0;
}
