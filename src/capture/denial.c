/* SPDX-License-Identifier: MIT */
/*
 * denial.c - seccomp filters that the target installed itself, and what they say to a call
 *
 * Classic BPF as seccomp(2) allows it: loads of 32-bit words of struct seccomp_data,
 * arithmetic, jumps forward, returns. The kernel has checked the program before; here a wrong
 * one ends as "allowed" and never runs away, because jumps go forward only.
 */

#include "capture/denial.h"

#include "capture/memory.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <string.h>

const struct own_filter *
denial_read(struct arena *arena, pid_t tid, enum arch arch, uint64_t address,
	const struct own_filter *older)
{
	bool is_narrow = arch == ARCH_I386 || arch == ARCH_X32;
	struct own_filter *filter;
	uint64_t at = 0;
	uint16_t n = 0;
	struct sock_filter *code;

	if (memory_read(tid, address, &n, sizeof n) < sizeof n || !n ||
		memory_read(tid, address + (is_narrow ? 4 : 8), &at, is_narrow ? 4 : 8) == 0)
		return NULL;
	code = arena_array(arena, n, sizeof *code);
	if (memory_read(tid, at, code, n * sizeof *code) < n * sizeof *code)
		return NULL;
	filter = arena_alloc(arena, sizeof *filter);
	*filter = (struct own_filter){ .older = older, .code = code, .n = n };
	return filter;
}

const struct own_filter *
denial_strict(struct arena *arena, const struct own_filter *older)
{
	struct own_filter *filter = arena_alloc(arena, sizeof *filter);

	*filter = (struct own_filter){ .older = older, .is_strict = true };
	return filter;
}

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
};

static uint32_t
alu(uint32_t a, uint16_t op, uint32_t by)
{
	switch (op) {
	case BPF_ADD:
		return a + by;
	case BPF_SUB:
		return a - by;
	case BPF_MUL:
		return a * by;
	case BPF_DIV:
		return by ? a / by : 0;
	case BPF_MOD:
		return by ? a % by : 0;
	case BPF_AND:
		return a & by;
	case BPF_OR:
		return a | by;
	case BPF_XOR:
		return a ^ by;
	case BPF_LSH:
		return by < 32 ? a << by : 0;
	case BPF_RSH:
		return by < 32 ? a >> by : 0;
	default: /* BPF_NEG */
		return -a;
	}
}

static bool
compare(uint32_t a, uint16_t op, uint32_t with)
{
	switch (op) {
	case BPF_JEQ:
		return a == with;
	case BPF_JGT:
		return a > with;
	case BPF_JGE:
		return a >= with;
	default: /* BPF_JSET */
		return a & with;
	}
}

static uint32_t
load(const struct machine *m, const struct sock_filter *at, const struct seccomp_data *data)
{
	uint32_t word = 0;

	switch (BPF_MODE(at->code)) {
	case BPF_IMM:
		return at->k;
	case BPF_MEM:
		return m->memory[at->k % BPF_MEMWORDS];
	case BPF_LEN:
		return sizeof *data;
	default: /* BPF_ABS */
		if (at->k <= sizeof *data - sizeof word)
			memcpy(&word, (const char *)data + at->k, sizeof word);
		return word;
	}
}

static uint32_t
run(const struct own_filter *f, const struct seccomp_data *data)
{
	struct machine m = { 0 };

	for (size_t i = 0; i < f->n; i++) {
		const struct sock_filter *at = &f->code[i];
		uint32_t by = BPF_SRC(at->code) == BPF_X ? m.x : at->k;

		switch (BPF_CLASS(at->code)) {
		case BPF_LD:
			m.a = load(&m, at, data);
			break;
		case BPF_LDX:
			m.x = load(&m, at, data);
			break;
		case BPF_ST:
			m.memory[at->k % BPF_MEMWORDS] = m.a;
			break;
		case BPF_STX:
			m.memory[at->k % BPF_MEMWORDS] = m.x;
			break;
		case BPF_ALU:
			m.a = alu(m.a, BPF_OP(at->code), by);
			break;
		case BPF_JMP:
			if (BPF_OP(at->code) == BPF_JA)
				i += at->k;
			else
				i += compare(m.a, BPF_OP(at->code), by) ? at->jt : at->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(at->code) == BPF_A ? m.a : at->k;
		default: /* BPF_MISC */
			if (BPF_MISCOP(at->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
		}
	}
	return SECCOMP_RET_ALLOW;
}

/* mode strict: read, write, exit, rt_sigreturn (sigreturn for i386), all else kills. */
static uint32_t
ask_strict(const struct seccomp_data *data)
{
	static const int x86_64[] = { 0, 1, 60, 15 }, i386[] = { 3, 4, 1, 119 },
			 aarch64[] = { 63, 64, 93, 139 };
	const int *list = data->arch == AUDIT_ARCH_I386      ? i386
			  : data->arch == AUDIT_ARCH_AARCH64 ? aarch64
							     : x86_64;

	for (size_t i = 0; i < ARRAY_LEN(x86_64); i++) {
		if (list[i] == data->nr)
			return SECCOMP_RET_ALLOW;
	}
	return SECCOMP_RET_KILL_THREAD;
}

/* All filters run; the strictest action wins, of equal ones the newest. Actions are ordered as
 * signed numbers (KILL_PROCESS is negative). */
uint32_t
denial_ask(const struct own_filter *filters, const struct seccomp_data *data)
{
	uint32_t wins = SECCOMP_RET_ALLOW;

	for (; filters; filters = filters->older) {
		uint32_t says = filters->is_strict ? ask_strict(data) : run(filters, data);

		if ((int32_t)(says & SECCOMP_RET_ACTION_FULL) <
			(int32_t)(wins & SECCOMP_RET_ACTION_FULL))
			wins = says;
	}
	return wins;
}
