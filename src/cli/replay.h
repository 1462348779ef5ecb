/* SPDX-License-Identifier: MIT */
/*
 * replay.h - what a stored trace did, found out by going through it once more
 */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "effects/effects.h"
#include "store/trace.h"

/* Gives the effects all events of the trace; errors: err_wrap() with its name is the caller's.
 */
MUST_CHECK int replay_events(struct effects *fx, struct trace_reader *reader, struct err *err);

struct replayed {
	struct golden *golden;
	struct effects *effects; /* borrowed by what effects_facts() and its kin give */
	struct trace_footer footer;
};
/* The trace at path, whole: an excerpt, and one with holes, is ERR_UNSURE. */
MUST_CHECK int replay_file(struct replayed *out, const char *path,
	const struct effects_opts *opts, struct err *err);
void replayed_done(struct replayed *r);
static inline void
replayed_done_auto(struct replayed *r)
{
	replayed_done(r);
}

#endif
