/* SPDX-License-Identifier: MIT */
/* edges.c - which calls hand on what their task knows, and which take it */
#include "effects/edges.h"

#include "effects/edges_own.h"
#include "effects/msg.h"
#include "effects/table.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

typedef void (*edge_fn)(const struct act *a, int arg);

static struct open_file *
open_of(const struct act *a, int arg)
{
	return table_get(a->task->table, (int32_t)a->call->arg[arg]);
}

/* Of datagrams it is messages that are counted. */
bool
edges_sigwait(const struct act *a, struct signal_info *out)
{
	bool is_wide = a->call->arch == ARCH_X86_64 || a->call->arch == ARCH_AARCH64;
	uint64_t at = a->call->arg[1];

	*out = (struct signal_info){ .signal = (int32_t)a->call->ret };
	return call_read(a->call, 1, at + 8, &out->code, sizeof out->code) &&
	       call_read(a->call, 1, at + (is_wide ? 16 : 12), &out->pid, sizeof out->pid);
}

static void
take_sigwait(const struct act *a, int arg)
{
	struct signal_info s;

	(void)arg;
	if (edges_sigwait(a, &s))
		edges_signal_came(a->fx, a->task, &s);
}

static uint64_t
units(const struct act *a, const struct open_file *o)
{
	bool is_many = a->id == CALL_recvmmsg || a->id == CALL_recvmmsg_time64 ||
		       a->id == CALL_sendmmsg;

	if (o->kind == OBJECT_SOCKET && o->socket->type != SOCK_STREAM)
		return is_many ? (uint64_t)a->call->ret : 1;
	return is_many ? 0 : (uint64_t)a->call->ret;
}

struct channel *
edges_inward(const struct open_file *o)
{
	if (!o)
		return NULL;
	if (o->kind == OBJECT_PIPE)
		return o->pipe->channel;
	if (o->kind == OBJECT_SOCKET)
		return o->socket->from;
	return o->counter;
}

struct channel *
edges_outward(const struct open_file *o)
{
	if (!o)
		return NULL;
	if (o->kind == OBJECT_PIPE)
		return o->pipe->channel;
	if (o->kind == OBJECT_SOCKET)
		return o->socket->to;
	return o->counter;
}

static void
take_data(const struct act *a, int arg)
{
	struct open_file *o = open_of(a, arg);
	struct channel *ch = edges_inward(o);
	struct causal *c = a->fx->causal;
	bool is_firm = o && (o->kind == OBJECT_PIPE ||
				    (o->kind == OBJECT_SOCKET && o->socket->is_sure));

	if (!ch)
		return;
	if (o->counter)
		channel_take_all(ch, c, a->task->nr, false);
	else if (a->call->ret == 0)
		channel_find_end(ch, c, a->task->nr, is_firm);
	else if (!((a->id == CALL_recvfrom || a->id == CALL_recvmsg) &&
			 a->call->arg[a->id == CALL_recvmsg ? 2 : 3] & MSG_PEEK))
		channel_take(ch, units(a, o), c, a->task->nr, is_firm);
}

static void
tell_data(const struct act *a, int arg)
{
	struct open_file *o = open_of(a, arg);
	struct channel *ch = edges_outward(o);
	struct moment now;

	if (!ch)
		return;
	now = causal_now(a->fx->causal, a->task->nr);
	channel_put(ch, o->counter ? 1 : units(a, o), &now);
	moment_done(&now);
}

static void
tell_shutdown(const struct act *a, int arg)
{
	struct channel *ch = edges_outward(open_of(a, arg));
	struct moment now;

	if (!ch || a->call->arg[1] == SHUT_RD)
		return;
	now = causal_now(a->fx->causal, a->task->nr);
	channel_close(ch, &now, true);
	moment_done(&now);
}

static void
take_peer(const struct act *a, int arg)
{
	struct open_file *o = open_of(a, arg);

	if (o && o->kind == OBJECT_SOCKET && o->socket->bound)
		edges_take_peer(a, o->socket->bound);
}

/* Which of several children ends first is luck; a shell that waits for its last child runs it
 * in the foreground. */
static bool
is_last_child(const struct act *a, int64_t pid)
{
	const struct task *t = pid > 0 ? map_get_number(a->fx->by_pid, (uint32_t)pid) : NULL;

	return t && t->process->parent == a->task->process &&
	       t->process->ordinal == a->task->process->n_children;
}

/* is_meant: it was that child that the caller asked for, and no other. */
static void
took_child(const struct act *a, int64_t pid, bool is_meant, bool blocks)
{
	const struct task *t = pid > 0 ? map_get_number(a->fx->by_pid, (uint32_t)pid) : NULL;

	if (!t)
		return;
	causal_learn(a->fx->causal, a->task->nr, &t->process->ended,
		blocks && (is_meant || is_last_child(a, pid)));
	/* A shell's handler of SIGCHLD may have taken it already when the shell comes to wait.
	 */
	if (!t->process->waited_ns)
		t->process->waited_ns = a->event->time_ns;
}

static void
take_child(const struct act *a, int arg)
{
	int64_t asked = (int32_t)a->call->arg[arg], pid = a->call->ret;

	took_child(a, pid, asked > 0, !(a->call->arg[2] & WNOHANG));
}

static void
take_waitid(const struct act *a, int arg)
{
	uint64_t type = a->call->arg[arg], options = a->call->arg[3];
	const struct open_file *o = type == P_PIDFD ? open_of(a, 1) : NULL;
	bool is_wide = a->call->arch == ARCH_X86_64 || a->call->arch == ARCH_AARCH64;
	int32_t pid = 0;

	if (type == P_PID)
		pid = (int32_t)a->call->arg[1];
	else if (o && o->kind == OBJECT_OTHER)
		pid = o->pid;
	else
		call_read(a->call, 2, a->call->arg[2] + (is_wide ? 16 : 12), &pid, sizeof pid);
	took_child(a, pid, type == P_PID || type == P_PIDFD, !(options & WNOHANG));
}

static uint64_t
clone_word(const struct act *a, unsigned index)
{
	uint64_t words[8] = { 0 };

	if (a->id == CALL_clone3) {
		call_read(a->call, 0, a->call->arg[0], words, sizeof words);
		return words[index];
	}
	return index == 0                     ? a->call->arg[0]
	       : a->call->arch == ARCH_X86_64 ? a->call->arg[3]
					      : a->call->arg[4];
}

/* vfork(2) returns when the child has executed something or is gone. Any clone may name the
 * word that is cleared when the child ends. */
static void
take_vfork(const struct act *a, int arg)
{
	uint64_t flags = arg < 0 ? CLONE_VFORK : clone_word(a, 0);
	struct task *t =
		a->call->ret > 0 ? map_get_number(a->fx->by_pid, (uint32_t)a->call->ret) : NULL;
	struct moment now;

	if (t && flags & CLONE_CHILD_CLEARTID)
		t->clear_tid = clone_word(a, 2);
	if (!t || !(flags & CLONE_VFORK))
		return;
	now = causal_now(a->fx->causal, t->nr);
	causal_learn(a->fx->causal, a->task->nr, &now, false);
	moment_done(&now);
}

static struct file *
file_of(const struct act *a, int arg)
{
	struct open_file *o = open_of(a, arg);

	return o && o->kind == OBJECT_FILE ? o->file : NULL;
}

static void
locked(const struct act *a, int arg)
{
	open_of(a, arg)->is_locked = true;
	causal_learn(a->fx->causal, a->task->nr, &file_of(a, arg)->unlocked, false);
}

static void
unlocked(const struct act *a, struct file *f)
{
	struct moment now = causal_now(a->fx->causal, a->task->nr);

	moment_join(&f->unlocked, &now);
	moment_done(&now);
}

static void
take_flock(const struct act *a, int arg)
{
	struct file *f = file_of(a, arg);

	if (!f || a->call->arg[1] & LOCK_UN)
		return;
	locked(a, arg);
	if (a->call->arg[1] & LOCK_EX)
		f->locked_by = open_of(a, arg);
}

static void
tell_flock(const struct act *a, int arg)
{
	struct file *f = file_of(a, arg);

	if (!f || !(a->call->arg[1] & LOCK_UN))
		return;
	unlocked(a, f);
	open_of(a, arg)->is_locked = false; /* its close gives nothing up any more */
	if (f->locked_by == open_of(a, arg))
		f->locked_by = NULL;
}

/* What a lock of fcntl(2) asks for: F_RDLCK, F_WRLCK, F_UNLCK; -1: it asks for none. */
static int
lock_type(const struct act *a)
{
	int16_t type = -1;

	switch (a->call->arg[1]) {
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
	case 13: /* F_SETLK64 and F_SETLKW64 of 32-bit callers */
	case 14:
		if (call_read(a->call, 2, a->call->arg[2], &type, sizeof type))
			return type;
	}
	return -1;
}

bool
edges_lock_range(const struct act *a, struct lock_range *out)
{
	struct flock lock;

	if ((a->call->arg[1] != F_SETLK && a->call->arg[1] != F_SETLKW) ||
		(a->call->arch != ARCH_X86_64 && a->call->arch != ARCH_AARCH64) ||
		!call_read(a->call, 2, a->call->arg[2], &lock, offsetof(struct flock, l_pid)) ||
		lock.l_whence != SEEK_SET || lock.l_len < 0)
		return false;
	*out = (struct lock_range){ a->task->process->nr, lock.l_type == F_UNLCK, lock.l_start,
		lock.l_len ? lock.l_start + lock.l_len : INT64_MAX };
	return true;
}

/* Whoever had it for himself, in part, has it no more. */
static void
leave_range(const struct act *a, struct file *f)
{
	struct lock_range now;

	if (f->range.process == a->task->process->nr &&
		(!edges_lock_range(a, &now) ||
			(now.from < f->range.to && f->range.from < now.to)))
		f->range.process = 0;
}

static void
take_lock(const struct act *a, int arg)
{
	struct file *f = file_of(a, arg);
	int type = lock_type(a);

	if (!f || (type != F_RDLCK && type != F_WRLCK))
		return;
	locked(a, arg);
	leave_range(a, f);
	if (type == F_WRLCK && !edges_lock_range(a, &f->range))
		f->range.process = 0;
}

static void
tell_lock(const struct act *a, int arg)
{
	struct file *f = file_of(a, arg);

	if (!f || lock_type(a) != F_UNLCK)
		return;
	unlocked(a, f);
	leave_range(a, f);
}

static void
take_futex(const struct act *a, int arg)
{
	uint64_t op = a->call->arg[1] & FUTEX_CMD_MASK;

	if (a->call->ret == 0 && (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET ||
					 op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2))
		channel_take(edges_futex(a->fx, a->task, a->call->arg[arg]), 1, a->fx->causal,
			a->task->nr, false);
}

static void
tell_futex(const struct act *a, int arg)
{
	uint64_t op = a->call->arg[1] & FUTEX_CMD_MASK;
	uint64_t n = op == FUTEX_UNLOCK_PI ? 1 : (uint64_t)a->call->ret;
	struct moment now;

	if (op != FUTEX_WAKE && op != FUTEX_WAKE_BITSET && op != FUTEX_WAKE_OP &&
		op != FUTEX_REQUEUE && op != FUTEX_CMP_REQUEUE && op != FUTEX_UNLOCK_PI)
		return;
	now = causal_now(a->fx->causal, a->task->nr);
	channel_put(edges_futex(a->fx, a->task, a->call->arg[arg]), n, &now);
	if (op == FUTEX_WAKE_OP)
		channel_put(edges_futex(a->fx, a->task, a->call->arg[4]), n, &now);
	moment_done(&now);
}

static void
signalled(const struct act *a, int64_t pid, int number)
{
	const struct task *t = pid > 0 ? map_get_number(a->fx->by_pid, (uint32_t)pid) : NULL;
	struct moment now;

	if (!t || number <= 0 || t->process->has_ended)
		return;
	now = causal_now(a->fx->causal, a->task->nr);
	channel_put(edges_signal(a->fx, t->process, number), 1, &now);
	moment_done(&now);
}

static void
tell_kill(const struct act *a, int arg)
{
	signalled(a, (int32_t)a->call->arg[arg], (int)a->call->arg[arg + 1]);
}

static void
tell_pidfd(const struct act *a, int arg)
{
	const struct open_file *o = open_of(a, arg);

	if (o && o->kind == OBJECT_OTHER)
		signalled(a, o->pid, (int)a->call->arg[1]);
}

struct edge {
	edge_fn run;
	int8_t arg;
};

static const struct edge takes[N_CALL_IDS] = {
#define TAKES(call_, run_, arg_) [CALL_##call_] = { run_, arg_ },
#define TELLS(call_, run_, arg_)
#include "effects/edges.def"
#undef TELLS
#undef TAKES
};

static const struct edge tells[N_CALL_IDS] = {
#define TAKES(call_, run_, arg_)
#define TELLS(call_, run_, arg_) [CALL_##call_] = { run_, arg_ },
#include "effects/edges.def"
#undef TELLS
#undef TAKES
};

/* Futexes are left out: many, and who waits for whom varies. */
bool
edges_are_firm(enum call_id id)
{
	return (takes[id].run && takes[id].run != take_futex) || tells[id].run == tell_shutdown;
}

int
edges_tell_arg(enum call_id id)
{
	return tells[id].run ? tells[id].arg : -1;
}

bool
edges_takes_data(enum call_id id)
{
	return takes[id].run == take_data;
}

int
edges_take_arg(enum call_id id)
{
	return takes[id].arg;
}

/* SIGCHLD tells nobody anything unless there is a handler. */
static void
note_handler(const struct act *a)
{
	uint64_t handler = 0;

	if (a->call->arg[0] == SIGCHLD && call_read(a->call, 1, a->call->arg[1], &handler,
						  a->call->arch == ARCH_I386 ? 4 : 8))
		a->task->process->hears_children = handler > (uintptr_t)SIG_IGN;
}

void
edges_call(struct act *a)
{
	bool is_done = a->call->state == CALL_DONE && !a->call->is_error;

	if (is_done && takes[a->id].run)
		takes[a->id].run(a, takes[a->id].arg);
	a->at = causal_step(a->fx->causal, a->task->nr);
	if (is_done && tells[a->id].run)
		tells[a->id].run(a, tells[a->id].arg);
	if (is_done && a->id == CALL_set_tid_address)
		a->task->clear_tid = a->call->arg[0];
	if (is_done && a->id == CALL_rt_sigaction)
		note_handler(a);
}
