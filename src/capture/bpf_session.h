/* SPDX-License-Identifier: MIT */
/*
 * bpf_session.h - the kernel half of the eBPF backend, and the memory that we share with it
 *
 * Opening needs CAP_BPF and CAP_PERFMON (or root) and nothing of the target's; all after that
 * is reading and writing mapped memory, which needs no privilege. A session serves one run at a
 * time, and many one after the other. It consists of descriptors alone (`fds`), so another
 * process may open it and hand it over (SCM_RIGHTS).
 */
#ifndef CAPTURE_BPF_SESSION_H
#define CAPTURE_BPF_SESSION_H

#include "base/err.h"
#include "capture/bpf/record.h"

#include <stddef.h>
#include <sys/types.h>

/* One CPU's ring, see struct bpf_cpu. */
struct bpf_ring {
	uint64_t *consumer;       /* ours to write, with release */
	const uint64_t *producer; /* read with acquire */
	const uint8_t *data;      /* blocks, each followed by what its last record spills */
	size_t size, block_bytes; /* powers of two; all blocks have so many bytes */
};

/* The record at this position. */
static inline const struct record *
bpf_ring_at(const struct bpf_ring *r, uint64_t at)
{
	size_t block = at / r->block_bytes % (r->size / r->block_bytes);

	return (const void *)(r->data + block * (r->block_bytes + BPF_BLOCK_SPILL) +
			      at % r->block_bytes);
}

/* Where the next record begins behind one of `size` bytes. */
static inline uint64_t
bpf_ring_after(const struct bpf_ring *r, uint64_t at, size_t size)
{
	uint64_t left = r->block_bytes - at % r->block_bytes;

	return at + (size < left ? size : left);
}

struct bpf_session {
	struct bpf_control *control; /* shared with the kernel half */
	struct bpf_cpu *cpus;        /* n_cpus, shared */
	struct bpf_ring *rings;      /* n_cpus */
	uint64_t *ring_ops;          /* of BPF_RING_OPS, see struct bpf_shared; NULL: unknown */
	uint32_t n_cpus;
	int marks; /* of bpf_marks.h: a descriptor of fds, and bytes of one */
	uint32_t mark_bytes;
	void *mapped; /* where the rings lie */
	size_t mapped_bytes;
	int *fds; /* all that keep it alive; n_fds */
	size_t n_fds;
};

/* ring_bytes: of one CPU, a power of two of at least BPF_RECORD_MAX; 0: bpf_room_bytes(). Fails
 * with a reason and a remedy as hint: no BTF, no rights, built without libbpf. */
MUST_CHECK int bpf_session_open(struct bpf_session **out, size_t ring_bytes, struct err *err);
/* The same in a process that was handed the descriptors, in their order; takes them over. */
MUST_CHECK int bpf_session_from_fds(
	struct bpf_session **out, const int *fds, size_t n_fds, struct err *err);
/* A run begins with this task (its number in our pid namespace), from its next event on: what
 * `control` wants must be set before. Counters of CPUs start from 0, rings must be empty. */
void bpf_session_begin(struct bpf_session *s, pid_t first_tid);
/* No task is tracked any more; what is in the rings stays there. */
void bpf_session_end(struct bpf_session *s);
/* Times the kernel did not run a program of ours because one ran already on that CPU; must be
 * 0. Negative: the kernel does not tell. */
int64_t bpf_session_misses(const struct bpf_session *s);
void bpf_session_free(struct bpf_session *s);
AUTO_DEFINE(struct bpf_session *, bpf_session_free)

#endif
