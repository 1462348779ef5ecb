/* SPDX-License-Identifier: MIT */
/*
 * trace.h - the commands of renacer: trace, record, report
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "cli/options.h"
#include "cli/otlp.h"

enum trace_mode { TRACE_PRINT, TRACE_RECORD, TRACE_REPORT };
enum trace_format { FORMAT_TEXT, FORMAT_CSV, FORMAT_FOLDED };

struct trace_values {
	bool help, version, follow, verbose, timing, relative, summary, summary_too, only_good,
		only_bad, lamport, as_root, source, stacks;
	unsigned clock;
	uint64_t string_limit, column, payload_limit;
	const char *output, *pid, *filter, *trace_parent;
	struct option_list expressions;
	unsigned backend, format;
	struct otlp_values otlp;
};

#define TRACE_DEFAULTS                                                                         \
	{                                                                                      \
		.string_limit = 32, .column = 40, .payload_limit = 4096, .otlp = OTLP_DEFAULTS \
	}

extern const struct option trace_options[];

/* *status is the exit status to end with. */
MUST_CHECK int trace_main(int *status, enum trace_mode mode, const struct trace_values *values,
	const struct parsed *parsed, struct err *err);

#endif
