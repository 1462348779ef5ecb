/* SPDX-License-Identifier: MIT */
/*
 * ours.c - calls that the tracer itself has a part in, whether somebody wants to hear of them
 * or not
 */

#include "capture/ours.h"

#include "capture/denial.h"
#include "capture/memory.h"
#include "capture/regs.h"
#include "capture/ring_ops.h"
#include "capture/tracer.h"

#include <errno.h>
#include <linux/sched.h>
#include <sys/prctl.h>

/* The task that an argument names. Ids are those of our pid namespace: a target that has made
 * one of its own can name tasks in ways that we do not understand. */
static struct task *
named(struct tracer *r, struct task *t, uint64_t arg)
{
	pid_t tid = (pid_t)arg;

	return tid ? task_find(&r->tasks, tid) : t;
}

static void
answer(struct task *t, int64_t result)
{
	if (!regs_deny_call(t->tid))
		return;
	t->has_answer = true;
	t->answer = result;
}

static void
enter_setaffinity(struct tracer *r, struct task *t)
{
	int64_t result;

	if (placement_set(&r->placement, t, named(r, t, t->call.arg[0]), &t->call, &result))
		answer(t, result);
}

static void
leave_getaffinity(struct tracer *r, struct task *t)
{
	placement_answer(&r->placement, t, named(r, t, t->call.arg[0]), &t->call);
}

static void
enter_ring(struct tracer *r, struct task *t)
{
	if (r->opts.deny_io_uring)
		answer(t, -ENOSYS);
}

static void
leave_ring(struct tracer *r, struct task *t)
{
	if (t->call.is_error)
		return;
	r->footer.n_rings++;
	tracer_doubt(r, RINGS_SET_UP);
}

/* Natively it might succeed; under a tracer it fails, and the target goes another way. */
static void
enter_ptrace(struct tracer *r, struct task *t)
{
	uint64_t request = t->call.arg[0];

	if (request != PTRACE_TRACEME && request != PTRACE_ATTACH && request != PTRACE_SEIZE)
		return;
	r->footer.n_untraceable++;
	tracer_doubt(r, "the target uses ptrace itself, which cannot work while it is traced");
}

/* The program is read before the call: afterwards it may have been overwritten. */
static void
enter_filter(struct tracer *r, struct task *t, bool is_strict, uint64_t address)
{
	if (is_strict)
		t->new_filters = denial_strict(r->arena, t->filters);
	else
		t->new_filters = denial_read(
			r->arena, t->tid, (enum arch)t->call.arch, address, t->filters);
}

static void
enter_seccomp(struct tracer *r, struct task *t)
{
	if (t->call.arg[0] == SECCOMP_SET_MODE_STRICT ||
		t->call.arg[0] == SECCOMP_SET_MODE_FILTER)
		enter_filter(r, t, t->call.arg[0] == SECCOMP_SET_MODE_STRICT, t->call.arg[2]);
}

static void
enter_prctl(struct tracer *r, struct task *t)
{
	if (t->call.arg[0] == PR_SET_SECCOMP)
		enter_filter(r, t, t->call.arg[1] == SECCOMP_MODE_STRICT, t->call.arg[2]);
}

/* The kernel refuses strict mode to a task that has a filter, and ours is one. */
static void
note_strict(struct tracer *r, const struct task *t)
{
	if (!t->new_filters->is_strict || !r->use_seccomp)
		return;
	r->footer.n_untraceable++;
	tracer_doubt(
		r, "seccomp's strict mode is refused under our filter: use backend ptrace");
}

static void
leave_filter(struct tracer *r, struct task *t)
{
	const struct own_filter *filters = t->new_filters;
	bool is_all = t->id == CALL_seccomp && t->call.arg[0] == SECCOMP_SET_MODE_FILTER &&
		      (t->call.arg[1] & SECCOMP_FILTER_FLAG_TSYNC);

	if (filters && t->call.is_error)
		note_strict(r, t);
	t->new_filters = NULL;
	/* A result above 0 names the thread that TSYNC failed for, or is a listener. */
	if (!filters || t->call.is_error ||
		(t->call.ret > 0 && !(t->call.arg[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER)))
		return;
	r->footer.n_seccomp_filters++;
	t->filters = filters;
	for (struct task *other = r->tasks.first; is_all && other; other = other->next) {
		if (other->process == t->process)
			other->filters = filters;
	}
}

static void
leave_prctl(struct tracer *r, struct task *t)
{
	/* Our filter is not the target's. */
	if (t->call.arg[0] == PR_GET_SECCOMP && r->use_seccomp && !t->call.is_error &&
		!t->filters) {
		t->call.ret = 0;
		regs_set_result(t->tid, 0);
	}
	leave_filter(r, t);
}

/* clone's flags are its first argument, clone3's the first member of its struct. 32-bit callers
 * keep theirs: their children are followed late, and said to be. */
static bool
set_clone_flags(const struct task *t, uint64_t flags)
{
	if (t->id == CALL_clone3)
		return memory_write(t->tid, t->call.arg[0], &flags, sizeof flags);
	return regs_set_arg(t->tid, 0, flags);
}

static uint64_t
clone_flags(const struct task *t)
{
	uint64_t flags = 0;

	if (t->call.arch == ARCH_I386)
		return 0;
	if (t->id == CALL_clone)
		return t->call.arg[0];
	return memory_read(t->tid, t->call.arg[0], &flags, sizeof flags) == sizeof flags ? flags
											 : 0;
}

/* A child that nobody traces would run before we find it; under our filter its calls would even
 * fail. The flag is taken out for the length of the call, so that it is a child like any. */
static void
enter_clone(struct tracer *r, struct task *t)
{
	uint64_t flags = clone_flags(t);

	if (r->opts.follow && (flags & CLONE_UNTRACED))
		t->hid_untraced = set_clone_flags(t, flags & ~(uint64_t)CLONE_UNTRACED);
}

/* The child is there, but we were not told: it has run on its own. */
static void
leave_clone(struct tracer *r, struct task *t)
{
	if (t->hid_untraced) {
		t->hid_untraced = false;
		/* aarch64's first argument is the result by now. */
		if (t->call.arch != ARCH_AARCH64 || t->id == CALL_clone3)
			set_clone_flags(t, clone_flags(t) | CLONE_UNTRACED);
	}
	if (t->call.is_error || t->call.ret <= 0 || t->has_told || !r->opts.follow)
		return;
	r->footer.n_escaped++;
	tracer_doubt(r, "a task was made that is not traced from its start (CLONE_UNTRACED)");
	life_escaped(r, t, (pid_t)t->call.ret);
}

static const struct row {
	enum call_id id;
	void (*enter)(struct tracer *r, struct task *t);
	void (*leave)(struct tracer *r, struct task *t);
} rows[] = {
	{ CALL_clone, enter_clone, leave_clone },
	{ CALL_clone3, enter_clone, leave_clone },
	{ CALL_fork, NULL, leave_clone },
	{ CALL_vfork, NULL, leave_clone },
	{ CALL_execve, NULL, NULL },
	{ CALL_execveat, NULL, NULL },
	{ CALL_sched_setaffinity, enter_setaffinity, NULL },
	{ CALL_sched_getaffinity, NULL, leave_getaffinity },
	{ CALL_io_uring_setup, enter_ring, leave_ring },
	{ CALL_ptrace, enter_ptrace, NULL },
	{ CALL_seccomp, enter_seccomp, leave_filter },
	{ CALL_prctl, enter_prctl, leave_prctl },
};

static const struct row *
find(enum call_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

bool
ours_has(enum call_id id)
{
	return find(id);
}

void
ours_enter(struct tracer *r, struct task *t)
{
	const struct row *row = find(t->id);

	if (row && row->enter)
		row->enter(r, t);
}

void
ours_leave(struct tracer *r, struct task *t)
{
	const struct row *row = find(t->id);

	if (t->has_answer) {
		t->has_answer = false;
		regs_set_result(t->tid, t->answer);
		t->call.ret = t->answer;
		t->call.is_error = t->answer < 0;
	}
	if (row && row->leave)
		row->leave(r, t);
}
