/* SPDX-License-Identifier: MIT */
/*
 * trace.h - a trace on disk (.rtrace): versioned, zstd frames, checksums; docs/format.md
 *
 * Readable after truncation up to the last whole frame. Damage is an error with the offset.
 */
#ifndef STORE_TRACE_H
#define STORE_TRACE_H

#include "base/err.h"
#include "model/event.h"

struct trace_writer;

/* Writes to a temporary name beside path until trace_writer_end(). */
MUST_CHECK int trace_writer_open(struct trace_writer **out, const char *path,
	const struct trace_header *header, struct err *err);
MUST_CHECK int trace_write(struct trace_writer *w, const struct event *event, struct err *err);
/* Writes the footer, syncs, renames. Without it trace_writer_free() leaves PATH.partial behind.
 */
MUST_CHECK int trace_writer_end(
	struct trace_writer *w, const struct trace_footer *footer, struct err *err);
void trace_writer_free(struct trace_writer *w);
AUTO_DEFINE(struct trace_writer *, trace_writer_free)

struct trace_reader;

MUST_CHECK int trace_reader_open(struct trace_reader **out, const char *path, struct err *err);
const struct trace_header *trace_reader_header(const struct trace_reader *r);
/* 1: *event, borrowed until the next call; 0: the end, see trace_reader_footer(); -1: damaged.
 */
MUST_CHECK int trace_read(struct trace_reader *r, struct event *event, struct err *err);
/* NULL when the file ended without one: the trace was cut and is not complete. */
const struct trace_footer *trace_reader_footer(const struct trace_reader *r);
void trace_reader_free(struct trace_reader *r);
AUTO_DEFINE(struct trace_reader *, trace_reader_free)

/* What a file is, by its first bytes. */
enum file_kind { FILE_UNKNOWN, FILE_TRACE, FILE_GOLDEN, FILE_GOLDEN_ZST };
MUST_CHECK int store_file_kind(enum file_kind *out, const char *path, struct err *err);

#endif
