/* SPDX-License-Identifier: MIT */
/*
 * tracer.h - the state of a run under ptrace(2), for the files that share the work
 *
 * One stop of one task is taken at a time: tracer_step() waits for it and hands it to stop.c,
 * which may queue events (queue.c) and says how the task is to go on. It goes on only when the
 * events have been consumed, so that a consumer may look at the task that they belong to.
 *
 *   tracer.c  the backend's functions, waiting, ticks     first.c   the first exec
 *   stop.c    what kind of stop it is                      attach.c  tasks that run already
 *   calls.c   entry and exit of calls                      life.c    birth, exec, death
 */
#ifndef CAPTURE_TRACER_H
#define CAPTURE_TRACER_H

#include "base/mem.h"
#include "capture/alarm.h"
#include "capture/capture.h"
#include "capture/cpu.h"
#include "capture/queue.h"
#include "capture/sampler.h"
#include "capture/task.h"
#include "capture/view.h"

#include <sys/ptrace.h>
#include <sys/resource.h>

struct tracer {
	struct capture_opts opts; /* argv, envp: not valid after the start */
	struct call_set wanted;
	bool has_wanted;
	bool use_seccomp;
	struct arena *arena; /* of the header */
	struct trace_header header;
	struct trace_footer footer;

	struct task_table tasks;
	size_t n_early;    /* tasks in TASK_EARLY */
	size_t n_ending;   /* processes past their last exit stop, not yet reaped */
	struct task *dead; /* out of the table, but queued events point to them */
	uint32_t n_numbers;
	struct queue queue;
	struct stack_taker *stacks; /* NULL: no stacks are asked for */
	struct view view;           /* of the task of the last stop */

	/* How the task of the last stop goes on, once the events are consumed. */
	struct task *stopped;
	long request;
	int signal;

	pid_t first_pid;
	int first_status;  /* -1: runs */
	bool is_launching; /* before the call of execve that starts the command */
	bool has_exec;     /* the command runs */
	bool is_killing, is_over;
	uint64_t started_ns;                    /* of CLOCK_MONOTONIC */
	uint64_t now_ns, exec_ns, last_exit_ns; /* since then; now: the last stop */
	uint64_t deadline_ns;                   /* linger; 0: none */
	uint64_t next_tick_ns;
	struct alarm alarm;
	struct sigaction old_child_action;
	bool has_child_action;
	struct placement placement;
	struct sampler sampler;
};

/* tracer.c */
uint64_t tracer_now(const struct tracer *r); /* since the trace began, when the stop was seen */
void tracer_look_at_clock(struct tracer *r); /* after every wait, and nowhere in between */
/* Appends an event of this task and gives it its place in the order. */
struct event *tracer_event(struct tracer *r, enum event_kind kind, const struct task *t);
long tracer_request(const struct tracer *r, const struct task *t); /* PTRACE_SYSCALL or _CONT */
/* The task of this stop goes on, with this signal (0: none). */
void tracer_resume(struct tracer *r, struct task *t, int signal);
void tracer_resume_with(struct tracer *r, struct task *t, long request, int signal);
/* Waits for one stop or end and handles it. -1: nothing is left to wait for, or see err. */
MUST_CHECK int tracer_step(struct tracer *r, struct err *err);
/* SIGKILL to all there are and all that will come. */
void tracer_kill(struct tracer *r);
/* Notes why the trace is incomplete; the first reason stays. */
void tracer_doubt(struct tracer *r, const char *fmt, ...) PRINTF(2, 3);
void tracer_fill_header(struct tracer *r);            /* what does not depend on the target */
unsigned long tracer_options(const struct tracer *r); /* for PTRACE_SEIZE */

/* stop.c */
void stop_handle(struct tracer *r, struct task *t, int status);

/* calls.c */

enum arch calls_arch(uint32_t audit, uint64_t nr);    /* AUDIT_ARCH_… */
void calls_stop(struct tracer *r, struct task *t);    /* an entry or an exit */
void calls_seccomp(struct tracer *r, struct task *t); /* our filter stopped it: an entry */
/* The last call of a task that dies in it; and one that was interrupted, when it is clear that
 * it does not go on. */
void calls_unfinished(struct tracer *r, struct task *t);
void calls_flush(struct tracer *r, struct task *t);

/* life.c */
void life_first(struct tracer *r, struct task *t, enum start_how how);
void life_attached(struct tracer *r, struct task *t, struct task *leader);
void life_born(struct tracer *r, struct task *parent, int event, pid_t tid);
/* It was made without being traced; from now on it is. */
void life_escaped(struct tracer *r, struct task *parent, pid_t tid);
void life_stopped_early(struct tracer *r, pid_t tid);
void life_adopt(struct tracer *r); /* early tasks whose parent died before it could tell */
void life_exec(struct tracer *r, struct task *t, pid_t former);
void life_ending(struct tracer *r, struct task *t);
void life_ended(struct tracer *r, struct task *t, int status, const struct rusage *usage);
void life_held(struct tracer *r, struct task *t);

/* first.c */
MUST_CHECK int first(struct tracer *r, struct err *err);

/* attach.c */
MUST_CHECK int attach(struct tracer *r, struct err *err);
void detach(struct tracer *r); /* all go on as if nothing had been; the run is over */

#endif
