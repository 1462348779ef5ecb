/* SPDX-License-Identifier: MIT */
/*
 * spans.h - from the events of a run to the spans of a trace: docs/otlp.md
 *
 * The run is the root, a process is a span below its parent's, a thread one below its process;
 * the calls that took longest are spans below the task that made them, so many and not one
 * more. What was left out is counted in attributes of the root. No text leaves that the redact
 * of export_names has not seen, and no bytes that were read or written leave at all.
 */
#ifndef EXPORT_SPANS_H
#define EXPORT_SPANS_H

#include "base/context.h"
#include "export/names.h"
#include "export/span.h"

#define SPANS_CALLS_USUAL 1000 /* calls that become spans */

struct spans_opts {
	const struct export_names *names;  /* all of it set but what may be NULL; outlives it */
	const char *name;                  /* of the root; NULL: the program's */
	const struct trace_parent *parent; /* the span that the root hangs below; NULL: none */
	const char *trace_state;           /* of the parent; NULL: none */
	/* Random: the trace is called so unless there is a parent, and spans count on from
	 * seed in an order that nobody can guess. */
	uint8_t trace_id[16];
	uint64_t seed;
	size_t max_calls;
	uint64_t min_ns;     /* shorter calls are no spans */
	bool want_arguments; /* of programs: process.command_args */
	bool is_subset;      /* not all calls are given, whatever the header says */
};

/* What the run can hand on as a traceparent: its root. */
void spans_context(const struct spans_opts *opts, struct trace_parent *out);

struct spans;

/* The header is used until spans_free(). */
struct spans *spans_new(const struct trace_header *header, const struct spans_opts *opts);
void spans_free(struct spans *s);
AUTO_DEFINE(struct spans *, spans_free)
void spans_event(struct spans *s, const struct event *event);

/* More about the root, by whoever knows more; texts are copied, NULL is left out. */
void spans_root_text(struct spans *s, const char *key, const char *text);
void spans_root_number(struct spans *s, const char *key, int64_t value);
/* Instead of what the end of the program says. */
void spans_root_status(struct spans *s, enum span_status code, const char *message);
/* Something that is told at the end of the run: n pairs of a key and a text, NULL is left out.
 */
struct spans_pair {
	const char *key, *text;
};
void spans_root_event(
	struct spans *s, const char *name, const struct spans_pair *pairs, size_t n);

struct spans_told {
	const struct span *spans;
	size_t n, n_tasks, n_calls;                /* n: 1 and the other two */
	uint64_t n_short, n_many, n_dropped_tasks; /* that are no spans: too short; by limits */
};
/* After the last event, and while stacks of the events live; once. footer NULL: the trace was
 * cut. Borrowed until spans_free(). */
void spans_finish(struct spans *s, const struct trace_footer *footer, struct spans_told *out);

#endif
