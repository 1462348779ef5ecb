/* SPDX-License-Identifier: MIT */
/*
 * rule_own.h - what the judges of rule types share; for the rule_*.c of this room only
 *
 * A judge fills the outcome it is given. What is broken by what was seen is a fail even if some
 * of the run went unseen; what is kept is a pass only when all of it was seen.
 */
#ifndef JUDGE_RULE_OWN_H
#define JUDGE_RULE_OWN_H

#include "base/str.h"
#include "judge/group.h"
#include "judge/rule.h"
#include "query/expr.h"

/* What runs so far have shown, each of them, and may be chance all the same. */
struct suspects {
	const char *const *names; /* of the judge's making, sorted */
	size_t n;
	uint32_t n_runs, n_wanted; /* so far; before it is certain */
	size_t n_gone;             /* that an earlier run had, and a later one had not */
	const char *gone;          /* one of those */
};
#define N_CERTAIN 6 /* recordings, and runs, where something depends on chance */

struct judging {
	struct outcome *out;
	struct arena *arena;
	const struct rule *rule;
	const struct facts *facts;
	const struct columns *columns;    /* NULL: not kept */
	struct effects *effects;          /* NULL: not kept */
	const struct golden *golden;      /* NULL: there is none */
	const struct call_groups *groups; /* never NULL */
	const char *unseen; /* why what was not found may have happened; NULL: all was seen */
	const struct suspects *before; /* of the runs before this one; NULL: it is the first */
};

void judge_critical_path(const struct judging *j);
void judge_span_count(const struct judging *j);
void judge_memory_usage(const struct judging *j);
void judge_anti_pattern(const struct judging *j);
void judge_custom(const struct judging *j);
void judge_count(const struct judging *j);
void judge_never(const struct judging *j);
void judge_exists(const struct judging *j);
void judge_all(const struct judging *j);
void judge_before(const struct judging *j);
void judge_between(const struct judging *j);
void judge_within(const struct judging *j);
void judge_latency(const struct judging *j);
void judge_bytes(const struct judging *j);
void judge_coverage(const struct judging *j);
void judge_fd_leak(const struct judging *j);
void judge_exec_policy(const struct judging *j);
void judge_network_policy(const struct judging *j);
void judge_path_policy(const struct judging *j);
void judge_durability(const struct judging *j);
void judge_cluster(const struct judging *j);
void judge_sequence(const struct judging *j);
void judge_time_attribution(const struct judging *j);

/* What a golden must hold for these: this run's numbers beside those of other recordings. What
 * cannot be counted is left out, which judging tells. */
void note_clusters(const struct judging *j, struct golden *golden);
void note_sequences(const struct judging *j, struct golden *golden);
/* judges[n]: one of each recording. As rule_doubt(). */
const char *doubt_sequences(const struct judging *judgings, size_t n);

/* Had the runs before this one that as well? Of the first run: yes. */
bool suspects_had(const struct suspects *before, const char *name);
/* What is left of them: the keys of a set; "+x" and "-x" are told as x. may_vary: the
 * recordings do. */
struct map;
const struct suspects *suspects_new(
	const struct judging *j, const struct map *kept, bool may_vary);
/* Tells the outcome, which is made: it stands, or one run more is due. what: "sequence". */
void suspects_conclude(const struct judging *j, const struct suspects *s, const char *what);
/* Are there several tasks? What they do beside each other comes in any order. */
bool judging_has_turns(const struct judging *j);

/* The outcome is of that kind, and that is all there is to say. */
void judging_end(const struct judging *j, enum verdict_kind kind, const char *text);

/* One number to be held against a limit. */
struct measure {
	uint64_t value, limit;
	uint64_t n_events;
	const char *what; /* "wall clock of the run", "calls" */
	const char *shown, *shown_limit;
	const struct golden *golden;      /* NULL: there is none */
	const struct call_groups *groups; /* never NULL */
	const char *unseen;               /* why the value may be too small; NULL: it is not */
	const char *more;                 /* what to know when it is exceeded; NULL */
};
void judging_measure(const struct judging *j, const struct measure *m);

/* What a rule over events came to. */
struct finding_of_rule {
	bool is_broken;
	bool is_certain; /* broken, whatever else may have happened unseen */
	uint64_t n_looked;
	const char *wanted, *found;
	const char *open;     /* why it may not be broken, though it seems so; NULL: it is */
	const uint32_t *rows; /* that show it, the first few */
	size_t n_rows;
};
void judging_conclude(const struct judging *j, const struct finding_of_rule *f);

/* The rows that an expression selects. False: the outcome says why not. */
bool judging_select(const struct judging *j, struct selection *out, const struct selector *s);
/* Nothing to look at: the outcome says so (an error, or a pass with allow_empty), and this is
 * true. n: what there is to look at; of: words for it. */
bool judging_is_empty(const struct judging *j, uint64_t n, uint64_t n_looked, const char *of);

/* "openat(\"/etc/passwd\") = 3, by /usr/bin/cat (task 1), at 1.234 ms" */
const char *row_words(const struct judging *j, size_t row);
/* The same without what differs from run to run. */
const char *row_call(const struct judging *j, size_t row);
/* ", at src/log.c:12 (flush)"; "": not known. */
const char *row_origin(const struct judging *j, size_t row);
/* What must be equal of two events that belong together, as the rule's `per` says. */
uint64_t row_scope(const struct judging *j, size_t row);
/* The columns that these read. */
extern const uint64_t row_words_columns;

const char *words_of_ns(struct arena *arena, uint64_t ns);
const char *words_of_bytes(struct arena *arena, uint64_t n);
/* "3 calls", "1 call" */
const char *words_of_n(struct arena *arena, uint64_t n, const char *one, const char *many);
/* "'/usr/bin/sh', '/usr/bin/cat'": of the first processes of the run. */
const char *words_of_programs(const struct judging *j);

#endif
