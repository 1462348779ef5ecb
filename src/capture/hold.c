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
#include "capture/halt.h"
#include "capture/proc.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALM_NS 100000000u               /* without pressure, before we let go */
#define PART_NS (2 * (uint64_t)NS_PER_S) /* for those that are to be let go at once */
#define LOOK_NS 100000u                  /* between two looks at them */
#define STOP_NS 100000000u               /* before we ask who is to stop why it does not */
#define STOP_TIMES 20u                   /* we ask so; then nobody waits for it any more */
#define OWED_NS NS_PER_S                 /* and until we forget it, when it is not to stop */
#define REST_NS 10000000u                /* for all tasks of a process to come to rest */
#define FREE_NS (2 * (uint64_t)NS_PER_S) /* in the end, for all */

struct hold *
hold_new(pid_t first)
{
	struct hold *h = mem_alloc(sizeof *h);

	h->tasks = map_new();
	h->wards = map_new();
	h->first = first;
	h->first_status = -1;
	return h;
}

void
hold_born(struct hold *h, pid_t pid, pid_t tid)
{
	struct halt *t = halt_add(h, tid);

	t->pid = pid;
	if (h->is_pressed)
		halt_attach(h, t);
}

void
hold_ended(struct hold *h, pid_t tid)
{
	struct halt *t = map_remove(h->tasks, &(uint64_t){ (uint64_t)tid }, sizeof(uint64_t));

	if (t) {
		halt_let_be(h, t);
		h->n_owed -= t->is_owed;
		h->n_halted -= t->halted_ns > 0;
	}
	if (t && t->pid == tid)
		map_remove(h->wards, &(uint64_t){ (uint64_t)tid }, sizeof(uint64_t));
	halt_free(t);
}

/* Nothing is known of it where it has been let go of since. */
void
hold_executed(struct hold *h, pid_t pid, pid_t former, uint64_t at_ns)
{
	const struct halt *t = halt_find(h, former);
	struct halt *first = halt_add(h, pid);

	if (t && t->is_attached && first->to_ns < at_ns)
		halt_attached(h, first);
}

bool
hold_cut(const struct hold *h, pid_t tid, uint64_t from_ns, uint64_t to_ns)
{
	const struct halt *t = halt_find(h, tid);

	size_t i = t ? t->n_cuts : 0;

	while (i && t->cut_ns[i - 1] > to_ns)
		i--;
	return i && t->cut_ns[i - 1] >= from_ns;
}

static void
claim(struct hold *h, struct halt *t)
{
	h->n_claimed += !t->is_claimed;
	t->is_claimed = true;
	t->stood_ns = clock_monotonic_ns();
}

static void
disclaim(struct hold *h, struct halt *t)
{
	h->n_claimed -= t->is_claimed;
	t->is_claimed = false;
}

/* Whoever is to stop comes to it as soon as it gets to run. But SIGCONT, whoever sends it,
 * takes back the stops of all tasks of a process. */
static bool
await_stop(struct hold *h, struct halt *t)
{
	if (halt_await(h, t, STOP_NS))
		return true;
	for (unsigned i = 0; i < STOP_TIMES && halt_is_to_stop(t); i++) {
		if (halt_await(h, t, STOP_NS))
			return true;
	}
	return false;
}

static void
owe(struct hold *h, struct halt *t, bool is_owed)
{
	h->n_owed += is_owed - t->is_owed;
	t->is_owed = is_owed;
	t->owed_ns = clock_monotonic_ns();
}

/* Whose stop comes after all goes on with the others; it may have gone for good. */
static void
look_at_owed(struct hold *h)
{
	uint64_t now = h->n_owed ? clock_monotonic_ns() : 0;
	void *value;

	for (size_t at = 0; h->n_owed && map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct halt *t = value;
		bool is_stopped = t->is_owed && halt_has_stopped(h, t);

		if (is_stopped)
			claim(h, t);
		if (is_stopped || (t->is_owed && now - t->owed_ns > OWED_NS &&
					  (halt_is_gone(t) || !halt_is_to_stop(t))))
			owe(h, t, false);
	}
}

static void
press(struct hold *h, uint64_t now_ns)
{
	h->is_pressed = true;
	h->is_leaving = false;
	h->pressed_ns = now_ns;
}

bool
hold_stopped(struct hold *h, pid_t tid)
{
	press(h, clock_monotonic_ns());
	return hold_yielded(h, tid);
}

bool
hold_yielded(struct hold *h, pid_t tid)
{
	struct halt *t = halt_add(h, tid);

	halt_attach(h, t);
	if (!await_stop(h, t)) {
		owe(h, t, !halt_is_gone(t));
		return false;
	}
	h->count.n_stops += !t->is_attached || t->stand == LISTENS;
	owe(h, t, false);
	claim(h, t);
	return true;
}

struct process_tasks {
	struct hold *hold;
	pid_t pid;
	uint64_t until_ns;
	size_t n;
};

/* It stands still, unless it waits in the kernel for another task (vfork(2)). Its birth may
 * not have been read yet. */
static bool
await_rest(void *arg, pid_t tid)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	struct process_tasks *tasks = arg;
	char state;

	halt_add(tasks->hold, tid)->pid = tasks->pid;
	tasks->n++;
	while ((state = proc_state(tid)) && !strchr("TtZXx", state) &&
		clock_monotonic_ns() < tasks->until_ns)
		nanosleep(&pause, NULL);
	return true;
}

/* --- stops of the target's own --- */

#define REACH_NS 100000u /* then a stop has reached all threads */

void
hold_halted(struct hold *h, pid_t pid, uint64_t at_ns)
{
	struct halt *first = halt_add(h, pid);

	h->n_halted += !first->halted_ns;
	first->halted_ns = at_ns;
}

void
hold_continued(struct hold *h, pid_t pid)
{
	struct halt *first = h->n_halted ? halt_find(h, pid) : NULL;

	if (!first || !first->halted_ns)
		return;
	h->n_halted--;
	first->halted_ns = 0;
}

/* SIGCONT is not always recorded, and may come before the stop has begun. */
void
hold_called(struct hold *h, pid_t pid, uint64_t enter_ns)
{
	const struct halt *first = h->n_halted ? halt_find(h, pid) : NULL;

	if (first && first->halted_ns && enter_ns > first->halted_ns + REACH_NS)
		hold_continued(h, pid);
}

/* It may have been meant for a process that we had stopped: SIGCONT would take it back. */
static bool
is_halted(const struct hold *h, const struct halt *t)
{
	const struct halt *first = halt_find(h, t->pid);

	return (t->stand == LISTENS && t->stop_signal != SIGSTOP) ||
	       (first && first->halted_ns) ||
	       (proc_status(t->pid).all_pending & (uint64_t)1 << (SIGSTOP - 1));
}

/* All its tasks stand still since one of them stopped itself. SIGCONT would take back the stops
 * that others of them have queued meanwhile: they stand still by us. */
static void
end_stop(struct hold *h, pid_t pid)
{
	struct process_tasks tasks = { h, pid, clock_monotonic_ns() + REST_NS, 0 };
	void *value;

	proc_each_task(pid, await_rest, &tasks);
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct halt *t = value;

		if (t->pid != pid)
			continue;
		halt_note_cut(t);
		if (t->stand != STANDS && halt_is_to_stop(t) && halt_attach(h, t))
			h->count.n_stops += halt_pin(h, t) && t->trap_signal;
		if (t->stand != STANDS)
			disclaim(h, t);
	}
	h->count.n_visible++;
	/* The first one's parent is ours; and whoever stops itself is in no call. */
	h->count.n_seen += !h->has_spared && (pid != h->first || tasks.n > 1);
	kill(pid, SIGCONT);
}

void
hold_resume(struct hold *h, uint64_t told_ns)
{
	void *value;

	if (!h->n_claimed)
		return;
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct halt *t = value;

		if (!t->is_claimed || (t->stand != STANDS && t->stood_ns >= told_ns))
			continue;
		disclaim(h, t);
		if (t->stand != STANDS && !is_halted(h, t))
			end_stop(h, t->pid);
		if (t->stand == STANDS)
			halt_release(h, t);
	}
}

void
hold_claim_all(struct hold *h)
{
	void *value;

	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct halt *t = value;

		if (t->is_attached && t->stand == STANDS)
			claim(h, t);
	}
}

bool
hold_is_leaving(const struct hold *h)
{
	return h->is_leaving && h->n_attached;
}

static void
look_at_pressure(struct hold *h, size_t fill, size_t size)
{
	bool was_pressed = h->is_pressed;
	uint64_t now;
	void *value;

	if (fill < size / 4 && !was_pressed)
		return;
	now = clock_monotonic_ns();
	if (fill >= size / 4) {
		press(h, now);
		if (was_pressed)
			return;
		for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);)
			halt_attach(h, value);
	} else if (!h->n_claimed && now - h->pressed_ns > CALM_NS) {
		h->is_pressed = false;
		h->is_leaving = true;
	}
}

static void
reap(struct hold *h)
{
	int status;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		halt_handle(h, tid, status);
}

int
hold_pass(struct hold *h, size_t fill, size_t size)
{
	int status;

	look_at_pressure(h, fill, size);
	reap(h);
	look_at_owed(h);
	status = h->first_status;
	h->first_status = -1;
	return status;
}

/* --- whom we must not hold --- */

void
hold_spare(struct hold *h, pid_t pid)
{
	*map_number(h->wards, (uint64_t)pid) = h;
	h->has_spared = true;
}

/* Somebody of this process runs and is attached; who is met for the first time is told to
 * stop. */
static bool
has_attached(struct hold *h, pid_t pid, bool is_first)
{
	bool is_found = false;
	void *value;

	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);) {
		struct halt *t = value;

		if (t->pid != pid || !t->is_attached || t->stand == STANDS)
			continue;
		if (is_first)
			halt_interrupt(t);
		is_found = true;
	}
	return is_found;
}

void
hold_part(struct hold *h, pid_t pid)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t until_ns = clock_monotonic_ns() + PART_NS;
	bool is_left;

	hold_spare(h, pid);
	is_left = has_attached(h, pid, true);
	while (is_left && clock_monotonic_ns() < until_ns) {
		nanosleep(&pause, NULL);
		reap(h);
		is_left = has_attached(h, pid, false);
	}
}

void
hold_meet(struct hold *h, pid_t pid, pid_t tid)
{
	struct halt *t = halt_add(h, tid);

	t->pid = pid;
	if (!halt_attach(h, t))
		return;
	press(h, clock_monotonic_ns());
}

bool
hold_had(const struct hold *h, pid_t tid, uint64_t from_ns, uint64_t to_ns)
{
	const struct halt *t = halt_find(h, tid);

	return t && t->from_ns && t->from_ns <= to_ns && (!t->to_ns || t->to_ns >= from_ns);
}

struct hold_count
hold_count(const struct hold *h)
{
	return h->count;
}

/* Those that were killed end; others go on without us, when they can be stopped in time. */
static void
let_go(struct hold *h, struct halt *t, uint64_t until_ns)
{
	if (t->is_attached && t->stand == RUNS)
		halt_interrupt(t);
	while (t->is_attached && t->stand == RUNS && !halt_is_gone(t) &&
		clock_monotonic_ns() < until_ns)
		halt_await(h, t, LOOK_NS);
	if (t->is_attached)
		halt_leave(h, t, 0);
}

void
hold_free(struct hold *h)
{
	uint64_t until_ns = clock_monotonic_ns() + FREE_NS;
	void *value;

	if (!h)
		return;
	hold_resume(h, UINT64_MAX);
	h->is_leaving = true;
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);)
		let_go(h, value, until_ns);
	for (size_t at = 0; map_next(h->tasks, &at, NULL, NULL, &value);)
		halt_free(value);
	map_free(h->wards);
	map_free(h->tasks);
	mem_free(h);
}
