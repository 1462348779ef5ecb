/* SPDX-License-Identifier: MIT */
/*
 * stack.h - where in a program a call was made: frames, stacks, and each of them kept once
 *
 * Frames are resolved when the run is recorded: the files that they lie in may be gone later.
 * Whoever hands out events with stacks (a capture, a reader, a tape) keeps every frame and
 * every stack once, for as long as it lives: the same stack is the same pointer.
 */
#ifndef MODEL_STACK_H
#define MODEL_STACK_H

#include "base/base.h"

/* One function that was entered and not left. Text is printable or not, as the target has it.
 */
struct stack_frame {
	const char *module;       /* path of the file; NULL: in none that is known */
	uint64_t offset;          /* into it, as addr2line takes it; of no module the address */
	const char *function;     /* demangled; NULL: unknown */
	uint64_t function_offset; /* bytes behind its start; 0 when is_inlined */
	const char *file;         /* the source, as the compiler named it; NULL: unknown */
	uint32_t line;            /* from 1; 0: unknown */
	bool is_inlined;          /* dissolved into the function of the next frame */
};

#define STACK_MOST 256u /* frames of one stack */

struct stack {
	uint32_t n;                         /* at least 1 */
	const struct stack_frame *frames[]; /* innermost first */
};

/* The frame that made the call, as its author sees it: the innermost one that is neither the C
 * library, the loader nor another runtime that stands between a program and the kernel; of a
 * program that has them inside itself, the innermost one with a source line of its own. NULL:
 * stack is NULL, or all of it is runtime. */
const struct stack_frame *stack_place(const struct stack *stack);

/* Is that place a guess? Code that lies in no file has no unwind tables: what called it, and
 * all that is further out, may be anything; and a call of the C library by nobody was made by
 * one who could not be found. */
bool stack_is_cut(const struct stack *stack);

/* Frames and stacks, each once. */
struct stacks;
struct stacks *stacks_new(void);
void stacks_free(struct stacks *s); /* NULL is fine */
AUTO_DEFINE(struct stacks *, stacks_free)
/* Both copy what is not known yet; what they return lives until stacks_free(). */
const struct stack_frame *stacks_frame(struct stacks *s, const struct stack_frame *frame);
/* frames: from stacks_frame() of the same s; n: from 1 to STACK_MOST. */
const struct stack *stacks_add(
	struct stacks *s, const struct stack_frame *const *frames, uint32_t n);
/* A stack of somebody else's. NULL gives NULL. */
const struct stack *stacks_copy(struct stacks *s, const struct stack *stack);

#endif
