/* SPDX-License-Identifier: MIT */
/* trace_writer.c - events to a file that has its name only once it is whole */

#include "store/trace.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/frame.h"
#include "store/header.h"
#include "store/record.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct trace_writer {
	char *path, *partial; /* partial NULL: written in place, a device or a pipe */
	int fd;
	struct frame_out *frames;
	struct record_out *records;
	uint64_t n_records;
	bool has_failed; /* a part is missing: nothing may follow it */
};

/* The lock keeps two recordings from writing one file. Whoever got the lock on a file that was
 * renamed meanwhile holds the other's finished trace: not that. 1: try again. */
static int
lock_partial(int fd, const char *partial, struct err *err)
{
	struct stat mine, named;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return err_set(
				err, "'%s' is being written by another process", partial);
		return err_sys(err, "lock '%s'", partial);
	}
	if (fstat(fd, &mine) < 0)
		return err_sys(err, "stat '%s'", partial);
	if (stat(partial, &named) < 0 || named.st_ino != mine.st_ino ||
		named.st_dev != mine.st_dev)
		return 1;
	return ftruncate(fd, 0) < 0 ? err_sys(err, "empty '%s'", partial) : 0;
}

static int
open_partial(struct trace_writer *w, struct err *err)
{
	int rc;

	do {
		fd_close(w->fd);
		w->fd = open(
			w->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0666);
		if (w->fd < 0)
			return err_sys(err, "create '%s'", w->partial);
		rc = lock_partial(w->fd, w->partial, err);
	} while (rc > 0);
	return rc;
}

static int
open_target(struct trace_writer *w, struct err *err)
{
	AUTO(str_done) struct str partial = { 0 };
	struct stat st;

	if (stat(w->path, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return err_sys(err, "create '%s'", w->path);
	}
	if (stat(w->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		w->fd = open(w->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return w->fd < 0 ? err_sys(err, "open '%s'", w->path) : 0;
	}
	str_addf(&partial, "%s.partial", w->path);
	w->partial = str_take(&partial);
	return open_partial(w, err);
}

static int
put_frame(struct trace_writer *w, const struct frame *frame, struct err *err)
{
	if (frame_put(w->frames, frame, err) < 0) {
		w->has_failed = true;
		return err_wrap(err, "write trace '%s'", w->partial ? w->partial : w->path);
	}
	w->n_records += frame->n_records;
	return 0;
}

int
trace_writer_open(struct trace_writer **out, const char *path,
	const struct trace_header *header, struct err *err)
{
	AUTO(trace_writer_free) struct trace_writer *w = mem_alloc(sizeof *w);
	AUTO(str_done) struct str content = { 0 };

	w->fd = -1;
	w->path = mem_strdup(path);
	if (open_target(w, err) < 0)
		return -1;
	w->records = record_out_new();
	header_put(&content, header);
	if (content.n > FRAME_CONTENT_MAX)
		return err_set(err, "write trace '%s': a header of %zu bytes", path, content.n);
	if (frame_out_new(&w->frames, w->fd, err) < 0)
		return err_wrap(err, "write trace '%s'", path);
	if (put_frame(w,
		    &(struct frame){ .kind = FRAME_HEADER,
			    .content = (uint8_t *)content.data,
			    .n = content.n },
		    err) < 0)
		return -1;
	*out = TAKE(w);
	return 0;
}

static int
put_block(struct trace_writer *w, struct err *err)
{
	struct frame frame = { .kind = FRAME_EVENTS };

	frame.content = record_block(w->records, &frame.n, &frame.n_records);
	if (frame.n_records == 0)
		return 0;
	if (put_frame(w, &frame, err) < 0)
		return -1;
	record_out_reset(w->records);
	return 0;
}

static int
refuse_failed(const struct trace_writer *w, struct err *err)
{
	return err_set(err, "write trace '%s': an earlier write failed", w->path);
}

int
trace_write(struct trace_writer *w, const struct event *event, struct err *err)
{
	size_t n;
	uint32_t n_records;

	if (w->has_failed)
		return refuse_failed(w, err);
	if (record_put(w->records, event, err) < 0) {
		w->has_failed = true;
		return err_wrap(err, "write trace '%s'", w->path);
	}
	record_block(w->records, &n, &n_records);
	return n < RECORD_BLOCK_SIZE ? 0 : put_block(w, err);
}

/* The name is on disk only when its directory is. */
static int
sync_dir(const char *path, struct err *err)
{
	AUTO(mem_free) char *copy = mem_strdup(path);
	AUTO(fd_close) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* A directory that may be written but not read cannot be synced by us. */
	if (fd < 0 && errno == EACCES)
		return 0;
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return err_sys(err, "sync the directory of '%s'", path);
	return 0;
}

static int
give_name(struct trace_writer *w, struct err *err)
{
	if (fsync(w->fd) < 0)
		return err_sys(err, "sync '%s'", w->partial);
	if (rename(w->partial, w->path) < 0)
		return err_sys(err, "rename '%s' to '%s'", w->partial, w->path);
	return sync_dir(w->path, err);
}

int
trace_writer_end(struct trace_writer *w, const struct trace_footer *footer, struct err *err)
{
	AUTO(str_done) struct str content = { 0 };

	if (w->has_failed)
		return refuse_failed(w, err);
	if (put_block(w, err) < 0)
		return -1;
	footer_put(&content, footer, w->n_records);
	if (put_frame(w,
		    &(struct frame){ .kind = FRAME_FOOTER,
			    .content = (uint8_t *)content.data,
			    .n = content.n },
		    err) < 0)
		return -1;
	w->has_failed = true; /* ended: nothing may follow */
	return w->partial ? give_name(w, err) : 0;
}

void
trace_writer_free(struct trace_writer *w)
{
	if (!w)
		return;
	record_out_free(w->records);
	frame_out_free(w->frames);
	fd_close(w->fd);
	mem_free(w->path);
	mem_free(w->partial);
	mem_free(w);
}
