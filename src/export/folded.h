/* SPDX-License-Identifier: MIT */
/*
 * folded.h - a trace as collapsed stacks, for flamegraph.pl, speedscope, Perfetto
 *
 * A stack is the programs from the first process down to the one that called, then the syscall:
 * "make;sh;cc1;read 12". The weight is whole: calls, or nanoseconds from entry to exit, waiting
 * included (so a parent's wait4 is as wide as its child). Threads are their process.
 */
#ifndef EXPORT_FOLDED_H
#define EXPORT_FOLDED_H

#include "export/names.h"

enum folded_weight { FOLDED_CALLS, FOLDED_TIME };

struct folded;

struct folded *folded_new(enum folded_weight weight);
void folded_free(struct folded *f);
AUTO_DEFINE(struct folded *, folded_free)
void folded_event(
	struct folded *f, const struct event *event, const struct export_names *names);
/* One line a stack, in the order of first appearance; stacks of no weight are left out. */
void folded_print(struct str *out, const struct folded *f);

#endif
