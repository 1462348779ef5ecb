/* SPDX-License-Identifier: MIT */
/*
 * ebpf_life.c - birth, exec, signals and death of tasks, as their records tell of them
 *
 * Under ptrace(2) a process ends with the task that leads it, whoever of its tasks was the
 * last: so a leader's end is kept until all others of its process have told theirs.
 */

#include "capture/ebpf.h"

#include "base/mem.h"
#include "capture/proc.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct task_start *
tell_start(struct drain *d, struct task *t, const struct task *parent, enum start_how how)
{
	struct event *event = drain_event(d, EVENT_START, t);

	event->start = task_start_of(t, parent, how);
	return &event->start;
}

void
ebpf_start(struct drain *d, struct task *t)
{
	t->number = ++d->n_numbers;
	task_lead(t);
	d->footer.n_processes++;
	tell_start(d, t, NULL, START_FIRST);
	if (d->hold)
		hold_born(d->hold, t->tid, t->tid);
	for (size_t i = 0; i < d->n_held; i++)
		drain_event(d, EVENT_HELD, t)->held = d->held[i];
}

void
ebpf_fork(struct drain *d, struct task *parent, const struct record_fork *rec)
{
	bool is_thread = rec->how == START_THREAD && rec->child_pid == parent->process->pid;
	struct task *t = task_find(&d->tasks, rec->child_tid);

	if (t) /* its end was lost, and its number is used again */
		ebpf_vanished(d, t);
	t = task_add(&d->tasks, rec->child_tid);
	t->phase = TASK_LIVE;
	t->number = ++d->n_numbers;
	if (is_thread) {
		task_join(t, parent->process);
	} else {
		task_lead(t);
		d->footer.n_processes++;
	}
	tell_start(d, t, parent, (enum start_how)rec->how)->clone_flags = rec->flags;
	t->has_listener = parent->has_listener;
	if (d->hold)
		hold_born(d->hold, rec->child_pid, rec->child_tid);
}

static void
bury(struct drain *d, struct task *t)
{
	if (d->hold)
		hold_ended(d->hold, t->tid);
	task_remove(&d->tasks, t);
	t->next = d->dead;
	d->dead = t;
}

/* --- exec --- */

/* A thread that is not the leader called execve: all others are gone, and it goes on under the
 * leader's id. */
static uint32_t
become_leader(struct drain *d, struct task *leader, pid_t former)
{
	struct task *t = task_find(&d->tasks, former);
	struct copies early;

	if (!t || t == leader)
		return 0;
	ebpf_settle(d, t, NULL);
	early = leader->early;
	leader->early = t->early;
	t->early = early;
	leader->call = t->call;
	leader->id = t->id;
	leader->in_call = t->in_call;
	leader->entry_ns = t->entry_ns;
	leader->is_wanted = t->is_wanted;
	leader->has_listener = t->has_listener;
	if (leader->phase == TASK_ENDING) {
		leader->phase = TASK_LIVE;
		leader->process->leader = NULL;
		leader->process->end = (struct task_exit){ 0 };
		leader->process->n_live++;
	}
	leader->process->n_live--;
	drain_event(d, EVENT_EXIT, t)->exit.status = 0;
	if (d->hold)
		hold_executed(d->hold, leader->tid, former, d->started_ns + d->now_ns);
	bury(d, t);
	return t->number;
}

static size_t
padded(uint32_t n)
{
	return ((size_t)n + 7) & ~(size_t)7;
}

/* The text without the NUL that may end it. */
static char *
text_of(const char *text, size_t n)
{
	size_t length = strnlen(text, n);
	char *copy = mem_array(length + 1, 1);

	memcpy(copy, text, length);
	return copy;
}

static char *
program_of(const struct record_exec *rec, const char *texts)
{
	AUTO(str_done) struct str path = { 0 };

	if (rec->has_path)
		return text_of(texts, rec->n_path);
	proc_link(&path, rec->head.tid, "exe");
	return str_take(&path);
}

void
ebpf_exec(struct drain *d, struct task *t, const struct record_exec *rec)
{
	uint32_t from = rec->former_tid == t->tid ? 0 : become_leader(d, t, rec->former_tid);
	const char *path = (const char *)(rec + 1), *filename = path + padded(rec->n_path);
	struct task_exec *exec;

	ebpf_fill_execve(d, t, rec, filename);
	exec = &drain_event(d, EVENT_EXEC, t)->exec;
	exec->from = from;
	exec->path = queue_keep(&d->queue, program_of(rec, path));
	exec->is_secure = rec->is_secure;
	exec->arch = rec->arch;
	if (!d->exec_ns)
		d->exec_ns = d->now_ns;
}

/* --- death --- */

/* The last of its tasks has ended: now the one that leads it may. */
static void
tell_end(struct drain *d, struct process *p)
{
	struct task *leader = p->leader;

	p->leader = NULL;
	drain_event(d, EVENT_EXIT, leader)->exit = p->end;
	d->last_exit_ns = d->now_ns;
	bury(d, leader);
}

static void
end(struct drain *d, struct task *t, const struct task_exit *exit)
{
	struct process *p = t->process;

	if (t->phase == TASK_ENDING)
		return;
	t->phase = TASK_ENDING;
	p->n_live--;
	if (exit->is_process || !p->end.is_process)
		p->end = *exit;
	p->end.is_process = true;
	if (t->tid == p->pid) {
		p->leader = t;
	} else {
		drain_event(d, EVENT_EXIT, t)->exit.status = exit->status;
		bury(d, t);
	}
	if (!p->n_live && p->leader)
		tell_end(d, p);
}

void
ebpf_exit(struct drain *d, struct task *t, const struct record_exit *rec)
{
	end(d, t,
		&(struct task_exit){ .status = rec->status,
			.is_process = rec->is_process,
			.peak_rss_bytes = rec->peak_rss_bytes,
			.user_ns = rec->user_ns,
			.system_ns = rec->system_ns });
}

void
ebpf_vanished(struct drain *d, struct task *t)
{
	ebpf_flush(d, t, NULL);
	ebpf_settle(d, t, NULL);
	d->n_lost++;
	drain_doubt(d, "the end of process %d was not recorded", t->process->pid);
	end(d, t, &(struct task_exit){ 0 });
}

/* --- signals --- */

#define SENT_MAX 256 /* signals that wait for the end of one call; more are told before it */

bool
ebpf_is_own_signal(const struct record *head)
{
	const struct record_signal *rec = (const struct record_signal *)head;

	if (head->kind != RECORD_SIGNAL)
		return false;
	return (rec->signal == SIGSTOP && rec->code == SI_KERNEL) ||
	       (rec->signal == SIGCONT && rec->code == SI_USER && rec->sender_pid == getpid());
}

static bool
stops(const struct record_signal *rec)
{
	return rec->signal == SIGSTOP ||
	       (rec->fate == SIGNAL_PLAIN &&
		       (rec->signal == SIGTSTP || rec->signal == SIGTTIN ||
			       rec->signal == SIGTTOU));
}

/* The whole process stops, and each task tells. */
static void
tell_stop(struct drain *d, const struct process *p, int32_t signal)
{
	for (const struct task *t = d->tasks.first; t; t = t->next) {
		struct signal_info *out;

		if (t->process != p || t->phase == TASK_ENDING)
			continue;
		out = &drain_event(d, EVENT_SIGNAL, t)->signal;
		*out = (struct signal_info){ .signal = signal, .is_stop = true };
	}
}

/* The call that the task was in when the signal was sent: more of it comes. Of another signal
 * nothing follows for the first. */
static bool
is_of_call(const struct record *rec, uint64_t sent_ns)
{
	return rec->kind == RECORD_MORE || rec->kind == RECORD_SIGNAL ||
	       (rec->kind == RECORD_CALL &&
		       ((const struct record_call *)rec)->enter_ns <= sent_ns);
}

/* The first n that wait. */
static void
tell_sent(struct drain *d, struct task *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		drain_event(d, EVENT_SIGNAL, t)->signal = t->sent[i].info;
	t->n_sent -= n;
	memmove(t->sent, t->sent + n, t->n_sent * sizeof *t->sent);
}

void
ebpf_settle(struct drain *d, struct task *t, const struct record *next)
{
	size_t n = 0;

	while (n < t->n_sent && !(next && is_of_call(next, t->sent[n].sent_ns)))
		n++;
	if (n)
		tell_sent(d, t, n);
}

static void
await_call(struct drain *d, struct task *t, const struct signal_info *info, uint64_t sent_ns)
{
	if (t->n_sent == SENT_MAX)
		tell_sent(d, t, 1);
	t->sent = mem_grow(t->sent, t->n_sent, &t->sent_capacity, sizeof *t->sent);
	t->sent[t->n_sent++] = (struct sent_signal){ *info, sent_ns };
}

/* Who stands still by the target's doing does not go on by ours. */
static void
note_stop(struct drain *d, const struct task *t, const struct record_signal *rec)
{
	if (!d->hold)
		return;
	if (rec->signal == SIGSTOP)
		hold_halted(d->hold, t->process->pid, rec->head.time_ns);
	else if (rec->signal == SIGCONT)
		hold_continued(d->hold, t->process->pid);
}

void
ebpf_signal(struct drain *d, struct task *t, const struct record_signal *rec)
{
	struct signal_info info = { .signal = rec->signal,
		.code = rec->code,
		.error = rec->error,
		.pid = rec->sender_pid,
		.uid = rec->sender_uid,
		.status = rec->status,
		.address = rec->address,
		.user_ticks = rec->user_ticks,
		.system_ticks = rec->system_ticks,
		.is_stop = rec->is_stop };

	note_stop(d, t, rec);
	await_call(d, t, &info, rec->head.time_ns);
	if (rec->fate == SIGNAL_HANDLED || rec->is_stop || stops(rec))
		ebpf_settle(d, t, NULL);
	if (stops(rec) && !rec->is_stop)
		tell_stop(d, t->process, rec->signal);
}
