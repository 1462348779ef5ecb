/* SPDX-License-Identifier: MIT */
/*
 * restart.h - calls that only tracing interrupts
 *
 * A signal that a task ignores (by SIG_IGN, or by default as SIGCHLD is) never reaches it, and
 * interrupts nothing. Under ptrace the kernel keeps it for the tracer, and so it does
 * interrupt: most calls are then run again, a `restart_syscall` shows where natively there was
 * nothing, and some fail with EINTR (signal(7) lists them: epoll_wait, semop, sockets with a
 * time limit). Here such a call becomes one call again, for the target and in the trace.
 */
#ifndef CAPTURE_RESTART_H
#define CAPTURE_RESTART_H

#include "capture/task.h"

/* The kernel's code for "interrupted, to be run again", which no program ever sees. */
bool restart_is_code(int64_t ret);

/* At the stop before a signal: true when it is one that the task ignores and the call it came
 * out of goes on because of us; the call is then not over. t->call.ret may have changed. */
bool restart_hide(struct task *t, int signal, uint64_t now_ns);
/* At a stop that we asked for ourselves. True: it came out of a call that it makes again. */
bool restart_after_interrupt(pid_t tid);
/* A signal that has no effect on this task, and is not delivered when nobody traces it. */
bool restart_is_ignored(pid_t tid, int signal);
/* At the exit of a call that was hidden: its registers as they were. */
void restart_done(struct task *t);

#endif
