/* SPDX-License-Identifier: MIT */
/* leaks.c - descriptors that processes still held when they ended or executed a program */
#include "effects/leaks.h"

#include "effects/process.h"
#include "effects/state.h"

#define FIRST_FD 3

const struct leak *
effects_leaks(const struct effects *fx, size_t *n)
{
	*n = fx->n_leaks;
	return fx->leaks;
}

bool
effects_has_filled(const struct effects *fx, uint64_t seq)
{
	return fx->filled_seq == seq;
}

/* What a program inherited is told once, by whoever opened it. */
static bool
is_told(struct effects *fx, const struct leak *leak)
{
	const uint64_t key[] = { leak->seq, leak->process, (uint32_t)leak->fd };
	void **slot;

	if (!fx->leaks_told)
		fx->leaks_told = map_new();
	slot = map_slot(fx->leaks_told, key, sizeof key);
	if (*slot)
		return true;
	*slot = fx;
	return false;
}

void
leaks_note(struct effects *fx, const struct event *event)
{
	bool at_exec = event->kind == EVENT_EXEC;
	/* What a thread's own table is a copy of, its process may close yet. */
	bool is_thread = event->kind == EVENT_EXIT && !event->exit.is_process;
	const struct task *t = task_get(fx, event->task);

	if (!t || t->has_ended || (!at_exec && event->kind != EVENT_EXIT))
		return;
	/* A table that other tasks share lives on with them; that of a thread may be its own.
	 */
	if (!at_exec && t->table->n_tasks > 1)
		return;
	for (size_t i = FIRST_FD; i < t->table->n; i++) {
		const struct slot *slot = &t->table->slots[i];
		struct leak leak = { .process = t->process->nr,
			.fd = (int32_t)i,
			.seq = slot->set_seq,
			.is_of_table = !slot->is_copy && t->table->n_tasks == 1,
			.at_exec = at_exec,
			.at_seq = event->seq };

		if (!slot->open || !slot->set_seq || (at_exec && slot->cloexec) ||
			(is_thread && slot->is_copy) || is_told(fx, &leak))
			continue;
		fx->leaks = mem_grow(
			fx->leaks, fx->n_leaks, &fx->leaks_capacity, sizeof *fx->leaks);
		fx->leaks[fx->n_leaks++] = leak;
	}
}
