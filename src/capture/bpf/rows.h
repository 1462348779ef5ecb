/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* rows.h - which rows of decode/hint.h a call has, and which of them apply at a moment */
#ifndef CAPTURE_BPF_ROWS_H
#define CAPTURE_BPF_ROWS_H

#include "capture/bpf/turn.h"

#define ERRNO_MAX 4095

static __always_inline uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static __always_inline bool
call_has_failed(const struct record_call *call)
{
	return call->ret < 0 && call->ret >= -ERRNO_MAX;
}

/* The argument in this register. */
static __always_inline uint64_t
argument(const struct record_call *call, uint32_t n)
{
	return n < 6 ? call->arg[n] : 0;
}

static __always_inline bool
row_is_early(const struct record_call *call, const struct hint *h)
{
	uint32_t rival = h->when >> HINT_RIVAL_SHIFT;

	return (h->when & HINT_AT_ENTRY) ||
	       (rival && argument(call, rival - 1) == argument(call, h->reg));
}

/* `when`: the moments that are looked at now. */
static __always_inline bool
row_applies(const struct record_call *call, uint32_t when, const struct hint *h)
{
	if ((h->when & HINT_IS_INPUT) && !shared.control.want_input)
		return false;
	if ((when & HINT_AT_ENTRY) && row_is_early(call, h))
		return true;
	return (h->when & when & HINT_AT_EXIT) &&
	       !(h->when & (call_has_failed(call) ? HINT_IF_OK : HINT_IF_FAILED));
}

static __always_inline const struct call_hints *
hints_of(const struct record_call *call)
{
	uint32_t arch = call->arch;

	/* Bounded in a way that the verifier follows: not by a division. */
	if (arch >= HINT_ARCHES)
		arch = 0;
	barrier_var(arch);
	return &shared.control.calls[arch][call->nr % HINT_NRS];
}

#endif
