/* SPDX-License-Identifier: MIT */
/*
 * query_run.h - a made-up run as a table of columns, for tests of the room `query`
 */
#ifndef TESTS_UNIT_QUERY_RUN_H
#define TESTS_UNIT_QUERY_RUN_H

#include "unit/effects_run.h"

#include "query/columns.h"

struct asked {
	struct made m;
	struct columns *c;
};

static inline void
asked_start(struct asked *a, uint64_t wanted)
{
	struct effects_opts opts = { 0 };

	a->c = columns_new(wanted);
	columns_watch(a->c, &opts);
	a->m = made_with(PROFILE_EFFECTS, opts);
}

static inline void
asked_finish(struct asked *a, const struct trace_footer *footer)
{
	struct err err = { 0 };

	made_finish(&a->m);
	assert_int_equal(columns_finish(a->c, footer, &err), 0);
}

static inline void
asked_free(struct asked *a)
{
	columns_free(a->c);
	made_free(&a->m);
}

#endif
