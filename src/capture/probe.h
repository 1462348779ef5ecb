/* SPDX-License-Identifier: MIT */
/*
 * probe.h - whether a backend would work here, and what to do when it would not
 */
#ifndef CAPTURE_PROBE_H
#define CAPTURE_PROBE_H

#include "capture/capture.h"

/* grant: of ebpf, the others need none. NULL: what is needed is opened with our rights. */
void probe_ptrace(struct backend_state *out, const struct capture_grant *grant);
void probe_seccomp(struct backend_state *out, const struct capture_grant *grant);
void probe_ebpf(struct backend_state *out, const struct capture_grant *grant);

#endif
