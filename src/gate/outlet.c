/* SPDX-License-Identifier: MIT */
/* outlet.c - a pipe of ours that a target writes to, emptied without blocking */

#include "gate/outlet.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20) /* what an unprivileged process may ask for: pipe(7) */
#define TAIL_BYTES ((size_t)64 << 10)
/* A runaway target must not fill the disk; the count goes on. */
#define FILE_LIMIT ((uint64_t)256 << 20)

struct outlet {
	int reader, writer, file;
	uint64_t n;
	struct digest digest;
	struct str head; /* the first head_limit bytes */
	size_t head_limit;
	struct str tail; /* up to twice TAIL_BYTES */
	struct err err;  /* of the file */
};

int
outlet_open(struct outlet **out, const char *file_path, size_t head_limit, struct err *err)
{
	AUTO(outlet_free) struct outlet *o = mem_alloc(sizeof *o);
	int ends[2];

	o->reader = o->writer = o->file = -1;
	o->head_limit = head_limit;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	o->reader = ends[0];
	o->writer = ends[1];
	/* Ours alone: the other end blocks, as programs expect of their output. */
	if (fcntl(o->reader, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(err, "prepare a pipe");
	/* Refused when the user has many pipes: then the usual 64 KiB must do. */
	fcntl(o->reader, F_SETPIPE_SZ, PIPE_BYTES);
	if (file_path) {
		o->file = open(file_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (o->file < 0)
			return err_sys(err, "create '%s'", file_path);
	}
	*out = TAKE(o);
	return 0;
}

int
outlet_fd(const struct outlet *o)
{
	return o->writer;
}

void
outlet_close_writer(struct outlet *o)
{
	fd_close(o->writer);
	o->writer = -1;
}

static void
keep_tail(struct outlet *o, const char *data, size_t n)
{
	if (o->tail.n + n > 2 * TAIL_BYTES && o->tail.n > TAIL_BYTES) {
		memmove(o->tail.data, o->tail.data + o->tail.n - TAIL_BYTES, TAIL_BYTES);
		str_cut(&o->tail, TAIL_BYTES);
	}
	str_add_n(&o->tail, data, n);
}

static void
take(struct outlet *o, const char *data, size_t n)
{
	if (o->file >= 0 && o->n < FILE_LIMIT && !err_is_set(&o->err) &&
		fd_write(o->file, data, n, &o->err) < 0)
		err_wrap(&o->err, "keep the output");
	keep_tail(o, data, n);
	str_add_n(&o->head, data, MIN(n, o->head_limit - o->head.n));
	digest_add(&o->digest, data, n);
	o->n += n;
}

void
outlet_drain(struct outlet *o)
{
	char block[65536];
	ssize_t n;

	do {
		n = read(o->reader, block, sizeof block);
		if (n > 0)
			take(o, block, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

int
outlet_finish(struct outlet *o, struct err *err)
{
	outlet_drain(o);
	if (!err_is_set(&o->err))
		return 0;
	err_done(err);
	*err = o->err;
	o->err = (struct err){ 0 };
	return -1;
}

uint64_t
outlet_bytes(const struct outlet *o)
{
	return o->n;
}

struct digest
outlet_digest(const struct outlet *o)
{
	return o->digest;
}

const char *
outlet_head(const struct outlet *o, size_t *n)
{
	*n = o->head.n;
	return str_text(&o->head);
}

char *
outlet_tail(const struct outlet *o, size_t limit)
{
	struct str s = { 0 };
	size_t n = MIN(o->tail.n, limit), from = o->tail.n - n;
	const char *line;

	if (o->n > n) {
		/* Begin at a line where one begins soon. */
		line = memchr(o->tail.data + from, '\n', MIN(n, (size_t)1000));
		from = line ? (size_t)(line + 1 - o->tail.data) : from;
		str_addf(&s, "[%llu bytes before]\n",
			(unsigned long long)(o->n - (o->tail.n - from)));
	}
	while (from < o->tail.n) {
		line = memchr(o->tail.data + from, '\n', o->tail.n - from);
		n = line ? (size_t)(line - o->tail.data) - from : o->tail.n - from;
		str_add_printable(&s, o->tail.data + from, n);
		if (line)
			str_add_char(&s, '\n');
		from += n + !!line;
	}
	str_add(&s, "");
	return str_take(&s);
}

void
outlet_free(struct outlet *o)
{
	if (!o)
		return;
	fd_close(o->reader);
	fd_close(o->writer);
	fd_close(o->file);
	str_done(&o->head);
	str_done(&o->tail);
	err_done(&o->err);
	mem_free(o);
}
