/* SPDX-License-Identifier: MIT */
/* child.c - a process of ours that nobody traces, in a session of its own */

#include "gate/child.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int
child_hold(struct child *c, pid_t pid, struct err *err)
{
	*c = (struct child){ .pidfd = -1 };
	if (pid < 0)
		return err_sys(err, "start a process");
	c->pid = pid;
	c->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return c->pidfd < 0 ? err_sys(err, "watch process %d", (int)pid) : 0;
}

int
child_wait(struct child *c, const struct child_wait *how, int *status, struct rusage *usage,
	struct err *err)
{
	struct pollfd p = { .fd = c->pidfd, .events = POLLIN };
	const struct run_opts *opts = how->opts;

	for (;;) {
		if (how->tick)
			how->tick(how->arg);
		if (poll(&p, 1, how->tick_ms) > 0)
			break;
		if (opts && opts->is_interrupted && opts->is_interrupted(opts->arg))
			return err_set(err, "interrupted");
		if (clock_monotonic_ns() > how->end_ns)
			return 0;
	}
	while (wait4(c->pid, status, 0, usage) < 0)
		if (errno != EINTR)
			return err_sys(err, "wait for process %d", (int)c->pid);
	kill(-c->pid, SIGKILL); /* what it left running */
	c->pid = 0;
	return 1;
}

void
child_end(struct child *c)
{
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL); /* it may not have reached setsid() */
		waitpid(c->pid, NULL, 0);
	}
	fd_close(c->pidfd);
	*c = (struct child){ .pidfd = -1 };
}
