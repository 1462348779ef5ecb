/* SPDX-License-Identifier: MIT */
/* mutate_test.c - tapes, mutants and samples */
#include "unit/test.h"

#include "gate/inner.h"
#include "mutate/inner.h"

#include <string.h>

static struct tape *
tape_of_writes(size_t n)
{
	struct tape *t = tape_new(1 << 20);
	struct err err = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct area area = { .arg = 1,
			.kind = AREA_DATA_OUT,
			.kept = 1,
			.size = 1,
			.bytes = (const uint8_t *)"abcdefgh" + i };
		struct event e = { .kind = EVENT_CALL,
			.task = 1,
			.seq = 10 * (i + 1),
			.time_ns = 100 * i,
			.call = { .ret = 1,
				.enter_seq = 10 * (i + 1) - 5,
				.n_areas = 1,
				.areas = &area } };

		assert_int_equal(tape_event(t, &e, &err), 0);
	}
	return t;
}

struct heard {
	struct str text;
	uint64_t seq;
	bool grows;
};

static int
hear(void *arg, const struct event *event, struct err *err)
{
	struct heard *h = arg;

	(void)err;
	h->grows &= event->seq > h->seq && event->call.enter_seq < event->seq;
	h->seq = event->seq;
	if (event->call.n_areas)
		str_add_n(&h->text, event->call.areas[0].bytes, 1);
	else
		str_add_char(&h->text, '+');
	return 0;
}

static void
wants(const struct mutant *m, const char *text)
{
	struct heard h = { .grows = true };
	struct err err = { 0 };

	assert_int_equal(mutant_visit(m, hear, &h, &err), 0);
	assert_string_equal(str_text(&h.text), text);
	assert_true(h.grows);
	str_done(&h.text);
}

static void
a_mutant_is_played_in_its_own_order(void **state)
{
	AUTO(tape_free) struct tape *t = tape_of_writes(5);
	AUTO(mutant_free) struct mutant *m = mutant_new(t);

	(void)state;
	wants(m, "abcde");
	mutant_swap(m, 1, 3);
	wants(m, "adcbe");
	mutant_drop(m, 0);
	wants(m, "dcbe");
	mutant_move(m, 4, 2);
	wants(m, "decb");
	mutant_add(m, 5, EVENT_CALL, 1);
	wants(m, "decb+");
}

static void
the_tape_stays_as_it_was(void **state)
{
	AUTO(tape_free) struct tape *t = tape_of_writes(3);
	AUTO(mutant_free) struct mutant *m = mutant_new(t), *other = mutant_new(t);

	(void)state;
	mutant_edit(m, 1)->call.ret = 77;
	mutant_areas(m, mutant_edit(m, 1))[0].bytes = (const uint8_t *)"x";
	wants(m, "axc");
	wants(other, "abc");
	assert_int_equal(t->events[1].call.ret, 1);
}

static void
a_run_above_the_limit_is_refused(void **state)
{
	AUTO(tape_free) struct tape *t = tape_new(1);
	struct event e = { .kind = EVENT_CALL, .seq = 1 };
	struct err err = { 0 };
	int rc = 0;

	(void)state;
	for (int i = 0; i < 100000 && rc == 0; i++)
		rc = tape_event(t, &e, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_UNSURE);
	err_done(&err);
}

static void
a_sample_is_spread_and_always_the_same(void **state)
{
	struct sites a = { 0 }, b = { 0 };

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		sites_add(&a, i, 0, 0);
		sites_add(&b, i, 0, 0);
	}
	sites_sample(&a, "drop-output", 10);
	sites_sample(&b, "drop-output", 10);
	assert_int_equal(a.n, 10);
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(a.items[i].at / 100, i);
		assert_int_equal(a.items[i].at, b.items[i].at);
	}
	sites_sample(&a, "drop-output", 20);
	assert_int_equal(a.n, 10);
	mem_free(a.items);
	mem_free(b.items);
}

static void
a_byte_is_changed_only_where_the_golden_shows_its_word(void **state)
{
	const char *text = "at 12:31 done";

	(void)state;
	assert_int_equal(stage_open_byte(text, 13, "at <time> done\n", 0), 0);
	assert_int_equal(stage_open_byte(text, 13, "at <time> done\n", 1), 9);
	assert_int_equal(stage_open_byte(text, 13, NULL, 1), 6);
	assert_true(stage_open_byte(text, 13, "<all>", 0) == SIZE_MAX);
	assert_true(stage_open_byte("", 0, NULL, 2) == SIZE_MAX);
	for (int b = 0; b < 256; b++)
		assert_int_not_equal(other_byte((uint8_t)b), b);
}

static void
flakes_are_bounded(void **state)
{
	static const struct {
		uint32_t k, n;
		double bound;
	} rows[] = { { 0, 10, 0.3 }, { 0, 2, 1 }, { 0, 300, 0.01 }, { 2, 6, 0.7287 },
		{ 1, 10, 0.3942 }, { 10, 10, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_float_equal(
			calibrate_flake_bound(rows[i].k, rows[i].n), rows[i].bound, 0.0005);
}

static void
every_operator_says_what_it_is(void **state)
{
	size_t n[2] = { 0, 0 };

	(void)state;
	for (size_t i = 0; operators[i]; i++) {
		const struct operator* op = operators[i];

		assert_true(op->name && op->matters && op->find && op->apply && op->profiles);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(op->name, operators[k]->name);
		n[op->must_be_caught]++;
	}
	assert_true(n[0] > 10 && n[1] > 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mutant_is_played_in_its_own_order),
		cmocka_unit_test(the_tape_stays_as_it_was),
		cmocka_unit_test(a_run_above_the_limit_is_refused),
		cmocka_unit_test(a_sample_is_spread_and_always_the_same),
		cmocka_unit_test(a_byte_is_changed_only_where_the_golden_shows_its_word),
		cmocka_unit_test(flakes_are_bounded),
		cmocka_unit_test(every_operator_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
