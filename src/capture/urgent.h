/* SPDX-License-Identifier: MIT */
/*
 * urgent.h - a tracer that gets to run as soon as it wakes up
 *
 * Under the eBPF backend nobody waits for us, as long as we come in time: a ring fills, or a
 * task is about to stop itself, and on a busy machine we would stand in line behind the target
 * for milliseconds, several of its turns. What there is to do is the same, sooner or later.
 */
#ifndef CAPTURE_URGENT_H
#define CAPTURE_URGENT_H

#include <stdbool.h>

/* While there are rights to: from now on urgency_begin() is allowed to whoever we become. The
 * limit as it was is kept in *before, for urgency_forbid() in processes that are not ours. */
struct rlimit;
bool urgency_permit(struct rlimit *before);
void urgency_forbid(const struct rlimit *before);

/* This thread runs before others of the usual kind: with the highest priority among them where
 * that is allowed (CAP_SYS_NICE, RLIMIT_NICE), and in short turns (since Linux 6.12;
 * sched_setattr(2)). Not what it starts from then on. Nothing happens where the caller chose
 * another priority, or it is so already: false. */
bool urgency_begin(void);
void urgency_end(void); /* behind one that did */

#endif
