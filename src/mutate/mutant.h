/* SPDX-License-Identifier: MIT */
/*
 * mutant.h - a run as it might have been: a tape with some events dropped, changed, added,
 * moved
 *
 * The tape itself is never written to. A mutant is a whole world: whoever drops a write to a
 * file changes the file's state after the run as well.
 */
#ifndef MUTATE_MUTANT_H
#define MUTATE_MUTANT_H

#include "mutate/step.h"

struct added {
	size_t at; /* before the event with this index of the tape */
	struct event *event;
};

struct mutant {
	struct arena *arena; /* owns what is new */
	const struct tape *tape;
	const struct event **events; /* tape->n; NULL: dropped */
	struct added *added;         /* by place, in order */
	size_t n_added, capacity;
	struct received received[N_TAPE_STREAMS];
	const char *what; /* what was done, for a person */
};

struct mutant *mutant_new(const struct tape *tape);
void mutant_free(struct mutant *m);
AUTO_DEFINE(struct mutant *, mutant_free)

void mutant_drop(struct mutant *m, size_t i);
/* A copy of event i that may be written to; its areas and texts are still the tape's. */
struct event *mutant_edit(struct mutant *m, size_t i);
/* The areas of a copied call, writable; their bytes are still the tape's. */
struct area *mutant_areas(struct mutant *m, struct event *e);
/* A new event before event i of the tape: in its time, by the task given. */
struct event *mutant_add(struct mutant *m, size_t i, enum event_kind kind, uint32_t task);
/* The same for a call that succeeds with ret, on the architecture of the first call. */
struct event *mutant_add_call(
	struct mutant *m, size_t i, uint32_t task, enum call_id id, int64_t ret);
/* One argument of an added call that points to bytes. */
void mutant_give(struct mutant *m, struct event *e, unsigned arg, enum area_kind kind,
	const void *bytes, size_t n);
/* Events i and k change places: each takes over the other's time, and the entry too where the
 * two did not overlap. What lies between stays. */
void mutant_swap(struct mutant *m, size_t i, size_t k);
/* Event `from` moves to just before event `to`, an earlier one. */
void mutant_move(struct mutant *m, size_t from, size_t to);

/* All events, in order; -1 of the function ends it. */
typedef int (*mutant_fn)(void *arg, const struct event *event, struct err *err);
MUST_CHECK int mutant_visit(
	const struct mutant *m, mutant_fn function, void *arg, struct err *err);
/* As wait(2), of the command itself; -1: it never ended. */
int mutant_status(const struct mutant *m);

#endif
