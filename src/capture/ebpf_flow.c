/* SPDX-License-Identifier: MIT */
/*
 * ebpf_flow.c - a target that is faster than we are: first memory is used up, then it waits
 *
 * While records are told, the rings are looked at every few of them. One that is filling is
 * moved into memory of ours, and a task that had stopped itself behind a call of it goes on at
 * once, if nothing of its memory is to be read while it stands. When the memory we allow
 * ourselves is used up, rings fill up to the mark, and tasks wait (hold.h).
 */

#include "capture/ebpf.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <unistd.h>

#define MEMORY_MAX ((uint64_t)32 << 20)
#define MEMORY_PART 32 /* of what there is, at most a part so large */
#define RING_TIMES 16  /* what all rings hold; who asks for small ones means little memory */
#define CALM_PART 8    /* below this part of the rings who stands still may go on */
#define PASS_NS ((uint64_t)NS_PER_MS)

/* What the machine has, or our container. */
static uint64_t
memory_bytes(void)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	AUTO(str_done) struct str text = { 0 };
	struct err err = { 0 };
	uint64_t limit;

	if (file_read(&text, "/sys/fs/cgroup/memory.max", 64, &err) < 0) {
		err_drop(&err); /* there is no limit of that kind */
		return bytes;
	}
	limit = strtoull(str_text(&text), NULL, 10);
	return limit ? MIN(bytes, limit) : bytes; /* "max": none */
}

void
ebpf_flow_begin(struct drain *d)
{
	uint64_t limit = 0;

	for (uint32_t i = 0; i < d->session->n_cpus; i++)
		limit += RING_TIMES * (uint64_t)d->session->rings[i].size;
	limit = MIN(limit, MIN(memory_bytes() / MEMORY_PART, MEMORY_MAX));
	d->is_apart = mem_array(d->session->n_cpus, sizeof *d->is_apart);
	d->spared = mem_array(d->session->n_cpus, sizeof *d->spared);
	for (uint32_t i = 0; i < d->session->n_cpus; i++)
		d->spared[i] = d->session->cpus[i].spared; /* of another run */
	rings_keep(d->rings, (size_t)limit);
}

static bool
has_all(const struct drain *d, uint32_t cpu, const struct record_call *rec)
{
	const struct task *t = task_find(&d->tasks, rec->head.tid);

	return !d->is_apart[cpu] && !(t && t->ahead.n) && !(rec->flags & CALL_LATE) &&
	       copies_are_whole(rec + 1, rec->head.size - sizeof *rec, rec->n_snippets);
}

/* It stands still, and nothing of its memory is to be read: it goes on without its turn. */
static void
release(struct drain *d, uint32_t cpu, struct record_call *rec)
{
	if (rec->flags & CALL_STOPPED) {
		if (!has_all(d, cpu, rec))
			return;
		hold_born(d->hold, rec->head.pid, rec->head.tid);
		if (ebpf_stopped(d, rec))
			rec->flags &= ~(uint32_t)CALL_STOPPED;
	}
	ebpf_spare(d, rec);
}

/* The copy of a record. */
static void
moved(void *arg, uint32_t cpu, struct record *head, size_t size)
{
	struct drain *d = arg;

	if (head->kind == RECORD_MORE)
		d->is_apart[cpu] = true;
	if (head->kind != RECORD_CALL && head->kind != RECORD_ENTRY)
		return;
	if (head->kind == RECORD_CALL && head->size == size &&
		size >= sizeof(struct record_call))
		release(d, cpu, (struct record_call *)head);
	d->is_apart[cpu] = false;
}

static void
meet(struct hold *h, uint64_t *place)
{
	uint64_t whom = __atomic_load_n(place, __ATOMIC_ACQUIRE);

	if (!whom)
		return;
	hold_meet(h, (pid_t)(whom >> 32), (pid_t)(uint32_t)whom);
	__atomic_compare_exchange_n(place, &whom, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void
ebpf_meet(struct drain *d)
{
	for (uint32_t i = 0; i < d->session->n_cpus; i++) {
		struct bpf_cpu *cpu = &d->session->cpus[i];
		uint64_t spared = __atomic_load_n(&cpu->spared, __ATOMIC_ACQUIRE);

		if (spared != d->spared[i])
			hold_spare(d->hold, (pid_t)(uint32_t)spared);
		d->spared[i] = spared;
		for (uint32_t k = 0; k < BPF_MET; k++)
			meet(d->hold, &cpu->met[k]);
	}
}

void
ebpf_flow(struct drain *d)
{
	size_t size, before = rings_fill(d->rings, &size), now = before;
	uint64_t now_ns;

	ebpf_meet(d);
	if (before >= size / CALM_PART) {
		rings_drain(d->rings, moved, d);
		now = rings_fill(d->rings, &size);
	}
	if (now < size / CALM_PART)
		hold_resume(d->hold, d->started_ns + d->now_ns);
	now_ns = clock_monotonic_ns() - d->started_ns;
	if (before < size / 4 && now_ns < d->next_pass_ns)
		return;
	d->next_pass_ns = now_ns + PASS_NS;
	/* Once the command has ended, what it took is not our being late. */
	ebpf_pass(d, before, size, d->first_status == -1 ? now_ns : 0);
}
