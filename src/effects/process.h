/* SPDX-License-Identifier: MIT */
/*
 * process.h - the life of tasks: who started whom, what each executed, how it ended
 */
#ifndef EFFECTS_PROCESS_H
#define EFFECTS_PROCESS_H

#include "effects/state.h"

/* NULL: an event names a task that never started. */
struct task *task_get(const struct effects *fx, uint32_t nr);
void task_start(struct effects *fx, const struct event *event);
void task_held(struct effects *fx, const struct event *event);
void task_exec(struct effects *fx, const struct event *event);
void task_exit(struct effects *fx, const struct event *event);
/* unshare(2) and execve give a task a table and a place of its own. */
void task_own_table(struct effects *fx, struct task *t);
void task_own_place(struct task *t);
void task_own_root(struct task *t, const char *root); /* chroot(2) */
void tasks_free(struct effects *fx);

/* The place in the process tree: "1", "1.2", "1.2+1" for a thread; "?" for NULL. */
void task_place(struct str *out, const struct task *t);
void process_place(struct str *out, const struct process *p);
/* The path of the program a process runs now, "" when not known. */
const char *process_program(const struct process *p);
const struct image *process_image(const struct process *p); /* NULL: none yet */
/* Numbers the processes in a walk of the tree (process.order) and sorts fx->processes. */
void processes_sort(struct effects *fx);

/* execve: its words, for the image that EVENT_EXEC tells of, before it or after. */
void on_execve(struct act *a);

#endif
