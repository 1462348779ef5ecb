/* SPDX-License-Identifier: MIT */
/*
 * tracer.c - a run under ptrace(2): the backend's functions, and waiting for the next stop
 *
 * All tasks are waited for in one place, with waitpid(-1, __WALL). The calling process must
 * have no other children meanwhile: their ends would be taken from it.
 */

#include "capture/tracer.h"

#include "capture/stacks.h"

#include "base/clock.h"
#include "capture/backend.h"
#include "capture/launch.h"
#include "capture/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t
tracer_now(const struct tracer *r)
{
	return r->now_ns;
}

void
tracer_look_at_clock(struct tracer *r)
{
	r->now_ns = clock_monotonic_ns() - r->started_ns;
}

struct event *
tracer_event(struct tracer *r, enum event_kind kind, const struct task *t)
{
	struct event *event = queue_push(&r->queue);

	event->kind = kind;
	event->task = t->number;
	event->time_ns = tracer_now(r);
	r->footer.n_events++;
	return event;
}

void
tracer_doubt(struct tracer *r, const char *fmt, ...)
{
	va_list ap;

	if (r->footer.reason[0])
		return;
	va_start(ap, fmt);
	vsnprintf(r->footer.reason, sizeof r->footer.reason, fmt, ap);
	va_end(ap);
}

unsigned long
tracer_options(const struct tracer *r)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;

	if (r->opts.follow)
		options |= PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (r->use_seccomp)
		options |= PTRACE_O_TRACESECCOMP;
	if (!r->opts.attach)
		options |= PTRACE_O_EXITKILL;
	return options;
}

void
tracer_resume_with(struct tracer *r, struct task *t, long request, int signal)
{
	assert(!r->stopped);
	r->stopped = t;
	r->request = request;
	r->signal = signal;
}

/* With the filter, a call stops by itself at its entry; only its exit must be asked for. One
 * that nobody wants does not; but when it was interrupted and is made again, we have to know
 * since when it waits, should that happen once more (restart.h). */
long
tracer_request(const struct tracer *r, const struct task *t)
{
	bool every = !r->use_seccomp || t->in_call || t->is_held || t->is_hidden || t->filters;

	return every ? PTRACE_SYSCALL : PTRACE_CONT;
}

void
tracer_resume(struct tracer *r, struct task *t, int signal)
{
	tracer_resume_with(r, t, tracer_request(r, t), signal);
}

/* A task that died meanwhile cannot be resumed; its end will be told. */
static void
let_go(struct tracer *r)
{
	struct task *t = r->stopped;

	r->stopped = NULL;
	if (t)
		ptrace(r->request, t->tid, NULL, (void *)(intptr_t)r->signal);
	while (r->dead) {
		t = r->dead;
		r->dead = t->next;
		task_free(t);
	}
	queue_clear(&r->queue);
}

void
tracer_kill(struct tracer *r)
{
	if (r->opts.attach) {
		detach(r);
		return;
	}
	r->is_killing = true;
	for (struct task *t = r->tasks.first; t; t = t->next)
		kill(t->process ? t->process->pid : t->tid, SIGKILL);
}

/* Asks the caller, and looks at the time that is left. */
static void
tick(struct tracer *r)
{
	uint64_t now = tracer_now(r);

	placement_check(&r->placement, &r->tasks, now);
	sampler_look(&r->sampler, now);
	if (r->is_killing)
		return;
	if (r->opts.tick && r->opts.tick_ms && now >= r->next_tick_ns) {
		r->next_tick_ns = now + (uint64_t)r->opts.tick_ms * NS_PER_MS;
		if (r->opts.tick(r->opts.tick_arg)) {
			r->footer.was_cut = true;
			tracer_doubt(r, "the run was stopped before it had ended");
			tracer_kill(r);
		}
	}
	if (r->deadline_ns && now >= r->deadline_ns) {
		r->footer.was_cut = true;
		tracer_doubt(r, "processes outlived the command by more than %u ms",
			r->opts.linger_ms);
		tracer_kill(r);
	}
}

static void
handle(struct tracer *r, pid_t tid, int status, const struct rusage *usage)
{
	struct task *t = task_find(&r->tasks, tid);

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (t)
			life_ended(r, t, status, usage);
	} else if (WIFSTOPPED(status)) {
		if (r->is_killing)
			kill(tid, SIGKILL);
		if (t)
			stop_handle(r, t, status);
		else
			life_stopped_early(r, tid);
	}
}

int
tracer_step(struct tracer *r, struct err *err)
{
	struct rusage usage = { 0 };
	int status;
	pid_t tid;

	tick(r);
	if (r->is_over)
		return 0;
	/* Times are asked for only where an end is near: for a stop of one thread the kernel
	 * would add up those of all its threads. */
	if (r->n_ending)
		tid = wait4(-1, &status, __WALL, &usage);
	else
		tid = waitpid(-1, &status, __WALL);
	tracer_look_at_clock(r);
	if (tid > 0) {
		handle(r, tid, status, &usage);
		if (r->n_early)
			life_adopt(r);
		return 0;
	}
	if (errno == EINTR)
		return 0;
	if (errno == ECHILD) {
		r->is_over = true;
		return 0;
	}
	return err_sys(err, "wait for the target");
}

static void
finish(struct tracer *r)
{
	struct trace_footer *f = &r->footer;

	f->n_tasks = r->n_numbers;
	if (r->exec_ns && r->last_exit_ns > r->exec_ns)
		f->wall_ns = r->last_exit_ns - r->exec_ns;
}

void
tracer_fill_header(struct tracer *r)
{
	launch_fill_header(&r->header, r->arena, &r->opts,
		capture_backend_names[r->use_seccomp ? BACKEND_SECCOMP : BACKEND_PTRACE],
		placement_n_cpus(&r->placement));
	r->header.is_subset = r->has_wanted;
	r->header.is_sampled = r->sampler.is_on;
	r->header.has_stacks = r->stacks;
}

static int
tracer_next(void *state, struct event *event, struct err *err)
{
	struct tracer *r = state;

	while (!queue_pop(&r->queue, event)) {
		let_go(r);
		if (!r->tasks.n)
			r->is_over = true;
		if (r->is_over) {
			finish(r);
			return 0;
		}
		if (tracer_step(r, err) < 0)
			return -1;
	}
	sampler_event(&r->sampler, event);
	return 1;
}

static void
tracer_free(void *state)
{
	struct tracer *r = state;
	struct err err = { 0 };
	struct event event;

	if (!r)
		return;
	r->opts.tick_ms = 0;
	r->deadline_ns = 0;
	if (!r->is_over)
		tracer_kill(r);
	while (tracer_next(r, &event, &err) > 0)
		continue;
	err_drop(&err); /* nobody is left to be told */
	alarm_stop(&r->alarm);
	if (r->has_child_action)
		sigaction(SIGCHLD, &r->old_child_action, NULL);
	placement_done(&r->placement);
	sampler_done(&r->sampler);
	task_table_done(&r->tasks);
	stack_taker_free(r->stacks);
	queue_done(&r->queue);
	arena_free(r->arena);
	mem_free(r);
}

/* How long a wait may last before there is something to look at; 0: for ever. */
static uint32_t
longest_wait_ms(const struct tracer *r)
{
	uint32_t ms = r->opts.tick ? r->opts.tick_ms : 0;

	if (r->opts.linger_ms && (!ms || ms > r->opts.linger_ms))
		ms = r->opts.linger_ms;
	if (r->placement.is_active && r->placement.mode == CPU_AUTO &&
		(!ms || ms > PLACEMENT_MS))
		ms = PLACEMENT_MS;
	if (r->sampler.is_on && (!ms || ms > SAMPLER_MS))
		ms = SAMPLER_MS;
	return ms;
}

/* We wait for stops; to be sent a signal for each as well costs, even when it is ignored. */
static void
silence_stops(struct tracer *r)
{
	struct sigaction action;

	if (sigaction(SIGCHLD, NULL, &r->old_child_action) < 0)
		return;
	action = r->old_child_action;
	action.sa_flags |= SA_NOCLDSTOP;
	r->has_child_action = sigaction(SIGCHLD, &action, NULL) == 0;
}

static int
begin(struct tracer *r, const struct capture_opts *opts, struct err *err)
{
	uint32_t wait_ms;

	/* Who was running where it liked is left there. */
	placement_init(&r->placement, opts->attach ? CPU_SPREAD : opts->cpu);
	if ((opts->attach ? attach(r, err) : first(r, err)) < 0)
		return -1;
	silence_stops(r);
	wait_ms = longest_wait_ms(r);
	return wait_ms ? alarm_start(&r->alarm, wait_ms, err) : 0;
}

static int
start(void **out, const struct capture_opts *opts, bool use_seccomp, struct err *err)
{
	struct tracer *r = mem_alloc(sizeof *r);

	r->opts = *opts;
	r->arena = arena_new();
	r->use_seccomp = use_seccomp;
	r->has_wanted = opts->wanted;
	if (opts->wanted)
		r->wanted = *opts->wanted;
	r->opts.wanted = &r->wanted;
	if (opts->stack_depth)
		r->stacks = stack_taker_new(opts->stack_depth);
	r->first_status = -1;
	r->started_ns = clock_monotonic_ns();
	if (opts->want_busy && !opts->wanted)
		sampler_start(&r->sampler, NULL, NULL);
	if (begin(r, opts, err) < 0) {
		tracer_free(r);
		return -1;
	}
	*out = r;
	return 0;
}

static int
start_ptrace(void **out, const struct capture_opts *opts, struct err *err)
{
	return start(out, opts, false, err);
}

static int
start_seccomp(void **out, const struct capture_opts *opts, struct err *err)
{
	return start(out, opts, true, err);
}

static const struct trace_header *
tracer_header(const void *state)
{
	return &((const struct tracer *)state)->header;
}

static const struct trace_footer *
tracer_footer(const void *state)
{
	return &((const struct tracer *)state)->footer;
}

static int
tracer_status(const void *state)
{
	return ((const struct tracer *)state)->first_status;
}

const struct backend_ops ptrace_backend = {
	.name = "ptrace",
	.start = start_ptrace,
	.next = tracer_next,
	.header = tracer_header,
	.footer = tracer_footer,
	.status = tracer_status,
	.free = tracer_free,
	.probe = probe_ptrace,
};

const struct backend_ops seccomp_backend = {
	.name = "seccomp",
	.start = start_seccomp,
	.next = tracer_next,
	.header = tracer_header,
	.footer = tracer_footer,
	.status = tracer_status,
	.free = tracer_free,
	.probe = probe_seccomp,
};
