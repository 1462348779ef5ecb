/* SPDX-License-Identifier: MIT */
/*
 * judge.h - golden against run, rules against facts: differences, findings, the verdict
 *
 * Pure: no process, file or clock. Everything is borrowed from the arena given.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "base/err.h"
#include "base/mem.h"
#include "base/toml.h"
#include "model/facts.h"
#include "model/golden.h"

enum verdict_kind {
	VERDICT_PASS,
	VERDICT_SKIP,
	VERDICT_FLAKY,
	VERDICT_INCONCLUSIVE,
	VERDICT_FAIL,
	VERDICT_MISSING, /* no golden: exit 5; said as "error" */
	VERDICT_ERROR,
	N_VERDICTS
};
extern const char
	*const verdict_names[N_VERDICTS]; /* pass skip flaky inconclusive fail error */
/* The exit status of one kind, and the worst of two: 2, 3, 5, 1, 4, 0. A skip is 0; flaky is 4:
 * what failed once and passed once is not known to be good. */
int verdict_exit(enum verdict_kind kind);
int verdict_worst(int exit_a, int exit_b);

enum difference_class {
	DIFF_REMOVED, /* in the golden, not in the run */
	DIFF_ADDED,
	DIFF_ARGUMENT, /* the same effect with other attributes */
	DIFF_RESULT,   /* another outcome: exit status, errno, type */
	DIFF_BYTES,    /* other content */
	DIFF_COUNT,
	DIFF_ORDER,
	N_DIFFERENCE_CLASSES,
};
extern const char *const difference_class_names[N_DIFFERENCE_CLASSES];

/* Where in a program a call was made, as its debugging information has it. */
struct origin {
	const char *function; /* NULL: unknown */
	struct pos at;        /* the source line; file NULL: unknown */
	bool is_ours;         /* at.file lies in the project, and is relative to its root */
	bool is_again;        /* as another run of the same program told */
};

/* "src/log.c:12 (flush)", "(flush)"; false: nothing is known, and nothing was put. */
struct str;
bool origin_put(struct str *out, const struct origin *origin);

struct difference {
	enum difference_class class;
	const struct effect *golden, *run; /* one may be NULL; borrowed from the goldens */
	const char *field;                 /* which value differs; NULL: the whole effect */
	const char *wanted, *found;        /* both sides, short, printable; NULL: absent */
	const char *sentence; /* for a person: "stdout: byte 6 of line 1 is 'x', the golden has
				 'y'" */
	const char *detail;   /* a text diff, a hex diff, …; several lines; NULL: none */
	const char *evidence; /* the call that made it; NULL: not known */
	const char *identity; /* what else tells it from others; NULL: nothing else does */
	char imprint[17];     /* of both sides, hexadecimal: the same whenever both are */
	uint64_t seq;         /* when it came about, by the run's events; 0: not known */
	bool is_derived;      /* a count that the other differences explain to the last one */
	uint32_t golden_line; /* 0: none */
};

/* Something that an output map made alike. */
struct map_use {
	size_t map;        /* which one of compare_opts.maps */
	const char *thing; /* "stdout", "file <cwd>/x" */
	size_t places;
};

/* A comparison that could not be made: no pass rests on it, and no fail. */
struct doubt {
	const char *thing;
	const char *text; /* a sentence */
};

struct differences {
	struct difference *items;
	size_t n;
	size_t n_compared; /* effects looked at, both sides together counted once */
	size_t n_optional; /* of the golden, not required and absent */
	size_t n_open;     /* values that the golden keeps open: not compared */
	struct map_use *uses;
	size_t n_uses;
	struct doubt *doubts; /* what differs, and may be equal to whom it concerns */
	size_t n_doubts;
};

struct output_maps; /* judge/output_map.h: what texts may differ in */

/* What a comparison leaves out besides what the golden itself keeps open. Borrowed. */
struct compare_opts {
	const struct output_maps *maps; /* NULL: none */
};

/* Effects are matched by kind and key, their values one by one; EFFECT_CALLs of one key are
 * aligned as a sequence. The first difference is the one whose event came first (what is
 * missing came where it stands in a golden that is itself fresh from a run); then how the run
 * ended, then what has no event. Absent effects that the golden saw in some recordings only
 * (n_runs) are no difference. A value that the golden keeps open (the text "varies" where the
 * run has a number) is not compared. Goldens of unlike profile, format or table are an error
 * that says what to do. opts NULL: the bytes decide. */
MUST_CHECK int judge_compare(struct differences *out, struct arena *arena,
	const struct golden *golden, const struct golden *run, const struct compare_opts *opts,
	struct err *err);

/*
 * Rules: [[assertion]] tables of renacer.toml.
 */
struct rule; /* judge/rule.h */

struct rules {
	struct rule **items;
	size_t n;
};

/* The i-th name of all syscalls there are, NULL behind the last: `decode` knows them. */
typedef const char *(*rule_names_fn)(size_t i);

/* Reads one [[assertion]] table strictly: unknown key, wrong type, missing key, a pattern that
 * does not compile or can match no syscall, an unknown or not yet supported type are errors
 * with their place. A rule with enabled = false loads whatever its type, its keys checked as
 * far as they are defined. The rule and its patterns must be given back with rule_done(). */
MUST_CHECK int rule_read(struct rule **out, struct arena *arena, const struct toml *table,
	rule_names_fn names, struct err *err);
void rule_done(struct rule *rule); /* its memory is the arena's, its compiled pattern is not */
const char *rule_name(const struct rule *rule);
const char *rule_type(const struct rule *rule);
struct pos rule_at(const struct rule *rule);
/* Its `target` glob, and those of the includes that it came by. */
bool rule_applies(const struct rule *rule, const char *target);
/* The targets that an include is for: any of the globs. Borrowed by the rules. */
struct rule_targets {
	struct pos at;
	const char **globs;
	size_t n;
	const struct rule_targets
		*outer; /* of the include around it: must match as well; NULL */
};
void rule_confine(struct rule *rule, const struct rule_targets *targets);
bool rule_is_enabled(const struct rule *rule);

/* What must be watched of a run so that its rules can be judged. */
struct rule_needs {
	bool all_calls;    /* every call must be traced */
	bool memory_calls; /* mmap, munmap, mremap, brk */
	bool peak_memory;  /* effects_opts.peak_memory */
	bool critical;     /* effects_opts.critical, and the calls of critical_wanted() */
	bool clocks;       /* effects_opts.clocks */
	bool leaks;        /* effects_opts.leaks */
	bool busy;         /* processor time between calls */
	bool stacks;       /* of every call */
	uint64_t columns;  /* of query/columns.h; 0: none */
};
/* Adds what an enabled rule needs; of others nothing. */
void rule_needs(const struct rule *rule, struct rule_needs *needs);

/* One run, as rules see it. What is NULL was not kept; a rule that needs it does not pass. */
struct columns;
struct effects;
struct call_groups;
struct rule_run {
	const struct facts *facts; /* NULL: it never ran */
	const struct columns *columns;
	struct effects *effects;
	const struct golden *golden;      /* with its numbers */
	const struct call_groups *groups; /* judge/group.h; NULL: those without a file */
};

/* One line of a verdict: a difference, a broken rule, a reason for doubt. */
enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct finding {
	enum finding_level level;
	const char
		*rule_id; /* "renacer/bytes", "renacer/rule/critical_path": stable, for SARIF */
	const char *subject; /* the rule's name, or the effect: "stdout", "path <cwd>/out" */
	const char *text;    /* the sentence */
	const char *wanted, *found; /* both sides, short; NULL: absent */
	const char *detail;         /* several lines; NULL */
	const char *evidence;       /* the call that shows it; NULL */
	/* That call: its event's place in the run (0: not known), what of its words is the same
	 * in every run, where it was made. */
	uint64_t seq;
	const char *call;
	struct origin origin;
	const char *hint;  /* what to type; NULL */
	const char *known; /* of a difference: the [[known]] table that would accept it */
	struct pos at; /* where it points: the rule in renacer.toml, the line of the golden */
	struct finding *members; /* what the same cause explains; these have no members */
	size_t n_members;
};

/* What came of one rule on one target. */
struct outcome {
	const char *name, *type;
	enum verdict_kind kind;     /* pass, fail, skip, inconclusive, error */
	bool is_warning;            /* fail_on_violation = false: a fail does not count */
	const char *text;           /* "12 calls looked at, 12 <= 100" */
	uint64_t n_events;          /* how many it looked at */
	const char *wanted, *found; /* what was demanded, what there was; NULL: see text */
	const char *evidence;       /* the first event that shows it; NULL: none */
	uint64_t seq;               /* of it, as in struct finding; the next two as well */
	const char *call;
	struct origin origin;
	const char *detail; /* more of them, or the chain of a critical path; NULL */
	struct pos at;
	/* A fail that chance may have made, if nobody has the target run again: see
	 * rule_judge_again(). NULL: it stands. */
	const struct suspects *suspects;
	const char *chance; /* what was only in some of the runs, a sentence; NULL: nothing */
};

/* run NULL: the target never ran. Texts of the outcome are the arena's. */
void rule_judge(struct outcome *out, struct arena *arena, const struct rule *rule,
	const char *target, const struct rule_run *run);

/* One run more of the same program, for an outcome with suspects: what does not show again was
 * chance. The outcome is then that of all its runs; while it has suspects, one more is due. */
void rule_judge_again(struct outcome *out, struct arena *arena, const struct rule *rule,
	const char *target, const struct rule_run *run);

/* Why the golden of so many recordings would lack what an unchanged program may do, a sentence;
 * NULL: nothing speaks for that. */
const char *rule_doubt(struct arena *arena, const struct rule *rule, const char *target,
	const struct rule_run *runs, size_t n);

/* Adds to a golden the numbers of this recording that the rule is held against; of most rules
 * there are none. */
void rule_note(struct golden *golden, struct arena *arena, const struct rule *rule,
	const char *target, const struct rule_run *run);
/* A rule that names a cluster which there is not, or which nothing can fall into, is an error
 * at its place. */
MUST_CHECK int rule_check_groups(
	const struct rule *rule, const struct call_groups *groups, struct err *err);

/* Something that was there and not seen, or seen and not compared. */
struct unseen {
	const char *key;   /* "opaque_bytes" */
	const char *words; /* "lost event[s]": the s only where n is not 1 */
	uint64_t n;
};

/* What a verdict rests on, of one of its runs; judge/basis.h fills it. */
struct basis {
	bool is_known;             /* false: nothing ran */
	uint64_t n_calls, n_bytes; /* bytes: of streams, files left and connections */
	size_t n_effects, n_paths, n_streams, n_processes, n_connections;
	struct unseen *unseen;
	size_t n_unseen;
	const char *backend, *why; /* which one traced it; why that one; NULL: not known */
	const char *again; /* why the run is a second one, under another backend; NULL: it is
			      not */
};

/* What one side cost, under tracing. Decides nothing. */
struct cost {
	bool is_known, has_rss;
	uint64_t wall_ns, n_calls, n_bytes, peak_rss_bytes, n_processes;
};

struct performance {
	struct cost golden,
		run; /* goldens keep no times: golden is another run, or not known */
	const char *golden_name; /* "target 'greet-py'"; NULL */
};

/* Everything about one target. */
/* What the sentence of a verdict says beside its outcomes; verdict_make() fills it. */
struct verdict_sum {
	bool is_made; /* false: the sentence is about something that kept us from judging */
	size_t n_found, n_differences; /* findings, and all differences in them */
	size_t n_stale, n_doubts;
	const char *hole; /* why the trace is not complete; NULL: it is */
};

struct verdict {
	const char *target;
	enum verdict_kind kind;
	bool expects_fail; /* `expect = "fail"` in the configuration */
	enum profile profile;
	const char *text; /* one line: why */
	struct verdict_sum sum;
	struct finding *findings;
	size_t n_findings;
	struct outcome *outcomes; /* one per rule that applies, skips included */
	size_t n_outcomes;
	const struct facts *facts; /* NULL: never ran */
	size_t n_compared, n_optional;
	const char *first; /* the earliest difference and the call behind it; NULL: none */
	size_t n_known;    /* differences that a [[known]] accepts */
	struct basis basis;
	struct performance performance;
	uint32_t n_runs, golden_runs;
	const char *golden_path, *config_path; /* relative where possible; NULL */
	const char *command;                   /* as shown */
	const char *output; /* the tail of the target's stderr when it failed; NULL */
	struct pos at;      /* its [[target]] */
	uint64_t time_ns;
};

/* What a verdict is made from; whatever is NULL or 0 did not happen. */
struct knowns; /* judge/known.h */
struct verdict_parts {
	const struct differences *differences; /* NULL: no golden was to be compared */
	const struct outcome *outcomes;        /* of every rule that applies, skips included */
	size_t n_outcomes;
	const struct output_maps *maps;    /* that the comparison had; NULL: none */
	const struct trace_footer *footer; /* NULL: the target never ran */
	const char *accept; /* the command that takes the run as the new golden; NULL: the
			       usual `renacer-gate record NAME`; "": there is none */
	const struct knowns *knowns; /* accepted differences of all targets; NULL: none */
	const char *today;           /* "2026-11-21", UTC; with knowns */
};

/* Fills kind, text, findings, outcomes, n_compared and n_optional of a verdict whose other
 * fields (target, golden_path, expects_fail, …) the caller has set. Never a pass when nothing
 * was traced or compared, or when the trace has holes; a budget that is exceeded in spite of
 * holes is a fail. With expects_fail a fail passes, and a pass fails. A [[known]] that is stale
 * or expired fails whatever is expected, unless the trace has holes. */
void verdict_make(struct verdict *v, struct arena *arena, const struct verdict_parts *parts);
/* A verdict of what kept us from judging: ERR_MISSING, ERR_UNSURE and others give their kinds.
 */
void verdict_from_err(struct verdict *v, struct arena *arena, const struct err *err);
/* Appends one more finding (copied); an ERROR or WARNING does not change the kind. */
void verdict_add_finding(struct verdict *v, struct arena *arena, const struct finding *finding);

/* What is known of one rule later than the rest: replaces the outcome that was skipped under
 * this name, or comes as one more. A fail makes the verdict one, as a rule of the run would;
 * its sentence counts the outcome as if it had been there from the beginning. */
void verdict_add_outcome(struct verdict *v, struct arena *arena, const struct outcome *outcome);

/* One run of the gate. */
struct verdicts {
	struct verdict *items;
	size_t n;
	const char *tool_version;
	const char *command;          /* what was asked: "check" */
	uint64_t started_ns, time_ns; /* wall clock, duration */
	int exit_status;
};

/* The worst of all; nothing judged at all (no verdict, or only skips) is 3. */
int verdicts_exit(const struct verdicts *v);

#endif
