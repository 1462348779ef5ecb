/* SPDX-License-Identifier: MIT */
/*
 * hint.c - what decode_fetch() may ask for, told before the call is made
 *
 * One row a kind of argument, beside the row that fetch.c has for it. What a call leads to is
 * the union over all the lists of arguments that it may have: which one holds is known only
 * when its registers are.
 */
#include "decode/hint.h"
#include "decode/arg.h"
#include "decode/fetch.h"
#include "decode/message.h"
#include "decode/subcall.h"

#include <string.h>

_Static_assert(HINT_IOVS_MAX == MAX_IOVECS, "limits");
_Static_assert(HINT_MESSAGES_MAX == MAX_MESSAGES, "limits");
_Static_assert(HINT_STRINGS_MAX == MAX_ARGV, "limits");
_Static_assert(HINT_NAME_MAX == MAX_SOCKADDR, "limits");
_Static_assert(HINT_CONTROL_MAX == MAX_CONTROL, "limits");
_Static_assert(HINT_ARCHES == ARCH_X32 + 1, "architectures");

enum {
	IN = HINT_AT_EXIT, /* the kernel only reads it, so it is there after the call */
	OUT = HINT_AT_EXIT | HINT_IF_OK,
	BOTH = HINT_AT_ENTRY | HINT_AT_EXIT,
	BEFORE = HINT_AT_ENTRY,
	DATA = HINT_AT_EXIT | HINT_IF_OK | HINT_IS_INPUT,
	LEFT = HINT_AT_EXIT | HINT_IF_FAILED,
	GONE = HINT_AT_ENTRY | HINT_AT_EXIT | HINT_IF_FAILED, /* with the old memory */
	IF_BITS = HINT_IF_OK | HINT_IF_FAILED | HINT_IS_INPUT,
};

enum unit { UNIT_NONE, UNIT_BYTE, UNIT_WORD, UNIT_LAYOUT, UNIT_MSG, UNIT_MMSG };

/* size is n units, the limit max times that (of strings and bits: bytes). */
struct rule {
	uint8_t op, when, unit;
	uint16_t n;
	uint32_t max;
};

#define X32_BIT 0x40000000u
#define RULES_MAX 2 /* of one kind */

#define NOTHING HINT_NONE, 0, UNIT_NONE, 0, 0
/* How far the stack is looked at, of x86_64; the frames of others are smaller. */
#define FRAME_BYTES (296 + 8)
#define OLD_FRAME_BYTES (OLD_SIGMASK_HIGH + 4)
#define MAX_HANDLE (8 + 128)

static const struct rule rules[N_ARG_KINDS][RULES_MAX] = {
	[ARG_STR] = { { HINT_STRING, IN, UNIT_NONE, 0, HINT_STRING_MAX } },
	[ARG_PATH] = { { HINT_STRING, IN, UNIT_NONE, 0, HINT_STRING_MAX } },
	[ARG_DATA_OUT] = { { HINT_DATA_OUT, IN, UNIT_NONE, 0, 0 } },
	[ARG_DATA_IN] = { { HINT_DATA_IN, DATA, UNIT_NONE, 0, 0 } },
	[ARG_RANDOM] = { { HINT_DATA_IN, DATA, UNIT_NONE, 0, 0 } },
	[ARG_RAW_IN] = { { HINT_COUNTED, IN, UNIT_BYTE, 1, MAX_OPTION } },
	[ARG_RAW_OUT] = { { HINT_RESULT, OUT, UNIT_BYTE, 1, 0 } },
	[ARG_IOV_OUT] = { { HINT_IOV_OUT, IN, UNIT_NONE, 0, 0 } },
	[ARG_IOV_IN] = { { HINT_IOV_IN, IN, UNIT_NONE, 0, 0 } },
	[ARG_IOV_REMOTE] = { { HINT_COUNTED, IN, UNIT_WORD, 2, MAX_IOVECS } },
	[ARG_MSG_OUT] = { { HINT_MSG_OUT, IN, UNIT_NONE, 0, 0 } },
	/* The lengths in it are the kernel's answer. */
	[ARG_MSG_IN] = { { HINT_BYTES, BEFORE, UNIT_MSG, 1, 0 },
		{ HINT_MSG_IN, IN, UNIT_NONE, 0, 0 } },
	[ARG_MMSG_OUT] = { { HINT_MMSG_OUT, IN, UNIT_NONE, 0, 0 } },
	[ARG_MMSG_IN] = { { HINT_COUNTED, BEFORE, UNIT_MMSG, 1, MAX_MESSAGES },
		{ HINT_MMSG_IN, IN, UNIT_NONE, 0, 0 } },
	[ARG_MSGBUF_OUT] = { { HINT_DATA_ALL, IN, UNIT_WORD, 1, 0 } },
	[ARG_MSGBUF_IN] = { { HINT_BYTES, OUT, UNIT_WORD, 1, 0 },
		{ HINT_DATA_IN, DATA, UNIT_WORD, 1, 0 } },
	[ARG_ADDRESS_IN] = { { HINT_COUNTED, IN, UNIT_BYTE, 1, MAX_SOCKADDR } },
	[ARG_ADDRESS_OUT] = { { HINT_POINTED, OUT, UNIT_BYTE, 1, MAX_SOCKADDR } },
	[ARG_LENGTH] = { { HINT_BYTES, BOTH, UNIT_BYTE, 4, 0 } },
	[ARG_OPT_IN] = { { HINT_COUNTED, IN, UNIT_BYTE, 1, MAX_OPTION } },
	[ARG_OPT_OUT] = { { HINT_POINTED, OUT, UNIT_BYTE, 1, MAX_OPTION } },
	[ARG_ARGV] = { { HINT_STRINGS, GONE, UNIT_NONE, 0, HINT_STRING_MAX } },
	[ARG_ENVP] = { { HINT_STRINGS, GONE, UNIT_NONE, 0, HINT_STRING_MAX } },
	[ARG_SIGSET_IN] = { { HINT_COUNTED, IN, UNIT_BYTE, 1, MAX_SIGSET } },
	[ARG_SIGSET_OUT] = { { HINT_COUNTED, OUT, UNIT_BYTE, 1, MAX_SIGSET } },
	[ARG_SIGSET_PAIR] = { { HINT_SIGSET_PAIR, IN, UNIT_NONE, 0, MAX_SIGSET } },
	[ARG_CPU_SET_IN] = { { HINT_COUNTED, IN, UNIT_BYTE, 1, MAX_STRUCT } },
	[ARG_CPU_SET_OUT] = { { HINT_RESULT, OUT, UNIT_BYTE, 1, MAX_STRUCT } },
	[ARG_BITS_IN] = { { HINT_BITS, IN, UNIT_NONE, 0, MAX_STRUCT } },
	[ARG_FD_SET] = { { HINT_BITS, BOTH, UNIT_NONE, 0, MAX_FD_SET } },
	[ARG_FD_PAIR] = { { HINT_BYTES, OUT, UNIT_BYTE, 8, 0 } },
	[ARG_PTR_IN] = { { HINT_BYTES, IN, UNIT_LAYOUT, 1, 0 } },
	[ARG_PTR_OUT] = { { HINT_BYTES, OUT, UNIT_LAYOUT, 1, 0 } },
	[ARG_PTR_FOUND] = { { HINT_BYTES, OUT, UNIT_LAYOUT, 1, 0 } },
	[ARG_PTR_BOTH] = { { HINT_BYTES, BOTH, UNIT_LAYOUT, 1, 0 } },
	[ARG_PTR_LEFT] = { { HINT_BYTES, BOTH, UNIT_LAYOUT, 1, 0 } },
	[ARG_PTR_REM] = { { HINT_BYTES, LEFT, UNIT_LAYOUT, 1, 0 } },
	[ARG_PAIR_IN] = { { HINT_BYTES, IN, UNIT_LAYOUT, 2, 0 } },
	[ARG_PAIR_OUT] = { { HINT_BYTES, OUT, UNIT_LAYOUT, 2, 0 } },
	[ARG_ARRAY_IN] = { { HINT_COUNTED, IN, UNIT_LAYOUT, 1, MAX_ELEMENTS } },
	[ARG_ARRAY_OUT] = { { HINT_RESULT, OUT, UNIT_LAYOUT, 1, MAX_ELEMENTS } },
	/* The kernel writes revents alone, which the entry does not show. */
	[ARG_POLLFDS] = { { HINT_COUNTED, IN, UNIT_LAYOUT, 1, MAX_ELEMENTS } },
	[ARG_PTR_LIST] = { { HINT_POINTERS, IN, UNIT_LAYOUT, 1, 0 } },
	[ARG_DIRENTS] = { { HINT_RESULT, DATA, UNIT_BYTE, 1, 0 } },
	[ARG_CAPS_IN] = { { HINT_BYTES, IN, UNIT_BYTE, 24, 0 } },
	[ARG_CAPS_OUT] = { { HINT_BYTES, OUT, UNIT_BYTE, 24, 0 } },
	[ARG_FILE_HANDLE_IN] = { { HINT_BYTES, IN, UNIT_BYTE, MAX_HANDLE, 0 } },
	[ARG_FILE_HANDLE_BOTH] = { { HINT_BYTES, BOTH, UNIT_BYTE, MAX_HANDLE, 0 } },
	[ARG_CLONE_ARGS] = { { HINT_CLONE_ARGS, IN, UNIT_BYTE, 1, MAX_STRUCT } },
	[ARG_SIGFRAME] = { { HINT_BYTES, IN, UNIT_BYTE, FRAME_BYTES, 0 } },
	[ARG_OLD_SIGFRAME] = { { HINT_BYTES, IN, UNIT_BYTE, OLD_FRAME_BYTES, 0 } },
};

/* What the kind of an argument does not tell of it: what the kernel does in this call. */
static const struct {
	uint16_t id;
	uint8_t kind, op, when;
} calls[] = {
	{ CALL_execve, ARG_PATH, HINT_STRING, GONE },
	{ CALL_execveat, ARG_PATH, HINT_STRING, GONE },
	/* Returns 0, not how many bytes went out. */
	{ CALL_mq_timedsend, ARG_DATA_OUT, HINT_DATA_ALL, IN },
	{ CALL_mq_timedsend_time64, ARG_DATA_OUT, HINT_DATA_ALL, IN },
	/* When it refuses the version or the size in it, it writes there what it would take. */
	{ CALL_capget, ARG_PTR_IN, HINT_BYTES, BOTH },
	{ CALL_capset, ARG_PTR_IN, HINT_BYTES, BOTH },
	{ CALL_perf_event_open, ARG_PTR_IN, HINT_BYTES, BOTH },
	{ CALL_sched_setattr, ARG_PTR_IN, HINT_BYTES, BOTH },
};

/* Calls of i386 whose arguments are in memory. */
static const struct {
	uint16_t id;
	uint8_t reg, size;
} outer[] = {
	{ CALL_socketcall, 1, 24 },
	{ CALL_ipc, 4, 8 },
	{ CALL_mmap, 0, 24 },
	{ CALL_select, 0, 20 },
};

struct walk_of {
	enum arch arch;
	unsigned word;
	enum call_id id;
	const struct args *args;
};

static uint32_t
unit_size(const struct walk_of *w, const struct arg *a, enum unit unit)
{
	switch (unit) {
	case UNIT_NONE:
		return 0;
	case UNIT_BYTE:
		return 1;
	case UNIT_WORD:
		return w->word;
	case UNIT_LAYOUT:
		return (uint32_t)layout_size(a->spec->ref, w->arch);
	case UNIT_MSG:
		return (uint32_t)message_size(w->word);
	case UNIT_MMSG:
		return (uint32_t)mmsg_size(w->word);
	}
	return 0;
}

/* Another list of the same call may lead there as well: the larger of both. */
static bool
unite(struct hint *h, const struct hint *with)
{
	bool is_same = h->op == with->op && h->reg == with->reg && h->len == with->len;

	if (!is_same)
		return false;
	h->size = MAX(h->size, with->size);
	h->limit = h->limit && with->limit ? MAX(h->limit, with->limit) : 0;
	h->when = (uint8_t)(((h->when | with->when) & ~IF_BITS) |
			    (h->when & with->when & IF_BITS));
	return true;
}

static void
add(struct call_hints *out, const struct hint *h)
{
	for (unsigned i = 0; i < out->n; i++) {
		if (unite(&out->hint[i], h))
			return;
	}
	assert(out->n < HINTS_MAX); /* the tables are ours: a test walks all of them */
	out->hint[out->n++] = *h;
}

static void
add_rule(struct call_hints *out, const struct walk_of *w, const struct arg *a,
	const struct rule *rule)
{
	uint32_t size = rule->n * unit_size(w, a, rule->unit);
	struct hint h = { .op = rule->op, .reg = a->reg, .len = HINT_NO_REG, .size = size };

	h.when = rule->when;
	h.limit = rule->max * MAX(size, 1);
	if (a->spec->len < w->args->n)
		h.len = w->args->arg[a->spec->len].reg;
	/* Callers built for an older kernel pass a shorter struct, and say so. */
	if (a->spec->kind == ARG_PTR_IN && h.len != HINT_NO_REG) {
		h.op = HINT_COUNTED;
		h.limit = size;
		h.size = 1;
	}
	/* Its own argument says how much room there is, in bytes; the result counts. */
	if (a->spec->kind == ARG_CPU_SET_OUT)
		h.len = HINT_NO_REG;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (calls[i].id == w->id && calls[i].kind == a->spec->kind) {
			h.op = calls[i].op;
			h.when = calls[i].when;
		}
	}
	add(out, &h);
}

/* False: it leads nowhere. */
static bool
add_list(struct call_hints *out, const struct walk_of *w)
{
	bool has_rows = false;

	for (unsigned i = 0; i < w->args->n; i++) {
		const struct arg *a = &w->args->arg[i];

		for (unsigned k = 0; k < RULES_MAX; k++) {
			const struct rule *rule = &rules[a->spec->kind][k];

			if (rule->op != HINT_NONE) {
				add_rule(out, w, a, rule);
				has_rows = true;
			}
		}
	}
	return has_rows;
}

static bool
is_filled(const struct hint *h)
{
	return h->when & (HINT_IF_OK | HINT_IF_FAILED) && !(h->when & HINT_AT_ENTRY);
}

/* Whether a program may well pass the address of h for that of `out` too: two structs of one
 * kind, or readlink(buf, buf, size). */
static bool
are_rivals(const struct hint *h, const struct hint *out)
{
	bool is_struct = h->op == HINT_BYTES || h->op == HINT_COUNTED;

	if (h->reg == out->reg || h->when & HINT_AT_ENTRY || is_filled(h) || !is_filled(out))
		return false;
	return (is_struct && out->op == h->op && out->size == h->size) ||
	       (h->op == HINT_STRING && out->op == HINT_RESULT);
}

static void
name_rivals(struct call_hints *out)
{
	for (unsigned i = 0; i < out->n; i++) {
		struct hint *h = &out->hint[i];

		for (unsigned k = 0; k < out->n && !(h->when >> HINT_RIVAL_SHIFT); k++) {
			const struct hint *other = &out->hint[k];

			if (are_rivals(h, other))
				h->when |= (uint8_t)((other->reg + 1) << HINT_RIVAL_SHIFT);
		}
	}
}

static bool
is_outer(struct call_hints *out, enum arch arch, enum call_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(outer); i++) {
		if (arch == ARCH_I386 && outer[i].id == id) {
			add(out, &(struct hint){ HINT_BYTES, outer[i].reg, HINT_NO_REG, IN,
					 outer[i].size, 0 });
			return true;
		}
	}
	return false;
}

/* A list with rows, and the registers with which it holds. False: that cannot be told by the
 * bits of one register. */
static bool
narrow(struct call_hints *out, const struct args_case *when)
{
	if (!when->mask || when->mask > UINT32_MAX || when->value > UINT32_MAX)
		return false;
	if (out->only && (out->only_reg != when->reg || out->only_mask != when->mask))
		return false;
	out->only_reg = when->reg;
	out->only_mask = (uint32_t)when->mask;
	out->only |= hint_bit((uint32_t)when->value);
	return true;
}

void
hint_of(struct call_hints *out, enum arch arch, uint32_t nr)
{
	const struct call_spec *spec = decode_spec(arch, arch == ARCH_X32 ? nr | X32_BIT : nr);
	struct args args;
	struct args_case when;
	struct walk_of w = { .arch = arch, .id = spec->id, .args = &args };
	bool is_narrow = true;

	w.word = width_size(arch, WL);
	memset(out, 0, sizeof(*out));
	out->word = (uint8_t)w.word;
	if (is_outer(out, arch, spec->id))
		return;
	for (unsigned i = 0; args_any(&args, &when, arch, spec, i); i++) {
		if (add_list(out, &w) && is_narrow)
			is_narrow = narrow(out, &when);
	}
	if (!is_narrow)
		out->only = 0;
	name_rivals(out);
}
