/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * stop.h - a task that waits behind a call, until its ring has room or its memory was read
 *
 * It stops itself by SIGSTOP, which is taken on its way to user mode. Its parent would see that
 * (SIGCHLD, WUNTRACED), unless we were attached to it before: so we are told ahead, and given a
 * moment. But who is about to be traced by a program of the target's, must not be attached to.
 */
#ifndef CAPTURE_BPF_STOP_H
#define CAPTURE_BPF_STOP_H

#include "capture/bpf/rows.h"
#include "capture/bpf/track.h"

#define SIGCONT 18
#define SIGSTOP 19
#define EINTR 4
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

/* We are to attach to this task, before it has to stop itself. */
static __always_inline void
announce(struct bpf_cpu *mine, const struct record *head)
{
	if (!bpf_get_current_task_btf()->ptrace)
		store_in_order(&mine->met[bpf_met(head->tid)],
			(uint64_t)(uint32_t)head->pid << 32 | (uint32_t)head->tid);
}

#define SEEN_NS 10000000u /* we look at least every millisecond, when we get to run */
#define SEEN_TRIES (1u << 19)

/* The task waits behind this call: its ring is too full, or its payload too large for it. Its
 * record says so, and its next call comes after we have read the ring. Only a task whose record
 * was published may stop: nobody would know of it. */
static __always_inline void
hold_back(struct turn *t, const struct record *head)
{
	t->mine->n_stops++;
	if (bpf_send_signal_thread(SIGSTOP)) {
		lose(t->mine, LOSS_RING);
		return;
	}
	announce(t->mine, head);
}

struct moment {
	uint64_t until_ns;
	uint32_t cpu, at;
};

#if defined(__TARGET_ARCH_x86)
#define NEED_RESCHED (1u << 3 | 1u << 4) /* the second: lazily, since 6.13 */
#else
#define NEED_RESCHED 0u
#endif

static long
is_seen(struct moment *m)
{
	volatile struct bpf_cpu *mine = &shared.cpus[m->cpu % BPF_CPUS];

	if (!mine->met[m->at % BPF_MET] || bpf_ktime_get_ns() > m->until_ns)
		return 1;
	/* Then others run here before the signal is looked at: who knows but it is us. */
	return !!(bpf_get_current_task_btf()->thread_info.flags & NEED_RESCHED);
}

LOOP(linger, struct moment, is_seen, SEEN_TRIES)

/* Its stop is seen by its parent, unless somebody was attached to it before: so it lingers
 * where it cannot be seen. Not within a turn, for the record is to be read. */
__noinline int
be_seen(uint32_t cpu, uint32_t at)
{
	struct moment m = { .until_ns = bpf_ktime_get_ns() + SEEN_NS, .cpu = cpu, .at = at };

	linger(&m);
	return 0;
}

/* Is the task to stop behind a record of this size? One to whom nobody is attached, whose stop
 * would be seen, says so long before, and is given room for some more of them: it lingers
 * behind each. */
static __always_inline bool
must_wait(const struct turn *t, const struct record *head, uint64_t size)
{
	const struct bpf_control *c = &shared.control;
	uint64_t fill = t->fill + size;

	if (!c->high_bytes || fill <= c->near_bytes)
		return false;
	if (bpf_get_current_task_btf()->ptrace)
		return fill > c->high_bytes;
	announce(t->mine, head);
	return fill > c->top_bytes;
}

/* Its stop comes, or would have come if somebody were attached to it. */
static __always_inline bool
is_to_linger(const struct turn *t, const struct record_call *call)
{
	const struct bpf_control *c = &shared.control;

	if (!*(volatile const uint64_t *)&t->mine->met[bpf_met(call->head.tid)])
		return false;
	return (call->flags & CALL_STOPPED) ||
	       (c->high_bytes && fill_of(t->mine) > c->high_bytes);
}

/* A program of the target's is about to trace this process: so we must not. Known at once, and
 * from the record of this call. */
static __always_inline void
spare(struct state *st, struct bpf_cpu *mine)
{
	uint64_t n = (mine->spared >> 32) + 1;

	st->is_spared = 1;
	*(volatile uint64_t *)&mine->spared = n << 32 | (uint32_t)st->call.head.pid;
}

#define PR_SET_PTRACER 0x59616d61u

static __always_inline bool
is_attached_to(struct task_struct *task)
{
	return task->ptrace &&
	       number_of(BPF_CORE_READ(task, parent)) == (int32_t)shared.control.reader;
}

/* A stop of ours would take it back: for good, where nobody has looked at it yet. */
static __always_inline bool
is_to_go_on(struct task_struct *task)
{
	uint64_t pending = task->pending.signal.sig[0] |
			   BPF_CORE_READ(task, signal, shared_pending.signal.sig[0]);

	return pending & (uint64_t)1 << (SIGCONT - 1);
}

/* We want to let go of it. But an interrupted call may be made again by us alone (restart.h):
 * that is done at the stop for the signal, and there it is let go of, too. */
static __always_inline bool
is_to_leave(struct task_struct *task, long ret)
{
	return *(volatile const uint32_t *)&shared.control.is_leaving && ret != -EINTR &&
	       !(ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK) &&
	       is_attached_to(task) && !is_to_go_on(task);
}

/* The record of a call that makes a tracer says so. If we are attached to the task, it waits
 * behind the call until we are not. So it does when something is to be read from outside. */
static __always_inline void
note_needs(struct state *st, struct task_struct *task, long ret)
{
	uint32_t cpu = bpf_get_smp_processor_id() % BPF_CPUS;

	if (st->call.nr < HINT_NRS && (hints_of(&st->call)->flags & CALL_IS_PRCTL) &&
		(uint32_t)st->call.arg[0] == PR_SET_PTRACER && st->call.arg[1])
		spare(st, &shared.cpus[cpu]);
	if (st->is_spared)
		st->call.flags |= CALL_SPARE | (is_attached_to(task) ? CALL_STOPPED : 0);
	if (is_to_leave(task, ret))
		st->call.flags |= CALL_LEAVE | CALL_STOPPED;
	if (st->is_late)
		st->call.flags |= CALL_LATE | CALL_STOPPED;
	st->is_spared = st->is_late = 0;
}

#endif
