/* SPDX-License-Identifier: MIT */
/*
 * bpf_load.h - the kernel half loaded and attached: descriptors
 *
 * Hidden here: libbpf. What is behind the descriptors lives as long as they do, in whatever
 * process.
 */
#ifndef CAPTURE_BPF_LOAD_H
#define CAPTURE_BPF_LOAD_H

#include "base/err.h"
#include "capture/bpf/record.h"

#define BPF_PROGRAMS 7u /* that every kernel has a place for */

/* Their order. */
enum bpf_fd {
	BPF_FD_SHARED, /* struct bpf_shared, to be mapped */
	BPF_FD_MARKS,  /* of the tasks that are tracked, see bpf_marks.h */
	BPF_FD_RINGS,  /* all of them, see struct bpf_cpu */
	BPF_FD_PROGRAMS,
	BPF_FD_LINKS = BPF_FD_PROGRAMS + BPF_PROGRAMS, /* each keeps a program attached */
	BPF_FDS_MIN = BPF_FD_LINKS + BPF_PROGRAMS,
	BPF_FD_RING_LINK = BPF_FDS_MIN, /* where the kernel tells of io_uring */
	BPF_FDS
};

/* Fills fds[BPF_FDS]; *n_fds: BPF_FDS or BPF_FDS_MIN. ring_bytes: of one CPU; 0: what suits the
 * number of CPUs. */
MUST_CHECK int bpf_load(int *fds, size_t *n_fds, size_t ring_bytes, struct err *err);
void bpf_load_close(const int *fds, size_t n_fds);

#endif
