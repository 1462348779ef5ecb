/* SPDX-License-Identifier: MIT */
/* gzip.c - bytes compressed for a request (RFC 1952) */

#include "export/gzip.h"

#include <zlib.h>

#define AS_GZIP (15 + 16) /* the largest window, and gzip's frame instead of zlib's */

int
gzip(struct str *out, const void *data, size_t n, struct err *err)
{
	z_stream z = { .avail_in = (uInt)n, .next_in = (Bytef *)(uintptr_t)data };
	size_t bound;
	int rc;

	if (n > UINT32_MAX / 2)
		return err_set(err, "compress %zu bytes: too many for one request", n);
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, AS_GZIP, 8,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(err, "compress: zlib could not begin");
	bound = deflateBound(&z, n);
	z.next_out = (Bytef *)str_room(out, bound);
	z.avail_out = (uInt)bound;
	rc = deflate(&z, Z_FINISH);
	str_grown(out, bound - z.avail_out);
	deflateEnd(&z);
	return rc == Z_STREAM_END ? 0 : err_set(err, "compress: zlib ended with %d", rc);
}
