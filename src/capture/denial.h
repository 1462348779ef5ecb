/* SPDX-License-Identifier: MIT */
/*
 * denial.h - seccomp filters that the target installed itself, and what they say to a call
 *
 * The kernel does not tell a tracer that a call failed because a filter wanted it to. So the
 * programs are read when they are installed, and run here once more for each call.
 */
#ifndef CAPTURE_DENIAL_H
#define CAPTURE_DENIAL_H

#include "base/mem.h"
#include "model/event.h"

#include <linux/seccomp.h>
#include <sys/types.h>

/* The newest; the older ones are behind it. In the arena of the run, shared by all tasks that
 * inherited it. */
struct own_filter {
	const struct own_filter *older;
	const struct sock_filter *code;
	size_t n;
	bool is_strict; /* SECCOMP_MODE_STRICT: no program */
};

/* Reads the program (struct sock_fprog) at the address; NULL when it cannot be. */
const struct own_filter *denial_read(struct arena *arena, pid_t tid, enum arch arch,
	uint64_t address, const struct own_filter *older);
const struct own_filter *denial_strict(struct arena *arena, const struct own_filter *older);
/* The action that wins, with its data: SECCOMP_RET_ALLOW when nobody minds. */
uint32_t denial_ask(const struct own_filter *filters, const struct seccomp_data *data);

#endif
