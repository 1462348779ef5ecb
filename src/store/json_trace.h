/* SPDX-License-Identifier: MIT */
/*
 * json_trace.h - traces of the older tool: JSON of the format "renacer-json-v1"
 *
 * One object with `syscalls`, each {name, args, result[, duration_us]}, and `summary` with
 * `exit_code`. Such a file names no process, no time of day and no payload; of paths only what
 * stands in quotes. What the traced program printed stands before the object, since both went
 * to one stdout. Read in one pass; memory does not grow with the number of calls.
 *
 * Taken as well, because documents of that tool show them: duration_ns, duration_nanos, and a
 * block `statistics` instead of `summary`.
 */
#ifndef STORE_JSON_TRACE_H
#define STORE_JSON_TRACE_H

#include "base/err.h"
#include "model/event.h"

struct json_trace;

/* What the file does not tell. */
struct json_trace_gaps {
	uint64_t n_unknown;  /* calls of a name that no syscall has */
	uint64_t n_pathless; /* calls whose path is a bare address */
	uint64_t n_forks;    /* processes made: which of them did what is not told */
	uint64_t n_untimed;  /* calls without a duration */
	bool has_exit;       /* how the program ended is told */
};

/* The whole file is read here first as far as its prologue: ERR_USAGE when it is another
 * format. Errors name the byte. */
MUST_CHECK int json_trace_open(struct json_trace **out, const char *path, struct err *err);
/* Made up where the file says nothing: argv is the file's own name. */
const struct trace_header *json_trace_header(const struct json_trace *t);
/* What stands before the object, less lines of the tool itself; *n bytes. */
const char *json_trace_printed(const struct json_trace *t, size_t *n);
/* 1: *event, borrowed until the next call; 0: the end; -1: not JSON, not of that format, or cut
 * off. */
MUST_CHECK int json_trace_read(struct json_trace *t, struct event *event, struct err *err);
/* After the last event. */
const struct trace_footer *json_trace_footer(const struct json_trace *t);
const struct json_trace_gaps *json_trace_gaps(const struct json_trace *t);
void json_trace_free(struct json_trace *t);
AUTO_DEFINE(struct json_trace *, json_trace_free)

#endif
