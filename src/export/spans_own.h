/* SPDX-License-Identifier: MIT */
/* spans_own.h - what the files share that make spans of a run; for them only */
#ifndef EXPORT_SPANS_OWN_H
#define EXPORT_SPANS_OWN_H

#include "export/attributes.h"
#include "export/slowest.h"
#include "export/spans.h"

/* A task, or the run. */
struct unit {
	struct span span;
	struct attributes attributes;
	struct events events;
	struct unit *process;     /* itself unless a thread */
	const struct unit *above; /* its span is the one that children hang below */
	const char *exe;          /* "": not known */
	const struct span_value *arguments;
	size_t n_arguments;
	uint64_t n_calls, n_failed;
	int32_t pid, tid;
	bool is_kept, has_ended, is_thread;
};

struct spans {
	const struct trace_header *header;
	struct spans_opts opts;
	struct wording wording;
	struct map *tasks; /* number to its unit */
	struct unit **units;
	size_t n_units, room;
	struct unit *root;
	struct slowest *slowest;
	uint64_t n_ids, n_calls, n_dropped_tasks, last_ns;
	struct span *list;
	bool has_status; /* of the root: somebody said it */
};

/* Gives the span its place in the trace; parent NULL: none of ours. */
void spans_begin(struct spans *s, struct span *span, const struct span *parent);
/* The run itself when the task is not known. */
struct unit *spans_unit(const struct spans *s, uint32_t task);

#endif
