/* SPDX-License-Identifier: MIT */
/*
 * anon.h - how much memory without a file behind it is mapped, by process and in all, at most
 * at one time
 *
 * By mmap, munmap, mremap and brk alone: what the loader maps for a program is not in it. A
 * forked process has what its parent had until it executes or ends. With opts.peak_memory only.
 */
#ifndef EFFECTS_ANON_H
#define EFFECTS_ANON_H

#include "effects/state.h"

void anon_call(struct act *a); /* one that succeeded */
/* child has shown up, a process of its own with memory of its own. */
void anon_start(struct effects *fx, const struct process *parent, struct process *child);
void anon_gone(struct effects *fx, struct process *p); /* executed something, or ended */
uint64_t anon_peak(const struct process *p);
void anon_free(struct anon *a);

#endif
