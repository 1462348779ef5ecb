/* SPDX-License-Identifier: MIT */
/*
 * rules.c - what it costs to judge each rule of a configuration by the events of a stored trace
 *
 *     rules TRACE CONFIG
 *
 * Prints, in processor time,
 *
 *     watch - NANOSECONDS-AN-EVENT        all that is kept for the rules, effects included
 *     TYPE VERDICT NANOSECONDS-AN-EVENT   of each rule
 */
#include "base/clock.h"
#include "gate/watch.h"
#include "judge/judge.h"
#include "store/trace.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t
spent_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static int
read_all(struct watch *w, struct effects **fx, const char *path, uint64_t *n, struct err *err)
{
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	AUTO(golden_free) struct golden *golden = NULL;
	struct effects_opts opts = { .profile = PROFILE_COUNTS };
	struct event event;
	int rc;

	if (trace_reader_open(&reader, path, err) < 0)
		return -1;
	*fx = watch_begin(w, trace_reader_header(reader), &opts);
	while ((rc = trace_read(reader, &event, err)) > 0) {
		++*n;
		if (effects_event(*fx, &event, err) < 0)
			return -1;
	}
	if (rc < 0 || !trace_reader_footer(reader))
		return rc < 0 ? -1 : err_set(err, "the trace is cut");
	return watch_end(w, *fx, trace_reader_footer(reader), &golden, err);
}

static int
measure(const char *trace, const char *path, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	AUTO(effects_free) struct effects *fx = NULL;
	AUTO(arena_free) struct arena *arena = arena_new();
	struct watch w;
	struct rule_run run;
	uint64_t n = 0, began;

	if (config_load(&config, path, err) < 0)
		return -1;
	watch_needs(&w, config, &config->targets[0]);
	began = spent_ns();
	if (read_all(&w, &fx, trace, &n, err) < 0)
		return -1;
	printf("watch - %.1f\n", (double)(spent_ns() - began) / (double)n);
	run = (struct rule_run){
		.facts = effects_facts(fx), .columns = w.columns, .effects = fx
	};
	for (size_t i = 0; i < config->rules.n; i++) {
		struct outcome out;

		began = spent_ns();
		rule_judge(&out, arena, config->rules.items[i], config->targets[0].name, &run);
		printf("%s %s %.2f\n", out.type, verdict_names[out.kind],
			(double)(spent_ns() - began) / (double)n);
	}
	columns_free(w.columns);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };

	if (argc != 3) {
		fputs("usage: rules TRACE CONFIG\n", stderr);
		return 2;
	}
	if (measure(argv[1], argv[2], &err) == 0)
		return 0;
	err_print(&err, "rules", stderr);
	return 1;
}
