/* SPDX-License-Identifier: MIT */
/* rings.c - the records of all CPUs, in one order that no cause contradicts */

#include "capture/rings.h"

#include "base/clock.h"
#include "base/mem.h"
#include "capture/backlog.h"

#include <string.h>

/* The clock that programs in the kernel may ask (ktime_get_mono_fast_ns) can differ from ours
 * by a little, for it does not wait while the kernel corrects its rate. */
#define SLACK_NS 20000u
#define TRIES 500 /* to find a CPU that is not writing: some ten microseconds */
#define STUCK_NS                                                                               \
	(2 * (uint64_t)NS_PER_S) /* no CPU writes for so long: it never says so again */
#define RELEASE_BYTES 65536u
#define FULL_PART 8 /* a ring fuller than this part of it is drained */

struct reader {
	const struct bpf_ring *ring;
	const struct bpf_cpu *cpu;
	uint64_t at, end;  /* positions: of the next record, behind the last one we know of */
	uint64_t released; /* what the kernel half knows of `at` */
	uint64_t bound_ns; /* all it wrote before that time is in the ring */
	uint64_t busy_ns;  /* since when it was found writing at every look; 0: it was not */
	uint64_t time_ns;  /* of the record at `at`, when the reader is in the heap */
	uint64_t last_ns;  /* of the one before */
	struct backlog backlog; /* records that were in the ring before the one at `at` */
};

struct rings {
	rings_clock *clock;
	void *clock_arg;
	uint64_t bound_ns, last_ns;
	struct rings_faults faults;
	struct reader *current; /* whose record was handed out; it is still where it was */
	size_t current_bytes;   /* in the ring; 0: it is in the backlog */
	struct backlog_store *store;
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
	r->store = backlog_store_new(0);
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

/* The next record that lies in the ring itself; NULL: there is none. */
static const struct record *
in_ring(struct rings *r, struct reader *reader, size_t *size, size_t *whole)
{
	uint64_t left = reader->end - reader->at;
	const struct record *rec = bpf_ring_at(reader->ring, reader->at);

	if (!left)
		return NULL;
	*size = rec->size;
	*whole = bpf_ring_after(reader->ring, reader->at, *size) - reader->at;
	if (left <= reader->ring->size && *size >= sizeof *rec && *size % 8 == 0 &&
		*size <= BPF_RECORD_MAX && *whole <= left)
		return rec;
	drop_all(r, reader);
	return NULL;
}

/* The next record, wherever it lies; *whole: bytes of the ring, 0 when it left that. */
static const struct record *
next_of(struct rings *r, struct reader *reader, size_t *size, size_t *whole)
{
	const struct record *rec = backlog_front(&reader->backlog, size);

	*whole = 0;
	return rec ? rec : in_ring(r, reader, size, whole);
}

/* Finds the next record of this reader and its time; false: there is none. */
static bool
peek(struct rings *r, struct reader *reader)
{
	size_t size, whole;
	const struct record *rec = next_of(r, reader, &size, &whole);

	if (!rec)
		return false;
	reader->time_ns = MAX(rec->time_ns, reader->last_ns);
	if (rec->time_ns + SLACK_NS < reader->last_ns)
		r->faults.n_older++;
	return true;
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
	if (r->current_bytes)
		reader->at += r->current_bytes;
	else
		backlog_drop(&reader->backlog, r->store);
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

void
rings_keep(struct rings *r, size_t limit_bytes)
{
	backlog_store_free(r->store);
	r->store = backlog_store_new(limit_bytes);
}

/* What lies in the ring when this begins; a ring that is written all the time would never be
 * empty. */
static void
drain(struct rings *r, struct reader *reader, rings_moved *moved, void *arg)
{
	const struct record *rec;
	size_t size, whole;
	void *copy;

	while ((rec = in_ring(r, reader, &size, &whole))) {
		copy = backlog_put(&reader->backlog, r->store, rec, size);
		if (!copy)
			break;
		reader->at += whole;
		if (reader->at - reader->released >= RELEASE_BYTES)
			release(reader);
		if (moved)
			moved(arg, (uint32_t)(reader - r->readers), copy, size);
	}
	release(reader);
}

void
rings_drain(struct rings *r, rings_moved *moved, void *arg)
{
	step(r);
	for (uint32_t i = 0; i < r->n; i++) {
		struct reader *reader = &r->readers[i];

		reader->end = __atomic_load_n(reader->ring->producer, __ATOMIC_ACQUIRE);
		if (reader->end - reader->at > reader->ring->size / FULL_PART)
			drain(r, reader, moved, arg);
	}
}

void
rings_calm(struct rings *r)
{
	backlog_store_calm(r->store);
}

void
rings_trim(struct rings *r)
{
	backlog_store_trim(r->store);
}

size_t
rings_kept_bytes(const struct rings *r)
{
	return backlog_store_bytes(r->store);
}

const struct record *
rings_next(struct rings *r, size_t *size, uint64_t *time_ns)
{
	const struct record *rec;
	struct reader *reader;

	step(r);
	if (!r->n_heap || r->heap[0]->time_ns >= r->bound_ns)
		return NULL;
	reader = r->heap[0];
	rec = next_of(r, reader, size, &r->current_bytes);
	if (!rec)
		return NULL; /* not so: peek() saw it */
	if (reader->time_ns + SLACK_NS < r->last_ns)
		r->faults.n_older++;
	r->last_ns = MAX(r->last_ns, reader->time_ns);
	r->current = reader;
	*time_ns = r->last_ns;
	return rec;
}

bool
rings_are_empty(const struct rings *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		const struct reader *reader = &r->readers[i];

		if (reader->at != reader->end || !backlog_is_empty(&reader->backlog))
			return false;
	}
	return true;
}

size_t
rings_fill(struct rings *r, size_t *size)
{
	size_t most = 0;

	*size = 1;
	for (uint32_t i = 0; i < r->n; i++) {
		struct reader *reader = &r->readers[i];
		size_t fill;

		reader->end = __atomic_load_n(reader->ring->producer, __ATOMIC_ACQUIRE);
		fill = (size_t)(reader->end - reader->at);
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
	for (uint32_t i = 0; i < r->n; i++) {
		struct backlog *backlog = &r->readers[i].backlog;

		release(&r->readers[i]);
		while (!backlog_is_empty(backlog))
			backlog_drop(backlog, r->store);
	}
	backlog_store_free(r->store);
	mem_free(r->heap);
	mem_free(r);
}
