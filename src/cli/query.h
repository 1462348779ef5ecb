/* SPDX-License-Identifier: MIT */
/*
 * query.h - the command query of renacer: a stored trace, asked by an expression
 */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

#include "base/err.h"

/* argv[0] is the command's own name. *status: 0 something matched, or the value is told and not
 * false; 1 nothing did, or it is false; 4 there is no value, or the trace is not complete. */
MUST_CHECK int query_main(int *status, const char **argv, struct err *err);

#endif
