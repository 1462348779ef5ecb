/* SPDX-License-Identifier: MIT */
/* tape.c - everything one run gave to `effects`, kept, so that it can be played again */
#include "mutate/tape.h"

#include <string.h>

const char *const tape_stream_names[N_TAPE_STREAMS] = { "stdout", "stderr" };

struct tape *
tape_new(size_t limit_bytes)
{
	struct tape *t = mem_alloc(sizeof *t);

	t->arena = arena_new();
	t->stacks = stacks_new();
	t->limit = limit_bytes;
	return t;
}

void
tape_free(struct tape *t)
{
	if (!t)
		return;
	mem_free(t->events);
	stacks_free(t->stacks);
	arena_free(t->arena);
	mem_free(t);
}

void
tape_clear(struct tape *t)
{
	size_t limit = t->limit;

	mem_free(t->events);
	stacks_free(t->stacks);
	arena_free(t->arena);
	*t = (struct tape){ .arena = arena_new(), .stacks = stacks_new(), .limit = limit };
}

void
tape_header(struct tape *t, const struct trace_header *header)
{
	struct trace_header *h = &t->header;

	*h = *header;
	h->argv = arena_words(t->arena, header->argv);
	h->cwd = arena_strdup(t->arena, header->cwd);
	h->exe = arena_strdup(t->arena, header->exe);
	h->home = arena_strdup(t->arena, header->home);
	h->tmp = arena_strdup(t->arena, header->tmp);
	h->sandbox = arena_strdup(t->arena, header->sandbox);
	h->backend = arena_strdup(t->arena, header->backend);
	h->kernel = arena_strdup(t->arena, header->kernel);
	h->machine = arena_strdup(t->arena, header->machine);
}

static void
copy_call(struct call *c, struct arena *arena)
{
	struct area *areas = c->n_areas ? arena_array(arena, c->n_areas, sizeof *areas) : NULL;

	for (uint32_t i = 0; i < c->n_areas; i++) {
		areas[i] = c->areas[i];
		areas[i].bytes =
			areas[i].kept ? arena_dup(arena, areas[i].bytes, areas[i].kept) : NULL;
	}
	c->areas = areas;
}

void
event_copy(struct event *out, struct arena *arena, const struct event *event)
{
	*out = *event;
	switch ((enum event_kind)event->kind) {
	case EVENT_HELD:
		out->held.name = arena_strdup(arena, event->held.name);
		break;
	case EVENT_EXEC:
		out->exec.path = arena_strdup(arena, event->exec.path);
		break;
	case EVENT_CALL:
		copy_call(&out->call, arena);
		break;
	case EVENT_PATH:
		out->path.path = arena_strdup(arena, event->path.path);
		out->path.target = arena_strdup(arena, event->path.target);
		out->path.attributes = arena_strdup(arena, event->path.attributes);
		out->path.head = event->path.n_head ? arena_dup(arena, event->path.head,
							      event->path.n_head)
						    : NULL;
		break;
	case EVENT_START:
	case EVENT_SIGNAL:
	case EVENT_EXIT:
	case N_EVENT_KINDS:
		break;
	}
}

int
tape_event(struct tape *t, const struct event *event, struct err *err)
{
	struct event *e;

	if (arena_bytes(t->arena) + t->capacity * sizeof *t->events > t->limit) {
		err_set(err, "the run is too large to be kept: more than %zu MiB",
			t->limit >> 20);
		return err_as(err, ERR_UNSURE);
	}
	t->events = mem_grow(t->events, t->n, &t->capacity, sizeof *t->events);
	e = &t->events[t->n++];
	event_copy(e, t->arena, event);
	e->seq *= TAPE_STEP;
	if (e->kind != EVENT_CALL)
		return 0;
	e->call.enter_seq *= TAPE_STEP;
	e->call.stack = stacks_copy(t->stacks, e->call.stack);
	return 0;
}

void
tape_received(struct tape *t, int stream, const struct received *received)
{
	struct received *r = &t->received[stream];

	*r = *received;
	r->head = r->n_head ? arena_dup(t->arena, r->head, r->n_head) : "";
	t->has_received[stream] = true;
}

void
tape_footer(struct tape *t, const struct trace_footer *footer)
{
	t->footer = *footer;
}
