/* SPDX-License-Identifier: MIT */
/*
 * effects.h - from the events of a run to what an outsider could observe
 *
 * Hidden here: descriptor tables followed through dup, fork, exec, close-range and SCM_RIGHTS,
 * path resolution, byte streams with chunking removed, aliases, runtime tables. Memory grows
 * with objects and paths, not with calls.
 */
#ifndef EFFECTS_EFFECTS_H
#define EFFECTS_EFFECTS_H

#include "base/err.h"
#include "decode/decode.h"
#include "model/event.h"
#include "model/facts.h"
#include "model/golden.h"

struct effects;

/* Somebody who learns from the run beside `visit`: told of each event right before and right
 * after it is applied, causes before what they bring about. What descriptors and paths stand
 * for at that moment is in effects/look.h. */
struct effects_watch {
	void (*before)(void *arg, struct effects *fx, const struct event *event);
	void (*after)(void *arg, struct effects *fx, const struct event *event);
	void *arg;
};

struct effects_opts {
	enum profile profile;
	const char *target; /* name; NULL: none */
	struct ignored *ignore_paths;
	size_t n_ignore_paths;
	struct redaction *redactions;
	size_t n_redactions;
	/* The golden is settled by the caller, who has something to compare it with. */
	bool keep_names;
	size_t text_limit; /* longest stream or file text kept in the golden, bytes; 65536 */
	/* Causal order. clocks: effects_lamport() and causal_ordered() will be asked; memory
	 * then grows with the events. visit (NULL: nobody) gets each event but EVENT_PATH,
	 * causes before what they bring about, with its Lamport clock. Without `clocks` only
	 * what every recording has in the same order is followed (docs/causal.md), futexes are
	 * not.
	 */
	bool clocks;
	bool peak_memory; /* facts will have what was mapped at one time */
	bool leaks;       /* effects_leaks() will be asked (effects/leaks.h) */
	bool critical;    /* critical_path() will be asked (effects/critical.h) */
	uint64_t lamport; /* what whoever started the run had counted to */
	void (*visit)(void *arg, const struct event *event, uint64_t lamport);
	/* before: told of each event that is about to be applied, EVENT_PATH included, in the
	 * same order; what descriptors stand for then is in effects/look.h. */
	void (*before)(void *arg, const struct event *event);
	void *visit_arg;
	/* Start-up, main and shut-down are told apart, for effects_region(): memory then grows
	 * with the calls that say something new. */
	bool regions;
	const struct effects_watch *watch; /* NULL: nobody; outlives the effects */
	/* What directories have in them is kept as the run was told of it, where the trace has
	 * that: for effects_chance(). */
	bool listings;
};

/* What the user wants hidden in output texts and arguments, before anything is stored. */
struct redaction {
	const struct regex *pattern;
	const char *with;
	const char *source; /* of the pattern */
	struct pos at;
	uint64_t n_used; /* counted here */
};

/* In place. True when something was found. *gave_up (may be NULL): a pattern met its limits,
 * and what it was to find may still be there. */
bool redactions_apply(struct redaction *list, size_t n, struct str *text, bool *gave_up);

/* Paths that the user does not want to hear of. */
struct ignored {
	const char *glob; /* over canonical paths */
	struct pos at;
	uint64_t n_used; /* counted here */
};

/* The calls an effect list of this profile needs; everything else may go untraced. */
void effects_wanted(struct call_set *out, enum profile profile);

struct effects *effects_new(const struct trace_header *header, const struct effects_opts *opts);
void effects_free(struct effects *fx);
AUTO_DEFINE(struct effects *, effects_free)
/* In the order of the trace, EVENT_PATH included: states before the run first, after it last.
 */
MUST_CHECK int effects_event(struct effects *fx, const struct event *event, struct err *err);
/* Every path whose final state matters, absolute, real bytes, sorted; call after the last event
 * of the run, and give each one's state back as EVENT_PATH (effects/snapshot.h takes it). */
void effects_paths(struct effects *fx, void (*visit)(void *arg, const char *path), void *arg);
/* The canonical form. The caller owns it. The footer tells about holes; they do not stop this.
 */
MUST_CHECK int effects_finish(struct effects *fx, const struct trace_footer *footer,
	struct golden **out, struct err *err);
/* What came out of a stream ("stdout"), from whoever holds its other end; head: its first
 * n_head bytes. It stands for the content where calls moved bytes that the trace could not see
 * (sendfile, splice). Before effects_finish(); borrowed until then. No such stream: nothing
 * happens. */
struct received {
	struct digest digest;
	const char *head;
	size_t n_head;
};
void effects_received(struct effects *fx, const char *stream, const struct received *received);
/* How many bytes went to a stream ("stdout"), before anything in them was replaced: for whoever
 * holds its other end. 0: none, or no such stream. */
uint64_t effects_written(const struct effects *fx, const char *stream);
/* Valid after effects_finish(), borrowed until effects_free(). */
const struct facts *effects_facts(const struct effects *fx);

/* Which names in a fresh run vary: those that are made as the golden says, or (NULL) those that
 * look like it. They become <tmp:N>, numbers of processes and ports what they are in the
 * golden. Once, before the run is compared, merged by other means or stored. */
void effects_settle(struct golden *run, const struct golden *golden);

/* With opts.clocks, for two events by their seq, when all events are in: did a happen before b,
 * by any causal edge? Neither (a, b) nor (b, a): they are concurrent. False for events that
 * are not there. */
bool causal_ordered(const struct effects *fx, uint64_t a, uint64_t b);
uint64_t effects_lamport(const struct effects *fx, uint64_t seq); /* 0: no such event */

/* What merging several recordings found out, in the arena given. */
struct unstable {
	const char *sentence; /* "stream stdout: line 3 is "a" and "b"" */
	const char *redact;   /* entries for it that were tried on the texts; NULL: none */
	const char *ignore;   /* an entry for `ignore_paths` that leaves it out; NULL: none */
	uint32_t run;         /* the recording that differs from the first, from 0 */
	bool is_order;        /* only in the order of drawn names, which is chance */
};

struct merged {
	struct arena *arena;
	struct unstable *unstable; /* effects that differ in a way that cannot be learned */
	size_t n_unstable;
	struct learned *learned; /* effects/learn.h */
	size_t n_learned;
	const char *excess; /* why what was learned is too much; NULL: it is not */
};

/* Orders that drawn names happened to have in all of these recordings, which are not settled
 * yet, so that nobody knows what depends on them: a sentence in the arena. NULL: there are
 * none. opts.listings tells more. */
const char *effects_chance(struct golden *const *runs, size_t n_runs, struct arena *arena);

/* Several recordings of one target into one golden; they are settled first. What all have is
 * required, what n of m have is optional, counts that varied become open, spans of texts that
 * varied become holes of their type (effects/template.h); plain numbers need three recordings
 * for that. result->arena is the caller's. */
MUST_CHECK int effects_merge(struct golden **out, struct golden *const *runs, size_t n_runs,
	struct merged *result, struct err *err);

#endif
