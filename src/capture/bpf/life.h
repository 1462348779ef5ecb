/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* life.h - birth, exec, signals and the end of tasks */
#ifndef CAPTURE_BPF_LIFE_H
#define CAPTURE_BPF_LIFE_H

#include "capture/bpf/path.h"
#include "capture/bpf/snippet.h"
#include "capture/bpf/stop.h"
#include "capture/bpf/track.h"

/* enum start_how of model/event.h */
enum { HOW_FORK = 1, HOW_VFORK, HOW_CLONE, HOW_THREAD };

#define CLONE_VM 0x100u
#define CLONE_VFORK 0x4000u
#define CLONE_UNTRACED 0x800000u
#define SIGCHLD 17
#define SIGKILL 9
#define SIGNAL_GROUP_EXIT 4u
#define PF_EXITING 4u
#define TRACE_SIGNAL_DELIVERED 0
#define TRACE_SIGNAL_IGNORED 1
#define SECCOMP_MODE_DEAD 3

enum birth { BIRTH_OTHER, BIRTH_FORK, BIRTH_VFORK, BIRTH_CLONE, BIRTH_CLONE3 };

static __always_inline enum birth
birth_of(const struct record_call *call)
{
	bool is_i386 = call->arch == 1;

	if (call->nr == 435)
		return BIRTH_CLONE3;
	if (call->nr == (is_i386 ? 120 : 56))
		return BIRTH_CLONE;
	if (call->nr == (is_i386 ? 190 : 58))
		return BIRTH_VFORK;
	return call->nr == (is_i386 ? 2 : 57) ? BIRTH_FORK : BIRTH_OTHER;
}

static __always_inline uint64_t
clone_flags(const struct record_call *call)
{
	uint64_t flags = 0;

	switch (birth_of(call)) {
	case BIRTH_CLONE:
		return call->arg[0];
	case BIRTH_CLONE3:
		bpf_probe_read_user(&flags, sizeof flags, (const void *)call->arg[0]);
		return flags;
	case BIRTH_VFORK:
		return CLONE_VFORK | CLONE_VM;
	default:
		return 0;
	}
}

static __always_inline void
tell_fork(struct state *st, struct task_struct *child, struct turn *t)
{
	struct state *born = track(child);
	struct record_fork out = { .head = head(t, st, RECORD_FORK, sizeof out) };

	if (!born)
		return; /* counted */
	born->is_born = st->in_call;
	born->is_secret = st->is_secret;
	out.child_pid = born->call.head.pid;
	out.child_tid = born->call.head.tid;
	out.flags = clone_flags(&st->call);
	/* Who makes a task that nobody may trace, makes a tracer: LeakSanitizer. */
	if (out.flags & CLONE_UNTRACED)
		spare(st, t->mine);
	if (child->pid != child->tgid)
		out.how = HOW_THREAD;
	else if (out.flags & CLONE_VFORK)
		out.how = HOW_VFORK;
	else
		out.how = child->exit_signal == SIGCHLD ? HOW_FORK : HOW_CLONE;
	publish(t, &out, sizeof out);
}

/* --- exec --- */

/* Behind the record's fixed part: three texts, each padded. */
struct exec_text {
	struct record_exec exec;
	uint8_t text[BPF_RECORD_MAX];
};

static __always_inline uint32_t
exec_room(uint32_t used)
{
	return used % BPF_RECORD_MAX;
}

struct strings {
	uint64_t start, at, end;
	struct record head;
};

static long
tell_piece(struct strings *s)
{
	uint32_t cpu = s->head.cpu % BPF_CPUS, n = PIECE;
	struct turn t = { .cpu = cpu, .mine = &shared.cpus[cpu] };
	struct record_strings *out;

	if (s->at >= s->end)
		return 1;
	if (s->end - s->at < PIECE)
		n = (uint32_t)(s->end - s->at);
	out = (struct record_strings *)ring_room(&t, sizeof *out + PIECE);
	if (!out || bpf_probe_read_user(out + 1, n, (const void *)s->at)) {
		lose(t.mine, LOSS_RING);
		return 1;
	}
	out->head = s->head;
	out->head.size = sizeof *out + SNIPPET_PAD(n);
	out->offset = s->at - s->start;
	out->n = n;
	s->at += n;
	ring_grow(&t, out->head.size);
	return 0;
}

#define STRINGS_MAX (8u << 20) /* the kernel takes 6 MiB */

LOOP(tell_pieces, struct strings, tell_piece, STRINGS_MAX / PIECE)

/* Is there room for so many bytes, beside what is kept free? */
static __always_inline bool
has_room(const struct turn *t, uint64_t size)
{
	return fill_of(t->mine) + size + shared.control.reserve_bytes <= ring_bytes();
}

/* Pages that nobody had read before execve(2) were not there for us at its entry, or there was
 * no room. */
static __always_inline void
tell_strings(struct state *st, struct strings *s, const struct turn *t)
{
	uint64_t size = s->end - s->start;

	if (!has_room(t, size + (size / PIECE + 1) * sizeof(struct record_strings))) {
		st->is_late = 1;
		return;
	}
	s->head = head(t, st, RECORD_STRINGS, 0);
	tell_pieces(s);
}

static __always_inline void
tell_exec(struct state *st, struct task_struct *task, struct linux_binprm *bprm, uint8_t arch,
	struct turn *t)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &t->cpu);
	struct record_exec *out;
	struct strings strings = { .start = BPF_CORE_READ(task, mm, arg_start),
		.end = BPF_CORE_READ(task, mm, env_end) };
	uint64_t size;
	uint32_t used = sizeof *out;
	int32_t former = st->call.head.tid;
	long n;

	if (!s) {
		lose(t->mine, LOSS_STORAGE);
		return;
	}
	st->is_secret = is_secret(task);
	st->is_late = 0;
	strings.at = strings.start;
	if (st->is_secret)
		lose(t->mine, LOSS_SECRET);
	else if (st->had_fault)
		tell_strings(st, &strings, t);
	name_task(st, task);
	out = (struct record_exec *)s->bytes;
	*out = (struct record_exec){ .head = head(t, st, RECORD_EXEC, 0),
		.former_tid = former,
		.arch = arch,
		.is_secure = BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec),
		.is_late = st->is_late,
		.time_entry_ns = st->call.enter_ns,
		.strings_at = strings.start,
		.strings_size = strings.end - strings.start };

	n = path_of(s, task, s->bytes + exec_room(used));
	out->has_path = n > 0;
	out->n_path = n > 0 ? (uint32_t)n : 0;
	used += SNIPPET_PAD(out->n_path);

	n = bpf_probe_read_kernel_str(
		s->bytes + exec_room(used), PAGE, BPF_CORE_READ(bprm, filename));
	out->n_filename = n > 0 ? (uint32_t)n : 0;
	used += SNIPPET_PAD(out->n_filename);

	size = BPF_CORE_READ(task, mm, arg_end) - strings.start;
	out->args_size = (uint32_t)size;
	if (size > PIECE)
		size = PIECE;
	if (!st->is_secret && has_room(t, used + size) &&
		!bpf_probe_read_user(
			s->bytes + exec_room(used), size, (const void *)strings.start)) {
		out->n_args = (uint32_t)size;
		used += SNIPPET_PAD(out->n_args);
	}
	if (used > BPF_RECORD_MAX)
		return;
	out->head.size = used;
	publish_bytes(t, s->bytes, used);
}

/* --- the end --- */

#define RSS_FILE 0
#define RSS_ANON 1
#define RSS_SHARED 3

/* Since 6.2 each CPU counts some pages for itself, and a kernel without KALLSYMS_ALL does not
 * tell where: those are left out. */
static __always_inline int64_t
rss_pages(struct mm_struct *mm)
{
	struct mm_struct___before62 *old = (void *)mm;

	if (bpf_core_field_exists(old->rss_stat.count))
		return BPF_CORE_READ(old, rss_stat.count[RSS_FILE].counter) +
		       BPF_CORE_READ(old, rss_stat.count[RSS_ANON].counter) +
		       BPF_CORE_READ(old, rss_stat.count[RSS_SHARED].counter);
	return BPF_CORE_READ(mm, rss_stat[RSS_FILE].count) +
	       BPF_CORE_READ(mm, rss_stat[RSS_ANON].count) +
	       BPF_CORE_READ(mm, rss_stat[RSS_SHARED].count);
}

/* As VmHWM of /proc/PID/status. Where the memory is gone by now, as ru_maxrss. */
static __always_inline uint64_t
peak_rss_pages(struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	int64_t now, before;

	if (!mm)
		return BPF_CORE_READ(task, signal, maxrss);
	now = rss_pages(mm);
	before = (int64_t)BPF_CORE_READ(mm, hiwater_rss);
	return (uint64_t)(now > before ? now : before);
}

#define TASKS_MAX 4096u /* of a process that end at once */

struct spending {
	struct list_head *next, *end;
	uint64_t user_ns, system_ns, run_ns;
};

static long
spend_task(struct spending *s)
{
	struct task_struct *task;

	if (!s->next || s->next == s->end)
		return 1;
	task = (void *)s->next - bpf_core_field_offset(struct task_struct, thread_node);
	s->user_ns += BPF_CORE_READ(task, utime);
	s->system_ns += BPF_CORE_READ(task, stime);
	s->run_ns += BPF_CORE_READ(task, se.sum_exec_runtime);
	s->next = BPF_CORE_READ(task, thread_node.next);
	return 0;
}

LOOP(spend_tasks, struct spending, spend_task, TASKS_MAX)

/* Times of a process, as wait4(2) tells them: user and system time are samples, of which only
 * the ratio counts; the sum is measured. */
static __always_inline void
spend(struct record_exit *out, struct signal_struct *signal)
{
	struct spending s = { .user_ns = BPF_CORE_READ(signal, utime),
		.system_ns = BPF_CORE_READ(signal, stime),
		.run_ns = BPF_CORE_READ(signal, sum_sched_runtime),
		.next = BPF_CORE_READ(signal, thread_head.next) };
	uint64_t parts;

	s.end = (void *)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	spend_tasks(&s);
	parts = s.user_ns + s.system_ns;
	if (parts) /* in microseconds, by 1/1024: no product is too large */
		s.system_ns = s.system_ns / (parts / 1024 + 1) * s.run_ns / 1024;
	out->system_ns = s.system_ns;
	out->user_ns = s.run_ns > s.system_ns ? s.run_ns - s.system_ns : 0;
}

static __always_inline void
tell_exit(struct state *st, struct task_struct *task, struct turn *t)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct record_exit out = { .head = head(t, st, RECORD_EXIT, sizeof out) };

	out.status = BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT
			     ? BPF_CORE_READ(signal, group_exit_code)
			     : task->exit_code;
	out.is_process = BPF_CORE_READ(signal, live.counter) == 0;
	if (out.is_process) {
		out.peak_rss_bytes = peak_rss_pages(task) * PAGE;
		spend(&out, signal);
	}
	publish(t, &out, sizeof out);
}

/* --- signals --- */

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SI_USER 0
#define SIG_DFL 0
#define SIG_IGN 1
#define SI_KERNEL 0x80
#define SI_QUEUE -1
#define SI_TIMER -2
#define SI_TKILL -6

static __always_inline bool
is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
	       signal == SIGTRAP;
}

/* Read as bytes: the verifier of 6.1 knows one member of a union only, and to others (Ubuntu's
 * 6.8) info is no pointer at all, since it need not be one. */
static __always_inline void
load_info(struct record_signal *out, int signal, struct kernel_siginfo *info)
{
	int code = BPF_CORE_READ(info, si_code);

	out->code = code;
	out->error = BPF_CORE_READ(info, si_errno);
	if (code > 0 && is_fault(signal)) {
		out->address = (uint64_t)BPF_CORE_READ(info, _sifields._sigfault._addr);
	} else if (code == SI_USER || code == SI_TKILL || code == SI_QUEUE ||
		   code == SI_TIMER || signal == SIGCHLD) {
		out->sender_pid = BPF_CORE_READ(info, _sifields._kill._pid);
		out->sender_uid = (int32_t)BPF_CORE_READ(info, _sifields._kill._uid);
	}
	if (code == SI_QUEUE || code == SI_TIMER)
		out->address = (uint64_t)BPF_CORE_READ(info, _sifields._rt._sigval.sival_ptr);
	if (code > 0 && signal == SIGCHLD) {
		out->status = BPF_CORE_READ(info, _sifields._sigchld._status);
		out->user_ticks = (uint64_t)BPF_CORE_READ(info, _sifields._sigchld._utime);
		out->system_ticks = (uint64_t)BPF_CORE_READ(info, _sifields._sigchld._stime);
	}
}

/* Instead of a pointer there may be SEND_SIG_NOINFO (0) or SEND_SIG_PRIV (1). */
static __always_inline void
tell_signal(struct state *st, int signal, struct kernel_siginfo *info, uint8_t fate,
	struct turn *t, bool is_inside)
{
	struct record_signal out = { .head = head(t, st, RECORD_SIGNAL, sizeof out) };

	out.signal = signal;
	out.fate = fate;
	if ((uint64_t)info > 1)
		load_info(&out, signal, info);
	else if (info)
		out.code = SI_KERNEL;
	/* Our own, of a task that waits for its ring to be read. */
	if (signal == SIGSTOP && out.code == SI_KERNEL)
		return;
	if (is_inside)
		put_aside(t, &out);
	else
		publish(t, &out, sizeof out);
}

#endif
