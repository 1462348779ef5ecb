/* SPDX-License-Identifier: MIT */
/* learn_own.h - between the files of learning */
#ifndef EFFECTS_LEARN_OWN_H
#define EFFECTS_LEARN_OWN_H

#include "effects/learn.h"

/* A line of one recording, its newline included. */
struct piece {
	const char *at;
	size_t n;
};

/* Learns from the same line of l->n_runs recordings; the template is appended to out. where:
 * "stdout line 3". False: they differ in what is of no type; nothing was noted, and what stands
 * in out behind its former end is to be cut off. */
bool learn_line(struct learning *l, const char *where, const struct piece *in, struct str *out);

#endif
