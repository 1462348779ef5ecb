/* SPDX-License-Identifier: MIT */
/*
 * message.h - struct msghdr, iovec and cmsghdr of 64-bit and 32-bit callers
 */
#ifndef DECODE_MESSAGE_H
#define DECODE_MESSAGE_H

#include "base/base.h"

struct message {
	uint64_t name, iov, n_iov, control, n_control;
	uint32_t n_name, flags;
};

#define MESSAGE_MAX 56 /* bytes of the wider struct msghdr */

size_t message_size(unsigned word);
void message_load(struct message *out, const uint8_t *bytes, unsigned word);
/* struct mmsghdr: a msghdr, then the length that the kernel fills in. */
size_t mmsg_size(unsigned word);

struct iov {
	uint64_t base, size;
};

/* bytes holds 2 * word of them. */
static inline struct iov
iov_load(const uint8_t *bytes, unsigned word)
{
	struct iov v = { 0 };

	for (unsigned i = 0; i < word; i++) {
		v.base |= (uint64_t)bytes[i] << 8 * i;
		v.size |= (uint64_t)bytes[word + i] << 8 * i;
	}
	return v;
}

struct control {
	uint64_t size; /* cmsg_len: header and data */
	uint32_t level, type;
	size_t header; /* bytes of the header */
	size_t next;   /* where the next one starts, 0: none fits */
};

/* The control message at bytes[at]; false when not even its header fits into n. */
bool control_load(
	struct control *out, const uint8_t *bytes, size_t n, size_t at, unsigned word);

#endif
