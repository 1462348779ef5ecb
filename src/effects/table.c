/* SPDX-License-Identifier: MIT */
/*
 * table.c - descriptor tables and open files, as the kernel keeps them
 *
 * In a program with threads the ends of calls reach us in another order than the kernel did
 * them: A: close(5) is done, B: open gives 5, and only then A's end is seen. An open that
 * receives a taken number therefore owes one close (slot.n_late), which is the next close of
 * that number that was entered before the open ended. The number may be closed and given out
 * again before that: the debt is the number's, not the open file's.
 */
#include "effects/table.h"

#include "effects/edges.h"
#include "effects/flows.h"
#include "effects/net.h"

#include <string.h>

struct open_file *
open_new(enum object_kind kind, uint32_t flags)
{
	struct open_file *o = mem_alloc(sizeof *o);

	o->kind = (uint8_t)kind;
	o->flags = flags;
	return o;
}

void
open_hold(struct open_file *o)
{
	o->n_users++;
}

void
open_drop(struct effects *fx, struct open_file *o)
{
	if (!o)
		return;
	o->n_users--;
	edges_dropped(fx, o);
	if (o->n_users > 0)
		return;
	if (o->kind == OBJECT_PIPE && --o->pipe->n_users == 0) {
		flow_keep(fx, o->pipe);
		channel_drop(o->pipe->channel);
		str_done(&o->pipe->head);
		mem_free(o->pipe);
	} else if (o->kind == OBJECT_SOCKET && --o->socket->n_users == 0) {
		socket_end(fx, o->socket);
	}
	mem_free(o);
}

struct table *
table_new(void)
{
	struct table *t = mem_alloc(sizeof *t);

	t->n_tasks = 1;
	return t;
}

struct table *
table_share(struct table *t)
{
	t->n_tasks++;
	return t;
}

struct table *
table_copy(const struct table *t)
{
	struct table *copy = table_new();

	copy->slots = mem_array(t->n, sizeof *copy->slots);
	copy->n = copy->capacity = t->n;
	copy->n_open = t->n_open;
	for (size_t i = 0; i < t->n; i++) {
		copy->slots[i] = t->slots[i];
		copy->slots[i].n_late = 0;
		copy->slots[i].is_copy = true;
		if (copy->slots[i].open)
			open_hold(copy->slots[i].open);
	}
	return copy;
}

void
table_drop(struct effects *fx, struct table *t)
{
	if (--t->n_tasks > 0)
		return;
	for (size_t i = 0; i < t->n; i++)
		open_drop(fx, t->slots[i].open);
	mem_free(t->slots);
	mem_free(t);
}

struct slot *
table_slot(const struct table *t, int64_t fd)
{
	if (fd < 0 || (uint64_t)fd >= t->n || !t->slots[fd].open)
		return NULL;
	return &t->slots[fd];
}

struct open_file *
table_get(const struct table *t, int64_t fd)
{
	struct slot *s = table_slot(t, fd);

	return s ? s->open : NULL;
}

void
table_set(struct effects *fx, struct table *t, int64_t fd, struct open_file *o, bool cloexec,
	uint64_t seq)
{
	struct open_file *before;

	open_hold(o);
	if (fd < 0 || fd >= FD_MAX) {
		open_drop(fx, o);
		return;
	}
	while ((uint64_t)fd >= t->n) {
		t->slots = mem_grow(t->slots, t->n, &t->capacity, sizeof *t->slots);
		t->slots[t->n++] = (struct slot){ 0 };
	}
	before = t->slots[fd].open;
	t->n_open += !before;
	fx->max_fds = MAX(fx->max_fds, t->n_open);
	t->slots[fd] = (struct slot){ .open = o, .cloexec = cloexec, .set_seq = seq };
	fx->filled_seq = seq;
	open_drop(fx, before);
}

void
table_give(struct effects *fx, struct table *t, int64_t fd, struct open_file *o, bool cloexec,
	uint64_t seq)
{
	unsigned n_late = 0;
	struct slot *s;

	if (t->n_tasks > 1 && fd >= 0 && (uint64_t)fd < t->n)
		n_late = t->slots[fd].n_late + (t->slots[fd].open != NULL);
	table_set(fx, t, fd, o, cloexec, seq);
	s = table_slot(t, fd);
	if (s)
		s->n_late = (uint8_t)MIN(n_late, 255u);
}

void
table_close(struct effects *fx, struct table *t, int64_t fd, uint64_t enter_seq)
{
	struct open_file *o;
	struct slot *s;

	if (fd < 0 || (uint64_t)fd >= t->n)
		return;
	s = &t->slots[fd];
	if (s->n_late && enter_seq < s->set_seq) {
		s->n_late--;
		return;
	}
	o = s->open;
	t->n_open -= o != NULL;
	*s = (struct slot){ .n_late = s->n_late, .set_seq = s->set_seq };
	open_drop(fx, o);
}

void
table_close_range(struct effects *fx, struct table *t, uint64_t first, uint64_t last)
{
	for (uint64_t fd = first; fd <= last && fd < t->n; fd++)
		table_close(fx, t, (int64_t)fd, UINT64_MAX);
}

void
table_exec(struct effects *fx, struct table *t)
{
	for (size_t fd = 0; fd < t->n; fd++)
		if (t->slots[fd].open && t->slots[fd].cloexec)
			table_close(fx, t, (int64_t)fd, UINT64_MAX);
}
