/* SPDX-License-Identifier: MIT */
/* zstd.c - Zstandard, one frame at a time; the only door to libzstd */

#include "store/zstd.h"

#include "base/mem.h"

#include <zstd.h>

/* The window a foreign frame may ask for: 128 MiB, zstd's own default limit. */
#define WINDOW_LOG_MAX 27

struct zstd {
	ZSTD_CCtx *pack; /* made when first needed */
	ZSTD_DCtx *unpack;
};

struct zstd *
zstd_new(void)
{
	return mem_alloc(sizeof(struct zstd));
}

void
zstd_free(struct zstd *z)
{
	if (!z)
		return;
	ZSTD_freeCCtx(z->pack);
	ZSTD_freeDCtx(z->unpack);
	mem_free(z);
}

int
zstd_pack(
	struct zstd *z, struct str *out, const void *data, size_t n, int level, struct err *err)
{
	size_t room = ZSTD_compressBound(n), used;

	if (!z->pack)
		z->pack = ZSTD_createCCtx();
	if (!z->pack || ZSTD_isError(room))
		return err_set(err, "compress: %s", z->pack ? "too large" : "out of memory");
	used = ZSTD_compressCCtx(z->pack, str_room(out, room), room, data, n, level);
	if (ZSTD_isError(used))
		return err_set(err, "compress: %s", ZSTD_getErrorName(used));
	str_grown(out, used);
	return 0;
}

static int
need_unpack(struct zstd *z, struct err *err)
{
	if (!z->unpack)
		z->unpack = ZSTD_createDCtx();
	if (!z->unpack)
		return err_set(err, "decompress: out of memory");
	ZSTD_DCtx_reset(z->unpack, ZSTD_reset_session_and_parameters);
	ZSTD_DCtx_setParameter(z->unpack, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return 0;
}

int
zstd_unpack(
	struct zstd *z, void *out, size_t room, const void *frame, size_t n, struct err *err)
{
	size_t whole = ZSTD_findFrameCompressedSize(frame, n), used;

	if (need_unpack(z, err) < 0)
		return -1;
	if (ZSTD_isError(whole) || whole != n)
		return err_set(err, "decompress: not one whole frame");
	if (ZSTD_getFrameContentSize(frame, n) != room)
		return err_set(err, "decompress: the frame does not hold %zu bytes", room);
	used = ZSTD_decompressDCtx(z->unpack, out, room, frame, n);
	if (ZSTD_isError(used))
		return err_set(err, "decompress: %s", ZSTD_getErrorName(used));
	if (used != room)
		return err_set(err, "decompress: %zu bytes instead of %zu", used, room);
	return 0;
}

int
zstd_unpack_all(struct zstd *z, struct str *out, size_t limit, const void *frame, size_t n,
	struct err *err)
{
	size_t block = ZSTD_DStreamOutSize(), total = 0, rest = 1;
	AUTO(mem_free) void *room = mem_alloc(block);
	ZSTD_inBuffer in = { frame, n, 0 };

	if (need_unpack(z, err) < 0)
		return -1;
	while (rest != 0) {
		ZSTD_outBuffer piece = { room, block, 0 };

		rest = ZSTD_decompressStream(z->unpack, &piece, &in);
		if (ZSTD_isError(rest))
			return err_set(err, "decompress: %s", ZSTD_getErrorName(rest));
		if (rest != 0 && piece.pos == 0 && in.pos == n)
			return err_set(err, "decompress: cut after %zu bytes", n);
		total += piece.pos;
		if (total > limit)
			return err_set(err, "decompress: more than %zu bytes", limit);
		str_add_n(out, room, piece.pos);
	}
	if (in.pos != n)
		return err_set(err, "decompress: %zu bytes behind the frame", n - in.pos);
	return 0;
}
