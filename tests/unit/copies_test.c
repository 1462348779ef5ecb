/* SPDX-License-Identifier: MIT */
/* copies_test.c - copies of memory are read as the memory itself, and what is missing is
 * noticed */
#include "unit/test.h"

#include "base/mem.h"
#include "capture/copies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct text {
	uint8_t bytes[1024];
	size_t n, n_snippets;
};

static void
add(struct text *t, uint64_t address, uint8_t state, const void *bytes, uint32_t size)
{
	struct snippet s = { .address = address, .size = size, .state = state };

	memcpy(t->bytes + t->n, &s, sizeof s);
	t->n += sizeof s;
	t->n_snippets++;
	if (state != SNIPPET_OK)
		return;
	memcpy(t->bytes + t->n, bytes, size);
	t->n += (size + 7) & ~7u;
}

static size_t
read_from(struct peer peer, uint64_t address, void *buf, size_t n)
{
	return peer.read(peer.arg, address, buf, n);
}

static void
pieces_that_touch_are_one_memory(void **state)
{
	struct copies c = { 0 };
	struct text t = { 0 };
	char buf[16] = "";
	(void)state;

	add(&t, 1000, SNIPPET_OK, "abcde", 5);
	add(&t, 1005, SNIPPET_OK, "fgh", 3);
	assert_true(copies_lend(&c, t.bytes, t.n, t.n_snippets));
	struct copies_reader r = { .sets = { &c } };

	assert_int_equal(read_from(copies_peer_data(&r), 1002, buf, 6), 6);
	assert_string_equal(buf, "cdefgh");
	assert_false(r.gap.is_found);
	copies_done(&c);
}

static void
what_is_kept_outlives_its_record(void **state)
{
	struct copies c = { 0 };
	char buf[8] = "";
	(void)state;

	for (int i = 0; i < 100; i++) {
		struct text t = { 0 };
		char digits[8];

		snprintf(digits, sizeof digits, "%03d", i);
		add(&t, 1000 + 16 * (uint64_t)i, SNIPPET_OK, digits, 4);
		assert_true(copies_keep(&c, t.bytes, t.n, t.n_snippets));
	}
	copies_add(&c, 9000, "xyz", 4);
	struct copies_reader r = { .sets = { NULL, &c } };

	assert_int_equal(read_from(copies_peer(&r), 1000 + 16 * 42, buf, 4), 4);
	assert_string_equal(buf, "042");
	assert_int_equal(read_from(copies_peer(&r), 9000, buf, 4), 4);
	assert_string_equal(buf, "xyz");
	copies_clear(&c);
	assert_int_equal(read_from(copies_peer(&r), 9000, buf, 4), 0);
	copies_done(&c);
}

static void
a_gap_says_why(void **state)
{
	static const struct {
		uint64_t address;
		size_t n, got;
		bool is_gap;
		uint8_t state;
		uint64_t missing;
	} rows[] = {
		{ 1000, 4, 4, false, 0, 0 },
		{ 1000, 8, 4, true, SNIPPET_FAULT, 4 },
		{ 1004, 2, 0, true, SNIPPET_FAULT, 2 },
		{ 2000, 6, 4, true, SNIPPET_CUT, 2 },
		{ 3000, 1, 0, true, SNIPPET_OK, 1 },
		{ UINT64_MAX, 9, 0, true, SNIPPET_OK, 9 },
	};
	struct copies c = { 0 };
	struct text t = { 0 };
	(void)state;

	add(&t, 1000, SNIPPET_OK, "abcd", 4);
	add(&t, 1004, SNIPPET_FAULT, NULL, 100);
	add(&t, 2000, SNIPPET_OK, "abcd", 4);
	add(&t, 2004, SNIPPET_CUT, NULL, 100);
	assert_true(copies_lend(&c, t.bytes, t.n, t.n_snippets));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct copies_reader r = { .sets = { &c } };
		char buf[16];

		assert_int_equal(
			read_from(copies_peer_data(&r), rows[i].address, buf, rows[i].n),
			rows[i].got);
		assert_int_equal(r.gap.is_found, rows[i].is_gap);
		assert_int_equal(r.gap.state, rows[i].state);
		assert_int_equal(r.gap.size, rows[i].missing);
	}
	copies_done(&c);
}

/* Strings are read in pieces of a guess: what comes behind the NUL was not asked for. */
static void
behind_the_end_of_a_string_nothing_is_missed(void **state)
{
	struct copies c = { 0 };
	struct text t = { 0 };
	char buf[256];
	(void)state;

	add(&t, 1000, SNIPPET_OK, "/etc", 5);
	assert_true(copies_lend(&c, t.bytes, t.n, t.n_snippets));
	struct copies_reader r = { .sets = { &c } };

	assert_int_equal(read_from(copies_peer(&r), 1000, buf, sizeof buf), 5);
	assert_false(r.gap.is_found);
	assert_int_equal(read_from(copies_peer(&r), 1000, buf, 4), 4);
	assert_int_equal(read_from(copies_peer(&r), 1000 + 5, buf, 4), 0);
	assert_true(r.gap.is_found);
	copies_done(&c);
}

static void
what_was_not_readable_before_the_call_is_not_taken_from_after_it(void **state)
{
	struct copies early = { 0 }, late = { 0 };
	struct text t = { 0 }, u = { 0 };
	char buf[8];
	(void)state;

	add(&t, 1000, SNIPPET_FAULT, NULL, 8);
	add(&u, 1000, SNIPPET_OK, "changed", 8);
	assert_true(copies_lend(&early, t.bytes, t.n, t.n_snippets));
	assert_true(copies_lend(&late, u.bytes, u.n, u.n_snippets));
	struct copies_reader r = { .sets = { &early, NULL, &late } };

	assert_int_equal(read_from(copies_peer(&r), 1000, buf, 8), 0);
	assert_int_equal(r.gap.state, SNIPPET_FAULT);
	/* A call that failed has changed nothing. */
	r = (struct copies_reader){ .sets = { &early, NULL, &late }, .skips_faults = true };
	assert_int_equal(read_from(copies_peer(&r), 1000, buf, 8), 8);
	assert_false(r.gap.is_found);
	copies_done(&early);
	copies_done(&late);
}

static void
what_was_left_for_later_is_read_though_the_entry_had_a_fault(void **state)
{
	static const char there[8] = "waiting";
	struct text t = { 0 }, u = { 0 };
	struct copies early = { 0 }, late = { 0 };
	char buf[8];
	(void)state;

	add(&t, (uintptr_t)there, SNIPPET_FAULT, NULL, 8);
	add(&u, (uintptr_t)there, SNIPPET_LATER, NULL, 8);
	assert_true(copies_lend(&early, t.bytes, t.n, t.n_snippets));
	assert_true(copies_lend(&late, u.bytes, u.n, u.n_snippets));
	struct copies_reader r = { .sets = { &early, NULL, &late },
		.past = &early,
		.live = getpid(),
		.skips_faults = true };

	assert_int_equal(read_from(copies_peer(&r), (uintptr_t)there, buf, 8), 8);
	assert_memory_equal(buf, there, 8);
	copies_done(&early);
	copies_done(&late);
}

static void
a_call_that_failed_leaves_all_of_its_memory_to_be_read(void **state)
{
	static const char path[] = "/bin/true";
	uint64_t at = (uintptr_t)path;
	struct copies c = { 0 };
	struct text t = { 0 };
	char buf[16] = "";
	(void)state;

	add(&t, at, SNIPPET_FAULT, NULL, 1);
	assert_true(copies_keep(&c, t.bytes, t.n, t.n_snippets));
	struct copies_reader r = { .sets = { &c }, .past = &c, .live = getpid() };

	assert_int_equal(read_from(copies_peer(&r), at, buf, sizeof path), 0);
	assert_true(r.gap.is_found);
	r.gap.is_found = false;
	r.is_all_live = true;
	assert_int_equal(read_from(copies_peer(&r), at, buf, sizeof path), sizeof path);
	assert_string_equal(buf, path);
	assert_false(r.gap.is_found);
	copies_done(&c);
}

static void
what_was_left_out_says_how_much_it_was(void **state)
{
	struct copies c = { 0 };
	struct text t = { 0 };
	(void)state;

	add(&t, 1000, SNIPPET_OK, "abcde", 5);
	add(&t, 2000, SNIPPET_CUT, NULL, 480);
	assert_true(copies_keep(&c, t.bytes, t.n, t.n_snippets));
	assert_int_equal(copies_left_out(&c, 1000), 0);
	assert_int_equal(copies_left_out(&c, 2000), 480);
	assert_int_equal(copies_left_out(&c, 2008), 0);
	copies_done(&c);
}

static void
snippets_that_do_not_fit_are_refused_whole(void **state)
{
	struct text t = { 0 };
	(void)state;

	add(&t, 1000, SNIPPET_OK, "abcd", 4);
	add(&t, 2000, SNIPPET_OK, "efgh", 4);
	for (size_t n = 0; n <= t.n; n++) {
		struct copies c = { 0 };
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, t.bytes, n);
		assert_int_equal(copies_keep(&c, exact, n, 2), n == t.n);
		assert_int_equal(c.n, n == t.n ? 2 : 0);
		assert_false(n < t.n && copies_lend(&c, exact, n, 60000));
		free(exact);
		copies_done(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_that_touch_are_one_memory),
		cmocka_unit_test(what_is_kept_outlives_its_record),
		cmocka_unit_test(a_gap_says_why),
		cmocka_unit_test(behind_the_end_of_a_string_nothing_is_missed),
		cmocka_unit_test(
			what_was_not_readable_before_the_call_is_not_taken_from_after_it),
		cmocka_unit_test(what_was_left_for_later_is_read_though_the_entry_had_a_fault),
		cmocka_unit_test(a_call_that_failed_leaves_all_of_its_memory_to_be_read),
		cmocka_unit_test(what_was_left_out_says_how_much_it_was),
		cmocka_unit_test(snippets_that_do_not_fit_are_refused_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
