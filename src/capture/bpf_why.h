/* SPDX-License-Identifier: MIT */
/*
 * bpf_why.h - why eBPF does not load on this machine, and what to do about it
 */
#ifndef CAPTURE_BPF_WHY_H
#define CAPTURE_BPF_WHY_H

#include "base/err.h"

#include <stdint.h>

#define BPF_KERNEL_OLDEST 514u /* of those that may have bpf_task_pt_regs(): RHEL 9 */

enum bpf_lockdown { LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

/* What the answer depends on. */
struct bpf_scene {
	int number;      /* errno of what failed; 0: nothing was tried yet */
	unsigned kernel; /* 517 is 5.17; 0: not known */
	uint64_t rights; /* effective capabilities, a bit each */
	bool is_root;
	bool is_nested;    /* in a user namespace: rights there are none for eBPF */
	bool no_new_privs; /* neither sudo nor file capabilities give anything */
	bool is_filtered;  /* a seccomp filter is on this process */
	bool has_types;    /* /sys/kernel/btf/vmlinux */
	uint8_t lockdown;  /* enum bpf_lockdown */
	bool is_judged;    /* the verifier was let look at it, and says what is wrong */
};
void bpf_scene_look(struct bpf_scene *out, int number);

/* Pure. The first reason that explains it, with its remedy as hint; false: none does, and err
 * is not touched. */
bool bpf_why(struct err *err, const struct bpf_scene *scene);
/* The same for a step that failed here with this errno; where no reason explains it, what the
 * verifier wrote into its log. -1. */
int bpf_explain(struct err *err, int number, const char *step, const char *log);

#endif
