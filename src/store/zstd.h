/* SPDX-License-Identifier: MIT */
/*
 * zstd.h - Zstandard (RFC 8878), one frame at a time, never more memory than allowed
 */
#ifndef STORE_ZSTD_H
#define STORE_ZSTD_H

#include "base/err.h"
#include "base/str.h"

struct zstd; /* working memory, kept from one frame to the next */

struct zstd *zstd_new(void);
void zstd_free(struct zstd *z);
AUTO_DEFINE(struct zstd *, zstd_free)

/* Appends one frame that names its content's size. level: 1 (fast) to 19. */
MUST_CHECK int zstd_pack(struct zstd *z, struct str *out, const void *data, size_t n, int level,
	struct err *err);
/* Exactly one frame with exactly room bytes of content, else -1. */
MUST_CHECK int zstd_unpack(
	struct zstd *z, void *out, size_t room, const void *frame, size_t n, struct err *err);
/* Appends the content of the one frame, whether it names its size or not; more than limit
 * bytes is an error, found before they are made. */
MUST_CHECK int zstd_unpack_all(struct zstd *z, struct str *out, size_t limit, const void *frame,
	size_t n, struct err *err);

#endif
