/* SPDX-License-Identifier: MIT */
/*
 * rule_group.c - the judges of cluster and time_attribution: how often, and how long, calls of
 * one kind are made
 */

#include "judge/rule_own.h"

#include "base/map.h"
#include "effects/choice.h"
#include "judge/tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NAMED 4 /* calls that are told of one cluster */

/* A name of a temporary file is drawn again when the draw cannot be used (in libc one in 22),
 * or when the name is taken: of a run that draws, so many more or fewer are chance. */
#define DRAWN_CALL "getrandom"
#define DRAWN_AGAIN 3u

/* The calls of a run, by group. */
struct use {
	struct map *counts[GROUPS_MAX]; /* name -> uint64_t * */
	uint64_t time_ns[GROUPS_MAX], all_ns;
	uint32_t longest[GROUPS_MAX]; /* row */
	int64_t longest_ns[GROUPS_MAX];
	struct map *others; /* of no group */
	uint64_t n_looked, n_timed;
};

struct counting {
	const struct judging *j;
	struct use *use;
	struct map *known; /* name -> its set of groups */
	bool is_timed;
};

static void
count_name(struct arena *arena, struct map *counts, const char *name)
{
	uint64_t **slot = (uint64_t **)map_text(counts, name);

	if (!*slot)
		*slot = arena_alloc(arena, sizeof **slot);
	++**slot;
}

static bool
has_path(const struct judging *j, const struct call_group *group, uint32_t row)
{
	const char *path;

	if (!group->path)
		return true;
	for (unsigned i = 0; (path = columns_text(j->columns, COLUMN_PATH, row, i)); i++) {
		const char *real = columns_real(j->columns, COLUMN_PATH, row, i);

		if (strstr(path, group->path) || (real && strstr(real, group->path)))
			return true;
	}
	return false;
}

static void
count_row(struct counting *c, uint32_t row)
{
	const struct judging *j = c->j;
	const char *name = columns_text(j->columns, COLUMN_SYSCALL, row, 0);
	int64_t ns = c->is_timed ? columns_number(j->columns, COLUMN_DURATION, row) : 0;
	uint64_t **known, set = 0;

	if (!name)
		return;
	known = (uint64_t **)map_text(c->known, name);
	if (!*known) {
		*known = arena_alloc(j->arena, sizeof **known);
		**known = groups_of(j->groups, name);
	}
	c->use->n_looked++;
	if (ns != COLUMN_NULL) {
		c->use->all_ns += (uint64_t)ns;
		c->use->n_timed++;
	}
	for (size_t i = 0; i < j->groups->n; i++) {
		if (!(**known >> i & 1) || !has_path(j, &j->groups->items[i], row))
			continue;
		set |= UINT64_C(1) << i;
		count_name(j->arena, c->use->counts[i], name);
		if (ns == COLUMN_NULL)
			continue;
		c->use->time_ns[i] += (uint64_t)ns;
		if (ns > c->use->longest_ns[i]) {
			c->use->longest_ns[i] = ns;
			c->use->longest[i] = row;
		}
	}
	if (!set)
		count_name(j->arena, c->use->others, name);
}

static void
use_done(struct use *use)
{
	for (size_t i = 0; i < GROUPS_MAX; i++)
		map_free(use->counts[i]);
	map_free(use->others);
}

/* False: the outcome says why not. use_done() is due in any case. */
static bool
count_all(const struct judging *j, struct use *use, bool is_timed)
{
	AUTO(map_free) struct map *known = map_new();
	struct counting c = { j, use, known, is_timed };

	*use = (struct use){ .others = map_new() };
	for (size_t i = 0; i < j->groups->n; i++)
		use->counts[i] = map_new();
	if (j->rule->where.expr) {
		AUTO(selection_done) struct selection s = { 0 };

		if (!judging_select(j, &s, &j->rule->where))
			return false;
		for (size_t i = 0; i < s.n_rows; i++)
			count_row(&c, s.rows[i]);
		return true;
	}
	for (size_t i = 0; i < columns_rows(j->columns); i++)
		count_row(&c, (uint32_t)i);
	return true;
}

static bool
is_meant(const struct judging *j, const struct call_group *group)
{
	return j->rule->group ? strcmp(j->rule->group, group->name) == 0
			      : group_has_calls(group);
}

/* "; 12 calls of no cluster: newfstatat 8, prlimit64 4" */
static const char *
say_others(const struct judging *j, const struct use *use)
{
	AUTO(str_done) struct str s = { 0 };
	struct tally t;

	tally_of(&t, j->arena, use->others);
	if (!t.n)
		return "";
	str_addf(&s, "; %" PRIu64 " of no cluster: ", t.sum);
	for (size_t i = 0; i < MIN(t.n, (size_t)2 * MOST_NAMED); i++)
		str_addf(&s, "%s%s %" PRIu64, i ? ", " : "", t.items[i].name, t.items[i].n);
	if (t.n > (size_t)2 * MOST_NAMED)
		str_addf(&s, ", and %zu others", t.n - (size_t)2 * MOST_NAMED);
	return arena_strdup(j->arena, s.data);
}

/*
 * cluster
 */
static const char *
number_name(const struct judging *j, const struct call_group *group)
{
	return arena_printf(j->arena, "cluster.%s.%s", group->name,
		group_imprint(j->arena, group, j->rule->where.text));
}

void
note_clusters(const struct judging *j, struct golden *golden)
{
	struct use use;
	bool is_counted = count_all(j, &use, false);

	for (size_t i = 0; is_counted && i < j->groups->n; i++) {
		struct tally t;

		if (!is_meant(j, &j->groups->items[i]))
			continue;
		tally_of(&t, j->arena, use.counts[i]);
		tally_note(golden, number_name(j, &j->groups->items[i]), &t);
	}
	use_done(&use);
}

/* One group, held against the golden. */
struct held {
	const struct call_group *group;
	struct tally tally;
	uint64_t low, high; /* of the golden */
	struct tally_pair *pairs;
	size_t n_pairs;
	uint64_t n_drawn; /* calls more or fewer that are taken for chance */
	double change;    /* tally_change(), without these */
};

/* Without what the scheduler decides about. */
static double
steady_change(const struct held *h)
{
	uint64_t n = 0, low = 0, high = 0;

	for (size_t i = 0; i < h->n_pairs; i++) {
		const struct tally_pair *p = &h->pairs[i];

		if (call_is_noise(p->name))
			continue;
		n += p->n;
		low += p->range.low;
		high += p->range.high;
	}
	return tally_change(n, low, high);
}

static int
by_growth(const void *x, const void *y)
{
	const struct tally_pair *a = x, *b = y;
	uint64_t da = a->n > a->range.high ? a->n - a->range.high
					   : a->range.low - MIN(a->n, a->range.low),
		 db = b->n > b->range.high ? b->n - b->range.high
					   : b->range.low - MIN(b->n, b->range.low);

	return da != db ? (da < db) - (da > db) : strcmp(a->name, b->name);
}

/* "Networking: 12 calls, the golden has 3 (+300 %, allowed 0 %; critical, not expected):
 * connect 1 -> 4" */
static void
say_held(struct str *out, const struct judging *j, struct held *h)
{
	size_t n = 0;

	str_addf(out, "%s%s: %s, the golden has %" PRIu64, out->n ? "; " : "", h->group->name,
		words_of_n(j->arena, h->tally.sum, "call", "calls"), h->low);
	if (h->high > h->low)
		str_addf(out, " to %" PRIu64, h->high);
	if (isfinite(h->change))
		str_addf(out, " (%+.0f %%, allowed %.0f %%", 100 * h->change,
			100 * h->group->threshold);
	else
		str_add(out, " (new");
	str_addf(out, "; %s%s)", severity_names[h->group->severity],
		h->group->is_expected ? "" : ", not expected");
	if (h->n_pairs)
		qsort(h->pairs, h->n_pairs, sizeof *h->pairs, by_growth);
	for (size_t i = 0; i < h->n_pairs && n < MOST_NAMED; i++) {
		const struct tally_pair *p = &h->pairs[i];

		if (p->n >= p->range.low && p->n <= p->range.high)
			break;
		str_addf(out, "%s%s %" PRIu64 " -> %" PRIu64, n++ ? ", " : ": ", p->name,
			p->n > p->range.high ? p->range.high : p->range.low, p->n);
	}
}

/* What came of all groups. */
struct comparison {
	struct str broken, told;
	size_t n_broken, n_held;
	bool is_certain;     /* one has more than it may, whatever went unseen */
	bool is_denied;      /* one that must have no call has some */
	bool has_varied;     /* the recordings do not agree on one */
	struct map *kept;    /* suspects: those that are broken, in all runs so far */
	const char *missing; /* why the golden cannot be the measure; NULL */
};

/* The number of calls, as if getrandom had been called as often as it may. */
static uint64_t
without_chance(struct held *h)
{
	for (size_t i = 0; i < h->n_pairs; i++) {
		const struct tally_pair *p = &h->pairs[i];
		uint64_t most = MIN(p->range.high, DRAWN_AGAIN);

		if (strcmp(p->name, DRAWN_CALL) != 0)
			continue;
		if (p->n > p->range.high) {
			h->n_drawn = MIN(p->n - p->range.high, most);
			return h->tally.sum - h->n_drawn;
		}
		if (p->n < p->range.low && p->n) {
			h->n_drawn = MIN(p->range.low - p->n, most);
			return h->tally.sum + h->n_drawn;
		}
	}
	return h->tally.sum;
}

static bool
load_held(const struct judging *j, struct held *h, struct comparison *c)
{
	const struct golden_number *number =
		j->golden ? golden_number(j->golden, number_name(j, h->group)) : NULL;
	struct tally_range *ranges;
	size_t n;

	if (c->missing)
		return false; /* the first one is told */
	if (!number) {
		c->missing = arena_printf(j->arena,
			"the golden does not say how many calls the cluster '%s' has, as it is "
			"now: it was recorded before that; record it again",
			h->group->name);
		return false;
	}
	if (!tally_ranges(&ranges, &n, j->arena, number)) {
		c->missing = arena_printf(j->arena,
			"the golden's number '%s' is damaged; record it again", number->name);
		return false;
	}
	h->low = number->low;
	h->high = number->high;
	h->n_pairs = tally_join(&h->pairs, j->arena, &h->tally, ranges, n);
	h->change = tally_change(without_chance(h), h->low, h->high);
	return true;
}

/* Was it so in the runs before this one? A program that looks now and then whether its children
 * have ended makes many calls of that where the machine is slow. */
static bool
is_kept(const struct judging *j, struct comparison *c, const struct held *h)
{
	const char *name =
		arena_printf(j->arena, "%c%s", h->change < 0 ? '-' : '+', h->group->name);

	if (!suspects_had(j->before, name))
		return false;
	*map_text(c->kept, name) = c;
	return true;
}

static void
hold(const struct judging *j, struct comparison *c, struct held *h)
{
	bool is_denied = j->rule->choice && !h->group->is_expected;
	bool is_severe = h->group->severity >= (int)j->rule->per;

	c->n_held++;
	if (is_denied && h->tally.sum) {
		c->n_broken++;
		c->is_certain = c->is_denied = true;
		str_addf(&c->broken, "%s%s: %s, not expected", c->broken.n ? "; " : "",
			h->group->name, words_of_n(j->arena, h->tally.sum, "call", "calls"));
		return;
	}
	if (is_denied || !load_held(j, h, c))
		return;
	c->has_varied |= h->low != h->high;
	if (h->n_drawn)
		str_addf(&c->told, "; %s: %" PRIu64 " " DRAWN_CALL " more or fewer are chance",
			h->group->name, h->n_drawn);
	if (!(fabs(h->change) > h->group->threshold))
		return;
	if (j->facts->n_threads && !(fabs(steady_change(h)) > h->group->threshold)) {
		str_addf(&c->told, "; %s changed by calls that the scheduler decides about",
			h->group->name);
		return;
	}
	if (!is_severe) {
		str_addf(&c->told, "; %s changed, which is only %s", h->group->name,
			severity_names[h->group->severity]);
		return;
	}
	if (!is_kept(j, c, h))
		return;
	c->n_broken++;
	c->is_certain |= h->change > 0;
	say_held(&c->broken, j, h);
}

static void
conclude_clusters(const struct judging *j, const struct comparison *c, const struct use *use)
{
	const char *held = words_of_n(j->arena, c->n_held, "cluster", "clusters");
	const struct suspects *suspects = suspects_new(j, c->kept, c->has_varied);

	if (c->missing && !c->n_broken)
		return judging_end(
			j, j->unseen ? VERDICT_INCONCLUSIVE : VERDICT_ERROR, c->missing);
	judging_conclude(j,
		&(struct finding_of_rule){
			.is_broken = c->n_broken,
			.is_certain = c->is_certain,
			.n_looked = use->n_looked,
			.wanted = j->rule->choice
					  ? "no call of a cluster that is not expected; in "
					    "the others as many as in the golden"
					  : "as many calls of each cluster as in the golden",
			.found = c->n_broken ? arena_printf(j->arena, "%zu of %s changed: %s%s",
						       c->n_broken, held, c->broken.data,
						       str_text(&c->told))
					     : arena_printf(j->arena, "%s as in the golden%s%s",
						       held, str_text(&c->told),
						       say_others(j, use)),
		});
	if (!c->is_denied)
		suspects_conclude(j, suspects, "cluster");
}

void
judge_cluster(const struct judging *j)
{
	AUTO(map_free) struct map *kept = map_new();
	struct comparison c = { .kept = kept };
	struct use use;

	if (count_all(j, &use, false) &&
		(j->rule->allows_empty ||
			!judging_is_empty(j, use.n_looked, use.n_looked, "call to look at"))) {
		for (size_t i = 0; i < j->groups->n; i++) {
			struct held h = { .group = &j->groups->items[i] };

			if (!is_meant(j, h.group))
				continue;
			tally_of(&h.tally, j->arena, use.counts[i]);
			hold(j, &c, &h);
		}
		conclude_clusters(j, &c, &use);
	}
	str_done(&c.broken);
	str_done(&c.told);
	use_done(&use);
}

/*
 * time_attribution
 */
static void
conclude_times(const struct judging *j, const struct use *use)
{
	AUTO(str_done) struct str found = { 0 };
	uint32_t rows[GROUPS_MAX];
	size_t n_hot = 0;

	for (size_t i = 0; i < j->groups->n; i++) {
		const struct call_group *group = &j->groups->items[i];
		double share = (double)use->time_ns[i] / (double)use->all_ns;
		bool is_held = j->rule->group ? strcmp(j->rule->group, group->name) == 0
					      : !group->is_expected;
		bool is_hot = is_held && share > j->rule->share;

		if (j->rule->group ? !is_held : share < 0.001)
			continue;
		str_addf(&found, "%s%s %.1f %% (%s%s)", found.n ? ", " : "", group->name,
			100 * share, words_of_ns(j->arena, use->time_ns[i]),
			is_hot ? ", a hot spot" : (group->is_expected ? ", expected" : ""));
		if (is_hot)
			rows[n_hot++] = use->longest[i];
	}
	judging_conclude(j,
		&(struct finding_of_rule){
			.is_broken = n_hot,
			.n_looked = use->n_looked,
			.wanted = arena_printf(j->arena, "%s at most %g %% of the time",
				j->rule->group ? j->rule->group
					       : "each cluster that is not expected",
				100 * j->rule->share),
			.found = arena_printf(j->arena, "of %s in calls: %s%s",
				words_of_ns(j->arena, use->all_ns),
				found.n ? found.data : "none in a cluster", say_others(j, use)),
			.rows = rows,
			.n_rows = n_hot,
		});
}

void
judge_time_attribution(const struct judging *j)
{
	struct use use;

	if (count_all(j, &use, true) && !judging_is_empty(j, use.all_ns ? use.n_timed : 0,
						use.n_looked, "finished call that took time"))
		conclude_times(j, &use);
	use_done(&use);
}
