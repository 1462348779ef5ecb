/* SPDX-License-Identifier: MIT */
/*
 * ebpf_end.c - the end of a run: who is left is killed, who is gone is missed, all is counted
 *
 * The tasks are not our children, so their numbers may be used again by the time we send a
 * signal. A pidfd is opened first; when the rings then have been read up to that moment, and
 * brought no end of the process, it was that one which we opened.
 */

#include "capture/ebpf.h"

#include "base/clock.h"
#include "capture/ring_ops.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SWEEP_NS (100 * (uint64_t)NS_PER_MS)
#define N_IDLE 100u /* looks in vain, of about a millisecond */
#define KILL_NS (5 * (uint64_t)NS_PER_S)

void
ebpf_kill(struct drain *d)
{
	d->is_killing = true;
	d->kill_until_ns = clock_monotonic_ns() + KILL_NS;
	if (d->first_status == -1)
		kill(d->first_pid, SIGKILL); /* not reaped, so the number is its own */
}

/* The rings were read past the moment when this process was looked at. */
static bool
is_known_since(const struct drain *d, const struct process *p)
{
	return p->looked_ns && rings_bound_ns(d->rings) > p->looked_ns;
}

static void
end_process(struct drain *d, struct process *p)
{
	if (!p->pidfd) {
		int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);

		p->looked_ns = clock_monotonic_ns();
		p->pidfd = fd < 0 ? 0 : fd + 1;
	} else if (is_known_since(d, p)) {
		syscall(SYS_pidfd_send_signal, p->pidfd - 1, SIGKILL, NULL, 0);
	}
}

static void
kill_all(struct drain *d)
{
	for (struct task *t = d->tasks.first; t; t = t->next) {
		if (t->process && t->tid == t->process->pid)
			end_process(d, t->process);
	}
	if (clock_monotonic_ns() < d->kill_until_ns)
		return;
	drain_doubt(d, "processes could not be ended");
	d->footer.was_cut = true;
	d->is_over = true;
}

/* A process that is gone without a record of its end would be waited for in vain. */
static void
sweep(struct drain *d)
{
	struct task *next;

	for (struct task *t = d->tasks.first; t; t = next) {
		struct process *p = t->process;

		next = t->next;
		if (p && kill(p->pid, 0) == 0)
			continue;
		if (p && p->looked_ns && is_known_since(d, p)) {
			ebpf_vanished(d, t);
			return; /* with whom else, the next sweep will see */
		}
		if (p && !p->looked_ns)
			p->looked_ns = clock_monotonic_ns();
	}
}

/* The command was reaped before any record of it came: nothing was seen at all. */
static void
look_for_first(struct drain *d)
{
	struct task *t = task_find(&d->tasks, d->first_pid);

	if (!t || t->number || d->first_status == -1)
		return;
	d->n_lost++;
	drain_doubt(d, "the kernel half recorded nothing of the command");
	task_remove(&d->tasks, t);
	task_free(t);
}

void
ebpf_look_after(struct drain *d, uint64_t now_ns)
{
	if (d->is_killing)
		kill_all(d);
	if (now_ns < d->next_sweep_ns || !d->tasks.n)
		return;
	if (d->next_sweep_ns) {
		look_for_first(d);
		sweep(d);
		if (rings_are_empty(d->rings) && d->n_idle > N_IDLE)
			hold_claim_all(d->hold);
	}
	d->next_sweep_ns = now_ns + SWEEP_NS;
}

/* --- what was lost --- */

static const char *const losses[N_LOSSES] = {
	[LOSS_RING] = "a ring was full",
	[LOSS_STORAGE] = "the kernel gave no memory for a task",
	[LOSS_DEPTH] = "a call led deeper than it is followed",
	[LOSS_SECRET] = "a program had rights that whoever opened the backend has not",
};

static void
add_loss(struct drain *d, uint64_t n, const char *why)
{
	if (!n)
		return;
	d->footer.n_lost += n;
	drain_doubt(d, "%llu event%s lost (%s)", (unsigned long long)n,
		n == 1 ? " was" : "s were", why);
}

static void
add_kernel_losses(struct drain *d)
{
	int64_t misses = d->misses_before < 0 ? -1 : bpf_session_misses(d->session);

	for (uint32_t i = 0; i < d->session->n_cpus; i++) {
		const struct bpf_cpu *cpu = &d->session->cpus[i];
		uint64_t reason = __atomic_load_n(&cpu->reason, __ATOMIC_RELAXED);
		const char *why = reason < N_LOSSES ? losses[reason] : NULL;

		add_loss(d, __atomic_load_n(&cpu->n_lost, __ATOMIC_RELAXED),
			why ? why : "the kernel half gave up");
	}
	if (misses > d->misses_before)
		add_loss(d, (uint64_t)(misses - d->misses_before),
			"a program of ours ran already on that CPU");
}

/* Tests of what is done about losses cannot wait for one. */
static uint64_t
wanted_loss(void)
{
	const char *text = secure_getenv("RENACER_TEST_LOSS");

	return text ? strtoull(text, NULL, 10) : 0;
}

/* What rings were asked for is counted by the kernel half until the end. */
static void
add_rings(struct drain *d)
{
	const uint64_t *counts = d->session->ring_ops;
	struct trace_footer *f = &d->footer;
	uint64_t sum = 0;

	for (size_t i = 0; counts && i < BPF_RING_OPS; i++)
		sum += counts[i];
	if (!sum)
		return;
	if (!f->n_rings) {
		f->n_rings = 1;
		drain_doubt(d, RINGS_LENT);
	}
	if (!strcmp(f->reason, RINGS_SET_UP) || !strcmp(f->reason, RINGS_LENT))
		ring_ops_add(f->reason, sizeof f->reason, counts, BPF_RING_OPS);
}

static uint32_t
seen_stops(const struct drain *d)
{
	const char *text = secure_getenv("RENACER_TEST_STOPS"); /* tests cannot wait for one */
	uint64_t n = d->hold ? hold_count(d->hold).n_seen : 0;

	return (uint32_t)MIN(n + (text ? strtoull(text, NULL, 10) : 0), UINT32_MAX);
}

void
ebpf_finish(struct drain *d)
{
	struct trace_footer *f = &d->footer;
	struct rings_faults faults = rings_faults(d->rings);

	if (f->n_tasks)
		return; /* asked again */
	f->n_tasks = d->n_numbers;
	if (d->exec_ns && d->last_exit_ns > d->exec_ns)
		f->wall_ns = d->last_exit_ns - d->exec_ns;
	f->n_lost += d->n_lost;
	f->n_seen_stops = seen_stops(d);
	add_rings(d);
	add_kernel_losses(d);
	add_loss(d, faults.n_torn, "a ring held no record where one had to be");
	add_loss(d, faults.n_older, "they came behind younger ones");
	add_loss(d, faults.n_stuck, "a CPU did not finish writing");
	add_loss(d, d->n_unsound, "they made no sense");
	add_loss(d, d->n_strange, "they were of tasks whose start was not seen");
	add_loss(d, wanted_loss(), "RENACER_TEST_LOSS says so");
}
