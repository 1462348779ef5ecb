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

#define HINTS_MAX 6u   /* rows of one call */
#define HINT_NRS 1024u /* numbers of one architecture: 0 to 1023 */
#define HINT_ARCHES 3u /* enum arch: x86_64, i386, x32 (its numbers without the bit) */
#define HINT_NO_REG 0xffu

/* More than these of one array are never asked for. */
#define HINT_IOVS_MAX 1024u /* also of HINT_POINTERS; with more the kernel refuses the call */
#define HINT_MESSAGES_MAX 1024u
#define HINT_STRINGS_MAX 65536u
#define HINT_NAME_MAX 128u /* bytes of a socket address */
#define HINT_CONTROL_MAX 65536u
#define HINT_STRING_MAX (128u * 1024) /* bytes; the longest that the kernel takes */

/* Registers are those of the entry, as wide as the caller's: 32 bits of i386, and of x32 where
 * they are pointers. A count is what the register holds, not signed; one that is too large ends
 * at the row's limit, so no product may wrap; of elements as many are copied as the whole
 * register says, and followed as its lower half says, if these are not too many. An array that
 * begins at 0 is left out. */
enum hint_op {
	HINT_NONE,
	HINT_BYTES,    /* size bytes */
	HINT_COUNTED,  /* size bytes times register `len` */
	HINT_BITS,     /* register `len` bits, in words of 8 bytes */
	HINT_RESULT,   /* size bytes times the result, at most times register `len` */
	HINT_POINTED,  /* as many bytes as the u32 says that register `len` points to */
	HINT_STRING,   /* to its NUL, with it */
	HINT_STRINGS,  /* array of pointers to strings, ended by NULL: argv */
	HINT_POINTERS, /* register `len` pointers, each to size bytes; a NULL ends them */
	HINT_DATA_OUT, /* payload: register `len` bytes; after success only the result's */
	HINT_DATA_ALL, /* size bytes, then payload: register `len` bytes, whatever the result */
	HINT_DATA_IN,  /* size bytes, then payload: the result's, at most register `len` */
	HINT_IOV_OUT,  /* register `len` elements; what they point to is as HINT_DATA_OUT */
	HINT_IOV_IN, /* what they point to only if input is wanted, as far as the result says */
	HINT_MSG_OUT,     /* struct msghdr: name, elements, payload as HINT_DATA_OUT, control */
	HINT_MSG_IN,      /* and its elements; after success also name, payload as HINT_IOV_IN,
			     control */
	HINT_MMSG_OUT,    /* register `len` of struct mmsghdr; all of their payload */
	HINT_MMSG_IN,     /* as HINT_MSG_IN each; payload of as many as the result says, of each
			     its length (the u32 behind the msghdr) */
	HINT_SIGSET_PAIR, /* { pointer, size }: both, and the set, at most `limit` of it */
	HINT_CLONE_ARGS,  /* register `len` bytes, and the u32s behind pidfd (the u64 at 8) and
			     parent_tid (at 24) */
	N_HINT_OPS,
};

/* A row that has HINT_AT_ENTRY as well as HINT_AT_EXIT holds another thing after the call: what
 * was missing at the entry can be taken from the exit only if the call failed.
 *
 * Programs pass one buffer twice: sigprocmask(how, &set, &set). So the upper three bits may
 * name a register (plus 1), which leads to what the kernel fills: when it holds the address
 * that this row's register holds, HINT_AT_ENTRY is meant. */
enum hint_when {
	HINT_AT_ENTRY = 1, /* the kernel changes it, or it is gone after the call */
	HINT_AT_EXIT = 2,
	HINT_IF_OK = 4,      /* at exit: only when the call did not fail */
	HINT_IS_INPUT = 8,   /* only when what is read is wanted (bpf_control.want_input) */
	HINT_IF_FAILED = 16, /* at exit: only when the call failed */
};
#define HINT_RIVAL_SHIFT 5

struct hint {
	uint8_t op;   /* enum hint_op */
	uint8_t reg;  /* register that points there, 0 to 5; of (rt_)sigreturn, 0 is the stack
			 pointer */
	uint8_t len;  /* register that counts; HINT_NO_REG: none */
	uint8_t when; /* bits of enum hint_when, and the rival */
	uint32_t size;
	uint32_t limit; /* bytes at most, of one string; of payload and arrays of pointers: 0 */
};

/* What fcntl leads to hangs on its operation, and most operations lead nowhere: `only` has a
 * bit for each value of (register only_reg & only_mask) with which there are rows at all, by
 * hint_bit(). Two values may share a bit. */
struct call_hints {
	uint8_t n;
	uint8_t word;  /* bytes of a pointer of this architecture: 4 or 8 */
	uint8_t flags; /* of the kernel half; 0 here */
	uint8_t only_reg;
	uint32_t only_mask;
	uint64_t only; /* 0: the rows hold whatever the registers are */
	struct hint hint[HINTS_MAX];
};

/* The operations of fcntl that lead nowhere have bits of their own. */
static inline uint64_t
hint_bit(uint32_t value)
{
	return (uint64_t)1 << ((value ^ value >> 5) & 63);
}

/* Whether the entry takes this row. */
static inline int
hint_is_early(const struct hint *h, const uint64_t arg[6])
{
	unsigned rival = h->when >> HINT_RIVAL_SHIFT;

	return (h->when & HINT_AT_ENTRY) || (rival && arg[rival - 1] == arg[h->reg]);
}

/* False: with these registers the call leads to no memory. */
static inline int
hint_leads(const struct call_hints *h, const uint64_t arg[6])
{
	uint64_t value = h->only_reg < 6 ? arg[h->only_reg] : 0;

	return h->n && (!h->only || (h->only & hint_bit((uint32_t)value & h->only_mask)));
}

#ifndef __bpf__
#include "model/event.h"

/* Never fails: a number that is not known has no rows. Of i386, what the calls inside
 * socketcall and ipc lead to is not told. */
void hint_of(struct call_hints *out, enum arch arch, uint32_t nr);
#endif

#endif
