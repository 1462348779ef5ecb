/* SPDX-License-Identifier: MIT */
/*
 * fetch.h - walking the arguments of one call for the memory they lead to
 */
#ifndef DECODE_FETCH_H
#define DECODE_FETCH_H

#include "decode/arg.h"

#define MAX_RW 0x7ffff000u /* the kernel moves no more bytes in one call */
#define MAX_SOCKADDR 128
#define MAX_SIGSET 128
#define MAX_FD_SET 8192

struct walk {
	const struct fetch *f;
	const struct call *call;
	struct args args;
	enum arch arch;
	unsigned word;
	uint16_t id; /* enum call_id */
	uint8_t reg; /* of the argument walked now */
};

void walk_offer(struct walk *w, enum area_kind kind, uint64_t address, uint64_t size);
/* All n bytes, or false. */
bool walk_peek(struct walk *w, uint64_t address, void *buf, size_t n);
/* A pointer, or a size as large as one; 0 when it cannot be read. */
uint64_t walk_peek_word(struct walk *w, uint64_t address);
bool walk_is_ok(const struct walk *w);
/* What the call returned as a count, 0 when it failed. */
uint64_t walk_result(const struct walk *w);

typedef void fetch_fn(struct walk *w, const struct arg *a);
fetch_fn fetch_string, fetch_strings; /* fetch_string.c: one; argv and envp */
/* Vectors and messages (fetch_message.c). */
fetch_fn fetch_iov_array, fetch_iov_out, fetch_iov_out_short, fetch_iov_in, fetch_msg_out,
	fetch_msg_in_before, fetch_msg_in, fetch_mmsg_out, fetch_mmsg_in_before,
	fetch_mmsg_lengths, fetch_mmsg_in, fetch_msgbuf_out, fetch_msgbuf_in;

#endif
