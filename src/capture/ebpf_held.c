/* SPDX-License-Identifier: MIT */
/*
 * ebpf_held.c - calls whose end says too little: what became of them, the next record tells
 *
 * A call that was interrupted is made again, or was the last one of its task. When it was we
 * who interrupted it (hold.h), nothing has happened for the target: there is one call, which
 * began with the first entry and ends with the last exit.
 */

#include "capture/ebpf.h"

#include "capture/restart.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define X32_BIT 0x40000000u
#define CLOCKS_NS 20000u /* between the clock of the records and ours */

/* A task that sends itself the signal that cannot be caught has made its last call. */
static bool
kills_itself(struct drain *d, const struct task *t)
{
	unsigned at = t->id == CALL_tgkill || t->id == CALL_rt_tgsigqueueinfo ? 2 : 1;
	int32_t whom = (int32_t)t->call.arg[0];
	const struct task *other;

	if (t->call.is_error || (int32_t)t->call.arg[at] != SIGKILL)
		return false;
	switch (t->id) {
	case CALL_kill:
	case CALL_rt_sigqueueinfo:
		return whom <= 0 || whom == t->process->pid;
	case CALL_tkill:
		other = task_find(&d->tasks, whom);
		return other && other->process == t->process;
	case CALL_tgkill:
	case CALL_rt_tgsigqueueinfo:
		return whom == t->process->pid;
	default:
		return false;
	}
}

/* The call has a result, but whether the program sees it, the next record of this task says:
 * when that is its end, the call never returned. */
bool
ebpf_is_open(struct drain *d, const struct task *t)
{
	if (t->call.state == CALL_RESTARTED)
		return true;
	return t->call.state == CALL_DONE &&
	       (kills_itself(d, t) || (t->call.is_error && t->call.ret == -EINTR));
}

void
ebpf_take_back(struct task *t)
{
	t->call.state = CALL_UNFINISHED;
	t->call.ret = 0;
	t->call.is_error = false;
}

/* A signal that ends a process ends the wait of its first task, as it would without us; the
 * others are killed. */
static bool
is_cut_off(const struct task *t, const struct record *next)
{
	int32_t signal;

	if (next->kind != RECORD_EXIT)
		return false;
	signal = ((const struct record_exit *)next)->status & 0x7f;
	return !signal || signal == SIGKILL || t->tid != t->process->pid;
}

/* The kernel makes it again as another call, which tells nothing of what it led to: so only one
 * that has led to nothing. */
static bool
goes_on_by_itself(const struct task *t, const struct record_call *rec)
{
	if (decode_spec((enum arch)rec->arch, rec->nr)->id != CALL_restart_syscall)
		return false;
	switch (t->id) {
	case CALL_poll:
		return rec->ret <= 0;
	case CALL_nanosleep:
	case CALL_clock_nanosleep:
	case CALL_futex:
		return true;
	default:
		return false;
	}
}

/* Made again, it had a child: its next record is not its own. */
static bool
has_borne(const struct task *t, const struct record *next)
{
	return next->kind == RECORD_FORK && t->call.state == CALL_RESTARTED &&
	       (t->id == CALL_clone || t->id == CALL_clone3 || t->id == CALL_fork ||
		       t->id == CALL_vfork);
}

/* It left the call because of us (hold.h), heard of no signal, and is in it again: one call. */
static bool
goes_on(const struct drain *d, struct task *t, const struct record *next)
{
	const struct record_call *rec = (const struct record_call *)next;
	uint64_t left_ns = d->started_ns + t->exit_ns;

	if (!next || !d->hold)
		return false;
	left_ns -= MIN(left_ns, CLOCKS_NS);
	if (has_borne(t, next))
		return hold_cut(d->hold, t->tid, left_ns, next->time_ns + CLOCKS_NS);
	if (next->kind != RECORD_CALL && next->kind != RECORD_ENTRY &&
		next->kind != RECORD_MORE)
		return false;
	if (rec->arch != t->call.arch || memcmp(rec->arg, t->call.arg, sizeof rec->arg) != 0)
		return false;
	t->is_resumed = goes_on_by_itself(t, rec);
	if (!t->is_resumed && rec->nr != (t->call.nr & ~X32_BIT))
		return false;
	if (hold_cut(d->hold, t->tid, left_ns, rec->enter_ns + CLOCKS_NS))
		return true;
	t->is_resumed = false;
	return false;
}

void
ebpf_flush(struct drain *d, struct task *t, const struct record *next)
{
	struct areas areas = t->told;

	if (!t->is_held)
		return;
	t->is_held = false;
	if (goes_on(d, t, next)) {
		t->since_ns = t->call.enter_ns;
		return;
	}
	if (!next || is_cut_off(t, next))
		ebpf_take_back(t);
	ebpf_tell(d, t, t->exit_ns);
	/* The event is read later than the record at hand. */
	t->told = t->areas;
	t->areas = areas;
}
