/* SPDX-License-Identifier: MIT */
/* record_test.c - blocks that no writer of ours makes: refused, with the place, in little
 * memory */

#include "unit/test.h"

#include "store/record.h"

#include "base/mem.h"
#include "store/wire.h"
#include "unit/trace_events.h"

/* Reads a whole block of n_records; how many events came out, -1 when it was refused. */
static int
read_block(const void *block, size_t n, uint32_t n_records, struct err *err)
{
	AUTO(record_in_free) struct record_in *in = record_in_new();
	struct event event;
	int rc, count = 0;

	record_in_begin(in, block, n, n_records);
	while ((rc = record_get(in, &event, err)) > 0)
		count++;
	return rc < 0 ? -1 : count;
}

static void
a_block_that_makes_no_sense_is_refused_with_the_place(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *wanted;
	} rows[] = {
		/* kind, length, body: task, seq, time, fields */
		{ "\x06", 1, "byte 1 of the block: a number that does not end" },
		{ "\x03\x80\x00", 3, "byte 1 of the block: a number in a form that is never" },
		{ "\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "fewer bytes than" },
		{ "\x05\x05\x01\x00\x00\x00", 6, "fewer bytes than announced" },
		{ "\x07\x00", 2, "byte 0 of the block: an event of a kind" },
		{ "\x7f\x00", 2, "an event of a kind that this version does not know" },
		{ "\x85\x00", 2, "an event of a kind that this version does not know" },
		{ "\x05\x07\x01\0\0\0\0\0\0", 9, "byte 9 of the block: a number that does" },
		{ "\x05\x0a\x01\0\0\0\0\0\0\0\0\0", 12, "byte 10 of the block: bytes behind" },
		{ "\x05\x08\x01\0\0\4\0\0\0\0", 10, "byte 5 of the block: a bit that has no" },
		{ "\x00\x09\x01\0\0\0\0\x06\0\0\0", 11,
			"byte 7 of the block: a number that is too" },
		{ "\x01\x06\x01\0\0\0\0\x05", 8, "byte 8 of the block: fewer bytes" },
		{ "\x01\x08\x01\0\0\0\0\x03"
		  "a\0",
			10, "fewer bytes" },
		{ "\x01\x08\x01\0\0\0\0\x02"
		  "ab",
			10, "text whose end is not where" },
		{ "\x01\x09\x01\0\0\0\0\x03\0a\0", 11, "text whose end is not where" },
		{ "\x02\x06\x01\0\0\0\x07\0", 8, "an unknown architecture" },
		{ "\x02\x06\x01\0\0\0\x1f\0", 8, "a bit that has no meaning" },
		/* call: task seq time nr head mask enter_ns enter_seq [busy] n_areas areas */
		{ "\x03\x09\x01\0\0\0\x80\0\0\0\0", 11, "a bit that has no meaning" },
		{ "\x03\x09\x01\0\0\0\x05\0\0\0\0", 11, "an unknown architecture" },
		{ "\x03\x09\x01\0\0\0\0\0\0\0\x01", 11, "a number that is too large" },
		{ "\x03\x0d\x01\0\0\0\0\0\0\0\x01\x06\0\0\0", 15, "above the sixth" },
		{ "\x03\x0d\x01\0\0\0\0\0\0\0\x01\0\x01\x02\0", 15,
			"a number that is too large" },
		{ "\x03\x0e\x01\0\0\0\0\0\0\0\x01\0\x01\0\0\0", 16, "fewer bytes" },
		{ "\x03\x0e\x01\0\0\0\0\0\0\0\x01\0\x01\0\0\x02", 16, "a reference to bytes" },
		{ "\x03\x16\x01\0\0\0\0\0\0\0\x02\0\x03\0\0\x01"
		  "abc\0\x04\0\0\x02",
			24, "a reference to bytes" },
		{ "\x03\x0f\x01\0\0\0\0\0\0\0\x01\x40\x02\x01\0\0\0", 17,
			"a digest that is missing" },
		/* frame: module offset function offset file line inlined; stack */
		{ "\xf0\x06\0\0\0\0\0\0", 8, "a number that does not end" },
		{ "\xf0\x07\0\0\0\0\0\0\2", 9, "a number that is too large" },
		{ "\xf0\x08\0\0\0\0\0\0\0\0", 10, "bytes behind" },
		{ "\xf1\x02\0\0", 4, "a stack of no frames" },
		{ "\xf1\x03\0\1\0", 5, "a frame that is not there" },
		{ "\xf1\x03\0\x81\x02", 5, "a number that is too large" },
		{ "\xf1\x01\1", 3, "a stack that is not there" },
		{ "\xf0\x07\0\0\0\0\0\0\0\xf1\x03\0\1\0", 14, "a stack of no call" },
		{ "\xf0\x07\0\0\0\0\0\0\0\xf1\x03\0\1\0\xf1\x01\1", 17,
			"two stacks of one call" },
		{ "\xf0\x07\0\0\0\0\0\0\0\xf1\x03\0\1\0"
		  "\x05\x08\x01\0\0\0\0\0\0\0",
			24, "a stack of an event that is no call" },
		/* path: task seq time head path target mode … */
		{ "\x06\x11\0\0\0\x12\0\0\0\0\0\0\0\0\0\0\0\0\0", 19,
			"an unknown type of path" },
		{ "\x06\x11\0\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0", 19, "fewer bytes" },
		{ "\x06\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 18, "fewer bytes" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = { 0 };
		/* On the heap, so that a sanitizer sees a byte read too far. */
		AUTO(mem_free) uint8_t *block = mem_alloc(rows[i].n);

		memcpy(block, rows[i].bytes, rows[i].n);
		if (read_block(block, rows[i].n, 1, &err) != -1 ||
			!strstr(err.text, rows[i].wanted)) {
			print_message("row %zu: %s\n", i, err.text ? err.text : "read");
			fail();
		}
		err_done(&err);
	}
	(void)state;
}

static void
an_unknown_kind_is_stepped_over_when_it_says_so(void **state)
{
	/* An exit, an unknown skippable record of three bytes, the same exit again. */
	static const char block[] = "\x05\x08\x01\x02\x02\0\0\0\0\0"
				    "\xff\x03zzz"
				    "\x05\x08\x01\x02\x02\0\0\0\0\0";
	AUTO(record_in_free) struct record_in *in = record_in_new();
	struct err err = { 0 };
	struct event event;

	record_in_begin(in, (const uint8_t *)block, sizeof block - 1, 3);
	assert_int_equal(record_get(in, &event, &err), 1);
	assert_int_equal(event.seq, 1);
	assert_int_equal(record_get(in, &event, &err), 1);
	assert_int_equal(event.seq, 2);
	assert_int_equal(record_get(in, &event, &err), 0);
	(void)state;
}

static void
the_number_of_records_is_checked(void **state)
{
	struct err err = { 0 };

	assert_int_equal(read_block("", 0, 0, &err), 0);
	assert_int_equal(read_block("", 0, 1, &err), -1);
	assert_string_equal(err.text, "the block has 0 records, its frame says 1");
	assert_int_equal(read_block("\xff\x00", 2, 2, &err), -1);
	err_done(&err);
	(void)state;
}

static void
equal_areas_are_stored_once(void **state)
{
	AUTO(record_out_free) struct record_out *out = record_out_new();
	uint8_t path[100];
	struct area area = { .kind = AREA_STRING, .kept = 100, .size = 100, .bytes = path };
	struct event event = { .kind = EVENT_CALL, .call = { .n_areas = 1, .areas = &area } };
	struct err err = { 0 };
	size_t first, n;
	uint32_t n_records;

	memset(path, 'x', sizeof path);
	assert_int_equal(record_put(out, &event, &err), 0);
	record_block(out, &first, &n_records);
	for (int i = 0; i < 9; i++)
		assert_int_equal(record_put(out, &event, &err), 0);
	record_block(out, &n, &n_records);
	assert_int_equal(n_records, 10);
	assert_in_range(n, first + 9 * 12, first + 9 * 20);
	(void)state;
}

static void
a_digest_of_few_bytes_is_made_again_when_read(void **state)
{
	AUTO(record_out_free) struct record_out *out = record_out_new();
	AUTO(record_in_free) struct record_in *in = record_in_new();
	struct area area = { .kind = AREA_DATA_OUT,
		.has_digest = true,
		.kept = 5,
		.size = 5,
		.bytes = (const uint8_t *)"hello" };
	struct event event = { .kind = EVENT_CALL, .call = { .n_areas = 1, .areas = &area } };
	struct event back;
	struct err err = { 0 };
	uint32_t n_records;
	const uint8_t *block;
	size_t n;

	digest_add(&area.digest, "hello", 5);
	assert_int_equal(record_put(out, &event, &err), 0);
	block = record_block(out, &n, &n_records);
	assert_in_range(n, 1, 24); /* two times eight bytes would not fit */
	record_in_begin(in, block, n, n_records);
	assert_int_equal(record_get(in, &back, &err), 1);
	assert_true(same_event(&event, &back));
	(void)state;
}

/* Random damage of a valid block: refused or read, but never out of bounds or for ever. */
static void
damaged_blocks_are_survived(void **state)
{
	AUTO(record_out_free) struct record_out *out = record_out_new();
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err err = { 0 };
	uint64_t seed = 4711;
	const uint8_t *block;
	uint32_t n_records;
	size_t n;
	int n_refused = 0;

	for (int i = 0; i < 70; i++) {
		struct event event;

		random_event(&event, i % N_EVENT_KINDS, arena, &seed);
		assert_int_equal(record_put(out, &event, &err), 0);
	}
	block = record_block(out, &n, &n_records);
	for (int i = 0; i < 5000; i++) {
		AUTO(mem_free) uint8_t *copy = mem_alloc(n);

		memcpy(copy, block, n);
		for (int k = 0; k < 1 + i % 4; k++)
			copy[next_random(&seed) % n] = (uint8_t)next_random(&seed);
		n_refused += read_block(copy, n, n_records, &err) < 0;
		err_done(&err);
		err = (struct err){ 0 };
	}
	assert_in_range(n_refused, 1000, 5000);
	(void)state;
}

static void
numbers_have_one_form(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool is_good;
		uint64_t value;
	} rows[] = {
		{ "\x00", 1, true, 0 },
		{ "\x7f", 1, true, 127 },
		{ "\x80\x01", 2, true, 128 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, true, UINT64_MAX },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, false, 0 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, false, 0 },
		{ "\x80\x00", 2, false, 0 },
		{ "\x80", 1, false, 0 },
		{ "", 0, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const uint8_t *p = (const uint8_t *)rows[i].bytes;
		struct wire in = { .p = p, .end = p + rows[i].n };
		uint8_t room[WIRE_MAX];

		assert_true(wire_get(&in) == rows[i].value);
		assert_int_equal(in.wrong == NULL, rows[i].is_good);
		if (!rows[i].is_good)
			continue;
		assert_int_equal(wire_put(room, rows[i].value) - room, rows[i].n);
		assert_memory_equal(room, rows[i].bytes, rows[i].n);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_that_makes_no_sense_is_refused_with_the_place),
		cmocka_unit_test(an_unknown_kind_is_stepped_over_when_it_says_so),
		cmocka_unit_test(the_number_of_records_is_checked),
		cmocka_unit_test(equal_areas_are_stored_once),
		cmocka_unit_test(a_digest_of_few_bytes_is_made_again_when_read),
		cmocka_unit_test(damaged_blocks_are_survived),
		cmocka_unit_test(numbers_have_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
