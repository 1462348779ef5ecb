/* SPDX-License-Identifier: MIT */
/*
 * load.h - a golden from whatever file holds one: a golden, or a stored trace
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "base/err.h"
#include "model/facts.h"
#include "model/golden.h"

struct effects;

/* A trace is turned into the golden of that profile; one with holes is ERR_UNSURE. */
MUST_CHECK int load_golden(
	struct golden **out, const char *path, enum profile profile, struct err *err);

/* The same with what a trace tells besides. Its golden still has the names of the run: they are
 * settled by effects_settle(), with the golden that it is compared with. */
struct loaded {
	struct golden *golden;
	bool is_trace;
	struct effects *effects;   /* owns facts; NULL: it was a golden */
	const struct facts *facts; /* NULL: it was a golden */
	struct trace_footer
		footer; /* of a golden: whole, and nothing counted but that it ran */
};
MUST_CHECK int load_file(struct loaded *out, const char *path, enum profile profile,
	size_t text_limit, struct err *err);
void loaded_done(struct loaded *l);
static inline void
loaded_done_auto(struct loaded *l)
{
	loaded_done(l);
}

/* Traces hold what was written, not what files held in the end. Where the profile compares only
 * the latter, and nothing else differs, that is a doubt. For two traces. */
struct arena;
struct differences;
void load_doubt_contents(struct differences *d, struct arena *arena, const struct golden *a,
	const struct golden *b);

#endif
