/* SPDX-License-Identifier: MIT */
/* map_test.c - keys of any bytes, order of insertion, removal and growth against a plain list
 */

#include "unit/test.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void
keys_are_bytes_of_any_length(void **state)
{
	AUTO(map_free) struct map *m = map_new();
	static int values[5];

	(void)state;
	assert_null(map_get_text(m, "a"));
	assert_null(map_remove(m, "a", 1));
	*map_slot(m, "", 0) = &values[0];
	*map_slot(m, NULL, 0) = &values[1];
	*map_slot(m, "\0", 1) = &values[2];
	*map_slot(m, "a\0b", 3) = &values[3];
	*map_slot(m, "a\0c", 3) = &values[4];
	assert_int_equal(map_count(m), 4);
	assert_ptr_equal(map_get(m, "", 0), &values[1]);
	assert_ptr_equal(map_get(m, "\0", 1), &values[2]);
	assert_ptr_equal(map_get(m, "a\0b", 3), &values[3]);
	assert_ptr_equal(map_get(m, "a\0c", 3), &values[4]);
	assert_null(map_get(m, "a", 1));
}

static void
the_key_is_a_copy(void **state)
{
	AUTO(map_free) struct map *m = map_new();
	char key[] = "abc";

	(void)state;
	*map_text(m, key) = m;
	key[0] = 'x';
	assert_ptr_equal(map_get_text(m, "abc"), m);
	assert_null(map_get_text(m, "xbc"));
}

static void
a_new_slot_is_null_and_stays_until_removed(void **state)
{
	AUTO(map_free) struct map *m = map_new();

	(void)state;
	assert_null(*map_number(m, 7));
	assert_int_equal(map_count(m), 1);
	*map_number(m, 7) = m;
	assert_ptr_equal(*map_number(m, 7), m);
	assert_ptr_equal(map_get_number(m, 7), m);
	assert_ptr_equal(map_remove(m, &(uint64_t){ 7 }, 8), m);
	assert_null(map_get_number(m, 7));
	assert_int_equal(map_count(m), 0);
	assert_null(*map_number(m, 7));
}

static void
iteration_is_in_order_of_insertion(void **state)
{
	AUTO(map_free) struct map *m = map_new();
	size_t at = 0, n;
	const void *key;
	void *value;

	(void)state;
	assert_false(map_next(m, &at, NULL, NULL, NULL));
	for (uint64_t i = 0; i < 1000; i++)
		*map_number(m, i * 7919 % 1000) = (void *)(uintptr_t)(i + 1);
	for (uint64_t i = 0; i < 1000; i += 2) {
		uint64_t gone = i * 7919 % 1000;

		assert_non_null(map_remove(m, &gone, 8));
	}
	at = 0;
	for (uint64_t i = 1; i < 1000; i += 2) {
		uint64_t wanted = i * 7919 % 1000;

		assert_true(map_next(m, &at, &key, &n, &value));
		assert_int_equal(n, 8);
		assert_memory_equal(key, &wanted, 8);
		assert_int_equal((uintptr_t)value, i + 1);
	}
	assert_false(map_next(m, &at, &key, &n, &value));
	/* What comes back comes last. */
	*map_number(m, 0) = m;
	assert_true(map_next(m, &at, NULL, NULL, &value));
	assert_ptr_equal(value, m);
}

static void
entries_may_be_removed_while_walking(void **state)
{
	AUTO(map_free) struct map *m = map_new();
	size_t at = 0, n, seen = 0;
	const void *key;

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		*map_number(m, i) = m;
	while (map_next(m, &at, &key, &n, NULL)) {
		uint64_t number;

		memcpy(&number, key, sizeof number);
		assert_ptr_equal(map_remove(m, &number, sizeof number), m);
		seen++;
	}
	assert_int_equal(seen, 100);
	assert_int_equal(map_count(m), 0);
}

/* 200,000 random steps over 512 keys, against an array that knows what should be there. */
static void
random_steps_agree_with_a_plain_array(void **state)
{
	enum { KEYS = 512 };
	AUTO(map_free) struct map *m = map_new();
	uintptr_t wanted[KEYS] = { 0 };
	size_t n_wanted = 0;
	unsigned seed = 1;

	(void)state;
	for (uintptr_t step = 1; step <= 200000; step++) {
		uint64_t key = (uint64_t)rand_r(&seed) % KEYS;
		unsigned what = (unsigned)rand_r(&seed) % 8;

		/* Long stretches of removal follow long stretches of growth. */
		if (what < (step / 3000 % 2 ? 6 : 2)) {
			assert_int_equal((uintptr_t)map_remove(m, &key, 8), wanted[key]);
			n_wanted -= wanted[key] != 0;
			wanted[key] = 0;
		} else {
			n_wanted += wanted[key] == 0;
			wanted[key] = step;
			*map_number(m, key) = (void *)step;
		}
		key = (uint64_t)rand_r(&seed) % KEYS;
		assert_int_equal((uintptr_t)map_get_number(m, key), wanted[key]);
		assert_int_equal(map_count(m), n_wanted);
	}
}

/* As a queue: the map must not grow with what has passed through it, nor slow down. */
static void
a_queue_of_a_million_stays_small(void **state)
{
	AUTO(map_free) struct map *m = map_new();

	(void)state;
	for (uint64_t i = 0; i < 1000000; i++) {
		*map_number(m, i) = m;
		if (i >= 10) {
			uint64_t old = i - 10;

			assert_ptr_equal(map_remove(m, &old, 8), m);
		}
	}
	assert_int_equal(map_count(m), 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_bytes_of_any_length),
		cmocka_unit_test(the_key_is_a_copy),
		cmocka_unit_test(a_new_slot_is_null_and_stays_until_removed),
		cmocka_unit_test(iteration_is_in_order_of_insertion),
		cmocka_unit_test(entries_may_be_removed_while_walking),
		cmocka_unit_test(random_steps_agree_with_a_plain_array),
		cmocka_unit_test(a_queue_of_a_million_stays_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
