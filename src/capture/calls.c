/* SPDX-License-Identifier: MIT */
/* calls.c - entry and exit of calls, and the memory that belongs to them */

#include "capture/tracer.h"

#include "capture/filter.h"
#include "capture/memory.h"
#include "capture/regs.h"

#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <sys/ptrace.h>

#define X32_BIT 0x40000000u

/* Between the kernel and itself: interrupted, to be run again (include/linux/errno.h). */
static bool
is_restart(int64_t ret)
{
	return ret == -512 || ret == -513 || ret == -514 || ret == -516;
}

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

static size_t
read_peer(void *arg, uint64_t address, void *buf, size_t n)
{
	return memory_read(*(const pid_t *)arg, address, buf, n);
}

struct taking {
	struct areas *areas;
	struct areas_source source;
};

static void
take(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct taking *taking = arg;

	areas_take(taking->areas, &taking->source, nr_arg, kind, address, size);
}

static void
fetch(struct tracer *r, struct task *t, bool is_exit)
{
	struct taking taking = { .areas = &t->areas,
		.source = { t->tid, is_exit, r->opts.payload_limit } };
	struct fetch f = {
		.call = &t->call,
		.peer = { read_peer, &t->tid },
		.is_exit = is_exit,
		.want_input = r->opts.want_input,
		.string_limit = MAX(r->opts.payload_limit, PATH_MAX),
		.take = take,
		.take_arg = &taking,
	};

	decode_fetch(&f);
}

/* Calls that return how many of the bytes offered were taken. */
static bool
returns_written(enum call_id id)
{
	switch (id) {
	case CALL_write:
	case CALL_pwrite64:
	case CALL_writev:
	case CALL_pwritev:
	case CALL_pwritev2:
	case CALL_sendto:
	case CALL_sendmsg:
	case CALL_vmsplice:
		return true;
	default:
		return false;
	}
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

/* What the tracer itself does about a call, at its entry. */
static void
enter_ours(struct tracer *r, struct task *t, enum call_id id)
{
	if (id == CALL_io_uring_setup && r->opts.deny_io_uring)
		regs_deny_call(t->tid);
}

static void
exit_ours(struct tracer *r, struct task *t, enum call_id id)
{
	if (id == CALL_io_uring_setup && !t->call.is_error) {
		r->footer.n_rings++;
		tracer_doubt(r, "io_uring was used: what goes through it is not seen");
	}
}

static void
enter(struct tracer *r, struct task *t, const struct __ptrace_syscall_info *info,
	const uint64_t args[6], uint64_t nr)
{
	const struct call_spec *spec;
	struct call *call = &t->call;

	*call = (struct call){ .nr = (uint32_t)nr,
		.arch = calls_arch(info->arch, nr),
		.ip = info->instruction_pointer,
		.enter_ns = tracer_now(r),
		.enter_seq = ++r->queue.seq };
	for (size_t i = 0; i < ARRAY_LEN(call->arg); i++)
		call->arg[i] = args[i];
	spec = decode_spec(call->arch, call->nr);
	if (r->is_launching) {
		if (spec->id != CALL_execve || !is_native(call->arch))
			return;
		life_first(r, t, START_FIRST);
		r->is_launching = false;
	}
	t->in_call = true;
	t->has_told = false;
	t->id = spec->id;
	t->is_wanted = !r->has_wanted || call_set_has(&r->wanted, spec->id);
	areas_clear(&t->areas);
	if (t->is_wanted)
		fetch(r, t, false);
	enter_ours(r, t, spec->id);
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
	call->state = call->is_error && is_restart(call->ret) ? CALL_RESTARTED : CALL_DONE;
	exit_ours(r, t, t->id);
	if (!t->is_wanted)
		return;
	if (!call->is_error && returns_written(t->id))
		areas_cut_output(&t->areas,
			&(struct areas_source){ t->tid, false, r->opts.payload_limit },
			(uint64_t)call->ret);
	if (call->state == CALL_DONE)
		fetch(r, t, true);
	tell(r, t);
}

static bool
get_info(struct task *t, struct __ptrace_syscall_info *info)
{
	return ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, (void *)sizeof *info, info) > 0;
}

void
calls_stop(struct tracer *r, struct task *t)
{
	struct __ptrace_syscall_info info;

	if (get_info(t, &info)) {
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			enter(r, t, &info, info.entry.args, info.entry.nr);
		else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
			leave(r, t, &info);
	}
	tracer_resume(r, t, 0);
}

void
calls_seccomp(struct tracer *r, struct task *t)
{
	struct __ptrace_syscall_info info;

	if (get_info(t, &info) && info.op == PTRACE_SYSCALL_INFO_SECCOMP)
		enter(r, t, &info, info.seccomp.args, info.seccomp.nr);
	tracer_resume(r, t, 0);
}

void
calls_unfinished(struct tracer *r, struct task *t)
{
	if (!t->in_call)
		return;
	t->in_call = false;
	t->call.state = CALL_UNFINISHED;
	if (t->is_wanted)
		tell(r, t);
}
