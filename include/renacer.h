/* SPDX-License-Identifier: MIT */
/*
 * renacer.h - judge what programs do, from C: the library behind renacer-gate
 *
 * What renacer-gate does with a renacer.toml, without a process of its own: check targets or
 * record their goldens, then ask for the verdicts, one by one or as a report. Link with
 * `pkg-config --libs renacer`.
 *
 * Targets are children of the calling process, which must not wait for children it did not
 * start, nor ignore SIGCHLD, while a call runs. One call at a time; no thread is started.
 * Nothing is printed.
 */
#ifndef RENACER_H
#define RENACER_H

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Says to whoever traces the program where it is: "main" and "end", where its own work begins
 * and ends, "begin NAME" and "end NAME" around a part of it. word is a string literal. Untraced
 * it is one look for a name that is not there: nothing changes, not even errno. */
#define RENACER_MARK(word) renacer_mark("renacer:" word)

static inline void
renacer_mark(const char *path)
{
	int kept = errno;

	if (access(path, F_OK) < 0)
		errno = kept;
}

#define RENACER_EXIT_PASS 0         /* everything passed */
#define RENACER_EXIT_FAIL 1         /* a difference or a broken rule */
#define RENACER_EXIT_USAGE 2        /* the configuration is wrong */
#define RENACER_EXIT_TOOL 3         /* the work could not be done */
#define RENACER_EXIT_INCONCLUSIVE 4 /* what was seen is not enough to judge */
#define RENACER_EXIT_MISSING 5      /* a golden is not there */

/* What one check or recording came to. */
struct renacer_verdicts;

/* "0.1.0" */
const char *renacer_version(void);

/* Runs the targets of the configuration whose names match one of the globs (patterns ends in
 * NULL; NULL: all of them) and judges them. 0: *out holds the verdicts, whatever they are; the
 * caller frees it with renacer_free(). -1: they could not be judged at all, *out is left alone,
 * and *error (when error is not NULL) is a message of one or more lines for free(3). */
int renacer_check(struct renacer_verdicts **out, const char *config_path,
	const char *const *patterns, char **error);

/* The same, but writes goldens. A recording that was refused is a verdict that says why. */
int renacer_record(struct renacer_verdicts **out, const char *config_path,
	const char *const *patterns, char **error);

/* One of RENACER_EXIT_*: the worst of all verdicts. */
int renacer_exit_status(const struct renacer_verdicts *v);

/* The verdicts, in the order of the configuration; i below renacer_count(). The texts are
 * borrowed until renacer_free(). */
size_t renacer_count(const struct renacer_verdicts *v);
const char *renacer_target(const struct renacer_verdicts *v, size_t i);
const char *renacer_verdict(const struct renacer_verdicts *v, size_t i); /* "pass", "fail", … */
const char *renacer_reason(const struct renacer_verdicts *v, size_t i); /* one line */

/* All of it as "text", "json", "junit", "sarif" or "markdown", for free(3). NULL: no such
 * format, or it could not be written. */
char *renacer_report(const struct renacer_verdicts *v, const char *format);

/* NULL is fine. */
void renacer_free(struct renacer_verdicts *v);

#ifdef __cplusplus
}
#endif
#endif
