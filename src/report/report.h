/* SPDX-License-Identifier: MIT */
/*
 * report.h - verdicts in the forms that readers expect
 *
 * Each format is a row { name, function }. All of them write text into *out and have no other
 * effect; a report never changes a verdict.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/err.h"
#include "base/str.h"
#include "judge/judge.h"

struct report_opts {
	bool color;        /* text: ANSI colours */
	int verbosity;     /* text: -1 quiet, 0 usual, 1 everything */
	bool strict_junit; /* valid against the Ant schema too */
	size_t width;      /* of the terminal; 0: do not wrap */
};

struct report_format {
	const char *name; /* "text", "json", "junit", "sarif", "markdown", "github" */
	int (*write)(struct str *out, const struct verdicts *v, const struct report_opts *opts,
		struct err *err);
};
extern const struct report_format report_formats[];                  /* ends with name NULL */
const struct report_format *report_format_by_name(const char *name); /* NULL: unknown */

#endif
