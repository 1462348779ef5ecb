/* SPDX-License-Identifier: MIT */
/* backlog_test.c - records kept in memory: their order, their bytes, and how much of it */
#include "unit/test.h"

#include "capture/backlog.h"

#include <string.h>

#define LARGE (BACKLOG_PIECE / 4)

/* What record number n looks like; its bytes tell it from all others. */
static size_t
size_of(uint64_t n)
{
	return 8 + (size_t)(n * 2654435761u % 70000);
}

static void
fill_record(uint8_t *bytes, uint64_t n)
{
	memcpy(bytes, &n, sizeof n);
	memset(bytes + 8, (int)(n % 251), size_of(n) - 8);
}

static void
expect_record(const struct backlog *b, uint64_t n)
{
	static uint8_t wanted[70008];
	const void *front;
	size_t size;

	fill_record(wanted, n);
	front = backlog_front(b, &size);
	assert_non_null(front);
	assert_int_equal((uintptr_t)front % 8, 0);
	assert_int_equal(size, size_of(n));
	assert_memory_equal(front, wanted, size);
}

static void
records_come_back_in_order_and_whole_however_they_come_and_go(void **state)
{
	static uint8_t bytes[70008];
	struct backlog_store *s = backlog_store_new(4 * (size_t)BACKLOG_PIECE);
	struct backlog b[2] = { 0 };
	uint64_t put[2] = { 0 }, got[2] = { 0 };
	uint32_t seed = 7;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		if (i % 500 == 0)
			backlog_store_calm(s);
		unsigned which = (seed = seed * 1664525 + 1013904223) >> 31;

		/* Now more come than go, now more go than come. */
		if ((seed >> 8) % 100 < (i / 1000 % 2 ? 35u : 65u)) {
			fill_record(bytes, 2 * put[which] + which);
			put[which] += !!backlog_put(
				&b[which], s, bytes, size_of(2 * put[which] + which));
		} else if (got[which] < put[which]) {
			expect_record(&b[which], 2 * got[which] + which);
			backlog_drop(&b[which], s);
			got[which]++;
		}
		assert_true(backlog_is_empty(&b[which]) == (got[which] == put[which]));
		assert_true(backlog_store_bytes(s) <= 4 * (size_t)BACKLOG_PIECE);
	}
	assert_true(put[0] > 1000 && put[1] > 1000);
	for (int i = 0; i < 2; i++) {
		for (; got[i] < put[i]; got[i]++) {
			expect_record(&b[i], 2 * got[i] + (unsigned)i);
			backlog_drop(&b[i], s);
		}
		assert_true(backlog_is_empty(&b[i]));
	}
	backlog_store_free(s);
}

static void
memory_is_taken_late_and_given_back_when_calm(void **state)
{
	static const uint8_t bytes[LARGE];
	struct backlog_store *s = backlog_store_new(8 * (size_t)BACKLOG_PIECE);
	struct backlog b = { 0 };
	(void)state;

	assert_int_equal(backlog_store_bytes(s), 0);
	for (int i = 0; i < 12; i++)
		assert_non_null(backlog_put(&b, s, bytes, sizeof bytes));
	assert_int_equal(backlog_store_bytes(s), 4 * BACKLOG_PIECE); /* three a piece */
	backlog_store_trim(s);
	assert_int_equal(backlog_store_bytes(s), 4 * BACKLOG_PIECE); /* in use */
	while (!backlog_is_empty(&b))
		backlog_drop(&b, s);
	assert_int_equal(backlog_store_bytes(s), 4 * BACKLOG_PIECE);
	backlog_store_trim(s);
	assert_int_equal(backlog_store_bytes(s), BACKLOG_PIECE);
	backlog_store_free(s);
}

static void
whoever_never_catches_up_gets_no_more_until_calm(void **state)
{
	static const uint8_t bytes[BACKLOG_PIECE - 64]; /* one a piece */
	struct backlog_store *s = backlog_store_new(8 * (size_t)BACKLOG_PIECE);
	struct backlog b = { 0 };
	int n = 0;
	(void)state;

	while (backlog_put(&b, s, bytes, sizeof bytes))
		n++;
	assert_int_equal(n, 8);
	while (!backlog_is_empty(&b)) {
		backlog_drop(&b, s);
		assert_null(backlog_put(&b, s, bytes, sizeof bytes));
	}
	backlog_store_calm(s);
	for (int i = 0; i < 8; i++)
		assert_non_null(backlog_put(&b, s, bytes, sizeof bytes));
	assert_null(backlog_put(&b, s, bytes, sizeof bytes));
	assert_int_equal(backlog_store_bytes(s), 8 * BACKLOG_PIECE);
	while (!backlog_is_empty(&b))
		backlog_drop(&b, s);
	backlog_store_free(s);
}

static void
sizes_that_no_record_has_find_no_room(void **state)
{
	static const struct {
		size_t limit, size;
	} rows[] = {
		{ 8 * (size_t)BACKLOG_PIECE, SIZE_MAX },
		{ 8 * (size_t)BACKLOG_PIECE, SIZE_MAX - 7 },
		{ 8 * (size_t)BACKLOG_PIECE, SIZE_MAX / 2 },
		{ 8 * (size_t)BACKLOG_PIECE, BACKLOG_PIECE },
		{ 0, 24 },
		{ BACKLOG_PIECE - 1, 24 },
	};
	static const uint8_t bytes[24];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct backlog_store *s = backlog_store_new(rows[i].limit);
		struct backlog b = { 0 };

		assert_null(backlog_put(&b, s, bytes, rows[i].size));
		assert_true(backlog_is_empty(&b));
		assert_int_equal(backlog_store_bytes(s), 0);
		backlog_store_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back_in_order_and_whole_however_they_come_and_go),
		cmocka_unit_test(memory_is_taken_late_and_given_back_when_calm),
		cmocka_unit_test(whoever_never_catches_up_gets_no_more_until_calm),
		cmocka_unit_test(sizes_that_no_record_has_find_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
