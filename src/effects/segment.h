/* SPDX-License-Identifier: MIT */
/*
 * segment.h - what several processes write to one stream, in an order that does not vary
 *
 * Processes that run at the same time write in an order that nobody decided. The stream is
 * therefore told as if each process had run to its end before its parent went on: first what a
 * process wrote before it forked, then all that its child and the child's children wrote, then
 * the rest. For programs that wait for their children that is the order in time. Within one
 * process, threads included, the order in time stands.
 */
#ifndef EFFECTS_SEGMENT_H
#define EFFECTS_SEGMENT_H

#include "effects/state.h"

/* What one process wrote between two of its forks. */
struct segment {
	const struct process *process;
	uint32_t n_children; /* that it had by then */
	struct flow flow;
	struct str head;
};

/* The segment that this task's next write belongs to. */
struct segment *segment_now(struct stream *s, const struct task *t);
/* All of the stream in canonical order; *text gets the bytes that were kept. True: those are
 * all of them. */
bool segments_join(const struct stream *s, struct flow *out, struct str *text);
void segments_free(struct stream *s);

#endif
