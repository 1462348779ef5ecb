/* SPDX-License-Identifier: MIT */
/* task.c - the tasks that are traced, by thread id */

#include "capture/task.h"

#include "base/mem.h"

#include <unistd.h>

static struct task **
bucket(const struct task_table *table, pid_t tid)
{
	return &table->buckets[(size_t)tid & (table->n_buckets - 1)];
}

struct task *
task_find(const struct task_table *table, pid_t tid)
{
	struct task *t = table->n_buckets ? *bucket(table, tid) : NULL;

	while (t && t->tid != tid)
		t = t->next_in_bucket;
	return t;
}

static void
grow(struct task_table *table)
{
	mem_free(table->buckets);
	table->n_buckets = MAX(64, 2 * table->n_buckets);
	table->buckets = mem_array(table->n_buckets, sizeof(struct task *));
	for (struct task *t = table->first; t; t = t->next) {
		struct task **place = bucket(table, t->tid);

		t->next_in_bucket = *place;
		*place = t;
	}
}

struct task *
task_add(struct task_table *table, pid_t tid)
{
	struct task *t = mem_alloc(sizeof *t);
	struct task **place;

	if (table->n >= table->n_buckets)
		grow(table);
	t->tid = tid;
	place = bucket(table, tid);
	t->next_in_bucket = *place;
	*place = t;
	t->next = table->first;
	if (t->next)
		t->next->previous = t;
	table->first = t;
	table->n++;
	return t;
}

void
task_remove(struct task_table *table, struct task *t)
{
	struct task **place = bucket(table, t->tid);

	while (*place != t)
		place = &(*place)->next_in_bucket;
	*place = t->next_in_bucket;
	if (t->previous)
		t->previous->next = t->next;
	else
		table->first = t->next;
	if (t->next)
		t->next->previous = t->previous;
	t->next = t->previous = t->next_in_bucket = NULL;
	table->n--;
}

void
task_join(struct task *t, struct process *p)
{
	t->process = p;
	p->n_tasks++;
	p->n_live++;
}

void
task_lead(struct task *t)
{
	struct process *p = mem_alloc(sizeof *p);

	p->pid = t->tid;
	p->number = t->number;
	task_join(t, p);
}

struct task_start
task_start_of(const struct task *t, const struct task *parent, enum start_how how)
{
	return (struct task_start){ .parent = parent ? parent->number : 0,
		.process = t->process->number,
		.how = how,
		.pid = t->process->pid,
		.tid = t->tid };
}

void
task_free(struct task *t)
{
	if (t->process && !--t->process->n_tasks) {
		if (t->process->pidfd)
			close(t->process->pidfd - 1);
		mem_free(t->process);
	}
	areas_done(&t->areas);
	areas_done(&t->told);
	copies_done(&t->early);
	copies_done(&t->ahead);
	mem_free(t->affinity);
	mem_free(t->sent);
	mem_free(t);
}

void
task_table_done(struct task_table *table)
{
	while (table->first) {
		struct task *t = table->first;

		task_remove(table, t);
		task_free(t);
	}
	mem_free(table->buckets);
	*table = (struct task_table){ 0 };
}
