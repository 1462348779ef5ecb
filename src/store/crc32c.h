/* SPDX-License-Identifier: MIT */
/* crc32c.h - CRC-32C (Castagnoli; RFC 3720, appendix B.4): finds damage, not attacks */
#ifndef STORE_CRC32C_H
#define STORE_CRC32C_H

#include "base/base.h"

/* before: 0, or the checksum of the bytes in front of these. */
uint32_t crc32c(uint32_t before, const void *data, size_t n);

#endif
