/* SPDX-License-Identifier: MIT */
/*
 * stacks.h - the stacks of tasks that stand still at the entry of a call
 *
 * Hidden here: which process has which code where, and when that changes; frames are resolved
 * at once, and every place is looked up once a file.
 */
#ifndef CAPTURE_STACKS_H
#define CAPTURE_STACKS_H

#include "decode/decode.h"
#include "model/event.h"

#include <sys/types.h>

struct stack_taker;

/* depth: of each stack, not counting functions that were dissolved into others. */
struct stack_taker *stack_taker_new(uint32_t depth);
void stack_taker_free(struct stack_taker *s); /* NULL is fine; the stacks go with it */
/* NULL: it could not be followed at all. */
const struct stack *stack_taker_take(struct stack_taker *s, pid_t pid, pid_t tid);
/* A call has returned: what it says of the process's code. */
void stack_taker_called(
	struct stack_taker *s, pid_t pid, enum call_id id, const struct call *call);
/* The process runs another program, or none any more. */
void stack_taker_forget(struct stack_taker *s, pid_t pid);
/* Adds the calls that stack_taker_called() must be told of. */
void stack_taker_wanted(struct call_set *set);

#endif
