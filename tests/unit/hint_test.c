/* SPDX-License-Identifier: MIT */
/* hint_test.c - the rows of single calls: how many there are, and when they are looked at */
#include "unit/test.h"

#include "decode/decode.h"
#include "decode/hint.h"

/* What happens a million times a second must cost little: so many rows, so many at the entry.
 */
static void
calls_that_are_made_often_have_few_rows(void **state)
{
	static const struct {
		uint16_t id;
		uint8_t n, n_early, op;
	} wanted[] = {
		{ CALL_read, 1, 0, HINT_DATA_IN },
		{ CALL_write, 1, 0, HINT_DATA_OUT },
		{ CALL_pwrite64, 1, 0, HINT_DATA_OUT },
		{ CALL_openat, 1, 0, HINT_STRING },
		{ CALL_close, 0, 0, HINT_NONE },
		{ CALL_lseek, 0, 0, HINT_NONE },
		{ CALL_mmap, 0, 0, HINT_NONE },
		{ CALL_brk, 0, 0, HINT_NONE },
		{ CALL_getpid, 0, 0, HINT_NONE },
		{ CALL_fstat, 1, 0, HINT_BYTES },
		{ CALL_newfstatat, 2, 0, HINT_STRING },
		{ CALL_futex, 1, 0, HINT_BYTES },
		{ CALL_poll, 1, 0, HINT_COUNTED },
		{ CALL_epoll_wait, 1, 0, HINT_RESULT },
		{ CALL_epoll_ctl, 1, 0, HINT_BYTES },
		{ CALL_rt_sigprocmask, 2, 0, HINT_COUNTED },
		{ CALL_nanosleep, 2, 0, HINT_BYTES },
		{ CALL_writev, 1, 0, HINT_IOV_OUT },
		{ CALL_sendmsg, 1, 0, HINT_MSG_OUT },
		{ CALL_recvmsg, 2, 1, HINT_BYTES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct call_hints hints;
		unsigned n_early = 0;

		hint_of(&hints, ARCH_X86_64, (uint32_t)decode_nr(ARCH_X86_64, wanted[i].id));
		for (unsigned k = 0; k < hints.n; k++)
			n_early += hints.hint[k].when & HINT_AT_ENTRY;
		assert_int_equal(hints.n, wanted[i].n);
		assert_int_equal(n_early, wanted[i].n_early);
		assert_int_equal(hints.hint[0].op, wanted[i].op);
	}
}

static void
a_buffer_that_is_passed_twice_is_taken_before_the_call(void **state)
{
	static const struct {
		uint16_t id;
		uint8_t in, out;
	} pairs[] = {
		{ CALL_rt_sigprocmask, 1, 2 },
		{ CALL_rt_sigaction, 1, 2 },
		{ CALL_sigaltstack, 0, 1 },
		{ CALL_nanosleep, 0, 1 },
		{ CALL_clock_nanosleep, 2, 3 },
		{ CALL_setitimer, 1, 2 },
		{ CALL_timer_settime, 2, 3 },
		{ CALL_timerfd_settime, 2, 3 },
		{ CALL_prlimit64, 2, 3 },
		{ CALL_mq_getsetattr, 1, 2 },
		{ CALL_readlink, 0, 1 },
		{ CALL_readlinkat, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		uint64_t arg[6] = { 1, 2, 3, 4, 5, 6 };
		struct call_hints hints;
		const struct hint *h = hints.hint;

		hint_of(&hints, ARCH_X86_64, (uint32_t)decode_nr(ARCH_X86_64, pairs[i].id));
		while (h->reg != pairs[i].in)
			h++;
		assert_false(hint_is_early(h, arg));
		arg[pairs[i].out] = arg[pairs[i].in];
		assert_true(hint_is_early(h, arg));
	}
}

/* The address space of an execve is gone when it has succeeded. */
static void
what_exec_is_given_is_taken_before_it_and_after_it_only_if_it_failed(void **state)
{
	static const uint16_t ids[] = { CALL_execve, CALL_execveat };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(ids); i++) {
		enum arch arch = i % 2 ? ARCH_I386 : ARCH_X86_64;
		struct call_hints hints;

		hint_of(&hints, arch, (uint32_t)decode_nr(arch, ids[i / 2]));
		assert_int_equal(hints.n, 3);
		assert_int_equal(hints.word, arch == ARCH_I386 ? 4 : 8);
		for (unsigned k = 0; k < hints.n; k++)
			assert_int_equal(hints.hint[k].when,
				HINT_AT_ENTRY | HINT_AT_EXIT | HINT_IF_FAILED);
	}
}

/* What a program leaves in the register of an argument that the operation does not have is no
 * address. */
static void
an_operation_that_leads_nowhere_is_told_by_its_register(void **state)
{
	static const struct {
		uint16_t id;
		uint32_t op;
		bool leads;
	} ops[] = {
		{ CALL_fcntl, 0, false },     /* F_DUPFD */
		{ CALL_fcntl, 1, false },     /* F_GETFD */
		{ CALL_fcntl, 2, false },     /* F_SETFD */
		{ CALL_fcntl, 3, false },     /* F_GETFL */
		{ CALL_fcntl, 4, false },     /* F_SETFL */
		{ CALL_fcntl, 1030, false },  /* F_DUPFD_CLOEXEC */
		{ CALL_fcntl, 5, true },      /* F_GETLK */
		{ CALL_fcntl, 7, true },      /* F_SETLKW */
		{ CALL_fcntl, 38, true },     /* F_OFD_SETLKW */
		{ CALL_fcntl, 1036, true },   /* F_SET_RW_HINT */
		{ CALL_futex, 128, true },    /* FUTEX_WAIT_PRIVATE */
		{ CALL_futex, 137, true },    /* FUTEX_WAIT_BITSET_PRIVATE */
		{ CALL_ioctl, 0x5401, true }, /* TCGETS */
		{ CALL_openat, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		const uint64_t arg[6] = { 3, 0xffffffff00000000 | ops[i].op, 1, 1, 1, 1 };
		struct call_hints hints;

		hint_of(&hints, ARCH_X86_64, (uint32_t)decode_nr(ARCH_X86_64, ops[i].id));
		assert_int_equal(!!hint_leads(&hints, arg), ops[i].leads);
	}
}

static void
a_number_that_is_not_known_has_no_rows(void **state)
{
	struct call_hints hints;

	(void)state;
	for (unsigned arch = 0; arch < N_ARCHES; arch++) {
		hint_of(&hints, arch, HINT_NRS - 1);
		assert_int_equal(hints.n, 0);
		hint_of(&hints, arch, UINT32_MAX);
		assert_int_equal(hints.n, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_that_are_made_often_have_few_rows),
		cmocka_unit_test(a_buffer_that_is_passed_twice_is_taken_before_the_call),
		cmocka_unit_test(
			what_exec_is_given_is_taken_before_it_and_after_it_only_if_it_failed),
		cmocka_unit_test(an_operation_that_leads_nowhere_is_told_by_its_register),
		cmocka_unit_test(a_number_that_is_not_known_has_no_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
