/* SPDX-License-Identifier: MIT */
/*
 * lamport.h - events in causal order with their Lamport clocks, and what is handed to the
 * target
 */
#ifndef CLI_LAMPORT_H
#define CLI_LAMPORT_H

#include "base/err.h"
#include "base/mem.h"
#include "model/event.h"

struct lamport;

typedef int (*lamport_fn)(
	void *arg, const struct event *event, uint64_t clock, struct err *err);

/* give gets every event, causes before what they bring about. start: where to count from. */
struct lamport *lamport_new(
	const struct trace_header *header, uint64_t start, lamport_fn give, void *arg);
MUST_CHECK int lamport_event(struct lamport *l, const struct event *event, struct err *err);
/* No more events come: those that still wait for their causes are given. */
MUST_CHECK int lamport_end(struct lamport *l, struct err *err);
void lamport_free(struct lamport *l);
AUTO_DEFINE(struct lamport *, lamport_free)

/* The clock in our environment; 0: none. A variable that holds no number is an error. */
MUST_CHECK int lamport_ours(uint64_t *out, struct err *err);
/* What --trace-parent says: a traceparent, or "env": the one in our environment. */
struct trace_parent;
MUST_CHECK int lamport_trace_parent(
	struct trace_parent *out, const char *text, struct err *err);
/* Our environment with that traceparent, and with a clock that goes on from ours. trace_parent
 * NULL: as it is; "env": the one in our environment, checked. In the arena. */
MUST_CHECK int lamport_environment(const char *const **out, struct arena *arena,
	const char *trace_parent, bool has_clock, struct err *err);

#endif
