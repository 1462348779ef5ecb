/* SPDX-License-Identifier: MIT */
/*
 * table.h - descriptor tables and open files, as the kernel keeps them
 */
#ifndef EFFECTS_TABLE_H
#define EFFECTS_TABLE_H

#include "effects/state.h"

/* Numbers above this come from a damaged trace; the kernel's own limit is lower. */
#define FD_MAX (1 << 20)

/* A new open file without users; the first table_set() or open_hold() makes one. */
struct open_file *open_new(enum object_kind kind, uint32_t flags);
void open_hold(struct open_file *o);
void open_drop(struct effects *fx, struct open_file *o); /* NULL is fine */

struct table *table_new(void); /* with one task */
struct table *table_share(struct table *t);
struct table *table_copy(const struct table *t);
void table_drop(struct effects *fx, struct table *t);

/* NULL: nothing is known of that descriptor. */
struct open_file *table_get(const struct table *t, int64_t fd);
struct slot *table_slot(const struct table *t, int64_t fd); /* NULL: out of range or empty */
/* What was there is closed. seq: of the event that says so. */
void table_set(struct effects *fx, struct table *t, int64_t fd, struct open_file *o,
	bool cloexec, uint64_t seq);
/* As table_set(), for a number that the kernel chose: if it is taken here, then a close is on
 * its way to us that the kernel has done already. */
void table_give(struct effects *fx, struct table *t, int64_t fd, struct open_file *o,
	bool cloexec, uint64_t seq);
void table_close(struct effects *fx, struct table *t, int64_t fd, uint64_t enter_seq);
void table_close_range(struct effects *fx, struct table *t, uint64_t first, uint64_t last);
void table_exec(struct effects *fx, struct table *t); /* closes what is close-on-exec */

#endif
