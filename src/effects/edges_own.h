/* SPDX-License-Identifier: MIT */
/*
 * edges_own.h - what the files that follow causal edges share
 */
#ifndef EFFECTS_EDGES_OWN_H
#define EFFECTS_EDGES_OWN_H

#include "effects/edges.h"

/* What is read from it, what is written to it; NULL: nobody of the run is at the other end. */
struct channel *edges_inward(const struct open_file *o);
struct channel *edges_outward(const struct open_file *o);
/* Those who wake and those who wait at one word of memory. */
struct channel *edges_futex(struct effects *fx, const struct task *t, uint64_t address);
/* Signals of one number on their way to a process. */
struct channel *edges_signal(struct effects *fx, const struct process *to, int number);
/* What a lock of fcntl(2) that was got, or given up, is on. False: it is none of a process. */
bool edges_lock_range(const struct act *a, struct lock_range *out);
/* The signal that sigwait(3) or sigtimedwait(2) took: it is delivered to nobody else. False:
 * not read. */
bool edges_sigwait(const struct act *a, struct signal_info *out);
/* A signal came to a task, which hears it: by a handler, or because it waited for it. */
void edges_signal_came(struct effects *fx, const struct task *t, const struct signal_info *s);
/* accept(2) at that address: who connected first. */
void edges_take_peer(const struct act *a, const char *bound);

bool edges_has_caller(struct effects *fx, const char *bound); /* is somebody waiting? */
bool edges_is_connected(const struct socket *s);              /* a kind that connects */

/* What edges.def says: which argument a call tells by (-1: none), takes by. */
int edges_tell_arg(enum call_id id);
bool edges_takes_data(enum call_id id);
int edges_take_arg(enum call_id id);

#endif
