/* SPDX-License-Identifier: MIT */
/*
 * rule_sequence.c - the judge of sequence: which calls follow each other
 *
 * A gram is n families in a row, within one task, so that how tasks interleave says nothing. A
 * call that repeats itself at once is one, for how often read(2) is needed for the same bytes
 * is for the kernel to say. The first gram of a process begins with "^". Calls that never
 * returned are left out: where a task stood when its process ended is chance. So are waits for
 * children: a shell makes them when SIGCHLD comes, between whatever calls it is then.
 */

#include "judge/rule_own.h"

#include "base/digest.h"
#include "base/map.h"
#include "effects/choice.h"
#include "judge/tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_MOST 8 /* of a gram; rules.def has the same */
#define MOST_TOLD 8
#define HIGH_CHANGE 0.5 /* a change of frequency that is severe */

/* The last families of one task. */
struct tail {
	const char *family[N_MOST];
	size_t n;
	bool was_told; /* a gram of it was counted */
};

struct grams {
	const struct judging *j;
	struct map *counts; /* gram -> uint64_t * */
	struct map *tails;  /* task -> struct tail * */
	uint64_t n_looked;
};

static bool
is_among(const struct judging *j, enum column column, uint32_t row, const char *word)
{
	const char *text;

	for (unsigned i = 0; (text = columns_text(j->columns, column, row, i)); i++)
		if (strcmp(text, word) == 0)
			return true;
	return false;
}

/* Of what the program itself does, not its loader, and what is the same each time. */
static bool
is_usual(const struct judging *j, uint32_t row)
{
	return !is_among(j, COLUMN_CLASS, row, "noise") &&
	       !is_among(j, COLUMN_REGION, row, "start-up") &&
	       !is_among(j, COLUMN_REGION, row, "shut-down");
}

static void
count_tail(struct grams *g, struct tail *tail)
{
	AUTO(str_done) struct str gram = { 0 };
	uint64_t **slot;

	for (size_t i = 0; i < tail->n; i++)
		str_addf(&gram, "%s%s", i ? ">" : "", tail->family[i]);
	slot = (uint64_t **)map_text(g->counts, gram.data);
	if (!*slot)
		*slot = arena_alloc(g->j->arena, sizeof **slot);
	++**slot;
	tail->was_told = true;
}

static void
add_row(struct grams *g, uint32_t row)
{
	const struct judging *j = g->j;
	const char *family = columns_text(j->columns, COLUMN_FAMILY, row, 0);
	int64_t task = columns_number(j->columns, COLUMN_TASK, row);
	size_t n = j->rule->min;
	struct tail **slot;
	struct tail *tail;

	if (!family || strcmp(family, "wait") == 0 ||
		is_among(j, COLUMN_STATE, row, "unfinished"))
		return;
	g->n_looked++;
	slot = (struct tail **)map_number(g->tails, (uint64_t)task);
	if (!*slot) {
		*slot = arena_alloc(j->arena, sizeof **slot);
		/* Which of several threads gets to work at all is chance. */
		if (n > 1 && task == columns_number(j->columns, COLUMN_PROCESS, row))
			(*slot)->family[(*slot)->n++] = "^";
	}
	tail = *slot;
	if (tail->n && strcmp(tail->family[tail->n - 1], family) == 0)
		return;
	if (tail->n == n)
		memmove(tail->family, tail->family + 1, --tail->n * sizeof *tail->family);
	tail->family[tail->n++] = family;
	if (tail->n == n)
		count_tail(g, tail);
}

/* A task that made fewer calls than a gram has is one by itself. */
static void
end_tails(struct grams *g)
{
	size_t at = 0;
	void *value;

	while (map_next(g->tails, &at, NULL, NULL, &value)) {
		struct tail *tail = value;

		if (!tail->was_told)
			count_tail(g, tail);
	}
}

/* False: the outcome says why not. */
static bool
count_grams(const struct judging *j, struct tally *out, uint64_t *n_looked)
{
	AUTO(map_free) struct map *counts = map_new();
	AUTO(map_free) struct map *tails = map_new();
	AUTO(selection_done) struct selection s = { 0 };
	struct grams g = { j, counts, tails, 0 };

	if (j->rule->where.expr && !judging_select(j, &s, &j->rule->where))
		return false;
	for (size_t i = 0; i < s.n_rows; i++)
		add_row(&g, s.rows[i]);
	for (size_t i = 0; !j->rule->where.expr && i < columns_rows(j->columns); i++)
		if (is_usual(j, (uint32_t)i))
			add_row(&g, (uint32_t)i);
	end_tails(&g);
	tally_of(out, j->arena, counts);
	*n_looked = g.n_looked;
	return true;
}

/* Rules that look at the same calls share a number. */
static const char *
number_name(const struct judging *j)
{
	const char *where = j->rule->where.text ? j->rule->where.text : "";
	char hex[SHA256_HEX];
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, where, strlen(where));
	sha256_done(&s, hex);
	return arena_printf(j->arena, "sequence.%" PRIu64 ".%.8s", j->rule->min, hex);
}

void
note_sequences(const struct judging *j, struct golden *golden)
{
	struct tally t;
	uint64_t n_looked;

	if (count_grams(j, &t, &n_looked))
		tally_note(golden, number_name(j), &t);
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
	size_t n_open; /* that some recordings have and others have not */
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

static const char *
say_all(const struct judging *j, const struct comparison *c, const struct tally *t)
{
	AUTO(str_done) struct str s = { 0 };
	AUTO(str_done) struct str list = { 0 };

	for (size_t i = 0; i < MIN(c->n, (size_t)MOST_TOLD); i++)
		say_anomaly(&list, &c->items[i]);
	str_addf(&s, "%zu of %zu sequences of %" PRIu64 " calls changed", c->n, t->n,
		j->rule->min);
	if (c->n_open)
		str_addf(
			&s, " (%zu differ between the recordings, and as many may)", c->n_open);
	if (c->n_mild)
		str_addf(&s, " (and %zu that are less severe than '%s')", c->n_mild,
			severity_names[j->rule->per]);
	if (list.n)
		str_addf(&s, ": %s", list.data);
	if (c->n > MOST_TOLD)
		str_addf(&s, "; and %zu others", c->n - MOST_TOLD);
	return arena_strdup(j->arena, s.data);
}

static void
conclude(const struct judging *j, const struct tally *t, uint64_t n_looked,
	const struct tally_range *ranges, size_t n_ranges)
{
	struct comparison c = { 0 };
	struct tally_pair *pairs;
	size_t n = tally_join(&pairs, j->arena, t, ranges, n_ranges);
	uint64_t allowed;

	compare(j, &c, pairs, n);
	if (__builtin_add_overflow(j->rule->max, c.n_open, &allowed))
		allowed = UINT64_MAX;
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = c.n > allowed,
				    .n_looked = n_looked,
				    .wanted = arena_printf(j->arena,
					    "at most %" PRIu64 " unlike the golden", allowed),
				    .found = say_all(j, &c, t),
			    });
}

void
judge_sequence(const struct judging *j)
{
	const struct golden_number *number =
		j->golden ? golden_number(j->golden, number_name(j)) : NULL;
	struct tally_range *ranges;
	struct tally t;
	uint64_t n_looked;
	size_t n;

	/* None may be right, and is then held against the golden as any number is. */
	if (!count_grams(j, &t, &n_looked) ||
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
