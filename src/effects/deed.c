/* SPDX-License-Identifier: MIT */
/* deed.c - things done that need no object: signals to the outside, privileged acts */
#include "effects/deed.h"

#include "effects/alias.h"
#include "effects/evidence.h"
#include "effects/msg.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/table.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#define NAMESPACES                                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |         \
		CLONE_NEWPID | CLONE_NEWNET)

void
deed_add(const struct act *a, enum effect_kind kind, const char *key)
{
	AUTO(str_done) struct str full = { 0 };
	struct deed *d;
	void **slot;

	str_addf(&full, "%d %s", kind, key);
	slot = map_text(a->fx->deeds, full.data);
	d = *slot;
	if (!d) {
		d = *slot = arena_alloc(a->fx->arena, sizeof *d);
		d->kind = kind;
		d->key = arena_strdup(a->fx->arena, key);
		evidence_keep(&d->evidence, a);
	}
	d->n++;
}

void
deeds_free(struct effects *fx)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->deeds, &at, NULL, NULL, &value))
		evidence_free(((struct deed *)value)->evidence);
	map_free(fx->deeds);
}

/* Whoever kills a process does not know what it did before; but no signal that ends nobody has
 * ended it, and a crash by another signal is its own. An end is told before the call that
 * brought it about has returned, if it ever does. */
static void
mark_killed(const struct act *a, struct process *p, int number)
{
	static const int harmless[] = { SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD,
		SIGURG, SIGWINCH };

	if (p == a->task->process || (p->has_ended && p->ended_seq <= a->call->enter_seq))
		return;
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		if (number == harmless[i])
			return;
	if (number < 64)
		p->killed_by |= UINT64_C(1) << number;
	p->was_killed_by_us = true;
}

static void
signal_to(const struct act *a, int64_t pid, int number)
{
	const struct task *to = map_get_number(a->fx->by_pid, (uint32_t)pid);
	AUTO(str_done) struct str key = { 0 };
	char room[16];

	if (number == 0)
		return; /* asks, and sends nothing */
	if (to) {
		mark_killed(a, to->process, number);
		return;
	}
	if (a->call->state != CALL_DONE)
		return; /* who knows */
	str_addf(&key, "%s to %s", decode_signal_name(number, room),
		pid == 1 ? "process 1" : "a process outside");
	deed_add(a, EFFECT_SIGNAL, key.data);
}

/* A process group is ours when its leader is; 0 is the caller's own. */
static void
signal_to_group(const struct act *a, int64_t group, int number)
{
	const struct task *leader = map_get_number(a->fx->by_pid, (uint32_t)group);
	struct effects *fx = a->fx;
	AUTO(str_done) struct str key = { 0 };
	char room[16];

	if (number == 0)
		return;
	if (leader || group == 0) {
		for (size_t i = 0; i < fx->n_processes; i++)
			mark_killed(a, fx->processes[i], number);
		return;
	}
	if (a->call->state != CALL_DONE)
		return;
	str_addf(&key, "%s to %s", decode_signal_name(number, room),
		group == 1 ? "every process" : "a process group outside");
	deed_add(a, EFFECT_SIGNAL, key.data);
}

void
on_kill(struct act *a)
{
	int64_t pid = (int32_t)a->call->arg[a->col[0]];
	int number = (int)a->call->arg[a->col[1]];

	if (pid > 0)
		signal_to(a, pid, number);
	else if (a->id == CALL_kill)
		signal_to_group(a, -pid, number);
}

void
on_pidfd_signal(struct act *a)
{
	const struct open_file *o = table_get(a->task->table, (int32_t)a->call->arg[0]);
	const struct task *to;

	if (!o || o->kind != OBJECT_OTHER || !o->pid || (int)a->call->arg[1] == 0)
		return;
	to = map_get_number(a->fx->by_pid, (uint32_t)o->pid);
	signal_to(a, to ? to->process->pid : o->pid, (int)a->call->arg[1]);
}

/* The call without its addresses is what was done. */
void
on_privilege(struct act *a)
{
	const struct decode_text how = {
		.string_limit = 4096, .list_limit = 64, .hide_addresses = true
	};
	AUTO(str_done) struct str key = { 0 };

	decode_call(&key, a->call, &how);
	deed_add(a, EFFECT_PRIVILEGE, str_text(&key));
	if (a->id == CALL_chroot) {
		const char *path = path_of(a, -1, 0, true, false);

		if (!path)
			return;
		task_own_root(a->task, path);
	}
}

/* Columns: the argument with the process; -2: the second, when the first says that it is one;
 * the argument without which nothing is set, or -1. */
void
on_outside(struct act *a)
{
	int at = a->col[0] == -2 ? 1 : a->col[0];
	int64_t pid = (int32_t)a->call->arg[at];
	const struct decode_text how = { .string_limit = 64, .hide_addresses = true };
	const char *whom = pid == 1 ? "process 1" : "a process outside";
	AUTO(str_done) struct str key = { 0 };

	if (a->col[0] == -2 && a->call->arg[0] != (uint64_t)a->col[2])
		whom = "several processes"; /* of a group or a user */
	else if (map_get_number(a->fx->by_pid, (uint32_t)pid))
		return;
	if (pid <= 0 || (a->col[1] >= 0 && !a->call->arg[a->col[1]]))
		return;
	str_addf(&key, "%s(", decode_spec_of(a->id)->name);
	for (int i = 0; i < 6; i++) {
		size_t n = key.n;

		str_add(&key, i ? ", " : "");
		if (i == at)
			str_add(&key, whom);
		else if (!decode_arg(&key, a->call, (unsigned)i, &how))
			str_cut(&key, n);
	}
	str_add_char(&key, ')');
	deed_add(a, EFFECT_PRIVILEGE, key.data);
}

static void
new_namespaces(const struct act *a, uint64_t flags)
{
	static const struct {
		uint64_t flag;
		const char *text;
	} kinds[] = {
		{ CLONE_NEWNS, "a new mount namespace" },
		{ CLONE_NEWCGROUP, "a new cgroup namespace" },
		{ CLONE_NEWUTS, "a new host name namespace" },
		{ CLONE_NEWIPC, "a new ipc namespace" },
		{ CLONE_NEWUSER, "a new user namespace" },
		{ CLONE_NEWPID, "a new pid namespace" },
		{ CLONE_NEWNET, "a new network namespace" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (flags & kinds[i].flag)
			deed_add(a, EFFECT_PRIVILEGE, kinds[i].text);
}

void
on_unshare(struct act *a)
{
	uint64_t flags = a->call->arg[0];

	if (flags & CLONE_FILES)
		task_own_table(a->fx, a->task);
	if (flags & (CLONE_FS | CLONE_NEWNS))
		task_own_place(a->task);
	new_namespaces(a, flags & NAMESPACES);
}

/* A descriptor for the child, which the child itself has not. */
static void
give_pidfd(struct act *a, int arg, uint64_t address)
{
	struct open_file *o;
	int32_t fd;

	if (!call_read(a->call, arg, address, &fd, sizeof fd))
		return;
	o = open_new(OBJECT_OTHER, O_RDWR);
	o->word = "pidfd";
	o->pid = (int32_t)a->call->ret;
	table_give(a->fx, a->task->table, fd, o, true, a->event->seq);
}

void
on_clone(struct act *a)
{
	uint64_t asked[2] = { a->call->arg[0] }; /* flags, and where the pidfd goes */
	int arg = a->id == CALL_clone3 ? 0 : 2;

	if (a->id == CALL_clone3 &&
		!call_read(a->call, 0, a->call->arg[0], asked, sizeof asked))
		return;
	if (a->id != CALL_clone3)
		asked[1] = a->call->arg[2];
	new_namespaces(a, asked[0] & NAMESPACES);
	if (asked[0] & CLONE_PIDFD)
		give_pidfd(a, arg, asked[1]);
}
