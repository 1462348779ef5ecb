/* SPDX-License-Identifier: MIT */
/*
 * known.h - differences that somebody has accepted, by name and until a date
 *
 * A ratchet: an entry accepts exactly the difference whose imprint it carries (both sides of
 * it, whole), and an entry that accepts nothing any more, or whose date has passed, fails the
 * target until it is removed.
 */
#ifndef JUDGE_KNOWN_H
#define JUDGE_KNOWN_H

#include "judge/cluster.h"

struct known {
	const char *target;     /* a name, no pattern */
	const char *difference; /* as a report prints it: "SENTENCE [IMPRINT]" */
	const char *reason, *owner;
	const char *expires; /* the last day on which it holds, UTC: "2027-03-01" */
	struct pos at;
};

struct knowns {
	struct known *items;
	size_t n;
};

/* The imprint at the end of a line: 16 hexadecimal digits in brackets. NULL: there is none. */
const char *known_imprint(const char *line);

enum known_state { KNOWN_STALE, KNOWN_USED, KNOWN_EXPIRED };

/* What came of the entries for one target. */
struct known_match {
	const struct known *known;
	enum known_state state;
	const struct cluster *cluster; /* what it accepted, or would have; NULL: stale */
};

struct known_result {
	struct clusters left; /* what nobody has accepted */
	struct known_match *matches;
	size_t n_matches;
};

/* Takes the differences apart into those that an entry for `target` accepts on the day `today`
 * ("2026-11-21") and the clusters of the others. An entry may name one difference or a cluster
 * of several. */
void known_apply(struct known_result *out, struct arena *arena, const struct knowns *knowns,
	const char *target, const char *today, const struct differences *differences);
/* The table to paste for a difference; the reader has to fill in owner and reason. */
const char *known_snippet(
	struct arena *arena, const char *target, const char *line, const char *today);

#endif
