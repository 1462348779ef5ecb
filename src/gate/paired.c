/* SPDX-License-Identifier: MIT */
/* paired.c - is this tree slower than another? Pairs of runs, one of each, in turns */

#include "gate/paired.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

#define FLOOR_LEAST 0.01 /* no clock and no machine is better than this */
#define LEAST_VALUE 1e-9 /* instead of nothing, where a logarithm is taken */

static int
run_one(struct pairs *p, bool is_head, size_t nr, const struct paired_side *side,
	const struct run_opts *opts, struct err *err)
{
	struct timed timed;

	if (timed_run(&timed, side->config, side->target, opts, err) < 0)
		return err_wrap(
			err, "timing '%s' in %s", side->target->name, side->config->dir);
	for (unsigned m = 0; nr && m < N_MEASURES; m++)
		(is_head ? p->head : p->base)[m][nr - 1] = timed.value[m];
	return 0;
}

int
pairs_run(struct pairs *out, struct arena *arena, const struct paired_side *base,
	const struct paired_side *head, size_t n, const struct run_opts *opts, struct err *err)
{
	*out = (struct pairs){ .n = n };
	for (unsigned m = 0; m < N_MEASURES; m++) {
		out->base[m] = arena_array(arena, n, sizeof *out->base[m]);
		out->head[m] = arena_array(arena, n, sizeof *out->head[m]);
	}
	for (size_t nr = 0; nr <= n; nr++) {
		bool first = nr % 2; /* who goes first */

		if (run_one(out, first, nr, first ? head : base, opts, err) < 0 ||
			run_one(out, !first, nr, first ? base : head, opts, err) < 0)
			return -1;
	}
	return 0;
}

/* Ratios are differences of logarithms. */
static double *
logarithms(struct arena *arena, const double *values, size_t n, double factor)
{
	double *out = arena_array(arena, n, sizeof *out);

	for (size_t i = 0; i < n; i++)
		out[i] = log(fmax(values[i] * factor, LEAST_VALUE));
	return out;
}

/* How far two sets of n runs of the base itself may lie apart. */
static double
noise_floor(const double *base, size_t n)
{
	return fmax(FLOOR_LEAST,
		expm1(3 * STATS_MAD_TO_SIGMA * stats_mad(base, n) / sqrt((double)n)));
}

/* That the mean of the second is larger. */
static double
one_sided(struct welch_test w)
{
	return w.t > 0 ? w.p / 2 : 1 - w.p / 2;
}

static void
ask(struct paired_question *q, struct arena *arena)
{
	const struct pairs *p = q->pairs;
	const double *base = logarithms(arena, p->base[q->measure], p->n, 1);
	const double *head = logarithms(arena, p->head[q->measure], p->n, 1);
	const double *limit = logarithms(arena, p->base[q->measure], p->n, 1 + q->allowed);

	q->floor = noise_floor(base, p->n);
	q->test = stats_rank(limit, p->n, head, p->n);
	if (q->by_means && p->n >= PAIRS_MIN) {
		q->test.p = one_sided(stats_welch(limit, p->n, head, p->n));
		q->ratio = stats_mean_shift(base, p->n, head, p->n, PAIRED_LEVEL);
	} else {
		q->ratio = stats_shift(base, p->n, head, p->n, PAIRED_LEVEL);
	}
	q->ratio.low = exp(q->ratio.low);
	q->ratio.middle = exp(q->ratio.middle);
	q->ratio.high = exp(q->ratio.high);
}

static enum verdict_kind
decide(const struct paired_question *q)
{
	double limit = 1 + q->allowed;

	if (q->pairs->n < PAIRS_MIN || !q->ratio.is_bounded)
		return VERDICT_INCONCLUSIVE;
	if (q->ratio.low > fmax(limit, 1 + q->floor) && q->q <= 1 - PAIRED_LEVEL)
		return VERDICT_FAIL;
	return q->ratio.high <= limit ? VERDICT_PASS : VERDICT_INCONCLUSIVE;
}

static const char *
amount(struct arena *arena, enum measure measure, double value)
{
	if (!strcmp(measure_units[measure], "s"))
		return value < 0.9995 ? arena_printf(arena, "%.3g ms", value * 1e3)
				      : arena_printf(arena, "%.3g s", value);
	if (!strcmp(measure_units[measure], "bytes"))
		return arena_printf(arena, "%.3g MiB", value / (1 << 20));
	return arena_printf(arena, "%.6g", value);
}

static const char *
conclusion(const struct paired_question *q, struct arena *arena)
{
	if (q->kind == VERDICT_FAIL)
		return "the whole interval lies beyond the limit";
	if (q->kind == VERDICT_PASS)
		return "the whole interval lies within the limit";
	if (q->pairs->n < PAIRS_MIN)
		return arena_printf(arena, "fewer than %u pairs decide nothing", PAIRS_MIN);
	return q->ratio.low > 1 + q->allowed ? "not clear of the noise"
					     : "the limit lies inside the interval: more pairs "
					       "(--pairs) or a quieter machine would tell";
}

static void
say(struct paired_question *q, struct arena *arena)
{
	const struct pairs *p = q->pairs;

	q->text = arena_printf(arena,
		"%s: %s against %s, ratio %.3f (%g %% interval %.3f to %.3f, %zu pairs, larger "
		"in %.0f %% of comparisons, %s q = %.2g, noise of the base %.1f %%), allowed "
		"%.3f: %s",
		measure_names[q->measure],
		amount(arena, q->measure, stats_median(p->head[q->measure], p->n)),
		amount(arena, q->measure, stats_median(p->base[q->measure], p->n)),
		q->ratio.middle, 100 * PAIRED_LEVEL, q->ratio.low, q->ratio.high, p->n,
		100 * q->test.effect, q->by_means ? "Welch's test" : "ranks", q->q,
		100 * q->floor, 1 + q->allowed, conclusion(q, arena));
}

void
paired_answer(struct paired_question *questions, size_t n, struct arena *arena)
{
	double *p = arena_array(arena, n + 1, sizeof *p),
	       *q = arena_array(arena, n + 1, sizeof *q);

	for (size_t i = 0; i < n; i++) {
		ask(&questions[i], arena);
		p[i] = questions[i].test.p;
	}
	stats_false_discovery(p, q, n);
	for (size_t i = 0; i < n; i++) {
		questions[i].q = q[i];
		questions[i].kind = decide(&questions[i]);
		say(&questions[i], arena);
	}
}
