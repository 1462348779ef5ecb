/* SPDX-License-Identifier: MIT */
/*
 * queue.h - events that one stop gave rise to, until they are handed out
 */
#ifndef CAPTURE_QUEUE_H
#define CAPTURE_QUEUE_H

#include "model/event.h"

/* Zeroed is empty. */
struct queue {
	struct event *events;
	size_t at, n, capacity;
	char **texts; /* that events point to */
	size_t n_texts, texts_capacity;
	uint64_t seq; /* the last one given */
};

/* The place is borrowed until the next push. Of a call its task and its time are the caller's
 * to fill in. */
struct event *queue_push(struct queue *q);
struct event *queue_push_call(struct queue *q, const struct call *call);
bool queue_pop(struct queue *q, struct event *event); /* false: none left */
/* Keeps a text as long as the events: takes it over. */
const char *queue_keep(struct queue *q, char *text);
/* All were consumed: forgets their texts. */
void queue_clear(struct queue *q);
void queue_done(struct queue *q);

#endif
