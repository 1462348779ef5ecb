/* SPDX-License-Identifier: MIT */
/*
 * probe.h - whether a backend would work here, and what to do when it would not
 */
#ifndef CAPTURE_PROBE_H
#define CAPTURE_PROBE_H

#include "capture/capture.h"

void probe_ptrace(struct backend_state *out);
void probe_seccomp(struct backend_state *out);
void probe_ebpf(struct backend_state *out);

#endif
