/* SPDX-License-Identifier: MIT */
/*
 * ebpf_first.c - the command under the eBPF backend: held at its first instruction, and let go
 *
 * The child asks to be traced (PTRACE_TRACEME), so that its execve(2) ends in a stop. To seize
 * it from here would need more: the holder of a session is not dumpable, and nor is its child
 * until it executes. The session is told of the child before the child's execve, which is the
 * first call of it that is seen.
 */

#include "capture/ebpf.h"

#include "base/clock.h"
#include "base/mem.h"
#include "capture/filter.h"
#include "capture/launch.h"
#include "capture/proc.h"
#include "capture/urgent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

struct first {
	struct drain *drain;
	struct launch launch;
};

/* In the child. */
static int
prepare(void *arg)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return errno;
	return ((struct first *)arg)->drain->opts.deny_io_uring ? filter_refuse_rings() : 0;
}

static int
depart(void *arg)
{
	struct bpf_control *control = ((struct first *)arg)->drain->session->control;

	__atomic_store_n(&control->first_tid, (uint32_t)getpid(), __ATOMIC_RELEASE);
	return 0;
}

static int
begin(void *arg, struct err *err)
{
	struct first *f = arg;
	struct drain *d = f->drain;

	(void)err;
	d->first_pid = f->launch.pid;
	d->hold = hold_new(d->first_pid);
	task_add(&d->tasks, d->first_pid)->phase = TASK_LIVE;
	ebpf_fill_control(d, d->session->control);
	bpf_session_begin(d->session, 0);
	return 0;
}

/* The pipe that closes on exec has closed. */
static bool
has_executed(const struct launch *l)
{
	struct pollfd fd = { .fd = l->report, .events = POLLIN };

	return poll(&fd, 1, 0) > 0 && !(fd.revents & POLLIN);
}

static int
await(void *arg, struct err *err)
{
	struct first *f = arg;
	struct drain *d = f->drain;
	int status;

	for (;;) {
		if (waitpid(d->first_pid, &status, __WALL) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(err, "wait for the child");
		}
		if (!WIFSTOPPED(status)) {
			d->first_status = status;
			d->is_over = true;
			return 1;
		}
		if (WSTOPSIG(status) == SIGTRAP && has_executed(&f->launch))
			break;
		ptrace(PTRACE_CONT, d->first_pid, NULL, (void *)(intptr_t)WSTOPSIG(status));
	}
	d->is_stopped = true;
	return 0;
}

/* What closes on exec has done so. */
static void
note_held(void *arg, int fd, uint32_t flags, const char *name)
{
	struct drain *d = arg;

	d->held = mem_grow(d->held, d->n_held, &d->held_capacity, sizeof *d->held);
	d->held[d->n_held++] = (struct held_fd){ .fd = fd,
		.flags = flags & ~(uint32_t)O_CLOEXEC,
		.name = arena_strdup(d->arena, name) };
}

int
ebpf_first(struct drain *d, struct err *err)
{
	struct first f = { .drain = d };
	int rc;

	f.launch = (struct launch){ .opts = &d->opts,
		.arena = d->arena,
		.header = &d->header,
		.prepare = prepare,
		.depart = depart,
		.begin = begin,
		.await = await,
		.arg = &f };
	rc = launch_run(&f.launch, err);
	if (rc < 0)
		return -1;
	proc_each_fd(d->first_pid, note_held, d);
	if (proc_lost_rights(d->first_pid, false)) {
		d->footer.n_untraceable++;
		drain_doubt(d, "a setuid program ran without its rights, because it was traced "
			       "from its start; one that another program starts has them");
	}
	return 0;
}

void
ebpf_let_go(struct drain *d)
{
	d->is_stopped = false;
	d->exec_ns = clock_monotonic_ns() - d->started_ns;
	d->is_urgent = urgency_begin();
	ptrace(PTRACE_DETACH, d->first_pid, NULL, NULL);
}
