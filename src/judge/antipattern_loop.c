/* SPDX-License-Identifier: MIT */
/* antipattern_loop.c - TightLoop: a thread that makes one call over and over, or computes and
 * is told nothing */

#include "base/map.h"
#include "judge/antipattern_own.h"

#include <string.h>

#define USUAL_BUSY_NS 1e9

struct thread {
	int64_t number, process;
	uint64_t n_calls;
	/* Calls of one name on one descriptor. */
	const char *call;
	int64_t fd;
	uint64_t run, longest_run;
	size_t run_row, longest_row;
	/* Computing without any call, and the call after it. */
	int64_t busy_ns;
	size_t busy_row;
	/* Computing between calls that tell nothing; ended_ns: of the last one, COLUMN_NULL:
	 * the last call was another. */
	int64_t ended_ns, idle_ns, longest_idle_ns;
	uint64_t n_idle, longest_n_idle;
	size_t idle_row;
};

static struct thread *
thread_of(struct search *s, struct map *threads, size_t row)
{
	int64_t nr = search_number(s, COLUMN_TASK, row);
	struct thread *t;
	void **slot;

	if (nr == COLUMN_NULL)
		return NULL;
	slot = map_number(threads, (uint64_t)nr);
	if (*slot)
		return *slot;
	*slot = t = arena_alloc(s->arena, sizeof *t);
	*t = (struct thread){ .number = nr,
		.process = search_number(s, COLUMN_PROCESS, row),
		.ended_ns = COLUMN_NULL };
	return t;
}

static void
count_run(struct search *s, struct thread *t, size_t row)
{
	const char *call = columns_text(s->columns, COLUMN_SYSCALL, row, 0);
	int64_t fd = search_number(s, COLUMN_FD, row);
	bool is_same = t->call && call && !strcmp(t->call, call) && t->fd == fd;

	t->run = is_same ? t->run + 1 : 1;
	if (t->run == 1)
		t->run_row = row;
	if (t->run > t->longest_run) {
		t->longest_run = t->run;
		t->longest_row = t->run_row;
	}
	t->call = call;
	t->fd = fd;
}

static void
count_idle(struct search *s, struct thread *t, size_t row)
{
	int64_t gap_ns;

	if (!s->is_meant[row]) {
		t->ended_ns = COLUMN_NULL;
		return;
	}
	if (t->ended_ns == COLUMN_NULL)
		t->idle_ns = 0, t->n_idle = 0;
	else if ((gap_ns = search_number(s, COLUMN_START, row) - t->ended_ns) > 0)
		t->idle_ns += gap_ns;
	t->n_idle++;
	t->ended_ns = search_number(s, COLUMN_END, row);
	if (t->idle_ns <= t->longest_idle_ns)
		return;
	t->longest_idle_ns = t->idle_ns;
	t->longest_n_idle = t->n_idle;
	t->idle_row = row;
}

/* Before this call, or its end. */
static void
note_busy(struct search *s, struct thread *t, size_t row)
{
	int64_t busy_ns = search_number(s, COLUMN_BUSY, row);

	if (busy_ns == COLUMN_NULL || busy_ns <= t->busy_ns)
		return;
	t->busy_ns = busy_ns;
	t->busy_row = row;
}

static void
tell_run(struct search *s, const struct thread *t, double confidence)
{
	struct antipattern_hit *hit =
		search_hit_in(s, t->longest_row, confidence, t->longest_run, t->n_calls);

	hit->rows[hit->n_rows++] = t->longest_row;
	hit->text = arena_printf(s->arena,
		"%s: %s %llu times in a row, of %llu calls, by thread %lld of %s",
		s->spec->name, columns_text(s->columns, COLUMN_SYSCALL, t->longest_row, 0),
		(unsigned long long)t->longest_run, (unsigned long long)t->n_calls,
		(long long)t->number, hit->where);
}

static void
tell_busy(struct search *s, const struct thread *t, double confidence)
{
	const char *call = columns_text(s->columns, COLUMN_SYSCALL, t->busy_row, 0);
	struct antipattern_hit *hit = search_hit_in(s, t->busy_row, confidence, 1, t->n_calls);

	hit->rows[hit->n_rows++] = t->busy_row;
	hit->cost_ns = (uint64_t)t->busy_ns;
	hit->text = arena_printf(s->arena,
		"%s: at least %.3f ms of processor time without any call before %s, by thread "
		"%lld of %s",
		s->spec->name, (double)t->busy_ns / 1e6, call ? call : "its end",
		(long long)t->number, hit->where);
}

static void
tell_idle(struct search *s, const struct thread *t, int64_t idle_ns, double confidence)
{
	struct antipattern_hit *hit =
		search_hit_in(s, t->idle_row, confidence, t->longest_n_idle, t->n_calls);

	hit->rows[hit->n_rows++] = t->idle_row;
	hit->cost_ns = (uint64_t)idle_ns;
	hit->text = arena_printf(s->arena,
		"%s: %.3f ms of computing between %llu calls that told it nothing, the last of "
		"them %s, by thread %lld of %s",
		s->spec->name, (double)idle_ns / 1e6, (unsigned long long)t->longest_n_idle,
		columns_text(s->columns, COLUMN_SYSCALL, t->idle_row, 0), (long long)t->number,
		hit->where);
}

static double
sureness(int64_t busy_ns)
{
	double ns = (double)busy_ns;

	return ns >= USUAL_BUSY_NS / 10 ? ns / (ns + USUAL_BUSY_NS) : 0;
}

/* cpu_ns: of its process. */
static void
judge_thread(struct search *s, const struct thread *t, int64_t cpu_ns)
{
	double least = (double)s->spec->least, run = (double)t->longest_run;
	int64_t idle_ns = MIN(t->longest_idle_ns, cpu_ns);
	double by_run = run >= least ? run / (run + least) : 0;
	double by_busy = sureness(t->busy_ns), by_idle = sureness(idle_ns);

	if (by_run > 0 && by_run >= MAX(by_busy, by_idle))
		tell_run(s, t, by_run);
	else if (by_busy > 0 && by_busy >= by_idle)
		tell_busy(s, t, by_busy);
	else if (by_idle > 0)
		tell_idle(s, t, idle_ns, by_idle);
}

static void
look_at(struct search *s, struct map *threads, size_t row)
{
	bool is_call = search_is(s, row, "call");
	struct thread *t;

	if (!is_call && !search_is(s, row, "exit"))
		return;
	s->out->n_applied += is_call;
	t = thread_of(s, threads, row);
	if (!t)
		return;
	note_busy(s, t, row);
	if (!is_call)
		return;
	t->n_calls++;
	if (!s->is_aside[row])
		count_run(s, t, row);
	count_idle(s, t, row);
}

void
search_TIGHT_LOOP(struct search *s)
{
	AUTO(map_free) struct map *threads = map_new(), *cpu = map_new();
	void *value;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		int64_t cpu_ns = search_number(s, COLUMN_CPU, row);

		look_at(s, threads, row);
		if (cpu_ns > 0)
			*map_number(cpu, (uint64_t)search_number(s, COLUMN_PROCESS, row)) =
				(void *)(intptr_t)cpu_ns;
	}
	for (size_t at = 0; map_next(threads, &at, NULL, NULL, &value);) {
		const struct thread *t = value;

		judge_thread(s, t, (intptr_t)map_get_number(cpu, (uint64_t)t->process));
	}
}
