/* SPDX-License-Identifier: MIT */
/*
 * ebpf.h - the state of a run under the eBPF backend, for the files that share the work
 *
 * The kernel half writes records, nobody stands still, and events are made of records alone, in
 * the order of their times. The same events come out as under ptrace(2) (tracer.h), as far as
 * the two can know the same.
 *
 *   ebpf.c        the backend's functions, looking into the rings, the end
 *   ebpf_first.c  the first exec          ebpf_calls.c  records of calls
 *   ebpf_held.c   calls that were interrupted
 *   ebpf_life.c   birth, exec, death, signals
 *   ebpf_end.c    losses, kills           ebpf_execve.c  arguments that could not be copied
 *   ebpf_flow.c   a target that is faster than we are
 */
#ifndef CAPTURE_EBPF_H
#define CAPTURE_EBPF_H

#include "capture/bpf_session.h"
#include "capture/capture.h"
#include "capture/guard.h"
#include "capture/hold.h"
#include "capture/queue.h"
#include "capture/rings.h"
#include "capture/sampler.h"
#include "capture/task.h"

struct drain {
	struct capture_opts opts; /* argv, envp: not valid after the start */
	struct call_set wanted;
	bool has_wanted;
	struct arena *arena; /* of the header, and of what is held */
	struct trace_header header;
	struct trace_footer footer;

	struct bpf_session *session; /* borrowed */
	struct rings *rings;
	struct hold *hold;     /* NULL: nobody is waited for (tests) */
	struct guard *guard;   /* NULL: there is none */
	int64_t misses_before; /* -1: not to be known */

	struct task_table tasks;
	struct task *dead; /* out of the table, but queued events point to them */
	uint32_t n_numbers;
	struct queue queue;
	/* Of the call at hand; kept, so that nothing is allocated per call. */
	struct copies late;
	struct str strings; /* of a program that begins: RECORD_STRINGS so far */
	uint64_t seq;       /* the last one given: a time, or one more than the last */
	struct held_fd *held;
	size_t n_held, held_capacity;

	pid_t first_pid;
	int first_status; /* -1: runs */
	bool is_stopped;  /* the first task stands at its first instruction, traced */
	bool is_killing, is_over;
	uint64_t started_ns;                    /* of CLOCK_MONOTONIC */
	uint64_t now_ns, exec_ns, last_exit_ns; /* since then; now: of the record */
	uint64_t deadline_ns;                   /* linger; 0: none */
	uint64_t next_tick_ns, next_sweep_ns, kill_until_ns;
	uint32_t n_idle;       /* looks that brought nothing, in a row */
	uint64_t n_read;       /* records since the last look */
	uint64_t next_pass_ns; /* when the tasks that stand still are looked at again */
	/* By CPU: of a call, records have been moved that are not its last; what of
	 * bpf_cpu.spared was seen. */
	uint8_t *is_apart;
	uint64_t *spared;
	/* Counted here: pieces of calls and ends of tasks; records that made no sense, or were
	 * of tasks that we do not know. */
	uint64_t n_lost, n_unsound, n_strange;
	struct sampler sampler;
	bool is_urgent; /* urgency_begin() */
};

/* ebpf.c */
/* A run without a target yet: it takes what the rings bring. The session is borrowed. */
struct drain *drain_new(const struct capture_opts *opts, struct bpf_session *session,
	rings_clock *clock, void *clock_arg);
/* Appends an event of this task, of the time of the record, in its place in the order. */
struct event *drain_event(struct drain *d, enum event_kind kind, const struct task *t);
struct event *drain_call(struct drain *d, const struct task *t); /* its call as it is now */
/* Notes why the trace is incomplete; the first reason stays. */
void drain_doubt(struct drain *d, const char *fmt, ...) PRINTF(2, 3);
/* One record that was not checked yet becomes events, or none. */
void drain_take(struct drain *d, const struct record *rec, size_t size, uint64_t time_ns);
/* 1: an event; 0: none now; the events of the last one are forgotten. */
int drain_pop(struct drain *d, struct event *event);
void drain_free(struct drain *d);
/* Sees to tasks that stand still or ended, and asks the caller; now_ns 0: does not ask. */
void ebpf_pass(struct drain *d, size_t fill, size_t size, uint64_t now_ns);

/* ebpf_flow.c: rings are kept from filling while what is older is told; and who stands still
 * goes on. */
void ebpf_flow_begin(struct drain *d);
void ebpf_flow(struct drain *d); /* now and then, between two records */
void ebpf_meet(struct drain *d); /* attaches to who is about to stop; as often as can be */

/* ebpf_end.c: sums it up, kills what is left, misses who is gone */
void ebpf_finish(struct drain *d);
void ebpf_kill(struct drain *d); /* from now on, with every look */
void ebpf_look_after(struct drain *d, uint64_t now_ns);

/* ebpf_first.c */
MUST_CHECK int ebpf_first(struct drain *d, struct err *err);
void ebpf_let_go(struct drain *d); /* the first task is traced no longer */

/* ebpf_calls.c */
void ebpf_entry(struct drain *d, struct task *t, const struct record_call *rec);
void ebpf_more(struct drain *d, struct task *t, const struct record_call *rec);
void ebpf_call(struct drain *d, struct task *t, const struct record_call *rec);
/* Does its task stand still behind it, as it says? */
bool ebpf_stopped(struct drain *d, const struct record_call *rec);
/* Does it say that its process is about to be traced? Then nobody of it is attached any more.
 */
void ebpf_spare(struct drain *d, const struct record_call *rec);
/* Which calls the kernel half is to copy, and what of them. */
void ebpf_fill_control(const struct drain *d, struct bpf_control *control);
/* The call of this task is told, as it is now. */
void ebpf_tell(struct drain *d, struct task *t, uint64_t exit_ns);

/* ebpf_held.c */
/* Has its end said too little? Then it is held (is_held). */
bool ebpf_is_open(struct drain *d, const struct task *t);
void ebpf_take_back(struct task *t); /* the call never returned */
/* A call whose end was unclear is told: another record of its task came, perhaps its end; NULL:
 * none will. */
void ebpf_flush(struct drain *d, struct task *t, const struct record *next);

/* ebpf_execve.c: the program and its arguments as the kernel knows them, where they could not
 * be copied. */
void ebpf_fill_execve(
	struct drain *d, struct task *t, const struct record_exec *rec, const char *filename);
/* Where there was no room for any of that: while its task stands. live: its number; 0: it does
 * not. */
void ebpf_late_strings(struct task *t, pid_t live);
/* Of the exec that follows. */
void ebpf_strings(struct drain *d, const struct record_strings *rec);

/* ebpf_life.c */
void ebpf_start(struct drain *d, struct task *t); /* of the first task, by its first record */
void ebpf_fork(struct drain *d, struct task *parent, const struct record_fork *rec);
void ebpf_exec(struct drain *d, struct task *t, const struct record_exec *rec);
void ebpf_exit(struct drain *d, struct task *t, const struct record_exit *rec);
/* Of a stop that we asked for ourselves, or of what ended it: no event of the target's. */
bool ebpf_is_own_signal(const struct record *rec);
void ebpf_signal(struct drain *d, struct task *t, const struct record_signal *rec);
/* A signal that waits for the end of a call is told, unless this record says that the call has
 * still to end; NULL: none comes. */
void ebpf_settle(struct drain *d, struct task *t, const struct record *next);
/* Its end was not recorded. */
void ebpf_vanished(struct drain *d, struct task *t);

#endif
