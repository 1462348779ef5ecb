/* SPDX-License-Identifier: MIT */
/*
 * regs.h - the registers of a stopped task that have to do with a call
 */
#ifndef CAPTURE_REGS_H
#define CAPTURE_REGS_H

#include "base/base.h"

#include <sys/types.h>

/* At the entry of a call: it is not made and fails with ENOSYS. False: the task is gone. */
bool regs_deny_call(pid_t tid);
/* At the exit of a call, or at a signal that follows it. */
bool regs_set_result(pid_t tid, int64_t result);
/* At a signal: what the call just left returned; false when none was just left. */
bool regs_result(pid_t tid, int64_t *result);

#endif
