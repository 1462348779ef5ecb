/* SPDX-License-Identifier: MIT */
/*
 * hint.h - which memory a call may lead to, for a reader that can look only once
 *
 * decode_fetch() asks for memory while it walks the arguments, and needs a task that stands
 * still. A program in the kernel cannot ask us: it copies what these rows name, and
 * decode_fetch() is given the copies. A row may name more than is needed, never less: a read
 * that no copy covers makes the trace incomplete. hint_of() follows from the tables of this
 * room; a property test holds it to what decode_fetch() asks for.
 *
 * Compiled for the kernel half as well: plain fixed-width types, nothing of libc.
 */
#ifndef DECODE_HINT_H
#define DECODE_HINT_H

#include <stdint.h>

#define HINTS_MAX 6u   /* rows of one call: one an argument */
#define HINT_NRS 1024u /* numbers of one architecture: 0 to 1023 */
#define HINT_ARCHES 3u /* enum arch: x86_64, i386, x32 (its numbers without the bit) */
#define HINT_NO_REG 0xffu

enum hint_op {
	HINT_NONE,
	HINT_BYTES,    /* size bytes */
	HINT_COUNTED,  /* size bytes times register `len` */
	HINT_RESULT,   /* size bytes times the result, at most times register `len` */
	HINT_POINTED,  /* as many bytes as the u32 says that register `len` points to */
	HINT_STRING,   /* to its NUL */
	HINT_STRINGS,  /* array of pointers to strings, ended by NULL: argv */
	HINT_POINTERS, /* register `len` pointers, each to size bytes */
	HINT_DATA_OUT, /* payload: register `len` bytes; after success only the result's */
	HINT_DATA_IN,  /* payload: the result's bytes, at most register `len` */
	HINT_IOV_OUT,  /* register `len` elements and what they point to; as HINT_DATA_OUT */
	HINT_IOV_IN,
	HINT_IOV,     /* the array only */
	HINT_MSG_OUT, /* struct msghdr and all it points to */
	HINT_MSG_IN,
	HINT_MMSG_OUT, /* register `len` of struct mmsghdr */
	HINT_MMSG_IN,
	HINT_SIGSET_PAIR, /* { pointer, size }: both, and the set */
	HINT_CLONE_ARGS,  /* register `len` bytes, and the u32s behind pidfd and parent_tid */
	HINT_SUBCALL, /* socketcall, ipc of i386: the words behind it (not what they lead to) */
	N_HINT_OPS,
};

enum hint_when {
	HINT_AT_ENTRY = 1, /* the kernel changes it, or it is gone after the call */
	HINT_AT_EXIT = 2,
	HINT_IF_OK = 4, /* at exit: only when the call did not fail */
	HINT_IS_INPUT =
		8, /* only when what is read is wanted (struct bpf_control.want_input) */
};

struct hint {
	uint8_t op;   /* enum hint_op */
	uint8_t reg;  /* register that points there, 0 to 5 */
	uint8_t len;  /* register that counts; HINT_NO_REG: none */
	uint8_t when; /* bits of enum hint_when */
	uint32_t size;
	uint32_t limit; /* bytes at most, of all this row leads to but payload; 0: none */
};

struct call_hints {
	uint8_t n;
	uint8_t word;  /* bytes of a pointer of this architecture: 4 or 8 */
	uint8_t flags; /* of the kernel half; 0 here */
	uint8_t pad;
	struct hint hint[HINTS_MAX];
};

#ifndef __bpf__
#include "model/event.h"

/* Never fails: a number that is not known has no rows. */
void hint_of(struct call_hints *out, enum arch arch, uint32_t nr);
#endif

#endif
