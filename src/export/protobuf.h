/* SPDX-License-Identifier: MIT */
/*
 * protobuf.h - the wire format of Protocol Buffers: fields read one after another
 *
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef EXPORT_PROTOBUF_H
#define EXPORT_PROTOBUF_H

#include "base/base.h"

enum protobuf_type {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED64 = 1,
	PROTOBUF_BYTES = 2,
	PROTOBUF_FIXED32 = 5,
};

struct protobuf {
	const uint8_t *at, *end;
};
struct protobuf_field {
	uint32_t number;
	enum protobuf_type type;
	uint64_t value;       /* of all but PROTOBUF_BYTES */
	const uint8_t *bytes; /* borrowed */
	size_t n;
};

/* 1: *out; 0: the end; -1: this is no message. */
MUST_CHECK int protobuf_next(struct protobuf *p, struct protobuf_field *out);

#endif
