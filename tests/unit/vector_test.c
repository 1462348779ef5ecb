/* SPDX-License-Identifier: MIT */
/* vector_test.c - columns of numbers come back as they went in, however narrow they are kept */

#include "unit/test.h"
#include "unit/trace_events.h"

#include "query/vector.h"

/* Values as columns have them: near each other, far apart, missing, at the edges of types. */
static int64_t
draw(uint64_t *seed, int manner)
{
	uint64_t r = next_random(seed);

	switch (manner) {
	case 0:
		return 7;
	case 1:
		return (int64_t)(r % 200);
	case 2:
		return r % 3 ? (int64_t)(1000000000 + r % 60000) : NO_VALUE;
	case 3:
		return -(int64_t)(r % 4000000000);
	case 4:
		return NO_VALUE;
	case 5: /* the whole range, gaps included */
		return r % 5 == 0   ? INT64_MIN + 1
		       : r % 5 == 1 ? INT64_MAX
		       : r % 5 == 2 ? NO_VALUE
				    : (int64_t)r;
	default:
		return r % 2 ? INT64_MIN + 1 : INT64_MAX; /* without gaps */
	}
}

static void
check(int manner, size_t n)
{
	struct vector v = { 0 };
	AUTO(mem_free) int64_t *in = mem_array(n + ROWS_PER_CHUNK, sizeof *in);
	AUTO(mem_free) int64_t *out = mem_array(ROWS_PER_CHUNK, sizeof *out);
	uint64_t seed = 99 + (uint64_t)manner;

	for (size_t i = 0; i < n; i++) {
		in[i] = draw(&seed, manner);
		vector_add(&v, in[i]);
	}
	for (size_t i = n; i < n + ROWS_PER_CHUNK; i++)
		in[i] = NO_VALUE;
	vector_seal(&v);
	assert_int_equal(v.n_chunks, (n + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK);
	for (size_t chunk = 0; chunk < v.n_chunks; chunk++) {
		vector_load(&v, chunk, out);
		for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
			assert_int_equal(out[i], in[chunk * ROWS_PER_CHUNK + i]);
			assert_int_equal(vector_get(&v, chunk * ROWS_PER_CHUNK + i), out[i]);
		}
	}
	vector_done(&v);
}

static void
numbers_come_back_whatever_they_are(void **state)
{
	static const size_t sizes[] = { 1, 2, ROWS_PER_CHUNK - 1, ROWS_PER_CHUNK,
		ROWS_PER_CHUNK + 1, 3 * ROWS_PER_CHUNK };

	(void)state;
	for (int manner = 0; manner < 7; manner++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			check(manner, sizes[i]);
}

static void
a_chunk_is_as_wide_as_its_values_need(void **state)
{
	static const struct {
		int64_t low, high;
		bool has_gap;
		uint8_t width;
	} rows[] = { { 5, 5, false, 0 }, { 5, 5, true, 1 }, { 0, 255, false, 1 },
		{ 0, 255, true, 2 }, { -1, 255, false, 2 }, { 1000, 1000 + 65535, false, 2 },
		{ 0, 65535, true, 4 }, { 0, UINT32_MAX, false, 4 }, { 0, UINT32_MAX, true, 8 },
		{ INT64_MIN + 1, INT64_MAX, true, 8 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct vector v = { 0 };

		for (int k = 0; k < ROWS_PER_CHUNK; k++)
			vector_add(&v, k == 0                      ? rows[i].low
				       : k == 1 && rows[i].has_gap ? NO_VALUE
								   : rows[i].high);
		vector_seal(&v);
		assert_int_equal(v.chunks[0].width, rows[i].width);
		assert_int_equal(v.bytes, (size_t)rows[i].width * ROWS_PER_CHUNK);
		assert_int_equal(v.chunks[0].least, rows[i].low);
		assert_int_equal(v.chunks[0].largest, rows[i].high);
		vector_done(&v);
	}
}

static void
numbers_are_looked_up_in_a_table_without_unpacking(void **state)
{
	uint8_t table[70001], out[ROWS_PER_CHUNK];

	(void)state;
	for (size_t i = 0; i < sizeof table; i++)
		table[i] = (uint8_t)(i * 7);
	for (int manner = 0; manner < 6; manner++) {
		struct vector v = { 0 };
		uint64_t seed = 5;
		const int64_t limit = manner < 2 ? 2 : manner < 4 ? 300 : 70001;

		for (int i = 0; i < ROWS_PER_CHUNK; i++) {
			int64_t value = (int64_t)(next_random(&seed) % (uint64_t)limit);

			vector_add(&v, manner % 2 && value % 5 == 0 ? NO_VALUE : value);
		}
		vector_seal(&v);
		vector_map(&v, 0, table, 99, out);
		for (size_t i = 0; i < ROWS_PER_CHUNK; i++) {
			int64_t value = vector_get(&v, i);

			assert_int_equal(out[i], value == NO_VALUE ? 99 : table[value]);
		}
		vector_done(&v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back_whatever_they_are),
		cmocka_unit_test(a_chunk_is_as_wide_as_its_values_need),
		cmocka_unit_test(numbers_are_looked_up_in_a_table_without_unpacking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
