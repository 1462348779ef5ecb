/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * turn.h - the maps, and the turn of one program on one CPU
 *
 * A program that publishes takes a turn: it marks the CPU as busy, takes its time, builds its
 * record in this CPU's scratch memory and leaves. No other turn begins on the CPU meanwhile:
 * tracepoints run with preemption off. Should a kernel do otherwise, the mark is found set, and
 * a loss is counted. Only a signal may be sent by what interrupts (turn_begin_inside()).
 */
#ifndef CAPTURE_BPF_TURN_H
#define CAPTURE_BPF_TURN_H

#include "capture/bpf/kernel.h"
#include "capture/bpf/shared.h"

#define PIECE 32768u /* bytes copied at once */
#define PAGE 4096u

/* A tracked task. */
struct state {
	uint32_t run; /* the first: bpf_marks.c reads it */
	uint8_t in_call;
	uint8_t had_fault;       /* memory could not be read at the entry of this call */
	uint8_t is_secret;       /* has rights that the tracer's user has not: not looked at */
	uint8_t is_born;         /* has not returned yet from the call that made it */
	struct record_call call; /* head.pid and head.tid are always true */
};

/* What is left to be done of a row, see walk.h. */
struct work {
	uint64_t address, n;
	uint64_t left; /* of the payload */
	uint32_t size;
	uint8_t step;   /* enum step */
	uint8_t hint;   /* the row it belongs to */
	uint16_t flags; /* enum work_flags */
};

#define WORKS 16u

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
	uint8_t pad[2];
	uint32_t path_at;         /* of path.h: its first byte, from 0 to BPF_EXE_MAX */
	struct work works[WORKS]; /* the last one is at work */
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

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* one a CPU: the loader sets it */
	__type(key, uint32_t);
	__array(values, struct ring);
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

/* For what may interrupt a turn, and needs no scratch memory: inside another turn it has that
 * one's time, so that the ring stays ordered. */
static __always_inline bool
turn_begin_inside(struct turn *t)
{
	bool is_inside;

	t->cpu = bpf_get_smp_processor_id() % BPF_CPUS;
	t->mine = &shared.cpus[t->cpu];
	is_inside = t->mine->busy;
	t->mine->busy = 1;
	t->now_ns = is_inside ? t->mine->turn_ns : 0;
	barrier();
	if (!t->now_ns)
		t->now_ns = bpf_ktime_get_ns();
	return is_inside;
}

static __always_inline bool
turn_begin(struct turn *t)
{
	t->cpu = bpf_get_smp_processor_id() % BPF_CPUS;
	t->mine = &shared.cpus[t->cpu];
	if (t->mine->busy) {
		lose(t->mine, LOSS_DEPTH);
		return false;
	}
	/* No exchange: that others see it a little later than this clock says is within the
	 * slack that they give it (rings.c), and on this CPU it is in order. */
	t->mine->busy = 1;
	barrier();
	t->now_ns = t->mine->turn_ns = bpf_ktime_get_ns();
	return true;
}

static __always_inline void
turn_end(struct turn *t)
{
	t->mine->turn_ns = 0;
	barrier();
	t->mine->busy = 0;
}

/* `size` is that in the record's head, bounded for the verifier. False: it is lost. */
static __always_inline bool
publish(struct turn *t, const void *record, uint64_t size)
{
	void *ring = bpf_map_lookup_elem(&rings, &t->cpu);

	if (!ring || bpf_ringbuf_output(ring, (void *)record, size, BPF_RB_NO_WAKEUP)) {
		lose(t->mine, LOSS_RING);
		return false;
	}
	__sync_fetch_and_add(&t->mine->n_records, 1);
	return true;
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
