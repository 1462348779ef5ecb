/* SPDX-License-Identifier: MIT */
/* mutant.c - a run as it might have been: a tape with some events dropped, changed, added,
 * moved
 */
#include "mutate/mutant.h"

#include <string.h>

struct mutant *
mutant_new(const struct tape *tape)
{
	struct mutant *m = mem_alloc(sizeof *m);

	m->arena = arena_new();
	m->tape = tape;
	m->events = mem_array(tape->n + 1, sizeof *m->events);
	for (size_t i = 0; i < tape->n; i++)
		m->events[i] = &tape->events[i];
	memcpy(m->received, tape->received, sizeof m->received);
	return m;
}

void
mutant_free(struct mutant *m)
{
	if (!m)
		return;
	mem_free(m->events);
	mem_free(m->added);
	arena_free(m->arena);
	mem_free(m);
}

void
mutant_drop(struct mutant *m, size_t i)
{
	m->events[i] = NULL;
}

/* An event that was changed before is the mutant's own already. */
static bool
is_own(const struct mutant *m, size_t i)
{
	const struct tape *t = m->tape;

	return m->events[i] < t->events || m->events[i] >= t->events + t->n;
}

struct event *
mutant_edit(struct mutant *m, size_t i)
{
	assert(m->events[i]);
	if (!is_own(m, i))
		m->events[i] = arena_dup(m->arena, m->events[i], sizeof(struct event));
	return (struct event *)(uintptr_t)m->events[i];
}

struct area *
mutant_areas(struct mutant *m, struct event *e)
{
	struct area *areas = arena_array(m->arena, e->call.n_areas + 1, sizeof *areas);

	if (e->call.n_areas)
		memcpy(areas, e->call.areas, e->call.n_areas * sizeof *areas);
	e->call.areas = areas;
	return areas;
}

struct event *
mutant_add(struct mutant *m, size_t i, enum event_kind kind, uint32_t task)
{
	const struct tape *t = m->tape;
	uint64_t before = i ? t->events[i - 1].seq : 0, n = 0;
	struct event *e = arena_alloc(m->arena, sizeof *e);
	size_t at = m->n_added;

	for (size_t k = 0; k < m->n_added; k++)
		n += m->added[k].at == i;
	e->kind = (uint8_t)kind;
	e->task = task;
	e->seq = before + 2 * n + 2;
	e->time_ns = i ? t->events[i - 1].time_ns : 0;
	m->added = mem_grow(m->added, m->n_added, &m->capacity, sizeof *m->added);
	while (at > 0 && m->added[at - 1].at > i) {
		m->added[at] = m->added[at - 1];
		at--;
	}
	m->added[at] = (struct added){ i, e };
	m->n_added++;
	return e;
}

struct event *
mutant_add_call(struct mutant *m, size_t i, uint32_t task, enum call_id id, int64_t ret)
{
	struct event *e = mutant_add(m, i, EVENT_CALL, task);
	const char *machine = m->tape->header.machine;
	enum arch arch =
		machine && strcmp(machine, "aarch64") == 0 ? ARCH_AARCH64 : ARCH_X86_64;
	int nr = decode_nr(arch, id);

	assert(nr >= 0);
	e->call.nr = (uint32_t)nr;
	e->call.arch = (uint8_t)arch;
	e->call.ret = ret;
	e->call.is_error = ret < 0;
	e->call.enter_ns = e->time_ns;
	e->call.enter_seq = e->seq - 1;
	return e;
}

void
mutant_give(struct mutant *m, struct event *e, unsigned arg, enum area_kind kind,
	const void *bytes, size_t n)
{
	struct area *areas = mutant_areas(m, e), *a = &areas[e->call.n_areas++];

	*a = (struct area){ .arg = (uint8_t)arg,
		.kind = (uint8_t)kind,
		.kept = (uint32_t)n,
		.address = 0x7f0000000000u + 4096u * arg,
		.size = n,
		.bytes = arena_dup(m->arena, bytes, n) };
	if (kind == AREA_DATA_OUT) {
		a->has_digest = true;
		digest_add(&a->digest, bytes, n);
	}
	e->call.arg[arg] = a->address;
}

void
mutant_swap(struct mutant *m, size_t i, size_t k)
{
	struct event *a = mutant_edit(m, i), *b = mutant_edit(m, k);
	uint64_t seq = a->seq, ns = a->time_ns, enter_seq, enter_ns;
	bool both = a->kind == EVENT_CALL && b->kind == EVENT_CALL;

	a->seq = b->seq;
	a->time_ns = b->time_ns;
	b->seq = seq;
	b->time_ns = ns;
	if (both && b->call.enter_seq > seq) {
		enter_seq = a->call.enter_seq;
		enter_ns = a->call.enter_ns;
		a->call.enter_seq = b->call.enter_seq;
		a->call.enter_ns = b->call.enter_ns;
		b->call.enter_seq = enter_seq;
		b->call.enter_ns = enter_ns;
	}
	m->events[i] = b;
	m->events[k] = a;
}

void
mutant_move(struct mutant *m, size_t from, size_t to)
{
	struct event *moved = arena_dup(m->arena, m->events[from], sizeof *moved);
	struct event *place = mutant_add(m, to, (enum event_kind)moved->kind, moved->task);

	moved->seq = place->seq;
	moved->time_ns = place->time_ns;
	if (moved->kind == EVENT_CALL) {
		moved->call.enter_seq = place->seq - 1;
		moved->call.enter_ns = place->time_ns;
	}
	*place = *moved;
	mutant_drop(m, from);
}

int
mutant_visit(const struct mutant *m, mutant_fn function, void *arg, struct err *err)
{
	size_t k = 0;

	for (size_t i = 0; i <= m->tape->n; i++) {
		for (; k < m->n_added && m->added[k].at == i; k++)
			if (function(arg, m->added[k].event, err) < 0)
				return -1;
		if (i < m->tape->n && m->events[i] && function(arg, m->events[i], err) < 0)
			return -1;
	}
	return 0;
}

int
mutant_status(const struct mutant *m)
{
	uint32_t first = 0;
	int status = -1;

	for (size_t i = 0; i < m->tape->n; i++) {
		const struct event *e = m->events[i];

		if (!e)
			continue;
		if (e->kind == EVENT_START && !first)
			first = e->task;
		/* A process ends with its last task; the leader's number names it. */
		if (e->kind == EVENT_EXIT && e->exit.is_process && e->task == first)
			status = e->exit.status;
	}
	return status;
}
