/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* track.h - which tasks are tracked, and what they are called in the tracer's namespace */
#ifndef CAPTURE_BPF_TRACK_H
#define CAPTURE_BPF_TRACK_H

#include "capture/bpf/turn.h"

/* The task's number in the tracer's pid namespace; 0: it has none there. */
static __always_inline int32_t
number_of(struct task_struct *task)
{
	uint32_t level = shared.control.pid_level;
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	int32_t nr = 0;

	if (BPF_CORE_READ(pid, level) < level)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof nr, &pid->numbers[level].nr);
	return nr;
}

static __always_inline void
name_task(struct state *s, struct task_struct *task)
{
	s->call.head.tid = number_of(task);
	s->call.head.pid = task->tgid == task->pid
				   ? s->call.head.tid
				   : number_of(BPF_CORE_READ(task, group_leader));
}

/* May the tracer's user look at it? The kernel asks the same before it allows ptrace(2). */
static __always_inline bool
is_secret(struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	uint32_t owner = fixed.owner;
	uint64_t rights = 0;

	if (owner == UINT32_MAX)
		return false;
	bpf_core_read(&rights, sizeof rights, &cred->cap_permitted);
	return BPF_CORE_READ(cred, uid.val) != owner ||
	       BPF_CORE_READ(cred, euid.val) != owner ||
	       BPF_CORE_READ(cred, suid.val) != owner ||
	       BPF_CORE_READ(cred, fsuid.val) != owner || rights != 0;
}

/* Marks a task of this run; NULL: it could not be, which is a loss. */
static __always_inline struct state *
track(struct task_struct *task)
{
	struct state *s =
		bpf_task_storage_get(&states, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!s) {
		lose_here(LOSS_STORAGE);
		return NULL;
	}
	s->run = shared.control.run;
	s->in_call = s->is_born = s->is_secret = s->is_spared = s->is_late = 0;
	name_task(s, task);
	return s;
}

/* Is the task that runs here the one that the run begins with? All others on this machine pay
 * for the question, but only until it was found. A function of its own, so that the verifier
 * goes through it once. 1: it is tracked now. */
__noinline int
track_first(void)
{
	struct bpf_control *c = &shared.control;
	struct task_struct *task;

	if (!c->first_tid || c->found == c->run)
		return 0;
	task = bpf_get_current_task_btf();
	if (number_of(task) != (int32_t)c->first_tid)
		return 0;
	c->found = c->run;
	return !is_secret(task) && track(task);
}

/* The task that runs here. NULL: not ours. *is_new: it became ours just now. */
static __always_inline struct state *
tracked(struct task_struct *task, bool *is_new)
{
	struct state *s = bpf_task_storage_get(&states, task, NULL, 0);

	*is_new = false;
	if (s && s->run == shared.control.run)
		return s;
	if (!track_first())
		return NULL;
	*is_new = true;
	return bpf_task_storage_get(&states, task, NULL, 0);
}

#endif
