/* SPDX-License-Identifier: MIT */
/*
 * regs.c - the registers of a stopped task that have to do with a call
 *
 * A call with the number -1 is no call: the kernel skips it. x86 has put -ENOSYS into the
 * result before the stop at entry, so a skipped call fails with that.
 */

#include "capture/regs.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

#define CS_32 0x23 /* the code segment of 32-bit programs */
#define X32_BIT 0x40000000u

static bool
poke(pid_t tid, size_t offset, int64_t value)
{
	return ptrace(PTRACE_POKEUSER, tid, (void *)offset, (void *)value) == 0;
}

bool
regs_deny_call(pid_t tid)
{
	return poke(tid, offsetof(struct user_regs_struct, orig_rax), -1) &&
	       poke(tid, offsetof(struct user_regs_struct, rax), -ENOSYS);
}

bool
regs_set_result(pid_t tid, int64_t result)
{
	return poke(tid, offsetof(struct user_regs_struct, rax), result);
}

bool
regs_set_arg(pid_t tid, uint8_t arg, uint64_t value)
{
	static const size_t places[] = {
		offsetof(struct user_regs_struct, rdi),
		offsetof(struct user_regs_struct, rsi),
		offsetof(struct user_regs_struct, rdx),
		offsetof(struct user_regs_struct, r10),
		offsetof(struct user_regs_struct, r8),
		offsetof(struct user_regs_struct, r9),
	};

	return poke(tid, places[arg], (int64_t)value);
}

bool
regs_left(pid_t tid, struct regs_left *left)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0 || (int64_t)regs.orig_rax < 0)
		return false;
	left->nr = (uint32_t)regs.orig_rax;
	left->arch = left->nr & X32_BIT ? ARCH_X32 : ARCH_X86_64;
	left->result = (int64_t)regs.rax;
	if (regs.cs == CS_32) { /* the upper half says nothing */
		left->arch = ARCH_I386;
		left->result = (int32_t)regs.rax;
	}
	return true;
}

#elif defined(__aarch64__)

static bool
get(pid_t tid, struct user_regs_struct *regs)
{
	struct iovec io = { regs, sizeof *regs };

	return ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io) == 0;
}

bool
regs_set_result(pid_t tid, int64_t result)
{
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof regs };

	if (!get(tid, &regs))
		return false;
	regs.regs[0] = (uint64_t)result;
	return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &io) == 0;
}

bool
regs_deny_call(pid_t tid)
{
	int nr = -1;
	struct iovec io = { &nr, sizeof nr };

	return ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &io) == 0 &&
	       regs_set_result(tid, -ENOSYS);
}

bool
regs_set_arg(pid_t tid, uint8_t arg, uint64_t value)
{
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof regs };

	if (!get(tid, &regs))
		return false;
	regs.regs[arg] = value;
	return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &io) == 0;
}

bool
regs_left(pid_t tid, struct regs_left *left)
{
	struct user_regs_struct regs;
	int nr = -1;
	struct iovec io = { &nr, sizeof nr };

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &io) < 0 || nr < 0 ||
		!get(tid, &regs))
		return false;
	*left = (struct regs_left){ ARCH_AARCH64, (uint32_t)nr, (int64_t)regs.regs[0] };
	return true;
}

#endif
