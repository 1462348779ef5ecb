/* SPDX-License-Identifier: MIT */
/* denial_test.c - what the target's own filters say, told as the kernel would */

#include "unit/test.h"

#include "capture/denial.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define NR offsetof(struct seccomp_data, nr)
#define ARG0 offsetof(struct seccomp_data, args[0])
#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define RET(k) BPF_STMT(BPF_RET | BPF_K, k)
#define RET_A BPF_STMT(BPF_RET | BPF_A, 0)
#define ALU(op, k) BPF_STMT(BPF_ALU | (op) | BPF_K, k)
#define MAX_CODE 8

static uint32_t
ask(const struct sock_filter *code, size_t n, const struct own_filter *older, uint32_t nr,
	uint64_t arg)
{
	struct own_filter filter = { .older = older, .code = code, .n = n };
	struct seccomp_data data = {
		.nr = (int)nr, .arch = AUDIT_ARCH_X86_64, .args = { arg }
	};

	return denial_ask(&filter, &data);
}

static void
programs_answer_as_bpf_defines(void **state)
{
	static const struct {
		const char *name;
		struct sock_filter code[MAX_CODE];
		size_t n;
		uint32_t nr, arg, wanted;
	} cases[] = {
		{ "constant", { RET(SECCOMP_RET_KILL_PROCESS) }, 1, 0, 0,
			SECCOMP_RET_KILL_PROCESS },
		{ "equal jumps",
			{ LOAD(NR), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 1),
				RET(SECCOMP_RET_ERRNO | 1), RET(SECCOMP_RET_ALLOW) },
			4, 7, 0, SECCOMP_RET_ERRNO | 1 },
		{ "unequal does not",
			{ LOAD(NR), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 1),
				RET(SECCOMP_RET_ERRNO | 1), RET(SECCOMP_RET_ALLOW) },
			4, 8, 0, SECCOMP_RET_ALLOW },
		{ "greater is without sign",
			{ LOAD(NR), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 0, 1),
				RET(SECCOMP_RET_TRAP), RET(SECCOMP_RET_ALLOW) },
			4, 0xffffffff, 0, SECCOMP_RET_TRAP },
		{ "greater or equal",
			{ LOAD(NR), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 5, 0, 1),
				RET(SECCOMP_RET_TRAP), RET(SECCOMP_RET_ALLOW) },
			4, 5, 0, SECCOMP_RET_TRAP },
		{ "a bit of an argument",
			{ LOAD(ARG0), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 0, 1),
				RET(SECCOMP_RET_LOG), RET(SECCOMP_RET_ALLOW) },
			4, 0, 6, SECCOMP_RET_LOG },
		{ "against X",
			{ LOAD(ARG0), BPF_STMT(BPF_MISC | BPF_TAX, 0), LOAD(NR),
				BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
				RET(SECCOMP_RET_TRAP), RET(SECCOMP_RET_ALLOW) },
			6, 9, 9, SECCOMP_RET_TRAP },
		{ "memory and TXA",
			{ LOAD(ARG0), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_IMM, 0),
				BPF_STMT(BPF_LDX | BPF_MEM, 3), BPF_STMT(BPF_MISC | BPF_TXA, 0),
				RET_A },
			6, 0, 0x50002, 0x50002 },
		{ "a far jump",
			{ BPF_STMT(BPF_JMP | BPF_JA, 1), RET(SECCOMP_RET_TRAP),
				RET(SECCOMP_RET_ERRNO | 3) },
			3, 0, 0, SECCOMP_RET_ERRNO | 3 },
		{ "length", { BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A }, 2, 0, 0, 64 },
		{ "add", { LOAD(ARG0), ALU(BPF_ADD, 2), RET_A }, 3, 0, 0xffffffff, 1 },
		{ "subtract", { LOAD(ARG0), ALU(BPF_SUB, 2), RET_A }, 3, 0, 5, 3 },
		{ "multiply", { LOAD(ARG0), ALU(BPF_MUL, 3), RET_A }, 3, 0, 5, 15 },
		{ "divide", { LOAD(ARG0), ALU(BPF_DIV, 2), RET_A }, 3, 0, 9, 4 },
		{ "and", { LOAD(ARG0), ALU(BPF_AND, 6), RET_A }, 3, 0, 12, 4 },
		{ "or", { LOAD(ARG0), ALU(BPF_OR, 3), RET_A }, 3, 0, 12, 15 },
		{ "xor", { LOAD(ARG0), ALU(BPF_XOR, 10), RET_A }, 3, 0, 12, 6 },
		{ "shift left", { LOAD(ARG0), ALU(BPF_LSH, 4), RET_A }, 3, 0, 12, 192 },
		{ "shift right", { LOAD(ARG0), ALU(BPF_RSH, 2), RET_A }, 3, 0, 12, 3 },
		{ "negate", { LOAD(ARG0), ALU(BPF_NEG, 0), RET_A }, 3, 0, 1, 0xffffffff },
		{ "negative results count as strictest", { RET(SECCOMP_RET_KILL_PROCESS) }, 1,
			1, 1, SECCOMP_RET_KILL_PROCESS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct own_filter filter = { .code = cases[i].code, .n = cases[i].n };
		struct seccomp_data data = { .nr = (int)cases[i].nr,
			.arch = AUDIT_ARCH_X86_64,
			.args = { cases[i].arg } };
		uint32_t says = denial_ask(&filter, &data);
		/* What is not stricter than "allow" leaves "allow" standing. */
		uint32_t action = cases[i].wanted & SECCOMP_RET_ACTION_FULL;
		uint32_t wanted = (int32_t)action < (int32_t)SECCOMP_RET_ALLOW
					  ? cases[i].wanted
					  : SECCOMP_RET_ALLOW;

		if (says != wanted)
			fail_msg("%s: %#x, not %#x", cases[i].name, says, wanted);
	}
}

static void
the_strictest_of_several_wins(void **state)
{
	static const uint32_t order[] = { SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD,
		SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO | 13, SECCOMP_RET_USER_NOTIF,
		SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		for (size_t k = 0; k < ARRAY_LEN(order); k++) {
			struct sock_filter old[] = { RET(order[i]) }, new[] = { RET(order[k]) };
			struct own_filter older = { .code = old, .n = 1 };

			assert_int_equal(ask(new, 1, &older, 0, 0), order[MIN(i, k)]);
		}
	}
}

static void
of_equals_the_newest_says_which_errno(void **state)
{
	struct sock_filter old[] = { RET(SECCOMP_RET_ERRNO | 1) },
			   new[] = { RET(SECCOMP_RET_ERRNO | 2) };
	struct own_filter older = { .code = old, .n = 1 };

	(void)state;
	assert_int_equal(ask(new, 1, &older, 0, 0), SECCOMP_RET_ERRNO | 2);
}

static void
no_filter_allows(void **state)
{
	struct seccomp_data data = { 0 };

	(void)state;
	assert_int_equal(denial_ask(NULL, &data), SECCOMP_RET_ALLOW);
}

static void
strict_mode_knows_four_calls(void **state)
{
	static const struct {
		uint32_t arch;
		int allowed[4], other;
	} cases[] = {
		{ AUDIT_ARCH_X86_64, { 0, 1, 15, 60 }, 231 },
		{ AUDIT_ARCH_I386, { 1, 3, 4, 119 }, 0 },
		{ AUDIT_ARCH_AARCH64, { 63, 64, 93, 139 }, 94 },
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct own_filter *strict = denial_strict(arena, NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seccomp_data data = { .arch = cases[i].arch };

		for (size_t k = 0; k < 4; k++) {
			data.nr = cases[i].allowed[k];
			assert_int_equal(denial_ask(strict, &data), SECCOMP_RET_ALLOW);
		}
		data.nr = cases[i].other;
		assert_int_equal(denial_ask(strict, &data), SECCOMP_RET_KILL_THREAD);
	}
}

/* The kernel has refused such programs; what is here must still not run away or read wild. */
static void
damaged_programs_end(void **state)
{
	uint64_t seed = 88172645463325252u;
	struct sock_filter code[MAX_CODE];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < MAX_CODE; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			memcpy(&code[i], &seed, sizeof code[i]);
			code[i].code &= 0xff;
			if (seed & 0x100)
				code[i].k &= 0x3f;
		}
		ask(code, MAX_CODE, NULL, (uint32_t)seed, seed);
	}
}

/* Our own memory stands in for the task's. */
static void
a_program_is_read_with_its_length(void **state)
{
	struct sock_filter code[] = { RET(SECCOMP_RET_ERRNO | 9) };
	struct sock_fprog prog = { 1, code }, none = { 0, code }, wild = { 1, NULL };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct seccomp_data data = { 0 };
	const struct own_filter *f =
		denial_read(arena, getpid(), ARCH_X86_64, (uintptr_t)&prog, NULL);

	(void)state;
	if (!f)
		skip(); /* process_vm_readv(2) is forbidden here */
	assert_int_equal(denial_ask(f, &data), SECCOMP_RET_ERRNO | 9);
	assert_null(denial_read(arena, getpid(), ARCH_X86_64, (uintptr_t)&none, NULL));
	assert_null(denial_read(arena, getpid(), ARCH_X86_64, (uintptr_t)&wild, NULL));
	assert_null(denial_read(arena, getpid(), ARCH_X86_64, 8, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_answer_as_bpf_defines),
		cmocka_unit_test(the_strictest_of_several_wins),
		cmocka_unit_test(of_equals_the_newest_says_which_errno),
		cmocka_unit_test(no_filter_allows),
		cmocka_unit_test(strict_mode_knows_four_calls),
		cmocka_unit_test(damaged_programs_end),
		cmocka_unit_test(a_program_is_read_with_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
