/* SPDX-License-Identifier: MIT */
/*
 * area.h - finding bytes of the target again among the areas that a call carries
 */
#ifndef DECODE_AREA_H
#define DECODE_AREA_H

#include "decode/decode.h"

/* As the peer of a live target would read, from the areas taken before the call or after it.
 * *hint starts at 0 and makes reading in order cheap. */
size_t area_read(const struct call *call, bool at_exit, uint64_t address, void *buf, size_t n,
	uint32_t *hint);

#endif
