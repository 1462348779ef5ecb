/* SPDX-License-Identifier: MIT */
/*
 * ours.h - calls that the tracer itself has a part in, whether somebody wants to hear of them
 * or not
 *
 * CPU affinity is answered, rings are refused or counted, filters are read, births are checked.
 */
#ifndef CAPTURE_OURS_H
#define CAPTURE_OURS_H

#include "decode/decode.h"

struct task;
struct tracer;

bool ours_has(enum call_id id);
/* t->call is filled: at entry without, at exit with the result, which may be changed. */
void ours_enter(struct tracer *r, struct task *t);
void ours_leave(struct tracer *r, struct task *t);

#endif
