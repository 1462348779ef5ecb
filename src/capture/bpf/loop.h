/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * loop.h - a step that is repeated until it says that it was the last
 *
 * Since Linux 5.17 there is bpf_loop(). Before, the entries of a map are gone through, a step
 * for each: nothing is in them.
 */
#ifndef CAPTURE_BPF_LOOP_H
#define CAPTURE_BPF_LOOP_H

#include "capture/bpf/kernel.h"
#include "capture/bpf/record.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* BPF_BEADS: the loader sets it, where they are needed */
	__type(key, uint32_t);
	__type(value, uint64_t);
} beads SEC(".maps");

/* The verifier knows the values. */
const volatile struct bpf_fixed fixed SEC(".rodata.fixed") = { UINT32_MAX, 12, 1, 1 };

/* Defines name(context), which repeats step(context) until that is not 0 but 1, and at most
 * `times`. Without bpf_loop() at most BPF_BEADS times: a step knows its own end. */
#define LOOP(name, type, step, times)                                                          \
	static long name##_turn(uint32_t i, type *context)                                     \
	{                                                                                      \
		return step(context);                                                          \
	}                                                                                      \
	static long name##_bead(void *map, uint32_t *key, uint64_t *value, type *context)      \
	{                                                                                      \
		return step(context);                                                          \
	}                                                                                      \
	static __always_inline void name(type *context)                                        \
	{                                                                                      \
		if (fixed.has_loop)                                                            \
			bpf_loop(times, name##_turn, context, 0);                              \
		else                                                                           \
			bpf_for_each_map_elem(&beads, name##_bead, context, 0);                \
	}

#endif
