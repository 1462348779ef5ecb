/* SPDX-License-Identifier: MIT */
/*
 * calibrate.c - the noise floor: the same program again and again, against its golden and
 * itself
 *
 * A flake is a run that the golden refuses. What the golden forgives (optional effects, open
 * numbers, names that vary) is counted apart. Of times and counts the spread is told, and the
 * least change that a budget on this machine could tell from it.
 */

#include "gate/inner.h"

#include "base/map.h"
#include "judge/stats.h"

#include <math.h>
#include <string.h>

#define RUNS 10

struct series {
	const char *name;
	double *values; /* one a run */
};

struct calibration {
	struct gate gate;
	struct config config; /* without rules */
	const struct target *target;
	struct reference golden, first; /* first: the first run, as a reference */
	uint32_t n_runs, n_done, n_flakes, n_forgiven;
	struct series wall, cpu, memory, calls;
	struct map *by_name; /* name of a call -> struct series */
	struct verdict *out;
};

static struct series *
series_new(struct calibration *c, const char *name)
{
	struct series *s = arena_alloc(c->gate.arena, sizeof *s);

	s->name = arena_strdup(c->gate.arena, name);
	s->values = arena_array(c->gate.arena, c->n_runs, sizeof *s->values);
	return s;
}

static void
note_facts(struct calibration *c, const struct facts *f)
{
	uint32_t i = c->n_done;
	uint64_t cpu_ns = 0;

	for (size_t k = 0; k < f->n_processes; k++)
		cpu_ns += f->processes[k].user_ns + f->processes[k].system_ns;
	c->wall.values[i] = (double)f->wall_ns / 1e6;
	c->cpu.values[i] = (double)cpu_ns / 1e6;
	c->memory.values[i] = (double)f->peak_rss_bytes / 1024;
	c->calls.values[i] = (double)f->n_calls;
	for (size_t k = 0; k < f->n_names; k++) {
		void **slot = map_text(c->by_name, f->calls[k].name);

		if (!*slot)
			*slot = series_new(c, f->calls[k].name);
		((struct series *)*slot)->values[i] = (double)f->calls[k].n;
	}
}

static void
add_outcome(struct calibration *c, const char *name, const char *type, const char *text)
{
	c->out->outcomes[c->out->n_outcomes++] = (struct outcome){ .name = name,
		.type = type,
		.kind = VERDICT_PASS,
		.text = text,
		.n_events = c->n_done,
		.at = c->out->at };
}

/* A budget must lie above all that was seen, and above what chance may add to that. */
static void
add_series(struct calibration *c, const struct series *s, const char *unit)
{
	struct arena *a = c->gate.arena;
	size_t n = c->n_done;
	double middle = stats_median(s->values, n), mad = stats_mad(s->values, n);
	double least = s->values[0], most = least;

	for (size_t i = 1; i < n; i++) {
		least = fmin(least, s->values[i]);
		most = fmax(most, s->values[i]);
	}
	if (least == most) {
		add_outcome(c, s->name, "noise floor",
			arena_printf(a, "%.10g%s in every run: a budget sees one more", middle,
				unit));
		return;
	}
	add_outcome(c, s->name, "noise floor",
		arena_printf(a,
			"median %.4g%s, MAD %.3g, %.4g to %.4g: a budget sees +%.0f %% and "
			"more",
			middle, unit, mad, least, most,
			middle > 0
				? ceil(100 * fmax(most - middle, 3 * STATS_MAD_TO_SIGMA * mad) /
					  middle)
				: 100));
}

/* The chance of at most k in n when each has chance p. */
static double
at_most(uint32_t k, uint32_t n, double p)
{
	double term = pow(1 - p, n), sum = term;

	for (uint32_t i = 0; i < k && i < n; i++) {
		term *= (n - i) * p / ((i + 1) * (1 - p));
		sum += term;
	}
	return sum;
}

/* The largest rate that would still show as few as k in n once in twenty times (Clopper and
 * Pearson, one-sided); for none the rule of three. */
double
calibrate_flake_bound(uint32_t k, uint32_t n)
{
	double low = 0, high = 1;

	if (k >= n)
		return 1;
	if (k == 0)
		return fmin(1, 3.0 / n);
	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2;

		if (at_most(k, n, middle) > 0.05)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* The findings of the first flake stay; later ones are counted. */
static void
note_flake(struct calibration *c, const struct verdict *v)
{
	if (c->n_flakes++)
		return;
	c->out->findings = v->findings;
	c->out->n_findings = v->n_findings;
}

static int
judge_against(struct calibration *c, const struct reference *r, const struct run *run,
	struct verdict *v, struct err *err)
{
	*v = verdict_begin(&c->gate, c->target);
	return judge_run(&c->gate, c->target, r, run, v, err);
}

static int
run_once(struct calibration *c, struct err *err)
{
	struct run run = { .status = -1 };
	struct verdict v = { .kind = VERDICT_PASS }, same = v;
	int rc = gate_run(&c->gate, c->target, 0, &run, err);

	if (rc == 0 && !run.interrupted)
		rc = judge_against(c, &c->golden, &run, &v, err);
	if (rc < 0 || run.interrupted) {
		run_done(&run);
		return rc;
	}
	if (v.kind != VERDICT_PASS) {
		verdict_keep(&c->gate, &v, &run);
		note_flake(c, &v);
	} else if (c->first.golden) {
		rc = judge_against(c, &c->first, &run, &same, err);
		c->n_forgiven += rc == 0 && same.kind != VERDICT_PASS;
	}
	note_facts(c, run.facts);
	c->n_done++;
	if (c->first.golden || v.kind != VERDICT_PASS) {
		run_done(&run);
		return rc;
	}
	c->first = (struct reference){ .golden = run.golden, .run = run, .is_run = true };
	return rc;
}

static bool
varied(const struct series *s, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (s->values[i] != s->values[0])
			return true;
	return false;
}

static void
conclude(struct calibration *c)
{
	struct arena *a = c->gate.arena;
	struct verdict *v = c->out;
	size_t at = 0;
	void *value;

	v->outcomes = arena_array(a, map_count(c->by_name) + 4, sizeof *v->outcomes);
	add_series(c, &c->wall, " ms");
	add_series(c, &c->cpu, " ms");
	add_series(c, &c->memory, " KiB");
	add_series(c, &c->calls, "");
	while (map_next(c->by_name, &at, NULL, NULL, &value))
		if (varied(value, c->n_done))
			add_series(c, value, "");
	v->n_runs = c->n_done;
	v->kind = c->n_flakes ? VERDICT_FAIL : VERDICT_PASS;
	v->text = arena_printf(a, "%u of %u runs flaked: at most %.3g %% do (95 %%)%s",
		c->n_flakes, c->n_done, 100 * calibrate_flake_bound(c->n_flakes, c->n_done),
		c->n_forgiven
			? arena_printf(a, "; %u did something else that the golden allows",
				  c->n_forgiven)
			: "");
}

static int
run_all(struct calibration *c, struct err *err)
{
	const struct gate_opts *opts = c->gate.opts;

	if (reference_load(&c->gate, c->target, &c->golden, err) < 0)
		return -1;
	while (c->n_done < c->n_runs) {
		uint32_t before = c->n_done;

		if (run_once(c, err) < 0)
			return -1;
		if (before == c->n_done ||
			(opts->is_interrupted && opts->is_interrupted(opts->arg)))
			break;
	}
	if (c->n_done)
		conclude(c);
	else
		verdict_set(&c->gate, c->out, VERDICT_ERROR, "renacer/interrupted",
			"interrupted", NULL, NULL);
	return 0;
}

void
calibrate_target(struct gate *g, const struct target *target, struct verdict *out)
{
	struct calibration c = {
		.gate = *g, .config = *g->config, .target = target, .out = out
	};
	struct err err = { 0 };
	struct run none = { .status = -1 };

	*out = verdict_begin(g, target);
	if (target->expects_fail) {
		out->kind = VERDICT_SKIP;
		out->text = "nothing to calibrate: it is expected to fail";
		return;
	}
	c.config.rules.n = 0;
	c.gate.config = &c.config;
	c.gate.all_calls = true;
	c.n_runs = g->opts->runs ? g->opts->runs : RUNS;
	c.by_name = map_new();
	c.wall = *series_new(&c, "wall time");
	c.cpu = *series_new(&c, "processor time");
	c.memory = *series_new(&c, "peak memory");
	c.calls = *series_new(&c, "calls");
	if (run_all(&c, &err) < 0)
		verdict_from_err(out, g->arena, &err);
	err_done(&err);
	verdict_keep(g, out, &none);
	map_free(c.by_name);
	reference_done(&c.first);
	reference_done(&c.golden);
}
