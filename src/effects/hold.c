/* SPDX-License-Identifier: MIT */
/* hold.c - events in the order of their causes */
#include "effects/hold.h"

#include "effects/edges.h"

#include <string.h>

#define MAX_HELD 256 /* then the cause is none that we could see */

struct held {
	struct event event;
	void *room; /* what its pointers lead to */
};

struct hold {
	struct held *items;
	size_t first, n, capacity;
	struct need need; /* of the first one */
};

static size_t
text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *
put_text(char **at, const char *text)
{
	size_t n = text_size(text);
	char *copy = *at;

	if (!n)
		return NULL;
	memcpy(copy, text, n);
	*at += n;
	return copy;
}

static void
copy_areas(struct held *h)
{
	struct call *call = &h->event.call;
	size_t size = call->n_areas * sizeof *call->areas;
	struct area *areas;
	uint8_t *bytes;

	for (uint32_t i = 0; i < call->n_areas; i++)
		size += call->areas[i].kept;
	h->room = areas = mem_alloc(size);
	bytes = (uint8_t *)(areas + call->n_areas);
	for (uint32_t i = 0; i < call->n_areas; i++) {
		areas[i] = call->areas[i];
		if (areas[i].kept)
			memcpy(bytes, areas[i].bytes, areas[i].kept);
		areas[i].bytes = bytes;
		bytes += areas[i].kept;
	}
	call->areas = areas;
}

static void
copy_event(struct held *h, const struct event *event)
{
	char *at;

	*h = (struct held){ .event = *event };
	if (event->kind == EVENT_CALL) {
		copy_areas(h);
	} else if (event->kind == EVENT_EXEC) {
		h->room = at = mem_alloc(text_size(event->exec.path) + 1);
		h->event.exec.path = put_text(&at, event->exec.path);
	} else if (event->kind == EVENT_HELD) {
		h->room = at = mem_alloc(text_size(event->held.name) + 1);
		h->event.held.name = put_text(&at, event->held.name);
	}
}

static void
push(struct hold *h, const struct event *event)
{
	if (h->n == 0)
		h->first = 0;
	if (h->first > MAX_HELD) {
		memmove(h->items, h->items + h->first, h->n * sizeof *h->items);
		h->first = 0;
	}
	h->items = mem_grow(h->items, h->first + h->n, &h->capacity, sizeof *h->items);
	copy_event(&h->items[h->first + h->n++], event);
}

/* Hands on what no longer waits. give_up: the first one does not either. */
static void
let_go(struct effects *fx, bool give_up)
{
	struct hold *h = fx->hold;

	if (give_up && h->n)
		edges_forgive(&h->need);
	while (h->n) {
		struct held one = h->items[h->first];

		h->need = edges_need(fx, &one.event);
		if (h->need.kind != NEED_NOTHING && !give_up)
			return;
		give_up = false;
		h->first++;
		h->n--;
		effects_apply(fx, &one.event);
		mem_free(one.room);
	}
}

/* Was it under way when the first one ended, and is it what that one waits for? */
static bool
may_pass(struct effects *fx, const struct event *event)
{
	const struct hold *h = fx->hold;
	const struct event *first = &h->items[h->first].event;

	if (event->kind == EVENT_CALL ? event->call.enter_seq > first->seq
				      : event->kind != EVENT_EXIT)
		return false;
	for (size_t i = 0; i < h->n; i++)
		if (h->items[h->first + i].event.task == event->task)
			return false;
	return edges_feeds(fx, event, &h->need);
}

void
held_add(struct effects *fx, const struct event *event)
{
	struct hold *h = fx->hold;

	if (event->kind == EVENT_PATH) {
		held_flush(fx);
		effects_apply(fx, event);
		return;
	}
	if (!h || h->n == 0) {
		struct need need = edges_need(fx, event);

		if (need.kind == NEED_NOTHING || fx->n_living < 2) {
			effects_apply(fx, event);
			return;
		}
		if (!h)
			h = fx->hold = mem_alloc(sizeof *h);
		push(h, event);
		h->need = need;
		return;
	}
	if (may_pass(fx, event)) {
		effects_apply(fx, event);
		let_go(fx, false);
		return;
	}
	push(h, event);
	if (h->n >= MAX_HELD)
		let_go(fx, true);
}

void
held_flush(struct effects *fx)
{
	while (fx->hold && fx->hold->n)
		let_go(fx, true);
}

void
held_free(struct effects *fx)
{
	struct hold *h = fx->hold;

	if (!h)
		return;
	for (size_t i = 0; i < h->n; i++)
		mem_free(h->items[h->first + i].room);
	mem_free(h->items);
	mem_free(h);
}
