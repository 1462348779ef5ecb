/* SPDX-License-Identifier: MIT */
/*
 * message.c - struct msghdr, iovec and cmsghdr of 64-bit and 32-bit callers
 */
#include "decode/message.h"
#include "decode/arg.h"

size_t
message_size(unsigned word)
{
	return word == 8 ? 56 : 28;
}

size_t
mmsg_size(unsigned word)
{
	return message_size(word) + word; /* the length, padded to the struct's alignment */
}

void
message_load(struct message *out, const uint8_t *bytes, unsigned word)
{
	out->name = load_uint(bytes, word);
	out->n_name = (uint32_t)load_uint(bytes + word, 4);
	out->iov = load_uint(bytes + 2 * word, word);
	out->n_iov = load_uint(bytes + 3 * word, word);
	out->control = load_uint(bytes + 4 * word, word);
	out->n_control = load_uint(bytes + 5 * word, word);
	out->flags = (uint32_t)load_uint(bytes + 6 * word, 4);
}

bool
control_load(struct control *out, const uint8_t *bytes, size_t n, size_t at, unsigned word)
{
	size_t header = word + 8, whole;

	if (at > n || n - at < header)
		return false;
	out->header = header;
	out->size = load_uint(bytes + at, word);
	out->level = (uint32_t)load_uint(bytes + at + word, 4);
	out->type = (uint32_t)load_uint(bytes + at + word + 4, 4);
	out->next = 0;
	/* A length below the header would loop for ever; one beyond the end is the last. */
	if (out->size >= header && out->size <= n - at) {
		whole = ((size_t)out->size + word - 1) / word * word;
		if (whole < n - at)
			out->next = at + whole;
	}
	return true;
}
