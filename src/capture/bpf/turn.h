/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * turn.h - the maps, and the turn of one program on one CPU
 *
 * A program that publishes takes a turn: it marks the CPU as busy, takes its time, builds its
 * record at the end of this CPU's ring, or in its scratch memory, and leaves. No other turn
 * begins on the CPU meanwhile: tracepoints run with preemption off. Should a kernel do
 * otherwise, the mark is found set, and a loss is counted. Only a signal may be sent by what
 * interrupts, and is put aside until then.
 */
#ifndef CAPTURE_BPF_TURN_H
#define CAPTURE_BPF_TURN_H

#include "capture/bpf/kernel.h"
#include "capture/bpf/loop.h"
#include "capture/bpf/shared.h"

#define PIECE 32768u /* bytes copied at once */
#define PAGE 4096u

/* A tracked task. */
struct state {
	uint32_t run; /* the first: bpf_marks.c reads it */
	uint8_t in_call;
	uint8_t had_fault; /* memory could not be read at the entry of this call */
	uint8_t is_secret; /* has rights that the tracer's user has not: not looked at */
	uint8_t is_born;   /* has not returned yet from the call that made it */
	uint8_t is_spared; /* by this call its process comes to be traced by one of the target's
			    */
	uint8_t is_late;   /* the strings of this execve are to be read behind it */
	uint8_t pad[2];
	struct record_call call; /* head.pid and head.tid are always true */
};

/* What is left to be done of a row, see copy.h. */
struct work {
	uint64_t address, n;
	uint64_t left; /* of the payload */
	uint32_t size;
	uint8_t step;   /* enum step */
	uint8_t hint;   /* the row it belongs to */
	uint16_t flags; /* enum work_flags */
};

#define WORKS 16u
#define ASIDE 4u

/* Where a record with snippets is built. The first of the bytes are its struct record_call. */
struct scratch {
	uint32_t used, n_snippets;
	uint64_t room; /* bytes of payload that may still be copied */
	uint32_t n_works;
	uint8_t word; /* bytes of a pointer */
	uint8_t hint; /* the row */
	uint8_t when; /* enum hint_when */
	uint8_t had_fault;
	uint8_t may_stop; /* the task can be made to wait until we read its memory from outside
			   */
	uint8_t must_stop;
	uint8_t is_cut; /* there was no room for the strings of an execve */
	uint8_t pad;
	uint32_t path_at;         /* of path.h: its first byte, from 0 to BPF_EXE_MAX */
	struct work works[WORKS]; /* the last one is at work */
	struct record_signal aside[ASIDE]; /* sent within a turn, told at its end */
	uint8_t bytes[BPF_RECORD_MAX + PIECE + PAGE];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct state);
} states SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* one a CPU: the loader sets it */
	__type(key, uint32_t);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Entries are blocks, n_blocks a CPU; the loader sets their number and size. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(uint32_t));
	__uint(value_size, 4096 + BPF_BLOCK_SPILL);
} rings SEC(".maps");

struct bpf_shared shared;

struct turn {
	uint32_t cpu;
	struct bpf_cpu *mine;
	uint64_t now_ns;
	uint64_t fill; /* bytes in this CPU's ring when the turn began; calls only */
};

static __always_inline void
lose(struct bpf_cpu *mine, enum bpf_loss reason)
{
	__sync_fetch_and_add(&mine->n_lost, 1);
	if (!mine->reason)
		mine->reason = reason;
}

/* A loss outside a turn. */
static __always_inline void
lose_here(enum bpf_loss reason)
{
	lose(&shared.cpus[bpf_get_smp_processor_id() % BPF_CPUS], reason);
}

/* What this CPU has stored before is seen by others before this is, and this before what comes
 * later. x86 shows stores in their order, and only the compiler must be kept from changing it.
 * Elsewhere an exchange orders all around it (a store with release comes with Linux 6.15). */
static __always_inline void
store_in_order(uint64_t *place, uint64_t value)
{
#if defined(__TARGET_ARCH_x86)
	barrier();
	*(volatile uint64_t *)place = value;
	barrier();
#else
	__sync_lock_test_and_set(place, value);
#endif
}

/* --- the ring --- */

/* Bytes that were not read yet. */
static __always_inline uint64_t
fill_of(const struct bpf_cpu *mine)
{
	return mine->produced - *(volatile const uint64_t *)&mine->consumed;
}

static __always_inline uint64_t
ring_bytes(void)
{
	return (uint64_t)fixed.n_blocks << fixed.block_bits;
}

/* Where the next record begins; BPF_BLOCK_SPILL bytes are there. */
static __always_inline uint8_t *
ring_end(const struct turn *t)
{
	uint64_t at = t->mine->produced;
	uint32_t key = t->cpu * fixed.n_blocks +
		       ((uint32_t)(at >> fixed.block_bits) & (fixed.n_blocks - 1));
	uint8_t *block = bpf_map_lookup_elem(&rings, &key);

	return block ? block + (at & ((1u << fixed.block_bits) - 1)) : NULL;
}

/* As ring_end(); NULL: there is no room for size bytes. */
static __always_inline uint8_t *
ring_room(const struct turn *t, uint64_t size)
{
	return fill_of(t->mine) + size <= ring_bytes() ? ring_end(t) : NULL;
}

/* The record that was built there is to be read. */
static __always_inline void
ring_grow(struct turn *t, uint64_t size)
{
	uint64_t at = t->mine->produced, mask = (1u << fixed.block_bits) - 1;

	store_in_order(
		&t->mine->produced, (at & mask) + size > mask ? (at | mask) + 1 : at + size);
	t->mine->n_records++;
}

/* A record of a known size. False: it is lost. */
static __always_inline bool
publish(struct turn *t, const void *record, uint64_t size)
{
	uint8_t *to = ring_room(t, size);

	if (!to) {
		lose(t->mine, LOSS_RING);
		return false;
	}
	__builtin_memcpy(
		__builtin_assume_aligned(to, 8), __builtin_assume_aligned(record, 8), size);
	ring_grow(t, size);
	return true;
}

/* One of any size up to BPF_RECORD_MAX, bounded for the verifier. */
static __always_inline bool
publish_bytes(struct turn *t, const void *record, uint32_t size)
{
	uint8_t *to = ring_room(t, size);

	if (!to || bpf_probe_read_kernel(to, size, record)) {
		lose(t->mine, LOSS_RING);
		return false;
	}
	ring_grow(t, size);
	return true;
}

/* --- turns --- */

static __always_inline bool
turn_begin(struct turn *t)
{
	t->cpu = bpf_get_smp_processor_id() % BPF_CPUS;
	t->mine = &shared.cpus[t->cpu];
	if (t->mine->busy) {
		lose(t->mine, LOSS_DEPTH);
		return false;
	}
	/* On x86 others may see it a little later than this clock says: that is within the
	 * slack that they give it (rings.c). */
	store_in_order(&t->mine->busy, 1);
	t->now_ns = bpf_ktime_get_ns();
	return true;
}

/* Does another turn hold this CPU? If so, t is good for put_aside(). */
static __always_inline bool
turn_is_taken(struct turn *t)
{
	t->cpu = bpf_get_smp_processor_id() % BPF_CPUS;
	t->mine = &shared.cpus[t->cpu];
	t->now_ns = bpf_ktime_get_ns();
	return t->mine->busy;
}

/* A signal that was sent in the middle of a turn: that one's record may be half written. */
static __always_inline void
put_aside(struct turn *t, const struct record_signal *signal)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &t->cpu);
	uint64_t n = __sync_fetch_and_add(&t->mine->n_aside, 1);

	if (s && n - t->mine->n_told_aside < ASIDE) {
		s->aside[n % ASIDE] = *signal;
		return;
	}
	__sync_fetch_and_add(&t->mine->n_aside, -1);
	lose(t->mine, LOSS_DEPTH);
}

static long
tell_one_aside(struct turn *t)
{
	struct bpf_cpu *mine = &shared.cpus[t->cpu % BPF_CPUS];
	struct scratch *s = bpf_map_lookup_elem(&scratches, &t->cpu);
	struct turn now = { .cpu = t->cpu, .mine = mine };

	if (!s || mine->n_told_aside == mine->n_aside)
		return 1;
	publish(&now, &s->aside[mine->n_told_aside % ASIDE], sizeof s->aside[0]);
	mine->n_told_aside++;
	return 0;
}

LOOP(tell_each_aside, struct turn, tell_one_aside, ASIDE)

__noinline int
tell_aside(uint32_t cpu)
{
	struct turn t = { .cpu = cpu % BPF_CPUS };

	tell_each_aside(&t);
	return 0;
}

static __always_inline void
turn_end(struct turn *t)
{
	volatile struct bpf_cpu *mine = t->mine;

	if (mine->n_told_aside != mine->n_aside)
		tell_aside(t->cpu);
	store_in_order(&t->mine->busy, 0);
	/* One more may have come before that. */
	if (mine->n_told_aside != mine->n_aside) {
		store_in_order(&t->mine->busy, 1);
		tell_aside(t->cpu);
		store_in_order(&t->mine->busy, 0);
	}
}

static __always_inline struct record
head(const struct turn *t, const struct state *s, uint16_t kind, uint32_t size)
{
	return (struct record){ .kind = kind,
		.cpu = (uint16_t)t->cpu,
		.size = size,
		.time_ns = t->now_ns,
		.pid = s->call.head.pid,
		.tid = s->call.head.tid };
}

#endif
