/* SPDX-License-Identifier: MIT */
/*
 * bpf_session.h - the kernel half of the eBPF backend, loaded and attached
 *
 * Hidden here: libbpf. Opening needs CAP_BPF and CAP_PERFMON (or root) and nothing of the
 * target's; all after that is reading and writing mapped memory, which needs no privilege. A
 * session serves one run at a time, and many one after the other. It consists of descriptors
 * alone, so another process may open it and hand it over (bpf_session_fds(), SCM_RIGHTS).
 */
#ifndef CAPTURE_BPF_SESSION_H
#define CAPTURE_BPF_SESSION_H

#include "base/err.h"
#include "capture/bpf/record.h"

#include <stddef.h>
#include <sys/types.h>

/* One CPU's ring as the kernel maps it (BPF_MAP_TYPE_RINGBUF): positions only grow, data is
 * mapped twice in a row, so that no record is torn. */
struct bpf_ring {
	uint64_t *consumer;       /* ours to write, with release */
	const uint64_t *producer; /* read with acquire */
	const uint8_t *data;
	size_t size; /* a power of two */
};

struct bpf_session {
	struct bpf_control *control; /* shared with the kernel half */
	struct bpf_cpu *cpus;        /* n_cpus, shared */
	struct bpf_ring *rings;      /* n_cpus */
	uint32_t n_cpus;
	int marks; /* of bpf_marks.h: a descriptor of fds, and bytes of one */
	uint32_t mark_bytes;
	int *fds; /* all that keep it alive; n_fds */
	size_t n_fds;
};

/* ring_bytes: of one CPU, a power of two of at least a page; 0: BPF_RING_BYTES. Fails with a
 * reason and a remedy as hint: no BTF, no rights, built without libbpf. */
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
