/* SPDX-License-Identifier: MIT */
/* stacks.c - the stacks of tasks that stand still at the entry of a call */

#include "capture/stacks.h"

#include "base/map.h"
#include "base/mem.h"
#include "symbol/symbol.h"

#include <sys/mman.h>

#define PLACES_MOST 16u /* functions dissolved into one frame */

struct stack_taker {
	struct symbols *symbols;
	struct map *spaces; /* pid -> struct symbol_space */
	struct stacks *stacks;
	uint32_t depth;
	struct symbol_frame *frames; /* depth of them */
};

/* Calls that can put code somewhere, or take it away: which argument says that it is code. */
static const struct change {
	enum call_id id;
	int prot; /* -1: always */
} changes[] = {
	{ CALL_mmap, 2 },
	{ CALL_mmap2, 2 },
	{ CALL_mprotect, 2 },
	{ CALL_pkey_mprotect, 2 },
	{ CALL_mremap, -1 },
};

struct stack_taker *
stack_taker_new(uint32_t depth)
{
	struct stack_taker *s = mem_alloc(sizeof *s);

	s->symbols = symbols_new();
	s->spaces = map_new();
	s->stacks = stacks_new();
	s->depth = MIN(depth, STACK_MOST / 2);
	s->frames = mem_array(s->depth, sizeof *s->frames);
	return s;
}

void
stack_taker_free(struct stack_taker *s)
{
	size_t at = 0;
	void *space;

	if (!s)
		return;
	while (map_next(s->spaces, &at, NULL, NULL, &space))
		symbol_space_free(space);
	map_free(s->spaces);
	symbols_free(s->symbols);
	stacks_free(s->stacks);
	mem_free(s->frames);
	mem_free(s);
}

static struct symbol_space *
space_of(struct stack_taker *s, pid_t pid)
{
	struct symbol_space *space = map_get_number(s->spaces, (uint64_t)pid);
	struct err err = { 0 };

	if (space)
		return space;
	if (symbol_space_of_process(&space, s->symbols, pid, &err) < 0) {
		err_drop(&err); /* its calls have no stacks, which is said of each */
		return NULL;
	}
	*map_number(s->spaces, (uint64_t)pid) = space;
	return space;
}

static struct stack_frame
frame_of(const struct symbol_place *place, uint64_t address)
{
	return (struct stack_frame){ .module = place->module,
		.offset = place->module ? place->module_offset : address,
		.function = place->function,
		.function_offset = place->function_offset,
		.file = place->file,
		.line = place->line,
		.is_inlined = place->is_inlined };
}

const struct stack *
stack_taker_take(struct stack_taker *s, pid_t pid, pid_t tid)
{
	struct symbol_space *space = space_of(s, pid);
	const struct stack_frame *frames[STACK_MOST];
	struct symbol_place places[PLACES_MOST];
	struct err err = { 0 };
	uint32_t n = 0;
	int n_frames;

	if (!space)
		return NULL;
	n_frames = symbol_stack(space, tid, s->frames, s->depth, &err);
	if (n_frames < 0)
		err_drop(&err); /* no stack: the call says so */
	for (int i = 0; i < n_frames && n < STACK_MOST; i++) {
		size_t n_places = symbol_find(space, &s->frames[i], places,
			MIN((size_t)PLACES_MOST, (size_t)(STACK_MOST - n)));

		for (size_t k = 0; k < n_places; k++) {
			struct stack_frame frame = frame_of(&places[k], s->frames[i].address);

			frames[n++] = stacks_frame(s->stacks, &frame);
		}
	}
	return n ? stacks_add(s->stacks, frames, n) : NULL;
}

void
stack_taker_called(struct stack_taker *s, pid_t pid, enum call_id id, const struct call *call)
{
	struct symbol_space *space;

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		const struct change *c = &changes[i];

		if (c->id != id || call->is_error ||
			(c->prot >= 0 && !(call->arg[c->prot] & PROT_EXEC)))
			continue;
		space = map_get_number(s->spaces, (uint64_t)pid);
		if (space)
			symbol_space_changed(space);
	}
}

void
stack_taker_forget(struct stack_taker *s, pid_t pid)
{
	uint64_t key = (uint64_t)pid;

	symbol_space_free(map_remove(s->spaces, &key, sizeof key));
}

void
stack_taker_wanted(struct call_set *set)
{
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		call_set_add(set, changes[i].id);
}
