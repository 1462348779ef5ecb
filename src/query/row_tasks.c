/* SPDX-License-Identifier: MIT */
/*
 * row_tasks.c - who made a call: the task, its process, and the program that it ran
 */
#include "query/builder.h"

static size_t
task_key(struct builder *b, uint32_t task, const struct look_task *look)
{
	void **slot = map_number(b->by_task, task);
	size_t key;

	if (*slot)
		return (uintptr_t)*slot;
	key = ++b->n_tasks;
	*slot = (void *)key;
	row_set(b, COLUMN_TASK, key, task);
	row_set(b, COLUMN_PROCESS, key, look->process);
	row_set(b, COLUMN_PARENT, key, look->parent ? look->parent : NO_VALUE);
	row_set(b, COLUMN_PID, key, look->pid);
	row_set(b, COLUMN_TID, key, look->tid);
	return key;
}

static int64_t
argv_text(struct builder *b, const char *const *argv, size_t n)
{
	if (!n)
		return NO_VALUE;
	str_clear(&b->text);
	for (size_t i = 0; i < n; i++)
		str_addf(&b->text, "%s%s", i ? " " : "", argv[i]);
	return row_text(b, str_text(&b->text));
}

static size_t
new_image(struct builder *b, const struct look_task *look)
{
	size_t key = b->n_programs + 1;
	struct program *p;

	b->programs = mem_grow(
		b->programs, b->n_programs, &b->programs_capacity, sizeof *b->programs);
	p = &b->programs[b->n_programs++];
	*p = (struct program){ look->process, look->exec_seq, NO_VALUE };
	if (b->c->wanted & COLUMN_BIT(COLUMN_ARGV))
		p->argv = argv_text(b, look->argv, look->n_argv);
	row_set(b, COLUMN_EXEC, key, row_path(b, look->exe));
	return key;
}

static struct owner *
owner_of(struct builder *b, const struct look_task *look)
{
	void **slot = map_number(b->by_process, look->process);
	struct owner *o = *slot;

	if (!o)
		o = *slot = arena_alloc(b->arena, sizeof *o);
	if (!o->has_image || o->exec_seq != look->exec_seq) {
		o->image_before = o->image_key;
		o->image_key = new_image(b, look);
		o->exec_seq = look->exec_seq;
		o->has_image = true;
	}
	return o;
}

/* execve is a call of the program that made it, also when the kernel told first of the new
 * one. */
static bool
was_before(const struct builder *b, const struct event *event, const struct owner *o)
{
	return event->kind == EVENT_CALL && o->image_before &&
	       (b->about.id == CALL_execve || b->about.id == CALL_execveat) &&
	       o->exec_seq > event->call.enter_seq;
}

struct owner *
row_put_task(struct builder *b, const struct event *event)
{
	struct look_task look;
	struct owner *o;

	if (!effects_look_task(b->fx, event->task, &look))
		return NULL;
	o = owner_of(b, &look);
	b->row[V_TASK] = (int64_t)task_key(b, event->task, &look);
	b->row[V_IMAGE] = (int64_t)(was_before(b, event, o) ? o->image_before : o->image_key);
	return o;
}

void
row_fill_argv(struct builder *b)
{
	const char *const *argv;
	size_t n;

	for (size_t i = 0; i < b->n_programs; i++) {
		const struct program *p = &b->programs[i];
		int64_t text = p->argv;

		if (effects_look_argv(b->fx, p->process, p->exec_seq, &argv, &n))
			text = argv_text(b, argv, n);
		row_set(b, COLUMN_ARGV, i + 1, text);
	}
}
