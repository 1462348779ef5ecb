/* SPDX-License-Identifier: MIT */
/* known.c - accepted differences: matched by imprint, nothing hidden beside them */

#include "judge/known.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/derived.h"

#include <stdlib.h>
#include <string.h>

#define IMPRINT 16

const char *
known_imprint(const char *line)
{
	size_t n = strlen(line);
	const char *at = line + n - (IMPRINT + 2);

	if (n < IMPRINT + 2 || *at != '[' || line[n - 1] != ']')
		return NULL;
	return strspn(at + 1, "0123456789abcdef") == IMPRINT ? at + 1 : NULL;
}

struct matching {
	struct arena *arena;
	struct known_result *out;
	const char *today;
	struct map *by_imprint; /* to its struct known_match */
};

static void
collect(struct matching *m, const struct knowns *knowns, const char *target)
{
	struct known_result *out = m->out;

	out->matches =
		arena_array(m->arena, (knowns ? knowns->n : 0) + 1, sizeof *out->matches);
	for (size_t i = 0; knowns && i < knowns->n; i++) {
		const struct known *k = &knowns->items[i];
		const char *imprint = known_imprint(k->difference);
		struct known_match *match = &out->matches[out->n_matches];

		if (strcmp(k->target, target) != 0)
			continue;
		assert(imprint); /* whoever read it saw to that */
		*match = (struct known_match){ .known = k, .state = KNOWN_STALE };
		out->n_matches++;
		*map_slot(m->by_imprint, imprint, IMPRINT) = match;
	}
}

/* Accepted: an entry has its imprint, its date has not passed, and it has accepted nothing yet:
 * the same change a second time is another one. */
static bool
is_accepted(struct matching *m, const char *line, const struct cluster *cluster)
{
	struct known_match *match = map_get(m->by_imprint, known_imprint(line), IMPRINT);

	if (!match || match->state == KNOWN_USED)
		return false;
	match->cluster = cluster;
	match->state = KNOWN_EXPIRED;
	if (strcmp(m->today, match->known->expires) > 0)
		return false;
	match->state = KNOWN_USED;
	return true;
}

static bool
is_accepted_alone(struct matching *m, const struct difference *d)
{
	struct cluster *one = arena_alloc(m->arena, sizeof *one);

	*one = (struct cluster){ .first = d, .sentence = d->sentence, .earliest = d };
	one->line = cluster_line(m->arena, d);
	return is_accepted(m, one->line, one);
}

/* A count that was told by differences which are all accepted is accepted with them. */
static bool
has_cause(const struct difference *count, const struct difference *const *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (derived_from(count, d[i]))
			return true;
	return false;
}

static size_t
leave_accepted(
	struct matching *m, const struct differences *all, const struct difference **left)
{
	size_t n = 0, n_causes;

	for (size_t i = 0; i < all->n; i++)
		if (!all->items[i].is_derived && !is_accepted_alone(m, &all->items[i]))
			left[n++] = &all->items[i];
	n_causes = n;
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].is_derived && has_cause(&all->items[i], left, n_causes))
			left[n++] = &all->items[i];
	return n;
}

void
known_apply(struct known_result *out, struct arena *arena, const struct knowns *knowns,
	const char *target, const char *today, const struct differences *differences)
{
	AUTO(map_free) struct map *by_imprint = map_new();
	struct matching m = {
		.arena = arena, .out = out, .today = today, .by_imprint = by_imprint
	};
	const struct difference **left = arena_array(arena, differences->n + 1, sizeof(void *));
	struct clusters clusters;
	size_t n = 0;

	*out = (struct known_result){ 0 };
	collect(&m, knowns, target);
	cluster_all(&clusters, arena, left, leave_accepted(&m, differences, left));
	out->left.items = arena_array(arena, clusters.n + 1, sizeof *out->left.items);
	for (size_t i = 0; i < clusters.n; i++)
		if (!clusters.items[i].n_members ||
			!is_accepted(&m, clusters.items[i].line, &clusters.items[i]))
			out->left.items[n++] = clusters.items[i];
	out->left.n = n;
}

/* Three months on: long enough to repair it, short enough to remember it. */
static void
add_end(struct str *out, const char *today)
{
	int year = atoi(today), month = 0, day = 0;

	if (strlen(today) == 10) {
		month = atoi(today + 5) + 3;
		day = MIN(atoi(today + 8), 28);
	}
	str_addf(out, "%04d-%02d-%02d", month > 12 ? year + 1 : year,
		month > 12 ? month - 12 : month, day);
}

/* A basic string of TOML. What reports must not print is no part of a sentence. */
static void
add_string(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

const char *
known_snippet(struct arena *arena, const char *target, const char *line, const char *today)
{
	AUTO(str_done) struct str s = { 0 };

	str_add(&s, "[[known]]\ntarget = ");
	add_string(&s, target);
	str_add(&s, "\ndifference = ");
	add_string(&s, line);
	str_add(&s, "\nreason = \"\"    # why it is right for now\nowner = \"\"     # who ends "
		    "it\nexpires = ");
	add_end(&s, today);
	str_add_char(&s, '\n');
	return arena_strdup(arena, str_text(&s));
}
