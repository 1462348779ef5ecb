/* SPDX-License-Identifier: MIT */
/* reports.h - verdicts to wherever the options and the configuration want them */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include "cli/gate.h"
#include "gate/config.h"

/* Two reports on stdout: ERR_USAGE. Before anything is run. */
MUST_CHECK int reports_check(const struct gate_values *values, struct err *err);
/* Prints the text (or JSON) and writes each report that was asked for. config NULL: only the
 * options ask. A report on stdout has it to itself: the text then goes to stderr. */
MUST_CHECK int reports_write(const struct gate_values *values, const struct config *config,
	const struct verdicts *verdicts, struct err *err);

#endif
