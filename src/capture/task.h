/* SPDX-License-Identifier: MIT */
/*
 * task.h - the tasks that are traced, by thread id
 */
#ifndef CAPTURE_TASK_H
#define CAPTURE_TASK_H

#include "capture/areas.h"
#include "capture/copies.h"
#include "decode/decode.h"
#include "model/event.h"

/* What the tasks of one process share; freed with the last of them. */
struct process {
	pid_t pid;
	uint32_t number; /* of the task that leads it */
	size_t n_tasks;  /* in the table */
	size_t n_live;   /* of those, not known to be ending */
	bool is_ending;  /* n_live came to 0, the end was not told yet */
	uint64_t peak_rss_bytes;
	uint64_t children_user_ns, children_system_ns;
	struct task_exit end; /* ebpf: as the last record of its tasks has it */
	struct task *leader;  /* ebpf: past its end, which is told last; NULL: it lives */
	int pidfd;            /* ebpf: to kill it by, plus 1; 0: none was asked for */
	uint64_t looked_ns;   /* ebpf: when it was looked for in vain, or pidfd was opened; 0:
				 never */
};

enum task_phase {
	TASK_EARLY,    /* stopped; whose child it is comes later */
	TASK_EXPECTED, /* known from its parent; its first stop comes later */
	TASK_LIVE,
	TASK_ENDING, /* past its exit stop */
	TASK_GONE,   /* let go of */
};

struct sent_signal {
	struct signal_info info;
	uint64_t sent_ns; /* as its record has it */
};

struct cpu_mask;
struct own_filter;

struct task {
	pid_t tid;
	uint32_t number; /* from 1; 0: early, no number yet */
	enum task_phase phase;
	struct process *process; /* NULL: early */

	struct call call; /* while in_call or is_held */
	enum call_id id;  /* of it */
	bool in_call;
	bool is_wanted; /* the call is to be told */
	bool has_told;  /* the call made a task, and it was told of */
	bool is_held;   /* the call was interrupted; the next stop says what becomes of it */
	bool is_hidden; /* by a signal that the task ignores: the call will go on */
	bool is_interrupted; /* by us; its next stop is that */
	bool was_stopped;    /* by SIGSTOP or its like, since its last call */
	bool has_cut_arg;    /* its time limit was changed in a register */
	bool hid_untraced;   /* CLONE_UNTRACED was taken out of the call: put it back */
	bool has_answer;     /* the call is not made, its result is: */
	int64_t answer;
	uint32_t refused;   /* what its own filters make of it: SECCOMP_RET_…; 0: nothing */
	struct areas areas; /* of the call */
	struct areas told;  /* of the call before, while its event waits to be read */

	const struct own_filter *filters;     /* denial.h; NULL: none */
	const struct own_filter *new_filters; /* when the call succeeds */
	struct cpu_mask *affinity; /* what it set for itself (cpu.h); NULL: nothing */

	/* ebpf: memory that was copied at the entry of its call, and what came ahead of the
	 * record that it belongs to. */
	struct copies early, ahead;
	uint64_t entry_ns; /* of the call that `early` belongs to */
	uint64_t exit_ns;  /* of the call that is held */
	uint64_t since_ns; /* ebpf: entry of the call that goes on; 0: none does */
	/* ebpf: where the strings of its execve lie, which are to be read while it stands: all,
	 * and the arguments of them; 0: they are not. */
	uint64_t strings_at, strings_size, args_size;
	bool is_resumed; /* ebpf: it goes on as restart_syscall, which is at hand */
	bool is_denied;  /* ebpf: its last call was refused by a filter */
	/* ebpf: signals without a handler that were told of when they were sent; they arrive
	 * when the call that their task is in has ended. */
	struct sent_signal *sent;
	size_t n_sent, sent_capacity;
	bool has_listener; /* ebpf: somebody else may answer its calls (seccomp_unotify(2)) */
	struct task *next, *previous, *next_in_bucket;
};

/* Zeroed is empty. */
struct task_table {
	struct task **buckets;
	size_t n_buckets; /* a power of two */
	size_t n;
	struct task *first;
};

struct task *task_find(const struct task_table *table, pid_t tid); /* NULL: not ours */
struct task *task_add(struct task_table *table, pid_t tid);
/* Takes it out of the table; task_free() comes later. */
void task_remove(struct task_table *table, struct task *t);
void task_free(struct task *t);
void task_join(struct task *t, struct process *p);
/* Joins a process that is new, and named by it. */
void task_lead(struct task *t);
/* How it began, as is told of it; parent: NULL for one that came from nobody we know. */
struct task_start task_start_of(
	const struct task *t, const struct task *parent, enum start_how how);
void task_table_done(struct task_table *table); /* with all tasks */

#endif
