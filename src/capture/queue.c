/* SPDX-License-Identifier: MIT */
/* queue.c - events that one stop gave rise to, until they are handed out */

#include "capture/queue.h"

#include "base/mem.h"

#include <stddef.h>
#include <string.h>

static struct event *
next_place(struct queue *q)
{
	q->events = mem_grow(q->events, q->n, &q->capacity, sizeof *q->events);
	return &q->events[q->n++];
}

struct event *
queue_push(struct queue *q)
{
	struct event *event = next_place(q);

	*event = (struct event){ .seq = ++q->seq };
	return event;
}

/* Nearly every event is one of these: nothing is written twice. */
struct event *
queue_push_call(struct queue *q, const struct call *call)
{
	struct event *event = next_place(q);

	memset(event, 0, offsetof(struct event, call));
	event->kind = EVENT_CALL;
	event->seq = ++q->seq;
	event->call = *call;
	return event;
}

bool
queue_pop(struct queue *q, struct event *event)
{
	if (q->at == q->n)
		return false;
	*event = q->events[q->at++];
	return true;
}

const char *
queue_keep(struct queue *q, char *text)
{
	q->texts = mem_grow(q->texts, q->n_texts, &q->texts_capacity, sizeof *q->texts);
	q->texts[q->n_texts++] = text;
	return text;
}

void
queue_clear(struct queue *q)
{
	assert(q->at == q->n);
	q->at = q->n = 0;
	for (size_t i = 0; i < q->n_texts; i++)
		mem_free(q->texts[i]);
	q->n_texts = 0;
}

void
queue_done(struct queue *q)
{
	q->at = q->n;
	queue_clear(q);
	mem_free(q->events);
	mem_free(q->texts);
	*q = (struct queue){ 0 };
}
