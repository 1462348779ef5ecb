/* SPDX-License-Identifier: MIT */
/*
 * canon.h - one call in canonical words: by its family, objects for descriptors, no addresses
 *
 * Names that are aliased only when all of them are known are written as marks, which
 * canon_expand() turns into their aliases at the end.
 */
#ifndef EFFECTS_CANON_H
#define EFFECTS_CANON_H

#include "effects/state.h"

/* What a call is to the sequence of its task; CANON_X is written X in families.def. */
enum canon_kind {
	CANON_CALL,  /* shown with its result */
	CANON_DONE,  /* shown with its error alone: a success says how long something is */
	CANON_FD,    /* the same: what a success gives is an object, not a number */
	CANON_READ,  /* bytes come in; the result is how many */
	CANON_WRITE, /* bytes go out */
	CANON_LIST,  /* entries of a directory */
	CANON_WAIT,  /* a child that has ended is collected */
	CANON_TASK,  /* a process or thread is made */
	CANON_NOISE, /* varies between equal runs */
};

/* The family's name, or the call's own. */
const char *canon_family(const struct act *a, enum canon_kind *kind);
const char *canon_family_of(enum call_id id, enum canon_kind *kind);
/* "open(<mark>, O_RDONLY)", appended. Before the handlers run: they forget what was closed. */
void canon_put(const struct act *a, struct str *out);
/* "= ENOENT", "= 0", "= <mark of the child>", appended. After the handlers. */
void canon_put_result(const struct act *a, enum canon_kind kind, struct str *out);
/* The marks replaced, the rest aliased as words are. Once all names are known. */
void canon_expand(struct effects *fx, struct str *out, const char *text);
void canon_put_task(struct str *out, const struct task *t);
/* The absolute path that the family's first word stands for, borrowed from fx->room; NULL: it
 * is no path, or nothing is known of it. */
const char *canon_path(const struct act *a);
/* The descriptor that the first word stands for; -1: it is none. */
int64_t canon_fd(const struct act *a);

#endif
