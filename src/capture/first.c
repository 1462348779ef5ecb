/* SPDX-License-Identifier: MIT */
/*
 * first.c - the command under ptrace: its child is seized before it executes
 *
 * A process that gave up root and has something to hide (capture_grant_is_open()) may be traced
 * by nobody of its user, and so a child of it not by us, until it has executed something. Then
 * the child lets go of the secret, may be traced from there on, and says so.
 */

#include "base/file.h"
#include "capture/filter.h"
#include "capture/grant.h"
#include "capture/launch.h"
#include "capture/stacks.h"
#include "capture/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

struct first {
	struct tracer *tracer;
	struct launch launch;
	struct sock_fprog filter; /* with use_seccomp */
	bool is_hidden;
	int ready[2]; /* with is_hidden: a pipe, by which the child says that it may be traced
		       */
};

/* In the child, which has nothing to hide once it has let go of what it inherited. */
static int
become_traceable(void *arg)
{
	const struct first *f = arg;

	if (!f->is_hidden)
		return 0;
	if (f->tracer->opts.grant)
		grant_forget(f->tracer->opts.grant);
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return errno;
	return write(f->ready[1], "r", 1) == 1 ? 0 : EPIPE;
}

/* In the child. */
static int
depart(void *arg)
{
	const struct first *f = arg;

	return f->tracer->use_seccomp ? filter_install(&f->filter) : 0;
}

static int
seize(struct tracer *r, struct err *err)
{
	int status;

	if (ptrace(PTRACE_SEIZE, r->first_pid, NULL, tracer_options(r)) < 0) {
		err_sys(err, "trace a child of our own");
		return err_hint(err, "ptrace must be allowed: see 'renacer-gate doctor'");
	}
	if (ptrace(PTRACE_INTERRUPT, r->first_pid, NULL, NULL) < 0 ||
		waitpid(r->first_pid, &status, __WALL) < 0)
		return err_sys(err, "stop the child");
	if (!WIFSTOPPED(status)) {
		r->is_over = true;
		return 0; /* it reports why */
	}
	return ptrace(r->use_seccomp ? PTRACE_CONT : PTRACE_SYSCALL, r->first_pid, NULL, NULL) <
			       0
		       ? err_sys(err, "start the child")
		       : 0;
}

/* False: it ended before, and reports why. */
static bool
await_traceable(struct first *f)
{
	char ready;
	ssize_t n;

	fd_close(f->ready[1]);
	f->ready[1] = -1;
	do
		n = read(f->ready[0], &ready, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return true;
	while (waitpid(f->launch.pid, NULL, 0) < 0 && errno == EINTR) {
	}
	return false;
}

static int
begin(void *arg, struct err *err)
{
	struct first *f = arg;
	struct tracer *r = f->tracer;

	r->first_pid = f->launch.pid;
	if (f->is_hidden && !await_traceable(f)) {
		r->is_over = true;
		return 0;
	}
	task_add(&r->tasks, r->first_pid)->phase = TASK_LIVE;
	return seize(r, err);
}

/* Until the program runs or the child has said why not. */
static int
await(void *arg, struct err *err)
{
	struct tracer *r = ((struct first *)arg)->tracer;

	while (!r->has_exec && !r->is_over && r->first_status < 0) {
		struct task *t = r->stopped;

		if (t) {
			r->stopped = NULL;
			ptrace(r->request, t->tid, NULL, (void *)(intptr_t)r->signal);
		}
		if (tracer_step(r, err) < 0)
			return -1;
	}
	return !r->has_exec;
}

/* To know which code lies where, more calls are looked at than are told. */
static void
make_filter(struct sock_fprog *filter, const struct tracer *r)
{
	struct call_set stops = r->wanted;

	if (r->stacks)
		stack_taker_wanted(&stops);
	filter_make(filter, r->has_wanted ? &stops : NULL);
}

int
first(struct tracer *r, struct err *err)
{
	struct first f = { .tracer = r, .ready = { -1, -1 } };
	int rc;

	f.is_hidden = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
	if (f.is_hidden && pipe2(f.ready, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");

	f.launch = (struct launch){ .opts = &r->opts,
		.arena = r->arena,
		.header = &r->header,
		.prepare = become_traceable,
		.depart = depart,
		.begin = begin,
		.await = await,
		.arg = &f };
	tracer_fill_header(r);
	if (r->use_seccomp)
		make_filter(&f.filter, r);
	r->is_launching = true;
	rc = launch_run(&f.launch, err);
	filter_free(&f.filter);
	if (f.ready[1] >= 0)
		fd_close(f.ready[1]);
	if (f.ready[0] >= 0)
		fd_close(f.ready[0]);
	return rc;
}
