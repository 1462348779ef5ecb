/* SPDX-License-Identifier: MIT */
/*
 * edges_need.c - what an event waits for that was not reported yet
 *
 * An end of a call shows what must have been begun before: bytes that are read were being
 * written, a lock that is got was being given up. If that is not known here, then it is under
 * way, and its end is the next event of its task.
 */
#include "effects/edges_own.h"

#include "effects/process.h"
#include "effects/table.h"

#include <linux/futex.h>
#include <sys/file.h>
#include <sys/socket.h>

static bool
as_act(struct effects *fx, const struct event *event, struct act *a)
{
	*a = (struct act){ .fx = fx,
		.task = task_get(fx, event->task),
		.event = event,
		.call = &event->call };
	if (event->kind != EVENT_CALL || !a->task || event->call.arch >= N_ARCHES)
		return false;
	a->id = decode_spec((enum arch)event->call.arch, event->call.nr)->id;
	return event->call.state == CALL_DONE && !event->call.is_error;
}

static struct open_file *
open_of(const struct act *a, int arg)
{
	return table_get(a->task->table, (int32_t)a->call->arg[arg]);
}

/* Are edges followed that goldens do not rest on? */
static bool
wants_all(const struct effects *fx)
{
	return fx->opts.clocks || fx->opts.visit || fx->opts.critical;
}

static struct need
data_need(const struct act *a)
{
	const struct open_file *o = open_of(a, edges_take_arg(a->id));
	struct channel *ch = edges_inward(o);
	uint64_t n = (uint64_t)a->call->ret;

	if (!ch || (o->counter && !wants_all(a->fx)))
		return (struct need){ 0 };
	if (o->counter)
		n = 1;
	else if (n == 0 && (o->kind == OBJECT_PIPE || edges_is_connected(o->socket)))
		return (struct need){ channel_has_ended(ch) ? NEED_NOTHING : NEED_END,
			.channel = ch };
	else if (o->kind == OBJECT_SOCKET && o->socket->type != SOCK_STREAM)
		n = 1;
	return (struct need){ channel_lacks(ch, n) ? NEED_DATA : NEED_NOTHING, .channel = ch };
}

static struct need
peer_need(const struct act *a)
{
	const struct open_file *o = open_of(a, 0);

	if (!o || o->kind != OBJECT_SOCKET || !o->socket->bound || o->socket->has_strangers ||
		edges_has_caller(a->fx, o->socket->bound))
		return (struct need){ 0 };
	return (struct need){ NEED_PEER, .listener = o->socket };
}

static struct need
futex_need(const struct act *a)
{
	uint64_t op = a->call->arg[1] & FUTEX_CMD_MASK;
	struct channel *ch;

	if (a->call->ret != 0 || (op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET))
		return (struct need){ 0 };
	ch = edges_futex(a->fx, a->task, a->call->arg[0]);
	return (struct need){ channel_lacks(ch, 1) ? NEED_WAKE : NEED_NOTHING, .channel = ch };
}

static struct need
lock_need(const struct act *a)
{
	const struct open_file *o = open_of(a, 0);

	if (!o || o->kind != OBJECT_FILE || a->call->arg[1] & LOCK_UN || !o->file->locked_by ||
		o->file->locked_by == o)
		return (struct need){ 0 };
	return (struct need){ NEED_UNLOCK, .file = o->file };
}

static struct need
range_need(const struct act *a)
{
	const struct open_file *o = open_of(a, 0);
	struct lock_range now;

	if (!o || o->kind != OBJECT_FILE || !o->file->range.process ||
		!edges_lock_range(a, &now) || now.is_given_up ||
		now.process == o->file->range.process || now.from != o->file->range.from ||
		now.to != o->file->range.to)
		return (struct need){ 0 };
	return (struct need){ NEED_UNLOCK, .file = o->file };
}

static struct need
signal_need(struct effects *fx, const struct task *t, const struct signal_info *s)
{
	const struct task *from =
		s->pid > 0 ? map_get_number(fx->by_pid, (uint32_t)s->pid) : NULL;
	struct channel *ch;

	if (!t || !from || s->is_stop || s->code > 0)
		return (struct need){ 0 };
	ch = edges_signal(fx, t->process, s->signal);
	return (struct need){ channel_lacks(ch, 1) ? NEED_SENDER : NEED_NOTHING,
		.channel = ch };
}

struct need
edges_need(struct effects *fx, const struct event *event)
{
	struct signal_info waited;
	struct act a;

	if (event->kind == EVENT_SIGNAL && wants_all(fx))
		return signal_need(fx, task_get(fx, event->task), &event->signal);
	if (!as_act(fx, event, &a))
		return (struct need){ 0 };
	if (edges_takes_data(a.id))
		return data_need(&a);
	if (a.id == CALL_accept || a.id == CALL_accept4)
		return peer_need(&a);
	if (!wants_all(fx))
		return (struct need){ 0 };
	if (a.id == CALL_futex || a.id == CALL_futex_time64)
		return futex_need(&a);
	if ((a.id == CALL_rt_sigtimedwait || a.id == CALL_rt_sigtimedwait_time64) &&
		edges_sigwait(&a, &waited))
		return signal_need(fx, a.task, &waited);
	if (a.id == CALL_fcntl)
		return range_need(&a);
	return a.id == CALL_flock ? lock_need(&a) : (struct need){ 0 };
}

/* A call that is about a descriptor: does what stands behind it give what is missing? */
static bool
feeds_by_fd(const struct act *a, const struct need *need)
{
	int arg = a->id == CALL_close || a->id == CALL_flock ? 0 : edges_tell_arg(a->id);
	const struct open_file *o = arg >= 0 ? open_of(a, arg) : NULL;

	if (!o)
		return false;
	if (need->kind == NEED_UNLOCK)
		return o->kind == OBJECT_FILE && o->file == need->file;
	return edges_outward(o) == need->channel;
}

static bool
feeds_by_exit(struct effects *fx, const struct event *event, const struct need *need)
{
	const struct task *t = task_get(fx, event->task);

	if (need->kind == NEED_WAKE)
		return t && t->clear_tid && edges_futex(fx, t, t->clear_tid) == need->channel;
	return need->kind == NEED_END || need->kind == NEED_UNLOCK;
}

bool
edges_feeds(struct effects *fx, const struct event *event, const struct need *need)
{
	struct act a;
	bool is_done = as_act(fx, event, &a);

	if (event->kind == EVENT_EXIT)
		return feeds_by_exit(fx, event, need);
	if (event->kind != EVENT_CALL || !a.task)
		return false;
	if (need->kind == NEED_PEER)
		return a.id == CALL_connect; /* one that goes on in the background, too */
	if (!is_done)
		return false;
	if (need->kind == NEED_WAKE)
		return (a.id == CALL_futex || a.id == CALL_futex_time64) &&
		       edges_futex(fx, a.task, a.call->arg[0]) == need->channel;
	if (need->kind == NEED_SENDER)
		return a.id == CALL_kill || a.id == CALL_tkill || a.id == CALL_tgkill ||
		       a.id == CALL_rt_sigqueueinfo || a.id == CALL_rt_tgsigqueueinfo ||
		       a.id == CALL_pidfd_send_signal;
	return feeds_by_fd(&a, need);
}

void
edges_forgive(const struct need *need)
{
	/* Others may wake and signal again: those words and numbers are many. */
	if (need->channel && (need->kind == NEED_DATA || need->kind == NEED_END))
		channel_forgive(need->channel);
	if (need->listener)
		need->listener->has_strangers = true;
	if (need->file) {
		need->file->locked_by = NULL;
		need->file->range.process = 0;
	}
}
