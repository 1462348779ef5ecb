/* SPDX-License-Identifier: MIT */
/* gzip.h - bytes compressed for a request (RFC 1952); export's own */
#ifndef EXPORT_GZIP_H
#define EXPORT_GZIP_H

#include "base/err.h"
#include "base/str.h"

/* Appends. */
MUST_CHECK int gzip(struct str *out, const void *data, size_t n, struct err *err);

#endif
