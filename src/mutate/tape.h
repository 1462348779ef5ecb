/* SPDX-License-Identifier: MIT */
/*
 * tape.h - everything one run gave to `effects`, kept, so that it can be played again
 *
 * Sequence numbers are spread (times TAPE_STEP), so that events can be put between others.
 */
#ifndef MUTATE_TAPE_H
#define MUTATE_TAPE_H

#include "base/err.h"
#include "base/mem.h"
#include "effects/effects.h"
#include "model/event.h"

#define TAPE_STEP 64

enum { TAPE_STDOUT, TAPE_STDERR, N_TAPE_STREAMS };
extern const char *const tape_stream_names[N_TAPE_STREAMS];

struct tape {
	struct arena *arena;   /* owns everything below */
	struct stacks *stacks; /* of its calls */
	struct trace_header header;
	struct trace_footer footer;
	struct event *events;
	size_t n, capacity;
	size_t limit; /* bytes; more is refused */
	struct received received[N_TAPE_STREAMS];
	bool has_received[N_TAPE_STREAMS];
};

struct tape *tape_new(size_t limit_bytes);
void tape_free(struct tape *t);
AUTO_DEFINE(struct tape *, tape_free)
void tape_clear(struct tape *t); /* as new */

void tape_header(struct tape *t, const struct trace_header *header);
/* ERR_UNSURE when the run is larger than the limit. */
MUST_CHECK int tape_event(struct tape *t, const struct event *event, struct err *err);
void tape_received(struct tape *t, int stream, const struct received *received);
void tape_footer(struct tape *t, const struct trace_footer *footer);

/* Copies into an arena, with all that the event points to but its stack. */
void event_copy(struct event *out, struct arena *arena, const struct event *event);

#endif
