/* SPDX-License-Identifier: MIT */
/* trace_reader.c - a trace file to events */

#include "store/trace.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/frame.h"
#include "store/header.h"
#include "store/record.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct trace_reader {
	char *path;
	int fd;
	struct frame_in *frames;
	struct record_in *records;
	struct arena *arena; /* owns the header's texts */
	struct trace_header header;
	struct trace_footer footer;
	bool has_footer, is_at_end, has_failed;
	uint64_t n_records, offset; /* of the frame in work */
};

static int
read_header(struct trace_reader *r, struct err *err)
{
	struct frame frame;
	bool is_cut;
	int rc = frame_get(r->frames, &frame, &is_cut, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(err, "cut before its header was whole");
	if (frame.kind != FRAME_HEADER || frame.n_records != 0)
		return err_set(err, "byte %llu: damaged (the first frame is not a header)",
			(unsigned long long)frame.offset);
	if (header_get(&r->header, r->arena, frame.content, frame.n, err) < 0)
		return err_wrap(err, "frame at byte %llu", (unsigned long long)frame.offset);
	return 0;
}

int
trace_reader_open(struct trace_reader **out, const char *path, struct err *err)
{
	AUTO(trace_reader_free) struct trace_reader *r = mem_alloc(sizeof *r);

	r->path = mem_strdup(path);
	r->arena = arena_new();
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (r->fd < 0)
		return err_sys(err, "open trace '%s'", path);
	r->records = record_in_new();
	record_in_begin(r->records, NULL, 0, 0);
	if (frame_in_new(&r->frames, r->fd, err) < 0 || read_header(r, err) < 0)
		return err_wrap(err, "read trace '%s'", path);
	*out = TAKE(r);
	return 0;
}

const struct trace_header *
trace_reader_header(const struct trace_reader *r)
{
	return &r->header;
}

/* The footer is the last frame, and says how many records there were. */
static int
take_footer(struct trace_reader *r, const struct frame *frame, struct err *err)
{
	struct frame behind;
	uint64_t n_records;
	bool is_cut;
	int rc;

	if (footer_get(&r->footer, &n_records, frame->content, frame->n, err) < 0)
		return err_wrap(err, "frame at byte %llu", (unsigned long long)r->offset);
	if (frame->n_records != 0 || n_records != r->n_records)
		return err_set(err, "byte %llu: damaged (%llu events, the footer says %llu)",
			(unsigned long long)r->offset, (unsigned long long)r->n_records,
			(unsigned long long)n_records);
	rc = frame_get(r->frames, &behind, &is_cut, err);
	if (rc < 0)
		return -1;
	if (rc > 0 || is_cut)
		return err_set(err, "bytes behind the footer at byte %llu",
			(unsigned long long)r->offset);
	r->has_footer = true;
	r->is_at_end = true;
	return 0;
}

/* 1: another block of events; 0: the end. */
static int
next_block(struct trace_reader *r, struct err *err)
{
	struct frame frame;
	bool is_cut;
	int rc = frame_get(r->frames, &frame, &is_cut, err);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		r->is_at_end = true;
		return 0;
	}
	r->offset = frame.offset;
	if (frame.kind == FRAME_FOOTER)
		return take_footer(r, &frame, err);
	if (frame.kind != FRAME_EVENTS)
		return err_set(err, "byte %llu: damaged (a second header)",
			(unsigned long long)frame.offset);
	r->n_records += frame.n_records;
	record_in_begin(r->records, frame.content, frame.n, frame.n_records);
	return 1;
}

static int
next_event(struct trace_reader *r, struct event *event, struct err *err)
{
	int rc;

	while (!r->is_at_end) {
		rc = record_get(r->records, event, err);
		if (rc < 0)
			return err_wrap(
				err, "frame at byte %llu", (unsigned long long)r->offset);
		if (rc > 0)
			return 1;
		if (next_block(r, err) < 0)
			return -1;
	}
	return 0;
}

int
trace_read(struct trace_reader *r, struct event *event, struct err *err)
{
	int rc;

	if (r->has_failed)
		return err_set(err, "read trace '%s': damaged further up", r->path);
	rc = next_event(r, event, err);
	if (rc < 0) {
		r->has_failed = true;
		return err_wrap(err, "read trace '%s'", r->path);
	}
	return rc;
}

const struct trace_footer *
trace_reader_footer(const struct trace_reader *r)
{
	return r->has_footer && !r->has_failed ? &r->footer : NULL;
}

void
trace_reader_free(struct trace_reader *r)
{
	if (!r)
		return;
	record_in_free(r->records);
	frame_in_free(r->frames);
	arena_free(r->arena);
	fd_close(r->fd);
	mem_free(r->path);
	mem_free(r);
}

static const struct {
	enum file_kind kind;
	const char *magic;
	size_t n;
} magics[] = {
	{ FILE_TRACE, FRAME_MAGIC, FRAME_MAGIC_SIZE },
	{ FILE_GOLDEN, "{\"renacer_golden\":", 18 },
	{ FILE_GOLDEN_ZST, "\x28\xb5\x2f\xfd", 4 }, /* RFC 8878, 3.1.1 */
};

int
store_file_kind(enum file_kind *out, const char *path, struct err *err)
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char room[32];
	ssize_t n = fd < 0 ? -1 : pread(fd, room, sizeof room, 0);

	if (fd < 0)
		return err_sys(err, "open '%s'", path);
	if (n < 0)
		return err_sys(err, "read '%s'", path);
	*out = FILE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if ((size_t)n >= magics[i].n && memcmp(room, magics[i].magic, magics[i].n) == 0)
			*out = magics[i].kind;
	return 0;
}
