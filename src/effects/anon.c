/* SPDX-License-Identifier: MIT */
/* anon.c - how much memory without a file behind it is mapped, at most at one time */
#include "effects/anon.h"

#include "effects/calls.h"
#include "effects/msg.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE 4096

struct range {
	uint64_t from, to;
};

struct anon {
	struct range *ranges; /* apart, in order */
	size_t n, capacity;
	uint64_t now, peak, brk; /* bytes; brk: the heap's end, 0: not known */
};

static struct anon *
anon_of(struct process *p)
{
	if (!p->anon)
		p->anon = mem_alloc(sizeof *p->anon);
	return p->anon;
}

void
anon_free(struct anon *a)
{
	if (a)
		mem_free(a->ranges);
	mem_free(a);
}

uint64_t
anon_peak(const struct process *p)
{
	return p->anon ? p->anon->peak : 0;
}

static void
insert(struct anon *a, size_t at, struct range r)
{
	a->ranges = mem_grow(a->ranges, a->n, &a->capacity, sizeof *a->ranges);
	memmove(a->ranges + at + 1, a->ranges + at, (a->n - at) * sizeof *a->ranges);
	a->ranges[at] = r;
	a->n++;
}

/* Takes [from, to) away; says how much of it there was. */
static uint64_t
cut(struct anon *a, uint64_t from, uint64_t to)
{
	uint64_t gone = 0;
	size_t i = 0;

	while (i < a->n && a->ranges[i].to <= from)
		i++;
	while (i < a->n && a->ranges[i].from < to) {
		struct range *r = &a->ranges[i];
		struct range rest = { to, r->to };

		gone += MIN(r->to, to) - MAX(r->from, from);
		if (r->from < from && r->to > to) {
			r->to = from;
			insert(a, i + 1, rest);
			return gone;
		}
		if (r->from < from) {
			r->to = from;
			i++;
		} else if (r->to > to) {
			r->from = to;
			return gone;
		} else {
			memmove(r, r + 1, (a->n - i - 1) * sizeof *r);
			a->n--;
		}
	}
	return gone;
}

static void
count(struct effects *fx, struct anon *a, uint64_t more, uint64_t less)
{
	a->now = a->now + more - less;
	a->peak = MAX(a->peak, a->now);
	fx->anon_now = fx->anon_now + more - less;
	fx->anon_peak = MAX(fx->anon_peak, fx->anon_now);
}

static void
unmap(struct effects *fx, struct process *p, uint64_t from, uint64_t size)
{
	struct anon *a = anon_of(p);
	uint64_t to = from + (size + PAGE - 1) / PAGE * PAGE;

	if (to > from)
		count(fx, a, 0, cut(a, from, to));
}

static void
map(struct effects *fx, struct process *p, uint64_t from, uint64_t size)
{
	struct anon *a = anon_of(p);
	uint64_t to = from + (size + PAGE - 1) / PAGE * PAGE, gone;
	size_t at = 0;

	if (to <= from)
		return;
	gone = cut(a, from, to);
	while (at < a->n && a->ranges[at].from < from)
		at++;
	insert(a, at, (struct range){ from, to });
	count(fx, a, to - from, gone);
}

static void
on_mmapped(struct act *act, const uint64_t *arg, uint64_t at)
{
	if (arg[3] & MAP_ANONYMOUS)
		map(act->fx, act->task->process, at, arg[1]);
	else
		unmap(act->fx, act->task->process, at, arg[1]);
}

/* i386's old mmap takes a pointer to its arguments. */
static void
on_old_mmap(struct act *act, uint64_t at)
{
	uint32_t narrow[6];
	uint64_t arg[6];

	if (!call_read(act->call, 0, act->call->arg[0], narrow, sizeof narrow))
		return;
	for (size_t i = 0; i < ARRAY_LEN(arg); i++)
		arg[i] = narrow[i];
	on_mmapped(act, arg, at);
}

static void
on_remapped(struct act *act, uint64_t at)
{
	const uint64_t *arg = act->call->arg;
	struct process *p = act->task->process;
	struct anon *a = anon_of(p);
	uint64_t gone = cut(a, arg[0], arg[0] + MAX(arg[1], (uint64_t)PAGE));

	count(act->fx, a, 0, gone);
	if (gone)
		map(act->fx, p, at, arg[2]);
}

static void
on_broken(struct act *act, uint64_t end)
{
	struct anon *a = anon_of(act->task->process);
	uint64_t was = a->brk;

	a->brk = end;
	if (was && end > was)
		map(act->fx, act->task->process, was, end - was);
	else if (was && end < was)
		unmap(act->fx, act->task->process, end, was - end);
}

void
anon_call(struct act *act)
{
	const struct call *call = act->call;
	uint64_t ret = call->arch == ARCH_I386 ? (uint32_t)call->ret : (uint64_t)call->ret;

	if (act->id == CALL_mmap && call->arch == ARCH_I386)
		on_old_mmap(act, ret);
	else if (act->id == CALL_mmap || act->id == CALL_mmap2)
		on_mmapped(act, call->arg, ret);
	else if (act->id == CALL_munmap)
		unmap(act->fx, act->task->process, call->arg[0], call->arg[1]);
	else if (act->id == CALL_mremap)
		on_remapped(act, ret);
	else if (act->id == CALL_brk)
		on_broken(act, ret);
}

void
anon_start(struct effects *fx, const struct process *parent, struct process *child)
{
	struct anon *a;

	if (!parent || !parent->anon || child->anon)
		return;
	a = anon_of(child);
	a->brk = parent->anon->brk;
	for (size_t i = 0; i < parent->anon->n; i++)
		insert(a, i, parent->anon->ranges[i]);
	count(fx, a, parent->anon->now, 0);
}

void
anon_gone(struct effects *fx, struct process *p)
{
	if (!p->anon)
		return;
	count(fx, p->anon, 0, p->anon->now);
	p->anon->n = 0;
	p->anon->brk = 0;
}
