/* SPDX-License-Identifier: MIT */
/*
 * halt.c - what the stops of an attached task say, and how it goes on
 */

#include "capture/halt.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "capture/proc.h"
#include "capture/restart.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#define LOOK_NS 100000u /* between two looks at who is to stop */
#define N_YIELDS 10u    /* looks without a pause */
#define PIN_NS 100000000u

struct halt *
halt_find(const struct hold *h, pid_t tid)
{
	return map_get_number(h->tasks, (uint64_t)tid);
}

struct halt *
halt_add(struct hold *h, pid_t tid)
{
	void **slot = map_number(h->tasks, (uint64_t)tid);
	struct halt *t = *slot;

	if (!t) {
		*slot = t = mem_alloc(sizeof *t);
		*t = (struct halt){ .pid = tid, .tid = tid };
	}
	return t;
}

void
halt_attached(struct hold *h, struct halt *t)
{
	if (t->is_attached)
		return;
	t->is_attached = true;
	t->from_ns = clock_monotonic_ns();
	t->to_ns = 0;
	h->n_attached++;
	h->count.n_attached++;
}

void
halt_let_be(struct hold *h, struct halt *t)
{
	if (t->is_attached)
		t->to_ns = clock_monotonic_ns();
	h->n_attached -= t->is_attached;
	h->n_claimed -= t->is_claimed;
	t->is_attached = t->is_claimed = t->is_interrupted = t->is_pinned = false;
	t->trap_signal = 0;
	t->stand = RUNS;
}

void
halt_free(struct halt *t)
{
	if (!t)
		return;
	mem_free(t->cut_ns);
	mem_free(t);
}

bool
halt_attach(struct hold *h, struct halt *t)
{
	const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;

	if (!t->is_attached && !halt_is_ward(h, t) &&
		ptrace(PTRACE_SEIZE, t->tid, NULL, options) == 0)
		halt_attached(h, t);
	return t->is_attached;
}

bool
halt_is_ward(const struct hold *h, const struct halt *t)
{
	return map_get_number(h->wards, (uint64_t)t->pid);
}

/* While it stands still: whatever it did before is older, and what it will do younger. */
void
halt_note_cut(struct halt *t)
{
	if (t->n_cuts == CUTS_MAX) {
		t->n_cuts /= 2;
		memmove(t->cut_ns, t->cut_ns + t->n_cuts, t->n_cuts * sizeof *t->cut_ns);
	}
	t->cut_ns = mem_grow(t->cut_ns, t->n_cuts, &t->cut_capacity, sizeof *t->cut_ns);
	t->cut_ns[t->n_cuts++] = clock_monotonic_ns();
}

static void
go_on(const struct halt *t, long request, int signal)
{
	ptrace(request, t->tid, NULL, (void *)(intptr_t)signal);
}

void
halt_interrupt(struct halt *t)
{
	t->is_interrupted = ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) == 0;
}

static bool
is_stopping(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* The SIGSTOP that a task sent itself comes from the kernel, and is the only one that does. */
static bool
is_own_stop(const struct halt *t, int signal)
{
	siginfo_t info;

	return signal == SIGSTOP && ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &info) == 0 &&
	       info.si_code == SI_KERNEL;
}

void
halt_leave(struct hold *h, struct halt *t, int signal)
{
	go_on(t, PTRACE_DETACH, signal);
	halt_let_be(h, t);
}

/* Its own stop would be seen without us; and what it ignores was queued because of us, and has
 * interrupted it: that is put right where it is delivered. */
static bool
has_signals(const struct halt *t)
{
	struct proc_status s = proc_status(t->tid);

	return (s.pending | s.all_pending) & ~s.blocked;
}

/* It goes on, with us or without; with us as long as signals wait for it. */
void
halt_move_on(struct hold *h, struct halt *t, int signal)
{
	if ((h->is_leaving || halt_is_ward(h, t)) && !has_signals(t))
		halt_leave(h, t, signal);
	else
		go_on(t, PTRACE_CONT, signal);
}

static void
go_on_from_trap(struct hold *h, struct halt *t, int signal)
{
	bool is_cut = t->is_interrupted && restart_after_interrupt(t->tid);

	t->is_interrupted = false;
	if (!is_stopping(signal)) {
		if (is_cut)
			halt_note_cut(t);
		halt_move_on(h, t, 0);
		return;
	}
	t->stand = LISTENS;
	t->stop_signal = signal;
	t->was_stopped = true;
	if (halt_is_ward(h, t))
		halt_leave(h, t, 0); /* it stays stopped */
	else
		go_on(t, PTRACE_LISTEN, 0);
}

static void
trap(struct hold *h, struct halt *t, int signal)
{
	if (!t->is_pinned) {
		go_on_from_trap(h, t, signal);
		return;
	}
	t->stand = STANDS;
	t->trap_signal = signal;
}

bool
halt_pin(struct hold *h, struct halt *t)
{
	if (t->stand == STANDS)
		return true;
	t->stand = RUNS; /* a stop of the process is not what we wait for */
	t->is_pinned = true;
	halt_interrupt(t);
	halt_await(h, t, PIN_NS);
	t->is_pinned = false;
	return t->stand == STANDS;
}

void
halt_release(struct hold *h, struct halt *t)
{
	int signal = t->trap_signal;

	t->stand = RUNS;
	t->trap_signal = 0;
	if (signal)
		go_on_from_trap(h, t, signal);
	else
		halt_move_on(h, t, 0);
}

bool
halt_is_to_stop(const struct halt *t)
{
	return proc_status(t->tid).pending & (uint64_t)1 << (SIGSTOP - 1);
}

/* What it ignores is not sent when nobody traces it, and interrupts nothing. But a stop does
 * interrupt, even when nothing but SIGCONT comes after it. */
static void
before_signal(struct hold *h, struct halt *t, int signal)
{
	bool is_ignored = restart_is_ignored(t->tid, signal);

	if (is_ignored && !t->was_stopped && restart_after_interrupt(t->tid))
		halt_note_cut(t);
	if (signal == SIGCONT)
		t->was_stopped = false;
	halt_move_on(h, t, is_ignored ? 0 : signal);
}

static void
stopped(struct hold *h, struct halt *t, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	halt_attached(h, t); /* a child of one that was */
	t->stand = RUNS;
	if (event == PTRACE_EVENT_STOP) {
		trap(h, t, signal);
	} else if (event) {
		go_on(t, PTRACE_CONT, 0);
	} else if (is_own_stop(t, signal)) {
		t->stand = STANDS;
		h->count.n_stops++;
	} else {
		before_signal(h, t, signal);
	}
}

void
halt_handle(struct hold *h, pid_t tid, int status)
{
	struct halt *t = halt_find(h, tid);

	if (WIFSTOPPED(status)) {
		stopped(h, t ? t : halt_add(h, tid), status);
		return;
	}
	if (tid == h->first)
		h->first_status = status;
	if (t)
		halt_let_be(h, t);
}

/* A thread that executes a program goes on under its leader's number: whether we are attached
 * to it is another matter than before. The kernel calls only those stopped to whom nobody is.
 */
static void
attach_anew(struct hold *h, struct halt *t)
{
	halt_let_be(h, t);
	halt_attach(h, t);
}

bool
halt_has_stopped(struct hold *h, struct halt *t)
{
	int status;
	char state;

	while (t->stand != STANDS && waitpid(t->tid, &status, __WALL | WNOHANG) == t->tid)
		halt_handle(h, t->tid, status);
	if (t->is_attached && t->stand != RUNS)
		return true;
	state = proc_state(t->tid);
	if (t->is_attached && state == 'T')
		attach_anew(h, t);
	return !t->is_attached && (state == 'T' || state == 't');
}

/* The first task of a process tells nothing more once it has ended and others of it run. */
bool
halt_is_gone(const struct halt *t)
{
	char state = proc_state(t->tid);

	return !state || state == 'Z' || state == 'X' || state == 'x';
}

bool
halt_await(struct hold *h, struct halt *t, uint64_t limit_ns)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t from_ns = clock_monotonic_ns();

	for (unsigned i = 0; !halt_has_stopped(h, t); i++) {
		if (halt_is_gone(t) || clock_monotonic_ns() - from_ns >= limit_ns)
			return false;
		if (i < N_YIELDS)
			sched_yield();
		else
			nanosleep(&pause, NULL);
	}
	return true;
}
