/* SPDX-License-Identifier: MIT */
/* folded.c - a trace as collapsed stacks */

#include "export/folded.h"

#include "base/map.h"
#include "base/mem.h"

#include <string.h>

#define DEPTH_MAX                                                                              \
	100 /* programs in a stack; deeper ones are cut, with a frame that says so             \
	     */

struct process {
	const struct process *parent;
	const char *above; /* its parent's stack when it began; "" for the first */
	const char *stack; /* above and its own program */
	unsigned depth;
};

struct folded {
	enum folded_weight weight;
	struct arena *arena;
	struct map *tasks;   /* number to its process */
	struct map *weights; /* "stack;syscall" to the weight itself */
	struct str room;
};

struct folded *
folded_new(enum folded_weight weight)
{
	struct folded *f = mem_alloc(sizeof *f);

	f->weight = weight;
	f->arena = arena_new();
	f->tasks = map_new();
	f->weights = map_new();
	return f;
}

void
folded_free(struct folded *f)
{
	if (!f)
		return;
	arena_free(f->arena);
	map_free(f->tasks);
	map_free(f->weights);
	str_done(&f->room);
	mem_free(f);
}

/* A frame's name holds no ';', no control character, and is not empty. */
static void
add_frame(struct str *out, const char *name, size_t n)
{
	size_t start = out->n;

	str_add_printable(out, name, n);
	for (size_t i = start; i < out->n; i++)
		if (out->data[i] == ';' || out->data[i] == '\t')
			out->data[i] = out->data[i] == ';' ? ':' : ' ';
	if (out->n == start)
		str_add(out, "[unknown]");
}

/* The program's frame below those above. */
static void
set_program(struct folded *f, struct process *p, const char *program)
{
	str_clear(&f->room);
	str_add(&f->room, p->above);
	if (p->depth > DEPTH_MAX) {
		/* The stack above is already cut there. */
		p->stack = p->above;
		return;
	}
	if (*p->above)
		str_add_char(&f->room, ';');
	if (p->depth == DEPTH_MAX)
		program = "[deeper]";
	add_frame(&f->room, program, strlen(program));
	p->stack = arena_intern(f->arena, f->room.data, f->room.n);
}

static const char *
base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

static const char *
last_frame(const char *stack)
{
	const char *separator = strrchr(stack, ';');

	return separator ? separator + 1 : stack;
}

static struct process *
process_of(struct folded *f, uint32_t task)
{
	void **slot = map_number(f->tasks, task);

	if (!*slot) {
		struct process *p = arena_alloc(f->arena, sizeof *p);

		p->above = "";
		*slot = p;
		set_program(f, p, "");
	}
	return *slot;
}

static void
start(struct folded *f, uint32_t task, const struct task_start *s)
{
	struct process *parent = s->parent ? process_of(f, s->parent) : NULL, *p;

	if (s->process != task) {
		p = process_of(f, s->process); /* a thread; may move the map */
		*map_number(f->tasks, task) = p;
		return;
	}
	p = process_of(f, task);
	if (!parent)
		return;
	p->above = parent->stack;
	p->depth = parent->depth + 1;
	/* Until it executes something it is what its parent is. */
	set_program(f, p, last_frame(parent->stack));
}

static void
count(struct folded *f, uint32_t task, const struct event *e, const struct export_names *names)
{
	const struct call *c = &e->call;
	const struct process *p = process_of(f, task);
	AUTO(str_done) struct str name = { 0 };
	uint64_t weight = 1, *sum;
	void **slot;

	if (c->state != CALL_DONE && c->state != CALL_DENIED)
		return;
	if (f->weight == FOLDED_TIME)
		weight = e->time_ns - MIN(c->enter_ns, e->time_ns);
	names->call(names->arg, c, &name);
	str_clear(&f->room);
	str_addf(&f->room, "%s;", p->stack);
	add_frame(&f->room, str_text(&name), name.n);
	slot = map_slot(f->weights, f->room.data, f->room.n);
	if (!*slot)
		*slot = arena_alloc(f->arena, sizeof *sum);
	sum = *slot;
	*sum += weight;
}

void
folded_event(struct folded *f, const struct event *event, const struct export_names *names)
{
	if (event->kind == EVENT_START)
		start(f, event->task, &event->start);
	else if (event->kind == EVENT_EXEC)
		set_program(f, process_of(f, event->task), base_name(event->exec.path));
	else if (event->kind == EVENT_CALL)
		count(f, event->task, event, names);
}

void
folded_print(struct str *out, const struct folded *f)
{
	const void *stack;
	void *value;
	size_t n;

	for (size_t at = 0; map_next(f->weights, &at, &stack, &n, &value);) {
		uint64_t weight = *(const uint64_t *)value;

		if (weight == 0)
			continue;
		str_add_n(out, stack, n);
		str_addf(out, " %llu\n", (unsigned long long)weight);
	}
}
