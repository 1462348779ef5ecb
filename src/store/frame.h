/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the frames of a trace file: where each begins, what it holds, that it is whole
 *
 * A file is a preamble and frames. Each frame's checksum covers the one before it, so that a
 * frame that is missing, repeated, swapped or from another file is noticed. docs/format.md.
 */
#ifndef STORE_FRAME_H
#define STORE_FRAME_H

#include "base/err.h"

#define FRAME_MAGIC                                                                            \
	"\x89RTRC\r\n\x1a" /* damaged by whatever changes line ends or drops bit 8 */
#define FRAME_MAGIC_SIZE 8
#define FRAME_VERSION 2
#define FRAME_CONTENT_MAX (64u << 20) /* bytes of content of one frame */

enum frame_kind { FRAME_HEADER = 1, FRAME_EVENTS = 2, FRAME_FOOTER = 3 };

struct frame {
	enum frame_kind kind;
	uint32_t n_records;
	const uint8_t *content; /* n bytes; of a frame read: borrowed until the next get */
	size_t n;
	uint64_t offset; /* of a frame read: in the file */
};

struct frame_out;

/* The descriptor is borrowed. Writes the preamble. */
MUST_CHECK int frame_out_new(struct frame_out **out, int fd, struct err *err);
void frame_out_free(struct frame_out *out);
AUTO_DEFINE(struct frame_out *, frame_out_free)
MUST_CHECK int frame_put(struct frame_out *out, const struct frame *frame, struct err *err);

struct frame_in;

/* The descriptor is borrowed. Reads the preamble; a foreign file or another version is an
 * error. */
MUST_CHECK int frame_in_new(struct frame_in **out, int fd, struct err *err);
void frame_in_free(struct frame_in *in);
AUTO_DEFINE(struct frame_in *, frame_in_free)
/* 1: a whole frame; 0: the file ended, *is_cut when it did so inside a frame; -1: damaged, err
 * names the offset. */
MUST_CHECK int frame_get(struct frame_in *in, struct frame *out, bool *is_cut, struct err *err);

#endif
