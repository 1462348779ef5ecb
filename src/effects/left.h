/* SPDX-License-Identifier: MIT */
/*
 * left.h - what stays behind in the kernel without a path: shared memory, semaphores, message
 * queues (System V and POSIX), keys
 */
#ifndef EFFECTS_LEFT_H
#define EFFECTS_LEFT_H

#include "effects/state.h"

/* A message queue that the run made and removed. */
bool left_is_internal(const struct effects *fx, const struct stream *s);
void left_free(struct effects *fx);
size_t left_count(const struct effects *fx); /* seen, at most as many stay */
/* Those that are there in the end become names of the run: keys of ftok(3) vary. */
void left_fill(struct effects *fx, struct golden *g);

#endif
