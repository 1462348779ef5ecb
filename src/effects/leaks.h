/* SPDX-License-Identifier: MIT */
/*
 * leaks.h - descriptors that processes still held when they ended, or handed to a program that
 * they executed
 *
 * Kept with opts.leaks only. 0, 1 and 2 are left out: programs are given them, and put others
 * in their place on purpose.
 */
#ifndef EFFECTS_LEAKS_H
#define EFFECTS_LEAKS_H

#include "effects/effects.h"

struct leak {
	uint32_t process; /* task number of its leader */
	int32_t fd;
	uint64_t seq; /* of the event that put it there; may be an ancestor's */
	/* The table that is left is the one that it was put into, by this process or by another
	 * one that shared it (CLONE_FILES), and nobody shares it any more. */
	bool is_of_table;
	bool at_exec;
	uint64_t at_seq; /* of the exit or the execution */
};

/* In the order in which they were left. Borrowed from fx. */
const struct leak *effects_leaks(const struct effects *fx, size_t *n);

/* Is it one of those that the process has to answer for? maker: the process whose call put it
 * there. What came with a copied table, by fork, is its maker's. */
static inline bool
leak_is_own(const struct leak *leak, int64_t maker)
{
	return maker == leak->process || leak->is_of_table;
}

/* Did this event put descriptors into a table? Asked right after it was applied. */
bool effects_has_filled(const struct effects *fx, uint64_t seq);

/* For effects.c: before the event is applied. */
void leaks_note(struct effects *fx, const struct event *event);

#endif
