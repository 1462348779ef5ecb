/* SPDX-License-Identifier: MIT */
/*
 * rule_sequence.c - the judge of sequence: which calls follow each other
 *
 * What tasks do beside each other, and what signals and timers break into, comes in an order
 * that is chance, and no number of recordings has all of it. So one run alone decides nothing:
 * what it has unlike the golden is a suspicion, and a fail is what each of several runs has.
 *
 * A call that is new among others that come in changing order makes other grams in each run: it
 * is the shortest new part of a gram that has to come again.
 */

#include "judge/rule_own.h"

#include "base/map.h"
#include "effects/choice.h"
#include "judge/grams.h"
#include "judge/tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TOLD 8
#define HIGH_CHANGE 0.5 /* a change of frequency that is severe */

void
note_sequences(const struct judging *j, struct golden *golden)
{
	struct tally t;
	uint64_t n_looked;

	if (grams_count(j, &t, &n_looked))
		tally_note(golden, grams_number(j), &t);
}

struct anomaly {
	const struct tally_pair *pair;
	enum severity severity;
	double change;
};

static bool
has_network(const struct call_choice *network, struct arena *arena, const char *gram)
{
	char *words = arena_strdup(arena, gram), *rest = words, *word;

	while ((word = strsep(&rest, ">")))
		if (call_choice_has(network, word))
			return true;
	return false;
}

static enum severity
severity_of(const struct judging *j, const struct tally_pair *p, double change)
{
	const struct call_choice *network;
	struct err err = { 0 };

	if (p->range.high)
		return fabs(change) > HIGH_CHANGE && p->n ? SEVERITY_HIGH : SEVERITY_MEDIUM;
	if (call_choice_new(&network, j->arena, "%network", &err) < 0) {
		err_done(&err);
		return SEVERITY_CRITICAL;
	}
	return has_network(network, j->arena, p->name) ? SEVERITY_CRITICAL : SEVERITY_MEDIUM;
}

static int
by_severity(const void *x, const void *y)
{
	const struct anomaly *a = x, *b = y;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	return strcmp(a->pair->name, b->pair->name);
}

static void
say_anomaly(struct str *out, const struct anomaly *a)
{
	const struct tally_pair *p = a->pair;

	str_addf(out, "%s%s ", out->n ? "; " : "", p->name);
	if (!p->range.high)
		str_addf(out, "is new (%" PRIu64 ", %s)", p->n, severity_names[a->severity]);
	else if (!p->n)
		str_addf(out, "is missing (%" PRIu64 " before, %s)", p->range.low,
			severity_names[a->severity]);
	else
		str_addf(out, "%" PRIu64 " -> %" PRIu64 " (%+.0f %%, %s)",
			p->n > p->range.high ? p->range.high : p->range.low, p->n,
			100 * a->change, severity_names[a->severity]);
}

struct comparison {
	struct anomaly *items;
	size_t n, n_mild;
	size_t n_open;   /* that some recordings have and others have not */
	size_t n_varied; /* those, and those that they have more or less often */
};

static void
compare(const struct judging *j, struct comparison *c, const struct tally_pair *pairs, size_t n)
{
	c->items = arena_array(j->arena, n + 1, sizeof *c->items);
	for (size_t i = 0; i < n; i++) {
		const struct tally_pair *p = &pairs[i];
		double change = tally_change(p->n, p->range.low, p->range.high);
		bool is_gone = p->range.low && !p->n;
		struct anomaly a = { p, SEVERITY_LOW, change };

		c->n_open += p->range.high && !p->range.low;
		c->n_varied += p->range.high != p->range.low;
		if (!is_gone && !(fabs(change) > j->rule->share))
			continue;
		a.severity = severity_of(j, p, change);
		if ((uint32_t)a.severity < j->rule->per)
			c->n_mild++;
		else
			c->items[c->n++] = a;
	}
	if (c->n)
		qsort(c->items, c->n, sizeof *c->items, by_severity);
}

/* What of a run's anomalies the runs before it had as well. */
struct sieve {
	const struct suspects *before; /* NULL: none were */
	struct map *kept;
	bool has_kept;
};

static void
sift_name(void *arg, const char *name)
{
	struct sieve *s = arg;

	if (!suspects_had(s->before, name))
		return;
	*map_text(s->kept, name) = s;
	s->has_kept = true;
}

static bool
sift(struct sieve *s, const struct anomaly *a, const struct map *known)
{
	AUTO(str_done) struct str name = { 0 };

	s->has_kept = false;
	if (a->pair->range.high) {
		str_addf(&name, "%c%s", a->change < 0 ? '-' : '+', a->pair->name);
		sift_name(s, name.data);
	} else {
		gram_visit_new(known, a->pair->name, sift_name, s);
	}
	return s->has_kept;
}

/* Leaves those in *c that all runs have. */
static const struct suspects *
sift_all(const struct judging *j, struct comparison *c, const struct tally_range *ranges,
	size_t n_ranges)
{
	AUTO(map_free) struct map *known = map_new();
	AUTO(map_free) struct map *kept = map_new();
	struct sieve s = { j->before, kept, false };
	size_t n = 0;

	for (size_t i = 0; i < n_ranges; i++)
		gram_add_parts(known, ranges[i].name);
	for (size_t i = 0; i < c->n; i++)
		if (sift(&s, &c->items[i], known))
			c->items[n++] = c->items[i];
	c->n = n;
	return suspects_new(j, kept, c->n_varied);
}

static const char *
say_all(const struct judging *j, const struct comparison *c, const struct tally *t,
	const struct suspects *suspects)
{
	AUTO(str_done) struct str s = { 0 };
	AUTO(str_done) struct str list = { 0 };

	for (size_t i = 0; i < MIN(c->n, (size_t)MOST_TOLD); i++)
		say_anomaly(&list, &c->items[i]);
	str_addf(&s, "%zu of %zu sequences of %" PRIu64 " calls changed", c->n, t->n,
		j->rule->min);
	if (c->n_open)
		str_addf(&s, " (%zu differ between the recordings)", c->n_open);
	if (c->n_mild)
		str_addf(&s, " (and %zu that are less severe than '%s')", c->n_mild,
			severity_names[j->rule->per]);
	if (list.n)
		str_addf(&s, ": %s", list.data);
	if (c->n > MOST_TOLD)
		str_addf(&s, "; and %zu others", c->n - MOST_TOLD);
	if (suspects->n_runs > 1)
		str_addf(&s, "; in each of %" PRIu32 " runs", suspects->n_runs);
	return arena_strdup(j->arena, s.data);
}

static void
conclude(const struct judging *j, const struct tally *t, uint64_t n_looked,
	const struct tally_range *ranges, size_t n_ranges)
{
	const struct suspects *suspects;
	struct comparison c = { 0 };
	struct tally_pair *pairs;
	size_t n = tally_join(&pairs, j->arena, t, ranges, n_ranges);

	compare(j, &c, pairs, n);
	suspects = sift_all(j, &c, ranges, n_ranges);
	judging_conclude(
		j, &(struct finding_of_rule){
			   .is_broken = c.n > j->rule->max,
			   .n_looked = n_looked,
			   .wanted = arena_printf(j->arena,
				   "at most %" PRIu64 " unlike the golden", j->rule->max),
			   .found = say_all(j, &c, t, suspects),
		   });
	suspects_conclude(j, suspects, "sequence");
}

void
judge_sequence(const struct judging *j)
{
	const struct golden_number *number =
		j->golden ? golden_number(j->golden, grams_number(j)) : NULL;
	struct tally_range *ranges;
	struct tally t;
	uint64_t n_looked;
	size_t n;

	/* None may be right, and is then held against the golden as any number is. */
	if (!grams_count(j, &t, &n_looked) ||
		(!j->rule->allows_empty &&
			judging_is_empty(j, n_looked, n_looked, "call to make a sequence of")))
		return;
	if (!number)
		return judging_end(j, j->unseen ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
			"the golden does not have the sequences of calls that the rule asks "
			"for: it was recorded before there was this rule; record it again");
	if (!tally_ranges(&ranges, &n, j->arena, number))
		return judging_end(j, VERDICT_ERROR,
			"the golden's sequences are damaged; record it again");
	conclude(j, &t, n_looked, ranges, n);
}

/* One gram in several recordings. */
struct sight {
	uint64_t low, high;
	size_t n_in;
};

static void
add_sights(struct map *sights, struct arena *arena, const struct tally *t)
{
	for (size_t i = 0; i < t->n; i++) {
		void **slot = map_text(sights, t->items[i].name);
		uint64_t n = t->items[i].n;
		struct sight *s;

		if (!*slot)
			*slot = arena_dup(arena, &(struct sight){ n, n, 0 }, sizeof *s);
		s = *slot;
		s->low = MIN(s->low, n);
		s->high = MAX(s->high, n);
		s->n_in++;
	}
}

/* The share of what a next recording has and none so far had is about that of what only one has
 * (Good and Turing): with none of those, enough is known. */
const char *
doubt_sequences(const struct judging *judgings, size_t n)
{
	AUTO(map_free) struct map *sights = map_new();
	const struct judging *j = &judgings[0];
	size_t at = 0, n_single = 0, n_varied = 0;
	bool has_turns = false;
	void *value;

	for (size_t i = 0; i < n; i++) {
		struct tally t;
		uint64_t n_looked;

		if (!grams_count(&judgings[i], &t, &n_looked))
			return NULL;
		add_sights(sights, j->arena, &t);
		has_turns |= judging_has_turns(&judgings[i]);
	}
	while (map_next(sights, &at, NULL, NULL, &value)) {
		const struct sight *s = value;

		n_single += s->n_in == 1;
		n_varied += s->n_in < n || s->low != s->high;
	}
	if (n >= N_CERTAIN ? n_single : n_varied)
		return arena_printf(j->arena,
			"rule '%s': %zu of %zu sequences of calls are not in all recordings, "
			"or not equally often",
			j->rule->name, n_varied, map_count(sights));
	return n < N_CERTAIN && has_turns
		       ? arena_printf(j->arena,
				 "rule '%s': several tasks may take turns in other ways",
				 j->rule->name)
		       : NULL;
}
