/* SPDX-License-Identifier: MIT */
/* antipattern_other.c - anti-patterns that no count of calls in groups can show */

#include "base/clock.h"
#include "base/map.h"
#include "judge/antipattern_own.h"

#include <string.h>

#define USUAL_RATE 10000.0 /* reads and writes a second */
#define USUAL_BUSY_NS 1e9
#define LEAST_CPU_NS 10000000 /* of all processes, before shares of it mean anything */

/* What is kept of one process or thread while the rows go by. */
struct actor {
	int64_t number;
	size_t row;
	uint64_t n; /* reads and writes; children that came alone */
	uint64_t n_all;
	int64_t first_ns, last_ns, cpu_ns;
	/* Of a thread: */
	const char *call;
	int64_t fd;
	uint64_t run, longest_run;
	int64_t busy_ns;
	size_t run_row, longest_row, busy_row;
	/* Of a process: */
	uint64_t n_alive;
	size_t rows[ANTIPATTERN_ROWS], n_rows;
};

static int64_t
number(const struct search *s, enum column column, size_t row)
{
	return columns_number(s->columns, column, row);
}

static struct actor *
actor_of(struct search *s, struct map *actors, int64_t nr, size_t row)
{
	void **slot;
	struct actor *a;

	if (nr == COLUMN_NULL)
		return NULL;
	slot = map_number(actors, (uint64_t)nr);
	if (*slot)
		return *slot;
	*slot = a = arena_alloc(s->arena, sizeof *a);
	*a = (struct actor){ .number = nr, .row = row, .first_ns = INT64_MAX };
	return a;
}

static bool
has_access(const struct search *s, size_t row, const char *wanted)
{
	const char *text;

	for (unsigned i = 0; (text = columns_text(s->columns, COLUMN_ACCESS, row, i)); i++) {
		if (!strcmp(text, wanted))
			return true;
	}
	return false;
}

static const char *
program_of(const struct search *s, size_t row)
{
	const char *program = columns_text(s->columns, COLUMN_EXEC, row, 0);

	return program ? program : "";
}

static void
keep_row(struct actor *a, size_t row)
{
	if (a->n_rows < ANTIPATTERN_ROWS)
		a->rows[a->n_rows++] = row;
}

static struct antipattern_hit *
hit_of(struct search *s, const struct actor *a, double confidence, uint64_t n, uint64_t n_of)
{
	struct antipattern_hit *hit = search_hit(s, program_of(s, a->row));

	hit->confidence = confidence;
	hit->n = n;
	hit->n_of = n_of;
	hit->where = search_process(s, number(s, COLUMN_PROCESS, a->row), a->row);
	memcpy(hit->rows, a->rows, sizeof hit->rows);
	hit->n_rows = a->n_rows;
	return hit;
}

void
search_EXCESSIVE_IO(struct search *s)
{
	AUTO(map_free) struct map *actors = map_new();
	void *value;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		struct actor *a;

		if (number(s, COLUMN_BYTES, row) == COLUMN_NULL ||
			(!has_access(s, row, "read") && !has_access(s, row, "write")))
			continue;
		s->out->n_applied++;
		a = actor_of(s, actors, number(s, COLUMN_PROCESS, row), row);
		if (!a)
			continue;
		a->n++;
		a->first_ns = MIN(a->first_ns, number(s, COLUMN_START, row));
		a->last_ns = MAX(a->last_ns, number(s, COLUMN_END, row));
		keep_row(a, row);
	}
	for (size_t at = 0; map_next(actors, &at, NULL, NULL, &value);) {
		struct actor *a = value;
		double ns = (double)MAX(a->last_ns - a->first_ns, (int64_t)NS_PER_MS);
		double rate = (double)a->n / (ns / (double)NS_PER_S);
		struct antipattern_hit *hit;

		if (a->n < s->spec->least)
			continue;
		hit = hit_of(s, a, rate / (rate + USUAL_RATE), a->n, a->n);
		hit->text = arena_printf(s->arena,
			"%s: %llu reads and writes in %.3g ms, %.0f a second, by %s",
			s->spec->name, (unsigned long long)a->n, ns / 1e6, rate, hit->where);
	}
}

void
search_GOD_PROCESS(struct search *s)
{
	AUTO(map_free) struct map *actors = map_new();
	struct actor *most = NULL;
	struct antipattern_hit *hit;
	int64_t total = 0;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		int64_t cpu = number(s, COLUMN_CPU, row);
		struct actor *a;

		if (cpu == COLUMN_NULL)
			continue;
		s->out->n_applied++;
		total += cpu;
		a = actor_of(s, actors, number(s, COLUMN_PROCESS, row), row);
		if (!a)
			continue;
		a->cpu_ns += cpu;
		keep_row(a, row);
		most = !most || a->cpu_ns > most->cpu_ns ? a : most;
	}
	if (!most || map_count(actors) < s->spec->least || total < LEAST_CPU_NS)
		return;
	hit = hit_of(s, most, (double)most->cpu_ns / (double)total, 1, map_count(actors));
	hit->cost_ns = (uint64_t)most->cpu_ns;
	hit->text = arena_printf(s->arena,
		"%s: %.0f %% of the processor time of %zu processes (%.3g of %.3g ms), by %s",
		s->spec->name, 100 * hit->confidence, map_count(actors),
		(double)most->cpu_ns / 1e6, (double)total / 1e6, hit->where);
}

/* The next call of a thread. */
static void
step(struct search *s, struct actor *a, size_t row)
{
	const char *call = columns_text(s->columns, COLUMN_SYSCALL, row, 0);
	int64_t fd = number(s, COLUMN_FD, row);
	bool is_same = a->call && call && !strcmp(a->call, call) && a->fd == fd;

	a->n_all++;
	a->run = is_same ? a->run + 1 : 1;
	if (a->run == 1)
		a->run_row = row;
	if (a->run > a->longest_run) {
		a->longest_run = a->run;
		a->longest_row = a->run_row;
	}
	a->call = call;
	a->fd = fd;
}

/* Before this call, or its end. */
static void
note_busy(struct search *s, struct actor *a, size_t row)
{
	int64_t busy_ns = number(s, COLUMN_BUSY, row);

	if (busy_ns == COLUMN_NULL || busy_ns <= a->busy_ns)
		return;
	a->busy_ns = busy_ns;
	a->busy_row = row;
}

static void
tell_busy(struct search *s, const struct actor *a, double confidence)
{
	const char *call = columns_text(s->columns, COLUMN_SYSCALL, a->busy_row, 0);
	struct antipattern_hit *hit = hit_of(s, a, confidence, 1, a->n_all);

	hit->rows[0] = a->busy_row;
	hit->n_rows = 1;
	hit->cost_ns = (uint64_t)a->busy_ns;
	hit->text = arena_printf(s->arena,
		"%s: at least %.3g ms of processor time without any call before %s, by thread "
		"%lld of %s",
		s->spec->name, (double)a->busy_ns / 1e6, call ? call : "its end",
		(long long)a->number, hit->where);
}

static void
tell_run(struct search *s, const struct actor *a, double confidence)
{
	struct antipattern_hit *hit = hit_of(s, a, confidence, a->longest_run, a->n_all);

	hit->rows[0] = a->longest_row;
	hit->n_rows = 1;
	hit->text = arena_printf(s->arena,
		"%s: %s %llu times in a row, of %llu calls, by thread %lld of %s",
		s->spec->name, columns_text(s->columns, COLUMN_SYSCALL, a->longest_row, 0),
		(unsigned long long)a->longest_run, (unsigned long long)a->n_all,
		(long long)a->number, hit->where);
}

static void
judge_thread(struct search *s, const struct actor *a)
{
	double by_run = (double)a->longest_run / (double)(a->longest_run + s->spec->least);
	double by_busy = (double)a->busy_ns / ((double)a->busy_ns + USUAL_BUSY_NS);
	bool is_run = a->longest_run >= s->spec->least;
	bool is_busy = (double)a->busy_ns >= USUAL_BUSY_NS / 10;

	if (is_run && (!is_busy || by_run >= by_busy))
		tell_run(s, a, by_run);
	else if (is_busy)
		tell_busy(s, a, by_busy);
}

void
search_TIGHT_LOOP(struct search *s)
{
	AUTO(map_free) struct map *actors = map_new();
	void *value;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		bool is_call = search_is(s, row, "call");
		struct actor *a;

		if (!is_call && !search_is(s, row, "exit"))
			continue;
		s->out->n_applied += is_call;
		a = actor_of(s, actors, number(s, COLUMN_TASK, row), row);
		if (a && is_call)
			step(s, a, row);
		if (a)
			note_busy(s, a, row);
	}
	for (size_t at = 0; map_next(actors, &at, NULL, NULL, &value);)
		judge_thread(s, value);
}

/* A child begins or ends: numbers of processes are those of their first threads. */
static void
count_child(struct search *s, struct map *actors, size_t row, bool is_start)
{
	struct actor *parent = actor_of(s, actors, number(s, COLUMN_PARENT, row), row);

	if (!parent)
		return;
	if (!is_start) {
		parent->n_alive -= parent->n_alive > 0;
		return;
	}
	s->out->n_applied++;
	if (parent->n_all++ && !parent->n_alive) {
		parent->n++;
		keep_row(parent, row);
	}
	parent->n_alive++;
}

void
search_SERIAL_WAITS(struct search *s)
{
	AUTO(map_free) struct map *actors = map_new();
	void *value;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		bool is_start = search_is(s, row, "start");

		if ((is_start || search_is(s, row, "exit")) &&
			number(s, COLUMN_TASK, row) == number(s, COLUMN_PROCESS, row))
			count_child(s, actors, row, is_start);
	}
	for (size_t at = 0; map_next(actors, &at, NULL, NULL, &value);) {
		struct actor *a = value;
		struct antipattern_hit *hit;
		uint64_t n_of = a->n_all - (a->n_all > 0);

		if (a->n < s->spec->least)
			continue;
		hit = hit_of(s, a,
			(double)a->n / (double)n_of * (double)a->n /
				(double)(a->n + s->spec->least),
			a->n, n_of);
		hit->where = arena_printf(s->arena, "process %lld", (long long)a->number);
		hit->text = arena_printf(s->arena,
			"%s: %llu of %llu children began when no other was alive, of %s",
			s->spec->name, (unsigned long long)a->n, (unsigned long long)n_of,
			hit->where);
	}
}
