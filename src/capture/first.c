/* SPDX-License-Identifier: MIT */
/* first.c - the command under ptrace: its child is seized before it executes */

#include "capture/filter.h"
#include "capture/launch.h"
#include "capture/tracer.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

struct first {
	struct tracer *tracer;
	struct launch launch;
	struct sock_fprog filter; /* with use_seccomp */
};

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

static int
begin(void *arg, struct err *err)
{
	struct first *f = arg;
	struct tracer *r = f->tracer;

	r->first_pid = f->launch.pid;
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

int
first(struct tracer *r, struct err *err)
{
	struct first f = { .tracer = r };
	int rc;

	f.launch = (struct launch){ .opts = &r->opts,
		.arena = r->arena,
		.header = &r->header,
		.depart = depart,
		.begin = begin,
		.await = await,
		.arg = &f };
	tracer_fill_header(r);
	if (r->use_seccomp)
		filter_make(&f.filter, r->has_wanted ? &r->wanted : NULL);
	r->is_launching = true;
	rc = launch_run(&f.launch, err);
	filter_free(&f.filter);
	return rc;
}
