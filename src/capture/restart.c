/* SPDX-License-Identifier: MIT */
/*
 * restart.c - calls that only tracing interrupts
 *
 * At the stop before a signal the kernel has not yet looked at the result of the call it
 * interrupted. -ERESTARTNOHAND in its place says just what is wanted: run it again, unless a
 * handler is about to run; then it is EINTR, as it would have been.
 *
 * A call that is run again waits for its whole time again. So epoll's milliseconds, which stand
 * in a register, are cut to what is left; a call whose time has passed gets what it returns
 * then. Limits that stand in memory are not touched: such a call waits for twice its time at
 * most.
 */

#include "capture/restart.h"

#include "capture/memory.h"
#include "capture/proc.h"
#include "capture/regs.h"

#include <errno.h>
#include <signal.h>

#define RESTART_NO_HAND (-514)
#define NS_PER_MS 1000000

enum limit { LIMIT_NONE, LIMIT_MS, LIMIT_TIMESPEC };

/* Calls that fail with EINTR, have done nothing by then, and can be made again. */
static const struct row {
	enum call_id id;
	enum limit limit;
	uint8_t arg;       /* the limit's */
	int16_t timed_out; /* what it returns when the time has passed */
} rows[] = {
	{ CALL_epoll_wait, LIMIT_MS, 3, 0 },
	{ CALL_epoll_pwait, LIMIT_MS, 3, 0 },
	{ CALL_epoll_pwait2, LIMIT_TIMESPEC, 3, 0 },
	{ CALL_semop, LIMIT_NONE, 0, 0 },
	{ CALL_semtimedop, LIMIT_TIMESPEC, 3, -EAGAIN },
	{ CALL_io_getevents, LIMIT_TIMESPEC, 4, 0 },
	{ CALL_io_pgetevents, LIMIT_TIMESPEC, 4, 0 },
	{ CALL_rt_sigtimedwait, LIMIT_TIMESPEC, 2, -EAGAIN },
	{ CALL_read, LIMIT_NONE, 0, 0 },
	{ CALL_readv, LIMIT_NONE, 0, 0 },
	{ CALL_recvfrom, LIMIT_NONE, 0, 0 },
	{ CALL_recvmsg, LIMIT_NONE, 0, 0 },
	{ CALL_recvmmsg, LIMIT_NONE, 0, 0 },
	{ CALL_accept, LIMIT_NONE, 0, 0 },
	{ CALL_accept4, LIMIT_NONE, 0, 0 },
	{ CALL_write, LIMIT_NONE, 0, 0 },
	{ CALL_writev, LIMIT_NONE, 0, 0 },
	{ CALL_sendto, LIMIT_NONE, 0, 0 },
	{ CALL_sendmsg, LIMIT_NONE, 0, 0 },
	{ CALL_futex_waitv, LIMIT_NONE, 0, 0 },
};

bool
restart_is_code(int64_t ret)
{
	return ret == -512 || ret == -513 || ret == RESTART_NO_HAND || ret == -516;
}

static const struct row *
find(enum call_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

bool
restart_is_ignored(pid_t tid, int signal)
{
	struct proc_status status = proc_status(tid);
	uint64_t bit = (uint64_t)1 << (signal - 1);

	if (!status.is_found)
		return false;
	if (status.ignored & bit)
		return true;
	return !(status.caught & bit) && (signal == SIGCHLD || signal == SIGURG ||
						 signal == SIGWINCH || signal == SIGCONT);
}

/* The time limit of a call in nanoseconds, -1: none. */
static int64_t
limit_ns(const struct task *t, const struct row *row)
{
	int64_t words[2];
	int32_t halves[2];
	uint64_t value = t->call.arg[row->arg];

	if (row->limit == LIMIT_MS)
		return (int32_t)value < 0 ? -1 : (int64_t)(int32_t)value * NS_PER_MS;
	if (row->limit == LIMIT_NONE || !value)
		return -1;
	if (t->call.arch == ARCH_I386) {
		if (memory_read(t->tid, value, halves, sizeof halves) < sizeof halves)
			return -1;
		return (int64_t)halves[0] * 1000 * NS_PER_MS + halves[1];
	}
	if (memory_read(t->tid, value, words, sizeof words) < sizeof words ||
		words[0] > INT32_MAX)
		return -1;
	return words[0] * 1000 * NS_PER_MS + words[1];
}

/* Lets the call wait for what is left of its time; false: nothing is left. */
static bool
cut_limit(struct task *t, const struct row *row, uint64_t now_ns)
{
	int64_t limit = limit_ns(t, row), past = (int64_t)(now_ns - t->call.enter_ns);

	if (limit < 0)
		return true;
	if (past >= limit)
		return false;
	if (row->limit == LIMIT_MS && t->call.arch != ARCH_I386)
		t->has_cut_arg = regs_set_arg(t->tid, row->arg,
			(uint64_t)((limit - past + NS_PER_MS - 1) / NS_PER_MS));
	return true;
}

static bool
run_again(struct task *t, const struct row *row, uint64_t now_ns)
{
	if (t->is_held && !cut_limit(t, row, now_ns)) {
		regs_set_result(t->tid, row->timed_out);
		t->call.ret = row->timed_out;
		t->call.is_error = row->timed_out < 0;
		return false;
	}
	return regs_set_result(t->tid, RESTART_NO_HAND);
}

bool
restart_hide(struct task *t, int signal, uint64_t now_ns)
{
	struct regs_left left;
	const struct row *row;

	if (!regs_left(t->tid, &left))
		return false;
	if (t->is_hidden && left.result == RESTART_NO_HAND && t->call.ret == -EINTR) {
		if (restart_is_ignored(t->tid, signal))
			return true;
		/* This one does interrupt it. */
		regs_set_result(t->tid, -EINTR);
		restart_done(t);
		return false;
	}
	if (restart_is_code(left.result))
		return t->is_held && restart_is_ignored(t->tid, signal);
	if (left.result != -EINTR)
		return false;
	row = find(decode_spec(left.arch, left.nr)->id);
	return row && restart_is_ignored(t->tid, signal) && run_again(t, row, now_ns);
}

bool
restart_after_interrupt(pid_t tid)
{
	struct regs_left left;

	if (!regs_left(tid, &left))
		return false;
	if (restart_is_code(left.result))
		return true;
	return left.result == -EINTR && find(decode_spec(left.arch, left.nr)->id) &&
	       regs_set_result(tid, RESTART_NO_HAND);
}

void
restart_done(struct task *t)
{
	const struct row *row = find(t->id);

	t->is_hidden = false;
	if (!t->has_cut_arg || !row)
		return;
	t->has_cut_arg = false;
	regs_set_arg(t->tid, row->arg, t->call.arg[row->arg]);
}
