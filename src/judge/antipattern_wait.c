/* SPDX-License-Identifier: MIT */
/* antipattern_wait.c - anti-patterns of waiting: trying again instead of it, and waiting where
 * others are kept from their work */

#include "base/map.h"
#include "judge/antipattern_own.h"

#include <string.h>

#define FEW_POLLS 16 /* so many make an event loop */

/* One descriptor's object, as one thread uses it. */
struct tried {
	size_t row;
	uint64_t n, n_of;
	/* How many calls its thread had made that wait, when it was told to try again;
	 * UINT64_MAX: its last call on this was another. */
	uint64_t n_waits;
	int64_t cost_ns;
	size_t rows[ANTIPATTERN_ROWS], n_rows;
};

static struct tried *
tried_of(struct search *s, struct map *all, size_t row)
{
	AUTO(str_done) struct str key = { 0 };
	struct tried *t;
	void **slot;

	search_key(&key, s->columns, COLUMN_EXEC, row);
	if (!search_key(&key, s->columns, COLUMN_TASK, row) ||
		!search_key(&key, s->columns, COLUMN_FD_NAME, row))
		return NULL;
	slot = map_slot(all, key.data, key.n);
	if (*slot)
		return *slot;
	*slot = t = arena_alloc(s->arena, sizeof *t);
	*t = (struct tried){ .row = row, .n_waits = UINT64_MAX };
	return t;
}

static void
try(struct search *s, struct tried *t, uint64_t n_waits, size_t row)
{
	t->n_of++;
	if (!s->is_meant[row]) {
		t->n_waits = UINT64_MAX;
		return;
	}
	s->out->n_applied++;
	if (t->n_waits == n_waits) {
		t->n++;
		t->cost_ns += MAX(search_number(s, COLUMN_DURATION, row), 0);
		if (t->n_rows < ANTIPATTERN_ROWS)
			t->rows[t->n_rows++] = row;
	}
	t->n_waits = n_waits;
}

static void
tell_spin(struct search *s, const struct tried *t)
{
	const char *name = columns_text(s->columns, COLUMN_FD_NAME, t->row, 0);
	const char *program = columns_text(s->columns, COLUMN_EXEC, t->row, 0);
	double n = (double)t->n;
	AUTO(str_done) struct str identity = { 0 };
	struct antipattern_hit *hit;

	if (t->n < s->spec->least)
		return;
	if (!name)
		name = arena_printf(s->arena, "descriptor %lld",
			(long long)search_number(s, COLUMN_FD, t->row));
	search_name(&identity, s, COLUMN_EXEC, t->row);
	str_add(&identity, " ");
	search_name(&identity, s, COLUMN_FD_NAME, t->row);
	hit = search_hit(s, str_text(&identity));
	hit->confidence = n / (double)t->n_of * n / (n + (double)s->spec->least);
	hit->n = t->n;
	hit->n_of = t->n_of;
	hit->cost_ns = (uint64_t)t->cost_ns;
	hit->where = arena_printf(s->arena, "thread %lld (%s), %s",
		(long long)search_number(s, COLUMN_TASK, t->row), program ? program : "?",
		name);
	hit->text = arena_printf(s->arena,
		"%s: %llu of %llu calls tried again at once what had failed with EAGAIN, by %s",
		s->spec->name, (unsigned long long)t->n, (unsigned long long)t->n_of,
		hit->where);
	memcpy(hit->rows, t->rows, sizeof hit->rows);
	hit->n_rows = t->n_rows;
}

void
search_EAGAIN_SPIN(struct search *s)
{
	AUTO(map_free) struct map *all = map_new(), *waits = map_new();
	void *value;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		int64_t task = search_number(s, COLUMN_TASK, row);
		uint64_t *n_waits;
		struct tried *t;
		void **slot;

		if (task == COLUMN_NULL)
			continue;
		slot = map_number(waits, (uint64_t)task);
		if (!*slot)
			*slot = arena_alloc(s->arena, sizeof *n_waits);
		n_waits = *slot;
		*n_waits += s->is_aside[row];
		t = s->is_aside[row] || search_number(s, COLUMN_FD, row) == COLUMN_NULL
			    ? NULL
			    : tried_of(s, all, row);
		if (t)
			try(s, t, *n_waits, row);
	}
	for (size_t at = 0; map_next(all, &at, NULL, NULL, &value);)
		tell_spin(s, value);
}

struct process {
	uint64_t n_threads, n_polls, n; /* threads beside the first */
	int64_t blocked_ns;
	size_t rows[ANTIPATTERN_ROWS], n_rows;
};

static struct process *
process_of(struct search *s, struct map *processes, size_t row)
{
	int64_t nr = search_number(s, COLUMN_PROCESS, row);
	void **slot;

	if (nr == COLUMN_NULL)
		return NULL;
	slot = map_number(processes, (uint64_t)nr);
	if (!*slot)
		*slot = arena_alloc(s->arena, sizeof(struct process));
	return *slot;
}

static void
live(struct search *s, struct process *p, size_t row)
{
	bool is_first =
		search_number(s, COLUMN_TASK, row) == search_number(s, COLUMN_PROCESS, row);

	p->n_polls += s->is_aside[row];
	if (search_is(s, row, "exec"))
		p->n_polls = p->n_threads = 0;
	else if (!is_first && search_is(s, row, "start"))
		p->n_threads++;
	else if (!is_first && search_is(s, row, "exit"))
		p->n_threads -= p->n_threads > 0;
	if (!s->is_meant[row])
		return;
	s->out->n_applied++;
	if (!p->n_threads && p->n_polls < FEW_POLLS)
		return;
	p->n++;
	p->blocked_ns += search_number(s, COLUMN_DURATION, row);
	if (p->n_rows < ANTIPATTERN_ROWS)
		p->rows[p->n_rows++] = row;
}

void
search_BLOCKING_MAIN_THREAD(struct search *s)
{
	AUTO(map_free) struct map *processes = map_new();
	void *value;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		struct process *p = process_of(s, processes, row);

		if (p)
			live(s, p, row);
	}
	for (size_t at = 0; map_next(processes, &at, NULL, NULL, &value);) {
		const struct process *p = value;
		struct antipattern_hit *hit;

		if (p->n < s->spec->least)
			continue;
		hit = search_hit_in(
			s, p->rows[0], (double)p->n / (double)(p->n + 1), p->n, p->n);
		hit->cost_ns = (uint64_t)p->blocked_ns;
		hit->text = arena_printf(s->arena, "%s: blocked for %.3f ms by %llu call%s, %s",
			s->spec->name, (double)p->blocked_ns / 1e6, (unsigned long long)p->n,
			p->n == 1 ? "" : "s", hit->where);
		memcpy(hit->rows, p->rows, sizeof hit->rows);
		hit->n_rows = p->n_rows;
	}
}
