/* SPDX-License-Identifier: MIT */
/* rings.c - the records of all CPUs, in one order that no cause contradicts */

#include "capture/rings.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

/* The clock that programs in the kernel may ask (ktime_get_mono_fast_ns) can differ from ours
 * by a little, for it does not wait while the kernel corrects its rate. */
#define SLACK_NS 20000u
#define TRIES 500 /* to find a CPU that is not writing: some ten microseconds */
#define STUCK_NS                                                                               \
	(2 * (uint64_t)NS_PER_S) /* no CPU writes for so long: it never says so again */
#define RELEASE_BYTES 65536u

struct reader {
	const struct bpf_ring *ring;
	const struct bpf_cpu *cpu;
	uint64_t at, end;  /* positions: of the next record, behind the last one we know of */
	uint64_t released; /* what the kernel half knows of `at` */
	uint64_t bound_ns; /* all it wrote before that time is in the ring */
	uint64_t busy_ns;  /* since when it was found writing at every look; 0: it was not */
	uint64_t time_ns;  /* of the record at `at`, when the reader is in the heap */
	uint64_t last_ns;  /* of the one before */
};

struct rings {
	rings_clock *clock;
	void *clock_arg;
	uint64_t bound_ns, last_ns;
	struct rings_faults faults;
	struct reader *current; /* whose record was handed out; it is still in its ring */
	size_t current_bytes;
	uint32_t n, n_heap;
	struct reader **heap; /* those with a record, the oldest first */
	struct reader readers[];
};

struct rings *
rings_new(const struct bpf_ring *rings, const struct bpf_cpu *cpus, uint32_t n,
	rings_clock *clock, void *clock_arg)
{
	struct rings *r = mem_alloc(sizeof *r + n * sizeof r->readers[0]);

	*r = (struct rings){ .clock = clock, .clock_arg = clock_arg, .n = n };
	r->heap = mem_array(n ? n : 1, sizeof *r->heap);
	for (uint32_t i = 0; i < n; i++) {
		struct reader *reader = &r->readers[i];

		*reader = (struct reader){ .ring = &rings[i], .cpu = &cpus[i] };
		reader->at = __atomic_load_n(rings[i].producer, __ATOMIC_ACQUIRE);
		reader->end = reader->released = reader->at;
		__atomic_store_n(rings[i].consumer, reader->at, __ATOMIC_RELEASE);
	}
	return r;
}

static void
release(struct reader *reader)
{
	if (reader->released == reader->at)
		return;
	reader->released = reader->at;
	__atomic_store_n(reader->ring->consumer, reader->at, __ATOMIC_RELEASE);
}

/* The clock is read before anything that comes later in the program. */
static uint64_t
read_clock(const struct rings *r)
{
	uint64_t now = r->clock ? r->clock(r->clock_arg) : clock_monotonic_ns();

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#if defined(__x86_64__)
	__builtin_ia32_lfence(); /* reading the clock is no load that a fence orders */
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory");
#endif
	return now;
}

static bool
is_writing(const struct reader *reader)
{
	for (int i = 0; i < TRIES; i++) {
		if (!__atomic_load_n(&reader->cpu->busy, __ATOMIC_ACQUIRE))
			return false;
#if defined(__x86_64__)
		__builtin_ia32_pause();
#endif
	}
	return true;
}

static void
ask(struct rings *r, struct reader *reader, uint64_t now_ns)
{
	bool is_stuck = false;

	if (is_writing(reader)) {
		if (!reader->busy_ns)
			reader->busy_ns = now_ns;
		is_stuck = now_ns - reader->busy_ns > STUCK_NS;
		r->faults.n_stuck += is_stuck;
	} else {
		reader->busy_ns = 0;
	}
	if (!reader->busy_ns || is_stuck)
		reader->bound_ns =
			MAX(reader->bound_ns, now_ns > SLACK_NS ? now_ns - SLACK_NS : 0);
	/* Only now: what was written before it said so must be seen. */
	reader->end = __atomic_load_n(reader->ring->producer, __ATOMIC_ACQUIRE);
}

static void
drop_all(struct rings *r, struct reader *reader)
{
	r->faults.n_torn++;
	reader->at = reader->end;
	release(reader);
}

/* The word before the record; false: none is there, or it is being written. */
static bool
load_head(struct rings *r, struct reader *reader, uint32_t *word, size_t *whole)
{
	uint64_t left = reader->end - reader->at;
	size_t offset = reader->at & (reader->ring->size - 1), size;

	if (!left)
		return false;
	if (left < RING_HEAD_BYTES || left > reader->ring->size) {
		drop_all(r, reader);
		return false;
	}
	*word = __atomic_load_n((const uint32_t *)(const void *)(reader->ring->data + offset),
		__ATOMIC_ACQUIRE);
	if (*word & RING_IS_BUSY)
		return false;
	size = *word & ~RING_IS_DISCARDED;
	*whole = (size + RING_HEAD_BYTES + 7) & ~(size_t)7;
	if (*whole <= left && (size >= sizeof(struct record) || (*word & RING_IS_DISCARDED)))
		return true;
	drop_all(r, reader);
	return false;
}

static const struct record *
record_at(const struct reader *reader)
{
	size_t offset = reader->at & (reader->ring->size - 1);

	return (const void *)(reader->ring->data + offset + RING_HEAD_BYTES);
}

/* Finds the next record of this ring and its time; false: there is none. */
static bool
peek(struct rings *r, struct reader *reader)
{
	uint32_t word;
	size_t whole;

	while (load_head(r, reader, &word, &whole)) {
		if (!(word & RING_IS_DISCARDED)) {
			reader->time_ns = MAX(record_at(reader)->time_ns, reader->last_ns);
			if (record_at(reader)->time_ns + SLACK_NS < reader->last_ns)
				r->faults.n_older++;
			return true;
		}
		reader->at += whole;
	}
	return false;
}

static bool
is_before(const struct reader *a, const struct reader *b)
{
	return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a < b;
}

static void
sink(struct rings *r, uint32_t at)
{
	for (;;) {
		uint32_t child = 2 * at + 1;
		struct reader *reader = r->heap[at];

		if (child + 1 < r->n_heap && is_before(r->heap[child + 1], r->heap[child]))
			child++;
		if (child >= r->n_heap || is_before(reader, r->heap[child]))
			return;
		r->heap[at] = r->heap[child];
		r->heap[child] = reader;
		at = child;
	}
}

/* The record that was handed out is done with. */
static void
step(struct rings *r)
{
	struct reader *reader = r->current;

	if (!reader)
		return;
	r->current = NULL;
	reader->last_ns = reader->time_ns;
	reader->at += r->current_bytes;
	if (reader->at - reader->released >= RELEASE_BYTES)
		release(reader);
	if (!peek(r, reader))
		r->heap[0] = r->heap[--r->n_heap];
	if (r->n_heap)
		sink(r, 0);
}

void
rings_look(struct rings *r)
{
	uint64_t now = read_clock(r), bound = UINT64_MAX;

	step(r);
	r->n_heap = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		struct reader *reader = &r->readers[i];

		release(reader);
		ask(r, reader, now);
		bound = MIN(bound, reader->bound_ns);
		if (peek(r, reader))
			r->heap[r->n_heap++] = reader;
	}
	for (uint32_t i = r->n_heap / 2; i-- > 0;)
		sink(r, i);
	r->bound_ns = MAX(r->bound_ns, bound);
}

const struct record *
rings_next(struct rings *r, size_t *size, uint64_t *time_ns)
{
	struct reader *reader;
	uint32_t word;

	step(r);
	if (!r->n_heap || r->heap[0]->time_ns >= r->bound_ns)
		return NULL;
	reader = r->heap[0];
	if (!load_head(r, reader, &word, &r->current_bytes))
		return NULL; /* not so: peek() saw it */
	if (reader->time_ns + SLACK_NS < r->last_ns)
		r->faults.n_older++;
	r->last_ns = MAX(r->last_ns, reader->time_ns);
	r->current = reader;
	*size = word;
	*time_ns = r->last_ns;
	return record_at(reader);
}

bool
rings_are_empty(const struct rings *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		if (r->readers[i].at != r->readers[i].end)
			return false;
	}
	return true;
}

size_t
rings_fill(const struct rings *r, size_t *size)
{
	size_t most = 0;

	*size = 1;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct reader *reader = &r->readers[i];
		size_t fill = (size_t)(reader->end - reader->at);

		/* a / b > c / d, without a fraction */
		if (!i || (double)fill * (double)*size >
				  (double)most * (double)reader->ring->size) {
			most = fill;
			*size = reader->ring->size;
		}
	}
	return most;
}

uint64_t
rings_bound_ns(const struct rings *r)
{
	return r->bound_ns;
}

struct rings_faults
rings_faults(const struct rings *r)
{
	return r->faults;
}

void
rings_free(struct rings *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->n; i++)
		release(&r->readers[i]);
	mem_free(r->heap);
	mem_free(r);
}
