/* SPDX-License-Identifier: MIT */
/*
 * halt.h - the tasks of hold.h, and what becomes of one of them
 *
 * Shared by hold.c, which decides whom to attach to and how long, and halt.c, which knows what
 * its stops mean.
 */
#ifndef CAPTURE_HALT_H
#define CAPTURE_HALT_H

#include "capture/hold.h"

#define CUTS_MAX 4096u /* the last ones: records are not read so late */

enum stand {
	RUNS,
	STANDS,  /* before its own SIGSTOP is delivered, or by halt_pin(); nobody saw it */
	LISTENS, /* its process is stopped */
};

struct halt {
	pid_t pid, tid;
	enum stand stand;
	bool is_attached;
	bool is_interrupted; /* by us: its next stop is that */
	bool is_claimed;     /* its record was read: it goes on with the next hold_resume() */
	bool was_stopped;    /* its process was, and SIGCONT has not come since */
	bool is_pinned;      /* to stand still where we interrupt it */
	bool is_owed;        /* its stop is still to come, long after its record */
	int trap_signal;     /* it does, and its trap told of this; 0: it does not */
	int stop_signal;     /* when it LISTENS: which one stopped its process */
	uint64_t owed_ns;    /* since when */
	uint64_t stood_ns;   /* when it is claimed: it had stopped by then */
	uint64_t halted_ns;  /* of a process's first: the target has stopped it then; 0: no */
	uint64_t from_ns, to_ns; /* attached the last time; to: 0: still */
	uint64_t *cut_ns;        /* when it was taken out of a call by us; owned */
	size_t n_cuts, cut_capacity;
};

struct hold {
	struct map *tasks; /* struct halt by thread id */
	struct map *wards; /* by process id: who traces its own, or is traced by them */
	pid_t first;
	int first_status; /* -1: runs, or was told */
	bool is_pressed, is_leaving, has_spared;
	uint64_t pressed_ns;
	size_t n_attached, n_claimed, n_owed, n_halted;
	struct hold_count count;
};

struct halt *halt_find(const struct hold *h, pid_t tid);
struct halt *halt_add(struct hold *h, pid_t tid); /* or the one that is there */
/* Fails when it is gone, or when a program of the target's traces it, or is about to; that one
 * then sees the stops. */
bool halt_attach(struct hold *h, struct halt *t);
void halt_free(struct halt *t); /* NULL is fine */
/* We are its tracer now, or are not any more. */
void halt_attached(struct hold *h, struct halt *t);
void halt_let_be(struct hold *h, struct halt *t);
bool halt_is_ward(const struct hold *h, const struct halt *t);
/* It stands still in a call: whatever it did before is older, and what it will do younger. */
void halt_note_cut(struct halt *t);
void halt_interrupt(struct halt *t);
/* Heeds what it tells. True: it has stopped, by itself or with its process. */
bool halt_has_stopped(struct hold *h, struct halt *t);
/* Its memory is gone, and it moves no more. */
bool halt_is_gone(const struct halt *t);
/* The same within limit_ns; false: it has not, or is gone. */
bool halt_await(struct hold *h, struct halt *t, uint64_t limit_ns);
/* Waits for a while until it stands still, by its own stop or where we interrupt it; who waits
 * for another task in the kernel (vfork(2)) does not. */
bool halt_pin(struct hold *h, struct halt *t);
/* Who stands still goes on. */
void halt_release(struct hold *h, struct halt *t);
/* It has sent itself the stop that its record tells of, and has not come to it. */
bool halt_is_to_stop(const struct halt *t);
/* It goes on with this signal, without us; or with us or without, as is wanted now. */
void halt_leave(struct hold *h, struct halt *t, int signal);
void halt_move_on(struct hold *h, struct halt *t, int signal);
/* What wait(2) tells of a task. */
void halt_handle(struct hold *h, pid_t tid, int status);

#endif
