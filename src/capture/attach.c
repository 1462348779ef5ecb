/* SPDX-License-Identifier: MIT */
/*
 * attach.c - tasks that run already: taken and let go
 *
 * A process goes on making threads while its threads are taken, so its list is read until
 * nothing new stands in it. To let a task go it must be stopped; what it was stopped for (a
 * signal, a birth) is given back with it.
 */

#include "capture/tracer.h"

#include "base/clock.h"
#include "base/file.h"
#include "capture/proc.h"
#include "capture/restart.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

struct taker {
	struct tracer *tracer;
	struct task *leader;
	size_t n_new;
	int failed; /* errno of the leader's seizure */
};

static bool
take(void *arg, pid_t tid)
{
	struct taker *taker = arg;
	struct tracer *r = taker->tracer;
	struct task *t;

	if (task_find(&r->tasks, tid))
		return true;
	if (ptrace(PTRACE_SEIZE, tid, NULL, tracer_options(r)) < 0) {
		if (tid == r->opts.attach)
			taker->failed = errno;
		return true; /* a thread that ended meanwhile */
	}
	t = task_add(&r->tasks, tid);
	t->phase = TASK_LIVE;
	t->is_interrupted = ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0;
	taker->n_new++;
	if (tid == r->opts.attach)
		taker->leader = t;
	life_attached(r, t, taker->leader);
	return true;
}

static const char *const *
command_line(struct arena *arena, pid_t pid)
{
	AUTO(str_done) struct str text = { 0 };
	struct err err = { 0 };
	const char **argv;
	char path[64];
	size_t n = 0;

	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	if (file_read(&text, path, 0, &err) < 0)
		err_drop(&err); /* it is gone, or hides it: no arguments then */
	for (size_t i = 0; i < text.n; i++)
		n += !text.data[i];
	argv = arena_array(arena, n + 1, sizeof *argv);
	for (size_t i = 0, at = 0; i < n; i++) {
		argv[i] = arena_strdup(arena, text.data + at);
		at += strlen(argv[i]) + 1;
	}
	return argv;
}

static const char *
link_text(struct arena *arena, pid_t pid, const char *name)
{
	AUTO(str_done) struct str text = { 0 };

	proc_link(&text, pid, name);
	return arena_strdup(arena, str_text(&text));
}

static void
fill_header(struct tracer *r, pid_t pid)
{
	tracer_fill_header(r);
	r->header.argv = command_line(r->arena, pid);
	r->header.cwd = link_text(r->arena, pid, "cwd");
	r->header.exe = link_text(r->arena, pid, "exe");
}

int
attach(struct tracer *r, struct err *err)
{
	pid_t pid = r->opts.attach;
	struct taker taker = { .tracer = r };

	fill_header(r, pid);
	take(&taker, pid);
	if (taker.failed) {
		errno = taker.failed;
		err_sys(err, "attach to process %d", pid);
		if (taker.failed == EPERM)
			return err_hint(err, "it must be yours and not be traced already, and "
					     "kernel.yama.ptrace_scope must be 0, or be root");
		return -1;
	}
	do {
		taker.n_new = 0;
		proc_each_task(pid, take, &taker);
	} while (taker.n_new);
	tracer_look_at_clock(r);
	r->first_pid = pid;
	r->has_exec = true;
	r->exec_ns = tracer_now(r);
	return 0;
}

/* Lets a stopped task go, with the signal that it was about to get. */
static void
let_go(struct tracer *r, struct task *t, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status);
	unsigned long born = 0;

	if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
		event == PTRACE_EVENT_VFORK) {
		ptrace(PTRACE_GETEVENTMSG, t->tid, NULL, &born);
		if (born && !task_find(&r->tasks, (pid_t)born))
			task_add(&r->tasks, (pid_t)born)->phase = TASK_EXPECTED;
	}
	if (event == PTRACE_EVENT_STOP && signal == SIGTRAP)
		restart_after_interrupt(t->tid);
	if (event || signal == (SIGTRAP | 0x80))
		signal = 0;
	ptrace(PTRACE_DETACH, t->tid, NULL, (void *)(intptr_t)signal);
	t->phase = TASK_GONE;
}

static bool
is_any_left(const struct tracer *r)
{
	for (const struct task *t = r->tasks.first; t; t = t->next) {
		if (t->phase != TASK_GONE)
			return true;
	}
	return false;
}

void
detach(struct tracer *r)
{
	int status;
	pid_t tid;

	for (struct task *t = r->tasks.first; t; t = t->next) {
		/* One that stands still for us is resumed, into the same stop. */
		ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL);
	}
	if (r->stopped)
		ptrace(r->request, r->stopped->tid, NULL, (void *)(intptr_t)r->signal);
	r->stopped = NULL;
	while (is_any_left(r)) {
		struct task *t;

		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			break;
		t = task_find(&r->tasks, tid);
		if (!t)
			t = task_add(&r->tasks, tid);
		if (WIFSTOPPED(status))
			let_go(r, t, status);
		else
			t->phase = TASK_GONE;
	}
	r->is_over = true;
}
