/* SPDX-License-Identifier: MIT */
/* calls.c - entry and exit of calls, and the memory that belongs to them */

#include "capture/tracer.h"

#include "capture/denial.h"
#include "capture/filter.h"
#include "capture/ours.h"
#include "capture/regs.h"
#include "capture/restart.h"
#include "capture/stacks.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/ptrace.h>

#define X32_BIT 0x40000000u

enum arch
calls_arch(uint32_t audit, uint64_t nr)
{
	if (audit == AUDIT_ARCH_I386)
		return ARCH_I386;
	if (audit == AUDIT_ARCH_AARCH64)
		return ARCH_AARCH64;
	return nr & X32_BIT ? ARCH_X32 : ARCH_X86_64;
}

static bool
is_native(enum arch arch)
{
#ifdef __aarch64__
	return arch == ARCH_AARCH64;
#else
	return arch == ARCH_X86_64;
#endif
}

static struct areas_source
source_of(struct tracer *r, bool is_exit)
{
	return (struct areas_source){ view_peer(&r->view), view_peer_direct(&r->view), is_exit,
		r->opts.payload_limit };
}

static void
fetch(struct tracer *r, struct task *t, bool is_exit)
{
	struct areas_source source = source_of(r, is_exit);

	view_begin(&r->view, t->tid);
	areas_fetch(&t->areas, &source, &t->call, r->opts.want_input);
}

static void
tell(struct tracer *r, struct task *t)
{
	struct event *event;

	r->footer.n_calls_32bit += t->call.arch == ARCH_I386;
	r->footer.n_restarted += t->call.state == CALL_RESTARTED;
	r->footer.n_unfinished += t->call.state == CALL_UNFINISHED;
	r->footer.n_calls++;
	areas_seal(&t->areas);
	t->call.areas = t->areas.list;
	t->call.n_areas = (uint32_t)t->areas.n;
	event = tracer_event(r, EVENT_CALL, t);
	event->call = t->call;
}

/* What the target's own filters will say: known before the kernel asks them. */
static uint32_t
refusal(const struct task *t, uint32_t audit)
{
	struct seccomp_data data = {
		.nr = (int)t->call.nr, .arch = audit, .instruction_pointer = t->call.ip
	};
	uint32_t says;

	if (!t->filters)
		return 0;
	memcpy(data.args, t->call.arg, sizeof data.args);
	says = denial_ask(t->filters, &data) & SECCOMP_RET_ACTION_FULL;
	return says == SECCOMP_RET_ALLOW || says == SECCOMP_RET_LOG ||
			       says == SECCOMP_RET_USER_NOTIF
		       ? 0
		       : says;
}

/* A call that a signal interrupted is being made again, by the kernel on its own (as
 * restart_syscall) or because we saw to it: still the same call. */
static bool
goes_on(struct task *t, enum call_id id, uint32_t nr)
{
	return t->is_held && t->is_hidden && (id == CALL_restart_syscall || nr == t->call.nr);
}

/* The call before was held until this one began: both events are read later. */
static void
tell_late(struct tracer *r, struct task *t)
{
	struct areas areas = t->told;

	calls_flush(r, t);
	t->told = t->areas;
	t->areas = areas;
}

static void
enter(struct tracer *r, struct task *t, const struct __ptrace_syscall_info *info,
	const uint64_t args[6], uint64_t nr)
{
	enum arch arch = calls_arch(info->arch, nr);
	enum call_id id = decode_spec(arch, (uint32_t)nr)->id;
	struct call *call = &t->call;
	bool is_ours = r->is_launching; /* the execve that starts the command: no code of its */

	t->was_stopped = false;
	if (goes_on(t, id, (uint32_t)nr)) {
		t->is_held = false;
		t->in_call = true;
		return;
	}
	if (t->is_held && t->is_wanted)
		tell_late(r, t);
	t->is_held = t->is_hidden = false;
	if (r->is_launching) {
		if (id != CALL_execve || !is_native(arch))
			return;
		life_first(r, t, START_FIRST);
		r->is_launching = false;
	}
	*call = (struct call){ .nr = (uint32_t)nr,
		.arch = arch,
		.ip = info->instruction_pointer,
		.enter_ns = tracer_now(r),
		.enter_seq = ++r->queue.seq };
	memcpy(call->arg, args, sizeof call->arg);
	if (id == CALL_rt_sigreturn || id == CALL_sigreturn)
		call->arg[0] = info->stack_pointer;
	t->in_call = true;
	t->has_told = false;
	t->id = id;
	t->is_wanted = !r->has_wanted || call_set_has(&r->wanted, id);
	t->refused = refusal(t, info->arch);
	areas_clear(&t->areas);
	if (t->is_wanted)
		fetch(r, t, false);
	if (t->is_wanted && r->stacks && !is_ours)
		call->stack = stack_taker_take(r->stacks, t->process->pid, t->tid);
	ours_enter(r, t);
}

static enum call_state
state_of(const struct task *t)
{
	if (t->refused)
		return CALL_DENIED;
	return t->call.is_error && restart_is_code(t->call.ret) ? CALL_RESTARTED : CALL_DONE;
}

static void
leave(struct tracer *r, struct task *t, const struct __ptrace_syscall_info *info)
{
	struct call *call = &t->call;

	if (!t->in_call)
		return; /* it was in a call already when it was attached */
	t->in_call = false;
	call->ret = info->exit.rval;
	call->is_error = info->exit.is_error;
	call->state = (uint8_t)state_of(t);
	if (t->is_hidden)
		restart_done(t);
	ours_leave(r, t);
	if (r->stacks)
		stack_taker_called(r->stacks, t->process->pid, t->id, call);
	/* What became of a call that was interrupted, the next stop will say. */
	t->is_held = call->state == CALL_RESTARTED ||
		     (call->state == CALL_DONE && call->is_error && call->ret == -EINTR);
	if (t->is_held || !t->is_wanted)
		return;
	view_begin(&r->view, t->tid);
	if (!call->is_error && areas_count_output(t->id)) {
		struct areas_source source = source_of(r, false);

		areas_cut_output(&t->areas, &source, (uint64_t)call->ret);
	}
	if (call->state == CALL_DONE)
		fetch(r, t, true);
	tell(r, t);
}

void
calls_flush(struct tracer *r, struct task *t)
{
	if (t->is_held && t->is_wanted)
		tell(r, t);
	t->is_held = t->is_hidden = false;
}

static bool
get_info(struct task *t, struct __ptrace_syscall_info *info)
{
	return ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, (void *)sizeof *info, info) > 0;
}

void
calls_stop(struct tracer *r, struct task *t)
{
	struct __ptrace_syscall_info info = { 0 };

	if (get_info(t, &info)) {
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			enter(r, t, &info, info.entry.args, info.entry.nr);
		else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
			leave(r, t, &info);
	}
	tracer_resume(r, t, 0);
}

/* A filter of the target's that wants a tracer asked gets what it would get without one. */
void
calls_seccomp(struct tracer *r, struct task *t)
{
	struct __ptrace_syscall_info info = { 0 };

	if (get_info(t, &info) && info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
		if (!t->in_call)
			enter(r, t, &info, info.seccomp.args, info.seccomp.nr);
		if (info.seccomp.ret_data != FILTER_MARK && regs_deny_call(t->tid))
			t->refused = SECCOMP_RET_TRACE;
	}
	tracer_resume(r, t, 0);
}

void
calls_unfinished(struct tracer *r, struct task *t)
{
	calls_flush(r, t);
	if (!t->in_call)
		return;
	t->in_call = false;
	t->call.state = CALL_UNFINISHED;
	if (t->is_wanted)
		tell(r, t);
}
