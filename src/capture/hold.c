/* SPDX-License-Identifier: MIT */
/*
 * hold.c - a target that is faster than we are: its tasks wait, and nothing is lost
 *
 * Nobody is stopped for long: a task that stands still is let go as soon as the rings were read
 * to their end, which takes milliseconds. Once there is no pressure any more, whoever was
 * attached is let go of, too.
 */

#include "capture/hold.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "capture/proc.h"
#include "capture/restart.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALM_NS 100000000u  /* without pressure, before we let go */
#define FOREIGN_TRIES 2000u /* looks at a task that somebody else traces */
#define FOREIGN_NS 100000u  /* between two of them */
#define N_CUTS 8u           /* the last ones; records are rarely read so late */

enum stand {
	RUNS,
	STANDS,  /* before its own SIGSTOP is delivered: nobody else has seen that */
	LISTENS, /* its process is stopped */
};

struct held {
	pid_t pid, tid;
	enum stand stand;
	bool is_attached;
	bool is_interrupted; /* by us: its next stop is that */
	bool is_claimed;     /* its record was read: it goes on with the next hold_resume() */
	bool was_stopped;    /* its process was, and SIGCONT has not come since */
	uint64_t cut_ns[N_CUTS]; /* when it was taken out of a call by us */
	unsigned n_cuts;
};

struct hold {
	struct map *tasks; /* struct held by thread id */
	pid_t first;
	int first_status; /* -1: runs, or was told */
	bool is_pressed, is_leaving;
	uint64_t pressed_ns;
	size_t n_attached, n_claimed;
	struct hold_count count;
};

struct hold *
hold_new(pid_t first)
{
	struct hold *h = mem_alloc(sizeof *h);

	h->tasks = map_new();
	h->first = first;
	h->first_status = -1;
	return h;
}

static struct held *
find(const struct hold *h, pid_t tid)
{
	return map_get_number(h->tasks, (uint64_t)tid);
}

static struct held *
add(struct hold *h, pid_t tid)
{
	void **slot = map_number(h->tasks, (uint64_t)tid);
	struct held *t = *slot;

	if (!t) {
		*slot = t = mem_alloc(sizeof *t);
		*t = (struct held){ .pid = tid, .tid = tid };
	}
	return t;
}

static void
attached(struct hold *h, struct held *t)
{
	if (t->is_attached)
		return;
	t->is_attached = true;
	h->n_attached++;
	h->count.n_attached++;
}

static void
let_be(struct hold *h, struct held *t)
{
	h->n_attached -= t->is_attached;
	h->n_claimed -= t->is_claimed;
	t->is_attached = t->is_claimed = t->is_interrupted = false;
	t->stand = RUNS;
}

/* Fails when it is gone, or when a program of the target's traces it; that one then sees the
 * stops. */
static bool
attach(struct hold *h, struct held *t)
{
	const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;

	if (!t->is_attached && ptrace(PTRACE_SEIZE, t->tid, NULL, options) == 0)
		attached(h, t);
	return t->is_attached;
}

void
hold_born(struct hold *h, pid_t pid, pid_t tid)
{
	struct held *t = add(h, tid);

	t->pid = pid;
	if (h->is_pressed)
		attach(h, t);
}

void
hold_ended(struct hold *h, pid_t tid)
{
	struct held *t = map_remove(h->tasks, &(uint64_t){ (uint64_t)tid }, sizeof(uint64_t));

	if (t)
		let_be(h, t);
	mem_free(t);
}

/* While it stands still: whatever it did before is older, and what it will do younger. */
static void
note_cut(struct held *t)
{
	t->cut_ns[t->n_cuts++ % N_CUTS] = clock_monotonic_ns();
}

bool
hold_cut(const struct hold *h, pid_t tid, uint64_t from_ns, uint64_t to_ns)
{
	const struct held *t = find(h, tid);

	for (unsigned i = 0; t && i < MIN(t->n_cuts, N_CUTS); i++) {
		if (from_ns <= t->cut_ns[i] && t->cut_ns[i] <= to_ns)
			return true;
	}
	return false;
}

static void
go_on(const struct held *t, long request, int signal)
{
	ptrace(request, t->tid, NULL, (void *)(intptr_t)signal);
}

static bool
is_stopping(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* The SIGSTOP that a task sent itself comes from the kernel, and is the only one that does. */
static bool
is_own_stop(const struct held *t, int signal)
{
	siginfo_t info;

	return signal == SIGSTOP && ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &info) == 0 &&
	       info.si_code == SI_KERNEL;
}

static void
leave(struct hold *h, struct held *t, int signal)
{
	go_on(t, PTRACE_DETACH, signal);
	let_be(h, t);
}

/* It goes on, with us or without. */
static void
move_on(struct hold *h, struct held *t, int signal)
{
	if (h->is_leaving)
		leave(h, t, signal);
	else
		go_on(t, PTRACE_CONT, signal);
}

static void
trap(struct hold *h, struct held *t, int signal)
{
	bool is_cut = t->is_interrupted && restart_after_interrupt(t->tid);

	t->is_interrupted = false;
	if (!is_stopping(signal)) {
		if (is_cut)
			note_cut(t);
		move_on(h, t, 0);
		return;
	}
	t->stand = LISTENS;
	t->was_stopped = true;
	go_on(t, PTRACE_LISTEN, 0);
}

/* What it ignores is not sent when nobody traces it, and interrupts nothing. But a stop does
 * interrupt, even when nothing but SIGCONT comes after it. */
static void
before_signal(struct hold *h, struct held *t, int signal)
{
	bool is_ignored = restart_is_ignored(t->tid, signal);

	if (is_ignored && !t->was_stopped && restart_after_interrupt(t->tid))
		note_cut(t);
	if (signal == SIGCONT)
		t->was_stopped = false;
	move_on(h, t, is_ignored ? 0 : signal);
}

static void
stopped(struct hold *h, struct held *t, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	attached(h, t); /* a child of one that was */
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

static void
handle(struct hold *h, pid_t tid, int status)
{
	struct held *t = find(h, tid);

	if (WIFSTOPPED(status)) {
		stopped(h, t ? t : add(h, tid), status);
		return;
	}
	if (tid == h->first)
		h->first_status = status;
	if (t)
		let_be(h, t);
}

/* Stopped by a signal as the system calls it: 'T', or 't' when somebody traces it. */
static bool
is_seen_stopped(pid_t tid)
{
	char state = proc_state(tid);

	return state == 'T' || state == 't';
}

/* One that we may not attach to stands still as well, and its tracer or parent knows. */
static bool
await_foreign(const struct held *t)
{
	const struct timespec pause = { .tv_nsec = FOREIGN_NS };

	for (unsigned i = 0; i < FOREIGN_TRIES; i++) {
		if (is_seen_stopped(t->tid))
			return true;
		if (kill(t->tid, 0) < 0)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void
claim(struct hold *h, struct held *t)
{
	h->n_claimed += !t->is_claimed;
	t->is_claimed = true;
}

bool
hold_stopped(struct hold *h, pid_t tid)
{
	struct held *t = add(h, tid);
	int status;

	h->is_pressed = true;
	h->is_leaving = false;
	h->pressed_ns = clock_monotonic_ns();
	if (!attach(h, t)) {
		if (!await_foreign(t))
			return false;
		h->count.n_stops++;
		claim(h, t);
		return true;
	}
	while (t->is_attached && t->stand == RUNS) {
		pid_t got = waitpid(tid, &status, __WALL);

		if (got == tid)
			handle(h, tid, status);
		else if (errno != EINTR)
			return false;
	}
	if (!t->is_attached)
		return false;
	h->count.n_stops += t->stand == LISTENS;
	claim(h, t);
	return true;
}

/* All its tasks stand still since one of them stopped itself. */
static void
end_stop(struct hold *h, pid_t pid)
{
	void *value;

	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		if (((struct held *)value)->pid == pid)
			note_cut(value);
	}
	h->count.n_visible++;
	kill(pid, SIGCONT);
}

void
hold_resume(struct hold *h)
{
	void *value;

	if (!h->n_claimed)
		return;
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct held *t = value;

		if (!t->is_claimed)
			continue;
		t->is_claimed = false;
		h->n_claimed--;
		if (t->stand == STANDS) {
			t->stand = RUNS;
			go_on(t, PTRACE_CONT, 0);
		} else {
			end_stop(h, t->pid);
		}
	}
}

void
hold_claim_all(struct hold *h)
{
	void *value;

	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct held *t = value;

		if (t->is_attached && t->stand == STANDS)
			claim(h, t);
	}
}

static void
interrupt(struct held *t)
{
	t->is_interrupted = ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) == 0;
}

/* Who stands still is let go when it moves on. */
static void
begin_to_leave(struct hold *h)
{
	void *value;

	h->is_pressed = false;
	h->is_leaving = h->n_attached > 0;
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct held *t = value;

		if (t->is_attached && t->stand == RUNS)
			interrupt(t);
	}
}

static void
look_at_pressure(struct hold *h, size_t fill, size_t size)
{
	uint64_t now;
	void *value;

	if (fill < size / 4 && !h->is_pressed)
		return;
	now = clock_monotonic_ns();
	if (fill >= size / 4) {
		h->pressed_ns = now;
		if (h->is_pressed)
			return;
		h->is_pressed = true;
		h->is_leaving = false;
		for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);)
			attach(h, value);
	} else if (!h->n_claimed && now - h->pressed_ns > CALM_NS) {
		begin_to_leave(h);
	}
}

int
hold_pass(struct hold *h, size_t fill, size_t size)
{
	int status;
	pid_t tid;

	look_at_pressure(h, fill, size);
	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		handle(h, tid, status);
	status = h->first_status;
	h->first_status = -1;
	return status;
}

struct hold_count
hold_count(const struct hold *h)
{
	return h->count;
}

/* Those that were killed end; others go on without us. */
static void
let_go(struct hold *h, struct held *t)
{
	int status;

	if (t->stand == RUNS)
		interrupt(t);
	while (t->is_attached && t->stand == RUNS) {
		if (waitpid(t->tid, &status, __WALL) == t->tid)
			handle(h, t->tid, status);
		else if (errno != EINTR)
			return;
	}
	if (t->is_attached)
		leave(h, t, 0);
}

void
hold_free(struct hold *h)
{
	void *value;

	if (!h)
		return;
	hold_resume(h);
	h->is_leaving = true;
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);)
		let_go(h, value);
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);)
		mem_free(value);
	map_free(h->tasks);
	mem_free(h);
}
