/* SPDX-License-Identifier: MIT */
/* rings_test.c - records of many CPUs in one order, however writing and reading interleave */
#include "unit/test.h"

#include "capture/rings.h"

#include "base/mem.h"

#include <string.h>

#define BLOCK_BYTES 1024u
#define N_BLOCKS 4u
#define RING_BYTES (N_BLOCKS * BLOCK_BYTES)
#define N_CPUS 3u

struct fake {
	uint64_t consumer, producer;
	uint8_t *data;
};

struct world {
	struct fake fakes[N_CPUS];
	struct bpf_ring rings[N_CPUS];
	struct bpf_cpu cpus[N_CPUS];
	uint64_t now;
	void (*at_clock)(struct world *w);
	/* of the writers below */
	uint32_t seed;
	uint64_t n_written;
	struct {
		int step;
		uint64_t time;
	} writers[N_CPUS];
};

static void
world_init(struct world *w)
{
	*w = (struct world){ .now = 1000000, .seed = 1 };
	for (uint32_t i = 0; i < N_CPUS; i++) {
		struct fake *f = &w->fakes[i];

		f->data = mem_array(N_BLOCKS, BLOCK_BYTES + BPF_BLOCK_SPILL);
		w->rings[i] = (struct bpf_ring){ &f->consumer, &f->producer, f->data,
			RING_BYTES, BLOCK_BYTES };
	}
}

static void
world_done(struct world *w)
{
	for (uint32_t i = 0; i < N_CPUS; i++)
		mem_free(w->fakes[i].data);
}

static uint64_t
tell_time(void *arg)
{
	struct world *w = arg;

	if (w->at_clock)
		w->at_clock(w);
	return w->now;
}

static struct rings *
open_rings(struct world *w)
{
	return rings_new(w->rings, w->cpus, N_CPUS, tell_time, w);
}

/* As the kernel half does it; false: there is no room. */
static bool
put(struct world *w, uint32_t cpu, const struct record *rec)
{
	struct fake *f = &w->fakes[cpu];

	if (f->producer + rec->size - f->consumer > RING_BYTES)
		return false;
	memcpy((void *)(uintptr_t)bpf_ring_at(&w->rings[cpu], f->producer), rec, sizeof *rec);
	f->producer = bpf_ring_after(&w->rings[cpu], f->producer, rec->size);
	return true;
}

static void
write_record(struct world *w, uint32_t cpu, uint64_t time, int32_t tid)
{
	struct record rec = { .kind = RECORD_EXIT,
		.cpu = (uint16_t)cpu,
		.size = sizeof rec + 8 * (uint32_t)(tid % 4),
		.time_ns = time,
		.tid = tid };

	assert_true(put(w, cpu, &rec));
}

static void
expect(struct rings *r, const int32_t *tids, size_t n)
{
	uint64_t time, last = 0;
	size_t size;

	for (size_t i = 0; i < n; i++) {
		const struct record *rec = rings_next(r, &size, &time);

		assert_non_null(rec);
		assert_int_equal(rec->tid, tids[i]);
		assert_int_equal(size, rec->size);
		assert_true(time >= last);
		last = time;
	}
	assert_null(rings_next(r, &size, &time));
}

static void
expect_next(struct rings *r, int32_t tid)
{
	const struct record *rec;
	uint64_t time;
	size_t size;

	rec = rings_next(r, &size, &time);
	assert_non_null(rec);
	assert_int_equal(rec->tid, tid);
}

static void
records_come_in_order_of_time_then_cpu(void **state)
{
	struct world w;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	write_record(&w, 1, 100, 2);
	write_record(&w, 0, 100, 1);
	write_record(&w, 0, 300, 5);
	write_record(&w, 2, 50, 0);
	write_record(&w, 2, 250, 4);
	write_record(&w, 1, 240, 3);
	rings_look(r);
	expect(r, (const int32_t[]){ 0, 1, 2, 3, 4, 5 }, 6);
	assert_true(rings_are_empty(r));
	rings_look(r);
	for (uint32_t i = 0; i < N_CPUS; i++)
		assert_int_equal(w.fakes[i].consumer, w.fakes[i].producer);
	world_done(&w);
}

static void
what_lay_there_before_is_dropped(void **state)
{
	struct world w;
	(void)state;

	world_init(&w);
	write_record(&w, 1, 100, 2);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	write_record(&w, 1, 110, 3);
	rings_look(r);
	expect(r, (const int32_t[]){ 3 }, 1);
	world_done(&w);
}

static void
a_cpu_that_is_writing_holds_up_what_is_younger(void **state)
{
	struct world w;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	w.now = 1000000;
	rings_look(r);
	w.cpus[0].busy = 1; /* will bring something of about 1500000 */
	write_record(&w, 1, 900000, 1);
	write_record(&w, 1, 1600000, 2);
	w.now = 2000000;
	rings_look(r);
	expect(r, (const int32_t[]){ 1 }, 1);
	assert_false(rings_are_empty(r));
	write_record(&w, 0, 1500000, 3);
	w.cpus[0].busy = 0;
	rings_look(r);
	expect(r, (const int32_t[]){ 3, 2 }, 2);
	assert_int_equal(rings_faults(r).n_older, 0);
	world_done(&w);
}

static void
a_cpu_that_never_finishes_is_a_fault_and_no_hang(void **state)
{
	struct world w;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	w.cpus[0].busy = 1;
	write_record(&w, 1, 900000, 1);
	for (int i = 0; i < 4; i++) {
		w.now += 1000000000;
		rings_look(r);
	}
	expect(r, (const int32_t[]){ 1 }, 1);
	assert_true(rings_faults(r).n_stuck > 0);
	world_done(&w);
}

/* A record that reaches the end of its block is the last one there, and lies in one piece. */
static void
no_record_is_torn_at_the_end_of_a_block(void **state)
{
	struct record rec = { .size = BLOCK_BYTES - 40, .time_ns = 100, .tid = 1 };
	struct world w;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	assert_true(put(&w, 0, &rec));
	rec = (struct record){ .size = 400, .time_ns = 200, .tid = 2 };
	assert_true(put(&w, 0, &rec)); /* 40 bytes of it are in the block */
	assert_int_equal(w.fakes[0].producer, BLOCK_BYTES);
	rec = (struct record){ .size = BLOCK_BYTES, .time_ns = 300, .tid = 3 };
	assert_true(put(&w, 0, &rec)); /* all of a block */
	assert_int_equal(w.fakes[0].producer, 2 * BLOCK_BYTES);
	write_record(&w, 0, 400, 4);
	rings_look(r);
	expect(r, (const int32_t[]){ 1, 2, 3, 4 }, 4);
	assert_int_equal(rings_faults(r).n_torn, 0);
	world_done(&w);
}

static void
what_comes_too_late_is_counted(void **state)
{
	struct world w;
	size_t size;
	uint64_t time;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	w.now = 10000000;
	write_record(&w, 0, 5000000, 1);
	rings_look(r);
	expect(r, (const int32_t[]){ 1 }, 1);
	write_record(&w, 1, 1000000, 2);
	rings_look(r);
	assert_int_equal(rings_next(r, &size, &time)->tid, 2);
	assert_int_equal(time, 5000000);
	assert_int_equal(rings_faults(r).n_older, 1);
	world_done(&w);
}

/* Lengths that cannot be: nothing behind them can be found. */
static void
garbage_is_dropped_and_counted(void **state)
{
	static const uint32_t sizes[] = { 0, 1, sizeof(struct record) - 1,
		sizeof(struct record) + 1, 72, 4096, BPF_RECORD_MAX + 8, UINT32_MAX - 7 };
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct record rec = { .size = 64, .time_ns = 150 };
		struct world w;

		world_init(&w);
		AUTO(rings_free) struct rings *r = open_rings(&w);

		write_record(&w, 0, 100, 1);
		memcpy(w.fakes[0].data + w.fakes[0].producer, &rec, sizeof rec);
		memcpy(w.fakes[0].data + w.fakes[0].producer + offsetof(struct record, size),
			&sizes[i], sizeof sizes[i]);
		w.fakes[0].producer += 64;
		write_record(&w, 1, 200, 2);
		rings_look(r);
		expect(r, (const int32_t[]){ 1, 2 }, 2);
		assert_int_equal(rings_faults(r).n_torn, 1);
		rings_look(r);
		assert_int_equal(w.fakes[0].consumer, w.fakes[0].producer);
		world_done(&w);
	}
}

static uint32_t
random_of(struct world *w, uint32_t n)
{
	w->seed = w->seed * 1664525u + 1013904223u;
	return (w->seed >> 8) % n;
}

/* One step of one program in the kernel: says that it is busy, takes its time, writes, is
 * done. */
static void
writer_step(struct world *w, uint32_t cpu)
{
	struct record rec = { .cpu = (uint16_t)cpu, .size = sizeof rec };

	w->now += random_of(w, 30000);
	switch (w->writers[cpu].step) {
	case 0:
		w->cpus[cpu].busy = 1;
		break;
	case 1:
		w->writers[cpu].time = w->now;
		break;
	case 2:
		rec.size += 8 * random_of(w, 30);
		rec.time_ns = w->writers[cpu].time;
		w->n_written += put(w, cpu, &rec);
		break;
	default:
		w->cpus[cpu].busy = 0;
	}
	w->writers[cpu].step = (w->writers[cpu].step + 1) % 4;
}

static void
write_around_the_clock(struct world *w)
{
	for (uint32_t n = random_of(w, 12); n > 0; n--)
		writer_step(w, random_of(w, N_CPUS));
}

static void
count_moved(void *arg, uint32_t cpu, struct record *rec, size_t size)
{
	uint64_t *n = arg;

	assert_int_equal(rec->cpu, cpu);
	assert_int_equal(rec->size, size);
	++*n;
}

/* Every other time records are moved into memory, now and then. */
static void
no_interleaving_gives_another_order(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 300; seed++) {
		struct world w;
		uint64_t n_read = 0, n_moved = 0, time, last = 0;
		size_t size;

		world_init(&w);
		w.seed = seed;
		w.at_clock = write_around_the_clock;
		AUTO(rings_free) struct rings *r = open_rings(&w);
		if (seed % 2)
			rings_keep(r, 8u << 20);

		for (int pass = 0; pass < 400; pass++) {
			const struct record *rec;

			for (uint32_t n = random_of(&w, 9); n > 0; n--)
				write_around_the_clock(&w);
			rings_drain(r, count_moved, &n_moved);
			rings_look(r);
			while ((rec = rings_next(r, &size, &time))) {
				assert_int_equal(rec->time_ns, time);
				assert_true(time >= last);
				last = time;
				n_read++;
				if (random_of(&w, 8) == 0)
					write_around_the_clock(&w);
				if (random_of(&w, 8) == 0)
					rings_drain(r, count_moved, &n_moved);
			}
		}
		assert_true(seed % 2 ? n_moved > 300 : !n_moved);
		w.at_clock = NULL;
		for (uint32_t i = 0; i < N_CPUS; i++) {
			while (w.writers[i].step)
				writer_step(&w, i);
		}
		w.now += 1000000;
		rings_look(r);
		while (rings_next(r, &size, &time))
			n_read++;
		assert_int_equal(n_read, w.n_written);
		assert_true(n_read > 300);
		assert_int_equal(rings_faults(r).n_older, 0);
		assert_int_equal(rings_faults(r).n_torn, 0);
		world_done(&w);
	}
}

/* What was moved leaves room in its ring, is told in its place, and nothing that is garbage
 * is moved. */
static void
a_ring_that_fills_is_moved_as_far_as_it_is_whole(void **state)
{
	const struct record garbage = { .size = 3, .time_ns = 900 };
	uint64_t n_moved = 0;
	size_t size;
	struct world w;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	rings_keep(r, 8u << 20);
	for (int32_t i = 0; i < 30; i++)
		write_record(&w, 0, 100 + 10 * (uint64_t)i, 4 * i);
	write_record(&w, 1, 105, 1000);
	rings_look(r);
	assert_true(rings_fill(r, &size) >= 30 * sizeof(struct record));
	rings_drain(r, count_moved, &n_moved);
	assert_int_equal(n_moved, 30); /* not of the other ring, which is nearly empty */
	assert_int_equal(rings_fill(r, &size), w.fakes[1].producer);
	assert_int_equal(w.fakes[0].consumer, w.fakes[0].producer);
	assert_true(rings_kept_bytes(r) > 0);
	assert_false(rings_are_empty(r));

	for (int32_t i = 30; i < 60; i++)
		write_record(&w, 0, 100 + 10 * (uint64_t)i, 4 * i);
	memcpy((void *)(uintptr_t)bpf_ring_at(&w.rings[0], w.fakes[0].producer), &garbage,
		sizeof garbage);
	w.fakes[0].producer += 64;
	rings_drain(r, count_moved, &n_moved);
	assert_int_equal(n_moved, 60);
	assert_int_equal(w.fakes[0].consumer, w.fakes[0].producer);
	rings_look(r);
	expect_next(r, 0);
	expect_next(r, 1000);
	for (int32_t i = 1; i < 59; i++)
		expect_next(r, 4 * i);
	expect(r, (const int32_t[]){ 4 * 59 }, 1);
	assert_int_equal(rings_faults(r).n_torn, 1);
	assert_int_equal(rings_faults(r).n_older, 0);
	assert_true(rings_are_empty(r));
	world_done(&w);
}

/* It is not in order of the moves that records are told, but of their times. */
static void
what_is_younger_than_the_bound_waits_in_memory_too(void **state)
{
	struct world w;
	size_t size;
	uint64_t time, n_moved = 0;
	(void)state;

	world_init(&w);
	AUTO(rings_free) struct rings *r = open_rings(&w);

	rings_keep(r, 8u << 20);
	w.now = 100000;
	rings_look(r);
	for (int32_t i = 0; i < 30; i++)
		write_record(&w, 0, 200000 + (uint64_t)i, 4 * i);
	rings_drain(r, count_moved, &n_moved);
	assert_int_equal(n_moved, 30);
	assert_null(rings_next(r, &size, &time));
	write_record(&w, 1, 150000, 1000);
	w.now = 300000;
	rings_look(r);
	expect_next(r, 1000);
	for (int32_t i = 0; i < 30; i++)
		expect_next(r, 4 * i);
	assert_null(rings_next(r, &size, &time));
	world_done(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_order_of_time_then_cpu),
		cmocka_unit_test(what_lay_there_before_is_dropped),
		cmocka_unit_test(a_cpu_that_is_writing_holds_up_what_is_younger),
		cmocka_unit_test(a_cpu_that_never_finishes_is_a_fault_and_no_hang),
		cmocka_unit_test(no_record_is_torn_at_the_end_of_a_block),
		cmocka_unit_test(what_comes_too_late_is_counted),
		cmocka_unit_test(garbage_is_dropped_and_counted),
		cmocka_unit_test(no_interleaving_gives_another_order),
		cmocka_unit_test(a_ring_that_fills_is_moved_as_far_as_it_is_whole),
		cmocka_unit_test(what_is_younger_than_the_bound_waits_in_memory_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
