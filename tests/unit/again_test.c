/* SPDX-License-Identifier: MIT */
/* again_test.c - which runs have holes that they would not have under ptrace */

#include "unit/test.h"

#include "gate/again.h"

static char disagreement[] = "the trace saw 1 bytes go to stdout, and 2 came out of it";

static const struct {
	const char *name;
	struct run run;
	bool is_due;
} rows[] = {
	{ "whole", { .backend = BACKEND_EBPF }, false },
	{ "lost", { .backend = BACKEND_EBPF, .footer = { .n_lost = 1 } }, true },
	{ "escaped", { .backend = BACKEND_EBPF, .footer = { .n_escaped = 1 } }, true },
	{ "not read", { .backend = BACKEND_EBPF, .footer = { .n_untraceable = 1 } }, true },
	{ "the pipe knows better", { .backend = BACKEND_EBPF, .disagreement = disagreement },
		true },
	{ "seen", { .backend = BACKEND_EBPF, .footer = { .n_seen_stops = 1 } }, false },
	{ "under ptrace", { .backend = BACKEND_PTRACE, .footer = { .n_lost = 1 } }, false },
	{ "under seccomp", { .backend = BACKEND_SECCOMP, .footer = { .n_lost = 1 } }, false },
	{ "io_uring, which ptrace does not see either",
		{ .backend = BACKEND_EBPF, .footer = { .n_rings = 1 } }, false },
	{ "cut", { .backend = BACKEND_EBPF, .footer = { .n_lost = 1, .was_cut = true } },
		false },
	{ "timed out",
		{ .backend = BACKEND_EBPF, .timed_out = true, .footer = { .n_lost = 1 } },
		false },
	{ "interrupted",
		{ .backend = BACKEND_EBPF, .interrupted = true, .footer = { .n_lost = 1 } },
		false },
};

static void
what_ebpf_lost_is_taken_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (again_is_due(&rows[i].run) != rows[i].is_due)
			fail_msg("%s: is %sdue", rows[i].name, rows[i].is_due ? "not " : "");
}

/* Whatever came of it: a pass is one. */
static void
what_the_target_saw_of_ebpf_may_have_changed_it(void **state)
{
	struct run run = { .backend = BACKEND_EBPF, .footer = { .n_seen_stops = 1 } };

	(void)state;
	assert_true(again_may_differ(&run));
	run.timed_out = true;
	assert_false(again_may_differ(&run));
	run.timed_out = false;
	run.backend = BACKEND_PTRACE;
	assert_false(again_may_differ(&run));
	run = (struct run){ .backend = BACKEND_EBPF };
	assert_false(again_may_differ(&run));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ebpf_lost_is_taken_again),
		cmocka_unit_test(what_the_target_saw_of_ebpf_may_have_changed_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
