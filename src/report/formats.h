/* SPDX-License-Identifier: MIT */
/* formats.h - the writers behind report_formats[], and what they share; for report's own files
 */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "report/report.h"

#define TOOL_NAME "renacer-gate"

/* Bytes of one string in a report; a target may print a line of any length. */
#define LINE_LIMIT 2000
#define TEXT_LIMIT 65536

int text_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err);
int json_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err);
int junit_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err);
int sarif_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err);
int markdown_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err);
int github_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err);

/* How many verdicts of each kind. */
struct counts {
	size_t of[N_VERDICTS];
};
struct counts count_verdicts(const struct verdicts *v);
/* "2 failed, 1 inconclusive, 3 passed": only what there is. */
void add_counts(struct str *out, const struct counts *counts);
/* What a verdict is about; one without a target has a command, or nothing but a word. */
const char *target_of(const struct verdict *v);
/* Neither pass nor skip. */
bool is_bad(const struct verdict *v);
/* A broken rule or the like, as opposed to a difference from the golden. */
bool is_of_rule(const struct finding *f);
/* Something that is not as the golden has it. */
bool is_difference(const struct finding *f);
/* Indices of all verdicts, the worst kinds first, else in their order; mem_free(). */
size_t *worst_first(const struct verdicts *v);
/* UTC. with_zone: 2026-01-02T03:04:05.678Z, else 2026-01-02T03:04:05. */
void add_time(struct str *out, uint64_t wall_ns, bool with_zone);
/* Seconds with three decimals, in any locale. */
void add_seconds(struct str *out, uint64_t ns);

#endif
