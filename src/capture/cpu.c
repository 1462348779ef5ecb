/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - where tracer and target run, and what the target is told of it
 *
 * When to spread: with R tasks that want to run and n CPUs, one CPU gives the work of one, n
 * give that of min(R, n); but a stop then costs STOP_FAR_NS more. Spreading wins while
 *     stops per second * STOP_FAR_NS < min(R, n) - 1
 * and the way back is taken at twice that rate, so that it does not swing. Two checks in a row
 * must agree.
 */

#include "capture/cpu.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "capture/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHECK_NS (PLACEMENT_MS * 1000000u)
#define STOP_FAR_NS 45000u /* what a stop costs more when it wakes another CPU */
#define N_LOOK 256u        /* tasks looked at in one check */
#define LOOK_SHARE 20u     /* that many times as long as the look took is not looked again */
#define MAX_BUSY 64u       /* more of them make no difference */
#define N_AGREE 2u

/* The bytes the kernel filled, 0 on failure. */
static size_t
get_mask(pid_t tid, struct cpu_mask *mask)
{
	long n;

	memset(mask, 0, sizeof *mask);
	n = syscall(SYS_sched_getaffinity, tid, sizeof *mask, mask);
	return n < 0 ? 0 : (size_t)n;
}

static bool
set_mask(pid_t tid, const struct cpu_mask *mask)
{
	return syscall(SYS_sched_setaffinity, tid, sizeof *mask, mask) == 0;
}

static uint32_t
count(const struct cpu_mask *mask)
{
	uint32_t n = 0;

	for (size_t i = 0; i < CPU_WORDS; i++)
		n += (uint32_t)__builtin_popcountl(mask->word[i]);
	return n;
}

static struct cpu_mask
one_cpu(int cpu)
{
	struct cpu_mask mask = { 0 };
	size_t bits = 8 * sizeof mask.word[0];

	mask.word[(size_t)cpu / bits] = 1ul << ((size_t)cpu % bits);
	return mask;
}

static bool
intersect(struct cpu_mask *mask, const struct cpu_mask *with)
{
	unsigned long any = 0;

	for (size_t i = 0; i < CPU_WORDS; i++)
		any |= mask->word[i] &= with->word[i];
	return any != 0;
}

/* The mask that a task is to believe in. */
static const struct cpu_mask *
told(const struct placement *p, const struct task *t)
{
	return t->affinity ? t->affinity : &p->ours;
}

static void
place(const struct placement *p, const struct task *t)
{
	struct cpu_mask one;

	if (p->is_pinned) {
		one = one_cpu(p->cpu);
		set_mask(t->tid, &one);
	} else {
		set_mask(t->tid, told(p, t));
	}
}

/* All that the cpuset allows can be found out only by asking for everything. */
static void
find_allowed(struct placement *p)
{
	struct cpu_mask all;

	memset(&all, 0xff, sizeof all);
	p->allowed = p->ours;
	if (set_mask(0, &all))
		get_mask(0, &p->allowed);
	set_mask(0, &p->ours);
}

void
placement_init(struct placement *p, enum capture_cpu mode)
{
	struct cpu_mask one;

	*p = (struct placement){ .mode = mode };
	if (!get_mask(0, &p->ours) || mode == CPU_SPREAD || count(&p->ours) < 2)
		return;
	find_allowed(p);
	p->cpu = sched_getcpu();
	one = one_cpu(p->cpu < 0 ? 0 : p->cpu);
	if (p->cpu < 0 || !set_mask(0, &one))
		return;
	p->is_active = p->is_pinned = true;
}

void
placement_done(struct placement *p)
{
	if (p->is_active)
		set_mask(0, &p->ours);
	p->is_active = false;
}

uint32_t
placement_n_cpus(const struct placement *p)
{
	return count(&p->ours);
}

static bool
wants_cpu(pid_t tid)
{
	char path[64], text[512];
	const char *state;
	ssize_t n;

	/* Not /proc/TID/stat: for it the kernel adds up the times of all threads. */
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", tid, tid);
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (n <= 0)
		return false;
	text[n] = 0;
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'R';
}

/* Finds up to `enough` tasks that want to run. While we look nobody is served: the more it
 * takes, the longer it is until the next time. */
static uint32_t
find_busy(struct placement *p, const struct task_table *tasks, struct task **busy,
	uint32_t enough)
{
	uint64_t start_ns = clock_monotonic_ns();
	uint32_t n = 0, seen = 0;

	for (struct task *t = tasks->first; t && seen < N_LOOK && n < enough;
		t = t->next, seen++) {
		if (wants_cpu(t->tid))
			busy[n++] = t;
	}
	p->rest_ns = LOOK_SHARE * (clock_monotonic_ns() - start_ns);
	return n;
}

/* All on one CPU would wait there for the kernel to balance the load, which it does now and
 * then: each is sent to one of its own, and only then set free. */
static void
scatter(const struct placement *p, struct task *const *busy, uint32_t n)
{
	size_t bits = 8 * sizeof p->ours.word[0], cpu = (size_t)p->cpu;

	for (uint32_t i = 1; i < n; i++) {
		const struct cpu_mask *mask = told(p, busy[i]);
		struct cpu_mask one;

		do
			cpu = (cpu + 1) % (bits * CPU_WORDS);
		while (!(p->ours.word[cpu / bits] >> cpu % bits & 1));
		one = one_cpu((int)cpu);
		if (mask->word[cpu / bits] & one.word[cpu / bits])
			set_mask(busy[i]->tid, &one);
	}
}

static void
move(struct placement *p, const struct task_table *tasks, bool is_pinned)
{
	struct cpu_mask one = one_cpu(p->cpu);

	p->is_pinned = is_pinned;
	p->has_moved = true;
	set_mask(0, is_pinned ? &one : &p->ours);
	for (struct task *t = tasks->first; t; t = t->next)
		place(p, t);
}

void
placement_check(struct placement *p, const struct task_table *tasks, uint64_t now_ns)
{
	uint64_t past_ns = now_ns - p->checked_ns, cost_ns;
	struct task *busy[MAX_BUSY];
	uint32_t n_cpus, n_busy = 0;
	bool is_other;

	p->n_stops++;
	if (!p->is_active || p->mode != CPU_AUTO || past_ns < CHECK_NS + p->rest_ns)
		return;
	n_cpus = count(&p->ours);
	cost_ns = p->n_stops * STOP_FAR_NS;
	p->checked_ns = now_ns;
	p->n_stops = 0;
	p->rest_ns = 0;
	if (p->is_pinned) {
		/* Too many stops for any number of busy tasks: no need to look at them. */
		if (tasks->n < 2 || cost_ns >= past_ns * (n_cpus - 1)) {
			p->n_calm = 0;
			return;
		}
		n_busy = find_busy(p, tasks, busy, MIN(n_cpus, MAX_BUSY));
		is_other = n_busy > 1 && cost_ns < past_ns * (n_busy - 1);
	} else {
		is_other = cost_ns > 2 * past_ns / 3 ||
			   (cost_ns > past_ns / 20 && find_busy(p, tasks, busy, 2) < 2);
	}
	p->n_calm = is_other ? p->n_calm + 1 : 0;
	if (p->n_calm >= N_AGREE) {
		p->n_calm = 0;
		if (p->is_pinned)
			scatter(p, busy, n_busy);
		move(p, tasks, !p->is_pinned);
	}
}

void
placement_born(struct placement *p, struct task *t, const struct task *parent)
{
	if (parent && parent->affinity) {
		t->affinity = mem_alloc(sizeof *t->affinity);
		*t->affinity = *parent->affinity;
	}
	/* It may have got its parent's place before the parent was moved. */
	if (p->is_active && p->has_moved)
		place(p, t);
}

bool
placement_set(struct placement *p, struct task *t, struct task *target, const struct call *call,
	int64_t *result)
{
	struct cpu_mask mask = { 0 };
	size_t n = MIN((uint32_t)call->arg[1], sizeof mask);

	if (!p->is_active || !target)
		return false;
	*result = 0;
	if (n && memory_read(t->tid, call->arg[2], &mask, n) < n)
		*result = -EFAULT;
	else if (!intersect(&mask, &p->allowed))
		*result = -EINVAL;
	if (*result)
		return true;
	if (!target->affinity)
		target->affinity = mem_alloc(sizeof *target->affinity);
	*target->affinity = mask;
	place(p, target);
	return true;
}

void
placement_answer(
	struct placement *p, struct task *t, struct task *target, const struct call *call)
{
	if (!p->is_active || !target || call->is_error || call->ret <= 0)
		return;
	memory_write(t->tid, call->arg[2], told(p, target),
		MIN((size_t)call->ret, sizeof(struct cpu_mask)));
}
