/* SPDX-License-Identifier: MIT */
/*
 * regs.h - the registers of a stopped task that have to do with a call
 */
#ifndef CAPTURE_REGS_H
#define CAPTURE_REGS_H

#include "model/event.h"

#include <sys/types.h>

/* At the entry of a call: it is not made and fails with ENOSYS. False: the task is gone. */
bool regs_deny_call(pid_t tid);
/* At the exit of a call, or at a signal that follows it. */
bool regs_set_result(pid_t tid, int64_t result);
bool regs_set_arg(pid_t tid, uint8_t arg, uint64_t value);

/* The call that a task has just left, when a signal is about to be delivered. */
struct regs_left {
	enum arch arch;
	uint32_t nr;
	int64_t result;
};
/* False: it comes from no call, or is gone. */
bool regs_left(pid_t tid, struct regs_left *left);

#endif
