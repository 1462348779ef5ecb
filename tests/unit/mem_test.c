/* SPDX-License-Identifier: MIT */
/* mem_test.c - zeroed memory, growing arrays, arenas and their interned text */

#include "unit/test.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static bool
is_zero(const void *data, size_t n)
{
	const char *p = data;

	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void
memory_is_zeroed_and_nothing_is_unique(void **state)
{
	AUTO(mem_free) char *a = mem_array(1000, 3), *b = mem_alloc(0), *c = mem_alloc(0);

	(void)state;
	assert_true(is_zero(a, 3000));
	assert_non_null(b);
	assert_ptr_not_equal(b, c);
	mem_free(NULL);
}

static void
a_growing_array_keeps_what_it_has_and_zeroes_the_rest(void **state)
{
	struct item {
		uint64_t a, b;
	} *items = NULL;
	size_t capacity = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		items = mem_grow(items, n, &capacity, sizeof *items);
		assert_true(n < capacity);
		assert_true(is_zero(&items[n], sizeof *items));
		items[n] = (struct item){ n, ~n };
	}
	for (size_t n = 0; n < 1000; n++)
		assert_true(items[n].a == n && items[n].b == ~n);
	mem_free(items);
}

static void
an_arena_gives_zeroed_aligned_disjoint_memory(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	static const size_t sizes[] = { 0, 1, 7, 16, 17, 1000, 16384, 16385, 65536, 65537,
		1000000 };
	char *given[ARRAY_LEN(sizes) * 20];
	size_t n = 0;

	(void)state;
	for (size_t round = 0; round < 20; round++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			char *p = arena_alloc(a, sizes[i]);

			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			assert_true(is_zero(p, sizes[i]));
			memset(p, (int)(n % 255 + 1), sizes[i]);
			given[n++] = p;
		}
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < sizes[k % ARRAY_LEN(sizes)]; i++)
			if ((unsigned char)given[k][i] != k % 255 + 1)
				fail_msg("piece %zu was written over at %zu", k, i);
	assert_true(arena_bytes(a) >= 20 * 1000000);
}

static void
a_big_object_does_not_waste_the_chunk_in_use(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	size_t before;

	(void)state;
	arena_alloc(a, 16);
	arena_alloc(a, 200000);
	before = arena_bytes(a);
	for (int i = 0; i < 100; i++)
		arena_alloc(a, 16);
	assert_int_equal(arena_bytes(a), before);
}

static void
an_arena_copies_text(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	char text[] = "text";

	(void)state;
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strdup(a, text), "text");
	assert_string_equal(arena_strndup(a, text, 2), "te");
	assert_string_equal(arena_strndup(a, NULL, 0), "");
	assert_memory_equal(arena_dup(a, text, 5), text, 5);
	assert_non_null(arena_dup(a, NULL, 0));
	assert_string_equal(arena_printf(a, "%s-%d", text, 7), "text-7");
	assert_string_equal(arena_printf(a, "%s", ""), "");
	arena_free(NULL);
}

static void
equal_texts_are_interned_once(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	AUTO(mem_free) const char **first = mem_array(5000, sizeof *first);

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			AUTO(str_done) struct str s = { 0 };
			const char *text;

			str_addf(&s, "text %d", i);
			text = arena_intern(a, s.data, s.n);
			assert_string_equal(text, s.data);
			if (round)
				assert_ptr_equal(text, first[i]);
			first[i] = text;
		}
	assert_ptr_equal(arena_intern(a, "", 0), arena_intern(a, NULL, 0));
	assert_ptr_not_equal(arena_intern(a, "a\0b", 3), arena_intern(a, "a", 1));
	assert_ptr_not_equal(arena_intern(a, "a\0b", 3), arena_intern(a, "a\0c", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_nothing_is_unique),
		cmocka_unit_test(a_growing_array_keeps_what_it_has_and_zeroes_the_rest),
		cmocka_unit_test(an_arena_gives_zeroed_aligned_disjoint_memory),
		cmocka_unit_test(a_big_object_does_not_waste_the_chunk_in_use),
		cmocka_unit_test(an_arena_copies_text),
		cmocka_unit_test(equal_texts_are_interned_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
