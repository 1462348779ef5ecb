/* SPDX-License-Identifier: MIT */
/*
 * edges.h - which events hand on what their task knows, and which take it
 *
 * edges.def has the calls. What is handed on lies in channels (effects/channel.h) of the
 * objects that pass it: pipes, sockets, counters, locks, futex words, signals, processes that
 * ended.
 */
#ifndef EFFECTS_EDGES_H
#define EFFECTS_EDGES_H

#include "effects/state.h"

struct edges; /* what belongs to no object: futexes, addresses, signals */

void edges_init(struct effects *fx);
void edges_done(struct effects *fx);

/* One finished call: what it takes, then the step itself, then what it hands on. Sets a->at. */
void edges_call(struct act *a);
/* Does the call make edges that every recording has? */
bool edges_are_firm(enum call_id id);
/* The other events: a start, an exec, a signal, an exit. */
void edges_event(struct effects *fx, const struct event *event);

/* What an event waits for that other tasks do and that was not reported yet. */
enum need_kind {
	NEED_NOTHING,
	NEED_DATA,
	NEED_END,
	NEED_PEER,
	NEED_WAKE,
	NEED_SENDER,
	NEED_UNLOCK
};
struct need {
	enum need_kind kind;
	struct channel *channel; /* of all but the two below */
	struct socket *listener; /* of NEED_PEER */
	struct file *file;       /* of NEED_UNLOCK */
};
struct need edges_need(struct effects *fx, const struct event *event);
/* Might this event be what is missing? */
bool edges_feeds(struct effects *fx, const struct event *event, const struct need *need);
/* It never came. */
void edges_forgive(const struct need *need);

/* For the handlers that know the objects. */
void edges_connected(const struct act *a, struct socket *s, const char *address);
void edges_accepted(const struct act *a, struct socket *s);
void edges_sent_to(const struct act *a, const char *address, uint64_t n_messages);
void edges_bound(const struct act *a, struct socket *s); /* to an address */
void edges_paired(struct socket *one, struct socket *other);
void edges_dropped(struct effects *fx, struct open_file *o); /* one descriptor of it closed */

#endif
