/* SPDX-License-Identifier: MIT */
/* stack.c - which frame of a stack is the program's own; frames and stacks, each kept once */

#include "model/stack.h"

#include "base/map.h"
#include "base/mem.h"

#include <string.h>

/* Modules that stand between a program and the kernel, by the beginning of their file's name.
 */
static const char *const runtime_modules[] = {
	"ld-linux",
	"ld-musl-",
	"ld.so",
	"ld64.so",
	"libBrokenLocale.so",
	"libanl.so",
	"libasan.so",
	"libc++.so",
	"libc++abi.so",
	"libc-2.",
	"libc.musl-",
	"libc.so",
	"libdl-2.",
	"libdl.so",
	"libgcc_s.so",
	"libnsl.so",
	"libpthread-2.",
	"libpthread.so",
	"libresolv.so",
	"librt-2.",
	"librt.so",
	"libstdc++.so",
	"libtsan.so",
	"libubsan.so",
	"[vdso]",
	"linux-vdso",
};

/* Sources of runtimes that are linked into programs, or inlined into them: parts of paths. */
static const char *const runtime_sources[] = {
	"/rustc/",          /* std and core of Rust, as its builders name them */
	"library/std/src/", /* newer ones; and where their sources are installed */
	"library/core/src/",
	"library/alloc/src/",
	"/include/c++/",
	"/usr/include/", /* what the C library's headers put in between (_FORTIFY_SOURCE) */
	"/sysdeps/",     /* glibc, linked statically with its debugging symbols */
	"../csu/",
	"../nptl/",
	"../elf/",
};

/* What calls main() is nobody's code, whatever it is linked into. */
static const char *const runtime_functions[] = {
	"_start",
	"__libc_start_call_main",
	"__libc_start_main",
	"__libc_start_main_impl",
};

/* Generic code of a standard library lies in the program that uses it, and has no source there
 * unless that was compiled with -g. */
static const char *const runtime_names[] = {
	"std::",
	"core::",
	"alloc::",
	"<std::",
	"<core::",
	"<alloc::",
};

struct stacks {
	struct arena *arena;
	struct map *frames, *stacks;
};

static bool
is_runtime_module(const char *module)
{
	const char *slash = strrchr(module, '/'), *name = slash ? slash + 1 : module;

	for (size_t i = 0; i < ARRAY_LEN(runtime_modules); i++)
		if (strncmp(name, runtime_modules[i], strlen(runtime_modules[i])) == 0)
			return true;
	return false;
}

/* GOROOT is anywhere: ".../go/src/os/file.go", ".../go-1.19/src/...". A GOPATH has such a
 * folder too, but packages of others begin with the name of a host, which has a dot in it. */
static bool
is_go_source(const char *file)
{
	const char *go = file, *src;

	while ((go = strstr(go, "/go")) != NULL) {
		go += strlen("/go");
		src = go + strspn(go, "-.0123456789");
		if (strncmp(src, "/src/", 5) == 0)
			return !memchr(src + 5, '.', strcspn(src + 5, "/"));
	}
	return false;
}

static bool
is_runtime_source(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(runtime_sources); i++)
		if (strstr(file, runtime_sources[i]))
			return true;
	return is_go_source(file);
}

static bool
is_runtime_function(const char *function)
{
	for (size_t i = 0; i < ARRAY_LEN(runtime_functions); i++)
		if (strcmp(function, runtime_functions[i]) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(runtime_names); i++)
		if (strncmp(function, runtime_names[i], strlen(runtime_names[i])) == 0)
			return true;
	return false;
}

static bool
is_runtime(const struct stack_frame *f)
{
	return !f->module || is_runtime_module(f->module) ||
	       (f->file ? is_runtime_source(f->file)
			: f->function && is_runtime_function(f->function));
}

/* A program that has its C library inside: write() is the first frame of its own, but only what
 * was compiled with -g has lines. */
static const struct stack_frame *
with_line(const struct stack *stack, uint32_t from)
{
	const struct stack_frame *first = stack->frames[from];

	for (uint32_t i = from; i < stack->n; i++) {
		const struct stack_frame *f = stack->frames[i];

		if (!f->module || strcmp(f->module, first->module) != 0)
			break;
		if (f->file && f->line && !is_runtime(f))
			return f;
	}
	return first;
}

const struct stack_frame *
stack_place(const struct stack *stack)
{
	for (uint32_t i = 0; stack && i < stack->n; i++)
		if (!is_runtime(stack->frames[i]))
			return with_line(stack, i);
	return NULL;
}

bool
stack_is_cut(const struct stack *stack)
{
	const char *module;

	for (uint32_t i = 0; stack && i < stack->n; i++) {
		if (!stack->frames[i]->module)
			return true;
		if (!is_runtime(stack->frames[i]))
			return false;
	}
	module = stack && stack->n == 1 ? stack->frames[0]->module : NULL;
	return module && !strstr(module, "vdso") && !strstr(module, "/ld");
}

struct stacks *
stacks_new(void)
{
	struct stacks *s = mem_alloc(sizeof *s);

	s->arena = arena_new();
	s->frames = map_new();
	s->stacks = map_new();
	return s;
}

void
stacks_free(struct stacks *s)
{
	if (!s)
		return;
	map_free(s->frames);
	map_free(s->stacks);
	arena_free(s->arena);
	mem_free(s);
}

static const char *
intern(struct stacks *s, const char *text)
{
	return text ? arena_intern(s->arena, text, strlen(text)) : NULL;
}

/* Interned texts are equal when their addresses are: the key need not hold them. */
const struct stack_frame *
stacks_frame(struct stacks *s, const struct stack_frame *frame)
{
	struct stack_frame f;
	void **slot;

	memset(&f, 0, sizeof f); /* its padding is part of the key */
	f.module = intern(s, frame->module);
	f.offset = frame->offset;
	f.function = intern(s, frame->function);
	f.function_offset = frame->function_offset;
	f.file = intern(s, frame->file);
	f.line = frame->line;
	f.is_inlined = frame->is_inlined;
	slot = map_slot(s->frames, &f, sizeof f);
	if (!*slot)
		*slot = arena_dup(s->arena, &f, sizeof f);
	return *slot;
}

const struct stack *
stacks_add(struct stacks *s, const struct stack_frame *const *frames, uint32_t n)
{
	size_t size = n * sizeof *frames;
	struct stack *stack;
	void **slot;

	assert(n > 0 && n <= STACK_MOST);
	slot = map_slot(s->stacks, frames, size);
	if (!*slot) {
		*slot = stack = arena_alloc(s->arena, sizeof *stack + size);
		stack->n = n;
		memcpy(stack->frames, frames, size);
	}
	return *slot;
}

const struct stack *
stacks_copy(struct stacks *s, const struct stack *stack)
{
	const struct stack_frame *frames[STACK_MOST];

	if (!stack)
		return NULL;
	for (uint32_t i = 0; i < stack->n; i++)
		frames[i] = stacks_frame(s, stack->frames[i]);
	return stacks_add(s, frames, stack->n);
}
