/* SPDX-License-Identifier: MIT */
/*
 * life.c - birth, exec and death of tasks
 *
 * A new task and the stop of its parent that tells of it arrive in any order. A task seen first
 * is kept stopped (TASK_EARLY) until the parent has told; one told of first is TASK_EXPECTED.
 * The numbers of tasks follow the parents' stops.
 */

#include "capture/tracer.h"

#include "capture/filter.h"
#include "capture/memory.h"
#include "capture/proc.h"
#include "capture/stacks.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct task_start *
tell_start(struct tracer *r, struct task *t, const struct task *parent, enum start_how how)
{
	struct event *event = tracer_event(r, EVENT_START, t);

	event->start = task_start_of(t, parent, how);
	return &event->start;
}

void
life_first(struct tracer *r, struct task *t, enum start_how how)
{
	t->number = ++r->n_numbers;
	task_lead(t);
	r->footer.n_processes++;
	tell_start(r, t, NULL, how);
	life_held(r, t);
}

void
life_attached(struct tracer *r, struct task *t, struct task *leader)
{
	if (t == leader) {
		life_first(r, t, START_ATTACHED);
		return;
	}
	t->number = ++r->n_numbers;
	task_join(t, leader->process);
	tell_start(r, t, NULL, START_ATTACHED);
}

struct holder {
	struct tracer *tracer;
	struct task *task;
};

/* What closes on exec is not handed to the program: at the start those are ours. */
static void
tell_held(void *arg, int fd, uint32_t flags, const char *name)
{
	struct holder *holder = arg;
	struct tracer *r = holder->tracer;
	struct event *event;

	if ((flags & O_CLOEXEC) && !r->opts.attach)
		return;
	event = tracer_event(r, EVENT_HELD, holder->task);
	event->held.fd = fd;
	event->held.flags = flags & ~(uint32_t)O_CLOEXEC;
	event->held.name = queue_keep(&r->queue, mem_strdup(name));
}

void
life_held(struct tracer *r, struct task *t)
{
	proc_each_fd(t->tid, tell_held, &(struct holder){ r, t });
}

static uint64_t
clone_flags(const struct task *parent, int event)
{
	uint64_t flags = 0;

	if (parent->id == CALL_clone)
		return parent->call.arg[0];
	if (parent->id == CALL_clone3) {
		memory_read(parent->tid, parent->call.arg[0], &flags, sizeof flags);
		return flags;
	}
	return event == PTRACE_EVENT_VFORK ? CLONE_VFORK | CLONE_VM : 0;
}

static enum start_how
how_born(int event, uint64_t flags)
{
	if (flags & CLONE_THREAD)
		return START_THREAD;
	if (event == PTRACE_EVENT_FORK)
		return START_FORK;
	return event == PTRACE_EVENT_VFORK ? START_VFORK : START_CLONE;
}

/* A task has its parent now: it joins a process and is told. */
static void
start(struct tracer *r, struct task *t, struct task *parent, enum start_how how, uint64_t flags)
{
	bool was_early = t->phase == TASK_EARLY;

	t->number = ++r->n_numbers;
	if (how == START_THREAD && parent) {
		task_join(t, parent->process);
	} else {
		task_lead(t);
		r->footer.n_processes++;
	}
	tell_start(r, t, parent, how)->clone_flags = flags;
	placement_born(&r->placement, t, parent);
	t->filters = parent ? parent->filters : NULL;
	t->phase = was_early ? TASK_LIVE : TASK_EXPECTED;
	if (!was_early)
		return;
	r->n_early--;
	/* It has waited for us; the parent's stop, which brought the news, is resumed apart. */
	ptrace(tracer_request(r, t), t->tid, NULL, NULL);
}

void
life_born(struct tracer *r, struct task *parent, int event, pid_t tid)
{
	struct task *t = task_find(&r->tasks, tid);
	uint64_t flags = clone_flags(parent, event);

	parent->has_told = true;
	if (t && t->phase != TASK_EARLY)
		return; /* adopted before */
	if (!t) {
		t = task_add(&r->tasks, tid);
		t->phase = TASK_EXPECTED;
	}
	start(r, t, parent, how_born(event, flags), flags);
}

void
life_escaped(struct tracer *r, struct task *parent, pid_t tid)
{
	struct proc_status status = proc_status(tid);
	struct task *t;

	/* In another pid namespace the number means another task. */
	if (!status.is_found || (status.parent != parent->process->pid &&
					status.process != parent->process->pid))
		return;
	if (ptrace(PTRACE_SEIZE, tid, NULL, tracer_options(r)) < 0)
		return;
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	t = task_add(&r->tasks, tid);
	t->phase = TASK_EXPECTED;
	t->is_interrupted = true;
	start(r, t, parent, status.process == tid ? START_CLONE : START_THREAD,
		clone_flags(parent, PTRACE_EVENT_CLONE));
}

void
life_stopped_early(struct tracer *r, pid_t tid)
{
	task_add(&r->tasks, tid)->phase = TASK_EARLY;
	r->n_early++;
}

static bool
is_birth(enum call_id id)
{
	return id == CALL_clone || id == CALL_clone3 || id == CALL_fork || id == CALL_vfork;
}

/* A parent that was killed between making a task and telling of it never tells. Early tasks are
 * orphans when nobody is left who could. */
void
life_adopt(struct tracer *r)
{
	for (struct task *t = r->tasks.first; t; t = t->next) {
		if (t->in_call && is_birth(t->id) && !t->has_told)
			return;
	}
	for (struct task *t = r->tasks.first; t; t = t->next) {
		struct proc_status status;
		struct task *parent;
		bool is_thread;

		if (t->phase != TASK_EARLY)
			continue;
		status = proc_status(t->tid);
		is_thread = status.process && status.process != t->tid;
		parent = task_find(&r->tasks, is_thread ? status.process : status.parent);
		if (parent && !parent->process)
			continue; /* early itself */
		start(r, t, parent, is_thread && parent ? START_THREAD : START_FORK, 0);
	}
}

static void
bury(struct tracer *r, struct task *t)
{
	task_remove(&r->tasks, t);
	t->next = r->dead;
	r->dead = t;
}

/* A thread that is not the leader called execve: all others are gone, and it goes on under the
 * leader's id, out of the leader's entry into the call. */
static uint32_t
become_leader(struct tracer *r, struct task *leader, pid_t former)
{
	struct task *t = task_find(&r->tasks, former);
	struct event *event;
	struct areas areas;

	if (!t || t == leader)
		return 0;
	calls_unfinished(r, leader);
	/* The queued event may point to the leader's areas: they stay alive with the other. */
	areas = leader->areas;
	leader->areas = t->areas;
	t->areas = areas;
	leader->call = t->call;
	leader->id = t->id;
	leader->in_call = t->in_call;
	leader->is_wanted = t->is_wanted;
	leader->refused = t->refused;
	leader->filters = t->filters;
	leader->new_filters = NULL;
	if (leader->phase == TASK_ENDING) {
		leader->phase = TASK_LIVE;
		leader->process->n_live++;
	}
	leader->process->n_live--;
	event = tracer_event(r, EVENT_EXIT, t);
	event->exit.status = 0;
	bury(r, t);
	return t->number;
}

void
life_exec(struct tracer *r, struct task *t, pid_t former)
{
	AUTO(str_done) struct str path = { 0 };
	struct __ptrace_syscall_info info = { 0 };
	uint32_t from = former == t->tid ? 0 : become_leader(r, t, former);
	struct task_exec *exec;

	proc_link(&path, t->tid, "exe");
	exec = &tracer_event(r, EVENT_EXEC, t)->exec;
	exec->from = from;
	exec->path = queue_keep(&r->queue, str_take(&path));
	exec->is_secure = proc_is_secure(t->tid);
	if (r->stacks)
		stack_taker_forget(r->stacks, t->process->pid);
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, (void *)sizeof info, &info) > 0)
		exec->arch = (uint8_t)calls_arch(info.arch, 0);
	if (proc_lost_rights(t->tid, r->use_seccomp && !filter_is_free())) {
		r->footer.n_untraceable++;
		tracer_doubt(
			r, "a setuid program ran without its rights, because it was traced");
	}
	if (!r->has_exec)
		r->exec_ns = tracer_now(r);
	r->has_exec = true;
}

/* The last look at a task that still has its memory. */
void
life_ending(struct tracer *r, struct task *t)
{
	struct process *p = t->process;

	if (!p || t->phase == TASK_ENDING)
		return;
	t->phase = TASK_ENDING;
	calls_unfinished(r, t);
	if (--p->n_live)
		return;
	p->peak_rss_bytes = proc_status(t->tid).peak_rss_bytes;
	proc_children_times(t->tid, &p->children_user_ns, &p->children_system_ns);
	p->is_ending = true;
	r->n_ending++;
	if (r->stacks)
		stack_taker_forget(r->stacks, p->pid);
}

static uint64_t
time_ns(struct timeval t, uint64_t less)
{
	uint64_t ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;

	return ns > less ? ns - less : 0;
}

static void
tell_exit(struct tracer *r, struct task *t, int status, const struct rusage *usage)
{
	struct process *p = t->process;
	struct task_exit *out = &tracer_event(r, EVENT_EXIT, t)->exit;

	out->status = status;
	out->is_process = t->tid == p->pid;
	if (!out->is_process)
		return;
	out->peak_rss_bytes = p->peak_rss_bytes;
	out->user_ns = time_ns(usage->ru_utime, p->children_user_ns);
	out->system_ns = time_ns(usage->ru_stime, p->children_system_ns);
	if (p->is_ending)
		r->n_ending--;
	p->is_ending = false;
	r->last_exit_ns = tracer_now(r);
}

void
life_ended(struct tracer *r, struct task *t, int status, const struct rusage *usage)
{
	if (t->tid == r->first_pid) {
		r->first_status = status;
		if (r->opts.linger_ms && !r->opts.attach)
			r->deadline_ns = tracer_now(r) + r->opts.linger_ms * 1000000ull;
	}
	if (t->phase == TASK_EARLY)
		r->n_early--;
	if (t->number) {
		calls_unfinished(r, t);
		if (t->phase != TASK_ENDING)
			t->process->n_live--;
		tell_exit(r, t, status, usage);
	}
	bury(r, t);
}
