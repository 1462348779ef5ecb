/* SPDX-License-Identifier: MIT */
/*
 * edges_state.c - what is on its way between tasks, and belongs to no object of theirs
 *
 * Connections meet by address: who connects first is accepted first, as the kernel's queue has
 * it. Where several wait, whose is whose is not certain.
 */
#include "effects/edges_own.h"

#include "effects/net.h"
#include "effects/process.h"
#include "effects/table.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_WAITING 4096 /* SOMAXCONN: nobody has more connections that wait */

/* A connection that nobody accepted yet. */
struct caller {
	struct moment at;
	struct channel *to, *from; /* as the caller sees them */
	struct caller *next;
};

struct queue {
	struct caller *first, **last;
	size_t n;
};

struct edges {
	struct map *futexes, *signals; /* -> struct channel */
	struct map *inboxes;           /* of datagrams, by address */
	struct map *queues;            /* of connections, by address -> struct queue */
	struct channel *to, *from;     /* of the connection that is being accepted */
	bool is_sure;
};

void
edges_init(struct effects *fx)
{
	struct edges *e = fx->edges = mem_alloc(sizeof *e);

	e->futexes = map_new();
	e->signals = map_new();
	e->inboxes = map_new();
	e->queues = map_new();
}

static void
channels_free(struct map *m)
{
	size_t at = 0;
	void *value;

	while (map_next(m, &at, NULL, NULL, &value))
		channel_drop(value);
	map_free(m);
}

static void
queue_shift(struct queue *q)
{
	struct caller *c = q->first;

	q->first = c->next;
	if (!q->first)
		q->last = &q->first;
	q->n--;
	moment_done(&c->at);
	channel_drop(c->to);
	channel_drop(c->from);
	mem_free(c);
}

void
edges_done(struct effects *fx)
{
	struct edges *e = fx->edges;
	size_t at = 0;
	void *value;

	channels_free(e->futexes);
	channels_free(e->signals);
	channels_free(e->inboxes);
	while (map_next(e->queues, &at, NULL, NULL, &value)) {
		struct queue *q = value;

		while (q->n)
			queue_shift(q);
		mem_free(q);
	}
	map_free(e->queues);
	channel_drop(e->to);
	channel_drop(e->from);
	mem_free(e);
}

static struct channel *
channel_at(void **slot)
{
	if (!*slot)
		*slot = channel_new();
	return *slot;
}

struct channel *
edges_futex(struct effects *fx, const struct task *t, uint64_t address)
{
	struct {
		uint64_t process, address;
	} key = { t->process->nr, address };

	return channel_at(map_slot(fx->edges->futexes, &key, sizeof key));
}

struct channel *
edges_signal(struct effects *fx, const struct process *to, int number)
{
	return channel_at(map_number(
		fx->edges->signals, (uint64_t)to->nr << 8 | ((unsigned)number & 255)));
}

/* Loopback, any address and the machine's own are one place: the port says which. */
static void **
slot_of(struct map *m, const char *address)
{
	int port = address_port(address);

	return port > 0 ? map_number(m, (uint64_t)port) : map_text(m, address);
}

bool
edges_has_caller(struct effects *fx, const char *bound)
{
	const struct queue *q = *slot_of(fx->edges->queues, bound);

	return q && q->n;
}

static struct queue *
queue_of(struct effects *fx, const char *address)
{
	void **slot = slot_of(fx->edges->queues, address);
	struct queue *q = *slot;

	if (!q) {
		q = *slot = mem_alloc(sizeof *q);
		q->last = &q->first;
	}
	return q;
}

bool
edges_is_connected(const struct socket *s)
{
	return s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET;
}

void
edges_connected(const struct act *a, struct socket *s, const char *address)
{
	struct effects *fx = a->fx;
	struct queue *q;
	struct caller *c;

	if (!edges_is_connected(s)) {
		channel_drop(s->to);
		s->to = channel_share(channel_at(slot_of(fx->edges->inboxes, address)));
		return;
	}
	if (s->to)
		return;
	s->to = channel_new();
	s->from = channel_new();
	s->is_sure = true;
	q = queue_of(fx, address);
	if (q->n == MAX_WAITING)
		queue_shift(q);
	c = *q->last = mem_alloc(sizeof *c);
	q->last = &c->next;
	q->n++;
	c->at = causal_now(fx->causal, a->task->nr);
	c->to = channel_share(s->to);
	c->from = channel_share(s->from);
}

void
edges_take_peer(const struct act *a, const char *bound)
{
	struct edges *e = a->fx->edges;
	struct queue *q = queue_of(a->fx, bound);

	channel_drop(TAKE(e->to));
	channel_drop(TAKE(e->from));
	if (!q->n)
		return;
	e->is_sure = q->n == 1;
	e->to = channel_share(q->first->from);
	e->from = channel_share(q->first->to);
	causal_learn(a->fx->causal, a->task->nr, &q->first->at, e->is_sure);
	queue_shift(q);
}

void
edges_accepted(const struct act *a, struct socket *s)
{
	struct edges *e = a->fx->edges;

	s->is_sure = e->is_sure;
	s->to = TAKE(e->to);
	s->from = TAKE(e->from);
}

void
edges_sent_to(const struct act *a, const char *address, uint64_t n_messages)
{
	struct moment now = causal_now(a->fx->causal, a->task->nr);

	channel_put(channel_at(slot_of(a->fx->edges->inboxes, address)), n_messages, &now);
	moment_done(&now);
}

void
edges_bound(const struct act *a, struct socket *s)
{
	if (edges_is_connected(s) || s->from || address_port(s->bound) == 0)
		return;
	s->from = channel_share(channel_at(slot_of(a->fx->edges->inboxes, s->bound)));
	channel_forgive(s->from); /* anybody may send there */
}

void
edges_paired(struct socket *one, struct socket *other)
{
	one->to = channel_new();
	one->from = channel_new();
	other->to = channel_share(one->from);
	other->from = channel_share(one->to);
	one->is_sure = other->is_sure = true;
}

void
edges_dropped(struct effects *fx, struct open_file *o)
{
	const struct task *closer = task_get(fx, fx->acting);
	bool is_last = o->n_users == 0;
	struct moment now = causal_now(fx->causal, fx->acting);

	if (o->kind == OBJECT_PIPE && o->pipe_end == 1)
		channel_close(o->pipe->channel, &now, is_last);
	else if (o->kind == OBJECT_SOCKET && o->socket->to && edges_is_connected(o->socket))
		channel_close(o->socket->to, &now, is_last);
	else if (o->kind == OBJECT_FILE && o->is_locked)
		moment_join(&o->file->unlocked, &now);
	moment_done(&now);
	if (is_last && o->kind == OBJECT_FILE && o->file->locked_by == o)
		o->file->locked_by = NULL;
	if (o->kind == OBJECT_FILE && closer && o->file->range.process == closer->process->nr)
		o->file->range.process = 0; /* any close of the file by its process */
	if (is_last)
		channel_drop(TAKE(o->counter));
}

static void
task_ended(struct effects *fx, struct task *t)
{
	struct moment now = causal_now(fx->causal, t->nr);

	moment_join(&t->process->ended, &now);
	if (t->clear_tid)
		channel_put(edges_futex(fx, t, t->clear_tid), 1, &now);
	moment_done(&now);
}

void
edges_signal_came(struct effects *fx, const struct task *t, const struct signal_info *s)
{
	const struct task *from =
		s->pid > 0 ? map_get_number(fx->by_pid, (uint32_t)s->pid) : NULL;

	if (s->is_stop || !from)
		return;
	if (s->signal == SIGCHLD && s->code > 0)
		causal_learn(fx->causal, t->nr, &from->process->ended, false);
	else if (s->code <= 0)
		channel_take_all(
			edges_signal(fx, t->process, s->signal), fx->causal, t->nr, false);
}

/* SIGCHLD that has no handler tells nobody anything. */
static bool
is_heard(const struct task *t, const struct signal_info *s)
{
	return s->signal != SIGCHLD || s->code <= 0 || t->process->hears_children;
}

void
edges_event(struct effects *fx, const struct event *event)
{
	struct task *t = task_get(fx, event->task), *from;

	if (!t)
		return;
	if (event->kind == EVENT_SIGNAL && is_heard(t, &event->signal))
		edges_signal_came(fx, t, &event->signal);
	if (event->kind == EVENT_EXEC && (from = task_get(fx, event->exec.from)) != NULL) {
		struct moment now = causal_now(fx->causal, from->nr);

		causal_learn(fx->causal, t->nr, &now, true);
		moment_done(&now);
	}
	(void)causal_step(fx->causal, t->nr);
	if (event->kind == EVENT_EXIT && !t->has_ended)
		task_ended(fx, t);
}
