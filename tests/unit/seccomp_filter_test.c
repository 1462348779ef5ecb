/* SPDX-License-Identifier: MIT */
/*
 * seccomp_filter_test.c - the filter stops exactly what was asked for
 *
 * The program is run here, by an interpreter that knows only the instructions it may be made
 * of, over every number of every architecture.
 */

#include "unit/test.h"

#include "capture/filter.h"
#include "capture/ours.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#define STOP (SECCOMP_RET_TRACE | FILTER_MARK)
#define X32_BIT 0x40000000u

/* Counts the instructions run into *n; what a verifier would refuse fails the test. */
static uint32_t
run(const struct sock_fprog *prog, uint32_t audit, uint32_t nr, unsigned *n)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = audit };
	uint32_t a = 0;

	*n = 0;
	for (size_t i = 0; i < prog->len; i++) {
		const struct sock_filter *at = &prog->filter[i];

		++*n;
		switch (at->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			/* Other fields would keep the kernel from remembering the answer. */
			assert_true(at->k == offsetof(struct seccomp_data, nr) ||
				    at->k == offsetof(struct seccomp_data, arch));
			memcpy(&a, (const char *)&data + at->k, sizeof a);
			break;
		case BPF_JMP | BPF_JA:
			i += at->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			i += a == at->k ? at->jt : at->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			i += a >= at->k ? at->jt : at->jf;
			break;
		case BPF_RET | BPF_K:
			return at->k;
		default:
			fail_msg("instruction %zu: code %#x", i, at->code);
		}
	}
	fail_msg("the program ends without an answer for %u", nr);
	return 0;
}

static const struct {
	uint32_t audit, bit;
	enum arch arch;
} arches[] = {
#ifdef __x86_64__
	{ AUDIT_ARCH_X86_64, 0, ARCH_X86_64 },
	{ AUDIT_ARCH_X86_64, X32_BIT, ARCH_X32 },
	{ AUDIT_ARCH_I386, 0, ARCH_I386 },
#else
	{ AUDIT_ARCH_AARCH64, 0, ARCH_AARCH64 },
#endif
};

static void
check_number(const struct sock_fprog *prog, const struct call_set *set, size_t i, uint32_t nr,
	const char *spec)
{
	enum call_id id = decode_spec(arches[i].arch, nr)->id;
	bool wanted = call_set_has(set, id) || (id != CALL_unknown && ours_has(id));
	unsigned n;
	uint32_t says = run(prog, arches[i].audit, nr, &n);

	if (says != (wanted ? STOP : SECCOMP_RET_ALLOW))
		fail_msg("'%s', arch %#x, number %u: %#x", spec, arches[i].audit, nr, says);
	if (n > 40)
		fail_msg("'%s', number %u: %u instructions", spec, nr, n);
}

static void
the_filter_stops_exactly_what_is_wanted(void **state)
{
	static const char *const specs[] = { "none", "all", "write", "read,write,openat,close",
		"%file", "%network,%process", "!openat", "!%file", "/^[a-m]/", "/[aeiou]$/",
		"0", "pure" };
	static const uint32_t far[] = { 1023, 1024, 1025, 2000, 0x3fffffff, X32_BIT + 1024,
		0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(specs); k++) {
		struct call_set set = { 0 };
		struct sock_fprog prog;
		struct err err = { 0 };

		assert_int_equal(call_set_parse(&set, specs[k], &err), 0);
		filter_make(&prog, &set);
		for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
			for (uint32_t nr = 0; nr < 1100; nr++)
				check_number(&prog, &set, i, arches[i].bit + nr, specs[k]);
			for (size_t f = 0; !arches[i].bit && f < ARRAY_LEN(far); f++)
				check_number(&prog, &set, i, far[f], specs[k]);
		}
		filter_free(&prog);
	}
}

static void
with_no_set_everything_stops(void **state)
{
	struct sock_fprog prog;
	unsigned n;

	(void)state;
	filter_make(&prog, NULL);
	for (size_t i = 0; i < ARRAY_LEN(arches); i++)
		for (uint32_t nr = 0; nr < 3000; nr++)
			assert_int_equal(
				run(&prog, arches[i].audit, arches[i].bit + nr, &n), STOP);
	assert_int_equal(run(&prog, AUDIT_ARCH_RISCV64, 0xffffffff, &n), STOP);
	filter_free(&prog);
}

static void
another_architecture_passes(void **state)
{
	struct call_set set = { 0 };
	struct sock_fprog prog;
	struct err err = { 0 };
	unsigned n;

	(void)state;
	assert_int_equal(call_set_parse(&set, "all", &err), 0);
	filter_make(&prog, &set);
	assert_int_equal(run(&prog, AUDIT_ARCH_RISCV64, 1, &n), SECCOMP_RET_ALLOW);
	filter_free(&prog);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_filter_stops_exactly_what_is_wanted),
		cmocka_unit_test(with_no_set_everything_stops),
		cmocka_unit_test(another_architecture_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
