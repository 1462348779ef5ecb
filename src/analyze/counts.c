/* SPDX-License-Identifier: MIT */
/* counts.c - calls, errors and time of each syscall, as `-c` shows them */

#include "analyze/counts.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally {
	char *name;
	uint64_t n_errors;
	struct sketch durations;
};

struct counts {
	struct map *tallies; /* by name */
	struct counts_row *rows;
};

const char *const counts_sort_names[N_COUNTS_SORTS] = {
	[SORT_TIME] = "time",
	[SORT_CALLS] = "calls",
	[SORT_ERRORS] = "errors",
	[SORT_NAME] = "name",
};

struct counts *
counts_new(void)
{
	struct counts *c = mem_alloc(sizeof *c);

	c->tallies = map_new();
	return c;
}

void
counts_free(struct counts *c)
{
	void *value;

	if (!c)
		return;
	for (size_t at = 0; map_next(c->tallies, &at, NULL, NULL, &value);) {
		struct tally *t = value;

		mem_free(t->name);
		mem_free(t);
	}
	map_free(c->tallies);
	mem_free(c->rows);
	mem_free(c);
}

void
counts_call(struct counts *c, const char *name, uint64_t time_ns, bool is_error)
{
	void **slot = map_text(c->tallies, name);
	struct tally *t;

	if (!*slot) {
		*slot = t = mem_alloc(sizeof *t);
		t->name = mem_strdup(name);
	}
	t = *slot;
	t->n_errors += is_error;
	sketch_add(&t->durations, time_ns);
}

void
counts_event(struct counts *c, const struct event *event, const char *name)
{
	const struct call *call = &event->call;

	if (event->kind != EVENT_CALL)
		return;
	if (call->state == CALL_DONE || call->state == CALL_DENIED)
		counts_call(c, name, event->time_ns - MIN(call->enter_ns, event->time_ns),
			call->is_error);
}

static int
compare_u64(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int
compare_rows(const void *x, const void *y, void *arg)
{
	const struct counts_row *a = x, *b = y;
	int c = 0;

	switch (*(const enum counts_sort *)arg) {
	case SORT_TIME:
		c = compare_u64(a->time_ns, b->time_ns);
		break;
	case SORT_ERRORS:
		c = compare_u64(a->n_errors, b->n_errors);
		break;
	case SORT_NAME:
		return strcmp(a->name, b->name);
	case SORT_CALLS:
	case N_COUNTS_SORTS:
		break;
	}
	if (c == 0)
		c = compare_u64(a->n_calls, b->n_calls);
	return c ? c : strcmp(a->name, b->name);
}

const struct counts_row *
counts_rows(struct counts *c, enum counts_sort sort, size_t *n)
{
	void *value;

	*n = 0;
	mem_free(c->rows);
	c->rows = mem_array(map_count(c->tallies), sizeof *c->rows);
	for (size_t at = 0; map_next(c->tallies, &at, NULL, NULL, &value);) {
		const struct tally *t = value;

		c->rows[(*n)++] = (struct counts_row){ .name = t->name,
			.n_calls = t->durations.n,
			.n_errors = t->n_errors,
			.time_ns = t->durations.sum,
			.durations = &t->durations };
	}
	qsort_r(c->rows, *n, sizeof *c->rows, compare_rows, &sort);
	return c->rows;
}

struct counts_row
counts_total(const struct counts *c)
{
	struct counts_row total = { .name = "total" };
	void *value;

	for (size_t at = 0; map_next(c->tallies, &at, NULL, NULL, &value);) {
		const struct tally *t = value;

		total.n_calls += t->durations.n;
		total.n_errors += t->n_errors;
		total.time_ns += t->durations.sum;
	}
	return total;
}

/* strace 6.1 leaves the errors blank when there are none. */
static void
print_row(struct str *out, const struct counts_row *row, double share)
{
	char errors[24] = "";

	if (row->n_errors)
		snprintf(errors, sizeof errors, "%llu", (unsigned long long)row->n_errors);
	str_addf(out, "%6.2f %11.6f %11llu %9llu %9s %s\n", 100 * share,
		(double)row->time_ns / 1e9,
		(unsigned long long)(row->n_calls ? row->time_ns / 1000 / row->n_calls : 0),
		(unsigned long long)row->n_calls, errors, row->name);
}

void
counts_print(struct str *out, struct counts *c, enum counts_sort sort)
{
	static const char rule[] =
		"------ ----------- ----------- --------- --------- ----------------\n";
	struct counts_row total = counts_total(c);
	size_t n;
	const struct counts_row *rows = counts_rows(c, sort, &n);

	str_add(out, "% time     seconds  usecs/call     calls    errors syscall\n");
	str_add(out, rule);
	for (size_t i = 0; i < n; i++)
		print_row(out, &rows[i],
			total.time_ns ? (double)rows[i].time_ns / (double)total.time_ns : 0);
	str_add(out, rule);
	print_row(out, &total, 1);
}

void
counts_print_durations(struct str *out, struct counts *c, enum counts_sort sort)
{
	static const double shares[] = { 0.5, 0.75, 0.9, 0.95, 0.99 };
	size_t n;
	const struct counts_row *rows = counts_rows(c, sort, &n);

	str_add(out,
		"    calls       mean     stddev        min        p50        p75        p90"
		"        p95        p99        max  usecs of syscall\n");
	for (size_t i = 0; i < n; i++) {
		const struct sketch *s = rows[i].durations;

		str_addf(out, "%9llu %10.1f %10.1f %10.1f", (unsigned long long)s->n,
			s->mean / 1e3, sketch_deviation(s) / 1e3, (double)s->min / 1e3);
		for (size_t k = 0; k < ARRAY_LEN(shares); k++)
			str_addf(out, " %10.1f", (double)sketch_percentile(s, shares[k]) / 1e3);
		str_addf(out, " %10.1f  %s\n", (double)s->max / 1e3, rows[i].name);
	}
}
