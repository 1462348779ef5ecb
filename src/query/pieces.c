/* SPDX-License-Identifier: MIT */
/* pieces.c - calls that signals cut to pieces */
#include "query/pieces.h"

#include "base/map.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

/* One that was interrupted, and has not gone on yet. */
struct piece {
	uint32_t nr;
	uint64_t arg[6], ip;
	uint64_t began_ns; /* the first of its pieces */
	int64_t name;      /* of that */
	size_t row;
};

/* Of a task. A handler may itself be interrupted: the innermost is last. */
struct waiting {
	struct piece *all;
	size_t n, capacity;
	bool may_go_on; /* the next call may be the last one's next piece */
	struct waiting *next;
};

struct pieces {
	struct map *by_task;
	struct map *rows; /* row + 1 -> its fate, of those that have one */
	struct waiting *first;
};

struct pieces *
pieces_new(void)
{
	struct pieces *p = mem_alloc(sizeof *p);

	p->by_task = map_new();
	p->rows = map_new();
	return p;
}

void
pieces_free(struct pieces *p)
{
	if (!p)
		return;
	for (struct waiting *w = p->first, *next; w; w = next) {
		next = w->next;
		mem_free(w->all);
		mem_free(w);
	}
	map_free(p->by_task);
	map_free(p->rows);
	mem_free(p);
}

static void
add_piece(struct pieces *p, const struct event *event, uint64_t began_ns, size_t row,
	int64_t name)
{
	const struct call *call = &event->call;
	void **slot = map_number(p->by_task, event->task);
	struct waiting *w = *slot;
	struct piece *piece;

	if (!w) {
		w = *slot = mem_alloc(sizeof *w);
		w->next = p->first;
		p->first = w;
	}
	w->all = mem_grow(w->all, w->n, &w->capacity, sizeof *w->all);
	piece = &w->all[w->n++];
	*piece = (struct piece){
		.nr = call->nr, .ip = call->ip, .began_ns = began_ns, .name = name, .row = row
	};
	memcpy(piece->arg, call->arg, sizeof piece->arg);
	w->may_go_on = true;
}

static void
set_fate(struct pieces *p, const struct piece *piece, enum piece_fate fate)
{
	*map_number(p->rows, piece->row + 1) = (void *)(uintptr_t)fate;
}

static bool
goes_on(const struct piece *piece, const struct call *call, enum call_id id)
{
	if (id == CALL_restart_syscall)
		return true;
	return piece->nr == call->nr && piece->ip == call->ip &&
	       memcmp(piece->arg, call->arg, sizeof piece->arg) == 0;
}

/* A handler is over; what the call that it interrupted returns stands where its own result
 * would. */
static void
handler_returned(struct pieces *p, struct waiting *w, const struct call *call)
{
	bool has_failed = call->is_error && call->ret == -EINTR;

	if (has_failed)
		set_fate(p, &w->all[--w->n], PIECE_GAVE_UP);
	w->may_go_on = !has_failed;
}

uint64_t
pieces_call(
	struct pieces *p, const struct event *event, enum call_id id, size_t row, int64_t *name)
{
	const struct call *call = &event->call;
	struct waiting *w = map_get_number(p->by_task, event->task);
	uint64_t began_ns = MIN(call->enter_ns, event->time_ns);

	if (w && w->n && (id == CALL_rt_sigreturn || id == CALL_sigreturn)) {
		handler_returned(p, w, call);
		return began_ns;
	}
	if (w && w->n && w->may_go_on && goes_on(&w->all[w->n - 1], call, id)) {
		const struct piece *piece = &w->all[--w->n];

		set_fate(p, piece, PIECE_WENT_ON);
		*name = piece->name;
		began_ns = MIN(began_ns, piece->began_ns);
	}
	if (w)
		w->may_go_on = false;
	if (call->state == CALL_RESTARTED)
		add_piece(p, event, began_ns, row, *name);
	return began_ns;
}

enum piece_fate
pieces_fate(const struct pieces *p, size_t row)
{
	return (enum piece_fate)(uintptr_t)map_get_number(p->rows, row + 1);
}

bool
pieces_is_empty(const struct pieces *p)
{
	return map_count(p->rows) == 0;
}
