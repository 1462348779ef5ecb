/* SPDX-License-Identifier: MIT */
/*
 * bpf_marks.h - which processes the kernel half of a session has marked as those of its run
 */
#ifndef CAPTURE_BPF_MARKS_H
#define CAPTURE_BPF_MARKS_H

#include "base/base.h"
#include "capture/bpf_session.h"

/* Whether this process may ask. Kernels before 5.19 answer nobody without CAP_BPF where
 * kernel.unprivileged_bpf_disabled is set. */
bool marks_can_tell(const struct bpf_session *session);
/* The process of this pidfd is one of the run that the session began last; its leader may have
 * ended, and its other threads not. */
bool marks_has(const struct bpf_session *session, int pidfd);

#endif
