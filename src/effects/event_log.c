/* SPDX-License-Identifier: MIT */
/* event_log.c - the moments of all events, for those who ask afterwards which came before which
 */
#include "effects/event_log.h"

#include <stdlib.h>

struct entry {
	uint64_t seq;
	struct moment at;
};

struct event_log {
	struct entry *entries;
	size_t n, capacity;
	bool is_sorted;
};

void
event_log_add(struct effects *fx, const struct event *event)
{
	struct event_log *log = fx->log;
	struct moment now;

	if (event->kind == EVENT_PATH)
		return;
	now = causal_now(fx->causal, event->task);
	if (fx->opts.visit)
		fx->opts.visit(fx->opts.visit_arg, event, now.at.lamport);
	if (!fx->opts.clocks) {
		moment_done(&now);
		return;
	}
	if (!log)
		log = fx->log = mem_alloc(sizeof *log);
	log->entries = mem_grow(log->entries, log->n, &log->capacity, sizeof *log->entries);
	log->is_sorted =
		log->n == 0 || (log->is_sorted && log->entries[log->n - 1].seq < event->seq);
	log->entries[log->n++] = (struct entry){ event->seq, now };
}

void
event_log_free(struct event_log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->n; i++)
		moment_done(&log->entries[i].at);
	mem_free(log->entries);
	mem_free(log);
}

static int
compare_entries(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* NULL: no such event, or nobody wanted to know. */
static const struct moment *
moment_of(struct event_log *log, uint64_t seq)
{
	const struct entry key = { .seq = seq }, *found;

	if (!log || !log->n)
		return NULL;
	if (!log->is_sorted)
		qsort(log->entries, log->n, sizeof *log->entries, compare_entries);
	log->is_sorted = true;
	found = bsearch(&key, log->entries, log->n, sizeof *log->entries, compare_entries);
	return found ? &found->at : NULL;
}

bool
causal_ordered(const struct effects *fx, uint64_t a, uint64_t b)
{
	const struct moment *first = moment_of(fx->log, a), *then = moment_of(fx->log, b);

	return first && then && a != b && moment_knows(then, first->at, false);
}

uint64_t
effects_lamport(const struct effects *fx, uint64_t seq)
{
	const struct moment *m = moment_of(fx->log, seq);

	return m ? m->at.lamport : 0;
}
