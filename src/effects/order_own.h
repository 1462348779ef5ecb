/* SPDX-License-Identifier: MIT */
/*
 * order_own.h - what is known about orders until the end; for order.c and out_order.c
 */
#ifndef EFFECTS_ORDER_OWN_H
#define EFFECTS_ORDER_OWN_H

#include "effects/order.h"

#define MAX_VOICES 64
#define MAX_LANDMARKS 8
#define MAX_OPENERS 16

/* The content of a file, or the entries of a directory, on their way to the disk. */
struct durable {
	const struct file *file; /* NULL: a directory */
	const char *dir;
	struct stamp dirty;  /* the first change that is not synced; chain 0: none */
	bool is_shared;      /* changed by a process with threads: nothing is claimed */
	bool was_synced;     /* after a change, at least once */
	uint64_t spoke;      /* voices that were heard between a change and its sync */
	struct moment wrote; /* the first change, unless by a process with threads */
	const struct process *writer; /* who made it */
	struct evidence *evidence;
};

/* What somebody outside listens to. */
struct voice {
	const struct stream *stream; /* one of both */
	const struct peer_use *use;
	struct map *last; /* chain -> struct moment: the last time it spoke */
	struct stamp first;
	bool before_input;
};

enum landmark_kind {
	LANDMARK_REMOVED, /* something that the run did not make */
	LANDMARK_CAME,    /* something the run made got its name by a rename */
	LANDMARK_LOCK,
	LANDMARK_LISTEN,
	N_LANDMARKS,
};

struct landmark {
	struct name *name;
	const struct peer_use *use;
	struct moment at;
	struct evidence *evidence;
};

/* A file that command lines name, and the programs that looked for it there. */
struct given {
	const struct process *openers[MAX_OPENERS];
	size_t n_openers;
};

struct order {
	struct durable **durables;
	size_t n_durables, durables_capacity;
	struct map *dirs; /* path -> struct durable */
	struct voice voices[MAX_VOICES];
	size_t n_voices;
	struct landmark landmarks[N_LANDMARKS][MAX_LANDMARKS];
	size_t n_landmarks[N_LANDMARKS]; /* may be more than are kept */
	struct map *given;               /* path -> struct given */
	bool has_heard;
};

#endif
