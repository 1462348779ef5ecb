/* SPDX-License-Identifier: MIT */
/*
 * side.h - one side of a comparison: a golden, a stored trace, or a trace of the older tool
 */
#ifndef CLI_SIDE_H
#define CLI_SIDE_H

#include "analyze/counts.h"
#include "base/err.h"
#include "model/golden.h"
#include "store/json_trace.h"

struct side {
	const char *path; /* borrowed */
	const char *form; /* "golden", "trace", "renacer-json-v1" */
	struct golden *golden;
	struct counts *counts; /* NULL: a golden counts no calls */
	uint64_t wall_ns;      /* 0: not known */
	bool is_json;
	struct json_trace_gaps gaps;
	uint64_t n_printed, n_written; /* bytes before the JSON; to stdout, by its calls */
};

/* Goldens have a profile of their own; traces are turned into one of `profile`. A trace with
 * holes is ERR_UNSURE. side_done() after it in any case. */
MUST_CHECK int side_load(struct side *out, const char *path, enum profile profile,
	size_t text_limit, struct err *err);
void side_done(struct side *side);
/* What no payload can tell is taken out of both goldens: what then remains means the same on
 * either side. One line for each thing left out is appended. */
void sides_level(struct side *a, struct side *b, struct str *left_out);

#endif
