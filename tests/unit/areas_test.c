/* SPDX-License-Identifier: MIT */
/* areas_test.c - what is kept of memory, what is digested, where it ends */

#include "unit/test.h"

#include "base/mem.h"
#include "capture/areas.h"

#include <string.h>

#define PLACE 0x10000u /* where the memory begins, a page's beginning */

struct memory {
	uint8_t *bytes;
	size_t n;
};

static size_t
read_memory(void *arg, uint64_t address, void *buf, size_t n)
{
	const struct memory *m = arg;
	uint64_t at = address - PLACE;

	if (!n || address < PLACE || at >= m->n)
		return 0;
	n = MIN(n, m->n - at);
	memcpy(buf, m->bytes + at, n);
	return n;
}

static struct areas_source
source_of(struct memory *m, uint32_t limit)
{
	struct peer peer = { read_memory, m, NULL };

	return (struct areas_source){ .near = peer, .data = peer, .data_limit = limit };
}

static struct memory
some_memory(size_t n)
{
	struct memory m = { mem_alloc(n), n };

	for (size_t i = 0; i < n; i++)
		m.bytes[i] = (uint8_t)(1 + i * 7 % 251);
	return m;
}

static void
assert_area(const struct area *a, const struct memory *m, uint64_t size, uint64_t limit)
{
	struct digest wanted = { 0 };

	digest_add(&wanted, m->bytes, size);
	assert_int_equal(a->size, size);
	assert_int_equal(a->kept, MIN(size, limit));
	assert_memory_equal(a->bytes, m->bytes, a->kept);
	assert_int_equal(a->has_digest, size > limit);
	if (a->has_digest)
		assert_true(digest_is_equal(&a->digest, &wanted));
}

static void
data_that_is_not_kept_whole_has_the_digest_of_all_of_it(void **state)
{
	static const size_t sizes[] = { 1, 2, 64, 4095, 4096, 65535, 65536, 65537, 200000 };
	static const uint32_t limits[] = { 0, 1, 64, 4096, 65536, 65540, 131072, 200000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes) * ARRAY_LEN(limits); i++) {
		size_t size = sizes[i / ARRAY_LEN(limits)];
		uint32_t limit = limits[i % ARRAY_LEN(limits)];
		struct memory m = some_memory(size);
		struct areas_source source = source_of(&m, limit);
		struct areas a = { 0 };

		/* Behind another one, and more asked for than there is. */
		areas_take(&a, &source, 0, AREA_DATA_OUT, PLACE, size);
		areas_take(&a, &source, 1, AREA_DATA_OUT, PLACE, size + 5);
		areas_seal(&a);
		assert_area(&a.list[0], &m, size, limit);
		assert_area(&a.list[1], &m, size, limit);
		areas_done(&a);
		mem_free(m.bytes);
	}
}

static void
a_string_longer_than_the_limit_has_the_digest_of_all_of_it(void **state)
{
	static const size_t sizes[] = { 1, 100, 4095, 4096, 5000, 20000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct memory m = some_memory(sizes[i] + 1);

		m.bytes[sizes[i]] = 0;
		for (uint32_t limit = 1; limit < 6000; limit = limit * 3 + 1) {
			struct areas_source source = source_of(&m, 0);
			struct areas a = { 0 };

			areas_take(&a, &source, 0, AREA_STRING, PLACE, limit);
			areas_seal(&a);
			assert_area(&a.list[0], &m, sizes[i], limit);
			areas_done(&a);
		}
		mem_free(m.bytes);
	}
}

static void
what_cannot_be_read_is_missing_and_has_no_digest(void **state)
{
	struct memory m = some_memory(5000); /* without a NUL */
	struct areas_source source = source_of(&m, 10);
	struct areas a = { 0 };

	(void)state;
	areas_take(&a, &source, 0, AREA_DATA_IN, PLACE + 5000, 64);
	areas_take(&a, &source, 1, AREA_STRING, PLACE, 100);
	areas_take(&a, &source, 2, AREA_STRUCT, 0, 16);
	areas_seal(&a);
	for (size_t i = 0; i < 3; i++) {
		assert_true(a.list[i].is_missing);
		assert_false(a.list[i].has_digest);
		assert_int_equal(a.list[i].kept, 0);
	}
	areas_done(&a);
	mem_free(m.bytes);
}

static void
output_that_did_not_leave_is_in_no_digest(void **state)
{
	struct memory m = some_memory(1000);
	struct areas_source source = source_of(&m, 64);
	struct areas a = { 0 };

	(void)state;
	areas_take(&a, &source, 1, AREA_DATA_OUT, PLACE, 1000);
	areas_take(&a, &source, 1, AREA_DATA_OUT, PLACE, 1000);
	areas_take(&a, &source, 1, AREA_DATA_OUT, PLACE, 1000);
	areas_cut_output(&a, &source, 1030);
	areas_seal(&a);
	assert_area(&a.list[0], &m, 1000, 64);
	assert_area(&a.list[1], &m, 30, 64);
	assert_int_equal(a.list[2].size, 0);
	areas_done(&a);
	mem_free(m.bytes);
}

static const uint8_t *
lend_memory(void *arg, uint64_t address, size_t *n)
{
	const struct memory *m = arg;
	uint64_t at = address - PLACE;

	if (address < PLACE || at >= m->n)
		return NULL;
	*n = m->n - at;
	return m->bytes + at;
}

static void
take_one(struct areas *a, struct memory *m, bool is_lent, enum area_kind kind, uint64_t size,
	uint32_t limit)
{
	struct areas_source source = source_of(m, limit);

	source.near.lend = source.data.lend = is_lent ? lend_memory : NULL;
	areas_clear(a);
	areas_take(a, &source, 0, kind, PLACE + 3, size);
}

/* However it came here, and also when the lender is gone. */
static void
what_is_lent_is_what_would_have_been_read(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 63, 64, 4096, 70000, 80000, 2000000 };
	static const uint32_t limits[] = { 0, 1, 64, 4096, 100000 };
	struct areas read = { 0 }, lent = { 0 };
	(void)state;

	for (size_t i = 0; i < 4 * ARRAY_LEN(sizes) * ARRAY_LEN(limits); i++) {
		enum area_kind kind = (enum area_kind)(i % 4);
		size_t size = sizes[i / 4 % ARRAY_LEN(sizes)];
		uint32_t limit = limits[i / 4 / ARRAY_LEN(sizes)];
		struct memory m = some_memory(80003); /* less than the last one asks for */
		const struct area *a, *b;

		if (kind == AREA_STRING && size < 80000)
			m.bytes[3 + size] = 0;
		take_one(&read, &m, false, kind, size, limit);
		take_one(&lent, &m, true, kind, size, limit);
		areas_own(&lent);
		memset(m.bytes, 0, m.n);
		mem_free(m.bytes);
		areas_seal(&read);
		areas_seal(&lent);
		a = &read.list[0];
		b = &lent.list[0];
		assert_int_equal(a->kind, b->kind);
		assert_int_equal(a->size, b->size);
		assert_int_equal(a->kept, b->kept);
		assert_int_equal(a->is_missing, b->is_missing);
		assert_int_equal(a->has_digest, b->has_digest);
		if (a->kept)
			assert_memory_equal(a->bytes, b->bytes, a->kept);
		assert_true(digest_is_equal(&a->digest, &b->digest));
	}
	areas_done(&read);
	areas_done(&lent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_that_is_not_kept_whole_has_the_digest_of_all_of_it),
		cmocka_unit_test(a_string_longer_than_the_limit_has_the_digest_of_all_of_it),
		cmocka_unit_test(what_cannot_be_read_is_missing_and_has_no_digest),
		cmocka_unit_test(output_that_did_not_leave_is_in_no_digest),
		cmocka_unit_test(what_is_lent_is_what_would_have_been_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
