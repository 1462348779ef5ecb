/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* regs.h - the call that the registers of a task name, by the rules of its architecture */
#ifndef CAPTURE_BPF_REGS_H
#define CAPTURE_BPF_REGS_H

#include "capture/bpf/kernel.h"
#include "capture/bpf/record.h"

#define X32_BIT 0x40000000u
#define TS_COMPAT 2u
static __always_inline uint8_t
arch_of(const struct task_struct *task, uint64_t nr)
{
	if (task->thread_info.status & TS_COMPAT)
		return 1;
	return nr & X32_BIT ? 2 : 0;
}

static __always_inline bool
is_sigreturn(uint8_t arch, uint32_t nr)
{
	switch (arch) {
	case 0:
		return nr == 15;
	case 1:
		return nr == 119 || nr == 173;
	}
	return nr == 513;
}

/* The call that the registers name. */
static __always_inline void
take_call(struct record_call *call, const struct task_struct *task, const struct pt_regs *regs,
	uint64_t nr)
{
	call->arch = arch_of(task, nr);
	call->nr = (uint32_t)nr;
	if (call->arch == 1) {
		call->arg[0] = (uint32_t)regs->bx;
		call->arg[1] = (uint32_t)regs->cx;
		call->arg[2] = (uint32_t)regs->dx;
		call->arg[3] = (uint32_t)regs->si;
		call->arg[4] = (uint32_t)regs->di;
		call->arg[5] = (uint32_t)regs->bp;
	} else {
		call->nr &= ~X32_BIT;
		call->arg[0] = regs->di;
		call->arg[1] = regs->si;
		call->arg[2] = regs->dx;
		call->arg[3] = regs->r10;
		call->arg[4] = regs->r8;
		call->arg[5] = regs->r9;
	}
	call->ip = regs->ip;
	call->sp = regs->sp;
	call->ret = 0;
	call->flags = 0;
	call->n_snippets = 0;
	if (is_sigreturn(call->arch, call->nr))
		call->arg[0] = call->sp;
}

#endif
