/* SPDX-License-Identifier: MIT */
/*
 * causal.h - what happened before what: one clock a task, carried along by what passes between
 * tasks
 *
 * Two clocks in one. The scalar one (Lamport 1978) numbers events so that causes have smaller
 * numbers than what they bring about. The other answers whether one event happened before
 * another, and is kept twice: by all edges, and by firm ones only, which are the same in every
 * recording of a program (docs/causal.md). Memory grows with the tasks that live at one time,
 * not with events: a task goes on counting where one left off whose end it knows of.
 */
#ifndef EFFECTS_CAUSAL_H
#define EFFECTS_CAUSAL_H

#include "base/mem.h"

struct causal;
struct known; /* how far the past reaches into each chain of tasks; counted, never changed */

/* One event. chain 0: none. Of several that were joined, task and time are those of the latest.
 */
struct stamp {
	uint32_t chain, task;
	uint64_t tick, lamport, time_ns;
};

/* An event and all that happened before it. Zero: nothing. moment_done() gives it back. */
struct moment {
	struct stamp at;
	struct known *firm, *all;
};

/* has_all: the relation by all edges is wanted too; else only its scalar clock is kept.
 * lamport: what whoever started the run had counted to. */
struct causal *causal_new(bool has_all, uint64_t lamport);
void causal_free(struct causal *c);
AUTO_DEFINE(struct causal *, causal_free)

/* What the clock on the wall says from now on. */
void causal_time(struct causal *c, uint64_t now_ns);
/* A task begins, with the past of its parent; 0: of nobody. */
void causal_start(struct causal *c, uint32_t task, uint32_t parent);
/* The moment, and all before it, happened before the task's next event. */
void causal_learn(struct causal *c, uint32_t task, const struct moment *m, bool is_firm);
/* The next event of the task. Tasks that never started have no events: the stamp is zero. */
struct stamp causal_step(struct causal *c, uint32_t task);
/* The latest event of another task among those that the task learned of for its last event:
 * whoever released it, if it had been waiting. task 0: nobody. */
struct stamp causal_released(const struct causal *c, uint32_t task);
/* The last event of the task. The caller gives it back. */
struct moment causal_now(const struct causal *c, uint32_t task);
/* No more events. */
void causal_end(struct causal *c, uint32_t task);

/* Did that event happen before the task's next one, by firm edges, or is it its last one? */
bool causal_knows(const struct causal *c, uint32_t task, struct stamp s);
/* Is s this moment's event, or did it happen before it? */
bool moment_knows(const struct moment *m, struct stamp s, bool is_firm);
struct moment moment_copy(const struct moment *m);
void moment_done(struct moment *m);
/* Both came before what learns *into. */
void moment_join(struct moment *into, const struct moment *m);
size_t causal_chains(const struct causal *c); /* how many tasks lived at one time, at most */

#endif
