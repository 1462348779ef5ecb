/* SPDX-License-Identifier: MIT */
/*
 * out.h - one function per kind of effect: from what is known to the canonical list
 */
#ifndef EFFECTS_OUT_H
#define EFFECTS_OUT_H

#include "effects/state.h"

struct out {
	struct effects *fx;
	struct golden *golden;
	uint64_t n_programs, n_paths, n_reads, n_connections;
	uint32_t n_calls; /* strict: put so far */
	struct str text;  /* scratch */
};

/* In this order: aliases are numbered by first use. */
void out_exit(struct out *o);
void out_execs(struct out *o);
/* What was written to a fifo that is there and was not made by the run. */
void out_fifo(struct out *o, const struct name *n);
void out_streams(struct out *o);
void out_paths(struct out *o);
void out_nets(struct out *o);
void out_deeds(struct out *o);
void out_left(struct out *o);
void out_tries(struct out *o);
void out_reads(struct out *o);
void out_flows(struct out *o);
void out_calls(struct out *o);
void out_counts(struct out *o);

/* It was ended by a signal that the run had sent to it. */
bool out_was_killed(const struct process *p);
/* Does the user not want to hear of this canonical path? */
bool out_is_ignored(const struct out *o, const char *canonical);
/* Is it the program's, and not the runtime's own? */
bool out_is_shown(const struct out *o, const struct name *name);
/* What several processes appended, in an order that does not vary; only where lines stayed
 * whole and the file ends with just them. True: *head was replaced. */
bool out_order_lines(const struct file *f, struct str *head);
/* Could these be the first bytes of a longer text? */
bool out_begins_text(const struct str *head);
/* Names in the order in which they are to be written. The array is the caller's. */
struct name **out_names(struct effects *fx, size_t *n);

#endif
