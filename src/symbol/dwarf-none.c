/* SPDX-License-Identifier: MIT */
/* dwarf-none.c - the twin of binary.c, dwarf.c, unwind.c for machines without libdw: says so,
 * finds nothing */

#include "symbol/symbol.h"

#include "base/mem.h"

struct symbols {
	char unused;
};

bool
symbol_is_available(void)
{
	return false;
}

struct symbols *
symbols_new(void)
{
	return mem_alloc(sizeof(struct symbols));
}

void
symbols_free(struct symbols *s)
{
	mem_free(s);
}

static int
refuse(struct err *err)
{
	err_set(err, "this program was built without libdw: no stacks, no source lines");
	return err_hint(err, "install libdw-dev and build again without WITH_DW=0");
}

int
symbol_space_of_process(
	struct symbol_space **out, struct symbols *s, pid_t pid, struct err *err)
{
	(void)out;
	(void)s;
	(void)pid;
	return refuse(err);
}

int
symbol_space_of_mappings(struct symbol_space **out, struct symbols *s,
	const struct symbol_mapping *mappings, size_t n, struct err *err)
{
	(void)out;
	(void)s;
	(void)mappings;
	(void)n;
	return refuse(err);
}

void
symbol_space_free(struct symbol_space *space)
{
	assert(!space); /* none was ever given out */
}

void
symbol_space_changed(struct symbol_space *space)
{
	(void)space;
}

int
symbol_stack(struct symbol_space *space, pid_t tid, struct symbol_frame *frames, size_t n,
	struct err *err)
{
	(void)space;
	(void)tid;
	(void)frames;
	(void)n;
	return refuse(err);
}

size_t
symbol_find(struct symbol_space *space, const struct symbol_frame *frame,
	struct symbol_place *places, size_t n)
{
	(void)space;
	(void)frame;
	assert(n > 0);
	places[0] = (struct symbol_place){ 0 };
	return 1;
}
