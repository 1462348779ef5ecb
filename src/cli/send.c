/* SPDX-License-Identifier: MIT */
/* send.c - the runs of a check as spans, when all of them are over */

#include "cli/send.h"

#include "cli/cli.h"
#include "cli/otlp.h"
#include "gate/key.h"
#include "gate/target.h"
#include "store/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "renacer-gate"

int
send_check(const struct config *config, struct err *err)
{
	const struct otlp_setting *o = &config->otlp;

	if (!o->enabled || !o->endpoint || endpoint_check_url(o->endpoint, err) == 0)
		return 0;
	return key_place(err, o->endpoint_at);
}

static unsigned
index_of(const char *const *names, const char *name)
{
	for (unsigned i = 1; name && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static int
open_otlp(struct otlp **out, const struct otlp_setting *o, struct err *err)
{
	const struct otlp_wish wish = {
		.endpoint = { .url = o->endpoint,
			.service_name = o->service_name,
			.protocol =
				(enum otlp_protocol)index_of(otlp_protocol_names, o->protocol),
			.compression = (enum otlp_compression)index_of(
				otlp_compression_names, o->compression),
			.timeout_ns = o->timeout_ns },
		.max_calls = o->has_max_calls ? o->max_calls : SPANS_CALLS_USUAL,
		.min_ns = o->min_ns,
		.arguments = !o->hides_arguments,
		.program = PROGRAM,
		.is_interrupted = cli_is_interrupted,
	};

	return otlp_open(out, &wish, err);
}

static void
warn(struct err *err)
{
	fprintf(stderr, PROGRAM ": warning: no spans are sent: %s\n", err->text);
	if (err->hint)
		fprintf(stderr, "hint: %s\n", err->hint);
	err_drop(err); /* told, and verdicts do not depend on it */
}

void
send_begin(struct sending *s, const struct config *config, struct gate_opts *opts)
{
	struct err err = { 0 };

	if (!config->otlp.enabled)
		return;
	if (open_otlp(&s->otlp, &config->otlp, &err) < 0) {
		warn(&err);
		return;
	}
	if (!s->otlp)
		return;
	if (opts->artifacts) {
		opts->traces = opts->artifacts;
	} else if (sandbox_open(&s->traces, 0, &err) < 0) {
		warn(&err);
		otlp_free(TAKE(s->otlp));
	} else {
		opts->traces = s->traces->root;
	}
}

static void
tell_findings(struct spans *spans, const struct verdict *v)
{
	static const char *const levels[] = { [FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error" };

	for (size_t i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];
		const struct spans_pair pairs[] = {
			{ "renacer.finding.rule", f->rule_id },
			{ "renacer.finding.level", levels[f->level] },
			{ "renacer.finding.subject", f->subject },
			{ "renacer.finding.text", f->text },
		};

		spans_root_event(spans, "renacer.finding", pairs, ARRAY_LEN(pairs));
	}
}

/* The verdict is the target's: each of its runs tells it. */
static void
tell_verdict(struct spans *spans, const struct verdict *v, uint32_t nr)
{
	bool is_fail = v->kind == VERDICT_FAIL;

	spans_root_text(spans, "test.case.name", v->target);
	if (v->kind == VERDICT_PASS || is_fail)
		spans_root_text(spans, "test.case.result.status", is_fail ? "fail" : "pass");
	spans_root_text(spans, "renacer.verdict", verdict_names[v->kind]);
	spans_root_text(spans, "renacer.verdict.text", v->text);
	spans_root_text(spans, "renacer.profile", profile_names[v->profile]);
	spans_root_text(spans, "renacer.config", v->config_path);
	spans_root_text(spans, "renacer.golden", v->golden_path);
	spans_root_number(spans, "renacer.run", nr);
	spans_root_number(spans, "renacer.runs", v->n_runs);
	spans_root_number(spans, "renacer.differences.known", (int64_t)v->n_known);
	if (v->kind == VERDICT_PASS)
		spans_root_status(spans, SPAN_OK, NULL);
	else if (v->kind != VERDICT_SKIP)
		spans_root_status(spans, SPAN_ERROR, v->text);
	tell_findings(spans, v);
}

static int
read_events(struct otlp *o, struct trace_reader *reader, struct err *err)
{
	struct event event;
	int rc;

	while ((rc = trace_read(reader, &event, err)) > 0)
		otlp_event(o, &event);
	return rc;
}

/* A run that never came to be has no trace; one of an earlier check may lie where it would be.
 */
static void
send_run(struct sending *s, const struct target *t, const struct verdict *v, uint32_t nr,
	const char *path, uint64_t since_ns)
{
	const struct otlp_run run = { .name = t->name,
		.redactions = t->redactions,
		.n_redactions = t->n_redactions,
		.is_live = true };
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	struct err err = { 0 };
	struct spans *spans;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return;
	if (trace_reader_open(&reader, path, &err) < 0) {
		warn(&err);
		return;
	}
	if (trace_reader_header(reader)->started_ns < since_ns)
		return;
	spans = otlp_begin_run(s->otlp, trace_reader_header(reader), &run);
	if (read_events(s->otlp, reader, &err) < 0) {
		warn(&err);
		return;
	}
	tell_verdict(spans, v, nr);
	otlp_end_run(s->otlp, trace_reader_footer(reader));
}

static void
tell(struct otlp *o, bool quiet)
{
	const char *line = otlp_trouble(o), *end;

	if (!quiet)
		fprintf(stderr, PROGRAM ": %s\n", otlp_summary(o));
	for (; (end = strchr(line, '\n')); line = end + 1)
		fprintf(stderr, PROGRAM ": warning: %.*s\n", (int)(end - line), line);
}

void
send_runs(struct sending *s, const struct config *config, const struct gate_opts *opts,
	const struct verdicts *verdicts, bool quiet)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	if (!s->otlp)
		return;
	for (size_t i = 0; i < verdicts->n; i++) {
		const struct verdict *v = &verdicts->items[i];
		const struct target *t = target_by_name(config, v->target);

		for (uint32_t nr = 1; t && nr <= v->n_runs; nr++) {
			const char *path = gate_trace_path(arena, opts->traces, t->name, nr);

			send_run(s, t, v, nr, path, verdicts->started_ns);
			if (v->kind == VERDICT_PASS || s->traces)
				unlink(path);
		}
	}
	otlp_close(s->otlp);
	tell(s->otlp, quiet);
}

void
send_done(struct sending *s)
{
	struct err err = { 0 };

	otlp_free(TAKE(s->otlp));
	if (s->traces && sandbox_remove(TAKE(s->traces), &err) < 0)
		warn(&err);
}
