/* SPDX-License-Identifier: MIT */
/*
 * query.c - what an expression costs: query N prints, for some expressions over a table of N
 * calls, the milliseconds of the evaluator and those of a plain scan
 *
 * The plain scan reads one row after the other; it gets a part of the rows, and its time is
 * taken times as much.
 */
#include "../plain_scan.h"
#include "base/clock.h"
#include "query/expr.h"

#include <stdio.h>

#define PLAIN_PART 50
#define N_PATHS 1000

static const char *const expressions[] = {
	"syscall == \"write\"",
	"errno == \"ENOENT\" and path ~ \"/etc/**\"",
	"path =~ \"^/usr/lib/.*[37]$\" or bytes > 4KiB",
	"bytes > 100 and duration > 10us and fd in {1, 3..6}",
	"start in 1s..2s and syscall == \"write\"",
};

static void
fill(struct columns *c, size_t n)
{
	int64_t paths[N_PATHS], enoent = dict_add(&c->dict, "ENOENT", NULL);
	uint64_t seed = 1;
	char text[64];

	for (int i = 0; i < N_PATHS; i++) {
		snprintf(text, sizeof text, i % 3 ? "/usr/lib/x/%d" : "/etc/%d", i);
		paths[i] = dict_add(&c->dict, text, NULL);
	}
	attribute_set(&c->attribute[COLUMN_SYSCALL], 1, dict_add(&c->dict, "write", NULL));
	attribute_set(&c->attribute[COLUMN_SYSCALL], 2, dict_add(&c->dict, "openat", NULL));
	attribute_set(&c->attribute[COLUMN_SYSCALL], 3, dict_add(&c->dict, "close", NULL));
	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		vector_add(&c->vector[V_EVENT], c->call_event);
		vector_add(&c->vector[V_SEQ], (int64_t)(2 * i + 1));
		vector_add(&c->vector[V_CALL], (int64_t)(1 + (seed >> 60) % 3));
		vector_add(&c->vector[V_PATH],
			seed >> 63 ? NO_VALUE : paths[(seed >> 40) % N_PATHS]);
		vector_add(&c->vector[V_FROM], NO_VALUE);
		vector_add(&c->vector[V_TO], NO_VALUE);
		vector_add(&c->vector[V_ERRNO], seed >> 58 & 15 ? NO_VALUE : enoent);
		vector_add(&c->vector[V_BYTES],
			seed >> 62 ? NO_VALUE : (int64_t)(seed >> 30 & 8191));
		vector_add(&c->vector[V_FD], (int64_t)(seed >> 50 & 15));
		vector_add(&c->vector[V_START], (int64_t)(i * 1000));
		vector_add(&c->vector[V_DURATION], (int64_t)(seed >> 44 & 65535));
	}
	c->n_rows = c->n_calls = n;
	for (int v = 0; v < N_VECTORS; v++)
		vector_seal(&c->vector[v]);
}

static double
ms_since(uint64_t start_ns)
{
	return (double)(clock_monotonic_ns() - start_ns) / 1e6;
}

static int
measure(const char *text, struct columns *c, struct err *err)
{
	AUTO(expr_free) struct expr *e = NULL;
	AUTO(selection_done) struct selection s = { 0 };
	struct plain plain = { .c = c };
	uint64_t start_ns, applied;
	size_t n = c->n_rows;
	double fast, slow;

	if (expr_parse(&e, text, (struct pos){ 0 }, err) < 0)
		return -1;
	start_ns = clock_monotonic_ns();
	if (expr_select(&s, e, c, 100, err) < 0)
		return -1;
	fast = ms_since(start_ns);
	c->n_rows = n / PLAIN_PART;
	start_ns = clock_monotonic_ns();
	plain_count(&plain, e, &applied);
	slow = ms_since(start_ns) * PLAIN_PART;
	c->n_rows = n;
	printf("%9.1f %9.0f %7.1f  %s (%llu match)\n", fast, slow, slow / fast, text,
		(unsigned long long)s.n_matched);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	AUTO(columns_free) struct columns *c = columns_new(COLUMNS_ALL);
	struct err err = { 0 };

	fill(c, n);
	builder_free(TAKE(c->builder));
	printf("%zu events, %.1f bytes each\n%9s %9s %7s\n", n,
		(double)columns_bytes(c) / (double)n, "ms", "plain ms", "times");
	for (size_t i = 0; i < ARRAY_LEN(expressions); i++)
		if (measure(expressions[i], c, &err) < 0) {
			err_print(&err, "query", stderr);
			return 3;
		}
	return 0;
}
