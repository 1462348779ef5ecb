/* SPDX-License-Identifier: MIT */
/*
 * golden.h - what one run amounts to, in canonical form: the thing that is stored and compared
 *
 * `effects` makes it from events, `store` writes and reads it, `judge` compares two of them.
 * All text in it is valid UTF-8 and free of pids, dates, hosts and addresses. Borrowed from its
 * arena.
 */
#ifndef MODEL_GOLDEN_H
#define MODEL_GOLDEN_H

#include "base/base.h"

struct arena;

#define GOLDEN_FORMAT 1 /* of the file */
#define TABLE_VERSION 2 /* of families, runtime paths and noise: what a golden's words mean */

enum profile {
	PROFILE_STRICT,
	PROFILE_IO,
	PROFILE_EFFECTS,
	PROFILE_TRANSPILE,
	PROFILE_COUNTS,
	N_PROFILES
};
extern const char *const profile_names[N_PROFILES + 1]; /* ends in NULL */

/* The sections of a golden, in the order in which they are written. */
enum effect_kind {
	EFFECT_EXIT,      /* how the command ended */
	EFFECT_STREAM,    /* bytes written to stdout, stderr, a terminal, a device */
	EFFECT_PATH,      /* the final state of a path that the run changed */
	EFFECT_EXEC,      /* a program executed, with arguments and exit status */
	EFFECT_NET,       /* a peer connected to, an address listened on, bytes sent */
	EFFECT_SIGNAL,    /* a signal sent outside the tree */
	EFFECT_PRIVILEGE, /* setuid, mount, reboot, … that succeeded */
	EFFECT_READ,      /* a file read that is not the runtime's own */
	EFFECT_ORDER,     /* of two others, that somebody outside can rely on */
	EFFECT_FLOW,      /* profile io: the bytes of one object in order */
	EFFECT_CALL,      /* profile strict: one canonical call, repeats folded */
	EFFECT_COUNT,     /* how many of something: stable counts only */
	N_EFFECT_KINDS,
};
extern const char *const effect_kind_names[N_EFFECT_KINDS];

enum value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL, VALUE_LIST };

struct value {
	const char *name; /* the field's, from a fixed set: docs/format.md */
	enum value_kind kind;
	const char *text;
	int64_t number;          /* and bool */
	const char *const *list; /* n_list texts */
	size_t n_list;
};

/* One write to a stream: which bytes of its text it made. */
struct mark {
	uint64_t n;     /* bytes; it begins where the one before it ends */
	uint64_t seq;   /* its event */
	const char *by; /* "/usr/bin/cat (task 1.2)" */
};

/* Two effects of one kind with one key are the same effect; their values may differ. Keys are
 * unique within a kind, except EFFECT_CALL, whose order counts and whose key is the task. */
struct effect {
	enum effect_kind kind;
	const char *key;
	struct value *values;
	size_t n_values;
	/* In how many of the recordings it was seen; golden.n_runs: required. */
	uint32_t n_runs;
	/* Of a call: which one of its task in the order of the golden, from 1. */
	uint32_t place;
	/* Of a fresh run only, never stored: */
	uint64_t seq;         /* the event that made it, 0: none */
	const char *about;    /* the path it is about, as the run had it; NULL: none */
	const char *evidence; /* that call, decoded, with its task and program; NULL: none */
	const struct mark *marks; /* of a stream whose text is whole; n_marks 0: not known */
	size_t n_marks;
	uint32_t line; /* of a loaded golden: where it stands in the file */
};

/* What the golden was recorded on; a difference makes a failed comparison explainable, and
 * never fails by itself. */
struct fingerprint {
	const char *arch, *libc, *interpreter, *build_id; /* "" when not known */
};

/* What a directory had in it, in the order in which the run was told of it. */
struct golden_listing {
	const char *const *names;
	size_t n;
};

/* A name that a run gave to something in the file system. */
struct golden_made {
	const char *path;   /* canonical, but for what varies in it */
	const char *random; /* the part of its last component that looks drawn; NULL: none */
	const char *prefix; /* what stands before that part in its word */
	/* The events between which it was there: 0: not known; still there. */
	uint64_t from_seq, to_seq;
	const struct golden_listing *listing; /* that it is in; NULL: none was taken */
	size_t rank;                          /* its place in it, from 0 */
};

/* A number that the run was given, and what stands for it: "4711", "<pid:1.2>". */
struct golden_word {
	const char *raw, *alias;
};

/* A word that was drawn, and the number of what stands for it. */
struct golden_drawn {
	uint32_t number;
	const char *raw;
};

/* What the recordings came to in something that a budget counts. */
struct golden_number {
	const char *name;   /* of the budget: "syscalls", "calls.openat" */
	uint64_t low, high; /* over the recordings */
	/* By name of the call, the most of each, in their order: "openat 12". */
	const char *const *by;
	size_t n_by;
};

struct golden {
	struct arena *arena; /* owns everything below */
	uint32_t format, table;
	const char *target;      /* name, "" ad hoc */
	const char *const *argv; /* canonical; ends in NULL */
	enum profile profile;
	uint32_t n_runs;
	struct fingerprint fingerprint;
	/* Of a fresh run only, never stored: its processes' and threads' numbers, sorted. */
	const int32_t *pids;
	size_t n_pids;
	struct effect *effects; /* by kind, then in canonical order */
	size_t n_effects, capacity;
	struct golden_number *numbers; /* by name; only what the target has budgets for */
	size_t n_numbers;
	/* Names that vary: canonical paths, directories first, "<tmp>/sort<tmp:1=6>". The
	 * number behind "=" is the length of what varies, where that is always the same. */
	const char *const *temps;
	size_t n_temps;
	/* Of a fresh run only, until effects_settle(): is_raw. The words stay. */
	bool is_raw;
	const char *luck;  /* of profile strict: what only time decided; NULL: nothing known */
	const char *doubt; /* what it may have decided; NULL: nothing known */
	struct golden_made *made;
	struct golden_word *words;
	size_t n_made, n_words;
	struct golden_drawn *drawn; /* of a run that is settled; by number */
	size_t n_drawn;
	uint64_t first_s, last_s; /* wall clock: seconds in which it ran; 0: not known */
};

struct golden *golden_new(void);
void golden_free(struct golden *g);
/* The same once more, to be settled and sorted; shares its words with g, which outlives it. */
struct golden *golden_share(const struct golden *g);
AUTO_DEFINE(struct golden *, golden_free)
/* Appends; key and values are copied into the arena. The place is borrowed until the next add.
 */
struct effect *golden_add(struct golden *g, enum effect_kind kind, const char *key);
void effect_text(struct golden *g, struct effect *e, const char *name, const char *text);
void effect_number(struct golden *g, struct effect *e, const char *name, int64_t number);
void effect_bool(struct golden *g, struct effect *e, const char *name, bool truth);
void effect_list(struct golden *g, struct effect *e, const char *name, const char *const *list,
	size_t n);
/* The same value once more; text (NULL: its own) instead of that of a text. */
void effect_copy(struct golden *g, struct effect *e, const struct value *v, const char *text);
const struct value *effect_value(const struct effect *e, const char *name); /* NULL: absent */
bool value_is_equal(const struct value *a, const struct value *b);
/* A place for the number of that name, in order; the one there is, if there is one. Borrowed
 * until the next. */
struct golden_number *golden_number_add(struct golden *g, const char *name);
const struct golden_number *golden_number(
	const struct golden *g, const char *name); /* or NULL */
/* Canonical order: kind, then key in byte order, then values; EFFECT_CALL keeps its order per
 * key. Recording twice gives the same bytes because of this. */
void golden_sort(struct golden *g);

#endif
