/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * renacer.bpf.c - the kernel half of the eBPF backend
 *
 * Programs at eight tracepoints, no more: what a task calls, begets, becomes, gets, how it
 * ends, and what it asks of rings instead of calls. Compiled for the machine of the kernel, put
 * into our programs as it is, and loaded by capture/bpf_session.c. Only tracked tasks are
 * recorded; all others cost a look-up.
 */

#include "capture/bpf/kernel.h"

#include "capture/bpf/life.h"
#include "capture/bpf/quick.h"
#include "capture/bpf/regs.h"
#include "capture/bpf/stop.h"
#include "capture/bpf/track.h"
#include "capture/bpf/walk.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline struct scratch *
scratch_of(struct turn *t, const struct record_call *call)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &t->cpu);

	if (!s) {
		lose(t->mine, LOSS_STORAGE);
		return NULL;
	}
	scratch_begin(s, t, call);
	return s;
}

/* Not attached: the loader runs it once, as itself, so that we learn its namespace and root. */
SEC("raw_tp")
int
on_open(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();

	shared.control.pid_level = BPF_CORE_READ(task, thread_pid, level);
	root_dentry = (uint64_t)BPF_CORE_READ(task, fs, root.dentry);
	root_mnt = (uint64_t)BPF_CORE_READ(task, fs, root.mnt);
	return 0;
}

/* How much payload this turn may copy into a ring, beside what is kept free. */
static __always_inline uint64_t
room_for_data(const struct turn *t, uint64_t kept_free)
{
	const struct bpf_control *c = &shared.control;
	uint64_t most = c->ring_bytes > kept_free ? c->ring_bytes - kept_free : 0;
	uint64_t room = most > t->fill ? most - t->fill : 0;

	return least(room, c->data_bytes);
}

/* What is changed or gone after the call is tried all the same; this is for the others. */
static __always_inline uint64_t
room_at_entry(const struct turn *t)
{
	uint64_t kept = t->fill + shared.control.reserve_bytes;

	return ring_bytes() > kept ? ring_bytes() - kept : 0;
}

static __always_inline void
look_at_ring(struct turn *t)
{
	t->fill = fill_of(t->mine);
	if (t->fill > t->mine->high_fill)
		t->mine->high_fill = t->fill;
}

/* What must be read before the kernel changes it, or takes it away. */
static __always_inline int
tell_entry(struct state *st)
{
	struct scratch *s;
	struct turn t;

	if (!turn_begin(&t))
		return 0;
	st->call.enter_ns = t.now_ns;
	look_at_ring(&t);
	s = scratch_of(&t, &st->call);
	if (s) {
		scratch_call(s)->ret = -1;
		s->room = room_at_entry(&t);
		s->may_stop = 0;
		walk(s, HINT_AT_ENTRY);
		st->had_fault = s->had_fault;
		if (s->n_snippets)
			scratch_publish(s, RECORD_ENTRY);
	}
	turn_end(&t);
	return 0;
}

/* What moves more than there is room for will stop behind its call; meanwhile we can attach. */
static __always_inline int
enter(struct state *st)
{
	uint32_t flags = hints_of(&st->call)->flags;

	if ((flags & CALL_IS_LARGE) &&
		argument(&st->call, call_large_reg(flags)) > shared.control.data_bytes)
		announce(&shared.cpus[bpf_get_smp_processor_id() % BPF_CPUS], &st->call.head);
	if (flags & CALL_IS_EARLY)
		return tell_entry(st);
	st->call.enter_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sys_enter")
int
BPF_PROG(on_sys_enter, struct pt_regs *regs, long id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	bool is_new;
	struct state *st = tracked(task, &is_new);

	if (!st)
		return 0;
	take_call(&st->call, task, regs, (uint64_t)id);
	st->call.how = CALL_HOW_RETURNED;
	st->in_call = 1;
	st->had_fault = 0;
	if (st->is_secret)
		__builtin_memset(st->call.arg, 0, sizeof st->call.arg);
	else if (st->call.nr < HINT_NRS && hints_of(&st->call)->flags & CALL_AT_ENTRY)
		return enter(st);
	st->call.enter_ns = bpf_ktime_get_ns();
	return 0;
}

/* A call that leads to no memory: its record needs no room to be built in. */
static __always_inline void
tell_bare(struct state *st, struct turn *t)
{
	bool stops = st->call.how < CALL_HOW_UNFINISHED &&
		     must_wait(t, &st->call.head, sizeof st->call);

	if (stops)
		st->call.flags |= CALL_STOPPED;
	st->call.head = head(t, st, RECORD_CALL, sizeof st->call);
	if (publish(t, &st->call, sizeof st->call) && (st->call.flags & CALL_STOPPED))
		hold_back(t, &st->call.head);
}

/* False: nothing was told. */
static __always_inline bool
tell_quickly(struct state *st, struct turn *t, uint32_t when)
{
	uint8_t *to;
	uint32_t size;

	if (room_for_data(t, shared.control.reserve_bytes) < QUICK_BYTES)
		return false;
	to = ring_room(t, QUICK_BYTES);
	if (!to)
		return false;
	size = quick(to, &st->call, when);
	if (!size)
		return false;
	if (must_wait(t, &st->call.head, size))
		((struct record_call *)to)->flags = st->call.flags |= CALL_STOPPED;
	ring_grow(t, size);
	if (st->call.flags & CALL_STOPPED)
		hold_back(t, &st->call.head);
	return true;
}

/* In as many steps as it takes. 1: the task stops. */
__noinline int
tell_slowly(const struct record_call *call, uint32_t when)
{
	struct turn t = { .cpu = bpf_get_smp_processor_id() % BPF_CPUS };
	struct scratch *s;

	if (!call)
		return 0;
	t.mine = &shared.cpus[t.cpu];
	t.now_ns = call->head.time_ns;
	t.fill = fill_of(t.mine);
	s = scratch_of(&t, call);
	if (!s)
		return 0;
	s->may_stop = call->how < CALL_HOW_UNFINISHED;
	s->room = room_for_data(&t, s->may_stop ? shared.control.reserve_bytes : 0);
	walk(s, when);
	if (s->must_stop || (s->may_stop && must_wait(&t, &call->head, s->used)))
		scratch_call(s)->flags |= CALL_STOPPED | (s->is_cut ? CALL_LATE : 0);
	if (!scratch_publish(s, RECORD_CALL) || !(scratch_call(s)->flags & CALL_STOPPED))
		return 0;
	hold_back(&t, &call->head);
	return 1;
}

/* `when`: HINT_AT_EXIT, and HINT_AT_ENTRY again where that met memory that was not there; 0:
 * there is no memory any more. */
static __always_inline void
tell_call(struct state *st, struct turn *t, uint32_t when, bool is_quick)
{
	const struct call_hints *hints = hints_of(&st->call);

	look_at_ring(t);
	if (st->call.nr >= HINT_NRS || !when || st->is_secret ||
		!hint_leads(hints, st->call.arg)) {
		tell_bare(st, t);
		return;
	}
	st->call.head = head(t, st, RECORD_CALL, 0);
	if (is_quick && tell_quickly(st, t, when))
		return;
	if (tell_slowly(&st->call, when))
		st->call.flags |= CALL_STOPPED;
}

static __always_inline bool
is_wanted(const struct record_call *call)
{
	return call->nr >= HINT_NRS || (hints_of(call)->flags & CALL_IS_WANTED) ||
	       (call->flags & CALL_SPARE);
}

/* Is this the end of the call for a tracer, too? One whose task is being killed never returns,
 * whatever it has done by now. Not so a process that ends by another signal, which is made a
 * SIGKILL for its tasks. */
static __always_inline bool
is_cut_off(struct task_struct *task)
{
	int code;

	if (!(task->pending.signal.sig[0] & 1ul << (SIGKILL - 1)))
		return false;
	code = BPF_CORE_READ(task, signal, group_exit_code) & 0x7f;
	return !(BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT) || !code ||
	       code == SIGKILL;
}

SEC("tp_btf/sys_exit")
int
BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	uint32_t when = HINT_AT_EXIT;
	bool is_new;
	struct state *st = tracked(task, &is_new);
	struct turn t;

	if (!st || is_new) /* new: it entered this call before we knew it */
		return 0;
	if (st->is_born) { /* the call is its parent's */
		st->is_born = 0;
		return 0;
	}
	if (!st->in_call) {
		take_call(&st->call, task, regs, regs->orig_ax);
		st->call.how = CALL_HOW_NO_ENTRY;
		st->call.enter_ns = 0;
		when |= HINT_AT_ENTRY;
	}
	st->in_call = 0;
	note_needs(st, task, ret);
	if (!is_wanted(&st->call) || !turn_begin(&t))
		return 0;
	st->call.ret = ret;
	if (is_cut_off(task)) {
		st->call.flags = 0;
		st->call.how = CALL_HOW_UNFINISHED;
		st->call.ret = -1;
	}
	if (st->had_fault && st->call.ret < 0)
		when |= HINT_AT_ENTRY;
	if (!st->call.enter_ns)
		st->call.enter_ns = t.now_ns;
	tell_call(st, &t, when, true);
	turn_end(&t);
	if (is_to_linger(&t, &st->call))
		be_seen(t.cpu, bpf_met(st->call.head.tid));
	return 0;
}

/* The call a task was in when it ended, or was refused with its life. */
static __always_inline void
tell_unfinished(struct state *st, struct task_struct *task, struct turn *t)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	if (task->seccomp.mode == SECCOMP_MODE_DEAD && !st->in_call) {
		take_call(&st->call, task, regs, regs->orig_ax);
		st->call.enter_ns = t->now_ns;
		st->call.how = CALL_HOW_STRANGE;
	} else if (st->in_call) {
		st->call.how = CALL_HOW_UNFINISHED;
	} else {
		return;
	}
	st->in_call = 0;
	st->call.ret = -1; /* as after a failure: nothing was moved */
	if (is_wanted(&st->call))
		tell_call(st, t, BPF_CORE_READ(task, mm) ? HINT_AT_EXIT : 0, false);
}

SEC("tp_btf/sched_process_exit")
int
BPF_PROG(on_exit, struct task_struct *task)
{
	bool is_new;
	struct state *st = tracked(task, &is_new);
	struct turn t;

	if (!st || !turn_begin(&t))
		return 0;
	tell_unfinished(st, task, &t);
	tell_exit(st, task, &t);
	turn_end(&t);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int
BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	bool is_new;
	struct state *st = tracked(parent, &is_new);
	struct turn t;

	if (!st || !shared.control.follow || !turn_begin(&t))
		return 0;
	tell_fork(st, child, &t);
	turn_end(&t);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int
BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	bool is_new;
	struct state *st = tracked(task, &is_new);
	struct turn t;

	if (!st || !turn_begin(&t))
		return 0;
	tell_exec(st, task, bprm, task->thread_info.status & TS_COMPAT ? 1 : 0, &t);
	turn_end(&t);
	return 0;
}

SEC("tp_btf/signal_deliver")
int
BPF_PROG(on_signal, int signal, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	struct task_struct *task = bpf_get_current_task_btf();
	bool is_new;
	struct state *st = tracked(task, &is_new);
	struct turn t;
	uint64_t handler;

	/* SIGKILL is no delivery: the task's end tells it. */
	if (!st || signal == SIGKILL || !turn_begin(&t))
		return 0;
	handler = (uint64_t)BPF_CORE_READ(ka, sa.sa_handler);
	tell_signal(st, signal, info,
		handler == SIG_DFL   ? SIGNAL_PLAIN
		: handler == SIG_IGN ? SIGNAL_IGNORED
				     : SIGNAL_HANDLED,
		&t, false);
	turn_end(&t);
	return 0;
}

/* Is it never delivered as what it is? One that ends its process at once is made a SIGKILL for
 * all its tasks, and one that nobody wants to hear of is forgotten; but not who is past his end
 * ignores it. */
static __always_inline bool
is_told_when_sent(struct task_struct *task, int signal, int result)
{
	bool is_ending = BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT;

	if (result == TRACE_SIGNAL_IGNORED)
		return !is_ending && !(task->flags & PF_EXITING);
	return result == TRACE_SIGNAL_DELIVERED && is_ending &&
	       BPF_CORE_READ(task, signal, group_exit_code) == signal;
}

/* Whoever sends it may be anyone, an interrupt too. */
SEC("tp_btf/signal_generate")
int
BPF_PROG(on_sent, int signal, struct kernel_siginfo *info, struct task_struct *task, int group,
	int result)
{
	struct state *st = bpf_task_storage_get(&states, task, NULL, 0);
	uint8_t fate = result == TRACE_SIGNAL_IGNORED ? SIGNAL_IGNORED : SIGNAL_PLAIN;
	bool is_inside;
	struct turn t;

	if (!st || st->run != shared.control.run || signal == SIGKILL ||
		!is_told_when_sent(task, signal, result))
		return 0;
	is_inside = turn_is_taken(&t);
	if (!is_inside && !turn_begin(&t))
		return 0;
	tell_signal(st, signal, info, fate, &t, is_inside);
	if (!is_inside)
		turn_end(&t);
	return 0;
}

/* An operation that a ring of io_uring was asked for. A thread of the kernel's own may look
 * into the ring (IORING_SETUP_SQPOLL), which is of our process but was never forked. */
static __always_inline int
count_ring(const struct io_kiocb *req)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct state *st = bpf_task_storage_get(&states, task, NULL, 0);
	uint8_t opcode;

	if (!st)
		st = bpf_task_storage_get(&states, task->group_leader, NULL, 0);
	if (!st || st->run != shared.control.run)
		return 0;
	opcode = BPF_CORE_READ(req, opcode);
	__sync_fetch_and_add(&shared.ring_ops[opcode], 1);
	return 0;
}

/* The loader takes the one whose tracepoint this kernel has, or none. */
SEC("tp_btf/io_uring_submit_req")
int
BPF_PROG(on_ring, struct io_kiocb *req)
{
	return count_ring(req);
}

/* Before 6.4; and before 6.0 the ring came first, and what is asked for behind it. */
SEC("tp_btf/io_uring_submit_sqe")
int
on_ring_sqe(unsigned long long *context)
{
	/* Each read as it stands: verifiers take no offset that a branch made. */
	const volatile unsigned long long *c = context;
	uint64_t first = c[0], second = c[1];
	struct io_kiocb *none = NULL;

	return count_ring((void *)(bpf_core_field_exists(none->cmd) ? first : second));
}
