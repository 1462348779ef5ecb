/* SPDX-License-Identifier: MIT */
/*
 * segment.h - what several processes write to one stream, in an order that does not vary
 *
 * Processes that run at the same time write in an order that nobody decided. The stream is
 * therefore told as if each process had run to its end before its parent went on: first what a
 * process wrote before it forked, then all that its child and the child's children wrote, then
 * the rest. For programs that wait for their children that is the order in time. Within one
 * process, threads included, the order in time stands. Where a process knew of what another one
 * had written when it wrote itself (through a pipe, a signal, …: the firm edges of causal.h),
 * that order stands too.
 */
#ifndef EFFECTS_SEGMENT_H
#define EFFECTS_SEGMENT_H

#include "effects/state.h"

/* One write of which all bytes were kept. */
struct wrote {
	uint64_t n, seq;
	uint32_t task;
	const char *program; /* borrowed from the image */
};

/* What one process wrote between two of its forks; where others may learn of it while it goes
 * on, one write. */
struct segment {
	const struct process *process;
	uint32_t n_children; /* that it had by then */
	uint32_t nr;         /* among all */
	struct stamp at;     /* of the last write in it */
	/* Places in stream.segments: the last one that each other process is known to have
	 * written before this, when that is another one than for the segment before. */
	uint32_t *after;
	uint32_t n_after;
	struct flow flow;
	struct str head;
	struct wrote *writes; /* that head is made of */
	size_t n_writes, writes_capacity;
};

/* Who wrote which part of the joined text; MARKS_MAX writes at most, else nothing. */
#define MARKS_MAX 4096
void segments_mark(
	const struct effects *fx, const struct stream *s, struct golden *g, struct effect *e);

/* The segment that this write belongs to. */
struct segment *segment_now(struct stream *s, const struct act *a);
/* How many processes wrote. */
size_t segments_writers(const struct stream *s);
/* All of the stream in canonical order; *text gets the bytes that were kept. True: those are
 * all of them. */
bool segments_join(const struct stream *s, struct flow *out, struct str *text);
void segments_free(struct stream *s);

#endif
