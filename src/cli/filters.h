/* SPDX-License-Identifier: MIT */
/* filters.h - which calls -e and --filter ask for */
#ifndef CLI_FILTERS_H
#define CLI_FILTERS_H

#include "cli/print.h"
#include "cli/trace.h"
#include "decode/decode.h"

/* Adds to *set; has_set stays when they ask for none. signal=none goes to print. */
MUST_CHECK int filters_read(struct call_set *set, bool *has_set, struct print_opts *print,
	const struct trace_values *values, struct err *err);

#endif
