/* SPDX-License-Identifier: MIT */
/* fate.c - what became of the descriptors that calls made */
#include "query/fate.h"

#include "base/map.h"
#include "base/mem.h"
#include "decode/decode.h"
#include "effects/leaks.h"
#include "effects/look.h"
#include "query/inner.h"

enum { CLOSED = 1, AT_EXIT = 2, AT_EXEC = 4, STRAY = 8 };
const char *const fate_names[N_FATES] = { "closed", "exit", "exec", "stray" };

/* What is known of a row until the end. */
struct maker {
	uint32_t process;
	bool makes_fd;
};

struct fates {
	struct maker *rows;
	size_t n_rows, capacity;
	struct map *used; /* process, its exec_seq, descriptor: the program used it */
};

struct fates *
fate_new(void)
{
	struct fates *l = mem_alloc(sizeof *l);

	l->used = map_new();
	return l;
}

void
fate_free(struct fates *l)
{
	if (!l)
		return;
	map_free(l->used);
	mem_free(l->rows);
	mem_free(l);
}

static void
add_row(struct fates *l, uint32_t process, bool makes_fd)
{
	l->rows = mem_grow(l->rows, l->n_rows, &l->capacity, sizeof *l->rows);
	l->rows[l->n_rows++] = (struct maker){ process, makes_fd };
}

#define NO_ROW UINTPTR_MAX
#define ANY_FD (-2) /* close_range(2): all of them, as far as we care */

static void **
use(struct fates *l, uint32_t process, uint64_t exec_seq, int64_t fd)
{
	const uint64_t key[] = { process, exec_seq, (uint64_t)fd };

	return map_slot(l->used, key, sizeof key);
}

static bool
was_used(const struct fates *l, const struct leak *leak, int64_t fd)
{
	const uint64_t key[] = { leak->process, leak->at_seq, (uint64_t)fd };

	return map_get(l->used, key, sizeof key);
}

void
fate_call(struct fates *l, struct effects *fx, const struct event *event,
	const struct call_about *about, bool makes_fd)
{
	struct look_task task;

	/* Pairs, duplicates, and what came in a message: of these the result does not tell. */
	makes_fd |= effects_has_filled(fx, event->seq);
	if (!effects_look_task(fx, event->task, &task)) {
		add_row(l, 0, makes_fd);
		return;
	}
	add_row(l, task.process, makes_fd);
	if (!task.exec_seq || event->call.enter_seq < task.exec_seq)
		return;
	for (unsigned i = 0; i < about->n_fds; i++)
		*use(l, task.process, task.exec_seq, about->fd[i]) = l;
	if (about->id == CALL_close_range)
		*use(l, task.process, task.exec_seq, ANY_FD) = l;
}

void
fate_other(struct fates *l)
{
	add_row(l, 0, false);
}

static uintptr_t
bits_of(const struct fates *l, const struct leak *leak, uint32_t maker)
{
	uintptr_t bits = 0;

	if (leak_is_own(leak, maker))
		bits |= leak->at_exec ? AT_EXEC : AT_EXIT;
	if (leak->at_exec && !was_used(l, leak, leak->fd) && !was_used(l, leak, ANY_FD))
		bits |= STRAY;
	return bits;
}

/* Rows of the calls that the leaks name: a map from seq to row + 1. */
static struct map *
rows_of(const struct fates *l, const struct vector *seq, const struct leak *leaks, size_t n)
{
	struct map *rows = map_new();

	for (size_t i = 0; i < n; i++)
		*map_number(rows, leaks[i].seq) = (void *)NO_ROW;
	for (size_t row = 0; n && row < l->n_rows; row++) {
		uint64_t nr = (uint64_t)vector_get(seq, row);

		if (map_get_number(rows, nr))
			*map_number(rows, nr) = (void *)(uintptr_t)(row + 1);
	}
	return rows;
}

void
fate_fill(
	struct fates *l, const struct effects *fx, const struct vector *seq, struct vector *out)
{
	AUTO(map_free) struct map *rows = NULL;
	AUTO(map_free) struct map *bits = map_new(); /* of rows */
	const struct leak *leaks;
	size_t n;

	leaks = effects_leaks(fx, &n);
	rows = rows_of(l, seq, leaks, n);
	for (size_t i = 0; i < n; i++) {
		uintptr_t row = (uintptr_t)map_get_number(rows, leaks[i].seq);
		void **slot;

		if (row == NO_ROW)
			continue; /* the run began with it */
		slot = map_number(bits, row - 1);
		*slot = (void *)((uintptr_t)*slot |
				 bits_of(l, &leaks[i], l->rows[row - 1].process));
	}
	for (size_t row = 0; row < l->n_rows; row++) {
		uintptr_t known = (uintptr_t)map_get_number(bits, row);

		vector_add(out,
			known ? (int64_t)known : (l->rows[row].makes_fd ? CLOSED : NO_VALUE));
	}
}
