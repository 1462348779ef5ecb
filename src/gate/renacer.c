/* SPDX-License-Identifier: MIT */
/*
 * renacer.c - the public face of the library, over gate and report
 *
 * Nothing of the inner headers shows through: an opaque struct that keeps the arena and the
 * configuration alive for as long as somebody holds the verdicts that point into them.
 */
#include <renacer.h>

#include "gate/gate.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

struct renacer_verdicts {
	struct arena *arena;
	struct config *config;
	struct verdicts verdicts;
};

typedef int (*judge_fn)(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err);

const char *
renacer_version(void)
{
	return RENACER_VERSION;
}

void
renacer_free(struct renacer_verdicts *v)
{
	if (!v)
		return;
	config_free(v->config);
	arena_free(v->arena);
	mem_free(v);
}

/* What renacer-gate would print, in memory of malloc's. */
static char *
error_text(const struct err *err)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	err_print(err, "renacer", out);
	return fclose(out) == 0 ? text : NULL;
}

static int
judge(judge_fn function, const char *command, struct renacer_verdicts *v,
	const char *config_path, const char *const *patterns, struct err *err)
{
	struct gate_opts opts = { .patterns = patterns };

	while (patterns && patterns[opts.n_patterns])
		opts.n_patterns++;
	if (config_load(&v->config, config_path, err) < 0)
		return -1;
	/* Loaded once, not for each run. */
	AUTO(capture_grant_free)
	struct capture_grant *grant = capture_grant_new(1, v->config->backend);

	opts.grant = grant;
	if (function(&v->verdicts, v->arena, v->config, &opts, err) < 0)
		return -1;
	v->verdicts.tool_version = RENACER_VERSION;
	v->verdicts.command = command;
	return 0;
}

static int
start(judge_fn function, const char *command, struct renacer_verdicts **out,
	const char *config_path, const char *const *patterns, char **error)
{
	struct renacer_verdicts *v = mem_alloc(sizeof(*v));
	struct err err = { 0 };

	*v = (struct renacer_verdicts){ .arena = arena_new() };
	if (judge(function, command, v, config_path, patterns, &err) == 0) {
		*out = v;
		return 0;
	}
	if (error)
		*error = error_text(&err);
	err_done(&err);
	renacer_free(v);
	return -1;
}

int
renacer_check(struct renacer_verdicts **out, const char *config_path,
	const char *const *patterns, char **error)
{
	return start(gate_check, "check", out, config_path, patterns, error);
}

int
renacer_record(struct renacer_verdicts **out, const char *config_path,
	const char *const *patterns, char **error)
{
	return start(gate_record, "record", out, config_path, patterns, error);
}

int
renacer_exit_status(const struct renacer_verdicts *v)
{
	return v->verdicts.exit_status;
}

size_t
renacer_count(const struct renacer_verdicts *v)
{
	return v->verdicts.n;
}

const char *
renacer_target(const struct renacer_verdicts *v, size_t i)
{
	assert(i < v->verdicts.n);
	return v->verdicts.items[i].target;
}

const char *
renacer_verdict(const struct renacer_verdicts *v, size_t i)
{
	assert(i < v->verdicts.n);
	return verdict_names[v->verdicts.items[i].kind];
}

const char *
renacer_reason(const struct renacer_verdicts *v, size_t i)
{
	assert(i < v->verdicts.n);
	return v->verdicts.items[i].text ? v->verdicts.items[i].text : "";
}

char *
renacer_report(const struct renacer_verdicts *v, const char *format)
{
	const struct report_format *row = report_format_by_name(format);
	AUTO(str_done) struct str text = { 0 };
	const struct report_opts opts = { 0 };
	struct err err = { 0 };

	if (!row)
		return NULL;
	if (row->write(&text, &v->verdicts, &opts, &err) < 0) {
		err_drop(&err); /* NULL says it; a report of verdicts in memory has no more to
				   tell */
		return NULL;
	}
	return strdup(str_text(&text));
}
