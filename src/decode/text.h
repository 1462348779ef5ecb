/* SPDX-License-Identifier: MIT */
/*
 * text.h - writing one call in strace's form: what the writers of all kinds share
 */
#ifndef DECODE_TEXT_H
#define DECODE_TEXT_H

#include "decode/arg.h"

struct text {
	struct str *out;
	const struct call *call;
	const struct decode_text *how;
	const struct args *args;
	enum call_id id;
	enum arch arch;
	uint8_t word;      /* bytes of the caller's pointers */
	bool is_ok;        /* done and without an error: what the kernel filled in is there */
	bool at_entry;     /* only what is known before the call may be shown */
	uint32_t hints[2]; /* where area_read() found something last */
};

/* All n bytes, from what was taken before the call or after it. */
bool text_read(struct text *t, bool at_exit, uint64_t address, void *buf, size_t n);
/* As many as there are. */
size_t text_read_some(struct text *t, bool at_exit, uint64_t address, void *buf, size_t n);

/* A value in the form of its kind; ref: its flag table. */
void text_value(struct text *t, uint8_t kind, const void *ref, uint64_t value);
void text_address(struct text *t, uint64_t address);
void text_fd(struct text *t, int fd, bool is_result);
void text_pid(struct text *t, int64_t pid);
void text_signal(struct text *t, int signal);
void text_signed(struct text *t, int64_t value);
void text_unsigned(struct text *t, uint64_t value);
void text_hex(struct text *t, uint64_t value);
/* Bytes at an address as a quoted string of at most string_limit; the address when they cannot
 * be read. */
void text_bytes(struct text *t, bool at_exit, uint64_t address, uint64_t n);
/* A sigset's n bytes: [INT RT_1], ~[KILL]. */
void text_sigset(struct text *t, const uint8_t *bytes, size_t n);

#endif
