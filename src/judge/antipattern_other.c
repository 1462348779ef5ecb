/* SPDX-License-Identifier: MIT */
/* antipattern_other.c - anti-patterns that no count of calls in groups can show */

#include "base/clock.h"
#include "base/map.h"
#include "judge/antipattern_own.h"

#include <string.h>

#define USUAL_RATE 10000.0    /* reads and writes a second */
#define LEAST_CPU_NS 10000000 /* of all processes, before shares of it mean anything */

/* What is kept of one process while the rows go by. */
struct actor {
	int64_t number;
	size_t row;
	uint64_t n; /* reads and writes; children that came alone */
	uint64_t n_all, n_alive;
	int64_t first_ns, last_ns, cpu_ns;
	size_t rows[ANTIPATTERN_ROWS], n_rows;
};

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

/* What a process does as one program; it may execute another. */
static struct actor *
program_of(struct search *s, struct map *actors, size_t row)
{
	AUTO(str_done) struct str key = { 0 };
	void **slot;
	struct actor *a;

	search_key(&key, s->columns, COLUMN_EXEC, row);
	if (!search_key(&key, s->columns, COLUMN_PROCESS, row))
		return NULL;
	slot = map_slot(actors, key.data, key.n);
	if (*slot)
		return *slot;
	*slot = a = arena_alloc(s->arena, sizeof *a);
	*a = (struct actor){ .row = row, .first_ns = INT64_MAX };
	return a;
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
	struct antipattern_hit *hit = search_hit_in(s, a->row, confidence, n, n_of);

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

		if (!s->is_meant[row])
			continue;
		s->out->n_applied++;
		a = program_of(s, actors, row);
		if (!a)
			continue;
		a->n++;
		a->first_ns = MIN(a->first_ns, search_number(s, COLUMN_START, row));
		a->last_ns = MAX(a->last_ns, search_number(s, COLUMN_END, row));
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
			"%s: %llu reads and writes in %.3f ms, %.0f a second, by %s",
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
	double n, share;

	for (size_t row = 0; row < s->out->n_looked; row++) {
		int64_t cpu = search_number(s, COLUMN_CPU, row);
		struct actor *a;

		if (cpu == COLUMN_NULL)
			continue;
		s->out->n_applied++;
		total += cpu;
		a = actor_of(s, actors, search_number(s, COLUMN_PROCESS, row), row);
		if (!a)
			continue;
		a->cpu_ns += cpu;
		keep_row(a, row);
		most = !most || a->cpu_ns > most->cpu_ns ? a : most;
	}
	if (!most || map_count(actors) < s->spec->least || total < LEAST_CPU_NS)
		return;
	n = (double)map_count(actors);
	share = (double)most->cpu_ns / (double)total;
	hit = hit_of(s, most, MAX(share * n - 1, 0.0) / (n - 1), 1, map_count(actors));
	hit->cost_ns = (uint64_t)most->cpu_ns;
	hit->text = arena_printf(s->arena,
		"%s: %.0f %% of the processor time of %zu processes (%.3f of %.3f ms), by %s",
		s->spec->name, 100 * share, map_count(actors), (double)most->cpu_ns / 1e6,
		(double)total / 1e6, hit->where);
}

/* A child begins or ends: numbers of processes are those of their first threads. */
static void
count_child(struct search *s, struct map *actors, size_t row, bool is_start)
{
	struct actor *parent = actor_of(s, actors, search_number(s, COLUMN_PARENT, row), row);

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
			search_number(s, COLUMN_TASK, row) ==
				search_number(s, COLUMN_PROCESS, row))
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
		hit->where = search_process(s, a->number, a->row);
		hit->text = arena_printf(s->arena,
			"%s: %llu of %llu children began when no other was alive, of %s",
			s->spec->name, (unsigned long long)a->n, (unsigned long long)n_of,
			hit->where);
	}
}
