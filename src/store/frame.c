/* SPDX-License-Identifier: MIT */
/* frame.c - the frames of a trace file */

#include "store/frame.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/crc32c.h"
#include "store/wire.h"
#include "store/zstd.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * Preamble: magic (8), version (2), zero (2), CRC-32C of these 12 bytes (4).
 * Head of a frame: "RtFr" (4), kind (1), zero (3), sequence (4), stored bytes (4), content
 * bytes (4), records (4), CRC-32C of the stored bytes (4), CRC-32C of these 28 bytes continued
 * from the head before or the preamble (4). Then the stored bytes: one zstd frame.
 */
#define PREAMBLE_SIZE 16
#define HEAD_SIZE 32
#define HEAD_MAGIC "RtFr"
/* zstd grows what it cannot compress by less than this. */
#define STORED_MAX (FRAME_CONTENT_MAX + FRAME_CONTENT_MAX / 128 + 1024)
#define READ_STEP (1u << 20)
#define ZSTD_LEVEL 1 /* the tracer waits for it */

struct frame_out {
	int fd;
	uint32_t sequence, chain;
	struct zstd *zstd;
	struct str buffer;
};

int
frame_out_new(struct frame_out **result, int fd, struct err *err)
{
	AUTO(frame_out_free) struct frame_out *out = mem_alloc(sizeof *out);
	uint8_t preamble[PREAMBLE_SIZE] = FRAME_MAGIC;

	out->fd = fd;
	out->zstd = zstd_new();
	wire_put_fixed(preamble + FRAME_MAGIC_SIZE, FRAME_VERSION, 2);
	out->chain = crc32c(0, preamble, PREAMBLE_SIZE - 4);
	wire_put_fixed(preamble + PREAMBLE_SIZE - 4, out->chain, 4);
	if (fd_write(out->fd, preamble, sizeof preamble, err) < 0)
		return -1;
	*result = TAKE(out);
	return 0;
}

void
frame_out_free(struct frame_out *out)
{
	if (!out)
		return;
	zstd_free(out->zstd);
	str_done(&out->buffer);
	mem_free(out);
}

int
frame_put(struct frame_out *out, const struct frame *frame, struct err *err)
{
	static const uint8_t room[HEAD_SIZE];
	size_t n_stored;
	uint8_t *head, *p;

	assert(frame->n <= FRAME_CONTENT_MAX);
	/* Head and body leave in one write: a crash in between leaves less to explain. */
	str_clear(&out->buffer);
	str_add_n(&out->buffer, room, HEAD_SIZE);
	if (zstd_pack(out->zstd, &out->buffer, frame->content, frame->n, ZSTD_LEVEL, err) < 0)
		return -1;
	n_stored = out->buffer.n - HEAD_SIZE;
	head = (uint8_t *)out->buffer.data;
	p = wire_put_bytes(head, HEAD_MAGIC, 4);
	p = wire_put_fixed(p, frame->kind, 4);
	p = wire_put_fixed(p, out->sequence++, 4);
	p = wire_put_fixed(p, n_stored, 4);
	p = wire_put_fixed(p, frame->n, 4);
	p = wire_put_fixed(p, frame->n_records, 4);
	p = wire_put_fixed(p, crc32c(0, head + HEAD_SIZE, n_stored), 4);
	out->chain = crc32c(out->chain, head, HEAD_SIZE - 4);
	wire_put_fixed(p, out->chain, 4);
	return fd_write(out->fd, out->buffer.data, out->buffer.n, err);
}

struct frame_in {
	int fd;
	uint32_t sequence, chain;
	uint64_t offset; /* of the next frame */
	struct zstd *zstd;
	uint8_t *stored, *content;
	size_t stored_capacity, content_capacity;
};

/* Reads until n bytes are there or the file ends; how many there were, or -1. */
static ssize_t
get_bytes(const struct frame_in *in, uint8_t *out, size_t n, struct err *err)
{
	size_t got = 0;

	while (got < n) {
		ssize_t some = read(in->fd, out + got, n - got);

		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0)
			return err_sys(err, "read at byte %llu",
				(unsigned long long)(in->offset + got));
		if (some == 0)
			break;
		got += (size_t)some;
	}
	return (ssize_t)got;
}

static int
check_preamble(const uint8_t *p, size_t n, uint32_t *chain, struct err *err)
{
	if (n == 0)
		return err_set(err, "byte 0: the file is empty");
	if (memcmp(p, FRAME_MAGIC, MIN(n, (size_t)FRAME_MAGIC_SIZE)) != 0)
		return err_set(err, "byte 0: not a trace");
	if (n < PREAMBLE_SIZE)
		return err_set(
			err, "byte %zu: cut inside its first %d bytes", n, PREAMBLE_SIZE);
	*chain = crc32c(0, p, PREAMBLE_SIZE - 4);
	if (wire_fixed(p + PREAMBLE_SIZE - 4, 4) != *chain)
		return err_set(
			err, "byte 0: damaged (checksum of the first %d bytes)", PREAMBLE_SIZE);
	if (wire_fixed(p + FRAME_MAGIC_SIZE, 4) != FRAME_VERSION) {
		err_set(err, "byte %d: trace format %llu, this program reads format %d",
			FRAME_MAGIC_SIZE,
			(unsigned long long)wire_fixed(p + FRAME_MAGIC_SIZE, 2), FRAME_VERSION);
		return err_hint(err, "read it with the version that wrote it, or record again");
	}
	return 0;
}

int
frame_in_new(struct frame_in **result, int fd, struct err *err)
{
	AUTO(frame_in_free) struct frame_in *in = mem_alloc(sizeof *in);
	uint8_t preamble[PREAMBLE_SIZE];
	ssize_t n;

	in->fd = fd;
	in->zstd = zstd_new();
	n = get_bytes(in, preamble, sizeof preamble, err);
	if (n < 0 || check_preamble(preamble, (size_t)n, &in->chain, err) < 0)
		return -1;
	in->offset = PREAMBLE_SIZE;
	*result = TAKE(in);
	return 0;
}

void
frame_in_free(struct frame_in *in)
{
	if (!in)
		return;
	zstd_free(in->zstd);
	mem_free(in->stored);
	mem_free(in->content);
	mem_free(in);
}

static int
damaged(const struct frame_in *in, size_t at, const char *what, struct err *err)
{
	return err_set(
		err, "byte %llu: damaged (%s)", (unsigned long long)(in->offset + at), what);
}

static int
check_head(struct frame_in *in, const uint8_t *head, struct err *err)
{
	uint32_t chain = crc32c(in->chain, head, HEAD_SIZE - 4);
	uint64_t kind = wire_fixed(head + 4, 4);

	if (memcmp(head, HEAD_MAGIC, 4) != 0)
		return damaged(in, 0, "no frame where one must begin", err);
	if (wire_fixed(head + 28, 4) != chain)
		return damaged(in, 0, "checksum of a frame's head, or a frame is missing", err);
	/* From here on a wrong value was written so, by mistake or on purpose. */
	if (wire_fixed(head + 8, 4) != in->sequence)
		return damaged(in, 8, "a frame out of sequence", err);
	if (kind < FRAME_HEADER || kind > FRAME_FOOTER)
		return damaged(in, 4, "a frame of an unknown kind", err);
	if (wire_fixed(head + 12, 4) > STORED_MAX ||
		wire_fixed(head + 16, 4) > FRAME_CONTENT_MAX)
		return damaged(in, 12, "a frame larger than any may be", err);
	in->chain = chain;
	return 0;
}

/* Memory grows with what the file really holds, not with what a head claims. */
static ssize_t
get_stored(struct frame_in *in, size_t n, struct err *err)
{
	size_t got = 0;

	while (got < n) {
		size_t step = MIN(n - got, (size_t)READ_STEP);
		ssize_t some;

		if (got + step > in->stored_capacity) {
			in->stored_capacity = MIN(n, 2 * (got + step));
			in->stored = mem_resize(in->stored, in->stored_capacity, 1);
		}
		some = get_bytes(in, in->stored + got, step, err);
		if (some < 0)
			return -1;
		got += (size_t)some;
		if ((size_t)some < step)
			break;
	}
	return (ssize_t)got;
}

static int
open_content(struct frame_in *in, const uint8_t *head, struct frame *out, struct err *err)
{
	size_t n_stored = wire_fixed(head + 12, 4);

	out->kind = (enum frame_kind)wire_fixed(head + 4, 4);
	out->offset = in->offset;
	out->n = wire_fixed(head + 16, 4);
	out->n_records = (uint32_t)wire_fixed(head + 20, 4);
	if (crc32c(0, in->stored, n_stored) != wire_fixed(head + 24, 4))
		return damaged(in, HEAD_SIZE, "checksum of a frame's content", err);
	if (!in->content || out->n > in->content_capacity) {
		mem_free(in->content);
		in->content = mem_alloc(out->n);
		in->content_capacity = out->n;
	}
	if (zstd_unpack(in->zstd, in->content, out->n, in->stored, n_stored, err) < 0)
		return err_wrap(err, "byte %llu", (unsigned long long)in->offset + HEAD_SIZE);
	out->content = in->content;
	in->offset += HEAD_SIZE + n_stored;
	in->sequence++;
	return 1;
}

int
frame_get(struct frame_in *in, struct frame *out, bool *is_cut, struct err *err)
{
	uint8_t head[HEAD_SIZE];
	ssize_t n = get_bytes(in, head, sizeof head, err);

	*is_cut = false;
	if (n < 0)
		return -1;
	if (n < HEAD_SIZE) {
		*is_cut = n > 0;
		return 0;
	}
	if (check_head(in, head, err) < 0)
		return -1;
	n = get_stored(in, wire_fixed(head + 12, 4), err);
	if (n < 0)
		return -1;
	if ((size_t)n < wire_fixed(head + 12, 4)) {
		*is_cut = true;
		return 0;
	}
	return open_content(in, head, out, err);
}
