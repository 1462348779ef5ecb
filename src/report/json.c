/* SPDX-License-Identifier: MIT */
/* json.c - the report for programs: schema "renacer.gate.v1", docs/reports.md */

#include "base/json.h"

#include "base/clock.h"
#include "judge/basis.h"
#include "report/clean.h"
#include "report/formats.h"

#include <string.h>

struct put {
	struct json_writer w;
	struct str room;
};

static void
put_text(struct put *p, const char *key, const char *text, enum clean_how how)
{
	json_key(&p->w, key);
	if (text)
		json_text(&p->w, clean(&p->room, text, TEXT_LIMIT, how));
	else
		json_null(&p->w);
}

static void
put_uint(struct put *p, const char *key, uint64_t value)
{
	json_key(&p->w, key);
	json_uint(&p->w, value);
}

static void
put_bool(struct put *p, const char *key, bool value)
{
	json_key(&p->w, key);
	json_bool(&p->w, value);
}

static void
put_ms(struct put *p, const char *key, uint64_t ns)
{
	uint64_t us = ns / 1000; /* finer is noise */

	json_key(&p->w, key);
	json_double(&p->w, (double)us / 1000);
}

static void
put_place(struct put *p, const struct pos *at)
{
	json_key(&p->w, "location");
	if (!at->file) {
		json_null(&p->w);
		return;
	}
	json_begin(&p->w, '{');
	put_text(p, "file", at->file, CLEAN_LINE);
	put_uint(p, "line", at->row);
	put_uint(p, "column", at->column);
	json_end(&p->w, '}');
}

/* Of the call: where its program made it. */
static void
put_origin(struct put *p, const struct origin *origin)
{
	json_key(&p->w, "source");
	if (!origin->function && !origin->at.file) {
		json_null(&p->w);
		return;
	}
	json_begin(&p->w, '{');
	put_text(p, "function", origin->function, CLEAN_LINE);
	put_text(p, "file", origin->at.file, CLEAN_LINE);
	json_key(&p->w, "line");
	if (origin->at.row)
		json_uint(&p->w, origin->at.row);
	else
		json_null(&p->w);
	put_bool(p, "in_project", origin->is_ours);
	put_bool(p, "in_second_run", origin->is_again);
	json_end(&p->w, '}');
}

static void put_finding(struct put *p, const struct finding *f);

static void
put_members(struct put *p, const struct finding *f)
{
	json_key(&p->w, "members");
	json_begin(&p->w, '[');
	for (size_t i = 0; i < f->n_members; i++)
		put_finding(p, &f->members[i]);
	json_end(&p->w, ']');
}

static void
put_finding(struct put *p, const struct finding *f)
{
	static const char *const levels[] = { [FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error" };

	json_begin(&p->w, '{');
	put_text(p, "level", levels[f->level], CLEAN_LINE);
	put_text(p, "rule", f->rule_id, CLEAN_LINE);
	put_text(p, "subject", f->subject, CLEAN_LINE);
	put_text(p, "text", f->text, CLEAN_LINE);
	put_text(p, "wanted", f->wanted, CLEAN_LINE);
	put_text(p, "found", f->found, CLEAN_LINE);
	put_text(p, "detail", f->detail, CLEAN_LINES);
	put_text(p, "evidence", f->evidence, CLEAN_LINE);
	put_origin(p, &f->origin);
	put_text(p, "hint", f->hint, CLEAN_LINE);
	put_text(p, "known", f->known, CLEAN_LINES);
	put_place(p, &f->at);
	put_members(p, f);
	json_end(&p->w, '}');
}

static void
put_outcome(struct put *p, const struct outcome *o)
{
	json_begin(&p->w, '{');
	put_text(p, "name", o->name, CLEAN_LINE);
	put_text(p, "type", o->type, CLEAN_LINE);
	put_text(p, "verdict", verdict_names[o->kind], CLEAN_LINE);
	put_bool(p, "only_warns", o->is_warning);
	put_text(p, "text", o->text, CLEAN_LINE);
	put_uint(p, "events", o->n_events);
	put_text(p, "wanted", o->wanted, CLEAN_LINE);
	put_text(p, "found", o->found, CLEAN_LINE);
	put_text(p, "evidence", o->evidence, CLEAN_LINE);
	put_origin(p, &o->origin);
	put_text(p, "detail", o->detail, CLEAN_LINES);
	put_place(p, &o->at);
	json_end(&p->w, '}');
}

/* Profile strict: the calls of each process that are its runtime's, and not compared. */
static void
put_cuts(struct put *p, const struct facts *f)
{
	json_key(&p->w, "cut");
	json_begin(&p->w, '[');
	for (size_t i = 0; f->processes && i < f->n_processes; i++) {
		const struct process_facts *process = &f->processes[i];

		if (!process->runtime)
			continue;
		json_begin(&p->w, '{');
		put_text(p, "program", process->program, CLEAN_LINE);
		put_text(p, "runtime", process->runtime, CLEAN_LINE);
		put_uint(p, "startup_calls", process->n_startup);
		put_uint(p, "shutdown_calls", process->n_shutdown);
		put_uint(p, "runtime_calls", process->n_runtime);
		json_end(&p->w, '}');
	}
	json_end(&p->w, ']');
}

static void
put_facts(struct put *p, const struct facts *f)
{
	json_key(&p->w, "facts");
	if (!f) {
		json_null(&p->w);
		return;
	}
	json_begin(&p->w, '{');
	put_ms(p, "wall_ms", f->wall_ns);
	put_uint(p, "calls", f->n_calls);
	put_bool(p, "all_calls_traced", f->has_all_calls);
	put_uint(p, "processes", f->n_processes);
	json_key(&p->w, "allocated_bytes");
	if (f->has_memory_calls)
		json_uint(&p->w, f->allocated_bytes);
	else
		json_null(&p->w);
	json_key(&p->w, "peak_rss_bytes");
	if (f->has_peak_rss)
		json_uint(&p->w, f->peak_rss_bytes);
	else
		json_null(&p->w);
	put_cuts(p, f);
	put_bool(p, "complete", trace_is_complete(&f->footer));
	put_text(p, "incomplete_reason", f->footer.reason[0] ? f->footer.reason : NULL,
		CLEAN_LINE);
	json_end(&p->w, '}');
}

static void
put_evidence(struct put *p, const struct verdict *v)
{
	const struct basis *b = &v->basis;

	json_key(&p->w, "evidence");
	if (!b->is_known) {
		json_null(&p->w);
		return;
	}
	json_begin(&p->w, '{');
	put_uint(p, "runs", v->n_runs);
	put_uint(p, "golden_runs", v->golden_runs);
	put_uint(p, "calls", b->n_calls);
	put_uint(p, "bytes", b->n_bytes);
	put_uint(p, "effects", b->n_effects);
	put_uint(p, "paths", b->n_paths);
	put_uint(p, "streams", b->n_streams);
	put_uint(p, "processes", b->n_processes);
	put_uint(p, "connections", b->n_connections);
	put_text(p, "backend", b->backend, CLEAN_LINE);
	put_text(p, "backend_reason", b->why, CLEAN_LINE);
	put_text(p, "again", b->again, CLEAN_LINE);
	json_key(&p->w, "not_seen");
	json_begin(&p->w, '{');
	for (size_t i = 0; i < b->n_unseen; i++)
		put_uint(p, b->unseen[i].key, b->unseen[i].n);
	json_end(&p->w, '}');
	json_end(&p->w, '}');
}

static void
put_cost(struct put *p, const char *key, const struct cost *c)
{
	json_key(&p->w, key);
	if (!c->is_known) {
		json_null(&p->w);
		return;
	}
	json_begin(&p->w, '{');
	put_ms(p, "wall_ms", c->wall_ns);
	put_uint(p, "calls", c->n_calls);
	put_uint(p, "bytes", c->n_bytes);
	put_uint(p, "processes", c->n_processes);
	json_key(&p->w, "peak_rss_bytes");
	if (c->has_rss)
		json_uint(&p->w, c->peak_rss_bytes);
	else
		json_null(&p->w);
	json_end(&p->w, '}');
}

/* Beside the verdict, which does not depend on it. */
static void
put_performance(struct put *p, const struct performance *f)
{
	double speedup = cost_speedup(f);

	json_key(&p->w, "performance");
	json_begin(&p->w, '{');
	put_text(p, "against", f->golden_name, CLEAN_LINE);
	put_cost(p, "golden", &f->golden);
	put_cost(p, "run", &f->run);
	json_key(&p->w, "speedup");
	if (speedup > 0)
		json_double(&p->w, speedup);
	else
		json_null(&p->w);
	json_end(&p->w, '}');
}

static void
put_verdict(struct put *p, const struct verdict *v)
{
	json_begin(&p->w, '{');
	put_text(p, "name", target_of(v), CLEAN_LINE);
	put_text(p, "verdict", verdict_names[v->kind], CLEAN_LINE);
	put_uint(p, "exit_status", (uint64_t)verdict_exit(v->kind));
	put_bool(p, "expects_fail", v->expects_fail);
	put_text(p, "text", v->text, CLEAN_LINE);
	put_text(p, "first_divergence", v->first, CLEAN_LINE);
	put_text(p, "profile", profile_names[v->profile], CLEAN_LINE);
	put_text(p, "command", v->command, CLEAN_LINE);
	put_text(p, "golden", v->golden_path, CLEAN_LINE);
	put_text(p, "config", v->config_path, CLEAN_LINE);
	put_place(p, &v->at);
	put_ms(p, "duration_ms", v->time_ns);
	put_uint(p, "runs", v->n_runs);
	put_uint(p, "golden_runs", v->golden_runs);
	put_uint(p, "compared", v->n_compared);
	put_uint(p, "optional_absent", v->n_optional);
	put_uint(p, "known", v->n_known);
	put_evidence(p, v);
	put_performance(p, &v->performance);
	put_facts(p, v->facts);
	json_key(&p->w, "findings");
	json_begin(&p->w, '[');
	for (size_t i = 0; i < v->n_findings; i++)
		put_finding(p, &v->findings[i]);
	json_end(&p->w, ']');
	json_key(&p->w, "rules");
	json_begin(&p->w, '[');
	for (size_t i = 0; i < v->n_outcomes; i++)
		put_outcome(p, &v->outcomes[i]);
	json_end(&p->w, ']');
	put_text(p, "output", v->output, CLEAN_LINES);
	json_end(&p->w, '}');
}

static void
put_counts(struct put *p, const struct verdicts *v)
{
	struct counts c = count_verdicts(v);

	json_key(&p->w, "counts");
	json_begin(&p->w, '{');
	put_uint(p, "targets", v->n);
	for (int kind = 0; kind < VERDICT_MISSING; kind++)
		put_uint(p, verdict_names[kind], c.of[kind]);
	put_uint(p, "error", c.of[VERDICT_ERROR] + c.of[VERDICT_MISSING]);
	put_uint(p, "missing_golden", c.of[VERDICT_MISSING]);
	json_end(&p->w, '}');
}

int
json_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err)
{
	struct put p = { .w = { .out = out, .indent = 2 } };
	AUTO(str_done) struct str time = { 0 };

	(void)opts;
	(void)err; /* writing to memory does not fail */
	add_time(&time, v->started_ns, true);
	json_begin(&p.w, '{');
	put_text(&p, "schema", "renacer.gate.v1", CLEAN_LINE);
	put_text(&p, "tool", TOOL_NAME, CLEAN_LINE);
	put_text(&p, "version", v->tool_version, CLEAN_LINE);
	put_text(&p, "command", v->command, CLEAN_LINE);
	put_text(&p, "started", str_text(&time), CLEAN_LINE);
	put_ms(&p, "duration_ms", v->time_ns);
	put_uint(&p, "exit_status", (uint64_t)v->exit_status);
	put_counts(&p, v);
	json_key(&p.w, "targets");
	json_begin(&p.w, '[');
	for (size_t i = 0; i < v->n; i++)
		put_verdict(&p, &v->items[i]);
	json_end(&p.w, ']');
	json_end(&p.w, '}');
	str_add_char(out, '\n');
	str_done(&p.room);
	return 0;
}
