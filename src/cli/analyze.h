/* SPDX-License-Identifier: MIT */
/*
 * analyze.h - the command analyze of renacer: what a run does badly
 */
#ifndef CLI_ANALYZE_H
#define CLI_ANALYZE_H

#include "base/err.h"

/* argv[0] is the command's own name. *status: 0 nothing was found, 1 something was, 4 the trace
 * is not complete. */
MUST_CHECK int analyze_main(int *status, const char **argv, struct err *err);

#endif
