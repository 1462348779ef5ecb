/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * shared.h - the memory that both halves map, as one object
 *
 * The kernel half's only uninitialised global, so that libbpf makes one map of it (.bss).
 */
#ifndef CAPTURE_BPF_SHARED_H
#define CAPTURE_BPF_SHARED_H

#include "capture/bpf/record.h"

struct bpf_shared {
	struct bpf_cpu cpus[BPF_CPUS];
	struct bpf_control control;
	/* What the run asked rings of io_uring for, by opcode (IORING_OP_…). */
	uint64_t ring_ops[BPF_RING_OPS];
};

#endif
