/* SPDX-License-Identifier: MIT */
/*
 * hold.h - a target that is faster than we are: its tasks wait, and nothing is lost
 *
 * A task whose ring is nearly full stops itself by SIGSTOP before it returns to user mode
 * (capture/bpf/record.h). So that neither its parent nor a waiting shell sees that, we attach
 * with PTRACE_SEIZE as soon as a ring is a quarter full, take the signal out of the task's way
 * and let it go on when the rings are empty. Nobody is attached while there is no pressure, and
 * nobody whom a program of the target's is about to trace: LeakSanitizer and debuggers work. A
 * stop that came before we
 * were attached is ended by SIGCONT; that one is visible, and counted.
 *
 * All waiting for children happens here.
 */
#ifndef CAPTURE_HOLD_H
#define CAPTURE_HOLD_H

#include "base/base.h"

#include <sys/types.h>

struct hold;

struct hold *hold_new(pid_t first);
/* Tasks, as the records tell of them; thread and process ids. */
void hold_born(struct hold *h, pid_t pid, pid_t tid);
void hold_ended(struct hold *h, pid_t tid);
/* A thread has executed a program, at that time, and goes on under the number of the process's
 * first, attached or not as it was. Before its end is told. */
void hold_executed(struct hold *h, pid_t pid, pid_t former, uint64_t at_ns);
/* Its record says that it stopped itself; true: it does stand still (it has been waited for),
 * and its memory can be read until hold_resume(). */
bool hold_stopped(struct hold *h, pid_t tid);
/* The same, where it did so that we can let go of it. */
bool hold_yielded(struct hold *h, pid_t tid);
/* Is everybody to be let go of? Whoever is attached is to stop behind a call, since any other
 * stop of ours would cut short what it waits in. */
bool hold_is_leaving(const struct hold *h);
/* Once a pass over the rings, before they are read: the fuller of them holds fill of size
 * bytes. Waits for nothing. Returns the wait status of the first task once, when it ended; -1
 * otherwise. */
int hold_pass(struct hold *h, size_t fill, size_t size);
/* The rings were read: whoever stood still goes on; where its whole process stopped, only when
 * all records of before told_ns are known that can say why. */
void hold_resume(struct hold *h, uint64_t told_ns);
/* What records say: the target itself has stopped this process, or it goes on, or a task of it
 * has begun a call. Such a stop is not ended by us. */
void hold_halted(struct hold *h, pid_t pid, uint64_t at_ns);
void hold_continued(struct hold *h, pid_t pid);
void hold_called(struct hold *h, pid_t pid, uint64_t enter_ns);
/* Between these times of CLOCK_MONOTONIC, was this task taken out of a call by us alone, to
 * make it again? */
bool hold_cut(const struct hold *h, pid_t tid, uint64_t from_ns, uint64_t to_ns);
/* It is about to stop itself, and nobody is to see that: attached to at once. */
void hold_meet(struct hold *h, pid_t pid, pid_t tid);
/* A program of the target's is about to trace the tasks of this process, for which nobody may
 * be attached to them. From now on nobody will be, until it ends: its stops are visible. */
void hold_spare(struct hold *h, pid_t pid);
/* And whoever of it is attached is let go of now; who stands still, with hold_resume(). */
void hold_part(struct hold *h, pid_t pid);
/* Were we attached to it at some time between these? */
bool hold_had(const struct hold *h, pid_t tid, uint64_t from_ns, uint64_t to_ns);
/* Nothing has come for long: the record of whoever stands still was lost, as others know. It
 * goes on with the next hold_resume(). */
void hold_claim_all(struct hold *h);

struct hold_count {
	uint64_t n_stops;   /* in all */
	uint64_t n_visible; /* ended by SIGCONT: a parent or another thread could see them */
	uint64_t n_seen;    /* of these: there were some that could, and no tracer among them */
	uint64_t n_attached; /* tasks */
};
struct hold_count hold_count(const struct hold *h);
/* Lets go of whoever is attached. */
void hold_free(struct hold *h);
AUTO_DEFINE(struct hold *, hold_free)

#endif
