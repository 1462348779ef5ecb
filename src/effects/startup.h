/* SPDX-License-Identifier: MIT */
/*
 * startup.h - where a program's own calls begin and end between those of its runtime
 *
 * startup.def is the table. A program may say it itself, by marker calls: access(2), stat(2) or
 * another of their families, for the path "renacer:main", "renacer:end", "renacer:begin NAME"
 * or "renacer:end NAME" in a directory where nothing has that name.
 */
#ifndef EFFECTS_STARTUP_H
#define EFFECTS_STARTUP_H

#include "effects/lines.h"

/* One program that a process ran: its lines are items[from] to items[to - 1]. */
struct stretch {
	const struct lines *lines;
	size_t from, to;
	const char *exe;
	uint64_t ready_seq;  /* its own code runs after that; 0: not seen */
	bool is_last;        /* nothing was executed after it */
	bool polled_at_once; /* a poll of three descriptors that does not wait was among its
				calls */
};

/* A marker call: it becomes what it says, and the process knows. Nothing otherwise. */
void startup_mark(const struct act *a, struct manners *m, struct line *line);
/* Which runtime has the program; the index of RUNTIME in startup.def. */
size_t startup_runtime(const struct stretch *s);
const char *startup_name(size_t runtime);
/* Do its threads, the first among them, take over each other's work? */
bool startup_is_loose(size_t runtime);
/* May the line belong to the start-up, or the end, of that runtime? Is it always its own? */
bool startup_may_begin(size_t runtime, const struct line *line);
bool startup_is_always(size_t runtime, const struct line *line);
bool startup_may_end(size_t runtime, const struct line *line);

#endif
